//! Accounts in JSON and YAML: what `aws organizations list-accounts` answers, what org-formation
//! keeps its organization in, and what Control Tower's Account Factory for Terraform has in its table.
//!
//! JSON is YAML, so that one parser reads both and knows the line of everything.

use std::collections::BTreeMap;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError};

use super::table::{Row, Table};
use super::{RosterError, header};

/// A value and the line that it begins in.
#[derive(Clone, Debug)]
struct Value {
    text: String,
    line: u64,
}

/// What is open while the document is read.
#[derive(Debug)]
enum Open {
    /// A list.
    List,
    /// An object: its fields so far, the key whose value comes next, and where it begins.
    Object {
        fields: Vec<(String, Value)>,
        key: Option<String>,
        line: u64,
    },
}

/// Whether a text is such a document: the first line that says anything is no line of a CSV.
pub(super) fn is_document(text: &str) -> bool {
    let lines = text.lines().map(str::trim);
    let first = lines
        .into_iter()
        .find(|it| !it.is_empty() && !it.starts_with('#'));
    first.is_some_and(|first| {
        let item = first.strip_prefix("- ").map_or(first, str::trim_start);
        let is_open = |text: &str| text.starts_with(['{', '[']);
        let is_field = |text: &str| value_of(text).is_some();
        let value = value_of(item);
        is_open(item)
            || first == "---"
            || value.is_some_and(is_open)
            // Fields of one account that stand in a line.
            || (value.is_some() && !item.contains(';') && item.split(',').all(is_field))
    })
}

/// The value of a field, such as `Id: 111111111111` or `"Id": "111111111111"`.
fn value_of(field: &str) -> Option<&str> {
    let (key, value) = field.trim().split_once(':')?;
    let in_quotes = key.strip_prefix('"').and_then(|it| it.strip_suffix('"'));
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let key = in_quotes.unwrap_or(key);
    let is_key = !key.is_empty() && key.chars().all(fits);
    (is_key && (value.is_empty() || value.starts_with(' '))).then(|| value.trim_start())
}

/// The accounts of a document, as a table.
pub(super) fn read(text: &str) -> Result<Table, RosterError> {
    let first = text.trim_start();
    let kind = if first.starts_with(['{', '[']) {
        "JSON"
    } else {
        "YAML"
    };
    let records = match one_a_line(first) {
        true => every_line(text, kind)?,
        false => document(text, 1).map_err(|(line, why)| {
            // What is missing at the end is missed in the line after it.
            broken(kind, line.min(text.lines().count() as u64), why)
        })?,
    };
    if records.is_empty() {
        return Err(RosterError::NoAccounts(kind));
    }
    Ok(tabulate(records))
}

fn broken(kind: &'static str, line: u64, why: String) -> RosterError {
    RosterError::Broken { kind, line, why }
}

/// `jq -c '.Accounts[]'` writes a document in each line.
fn one_a_line(text: &str) -> bool {
    let mut lines = text
        .lines()
        .map(str::trim_end)
        .filter(|line| !line.is_empty());
    text.starts_with('{') && lines.all(|it| it.starts_with('{') && it.ends_with('}'))
}

fn every_line(text: &str, kind: &'static str) -> Result<Vec<Record>, RosterError> {
    let mut records = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let found = document(line, number).map_err(|(line, why)| broken(kind, line, why))?;
        records.extend(found);
    }
    Ok(records)
}

/// An object that describes an account.
struct Record {
    line: u64,
    fields: Vec<(String, Value)>,
}

/// Reads event by event: a parser that calls itself for each level could be brought down by a file.
fn document(text: &str, first_line: u64) -> Result<Vec<Record>, (u64, String)> {
    let at = |line: usize| first_line + line.saturating_sub(1) as u64;
    let wrong = |error: ScanError| (at(error.marker().line()), error.info().to_owned());
    let mut open: Vec<Open> = Vec::new();
    let mut records = Vec::new();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(wrong)?;
        let line = at(span.start.line());
        match event {
            Event::Scalar(text, style, ..) => {
                let is_nothing = style == ScalarStyle::Plain && matches!(&*text, "null" | "~");
                let text = if is_nothing {
                    String::new()
                } else {
                    text.into_owned()
                };
                give(&mut open, Value { text, line });
            }
            Event::MappingStart(..) => open.push(Open::Object {
                fields: Vec::new(),
                key: None,
                line,
            }),
            Event::SequenceStart(..) => open.push(Open::List),
            Event::MappingEnd => close(&mut open, &mut records),
            Event::SequenceEnd => {
                open.pop();
                pass_over(&mut open);
            }
            Event::Alias(_) => pass_over(&mut open),
            _ => {}
        }
    }
    Ok(records)
}

/// A value goes to the object that waits for a key or for a value.
fn give(open: &mut [Open], value: Value) {
    if let Some(Open::Object { fields, key, .. }) = open.last_mut() {
        match key.take() {
            Some(name) => fields.push((name, value)),
            None => *key = Some(value.text),
        }
    }
}

/// The value of a key is something that is no text.
fn pass_over(open: &mut [Open]) {
    if let Some(Open::Object { key, .. }) = open.last_mut()
        && key.take().is_none()
    {
        // A key that is an object: its value is passed over as well.
        *key = Some(String::new());
    }
}

fn close(open: &mut Vec<Open>, records: &mut Vec<Record>) {
    let Some(Open::Object { fields, line, .. }) = open.pop() else {
        return;
    };
    // DynamoDB writes {"S": "text"} for a text.
    if let [(kind, value)] = fields.as_slice()
        && matches!(kind.as_str(), "S" | "N")
    {
        return give(open, value.clone());
    }
    pass_over(open);
    if is_account(&fields) {
        let id = fields.iter().find(|(name, _)| header::is_id(name));
        let line = id.map_or(line, |(_, id)| id.line);
        records.push(Record { line, fields });
    }
}

fn is_account(fields: &[(String, Value)]) -> bool {
    let has = |is: fn(&str) -> bool| fields.iter().any(|(name, _)| is(name));
    let says_so = |name: &str| matches!(name, "AccountId" | "accountId" | "RootEmail");
    (has(header::is_id) && has(header::is_email)) || has(says_so)
}

/// Each name that any account has becomes a column.
fn tabulate(records: Vec<Record>) -> Table {
    let mut header: Vec<String> = Vec::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    let mut rows = Vec::new();
    for record in records {
        let mut fields = Vec::new();
        for (name, value) in record.fields {
            let place = *places.entry(name.clone()).or_insert_with(|| {
                header.push(name);
                header.len() - 1
            });
            if fields.len() <= place {
                fields.resize(place + 1, String::new());
            }
            fields[place] = value.text;
        }
        rows.push(Row {
            line: record.line,
            fields: Ok(fields),
        });
    }
    Table {
        header: Some(header),
        rows,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_told_from_a_csv_by_its_first_line() {
        for text in [
            "{}",
            " [",
            "---\nx",
            "# ours\n\nOrganization:\n",
            "- Id: 1",
            "Version: '1'",
            "root-email: a",
            "Account_Id:",
            "- {Id: 1, Email: a}",
            "-  [{Id: 1, Email: a}]",
            "Accounts: [{Id: 1, Email: a}]",
            "\"Accounts\": [{\"Id\": \"1\", \"Email\": \"a\"}]",
            "Id: 1, Email: a",
            "\"Id\": \"1\", \"Email\": \"a\"",
        ] {
            assert!(is_document(text), "{text}");
        }
        for text in [
            "",
            "1,a",
            "Account ID,Email",
            "Account: ours, Email",
            "111111111111",
            "x:y",
            "a b: c",
            ": c",
            "Id: 1;Email",
        ] {
            assert!(!is_document(text), "{text}");
        }
    }

    #[test]
    fn a_document_of_any_depth_is_read_and_does_not_end_the_process() {
        let deep = "[".repeat(100_000);
        assert!(read(&deep).is_err());
        let closed = format!("{deep}{}", "]".repeat(100_000));
        assert!(read(&closed).is_err());
    }

    fn rows(text: &str) -> Vec<(u64, Vec<String>)> {
        let rows = read(text).unwrap().rows.into_iter();
        rows.map(|row| (row.line, row.fields.unwrap())).collect()
    }

    #[test]
    fn a_document_in_each_line_is_a_list_of_them() {
        let one = r#"{"Id": "1", "Email": "a"}"#;
        let two = r#"{"Email": "b", "Name": "x", "Id": "2"}"#;
        let fields = |fields: &[&str]| fields.iter().map(ToString::to_string).collect();
        let both = |first, second| -> Vec<(u64, Vec<String>)> {
            let (a, b) = (fields(&["1", "a"]), fields(&["2", "b", "x"]));
            vec![(first, a), (second, b)]
        };
        for (text, expected) in [
            (format!("{one}\n{two}\n"), both(1, 2)),
            (format!("{one}  \n\n{two}"), both(1, 3)),
            (format!("[{one},\n{two}]"), both(1, 2)),
        ] {
            assert_eq!(rows(&text), expected, "{text}");
        }
        // One document over several lines, and a line that is broken.
        let apart = "{\"Id\": \"1\",\n\"Email\": \"a\"}";
        assert_eq!(rows(apart), both(1, 2)[..1]);
        let error = read(&format!("{one}\n{{\"Id\": [}}\n{two}"))
            .map(|_| ())
            .unwrap_err();
        assert!(
            matches!(error, RosterError::Broken { line: 2, .. }),
            "{error:?}"
        );
        for (text, line) in [("{\"Id\": \"1}", 1), ("{}\n{\"Id\": \"1}\n{}", 2)] {
            let error = read(text).map(|_| ()).unwrap_err();
            assert!(
                matches!(error, RosterError::Broken { line: it, .. } if it == line),
                "{error:?}"
            );
        }
    }

    #[test]
    fn what_is_no_text_leaves_the_fields_after_it_where_they_are() {
        let fields = |text: &str| rows(text).remove(0).1;
        for text in [
            "- {Id: 1, Tags: [x, [y]], Email: a}",
            "- {Id: 1, Tags: {k: v}, Email: a}",
            "- {Id: &x 1, Tags: *x, Email: a}",
        ] {
            assert_eq!(fields(text), ["1", "a"], "{text}");
        }
        assert_eq!(
            fields("- {Id: 1, Email: a, Name: null, Owner: 'null'}"),
            ["1", "a", "", "null"]
        );
    }

    #[test]
    fn only_what_has_an_id_and_an_address_or_says_so_is_an_account() {
        for (text, found) in [
            ("- {Id: 1, Email: a}\n- {Id: 2, Email: b}", 2),
            (
                "- {Id: 1}\n- {Email: b}\n- {AccountId: 3}\n- {RootEmail: d}",
                2,
            ),
            (
                "all: [[{Id: 1, Email: a, Tags: [x, {k: v}], Of: {Id: 9}}]]",
                1,
            ),
        ] {
            assert_eq!(rows(text).len(), found, "{text}");
        }
    }

    #[test]
    fn a_key_that_is_an_object_shifts_nothing() {
        let table = read("? {a: b}\n: x\nAccountId: 1\nRootEmail: a\n").unwrap();
        assert_eq!(table.header.unwrap(), ["", "AccountId", "RootEmail"]);
    }
}
