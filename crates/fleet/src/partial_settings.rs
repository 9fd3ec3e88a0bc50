//! Settings as they are said: each in one place, in several, or in none.
//!
//! Flags, variables, a settings file and the parameters of a stack fill the same type. What was said closer to the
//! run counts, and what nobody said has its default here and nowhere else.

use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZeroU16;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use serde::Deserialize;
use serde::de::{self, Deserializer, SeqAccess, Visitor};

use crate::account::AccountId;
use crate::desired::Settings;
use crate::expected::Exception;
use crate::language::Language;
use crate::patience;
use crate::values::{self, ExternalId, List, Message, Package, RegionName, Tag, Time, Timeout};

/// How long a run may take: AWS verifies most root e-mails within minutes.
pub const TIMEOUT: Duration = Duration::from_secs(15 * 60);

/// The most calls that are under way at one time: a process may have 1,024 files and sockets open on many systems.
pub const MAX_CONCURRENCY: u16 = 256;

/// What can be said of a fleet and of how it is reached, all of it optional. Consent and the choice of accounts are
/// not in it: they belong to one run.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct PartialSettings {
    /// The account that owns the behavior graphs; the caller's own where nobody says.
    pub admin_account: Option<AccountId>,
    /// The role to assume there.
    pub admin_role: Option<String>,
    /// The profile of AWS's configuration files.
    pub profile: Option<String>,
    /// The Regions by name, or the one word `all`.
    #[serde(deserialize_with = "list")]
    pub regions: Option<Vec<RegionName>>,
    /// Regions to leave out.
    #[serde(deserialize_with = "list")]
    pub exclude_region: Option<Vec<RegionName>>,
    /// After how long a run ends.
    pub timeout: Option<Timeout>,
    /// For how long a refusal that may pass is asked again.
    pub patience: Option<Time>,
    /// The most calls at a time.
    pub max_concurrency: Option<NonZeroU16>,
    /// The role in every member, with its path.
    pub role_name: Option<String>,
    /// What that role's trust policy wants.
    pub external_id: Option<ExternalId>,
    /// What is known to stay out.
    #[serde(deserialize_with = "list")]
    pub expected: Option<Vec<Exception>>,
    /// Tags of the behavior graphs.
    #[serde(deserialize_with = "table")]
    pub tags: Option<Vec<Tag>>,
    /// Data source packages to start.
    #[serde(deserialize_with = "list")]
    pub packages: Option<Vec<Package>>,
    /// Whether AWS mails every root address.
    pub send_email: Option<bool>,
    /// The text of that mail.
    pub message: Option<Message>,
    /// Where the journal is written.
    pub journal: Option<PathBuf>,
    /// The language of pages and, in the AWS form, of mails.
    pub language: Option<Language>,
    /// What the template of the AWS form is given, by the names of its parameters.
    pub parameter: Option<BTreeMap<String, String>>,
}

/// A setting that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadSetting {
    /// Its name, as the settings file has it.
    pub name: &'static str,
    /// What was said, where the reason does not have it.
    pub value: Option<String>,
    /// Why it cannot be used.
    pub why: String,
}

impl PartialSettings {
    /// These settings, and where they say nothing, those.
    #[must_use]
    pub fn or(self, those: &Self) -> Self {
        let those = those.clone();
        Self {
            admin_account: self.admin_account.or(those.admin_account),
            admin_role: self.admin_role.or(those.admin_role),
            profile: self.profile.or(those.profile),
            regions: self.regions.or(those.regions),
            exclude_region: self.exclude_region.or(those.exclude_region),
            timeout: self.timeout.or(those.timeout),
            patience: self.patience.or(those.patience),
            max_concurrency: self.max_concurrency.or(those.max_concurrency),
            role_name: self.role_name.or(those.role_name),
            external_id: self.external_id.or(those.external_id),
            expected: self.expected.or(those.expected),
            tags: self.tags.or(those.tags),
            packages: self.packages.or(those.packages),
            send_email: self.send_email.or(those.send_email),
            message: self.message.or(those.message),
            journal: self.journal.or(those.journal),
            language: self.language.or(those.language),
            parameter: self.parameter.or(those.parameter),
        }
    }

    /// After how long a run ends.
    #[must_use]
    pub fn timeout(&self) -> Duration {
        self.timeout.map_or(TIMEOUT, |timeout| timeout.0)
    }

    /// For how long a refusal that may pass is asked again.
    #[must_use]
    pub fn patience(&self) -> Duration {
        self.patience
            .map_or(patience::DEFAULT, |patience| patience.0)
    }

    /// The most calls at a time.
    #[must_use]
    pub fn max_concurrency(&self) -> usize {
        self.max_concurrency
            .map_or(MAX_CONCURRENCY, NonZeroU16::get)
            .into()
    }

    /// How the fleet is wanted, as far as these settings decide it.
    ///
    /// # Errors
    ///
    /// Where the tags contradict themselves.
    pub fn wanted(&self) -> Result<Settings, BadSetting> {
        let tags = values::tags(self.tags.iter().flatten().cloned());
        let packages = self.packages.iter().flatten();
        Ok(Settings {
            packages: packages.map(|package| package.0.to_owned()).collect(),
            send_email: self.send_email.unwrap_or(false),
            message: self.message.as_ref().map(|message| message.0.clone()),
            tags: tags.map_err(|why| BadSetting {
                name: "tags",
                value: None,
                why,
            })?,
            patience: self.patience(),
            ..Settings::default()
        })
    }
}

/// A list, or one text with commas in it.
fn list<'de, D, T>(deserializer: D) -> Result<Option<Vec<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err: fmt::Display>,
{
    struct Texts<T>(std::marker::PhantomData<T>);

    impl<'de, T: FromStr<Err: fmt::Display>> Visitor<'de> for Texts<T> {
        type Value = Vec<T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a text or a list of texts")
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<Vec<T>, E> {
            let List(values) = text.parse().map_err(E::custom)?;
            Ok(values)
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut texts: A) -> Result<Vec<T>, A::Error> {
            let mut all = Vec::new();
            while let Some(text) = texts.next_element::<String>()? {
                let List(values) = text.parse().map_err(de::Error::custom)?;
                all.extend(values);
            }
            Ok(all)
        }
    }

    deserializer
        .deserialize_any(Texts(std::marker::PhantomData))
        .map(Some)
}

fn table<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<Tag>>, D::Error> {
    let table = BTreeMap::<String, String>::deserialize(deserializer)?;
    let tag = |(key, value): (String, String)| Tag::new(&key, &value).map_err(de::Error::custom);
    table
        .into_iter()
        .map(tag)
        .collect::<Result<_, _>>()
        .map(Some)
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;
    use serde_json::{Value, json};

    use super::*;

    fn settings(said: Value) -> PartialSettings {
        serde_json::from_value(said).unwrap()
    }

    /// Each setting, with other values for 1 and 2.
    fn all(n: u8) -> PartialSettings {
        settings(json!({
            "admin-account": format!("{n:012}"),
            "admin-role": format!("role-{n}"),
            "profile": format!("profile-{n}"),
            "regions": format!("eu-west-{n}"),
            "exclude-region": format!("us-east-{n}"),
            "timeout": format!("{n}m"),
            "patience": format!("{n}h"),
            "max-concurrency": n,
            "role-name": format!("path/name-{n}"),
            "external-id": format!("id-{n}"),
            "expected": format!("{n:012}/eu-south-{n}@2030-01-01"),
            "tags": { "team": n.to_string() },
            "packages": if n == 1 { "ASFF_SECURITYHUB_FINDING" } else { "EKS_AUDIT" },
            "send-email": n != 1,
            "message": format!("message {n}"),
            "journal": format!("journal-{n}"),
            "language": if n == 1 { "ja" } else { "en" },
            "parameter": { "Alarm": n.to_string() },
        }))
    }

    fn shown(settings: &PartialSettings) -> String {
        format!("{settings:#?}")
    }

    #[test]
    fn what_was_said_closer_to_the_run_counts_and_the_rest_is_filled_in() {
        let (close, far) = (all(1), all(2));
        let is_unsaid = |line: &str| !line.starts_with("     ") && line.ends_with(": None,");
        let unsaid = shown(&close).lines().filter(|it| is_unsaid(it)).count();
        assert_eq!(unsaid, 0, "{close:?}");
        assert_eq!(shown(&close.clone().or(&far)), shown(&close));
        assert_eq!(shown(&PartialSettings::default().or(&far)), shown(&far));
    }

    #[test]
    fn what_nobody_said_has_its_default() {
        let nothing = PartialSettings::default();
        assert_eq!(nothing.timeout(), TIMEOUT);
        assert_eq!(nothing.patience(), patience::DEFAULT);
        assert_eq!(nothing.max_concurrency(), usize::from(MAX_CONCURRENCY));
        let wanted = nothing.wanted().unwrap();
        let default = Settings {
            patience: patience::DEFAULT,
            ..Settings::default()
        };
        assert_eq!(format!("{wanted:?}"), format!("{default:?}"));
    }

    #[test]
    fn what_was_said_is_wanted_of_the_fleet() {
        let said = all(2);
        assert_eq!(said.timeout(), Duration::from_secs(2 * 60));
        assert_eq!(said.patience(), Duration::from_secs(2 * 3600));
        assert_eq!(said.max_concurrency(), 2);
        let wanted = said.wanted().unwrap();
        assert_eq!(wanted.patience, said.patience());
        assert!(wanted.send_email);
        assert_eq!(wanted.message.as_deref(), Some("message 2"));
        assert_eq!(
            wanted.tags,
            BTreeMap::from([("team".to_owned(), "2".to_owned())])
        );
        assert!(wanted.packages.iter().eq(["EKS_AUDIT"]));
    }

    #[test]
    fn a_list_may_be_one_text_or_several() {
        let names = ["a", "b", "c"].map(|name| RegionName(name.to_owned()));
        for regions in [json!("a,b,c"), json!(["a,b", "c"])] {
            let said = settings(json!({ "regions": regions }));
            assert_eq!(said.regions.as_deref(), Some(&names[..]));
        }
    }

    #[test]
    fn what_cannot_be_used_is_refused_with_the_reason() {
        for (said, why) in [
            (json!({ "regions": 7 }), "a text or a list of texts"),
            (json!({ "regions": "" }), "nothing is named"),
            (json!({ "tags": { "aws:x": "1" } }), "aws:"),
            (json!({ "nonsense": 1 }), "unknown field"),
        ] {
            let error = serde_json::from_value::<PartialSettings>(said).unwrap_err();
            assert!(error.to_string().contains(why), "{error}");
        }
        let twice = vec![Tag::new("a", "").unwrap(); 2];
        let said = PartialSettings {
            tags: Some(twice),
            ..PartialSettings::default()
        };
        let bad = said.wanted().unwrap_err();
        assert_eq!(
            (bad.name, bad.why.as_str()),
            ("tags", "the tag a is given twice")
        );
    }
}
