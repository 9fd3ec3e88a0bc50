//! Words, numbers and styles that all texts share.

use std::fmt::Display;
use std::time::Duration;

use anstyle::{AnsiColor, Style};
pub(crate) use fleet::report::{counted, number};
use jiff::SignedDuration;

/// What is as wanted, or comes new.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
/// What changes, or takes time.
pub(crate) const CHANGE: Style = AnsiColor::Yellow.on_default();
/// What is not as wanted.
pub(crate) const BAD: Style = AnsiColor::Red.on_default();
/// The sign in front of a line, in its colour.
#[derive(Clone, Copy)]
pub(crate) struct Mark {
    pub symbol: &'static str,
    pub style: Style,
}

/// In front of what failed.
pub(crate) const FAILED: Mark = Mark {
    symbol: "!",
    style: BAD,
};
/// In front of what takes time.
pub(crate) const WAITS: Mark = Mark {
    symbol: "~",
    style: CHANGE,
};

/// Headlines.
pub(crate) const BOLD: Style = Style::new().bold();
/// What matters less.
pub(crate) const DIM: Style = Style::new().dimmed();

/// A text in a style.
pub(crate) fn paint(style: Style, text: impl Display) -> String {
    format!("{style}{text}{style:#}")
}

/// A length of time, as it would be typed.
pub(crate) fn time(time: Duration) -> String {
    // Nobody waits for longer than that.
    let time = SignedDuration::try_from(time).unwrap_or(SignedDuration::MAX);
    format!("{time:#}")
}

/// How many there are, as a number that [`counted`] takes.
pub(crate) fn len<T>(things: &[T]) -> u64 {
    // No collection of ours outgrows 64 bits.
    things.len() as u64
}

/// Breaks a text into lines of the window, each with the indent.
pub(crate) fn wrapped(text: &str, width: usize, first: &str, rest: &str) -> String {
    let options = textwrap::Options::new(width.max(40))
        .initial_indent(first)
        .subsequent_indent(rest)
        .break_words(false)
        .word_splitter(textwrap::WordSplitter::NoHyphenation);
    textwrap::fill(text, options)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_things_are_in_the_plural() {
        assert_eq!(counted(1, "membership"), "1 membership");
        assert_eq!(counted(1680, "membership"), "1,680 memberships");
    }
}
