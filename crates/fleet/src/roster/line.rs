//! One line of the file: what it is, and its fields.

/// Space of any kind, and the invisible characters that come along when text is copied from a web
/// page or a mail: zero-width, direction and byte order marks.
pub(super) fn is_space(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// Whether there is nothing to read in a line: it is blank (spreadsheets write `,,` for an empty
/// row), a comment (in quotes too, where a spreadsheet saved one with a comma in it), or the
/// `sep=;` that tells spreadsheets the separator.
pub(super) fn is_ignored(line: &str) -> bool {
    let content = line.trim_matches(|c| is_space(c) || matches!(c, ',' | ';' | '"'));
    let sep = content
        .get(..4)
        .is_some_and(|s| s.eq_ignore_ascii_case("sep="));
    content.is_empty() || content.starts_with('#') || (sep && content.len() <= 5)
}

/// The fields of a line, trimmed; none where a quote is opened and not closed.
///
/// Each line is a record of its own: an unclosed quote would otherwise take the rest of the file
/// into one field, and neither an account id nor an e-mail address has a line break in it.
pub(super) fn fields(line: &str) -> Option<Vec<String>> {
    let ended = format!("{line}\n");
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator(line))
        .buffer_capacity(ended.len())
        .from_reader(ended.as_bytes());
    let record = reader.records().next()?.ok()?;
    // Only an open quote takes the end of the line into a field.
    let open = record.iter().any(|field| field.contains('\n'));
    (!open).then(|| record.iter().map(trim).collect())
}

/// The first comma, semicolon or tab outside quotes: spreadsheets write `;` where the comma is the
/// decimal sign. Asked of every line, so that files can be joined and edited by hand.
fn separator(line: &str) -> u8 {
    let mut quoted = false;
    // A tab that indents is no separator.
    let first = line.trim_start().bytes().find(|byte| {
        quoted ^= *byte == b'"';
        !quoted && matches!(byte, b',' | b';' | b'\t')
    });
    first.unwrap_or(b',')
}

/// Without the space around it, and without quotes that the space kept from being seen as such.
fn trim(field: &str) -> String {
    let field = field.trim_matches(is_space);
    let inner = field.strip_prefix('"').and_then(|f| f.strip_suffix('"'));
    inner.map_or(field, |f| f.trim_matches(is_space)).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_split_at_the_first_separator_outside_quotes() {
        for line in [
            "1,a",
            "1;a",
            "1\ta",
            " 1 , a ",
            "\u{a0}1\u{a0},\u{feff}a\u{200b}",
            r#""1","a""#,
            r#" "1" ; "a" "#,
        ] {
            assert_eq!(fields(line).unwrap(), ["1", "a"], "{line}");
        }
        assert_eq!(fields(r#""x, y";1"#).unwrap(), ["x, y", "1"]);
        assert_eq!(fields("1,\ta@b").unwrap(), ["1", "a@b"]);
        assert_eq!(fields("1,a@b,x;y").unwrap(), ["1", "a@b", "x;y"]);
        assert_eq!(fields("a@b;1;x, y").unwrap(), ["a@b", "1", "x, y"]);
        assert_eq!(fields(r#"1,"say ""a""""#).unwrap(), ["1", r#"say "a""#]);
    }

    #[test]
    fn a_quote_that_is_not_closed_ends_with_its_line() {
        assert_eq!(fields(r#"1,"a"#), None);
        assert_eq!(fields(r#""1,a"#), None);
        assert_eq!(fields(r#"1,a"b"#).unwrap(), ["1", r#"a"b"#]);
    }

    #[test]
    fn blank_lines_comments_and_separator_hints_are_ignored() {
        for line in [
            "",
            " \t\u{a0}",
            ",,,",
            ";;",
            "\"\",\"\"",
            "# x",
            " #x",
            "\"# a, b\"",
            "sep=;",
            "SEP=,",
        ] {
            assert!(is_ignored(line), "{line}");
        }
        for line in ["1", "x#", "separate", "\"x"] {
            assert!(!is_ignored(line), "{line}");
        }
    }
}
