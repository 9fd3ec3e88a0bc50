//! Text that others wrote: AWS's reasons, names, keys. What could move a cursor, end a line or turn
//! the direction of writing is made visible where it comes in.

/// Controls (C0 and C1), marks of direction, and characters that nobody sees.
fn is_harmful(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// A text for a line of a terminal, a log, a mail or a table: white space is a blank, and whatever else
/// nobody sees is named, as in `[U+202E]`.
#[must_use]
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\t' | '\n' | '\r' => shown.push(' '),
            c if is_harmful(c) => shown.push_str(&format!("[U+{:04X}]", u32::from(c))),
            c => shown.push(c),
        }
    }
    shown
}

/// A name as it is, with what nobody sees written out, as in `\u{1b}`.
#[must_use]
pub fn escaped(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    for c in name.chars() {
        if is_harmful(c) {
            text.extend(c.escape_unicode());
        } else {
            text.push(c);
        }
    }
    text
}

/// A cell that no spreadsheet calculates (OWASP, CSV injection).
#[must_use]
pub fn cell(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOSTILE: &str = "a\u{1b}[2J\u{9b}31m\r\nb\u{202e}c\u{200b}\u{7f}é😀";

    #[test]
    fn what_nobody_sees_is_shown() {
        assert_eq!(
            visible(HOSTILE),
            "a[U+001B][2J[U+009B]31m  b[U+202E]c[U+200B][U+007F]é😀"
        );
        assert_eq!(
            escaped(HOSTILE),
            "a\\u{1b}[2J\\u{9b}31m\\u{d}\\u{a}b\\u{202e}c\\u{200b}\\u{7f}é😀"
        );
        assert_eq!(escaped("enable/été 2.csv"), "enable/été 2.csv");
    }

    #[test]
    fn a_cell_is_text() {
        for (text, shown) in [
            ("=1+1", "'=1+1"),
            ("@x", "'@x"),
            ("-1", "'-1"),
            ("a=1", "a=1"),
            ("", ""),
        ] {
            assert_eq!(cell(text), shown);
        }
    }
}
