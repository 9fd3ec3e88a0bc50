//! Words of a command as a shell takes them.

use std::borrow::Cow;

/// The word, quoted where a shell would make something else of it.
#[must_use]
pub fn quoted(word: &str) -> Cow<'_, str> {
    let fits = |c: char| c.is_ascii_alphanumeric() || "-_./=,:@+".contains(c);
    match !word.is_empty() && word.chars().all(fits) {
        true => Cow::Borrowed(word),
        false => Cow::Owned(format!("'{}'", word.replace('\'', r"'\''"))),
    }
}
