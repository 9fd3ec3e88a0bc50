//! Account ids.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An AWS account id: always twelve digits, leading zeros included.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId(u64);

/// The text is not an account id.
#[derive(Debug, thiserror::Error)]
#[error("an account id has 12 digits")]
pub struct NoAccountId;

impl FromStr for AccountId {
    type Err = NoAccountId;

    fn from_str(text: &str) -> Result<AccountId, NoAccountId> {
        if text.len() != 12 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(NoAccountId);
        }
        text.parse().map(AccountId).map_err(|_| NoAccountId)
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

impl Serialize for AccountId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for AccountId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<AccountId, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse()
            .map_err(|error| serde::de::Error::custom(format_args!("`{text}`: {error}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leading_zeros_are_kept() {
        let id: AccountId = "000000000042".parse().unwrap();
        assert_eq!(id.to_string(), "000000000042");
    }

    #[test]
    fn eleven_digits_signs_and_other_digits_are_refused() {
        for text in [
            "12345678901",
            "1234567890123",
            "+12345678901",
            "12345678901a",
            "１２３４",
        ] {
            assert!(text.parse::<AccountId>().is_err(), "{text}");
        }
    }
}
