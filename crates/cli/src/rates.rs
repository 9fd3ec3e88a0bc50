//! Where the price tiers come from: a file, or the one that comes along.

use std::path::Path;

use anyhow::{Context, Result, anyhow};
use fleet::cost::Rates;

use crate::document;

/// The rates that come along; the file says how far they can be relied on.
const INCLUDED: &str = include_str!("rates.toml");

/// Reads the rates from the file that was named, or those that come along.
///
/// # Errors
///
/// When they cannot be read or used; the message says what is wrong.
pub(crate) fn read(named: Option<&Path>) -> Result<Rates> {
    let Some(path) = named else {
        return parsed(INCLUDED, "the rates that come along");
    };
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("cannot read rates from {}", document::shown(path)))?;
    parsed(&text, &document::shown(path))
}

fn parsed(text: &str, place: &str) -> Result<Rates> {
    let rates: Rates = toml::from_str(text)
        .map_err(|error| anyhow!("{place}: {}", error.to_string().trim_end()))?;
    rates.checked().map_err(|error| anyhow!("{place}: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rates_that_come_along_can_be_used_and_claim_nothing() {
        let rates = read(None).unwrap();
        assert!(!rates.verified);
        assert_eq!(rates.tiers.len(), 4);
    }

    #[test]
    fn rates_that_cannot_be_used_are_refused_with_their_place() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("rates.toml");
        for (was, is, why) in [
            (
                "usd_per_gb = \"2.00\"",
                "usd_per_gb = \"two\"",
                "usd_per_gb",
            ),
            (
                "usd_per_gb = \"0.25\"",
                "usd_per_gb = \"-0.25\"",
                "negative",
            ),
            ("verified = false", "vrified = false", "vrified"),
            ("up_to_gb = 10000", "up_to_gb = 4000", "more than"),
        ] {
            std::fs::write(&path, INCLUDED.replace(was, is)).unwrap();
            let error = format!("{:#}", read(Some(&path)).unwrap_err());
            assert!(
                error.contains(why) && error.contains("rates.toml"),
                "{error}"
            );
        }
        let error = read(Some(&dir.path().join("none.toml"))).unwrap_err();
        assert!(format!("{error:#}").contains("none.toml"));
    }
}
