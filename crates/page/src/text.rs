//! Words and numbers for people, and what comes from outside made harmless.

use fleet::account::Email;
pub(crate) use fleet::report::{counted, number};
use jiff::Timestamp;

/// Text from outside (AWS, the list of accounts): addresses are masked, and what nobody sees, or what turns the
/// reading order around, is named instead. The template escapes the rest.
pub(crate) fn visible(text: &str) -> String {
    Email::mask_in(text)
}

/// A point in time, to the second.
pub(crate) fn moment(at: Timestamp) -> String {
    at.strftime("%-d %B %Y, %H:%M:%S UTC").to_string()
}

/// A length of time.
pub(crate) fn seconds(seconds: f64) -> String {
    let whole = seconds.round().max(0.0);
    let (hours, minutes) = ((whole / 3600.0).floor(), (whole / 60.0).floor());
    if seconds < 60.0 {
        format!("{seconds:.1} s")
    } else if hours == 0.0 {
        format!("{minutes} min {} s", whole - minutes * 60.0)
    } else {
        format!("{hours} h {} min", minutes - hours * 60.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_sees_is_named_and_addresses_are_masked() {
        for (text, shown) in [
            ("evil\u{202e}lmth\u{2028}x", "evil[U+202E]lmth[U+2028]x"),
            ("a\nb\u{0}\u{7f}\u{feff}", "a b[U+0000][U+007F][U+FEFF]"),
            ("not root@example.com", "not r***@example.com"),
            ("not r***@example.com", "not r***@example.com"),
            ("Zürich <b>", "Zürich <b>"),
        ] {
            assert_eq!(visible(text), shown);
        }
    }

    #[test]
    fn lengths_of_time_have_the_unit_that_fits() {
        for (length, text) in [
            (0.04, "0.0 s"),
            (4.25, "4.2 s"),
            (59.94, "59.9 s"),
            (60.0, "1 min 0 s"),
            (125.4, "2 min 5 s"),
            (7265.0, "2 h 1 min"),
        ] {
            assert_eq!(seconds(length), text);
        }
    }
}
