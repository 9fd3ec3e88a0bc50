//! The languages that pages and mails are written in.
//!
//! What programs read is the same in each: documents in JSON, codes, names of AWS, and commands.

mod retold;
mod words;

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use words::{Row, Words};

/// A language.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Language {
    /// English.
    #[default]
    #[serde(rename = "en")]
    English,
    /// Japanese, in the terms of AWS's Japanese documentation.
    #[serde(rename = "ja")]
    Japanese,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::English, Self::Japanese];

    /// Its code, as HTML has it (BCP 47).
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Japanese => "ja",
        }
    }

    /// A sentence that this program wrote into a document, where it is English always, in this language.
    /// What is not ours, such as AWS's own words, stays as it is.
    #[must_use]
    pub fn retell(self, text: &str) -> String {
        match self {
            Self::English => text.to_owned(),
            Self::Japanese => retold::in_japanese(text),
        }
    }

    /// Sentences one after the other: in Japanese there is no blank between them.
    #[must_use]
    pub fn join(self, sentences: impl IntoIterator<Item = String>) -> String {
        let sentences: Vec<_> = sentences.into_iter().collect();
        sentences.join(match self {
            Self::English => " ",
            Self::Japanese => "",
        })
    }

    /// A point in time in UTC, to the minute.
    #[must_use]
    pub fn minute(self, at: Timestamp) -> String {
        at.strftime(match self {
            Self::English => "%Y-%m-%d %H:%M UTC",
            Self::Japanese => "%Y年%-m月%-d日 %H:%M UTC",
        })
        .to_string()
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

/// What was named is no language of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the languages are en and ja")]
pub struct NotALanguage;

impl FromStr for Language {
    type Err = NotALanguage;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let code = text.trim().to_ascii_lowercase();
        let known = Self::ALL.into_iter().find(|it| it.code() == code);
        known.ok_or(NotALanguage)
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    #[test]
    fn a_language_is_known_by_its_code() {
        for language in Language::ALL {
            assert_eq!(language.code().parse(), Ok(language));
            assert_eq!(language.to_string(), language.code());
        }
        assert_eq!(" JA ".parse(), Ok(Language::Japanese));
        assert_eq!("fr".parse::<Language>(), Err(NotALanguage));
    }

    #[test]
    fn a_time_is_written_as_people_there_write_it() {
        let at = "2026-03-05T06:07:08Z".parse().unwrap();
        let shown = Language::ALL.map(|it| it.minute(at));
        assert_eq!(shown, ["2026-03-05 06:07 UTC", "2026年3月5日 06:07 UTC"]);
    }
}
