//! Words in the language that is wanted: the code says them in English, and a table has the Japanese.

use std::fmt::Display;

use super::Language;
use crate::report::{counted, number};

/// What the code says, and the same in Japanese. `{0}`, `{1}`, … are what is filled in, in the order of
/// the values and not of the sentence.
pub type Row = (&'static str, &'static str);

/// A table of words, and the language that is wanted.
#[derive(Clone, Copy, Debug)]
pub struct Words {
    /// Which language.
    pub language: Language,
    japanese: &'static [Row],
}

impl Words {
    /// Words of that table in that language.
    #[must_use]
    pub const fn of(language: Language, japanese: &'static [Row]) -> Self {
        Self { language, japanese }
    }

    /// The words in the language. Where the table lacks them they stay English; a test build ends there.
    #[must_use]
    pub fn say(&self, english: &'static str) -> &'static str {
        if self.language == Language::English {
            return english;
        }
        self.japanese(english).unwrap_or(english)
    }

    /// The words in the language, with these values filled in.
    #[must_use]
    pub fn fill(&self, english: &'static str, values: &[&dyn Display]) -> String {
        filled(self.say(english), values)
    }

    /// So many of a thing, which the table has with its counter: `("{0} account", "{0} アカウント")`.
    #[must_use]
    pub fn counted(&self, n: u64, thing: &str) -> String {
        let form = match self.language {
            Language::English => None,
            Language::Japanese => self.japanese(&format!("{{0}} {thing}")),
        };
        form.map_or_else(|| counted(n, thing), |form| filled(form, &[&number(n)]))
    }

    /// A list of names.
    #[must_use]
    pub fn listed(&self, names: &[String]) -> String {
        names.join(match self.language {
            Language::English => ", ",
            Language::Japanese => "、",
        })
    }

    fn japanese(&self, english: &str) -> Option<&'static str> {
        let row = self.japanese.iter().find(|(it, _)| *it == english);
        debug_assert!(row.is_some(), "no Japanese for {english:?}");
        row.map(|(_, japanese)| *japanese)
    }
}

/// A text with values in the places of `{0}`, `{1}`, …
pub(super) fn filled(text: &str, values: &[&dyn Display]) -> String {
    let mut parts = text.split('{');
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let place = part.split_once('}');
        let place = place.and_then(|(number, rest)| Some((number.parse::<usize>().ok()?, rest)));
        match place.and_then(|(number, rest)| Some((values.get(number)?, rest))) {
            Some((value, rest)) => filled.push_str(&format!("{value}{rest}")),
            None => filled.push_str(&format!("{{{part}")),
        }
    }
    filled
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    const TABLE: &[Row] = &[
        ("{0} of {1}", "{1} 中 {0}"),
        ("{0} account", "{0} アカウント"),
        ("no account", "アカウントなし"),
    ];

    #[test]
    fn words_are_said_in_the_language_that_is_wanted() {
        let [english, japanese] = Language::ALL.map(|it| Words::of(it, TABLE));
        let said = |words: Words| {
            [
                words.say("no account").to_owned(),
                words.fill("{0} of {1}", &[&1, &2]),
                words.counted(1, "account"),
                words.counted(1200, "account"),
                words.listed(&["a".to_owned(), "b".to_owned()]),
            ]
        };
        assert_eq!(
            said(english),
            [
                "no account",
                "1 of 2",
                "1 account",
                "1,200 accounts",
                "a, b"
            ]
        );
        assert_eq!(
            said(japanese),
            [
                "アカウントなし",
                "2 中 1",
                "1 アカウント",
                "1,200 アカウント",
                "a、b"
            ]
        );
    }

    #[test]
    fn what_is_filled_in_is_not_filled_itself() {
        assert_eq!(
            filled("{0}: {1} {x} {", &[&"{1}", &"{0}"]),
            "{1}: {0} {x} {"
        );
    }

    #[test]
    #[should_panic(expected = "no Japanese for \"forgotten\"")]
    fn a_word_that_the_table_lacks_ends_a_test() {
        let _ = Words::of(Language::Japanese, TABLE).say("forgotten");
    }
}
