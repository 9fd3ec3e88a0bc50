//! A command of ours, to be copied: with the list and the flags of the command line that it is about.

use crate::account::Email;
use crate::language::Language;
use crate::origin::ListOrigin;
use crate::shell;

/// As whom AWS is asked, and with which settings.
const CALLER: [&str; 4] = ["config", "profile", "admin-account", "admin-role"];

/// Which accounts of the list.
const SELECTION: [&str; 2] = ["account", "not-account"];

/// How members are wanted, and where.
const FLEET: [&str; 9] = [
    "regions",
    "exclude-region",
    "role-name",
    EXTERNAL_ID,
    "expected",
    "tags",
    "packages",
    "send-email",
    "message",
];

/// What a plan is of, besides.
const PLAN: [&str; 4] = ["disable", "delete-graphs", "prune", "retry-failed"];

/// The role in members, and how it gets there.
const ROLES: [&str; 13] = [
    "role-name",
    EXTERNAL_ID,
    "allow-guardduty-reads",
    "trusted-role",
    "also-trust",
    "second-administrator",
    "boundary",
    "via",
    "stack",
    "stack-set",
    "home-region",
    "administration-role",
    "execution-role",
];

/// It is in no document, as [`crate::saved`] has it: a command names the variable that it is put into.
const EXTERNAL_ID: &str = "external-id";

/// What of a command line decides what a command is about: the flags as they were typed. What stands in the
/// environment, or in a settings file that is found, counts for the next command, too, and is not among them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flags(Vec<Flag>);

/// A flag, with its value where it has one.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Flag {
    name: String,
    value: Option<String>,
}

/// Which command takes flags again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taker {
    /// `plan LIST`.
    Plan,
    /// `enable LIST`.
    Enable,
    /// `roles deploy LIST` and `roles remove LIST`.
    Roles,
    /// `enable LIST --plan FILE`: all but how AWS is reached is in the plan.
    EnablePlan,
    /// `disable LIST --plan FILE`, and the commands of `aws`.
    Caller,
}

impl Taker {
    /// All flags that some command takes, some more than once.
    pub fn flags() -> impl Iterator<Item = &'static str> {
        let all: [&[&str]; 5] = [&CALLER, &SELECTION, &FLEET, &PLAN, &ROLES];
        all.into_iter().flatten().copied()
    }

    /// Whether it knows the flag, and is about something else without it.
    #[must_use]
    pub fn takes(self, flag: &str) -> bool {
        let own: &[&[&str]] = match self {
            Self::Plan => &[&SELECTION, &FLEET, &PLAN],
            Self::Enable => &[&SELECTION, &FLEET],
            Self::Roles => &[&SELECTION, &ROLES],
            Self::EnablePlan => &[&[EXTERNAL_ID]],
            Self::Caller => &[],
        };
        CALLER.contains(&flag) || own.iter().any(|names| names.contains(&flag))
    }
}

impl Flags {
    /// Whether some command takes the flag again.
    #[must_use]
    pub fn wants(flag: &str) -> bool {
        Taker::flags().any(|it| it == flag)
    }

    /// One more, by its long name, where some command takes it again.
    pub fn add(&mut self, name: &str, value: Option<&str>) {
        if Self::wants(name) {
            // What is not shown is not kept.
            let value = value.filter(|_| name != EXTERNAL_ID);
            let (name, value) = (name.to_owned(), value.map(str::to_owned));
            self.0.push(Flag { name, value });
        }
    }

    /// These in the place of all that describe the fleet: as whom AWS is asked stays.
    pub fn describe(&mut self, fleet: Self) {
        self.0
            .retain(|it| Taker::EnablePlan.takes(&it.name) && !fleet.has(&it.name));
        self.0.extend(fleet.0);
    }

    /// The same, for a role in members that is to trust whoever calls now.
    #[must_use]
    pub fn trusting_the_caller(&self) -> Self {
        let mut flags = self.clone();
        let caller = self.0.iter().find(|it| it.name == "admin-role");
        if let Some(Flag { value, .. }) = caller
            && !self.has("trusted-role")
        {
            flags.add("trusted-role", value.as_deref());
        }
        flags
    }

    /// Whether it is among them.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|it| it.name == name)
    }
}

/// A command that can be copied, and what has to be put in by hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandLine {
    text: String,
    hides_name: bool,
    wants_external_id: bool,
}

impl CommandLine {
    /// The command, without anything that follows it.
    #[must_use]
    pub fn of(operation: &str) -> Self {
        Self::begin(&format!("detective-fleet {operation}"))
    }

    /// A command of another program that begins so.
    #[must_use]
    pub fn begin(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            hides_name: false,
            wants_external_id: false,
        }
    }

    /// About that list.
    #[must_use]
    pub fn list(mut self, list: &ListOrigin) -> Self {
        self.hides_name |= list.masked;
        self.words(&list.typed())
    }

    /// About that file.
    #[must_use]
    pub fn path(mut self, path: &str) -> Self {
        let shown = Email::mask_in(path);
        self.hides_name |= shown != path;
        self.words(&shell::path(&shown))
    }

    /// With that word, whatever is in it.
    #[must_use]
    pub fn word(mut self, word: &str) -> Self {
        let shown = Email::mask_in(word);
        self.hides_name |= shown != word;
        self.words(&shell::quoted(&shown))
    }

    /// With these words, as they are.
    #[must_use]
    pub fn words(mut self, words: &str) -> Self {
        if !words.is_empty() {
            self.text = format!("{} {words}", self.text);
        }
        self
    }

    /// With those of the flags that this command takes.
    #[must_use]
    pub fn flags(self, flags: &Flags, taker: Taker) -> Self {
        self.those(flags, |name| taker.takes(name))
    }

    /// The same, where the accounts are named already.
    #[must_use]
    pub fn flags_but_accounts(self, flags: &Flags, taker: Taker) -> Self {
        self.those(flags, |name| {
            taker.takes(name) && !SELECTION.contains(&name)
        })
    }

    fn those(mut self, flags: &Flags, wanted: impl Fn(&str) -> bool) -> Self {
        for Flag { name, value } in flags.0.iter().filter(|it| wanted(&it.name)) {
            if name == EXTERNAL_ID {
                self.wants_external_id = true;
                self = self.words("--external-id \"$EXTERNAL_ID\"");
                continue;
            }
            let Some(value) = value else {
                self = self.words(&format!("--{name}"));
                continue;
            };
            let shown = Email::mask_in(value);
            self.hides_name |= shown != *value;
            // Some flags take a value behind `=` only, and none takes a word with a dash for one.
            let joined = name == "send-email" || shown.starts_with('-');
            let word = shell::quoted(&shown);
            let sign = if joined { '=' } else { ' ' };
            self = self.words(&format!("--{name}{sign}{word}"));
        }
        self
    }

    /// What is typed.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What has to be put in before it is; `None` where it can be copied as it is.
    #[must_use]
    pub fn to_put_in(&self, language: Language) -> Option<String> {
        let name = match language {
            Language::English => {
                "The command masks an e-mail, or what cannot be shown: put that in as it is."
            }
            Language::Japanese => {
                "コマンドでは、E メールアドレスや表示できない文字を伏せています。元の文字に置き換えてください。"
            }
        };
        let external_id = match language {
            Language::English => "Set EXTERNAL_ID to the external id first: it is not shown.",
            Language::Japanese => {
                "外部 ID は表示されません。先に EXTERNAL_ID に外部 ID を設定してください。"
            }
        };
        let said = [
            self.hides_name.then(|| name.to_owned()),
            self.wants_external_id.then(|| external_id.to_owned()),
        ];
        let said = language.join(said.into_iter().flatten());
        (!said.is_empty()).then_some(said)
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    fn flags(all: &[(&str, Option<&str>)]) -> Flags {
        let mut flags = Flags::default();
        all.iter().for_each(|(name, value)| flags.add(name, *value));
        flags
    }

    #[test]
    fn a_command_has_those_flags_that_it_takes_quoted_for_a_shell() {
        let typed = flags(&[
            ("regions", Some("us-east-1, eu-west-1")),
            ("account", Some("a*")),
            ("yes", None),
            ("mfa-code", Some("123456")),
            ("send-email", Some("true")),
            ("message", Some("-hello")),
            ("prune", None),
            ("profile", Some("it's")),
        ]);
        let line = |operation, taker| CommandLine::of(operation).flags(&typed, taker).text;
        assert_eq!(
            line("enable a.csv", Taker::Enable),
            r"detective-fleet enable a.csv --regions 'us-east-1, eu-west-1' --account 'a*' --send-email=true --message=-hello --profile 'it'\''s'"
        );
        assert!(line("plan", Taker::Plan).contains(" --prune"));
        assert_eq!(
            line("roles deploy", Taker::Roles),
            r"detective-fleet roles deploy --account 'a*' --profile 'it'\''s'"
        );
        let named = CommandLine::of("roles deploy").flags_but_accounts(&typed, Taker::Roles);
        assert!(!named.text.contains("--account"), "{named:?}");
    }

    #[test]
    fn what_is_not_shown_is_to_be_put_in() {
        let line = CommandLine::of("enable").path("a.csv");
        assert_eq!(line.to_put_in(Language::English), None);
        let typed = flags(&[
            ("external-id", Some("Secret")),
            ("profile", Some("r@a.example")),
        ]);
        for language in Language::ALL {
            let line = CommandLine::of("enable").flags(&typed, Taker::Enable);
            assert!(!line.text.contains("Secret"), "{line:?}");
            let said = line.to_put_in(language).unwrap();
            assert!(
                said.contains("EXTERNAL_ID") && said.contains("mail")
                    || language == Language::Japanese,
                "{said}"
            );
        }
        let line = CommandLine::of("enable").path("of r@a.example.csv");
        assert!(line.hides_name, "{line:?}");
    }

    #[test]
    fn a_role_is_to_trust_the_role_that_calls_unless_another_was_named() {
        let words = |typed: &Flags| {
            let line = CommandLine::of("roles deploy");
            line.flags(&typed.trusting_the_caller(), Taker::Roles).text
        };
        let caller = flags(&[("admin-role", Some("a/B"))]);
        assert_eq!(
            words(&caller),
            "detective-fleet roles deploy --admin-role a/B --trusted-role a/B"
        );
        let mut both = caller;
        both.add("trusted-role", Some("C"));
        assert_eq!(
            words(&both),
            "detective-fleet roles deploy --admin-role a/B --trusted-role C"
        );
        assert_eq!(words(&Flags::default()), "detective-fleet roles deploy");
    }

    #[test]
    fn a_saved_plan_describes_the_fleet_and_not_the_caller() {
        let mut typed = flags(&[
            ("regions", Some("a-1")),
            ("profile", Some("p")),
            ("external-id", Some("x1")),
        ]);
        typed.describe(flags(&[("regions", Some("b-1")), ("prune", None)]));
        let line = CommandLine::of("plan").flags(&typed, Taker::Plan);
        assert_eq!(
            line.text,
            "detective-fleet plan --profile p --external-id \"$EXTERNAL_ID\" --regions b-1 --prune"
        );
    }
}
