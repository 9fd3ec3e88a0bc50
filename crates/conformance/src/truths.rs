//! The file of truths: what was asked, and what came out. It names no account.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The version of the file.
pub const VERSION: i64 = 1;

const COMMENT: &str = "\
# What Amazon Detective answered to detective-fleet conformance. It names no account, e-mail and ARN.
#   detective-fleet sandbox --truths THIS-FILE   emulates a Detective that answers like that
# [truths]: the answers. [surprises]: answers that nobody expected. [measured]: how long something took.
# [open]: what was not told, and why. [words]: what AWS said.

";

/// Where and how the file came to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The program and its version.
    pub made_by: String,
    /// The day.
    pub made_on: String,
    /// The Region.
    pub region: String,
}

/// The file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Truths {
    /// Its version.
    pub version: i64,
    /// The program that asked.
    #[serde(default)]
    pub made_by: String,
    /// The day, in UTC.
    #[serde(default)]
    pub made_on: String,
    /// Where it was asked.
    #[serde(default)]
    pub region: String,
    /// With how many accounts.
    #[serde(default)]
    pub accounts: u8,
    /// Question to answer.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub truths: BTreeMap<String, String>,
    /// Question to an answer that nobody expected, in words.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub surprises: BTreeMap<String, String>,
    /// How long something took.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub measured: BTreeMap<String, String>,
    /// Question to why it was not answered.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub open: BTreeMap<String, String>,
    /// Question to what AWS said.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub words: BTreeMap<String, String>,
}

/// The file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TruthsError {
    /// It is not such a file.
    #[error(transparent)]
    Toml(#[from] toml::de::Error),
    /// It is of another version.
    #[error("the file is of version {0}, and this program reads version {VERSION}")]
    Version(i64),
}

/// Two files beside each other.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// How many questions have the same answer in both.
    pub same: usize,
    /// Those that do not, in words.
    pub differences: Vec<String>,
    /// Those that one of them does not tell.
    pub untold: Vec<String>,
}

impl Truths {
    pub(crate) fn new(header: Header, accounts: u8) -> Self {
        Self {
            version: VERSION,
            made_by: header.made_by,
            made_on: header.made_on,
            region: header.region,
            accounts,
            truths: BTreeMap::new(),
            surprises: BTreeMap::new(),
            measured: BTreeMap::new(),
            open: BTreeMap::new(),
            words: BTreeMap::new(),
        }
    }

    /// Reads the file.
    ///
    /// # Errors
    /// Where it is none, or one of another version.
    pub fn from_toml(text: &str) -> Result<Self, TruthsError> {
        let truths: Self = toml::from_str(text)?;
        match truths.version {
            VERSION => Ok(truths),
            other => Err(TruthsError::Version(other)),
        }
    }

    /// Writes the file.
    ///
    /// # Errors
    /// Where it cannot be written as TOML, which is a defect.
    pub fn to_toml(&self) -> Result<String, toml::ser::Error> {
        Ok(format!("{COMMENT}{}", toml::to_string(self)?))
    }

    /// What is told here and what `expected` tells, beside each other.
    #[must_use]
    pub fn compare(&self, expected: &Self) -> Comparison {
        let mut comparison = Comparison::default();
        for (question, answer) in &expected.truths {
            let surprise = self.surprises.get(question).map(String::as_str);
            match self.truths.get(question).map(String::as_str).or(surprise) {
                Some(found) if found == answer => comparison.same += 1,
                Some(found) => comparison.differences.push(format!(
                    "{question}: {answer} in the file, and {found} here"
                )),
                None => {
                    let why = self.open.get(question).map_or("not asked", String::as_str);
                    comparison
                        .untold
                        .push(format!("{question}: {answer} in the file; here: {why}"));
                }
            }
        }
        for (question, answer) in &expected.surprises {
            let found = self.surprises.get(question).or(self.truths.get(question));
            match found {
                Some(found) if found == answer => comparison.same += 1,
                Some(found) => comparison.differences.push(format!(
                    "{question}: {answer} in the file, and {found} here"
                )),
                None => comparison
                    .untold
                    .push(format!("{question}: {answer} in the file; here: not told")),
            }
        }
        comparison
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_as_it_is_written_and_another_version_is_refused() {
        let header = Header {
            made_by: "detective-fleet 0".to_owned(),
            made_on: "2026-01-01".to_owned(),
            region: "eu-west-1".to_owned(),
        };
        let mut truths = Truths::new(header, 2);
        truths.truths.insert("reasons".into(), "known".into());
        truths.words.insert("reasons".into(), "so \"so\"".into());
        let text = truths.to_toml().unwrap();
        assert_eq!(Truths::from_toml(&text).unwrap(), truths);
        for bad in ["", "version = 2", "["] {
            assert!(Truths::from_toml(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn two_files_agree_or_the_difference_is_named() {
        let file = |text: &str| Truths::from_toml(&format!("version = 1\n{text}")).unwrap();
        let expected = file("[truths]\na = 'x'\nb = 'x'\nc = 'x'\n[surprises]\nd = 'x'");
        let found = file("[truths]\na = 'x'\nb = 'y'\n[surprises]\nd = 'x'\n[open]\nc = 'why'");
        let comparison = found.compare(&expected);
        assert_eq!(comparison.same, 2);
        assert_eq!(comparison.differences, ["b: x in the file, and y here"]);
        assert_eq!(comparison.untold, ["c: x in the file; here: why"]);
    }
}
