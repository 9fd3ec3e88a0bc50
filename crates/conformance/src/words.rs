//! What AWS said, without whom it said it to.

/// The most characters that are kept.
const MOST: usize = 300;
/// A number with so many digits may be an account id.
const ACCOUNT_ID: usize = 12;
/// A run of so many hexadecimal digits, and hyphens, may be the id of a graph or of a request.
const ID: usize = 20;

/// The words without account ids, e-mail addresses, ARNs and ids of graphs and requests.
pub(crate) fn scrubbed(text: &str) -> String {
    let words: Vec<String> = text.split_whitespace().map(word).collect();
    words.join(" ").chars().take(MOST).collect()
}

fn word(word: &str) -> String {
    if word.contains("arn:") {
        return "<arn>".to_owned();
    }
    if word.contains('@') {
        return "<e-mail>".to_owned();
    }
    let parts = word.split_inclusive(|char: char| !is_of_id(char));
    parts.map(part).collect()
}

fn part(part: &str) -> String {
    let body = part.trim_end_matches(|char: char| !is_of_id(char));
    let rest = &part[body.len()..];
    let digits = body.chars().filter(char::is_ascii_digit).count();
    if digits >= ACCOUNT_ID || (digits > 0 && body.len() >= ID) {
        format!("<id>{rest}")
    } else {
        part.to_owned()
    }
}

fn is_of_id(char: char) -> bool {
    char.is_ascii_hexdigit() || char == '-'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_names_somebody_is_left_out() {
        for (said, kept) in [
            ("Account is already a member", "Account is already a member"),
            (
                "User: arn:aws:iam::111122223333:user/Ann is not",
                "User: <arn> is not",
            ),
            (
                "account 111122223333, e-mail ann@example.com.",
                "account <id>, e-mail <e-mail>",
            ),
            ("(111122223333)", "(<id>)"),
            ("x0123456789abcdef0123456789abcdef", "x<id>"),
            ("1111-2222-3333 of 50. Found 51.", "<id> of 50. Found 51."),
            ("id 0b7e4f3a-1b2c-4d5e-8f90-123456789abc!", "id <id>!"),
        ] {
            assert_eq!(scrubbed(said), kept);
        }
        assert_eq!(scrubbed(&"so ".repeat(1000)).chars().count(), MOST);
    }
}
