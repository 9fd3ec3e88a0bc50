//! Numbers as people read them, on the terminal and on a page.

/// A number with a comma at every third digit.
#[must_use]
pub fn number(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number of things; `thing` is made plural with an s.
#[must_use]
pub fn counted(n: u64, thing: &str) -> String {
    format!("{} {thing}{}", number(n), if n == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_thing_is_no_plural() {
        assert_eq!(counted(1, "behavior graph"), "1 behavior graph");
        assert_eq!(counted(1_257, "account-Region"), "1,257 account-Regions");
    }

    #[test]
    fn numbers_have_a_comma_at_every_third_digit() {
        for (n, text) in [
            (0, "0"),
            (999, "999"),
            (1680, "1,680"),
            (1_234_567, "1,234,567"),
        ] {
            assert_eq!(number(n), text);
        }
    }
}
