//! The settings that decide what is done, and how those that are given now differ.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::account::{AccountId, Email};
use crate::cause::MemberRole;
use crate::command_line::Flags;
use crate::foreign::visible;

/// What a plan is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Goal {
    /// `enable`.
    Enable,
    /// `disable`.
    Disable,
    /// `disable --delete-graphs`.
    DeleteGraphs,
}

impl fmt::Display for Goal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Enable => "enable",
            Self::Disable => "disable",
            Self::DeleteGraphs => "disable --delete-graphs",
        })
    }
}

/// The settings that decide what is done. How AWS is reached (profile, administrator's role, external id)
/// and how fast is no part of it: who executes a plan may reach it by another way than who made it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SavedSettings {
    /// What the plan is for.
    pub goal: Goal,
    /// The Regions as they were named, or `all`. Those that this came to are in the plan.
    pub regions: BTreeSet<String>,
    /// The Regions that were left out.
    pub exclude_region: BTreeSet<String>,
    /// Only these accounts, by id or name.
    pub account: BTreeSet<String>,
    /// Not these accounts, by id or name.
    pub not_account: BTreeSet<String>,
    /// What the settings know to stay out; what the list says of that is in the list.
    pub expected: BTreeSet<String>,
    /// The role in members, with its path.
    pub role_name: String,
    /// Whether members go that the list does not name.
    pub prune: bool,
    /// Whether failed verifications are tried once more.
    pub retry_failed: bool,
    /// The tags of the behavior graphs.
    pub tags: BTreeMap<String, String>,
    /// The data source packages that are started.
    pub packages: BTreeSet<String>,
    /// Whether AWS mails the root addresses.
    pub send_email: bool,
    /// The text of that mail.
    pub message: Option<String>,
}

/// What is given now, each part only where it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Given {
    /// The account that owns the behavior graphs.
    pub administrator: Option<AccountId>,
    /// What is to be done.
    pub goal: Option<Goal>,
    /// Each as in [`SavedSettings`].
    pub regions: Option<BTreeSet<String>>,
    /// See there.
    pub exclude_region: Option<BTreeSet<String>>,
    /// See there.
    pub account: Option<BTreeSet<String>>,
    /// See there.
    pub not_account: Option<BTreeSet<String>>,
    /// See there.
    pub expected: Option<BTreeSet<String>>,
    /// See there.
    pub role_name: Option<String>,
    /// See there.
    pub prune: Option<bool>,
    /// See there.
    pub retry_failed: Option<bool>,
    /// See there.
    pub tags: Option<BTreeMap<String, String>>,
    /// See there.
    pub packages: Option<BTreeSet<String>>,
    /// See there.
    pub send_email: Option<bool>,
    /// See there.
    pub message: Option<String>,
}

/// A setting that is given now and differs from the plan's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// Which: a flag, or `the list`.
    pub setting: String,
    /// What the plan has.
    pub plan: String,
    /// What is given now.
    pub now: String,
}

impl SavedSettings {
    /// The same as flags of `plan`, but for what is so where nothing is said: on the machine that executes a plan, that is
    /// as it was where the plan was made, or the plan is refused.
    #[must_use]
    pub fn flags(&self) -> Flags {
        let mut flags = Flags::default();
        let mut add = |name: &str, values: &BTreeSet<String>| {
            let values: Vec<_> = values.iter().map(String::as_str).collect();
            if !values.is_empty() && values != ["all"] {
                flags.add(name, Some(&values.join(",")));
            }
        };
        add("regions", &self.regions);
        add("exclude-region", &self.exclude_region);
        add("account", &self.account);
        add("not-account", &self.not_account);
        add("expected", &self.expected);
        add("packages", &self.packages);
        for (key, value) in &self.tags {
            flags.add("tags", Some(&format!("{key}={value}")));
        }
        if self.role_name != MemberRole::DEFAULT {
            flags.add("role-name", Some(&self.role_name));
        }
        if let Some(message) = &self.message {
            flags.add("message", Some(message));
        }
        if self.send_email {
            flags.add("send-email", Some("true"));
        }
        for (name, is_set) in [
            ("disable", self.goal != Goal::Enable),
            ("delete-graphs", self.goal == Goal::DeleteGraphs),
            ("prune", self.prune),
            ("retry-failed", self.retry_failed),
        ] {
            if is_set {
                flags.add(name, None);
            }
        }
        flags
    }

    /// A setting that has an e-mail address in it: a saved plan is shown to many, and has none.
    #[must_use]
    pub fn with_email(&self) -> Option<&'static str> {
        let has = |text: &String| Email::mask_in(text) != visible(text);
        let message = self.message.iter().any(has).then_some("message");
        let tags = self.tags.values().chain(self.tags.keys());
        let tags = tags.into_iter().any(has).then_some("tags");
        // IAM allows an `@` in the name of a role.
        let role = has(&self.role_name).then_some("role-name");
        message.or(tags).or(role)
    }

    /// All of them as what is given, for that administrator.
    #[must_use]
    pub fn given(self, administrator: AccountId) -> Given {
        Given {
            administrator: Some(administrator),
            goal: Some(self.goal),
            regions: Some(self.regions),
            exclude_region: Some(self.exclude_region),
            account: Some(self.account),
            not_account: Some(self.not_account),
            expected: Some(self.expected),
            role_name: Some(self.role_name),
            prune: Some(self.prune),
            retry_failed: Some(self.retry_failed),
            tags: Some(self.tags),
            packages: Some(self.packages),
            send_email: Some(self.send_email),
            message: Some(self.message.unwrap_or_default()),
        }
    }

    /// What is given now and differs.
    #[must_use]
    pub(super) fn differences(&self, given: &Given, administrator: AccountId) -> Vec<Difference> {
        let message = self.message.clone().unwrap_or_default();
        // A plan that deletes graphs says so itself: the command need not say it again.
        let ends = self.goal == Goal::DeleteGraphs && given.goal == Some(Goal::Disable);
        let goal = given.goal.filter(|_| !ends);
        let found = [
            differs("--admin-account", &administrator, &given.administrator),
            differs("the command", &self.goal, &goal),
            several("--regions", &self.regions, &given.regions),
            several(
                "--exclude-region",
                &self.exclude_region,
                &given.exclude_region,
            ),
            several("--account", &self.account, &given.account),
            several("--not-account", &self.not_account, &given.not_account),
            several("--expected", &self.expected, &given.expected),
            differs("--role-name", &self.role_name, &given.role_name),
            differs("--prune", &self.prune, &given.prune),
            differs("--retry-failed", &self.retry_failed, &given.retry_failed),
            tags(&self.tags, &given.tags),
            several("--packages", &self.packages, &given.packages),
            differs("--send-email", &self.send_email, &given.send_email),
            differs("--message", &message, &given.message),
        ];
        found.into_iter().flatten().collect()
    }
}

fn differs<T: PartialEq + fmt::Display>(
    setting: &str,
    plan: &T,
    given: &Option<T>,
) -> Option<Difference> {
    let now = given.as_ref().filter(|now| *now != plan)?;
    Some(difference(setting, plan.to_string(), now.to_string()))
}

fn several(
    setting: &str,
    plan: &BTreeSet<String>,
    given: &Option<BTreeSet<String>>,
) -> Option<Difference> {
    let now = given.as_ref().filter(|now| *now != plan)?;
    let join = |names: &BTreeSet<String>| {
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        names.join(",")
    };
    Some(difference(setting, join(plan), join(now)))
}

fn tags(
    plan: &BTreeMap<String, String>,
    given: &Option<BTreeMap<String, String>>,
) -> Option<Difference> {
    let now = given.as_ref().filter(|now| *now != plan)?;
    let join = |tags: &BTreeMap<String, String>| {
        let tags: Vec<_> = tags
            .iter()
            .map(|(key, value)| format!("{key}={value}"))
            .collect();
        tags.join(",")
    };
    Some(difference("--tags", join(plan), join(now)))
}

/// What is empty was not given.
fn difference(setting: &str, plan: String, now: String) -> Difference {
    let or_none = |text: String| match text.is_empty() {
        true => "nothing".to_owned(),
        // The plan may be anybody's.
        false => Email::mask_in(&text),
    };
    Difference {
        setting: setting.to_owned(),
        plan: or_none(plan),
        now: or_none(now),
    }
}

/// All of them in one sentence.
#[must_use]
pub fn sentence(differences: &[Difference]) -> String {
    let each = |it: &Difference| {
        let Difference { setting, plan, now } = it;
        format!("{setting} is {now} now, and {plan} in the plan")
    };
    let each: Vec<_> = differences.iter().map(each).collect();
    each.join("; ")
}
