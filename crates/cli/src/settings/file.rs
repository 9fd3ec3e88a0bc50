//! `detective-fleet.toml`: the flags that describe a fleet, under their own names.

use std::fmt;
use std::io::ErrorKind;
use std::num::NonZeroU16;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::{Context, Result, anyhow, bail};
use fleet::account::AccountId;
use fleet::expected::Exception;
use fleet::values::{ExternalId, List, Message, Package, RegionName, Tag};
use serde::de::{Deserializer, SeqAccess, Visitor};
use serde::{Deserialize, de};

use super::trust;
use crate::values::{Time, Timeout};

/// Where the settings are, unless `--config` names another place.
const DEFAULT: &str = "detective-fleet.toml";

/// The settings file. Consent and the choice of accounts are not in it: they belong to one run.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct SettingsFile {
    /// `--admin-account`.
    pub admin_account: Option<AccountId>,
    /// `--admin-role`.
    pub admin_role: Option<String>,
    /// `--profile`.
    pub profile: Option<String>,
    /// `--regions`: `"all"`, or a list.
    #[serde(deserialize_with = "list")]
    pub regions: Option<Vec<RegionName>>,
    /// `--exclude-region`.
    #[serde(deserialize_with = "list")]
    pub exclude_region: Option<Vec<RegionName>>,
    /// `--timeout`.
    pub timeout: Option<Timeout>,
    /// `--patience`.
    pub patience: Option<Time>,
    /// `--max-concurrency`.
    pub max_concurrency: Option<NonZeroU16>,
    /// `--role-name`.
    pub role_name: Option<String>,
    /// `--external-id`.
    pub external_id: Option<ExternalId>,
    /// `--expected`: a list of `"ACCOUNT/REGION@YYYY-MM-DD reason"`.
    #[serde(deserialize_with = "list")]
    pub expected: Option<Vec<Exception>>,
    /// `--tags`, as a table.
    #[serde(deserialize_with = "table")]
    pub tags: Vec<Tag>,
    /// `--packages`.
    #[serde(deserialize_with = "list")]
    pub packages: Option<Vec<Package>>,
    /// `--send-email`.
    pub send_email: Option<bool>,
    /// `--message`.
    pub message: Option<Message>,
    /// `--journal`.
    pub journal: Option<PathBuf>,
    /// It was found in the working directory, which may be anybody's: nobody named it.
    #[serde(skip)]
    pub was_found: bool,
}

impl SettingsFile {
    /// Reads the file that was named, or the one in the current directory if there is one.
    ///
    /// # Errors
    ///
    /// When it cannot be read, says something that no setting is, could be somebody else's, or decides
    /// what only a file may that was named.
    pub(crate) fn read(named: Option<&Path>) -> Result<Self> {
        let path = named.unwrap_or(Path::new(DEFAULT));
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound && named.is_none() => {
                return Ok(Self::default());
            }
            Err(error) => {
                return Err(error)
                    .with_context(|| format!("cannot read settings from {}", path.display()));
            }
        };
        tracing::debug!(path = %path.display(), "settings file");
        trust::check(path, named.is_some())?;
        let file: Self = toml::from_str(&text)
            .map_err(|error| anyhow!("{}: {}", path.display(), error.to_string().trim_end()))?;
        let file = Self {
            was_found: named.is_none(),
            ..file
        };
        file.check_what_it_decides()?;
        Ok(file)
    }

    /// A repository that somebody else wrote may have such a file in it: it may say how a fleet is, and not
    /// whose credentials are used, what is told to whom, or what is left out.
    fn check_what_it_decides(&self) -> Result<()> {
        let decides = [
            ("profile", self.profile.is_some()),
            ("send-email", self.send_email == Some(true)),
            ("message", self.message.is_some()),
            ("expected", self.expected.is_some()),
            ("journal", self.journal.is_some()),
        ];
        match decides.iter().find(|(_, decides)| *decides) {
            Some((name, _)) if self.was_found => bail!(
                "{DEFAULT} in this directory says {name}, which only a settings file may that is named: say `--config {DEFAULT}` if it is yours"
            ),
            _ => Ok(()),
        }
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

fn table<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Tag>, D::Error> {
    let table = std::collections::BTreeMap::<String, String>::deserialize(deserializer)?;
    let tag = |(key, value): (String, String)| Tag::new(&key, &value).map_err(de::Error::custom);
    table.into_iter().map(tag).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<SettingsFile> {
        let dir = tempfile::tempdir()?;
        let path = dir.path().join("fleet.toml");
        std::fs::write(&path, text)?;
        SettingsFile::read(Some(&path))
    }

    #[test]
    fn settings_stand_under_the_names_of_their_flags() {
        let file = read(
            r#"
            admin-account = "555555555555"
            regions = ["us-east-1", " eu-west-1 "]
            exclude-region = "me-south-1, il-central-1"
            timeout = "20m"
            patience = "1m"
            expected = ["111122223333/eu-south-1"]
            send-email = true
            [tags]
            team = "a,b=c"
            "#,
        )
        .unwrap();
        assert_eq!(file.admin_account, "555555555555".parse().ok());
        assert_eq!(file.regions.unwrap().len(), 2);
        assert_eq!(file.exclude_region.unwrap().len(), 2);
        assert_eq!(file.expected.unwrap().len(), 1);
        assert_eq!(file.tags.len(), 1);
    }

    #[test]
    fn a_mistake_is_shown_with_its_place() {
        for (text, why) in [
            ("rgions = \"all\"", "rgions"),
            ("yes = true", "yes"),
            ("admin-account = \"5\"", "12 digits"),
            ("timeout = \"soon\"", "90s"),
            ("patience = \"15\"", "90s"),
            ("regions = \"\"", "nothing is named"),
            ("regions = [1]", "string"),
            ("max-concurrency = 0", "zero"),
        ] {
            let error = format!("{:#}", read(text).unwrap_err());
            assert!(
                error.contains(why) && error.contains("fleet.toml"),
                "{text}: {error}"
            );
        }
    }

    #[test]
    fn a_file_that_was_named_has_to_be_there() {
        let error = SettingsFile::read(Some(Path::new("/nowhere/x.toml"))).unwrap_err();
        assert!(
            format!("{error:#}").contains("/nowhere/x.toml"),
            "{error:#}"
        );
    }
}
