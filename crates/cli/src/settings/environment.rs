//! What the AWS SDK reads from the environment and would take amiss.

use std::collections::BTreeSet;

use anyhow::{Result, bail};
use clap::CommandFactory;

use crate::args::Cli;

/// What every variable of ours begins with.
const PREFIX: &str = "DETECTIVE_FLEET_";

/// Makes sure that every variable of ours is one: a restriction that is misspelt would not restrict.
///
/// # Errors
///
/// For the first that is none, with the one that is probably meant.
pub(crate) fn check_ours() -> Result<()> {
    let mut known = BTreeSet::new();
    names(&Cli::command(), &mut known);
    std::env::vars_os().try_for_each(|(name, _)| match name.to_str() {
        Some(name) if name.starts_with(PREFIX) => is_known(name, &known),
        _ => Ok(()),
    })
}

fn names(command: &clap::Command, known: &mut BTreeSet<String>) {
    let variables = command.get_arguments().filter_map(clap::Arg::get_env);
    known.extend(variables.map(|name| name.to_string_lossy().into_owned()));
    for command in command.get_subcommands() {
        names(command, known);
    }
}

fn is_known(name: &str, known: &BTreeSet<String>) -> Result<()> {
    if known.contains(name) {
        return Ok(());
    }
    let distance = |it: &&String| strsim::damerau_levenshtein(name, it);
    let meant = known.iter().min_by_key(distance);
    let meant = meant.filter(|it| distance(it) <= MOST_TYPOS);
    let meant = meant.map(|meant| format!(": did you mean {meant}?"));
    bail!(
        "{name} is no setting of this command{}; unset it (docs/cli.md names those that there are)",
        meant.unwrap_or_default()
    )
}

/// So many letters apart, a name is meant for another.
const MOST_TYPOS: usize = 3;

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
    fn a_variable_of_ours_that_is_none_is_named() {
        let mut known = BTreeSet::new();
        names(&Cli::command(), &mut known);
        assert!(is_known("DETECTIVE_FLEET_REGIONS", &known).is_ok());
        for (name, meant) in [
            (
                "DETECTIVE_FLEET_REGION",
                "did you mean DETECTIVE_FLEET_REGIONS?",
            ),
            ("DETECTIVE_FLEET_WHATEVER", "no setting"),
        ] {
            let error = is_known(name, &known).unwrap_err().to_string();
            assert!(error.contains(name) && error.contains(meant), "{error}");
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
