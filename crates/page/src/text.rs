//! Numbers for people, and what comes from outside made harmless.

use fleet::account::Email;
pub(crate) use fleet::report::number;

/// Text from outside (AWS, the list of accounts): addresses are masked, and what nobody sees, or what turns the
/// reading order around, is named instead. The template escapes the rest.
pub(crate) fn visible(text: &str) -> String {
    Email::mask_in(text)
}

/// A part of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Piece<'a> {
    pub(crate) text: &'a str,
    /// It stood between two backticks, as what is typed does.
    pub(crate) is_code: bool,
}

/// The parts of a text; a backtick without another one stays.
pub(crate) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut add = |text, is_code| pieces.push(Piece { text, is_code });
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('`')
        && let Some((code, behind)) = after.split_once('`')
    {
        add(before, false);
        add(code, true);
        rest = behind;
    }
    add(rest, false);
    pieces.retain(|it| !it.text.is_empty());
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_between_two_backticks_is_code() {
        let found = |text| {
            let pieces = pieces(text).into_iter();
            pieces.map(|it| (it.text, it.is_code)).collect::<Vec<_>>()
        };
        assert_eq!(found("Run it"), [("Run it", false)]);
        assert_eq!(
            found("Run `enable` with `a b`."),
            [
                ("Run ", false),
                ("enable", true),
                (" with ", false),
                ("a b", true),
                (".", false)
            ]
        );
        assert_eq!(found("a ` b"), [("a ` b", false)]);
        assert_eq!(found("`a` ` b"), [("a", true), (" ` b", false)]);
        assert_eq!(found(""), []);
    }

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
}
