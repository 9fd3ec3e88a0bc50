//! Words of a command as a shell takes them.

use std::borrow::Cow;

/// A path, as a word that a shell makes nothing else of and a command takes for no flag.
#[must_use]
pub fn path(path: &str) -> Cow<'_, str> {
    match path.starts_with('-') && path != "-" {
        true => Cow::Owned(quoted(&format!("./{path}")).into_owned()),
        false => quoted(path),
    }
}

/// The word, quoted where a shell would make something else of it.
#[must_use]
pub fn quoted(word: &str) -> Cow<'_, str> {
    let fits = |c: char| c.is_ascii_alphanumeric() || "-_./=,:@+".contains(c);
    match !word.is_empty() && word.chars().all(fits) {
        true => Cow::Borrowed(word),
        false => Cow::Owned(format!("'{}'", word.replace('\'', r"'\''"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_one_word_and_no_flag() {
        let said = |it| path(it).into_owned();
        assert_eq!(said("a/b.csv"), "a/b.csv");
        assert_eq!(said("-y.csv"), "./-y.csv");
        assert_eq!(said("--x y.csv"), "'./--x y.csv'");
        assert_eq!(said("-"), "-");
        assert_eq!(said("it's"), r"'it'\''s'");
        assert_eq!(said(""), "''");
    }
}
