//! What is wrong with a field, in words that say what to do about it.
//!
//! An id is never repaired by guessing. Where its digits are beyond doubt the message shows them, to
//! be put into the file: AWS's own tools read the same file and take 12 digits only.

use std::sync::Arc;

use crate::account::{AccountId, Email, NotAnEmail};
use crate::expected::Exception;

/// What input methods write where a comma or a semicolon was meant.
pub(super) const FULL_WIDTH_SEPARATORS: [char; 4] =
    ['\u{ff0c}', '\u{3001}', '\u{ff1b}', '\u{ff64}'];

/// Reads an account id.
pub(super) fn account_id(field: &str, email: &str) -> Result<AccountId, String> {
    field
        .parse()
        .map_err(|_| what_is_wrong_with_id(field, email))
}

fn what_is_wrong_with_id(field: &str, email: &str) -> String {
    // Both are in one field, then, whichever that is.
    if field.is_empty() != email.is_empty()
        && [field, email]
            .iter()
            .any(|it| it.contains(FULL_WIDTH_SEPARATORS))
    {
        return "a full-width comma or semicolon stands between the account id and the e-mail address; \
                write a comma (,)"
            .to_owned();
    }
    if field.is_empty() {
        return "the account id is missing; write its 12 digits".to_owned();
    }
    if field.contains(['@', '\u{ff20}']) {
        return at_in_id(field, email);
    }
    if let Some(problem) = not_text(field) {
        return format!("the account id {problem}");
    }
    if let Some(number) = scientific(field, email) {
        return format!(
            "a spreadsheet turned the account id into {} and its digits are lost; format the \
             column as text and enter the id again",
            shown(&number)
        );
    }
    if field.bytes().all(|byte| byte.is_ascii_digit()) {
        return wrong_length(field);
    }
    notation(field).unwrap_or_else(|| {
        format!(
            "{} is not an account id; write its 12 digits and nothing else",
            shown(field)
        )
    })
}

fn at_in_id(field: &str, email: &str) -> String {
    if email.is_empty() && field.starts_with(|c: char| c.is_ascii_digit()) {
        return "the account id and the e-mail address are in one field; put a comma between them, \
                and no quotes around both"
            .to_owned();
    }
    let what = if email.parse::<AccountId>().is_ok() {
        "the columns are swapped"
    } else {
        "an e-mail address stands where the account id belongs"
    };
    format!("{what}; write the account id first, then the e-mail address")
}

fn wrong_length(digits: &str) -> String {
    let count = digits.len();
    if count > 12 {
        return format!(
            "{} has {count} digits and an account id has 12; copy it from the AWS console again",
            shown(digits)
        );
    }
    format!(
        "{digits} has {count} of the 12 digits of an account id: a spreadsheet may have dropped \
         leading zeros; if so write {digits:0>12}, and format the column as text"
    )
}

/// A number such as `1.23457E+11`. A decimal comma is taken for a separator, so that the rest of the
/// number stands in the next field, and in a file of semicolons other fields after it.
fn scientific(field: &str, next: &str) -> Option<String> {
    let next = next.split([';', '\t']).next().unwrap_or_default();
    [field.to_owned(), format!("{field},{next}")]
        .into_iter()
        .find(|number| is_scientific(number))
}

fn is_scientific(number: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let Some((mantissa, power)) = number.split_once(['e', 'E']) else {
        return false;
    };
    digits(&mantissa.replacen([',', '.'], "", 1))
        && digits(power.strip_prefix('+').unwrap_or(power))
}

/// Digits that are all there, but not written as an id is.
fn notation(field: &str) -> Option<String> {
    if let Some(whole) = field.strip_suffix(".0")
        && (1..=12).contains(&whole.len())
        && whole.bytes().all(|byte| byte.is_ascii_digit())
    {
        return Some(format!(
            "a tool took the account id for a number ({field}); write {whole:0>12}"
        ));
    }
    let digits: String = field.chars().filter_map(plain_digit).collect();
    digits.parse::<AccountId>().ok()?;
    let others = || field.chars().filter(|c| plain_digit(*c).is_none());
    let problem = if field.chars().count() == 12 {
        "is written in full-width or other digits that are not 0 to 9"
    } else if others().all(|c| c.is_whitespace() || is_dash(c)) {
        "has dashes or blanks in it"
    } else if others().all(|c| matches!(c, '\'' | '’' | '`' | '"' | '=')) {
        "carries a spreadsheet's mark for text"
    } else if others().all(|c| matches!(c, '.' | ',' | '_' | '\'' | '’')) {
        "has separators in it"
    } else {
        return None;
    };
    Some(format!("the account id {problem}; write {digits}"))
}

/// ASCII as input methods write it.
fn is_full_width(c: char) -> bool {
    matches!(c, '\u{ff01}'..='\u{ff5e}' | '\u{3000}')
}

fn is_dash(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{ff0d}')
}

/// The value of a decimal digit of the scripts that keyboards and input methods write.
fn plain_digit(c: char) -> Option<char> {
    const ZEROS: [u32; 5] = [0x30, 0xff10, 0x660, 0x6f0, 0x966];
    let digit = |zero: &u32| char::from_digit((c as u32).checked_sub(*zero)?, 10);
    ZEROS.iter().find_map(digit)
}

/// Reads an e-mail address. It is personal data, so no message shows one.
pub(super) fn email(field: &str) -> Result<Email, String> {
    if let Some(problem) = not_text(field) {
        return Err(format!("the e-mail address {problem}"));
    }
    // The service's pattern takes anything before the last `@`, so these would only come out as a verification
    // that fails.
    if field
        .get(..7)
        .is_some_and(|start| start.eq_ignore_ascii_case("mailto:"))
    {
        return Err("the e-mail address is a link; write it without mailto:".to_owned());
    }
    if field.contains(is_full_width) {
        return Err(
            "the e-mail address has full-width characters in it; write it in half-width ones"
                .to_owned(),
        );
    }
    if field.matches('@').count() > 1 && field.contains([',', ';', ' ', '/', '|']) {
        return Err("there are two e-mail addresses; keep the one of the root user".to_owned());
    }
    field.parse().map_err(|error: NotAnEmail| {
        let to_do = match error {
            NotAnEmail::Empty => "write the root user's address",
            NotAnEmail::TooLong(_) => {
                "an account with a longer one cannot be invited until its root address is changed"
            }
            NotAnEmail::NoAt | NotAnEmail::Domain => "write the root user's address",
        };
        format!("{error}; {to_do}")
    })
}

/// Reads where an account is known to stay out: Regions with commas or semicolons between them.
pub(super) fn expected(id: AccountId, field: &str) -> Result<Vec<Exception>, String> {
    let texts = field.split([',', ';']).map(str::trim);
    let texts = texts.filter(|text| !text.is_empty());
    let exceptions = texts.map(|text| {
        let exception = Exception::of_account(id, text);
        exception.map_err(|error| format!("expected {}: {error}", shown(text)))
    });
    exceptions.collect()
}

/// Words for people to read, such as a name; none where there are none. Whatever could move a terminal's
/// cursor is taken out, and addresses are masked.
pub(super) fn words(field: &str) -> Option<Arc<str>> {
    let visible = field.replace(char::is_control, " ");
    let words = Email::mask_in(visible.trim());
    (!words.is_empty()).then(|| words.into())
}

fn not_text(field: &str) -> Option<&'static str> {
    if field.contains('\u{fffd}') {
        Some("has bytes in it that are no text; save the file as UTF-8 and write it again")
    } else if field.contains('\0') {
        Some("has a NUL byte in it; write it again")
    } else if field.contains(char::is_control) {
        Some("has a control character in it; write it again")
    } else {
        None
    }
}

/// A field as a message may show it: short, visible, and without anything that could be an address.
fn shown(field: &str) -> String {
    const MOST: usize = 24;
    let start: String = field.chars().take(MOST).collect();
    let more = if field.chars().count() > MOST {
        "…"
    } else {
        ""
    };
    format!("\"{}{more}\"", start.escape_debug())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;

    #[test]
    fn each_complaint_has_japanese() {
        let ids = [
            "",
            "root@example.com",
            "123456789012 root@example.com",
            "123456789012，root@example.com",
            "12345678901",
            "1234567890123",
            "1.23457E+11",
            "123456789012.0",
            "１２３４５６７８９０１２",
            "1234-5678-9012",
            "'123456789012",
            "123.456.789.012",
            "abc",
            "12345678901\0",
            "12345678901\u{7}",
            "12345678901\u{fffd}",
        ];
        let long = format!("{}@example.com", "x".repeat(53));
        let emails = [
            "",
            &long,
            "root.example.com",
            "root@example",
            "a@example.com;b@example.com",
            "mailto:root@example.com",
            "root＠example.com",
            "ro\0t@example.com",
            "ro\u{7}t@example.com",
            "ro\u{fffd}t@example.com",
        ];
        let id: AccountId = "111122223333".parse().unwrap();
        let places = [
            "*/*",
            "eu-suoth-1",
            "eu-south-1@soon",
            "444455556666/eu-south-1",
        ];
        let ids = ids.into_iter().flat_map(|field| {
            ["a@example.com", "123456789012", ""].map(|email| account_id(field, email).err())
        });
        let emails = emails.into_iter().map(|field| email(field).err());
        let places = places.into_iter().map(|field| expected(id, field).err());
        let complaints: Vec<_> = ids.chain(emails).chain(places).flatten().collect();
        assert!(complaints.len() > 40, "{complaints:?}");
        for complaint in complaints {
            let retold = Language::Japanese.retell(&complaint);
            let has_kana = retold.contains(|c| ('ぁ'..='ん').contains(&c));
            let is_whole = ["write", " has ", "must", " is "]
                .iter()
                .all(|word| !retold.contains(word));
            assert!(has_kana && is_whole, "{complaint}: {retold}");
        }
    }

    fn id_complaint(field: &str) -> String {
        account_id(field, "a@example.com").unwrap_err()
    }

    #[test]
    fn leading_zeros_that_a_spreadsheet_ate_are_shown() {
        assert_eq!(
            id_complaint("12345678901"),
            "12345678901 has 11 of the 12 digits of an account id: a spreadsheet may have dropped \
             leading zeros; if so write 012345678901, and format the column as text"
        );
        assert!(id_complaint("7").contains("write 000000000007"));
    }

    #[test]
    fn digits_that_a_spreadsheet_rounded_are_lost() {
        for field in ["1.23457E+11", "1,23457E+11", "1.23457e11", "1E+11"] {
            let complaint = id_complaint(field);
            assert!(complaint.contains(field), "{complaint}");
            assert!(complaint.contains("digits are lost"), "{complaint}");
        }
        for rest in ["23457E+11", "23457E+11;a@example.com"] {
            let complaint = account_id("1", rest).unwrap_err();
            assert!(
                complaint.contains("\"1,23457E+11\" and its digits"),
                "{complaint}"
            );
        }
    }

    #[test]
    fn what_has_no_digits_on_a_side_is_no_number_of_a_spreadsheet() {
        for field in ["1e", "e5", "E+11", "12e1x"] {
            let complaint = id_complaint(field);
            assert!(complaint.contains("is not an account id"), "{complaint}");
        }
    }

    #[test]
    fn an_id_in_another_notation_is_shown_as_it_has_to_be() {
        for (field, why) in [
            ("１２３４５６７８９０１２", "full-width"),
            ("1234-5678-9012", "dashes"),
            ("1234–5678–9012", "dashes"),
            ("1234 5678 9012", "dashes or blanks"),
            ("'123456789012", "mark for text"),
            ("=\"123456789012\"", "mark for text"),
            ("123.456.789.012", "separators"),
        ] {
            let complaint = id_complaint(field);
            assert!(complaint.contains(why), "{complaint}");
            assert!(complaint.ends_with("; write 123456789012"), "{complaint}");
        }
        assert!(id_complaint("12345678901.0").ends_with("write 012345678901"));
        assert!(id_complaint("123456789012.0").ends_with("write 123456789012"));
    }

    #[test]
    fn any_other_id_is_shown_short_and_visible() {
        assert!(id_complaint("").starts_with("the account id is missing"));
        assert!(id_complaint("1234567890123").contains("has 13 digits"));
        assert!(id_complaint("abc").starts_with("\"abc\" is not an account id"));
        assert!(
            id_complaint("arn:aws:iam::123456789012:root")
                .contains("\"arn:aws:iam::12345678901…\"")
        );
        let longest = "arn:aws:iam::12345678901";
        assert!(id_complaint(longest).starts_with(&format!("\"{longest}\" ")));
        assert!(id_complaint("12345678901\0").contains("NUL byte"));
        assert!(id_complaint("12345678901\u{7}").contains("control character"));
        assert!(id_complaint("12345678901\u{fffd}").contains("save the file as UTF-8"));
    }

    #[test]
    fn swapped_columns_are_seen_and_no_address_is_shown() {
        let complaint = account_id("root@example.com", "123456789012").unwrap_err();
        assert!(
            complaint.starts_with("the columns are swapped"),
            "{complaint}"
        );
        let complaint = account_id("root@example.com", "").unwrap_err();
        assert!(
            complaint.starts_with("an e-mail address stands"),
            "{complaint}"
        );
        assert!(!complaint.contains("root@"), "{complaint}");
        for field in [
            "123456789012 root@example.com",
            "123456789012,root@example.com",
        ] {
            let complaint = account_id(field, "").unwrap_err();
            assert!(complaint.contains("are in one field"), "{complaint}");
        }
        for separator in ["，", "、", "；"] {
            for id in ["123456789012", "１２３４５６７８９０１２"] {
                for at in ["@", "＠"] {
                    let line = format!("{id}{separator}root{at}example.com");
                    let complaint = account_id(&line, "").unwrap_err();
                    assert!(complaint.ends_with("write a comma (,)"), "{complaint}");
                }
            }
        }
    }

    #[test]
    fn each_fault_of_an_email_says_what_to_do() {
        let long = format!("{}@example.com", "x".repeat(53));
        for (field, why) in [
            ("", "is missing; write the root user's address"),
            (&long, "has 65 characters"),
            ("root.example.com", "needs a name, an @ and a domain; write"),
            ("root@example", "does not end in a domain"),
            ("a@example.com;b@example.com", "two e-mail addresses"),
            ("mailto:root@example.com", "without mailto:"),
            ("root＠example.com", "full-width characters"),
            ("ｒｏｏｔ@example.com", "full-width characters"),
            ("ro\0t@example.com", "NUL byte"),
            ("ro\u{fffd}t@example.com", "save the file as UTF-8"),
        ] {
            let complaint = email(field).unwrap_err();
            assert!(complaint.contains(why), "{complaint}");
            assert!(
                field.is_empty() || !complaint.contains(field),
                "{complaint}"
            );
        }
        assert!(email("a@b@example.com").is_ok());
        assert!(email("a/b@example.com").is_ok());
    }
}
