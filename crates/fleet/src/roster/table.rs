//! Any file as a table: lines of fields, and what they are called.

use super::RosterError;
use super::{MAX_LINE_CHARS, document, header, line, text};

/// What a file says, before anything is checked.
#[derive(Debug)]
pub(super) struct Table {
    /// What the fields are called, where the file says so.
    pub(super) header: Option<Vec<String>>,
    /// One for each line, or each object, that says something.
    pub(super) rows: Vec<Row>,
}

/// One line, or one object.
#[derive(Debug)]
pub(super) struct Row {
    /// Its physical line, from 1.
    pub(super) line: u64,
    /// What stands in it, or why that cannot be told.
    pub(super) fields: Result<Vec<String>, String>,
}

impl Table {
    /// Reads a text of any of the formats.
    pub(super) fn read(text: &str) -> Result<Self, RosterError> {
        if document::is_document(text) {
            return document::read(text);
        }
        let mut rows = rows(text);
        // Only what comes first can be a header: words further down are somebody's mistake.
        let first = rows.first().and_then(|row| row.fields.as_ref().ok());
        let header = match first.is_some_and(|fields| header::is_header(fields)) {
            true => rows.remove(0).fields.ok(),
            false => None,
        };
        Ok(Self { header, rows })
    }
}

/// The lines of a CSV that say something.
pub(super) fn rows(text: &str) -> Vec<Row> {
    let lines = (1..).zip(text::lines(text));
    let lines = lines.filter(|(_, content)| !line::is_ignored(content));
    lines
        .map(|(line, content)| Row {
            line,
            fields: fields(content),
        })
        .collect()
}

fn fields(content: &str) -> Result<Vec<String>, String> {
    if content.chars().nth(MAX_LINE_CHARS).is_some() {
        return Err(format!(
            "the line has more than {MAX_LINE_CHARS} characters; write an account id and an \
             e-mail address"
        ));
    }
    let fields = line::fields(content).ok_or(
        "a quote is opened and not closed in this line; close it, and keep each account on one \
         line",
    )?;
    Ok(fields)
}
