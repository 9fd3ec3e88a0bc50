//! The page's words. The code, the templates and the scripts say them in English; the Japanese is here, and a
//! test fails where it is not.

mod japanese;
mod script;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use fleet::cause::{Cause, Place};
use fleet::language::{Language, Words};
use jiff::Timestamp;

pub(crate) use script::SCRIPT;

/// The words in a language.
pub(crate) fn of(language: Language) -> Words {
    Words::of(language, japanese::ROWS)
}

/// Why something is as it is. Documents have that in English, and the cause as data beside it.
pub(crate) fn reason(
    words: Words,
    said: Option<&Arc<str>>,
    cause: Option<&Cause>,
    place: &Place,
) -> Option<Arc<str>> {
    match (words.language, cause) {
        (Language::English, _) => said.cloned(),
        (language, Some(cause)) if said.is_some() => {
            Some(cause.told_in(language, place).in_one().into())
        }
        (language, _) => said.map(|said| language.retell(said).into()),
    }
}

/// A point in time in UTC, to the second. The script has it by the reader's clock, too.
pub(crate) fn moment(words: Words, at: Timestamp) -> String {
    at.strftime(match words.language {
        Language::English => "%-d %B %Y, %H:%M:%S UTC",
        Language::Japanese => "%Y年%-m月%-d日 %H:%M:%S UTC",
    })
    .to_string()
}

/// A length of time.
pub(crate) fn seconds(words: Words, seconds: f64) -> String {
    let whole = seconds.round().max(0.0);
    let (hours, minutes) = ((whole / 3600.0).floor(), (whole / 60.0).floor());
    if seconds < 60.0 {
        words.fill("{0} s", &[&format!("{seconds:.1}")])
    } else if hours == 0.0 {
        words.fill("{0} min {1} s", &[&minutes, &(whole - minutes * 60.0)])
    } else {
        words.fill("{0} h {1} min", &[&hours, &(minutes - hours * 60.0)])
    }
}
