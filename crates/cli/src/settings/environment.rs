//! What the AWS SDK reads from the environment and would take amiss.

use anyhow::{Result, bail};

/// Looks through the SDK's variables for values that it would end on without a word for people.
///
/// # Errors
///
/// For the first one, with what to do about it.
pub(crate) fn check() -> Result<()> {
    std::env::vars_os().try_for_each(|(name, value)| match (name.to_str(), value.to_str()) {
        (Some(name), Some(value)) => check_one(name, value),
        _ => Ok(()),
    })
}

fn check_one(name: &str, value: &str) -> Result<()> {
    const KEYS: [&str; 3] = [
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
    ];
    let is_endpoint = name.starts_with("AWS_ENDPOINT_URL");
    if is_endpoint && value.trim().is_empty() {
        bail!("{name} is empty: unset it, or give the URL of an AWS endpoint");
    }
    if is_endpoint && !value.starts_with("http://") && !value.starts_with("https://") {
        bail!("{name} is {value:?}: an endpoint begins with https:// (or http://)");
    }
    // The value is a secret, and is not shown.
    if KEYS.contains(&name) && value.contains(char::is_control) {
        bail!("{name} has a line break or another control character in it: set it again");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_sdk_would_end_on_is_named() {
        for (name, value, word) in [
            ("AWS_ENDPOINT_URL", "", "AWS_ENDPOINT_URL is empty"),
            ("AWS_ENDPOINT_URL_STS", " ", "AWS_ENDPOINT_URL_STS is empty"),
            ("AWS_ENDPOINT_URL", "localhost:1", "begins with https://"),
            ("AWS_ACCESS_KEY_ID", "AK\nIA", "control character"),
        ] {
            let error = check_one(name, value).unwrap_err().to_string();
            assert!(error.contains(word), "{error}");
        }
    }

    #[test]
    fn everything_else_is_the_sdks_business() {
        for (name, value) in [
            ("AWS_ENDPOINT_URL", "http://127.0.0.1:1"),
            ("AWS_PROFILE", ""),
            ("HOME", "\n"),
        ] {
            assert!(check_one(name, value).is_ok(), "{name}");
        }
    }
}
