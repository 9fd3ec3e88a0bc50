//! What stacks are called, and where they are.

use anyhow::{Result, bail};
use fleet::account::{Email, Region};
use fleet::region_table::{find, suggest};

/// CloudFormation's rule for names of StackSets and stacks.
///
/// # Errors
///
/// When it refuses the name.
pub(super) fn cloudformation_name(flag: &str, name: &str) -> Result<()> {
    let letters = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let begins = name.starts_with(|c: char| c.is_ascii_alphabetic());
    if !begins || name.len() > 128 || !name.chars().all(letters) {
        bail!(
            "--{flag} {:?}: up to 128 letters, digits and -, the first one a letter",
            Email::mask_in(name)
        );
    }
    Ok(())
}

/// The Region where a stack is.
///
/// # Errors
///
/// When there is none of that name.
pub(super) fn home(name: &str) -> Result<Region> {
    if find(name).is_some() {
        return Ok(Region::new(name));
    }
    let meant = suggest(name).map(|name| format!(": did you mean {name}?"));
    bail!(
        "--home-region: there is no Region {:?}{}",
        Email::mask_in(name),
        meant.unwrap_or_default()
    )
}
