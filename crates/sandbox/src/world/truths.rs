//! What the real Detective was found to do, from the file that `conformance` writes.
//!
//! The file names each answer as the switch of [`Unverified`] that it belongs to, and has the times
//! that were measured. What of it cannot be emulated is named, and left as the world has it.

use std::time::Duration;

use serde::Deserialize;
use toml::{Table, Value};

use super::unverified::Unverified;
use super::{World, duration};

/// The version of the file that this reads.
const VERSION: i64 = 1;

/// The file of truths cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TruthsError {
    /// It is not TOML, or has tables that are none.
    #[error(transparent)]
    Toml(#[from] toml::de::Error),
    /// It is of another version, or of none.
    #[error("this is no file of truths of version {VERSION}")]
    Version,
}

/// The file, as far as a sandbox is concerned. What else stands in it is for people.
#[derive(Deserialize)]
struct Truths {
    #[serde(default)]
    truths: Table,
    #[serde(default)]
    surprises: Table,
    #[serde(default)]
    measured: Table,
}

impl World {
    /// Takes for true what a file of truths says, and names what of it this world cannot do.
    ///
    /// # Errors
    ///
    /// If the text is no such file. The world is as it was then.
    pub fn believe(&mut self, text: &str) -> Result<Vec<String>, TruthsError> {
        let table: Table = toml::from_str(text)?;
        if table.get("version").and_then(Value::as_integer) != Some(VERSION) {
            return Err(TruthsError::Version);
        }
        let truths: Truths = table.try_into()?;
        let mut differences = Vec::new();
        for (question, answer) in truths.truths {
            match self.unverified.with(&question, &answer) {
                Some(unverified) => self.unverified = unverified,
                None => differences.push(format!("{question} = {answer}: no such switch")),
            }
        }
        for (question, answer) in truths.surprises {
            differences.push(format!("{question}: nobody expected this answer: {answer}"));
        }
        for (what, time) in truths.measured {
            if self.measured(&what, &time).is_none() {
                differences.push(format!("{what} = {time}: nothing here takes so long"));
            }
        }
        Ok(differences)
    }

    /// Lets something take as long as was measured.
    fn measured(&mut self, what: &str, time: &Value) -> Option<()> {
        let time: Duration = duration::parse(time.as_str()?).ok()?;
        let (setting, spread) = match what {
            "verification" => (&mut self.verification, Some(&mut self.verification_spread)),
            "visibility" => (&mut self.visibility, Some(&mut self.visibility_spread)),
            "deletion" => (&mut self.deletion, None),
            _ => return None,
        };
        *setting = time;
        if let Some(spread) = spread {
            *spread = Duration::ZERO;
        }
        Some(())
    }
}

impl Unverified {
    /// The same with one switch set, if there are such a switch and such a setting.
    fn with(&self, switch: &str, setting: &Value) -> Option<Unverified> {
        let mut table = Table::try_from(self).ok()?;
        table.insert(switch.to_owned(), setting.clone());
        table.try_into().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::super::unverified::{Reasons, RefusedAccept};
    use super::*;

    #[test]
    fn a_world_takes_over_what_was_found() {
        let mut world = World::of_size(1);
        let text = "version = 1\nregion = 'eu-west-1'\n[truths]\nsecond_accept = 'succeeds'\npage_size = 50\n\
                    [measured]\nverification = '14s'\ndeletion = '1m'\n[open]\nreasons = 'why'";
        assert_eq!(world.believe(text).unwrap(), Vec::<String>::new());
        assert_eq!(world.unverified.second_accept, RefusedAccept::Succeeds);
        assert_eq!(world.unverified.page_size.get(), 50);
        assert_eq!(world.unverified.reasons, Reasons::Known);
        assert_eq!(
            (world.verification, world.deletion),
            (Duration::from_secs(14), Duration::from_secs(60))
        );
    }

    #[test]
    fn what_it_cannot_do_is_named_and_left_as_it_was() {
        let mut world = World::of_size(1);
        let before = toml::to_string(&world.unverified).unwrap();
        let text = "version = 1\n[truths]\nsecond_accept = 'sings'\nweather = 'good'\n\
                    [surprises]\nforeign_graph = 'TeapotException'\n[measured]\ndinner = '1h'";
        let differences = world.believe(text).unwrap();
        for word in ["sings", "weather", "TeapotException", "dinner"] {
            assert!(
                differences.iter().any(|it| it.contains(word)),
                "{word}: {differences:?}"
            );
        }
        assert_eq!(toml::to_string(&world.unverified).unwrap(), before);
    }

    #[test]
    fn another_version_is_refused() {
        for text in ["", "version = 2", "version = 'one'", "["] {
            assert!(World::of_size(1).believe(text).is_err(), "{text}");
        }
    }
}
