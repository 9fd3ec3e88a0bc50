//! What belongs to no membership: errors, Regions that failed as a whole, bad lines, notes.

use std::ffi::OsString;
use std::fmt::Write;
use std::io::Write as _;

use fleet::account::Region;
use fleet::cause::{Cause, Told};
use fleet::guard::Refusal;
use fleet::report::{Header, InvalidLine, region_troubles};

use super::scope::Scope;
use super::text::{BAD, BOLD, CHANGE, FAILED, counted, len, paint, wrapped};
use super::trouble;
use crate::document::{self, ErrorDocument};
use crate::exit::Exit;

/// An error that ended the command. What it quotes line by line, such as a settings file, stays so.
pub(crate) fn error(error: &anyhow::Error, width: usize) -> String {
    let text = format!("{} {}", paint(BAD.bold(), "error:"), document::words(error));
    text.lines()
        .map(|line| wrapped(line, width, "", "  ") + "\n")
        .collect()
}

/// What clap says: help on stdout, and wrong usage on stderr.
pub(crate) fn usage(error: &clap::Error, typed: &[OsString]) -> Exit {
    // Where not even this can be printed there is nowhere left to say so.
    if !error.use_stderr() {
        let _ = error.print();
        return Exit::Fine;
    }
    let plain = error.render().to_string();
    // What was typed wrong may be an e-mail, and masking knows nothing of colours.
    let masked = document::masked(&plain);
    let text = match plain.lines().eq(masked.lines()) {
        true => error.render().ansi().to_string(),
        false => masked.clone(),
    };
    let width = super::output::stderr_width();
    let lines = text.lines().map(|line| wrapped(line, width, "", "  "));
    super::output::stderr(&(lines.collect::<Vec<_>>().join("\n") + "\n"));
    if wants_json(typed) {
        let words = masked.trim().trim_start_matches("error: ").to_owned();
        let document = document::json(&ErrorDocument::of(&anyhow::anyhow!(words)));
        let _ = document.map(|text| anstream::stdout().write_all(text.as_bytes()));
    }
    Exit::CouldNot
}

/// Whether JSON was asked for, as far as can be told of a line that makes no sense.
fn wants_json(typed: &[OsString]) -> bool {
    typed.iter().any(|word| word == "--output=json")
        || typed
            .windows(2)
            .any(|words| words[0] == "--output" && words[1] == "json")
}

/// Lines of the roster that could not be used.
pub(crate) fn bad_lines(header: &Header, width: usize) -> String {
    lines(&header.invalid_lines, width)
}

/// Lines of a roster that could not be used.
pub(crate) fn lines(lines: &[InvalidLine], width: usize) -> String {
    let mut text = String::new();
    if lines.is_empty() {
        return text;
    }
    let count = counted(len(lines), "bad line");
    let _ = writeln!(
        text,
        "{}",
        paint(BOLD, format_args!("{count} in the file:"))
    );
    for InvalidLine { line, reason } in lines {
        let first = format!("  {} line {line}: ", paint(BAD, '!'));
        let _ = writeln!(
            text,
            "{}",
            wrapped(&format!("{first}{reason}"), width, "", "      ").trim_start_matches('\n')
        );
    }
    text.push('\n');
    text
}

/// What the guard rails have against a run, for a person to think about.
pub(crate) fn refusals(refusals: &[Refusal], width: usize) -> String {
    let mut text = String::from("\n");
    for refusal in refusals {
        let first = format!("{} ", paint(BAD.bold(), "Stop:"));
        let _ = writeln!(
            text,
            "{}",
            wrapped(&refusal.to_string(), width, &first, "      ")
        );
    }
    text
}

/// What is worth knowing and no failure.
pub(crate) fn notes(header: &Header, width: usize) -> String {
    let mut text = String::new();
    for note in &header.notes {
        let _ = writeln!(text, "{}", self::note(note, width));
    }
    if !text.is_empty() {
        text.push('\n');
    }
    text
}

/// One note.
pub(crate) fn note(note: &str, width: usize) -> String {
    wrapped(
        note,
        width,
        &format!("{} ", paint(CHANGE, "note:")),
        "      ",
    )
}

/// Regions that failed as a whole, those with the same cause together.
pub(crate) fn regions<'a>(
    failed: impl IntoIterator<Item = (&'a Region, Cause)>,
    scope: &Scope,
    width: usize,
) -> String {
    by_cause("all accounts", failed, scope, width)
}

/// What has failed in Regions, those with the same cause together.
pub(super) fn by_cause<'a>(
    what: &str,
    failed: impl IntoIterator<Item = (&'a Region, Cause)>,
    scope: &Scope,
    width: usize,
) -> String {
    let entry = |(told, regions): (Told, _)| {
        let place = format!("{what} in {}", scope.regions(&regions));
        trouble::entry(&told, &[place], &scope.origin, FAILED, width)
    };
    region_troubles(failed).into_iter().map(entry).collect()
}
