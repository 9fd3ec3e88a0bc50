//! `detective-fleet.toml`: the flags that describe a fleet, under their own names.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use fleet::command_line::Flags;
use fleet::partial_settings::PartialSettings;

use super::trust;
use crate::document;

/// Where the settings are, unless `--config` names another place.
const DEFAULT: &str = "detective-fleet.toml";

/// The settings file, and what was typed beside it.
#[derive(Clone, Debug, Default)]
pub(crate) struct SettingsFile {
    /// What it says.
    pub settings: PartialSettings,
    /// It was found in the working directory, which may be anybody's: nobody named it.
    pub was_found: bool,
    /// Where it is, if there is one.
    pub path: Option<PathBuf>,
    /// What a command to be copied needs again.
    pub typed: Flags,
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
                return Err(error).with_context(|| {
                    format!("cannot read settings from {}", document::shown(path))
                });
            }
        };
        tracing::debug!(path = document::shown(path), "settings file");
        trust::check(path, named.is_some())?;
        let settings = toml::from_str(&text).map_err(|error: toml::de::Error| {
            // Without the line itself: what it says may be a secret.
            let before = error
                .span()
                .map_or("", |span| text.get(..span.start).unwrap_or_default());
            let line = before.matches('\n').count() + 1;
            anyhow!(
                "{}, line {line}: {}",
                document::shown(path),
                error.message().trim_end()
            )
        })?;
        let file = Self {
            settings,
            was_found: named.is_none(),
            path: Some(path.to_owned()),
            typed: Flags::default(),
        };
        file.check_what_it_decides()?;
        Ok(file)
    }

    /// A repository that somebody else wrote may have such a file in it: it may say how a fleet is, and not
    /// whose credentials are used, what is told to whom, or what is left out.
    fn check_what_it_decides(&self) -> Result<()> {
        let set = &self.settings;
        let decides = [
            ("profile", set.profile.is_some()),
            ("send-email", set.send_email == Some(true)),
            ("message", set.message.is_some()),
            ("expected", set.expected.is_some()),
            ("journal", set.journal.is_some()),
            ("parameter", set.parameter.is_some()),
        ];
        match decides.iter().find(|(_, decides)| *decides) {
            Some((name, _)) if self.was_found => bail!(
                "{DEFAULT} in this directory says {name}, which only a settings file may that is named: say `--config {DEFAULT}` if it is yours"
            ),
            _ => Ok(()),
        }
    }
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
        .unwrap()
        .settings;
        assert_eq!(file.admin_account, "555555555555".parse().ok());
        assert_eq!(file.regions.unwrap().len(), 2);
        assert_eq!(file.exclude_region.unwrap().len(), 2);
        assert_eq!(file.expected.unwrap().len(), 1);
        assert_eq!(file.tags.unwrap().len(), 1);
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
    fn what_a_mistake_says_is_not_repeated() {
        for text in [
            "timeout = \"1m\"\nexternal-id = S3cretExt-1234",
            "timeout = \"1m\"\n[parameter]\nNotificationEmail = ops@example.com",
        ] {
            let error = format!("{:#}", read(text).unwrap_err());
            let line = text.lines().count();
            assert!(
                error.contains(&format!("fleet.toml, line {line}: ")),
                "{error}"
            );
            assert!(
                !error.contains("S3cret") && !error.contains("ops@"),
                "{error}"
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
