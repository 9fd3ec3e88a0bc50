//! What CloudFormation reads from a bucket, and what buckets are called.

use std::fmt;
use std::str::FromStr;

use fleet::account::{AccountId, Region};
use serde::Serialize;

use crate::package::{hex, sha256};

/// Where our artifacts are in the bucket.
const PREFIX: &str = "detective-fleet/";

/// The name of a bucket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BucketName(String);

impl BucketName {
    /// The one that the command makes where nobody names another.
    #[must_use]
    pub fn own(account: AccountId, region: &Region) -> Self {
        Self(format!("detective-fleet-artifacts-{account}-{region}"))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for BucketName {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let letters = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        let inner = |c: char| letters(c) || c == '-' || c == '.';
        let fits = (3..=63).contains(&text.len()) && text.chars().all(inner);
        if fits && text.starts_with(letters) && text.ends_with(letters) {
            Ok(Self(text.to_owned()))
        } else {
            Err("a bucket has a name of 3 to 63 small letters, digits, - and .")
        }
    }
}

impl fmt::Display for BucketName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What lies in the bucket, under a key that its content decides.
#[derive(Clone)]
pub struct Artifact {
    /// Its key.
    pub key: String,
    /// What is in it.
    pub(crate) content: Vec<u8>,
    /// Its SHA-256.
    pub(crate) sum: [u8; 32],
}

impl Artifact {
    /// Something with that name. Another content is another key, so that CloudFormation sees that it has changed.
    #[must_use]
    pub fn new(name: &str, content: Vec<u8>) -> Self {
        let sum = sha256(&content);
        Self {
            key: format!("{PREFIX}{}/{name}", hex(&sum)),
            content,
            sum,
        }
    }

    /// Its SHA-256, as `sha256sum` writes it.
    #[must_use]
    pub fn sha256(&self) -> String {
        hex(&self.sum)
    }

    /// How large it is.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.content.len()
    }
}

impl fmt::Debug for Artifact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Artifact")
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

/// The SHA-256 and the name that a key of ours says; `None` for other keys.
#[must_use]
pub(crate) fn said_by_key(key: &str) -> Option<(&str, &str)> {
    let (sum, name) = key.strip_prefix(PREFIX)?.split_once('/')?;
    let is_sum = sum.len() == 64 && sum.chars().all(|c| c.is_ascii_hexdigit());
    is_sum.then_some((sum, name))
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    #[test]
    fn the_command_makes_buckets_whose_names_say_whose_and_where_they_are() {
        let region = Region::new("ap-northeast-1");
        let own = BucketName::own("111122223333".parse().unwrap(), &region);
        let name = own.to_string();
        assert_eq!(
            name,
            "detective-fleet-artifacts-111122223333-ap-northeast-1"
        );
        assert_eq!(name.parse(), Ok(own));
        for bad in ["ab", "UPPER", "-a-", "a_b", &"x".repeat(64)] {
            assert!(bad.parse::<BucketName>().is_err(), "{bad}");
        }
    }

    #[test]
    fn another_content_is_another_key_and_the_key_says_the_sum() {
        let [one, other] = ["a", "b"].map(|it| Artifact::new("x.zip", it.into()));
        assert!(one.key != other.key);
        assert_eq!(
            said_by_key(&one.key),
            Some((one.sha256().as_str(), "x.zip"))
        );
        for foreign in ["x.zip", "detective-fleet/short/x.zip", ""] {
            assert_eq!(said_by_key(foreign), None);
        }
    }
}
