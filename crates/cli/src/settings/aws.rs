//! What the flags of `aws` mean.

use std::collections::BTreeMap;

use anyhow::{Result, anyhow, bail};
use aws_form::BucketName;
use fleet::account::{Email, Region};

use super::stack::{cloudformation_name, home};
use super::{Reach, SettingsFile};
use crate::args::{FormArgs, ReachArgs};

/// Which stack, and how it is reached.
#[derive(Clone, Debug)]
pub(crate) struct FormSettings {
    /// How AWS is reached.
    pub reach: Reach,
    /// The name of the stack.
    pub stack: String,
    /// Its Region, where one was named.
    pub region: Option<Region>,
}

impl FormSettings {
    /// What flags and settings file mean.
    ///
    /// # Errors
    ///
    /// When a name is none.
    pub(crate) fn of(args: FormArgs, file: &SettingsFile) -> Result<Self> {
        let typed = ReachArgs {
            caller: args.caller,
            timeout: args.wait.timeout,
            ..ReachArgs::default()
        };
        let mut reach = Reach::of(&typed, file)?;
        if typed.caller.admin_role.is_none() {
            // That of a run may do no more than a run: it hardly becomes a role that deploys stacks.
            reach.connection.admin_role = None;
        }
        cloudformation_name("stack", &args.stack)?;
        Ok(Self {
            reach,
            stack: args.stack,
            region: args.home_region.as_deref().map(home).transpose()?,
        })
    }
}

/// What the template is given: the flags, and for what they do not name the settings file. A value may be a secret, and is
/// in no error.
///
/// # Errors
///
/// When a flag is not `NAME=VALUE`, or two of them name the same parameter.
pub(crate) fn parameters(
    typed: &[String],
    file: &SettingsFile,
) -> Result<BTreeMap<String, String>> {
    let mut said = BTreeMap::new();
    for (text, number) in typed.iter().zip(1..) {
        let Some((name, value)) = text.split_once('=') else {
            bail!(
                "--parameter, number {number} of {}: write NAME=VALUE, such as KeepDays=90",
                typed.len()
            );
        };
        if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric()) {
            let name = Email::mask_in(name);
            bail!("--parameter {name:?}: the name of a parameter has letters and digits only");
        }
        if said.insert(name.to_owned(), value.to_owned()).is_some() {
            bail!("--parameter {name}: it is named twice; say once what it is to be");
        }
    }
    let of_file = file.settings.parameter.clone().unwrap_or_default();
    Ok(of_file.into_iter().chain(said).collect())
}

/// The bucket of that name.
///
/// # Errors
///
/// When no bucket can have it.
pub(crate) fn bucket(name: &str) -> Result<BucketName> {
    name.parse()
        .map_err(|error| anyhow!("--artifact-bucket {:?}: {error}", Email::mask_in(name)))
}
