//! The nouns of AWS that everything else is made of, each checked once when it is made.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::foreign::visible;

/// An AWS account id: exactly 12 ASCII digits, leading zeros included.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct AccountId(u64);

/// Why a text is not an account id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an account id has exactly 12 digits")]
pub struct NotAnAccountId;

impl FromStr for AccountId {
    type Err = NotAnAccountId;

    fn from_str(text: &str) -> Result<Self, NotAnAccountId> {
        // Checked by hand because `u64::from_str` takes a sign and any length.
        if text.len() != 12 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(NotAnAccountId);
        }
        text.parse().map(Self).map_err(|_| NotAnAccountId)
    }
}

impl AccountId {
    /// Its digits as a number: to divide accounts into groups with.
    #[must_use]
    pub fn number(self) -> u64 {
        self.0
    }
}

impl TryFrom<String> for AccountId {
    type Error = NotAnAccountId;

    fn try_from(text: String) -> Result<Self, NotAnAccountId> {
        text.parse()
    }
}

impl From<AccountId> for String {
    fn from(id: AccountId) -> Self {
        id.to_string()
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:012}", self.0)
    }
}

impl fmt::Debug for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The root e-mail address of an account, as Detective accepts it.
///
/// An address is personal data: `Display` and `Debug` mask it (`r***@example.com`), and only
/// [`Email::expose`] gives it whole. Two addresses are equal regardless of case.
#[derive(Clone)]
pub struct Email(Arc<str>);

/// Why a text is not an e-mail address that Detective accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAnEmail {
    /// Nothing there.
    #[error("the e-mail address is missing")]
    Empty,
    /// Over the service's limit.
    #[error("the e-mail address has {0} characters, and Detective takes at most 64")]
    TooLong(usize),
    /// Nothing before or after an `@`, or no `@` at all.
    #[error("the e-mail address needs a name, an @ and a domain")]
    NoAt,
    /// The part after the last `@` is not a domain name.
    #[error("the e-mail address does not end in a domain name such as example.com")]
    Domain,
}

impl Email {
    /// The most characters that Detective takes (`EmailAddress` in its service model).
    pub const MAX_CHARS: usize = 64;

    /// The address itself: for the request to AWS and for nothing else.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// A text of somebody else's, made harmless: every address in it is masked, because AWS's messages
    /// quote e-mails and the name of a role session often is one, and what nobody sees is shown.
    #[must_use]
    pub fn mask_in(text: &str) -> String {
        let text = visible(text);
        let ends_a_word = |c: char| c.is_whitespace() || "\"'`<>()[]{},;:/\\=|".contains(c);
        // As keyboards and forms write it, too.
        let at = |c: char| "@\u{ff20}\u{fe6b}".contains(c);
        let mask = |word: &str| match word.rsplit_once(at).or_else(|| word.rsplit_once("%40")) {
            Some((name, domain))
                if !name.is_empty() && may_be_domain(domain.trim_end_matches(ends_a_word)) =>
            {
                let first: String = name.chars().take(1).collect();
                format!("{first}***@{domain}")
            }
            _ => word.to_owned(),
        };
        text.split_inclusive(ends_a_word).map(mask).collect()
    }
}

impl FromStr for Email {
    type Err = NotAnEmail;

    /// Follows the pattern of the service model,
    /// `^.+@(?:(?:(?!-)[A-Za-z0-9-]{1,62})?[A-Za-z0-9]{1}\.)+[A-Za-z]{2,63}$`.
    fn from_str(text: &str) -> Result<Self, NotAnEmail> {
        if text.is_empty() {
            return Err(NotAnEmail::Empty);
        }
        let chars = text.chars().count();
        if chars > Self::MAX_CHARS {
            return Err(NotAnEmail::TooLong(chars));
        }
        // The pattern's `.` matches no line break, and a domain has no `@`, so the last one divides.
        let (name, domain) = text.rsplit_once('@').ok_or(NotAnEmail::NoAt)?;
        if name.is_empty() || domain.is_empty() {
            return Err(NotAnEmail::NoAt);
        }
        if name.contains(char::is_control) || !is_domain(domain) {
            return Err(NotAnEmail::Domain);
        }
        Ok(Self(text.into()))
    }
}

/// Whether what stands after an @ may be part of an address.
fn may_be_domain(text: &str) -> bool {
    text.contains(char::is_alphanumeric) && !is_day(text)
}

/// Whether it is the day of an exception (`123456789012/*@2026-01-01`), which no domain can be: the last part of one has
/// letters.
fn is_day(domain: &str) -> bool {
    domain.len() == "2026-01-01".len() && domain.chars().all(|c| c.is_ascii_digit() || c == '-')
}

fn is_domain(domain: &str) -> bool {
    let Some((labels, top)) = domain.rsplit_once('.') else {
        return false;
    };
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    (2..=63).contains(&top.len())
        && top.bytes().all(|b| b.is_ascii_alphabetic())
        && labels.split('.').all(label)
}

impl PartialEq for Email {
    fn eq(&self, other: &Self) -> bool {
        self.0.to_lowercase() == other.0.to_lowercase()
    }
}

impl Eq for Email {}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, domain) = self.0.rsplit_once('@').unwrap_or(("", &self.0));
        let first = name.chars().next().map(String::from).unwrap_or_default();
        write!(f, "{first}***@{domain}")
    }
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The name of an AWS Region, such as `eu-central-1`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Region(Arc<str>);

impl Region {
    /// A Region by its name. Whether it exists is for [`crate::region_table`] and AWS to say.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self(name.into())
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The ARN of a behavior graph, as AWS gave it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct GraphArn(Arc<str>);

impl GraphArn {
    /// An ARN as AWS gave it.
    #[must_use]
    pub fn new(arn: &str) -> Self {
        Self(arn.into())
    }

    /// The ARN.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this account is the administrator of the graph, which its ARN names
    /// (`arn:aws:detective:REGION:ADMINISTRATOR:graph:ID`; Service Authorization Reference).
    #[must_use]
    pub fn is_of(&self, administrator: AccountId) -> bool {
        self.0.split(':').nth(4) == Some(administrator.to_string().as_str())
    }
}

impl fmt::Display for GraphArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for GraphArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_id_keeps_its_leading_zeros() {
        let id: AccountId = "001234567890".parse().unwrap();
        assert_eq!(id.to_string(), "001234567890");
        assert_eq!(serde_json::to_string(&id).unwrap(), "\"001234567890\"");
    }

    #[test]
    fn an_account_id_is_12_ascii_digits_and_nothing_else() {
        for text in [
            "",
            "12345678901",
            "1234567890123",
            "+12345678901",
            "１２３４５６７８９０１２",
            "12345678901x",
        ] {
            assert_eq!(text.parse::<AccountId>(), Err(NotAnAccountId), "{text}");
        }
    }

    #[test]
    fn an_email_is_masked_wherever_it_is_printed() {
        let email: Email = "root@example.com".parse().unwrap();
        assert_eq!(
            format!("{email} {email:?}"),
            "r***@example.com r***@example.com"
        );
        assert_eq!(email.expose(), "root@example.com");
    }

    #[test]
    fn an_email_is_masked_in_a_text_of_somebody_elses() {
        for (text, masked) in [
            ("no address @ all", "no address @ all"),
            ("bad: root@example.com.", "bad: r***@example.com."),
            (
                "arn:aws:sts::1:assumed-role/X/jo@ex.org is not authorized",
                "arn:aws:sts::1:assumed-role/X/j***@ex.org is not authorized",
            ),
            ("'a@b@c.org','d@e.org'", "'a***@c.org','d***@e.org'"),
            ("r***@example.com", "r***@example.com"),
            // As long as a day, and of digits as a day is.
            ("ops@example.co", "o***@example.co"),
            ("ops@2026-1", "o***@2026-1"),
            ("111111111111/*@2026-01-01", "111111111111/*@2026-01-01"),
            (
                "111111111111/*@2026-01-01 leaves,222222222222/eu-west-1@2026-01-01,3",
                "111111111111/*@2026-01-01 leaves,222222222222/eu-west-1@2026-01-01,3",
            ),
            ("letters or _+=,.@:/-", "letters or _+=,.@:/-"),
            ("_@example.com", "_***@example.com"),
            ("no\u{1b}[31m\njo@ex.org", "no[U+001B][31m j***@ex.org"),
            (
                "jo\u{ff20}ex.org, jo\u{fe6b}ex.org jo%40ex.org",
                "j***@ex.org, j***@ex.org j***@ex.org",
            ),
        ] {
            assert_eq!(Email::mask_in(text), masked);
        }
    }

    #[test]
    fn emails_are_compared_without_regard_to_case() {
        let one: Email = "Root@Example.com".parse().unwrap();
        assert_eq!(one, "root@example.COM".parse().unwrap());
        assert_ne!(one, "toor@example.com".parse().unwrap());
    }

    #[test]
    fn an_email_follows_the_pattern_of_the_service() {
        for good in [
            "a@b.co",
            "a b@c.example",
            "a@b@example.com",
            "x@1.example",
            "é@example.com",
            "a@x--y.example",
        ] {
            assert!(good.parse::<Email>().is_ok(), "{good}");
        }
        let long = format!("{}@example.com", "x".repeat(53));
        for (bad, why) in [
            ("", NotAnEmail::Empty),
            ("example.com", NotAnEmail::NoAt),
            ("@example.com", NotAnEmail::NoAt),
            ("root@", NotAnEmail::NoAt),
            ("root@example", NotAnEmail::Domain),
            ("root@-x.example", NotAnEmail::Domain),
            ("root@x-.example", NotAnEmail::Domain),
            ("root@x..example", NotAnEmail::Domain),
            ("root@x.c0m", NotAnEmail::Domain),
            ("root@x.c", NotAnEmail::Domain),
            (&long, NotAnEmail::TooLong(65)),
        ] {
            assert_eq!(bad.parse::<Email>().unwrap_err(), why, "{bad}");
        }
    }

    #[test]
    fn an_address_of_the_greatest_length_is_taken() {
        let longest = format!("{}@example.com", "x".repeat(52));
        assert_eq!(longest.chars().count(), Email::MAX_CHARS);
        assert!(longest.parse::<Email>().is_ok());
    }

    #[test]
    fn a_graph_is_of_the_account_that_its_arn_names() {
        let ours: AccountId = "111122223333".parse().unwrap();
        let other: AccountId = "444455556666".parse().unwrap();
        let arn = GraphArn::new("arn:aws:detective:us-east-1:111122223333:graph:444455556666");
        assert!(arn.is_of(ours) && !arn.is_of(other));
        assert!(!GraphArn::new("arn").is_of(ours));
        assert_eq!(arn.to_string(), arn.as_str());
    }
}
