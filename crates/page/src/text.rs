//! Numbers for people, and what comes from outside made harmless.

use fleet::account::Email;
pub(crate) use fleet::report::number;

/// Text from outside (AWS, the list of accounts): addresses are masked, and what nobody sees, or what turns the
/// reading order around, is named instead. The template escapes the rest.
pub(crate) fn visible(text: &str) -> String {
    Email::mask_in(text)
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
}
