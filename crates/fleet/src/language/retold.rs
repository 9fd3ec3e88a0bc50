//! Sentences of ours that documents carry in English, in Japanese.
//!
//! A document in JSON has them in English whatever the language of the page is: it is written before anybody
//! knows who reads it, and in AWS it goes through several processes. They are found by their form. Nothing
//! but words goes by it, and a sentence that is not in the table is shown as it is.

mod executions;
mod findings;
mod lists;
mod notes;

use std::fmt::Display;
use std::net::IpAddr;

use jiff::Timestamp;

use super::Language;
use super::words::{Row, filled};

const TABLES: [&[Row]; 4] = [notes::ROWS, lists::ROWS, findings::ROWS, executions::ROWS];

/// How deep sentences of ours stand in one another; what is deeper is somebody else's, and may be endless.
const DEPTH: usize = 4;

/// The Japanese of a sentence; what the table does not have stays.
pub(super) fn in_japanese(text: &str) -> String {
    retold(text, DEPTH)
}

fn retold(text: &str, depth: usize) -> String {
    let Some(depth) = depth.checked_sub(1) else {
        return text.to_owned();
    };
    if let Ok(at) = text.parse::<Timestamp>() {
        return Language::Japanese.minute(at);
    }
    let mut rows = TABLES.into_iter().flatten();
    let found = rows.find_map(|(english, japanese)| Some((parts(english, text)?, japanese)));
    let Some((parts, japanese)) = found else {
        return text.to_owned();
    };
    let parts: Vec<_> = parts.into_iter().map(|it| retold(it, depth)).collect();
    let parts: Vec<&dyn Display> = parts.iter().map(|it| it as &dyn Display).collect();
    filled(japanese, &parts)
}

/// What stands in the places of a form, in order; `None` where the text has another form. `{0}` stands for
/// any text that is not empty, `{#0}` for a number, `{.0}` for an IP address.
fn parts<'a>(form: &str, text: &'a str) -> Option<Vec<&'a str>> {
    let mut pieces = form.split('{');
    let mut rest = text.strip_prefix(pieces.next().unwrap_or_default())?;
    let mut parts = Vec::new();
    let mut pieces = pieces.peekable();
    while let Some(piece) = pieces.next() {
        let (name, literal) = piece.split_once('}')?;
        let (part, after) = match (literal, pieces.peek()) {
            ("", None) => (rest, ""),
            // What comes last stands at the end, whatever is like it before.
            (literal, None) => (rest.strip_suffix(literal)?, ""),
            (literal, Some(_)) => rest.split_once(literal)?,
        };
        let is_number = |part: &str| part.chars().all(|c| c.is_ascii_digit() || c == ',');
        let is_address = |part: &str| part.parse::<IpAddr>().is_ok();
        if part.is_empty()
            || (name.starts_with('#') && !is_number(part))
            || (name.starts_with('.') && !is_address(part))
        {
            return None;
        }
        parts.push(part);
        rest = after;
    }
    rest.is_empty().then_some(parts)
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    #[test]
    fn a_form_is_found_with_what_stands_in_it() {
        for (form, text, wanted) in [
            ("graph created", "graph created", Some(vec![])),
            ("graph created", "graph created twice", None),
            ("line {#0}: {1}", "line 12: a: b", Some(vec!["12", "a: b"])),
            ("line {#0}: {1}", "line x: a", None),
            ("{0} is {1}.", "a is b is c.", Some(vec!["a", "b is c"])),
            ("{0} is", " is", None),
        ] {
            assert_eq!(parts(form, text), wanted, "{form}");
        }
    }

    #[test]
    fn what_stands_in_a_sentence_is_retold_too_and_the_words_of_others_stay() {
        assert_eq!(
            in_japanese("line 7: the account id is missing; write its 12 digits"),
            "7 行目: アカウント ID がありません。12 桁の数字を書いてください"
        );
        let theirs = "User: arn:aws:sts::1:assumed-role/x is not authorized";
        assert_eq!(in_japanese(theirs), theirs);
    }

    #[test]
    fn a_moment_in_a_sentence_is_written_as_in_japanese() {
        assert_eq!(
            in_japanese(
                "this executes the plan in p.json, which was saved at 2027-01-15T08:09:10Z by x, and nothing else"
            ),
            "p.json の計画 (2027年1月15日 08:09 UTC、x が保存) だけを実行しました"
        );
        assert_eq!(in_japanese("2027-01-15"), "2027-01-15");
    }

    #[test]
    fn what_a_file_is_that_is_no_list_is_told_in_japanese() {
        use crate::roster::{Looks, RosterError};
        let looks = [
            Looks::Spreadsheet,
            Looks::Compressed,
            Looks::Pdf,
            Looks::Binary,
        ];
        let broken = RosterError::Broken {
            kind: "JSON",
            line: 7,
            why: "EOF".to_owned(),
        };
        let errors = looks.into_iter().map(RosterError::NotText).chain([
            RosterError::Empty,
            RosterError::TooLarge,
            RosterError::TooManyLines,
            broken,
            RosterError::NoAccounts("JSON"),
            RosterError::SeveralEmails(vec!["A".to_owned(), "B".to_owned()]),
            RosterError::NoGoodLine(Vec::new()),
        ]);
        for error in errors {
            let told = in_japanese(&error.to_string());
            assert!(!told.contains("the ") && !told.contains(" file"), "{told}");
        }
    }

    #[test]
    fn what_somebody_else_wrote_is_no_sentence_of_ours_however_long() {
        let theirs = "Data, from Acme";
        assert_eq!(in_japanese(theirs), theirs);
        let endless = "line 1: ".repeat(20_000);
        assert!(in_japanese(&endless).ends_with("line 1: "));
    }

    #[test]
    fn each_form_is_there_once_and_fills_what_it_has() {
        let rows = TABLES.concat();
        let mut forms: Vec<_> = rows.iter().map(|(english, _)| *english).collect();
        forms.sort_unstable();
        let all = forms.len();
        forms.dedup();
        assert_eq!(forms.len(), all);
        for (english, japanese) in rows {
            let places = english.matches('{').count();
            for place in 0..6 {
                let name = format!("{{{place}}}");
                let used = japanese.contains(&name);
                assert!(place < places || !used, "{english}");
            }
        }
    }
}
