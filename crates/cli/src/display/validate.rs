//! What `validate` says of a file.

use std::fmt::Write;
use std::path::Path;

use fleet::report::InvalidLine;

use super::failure::{lines, note};
use super::text::{BOLD, counted, len, paint};
use crate::document::{self, Validation};

/// Draws what is in the file.
pub(crate) fn validate(file: &Path, validation: &Validation, width: usize) -> String {
    let mut text = lines(&validation.invalid_lines, width);
    for it in &validation.notes {
        let _ = writeln!(text, "{}", note(it, width));
    }
    let accounts = counted(validation.accounts, "account");
    let bad = counted(len(&validation.invalid_lines), "bad line");
    let counts = paint(BOLD, format_args!("{accounts}, {bad}"));
    let _ = writeln!(text, "{}: {counts}.", document::shown(file));
    text
}

/// Draws the bad lines of a file that has no good one.
pub(crate) fn unusable(invalid: &[InvalidLine], width: usize) -> String {
    lines(invalid, width)
}
