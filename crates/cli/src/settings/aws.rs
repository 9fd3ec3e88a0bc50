//! What the flags of `aws` mean.

use std::collections::BTreeMap;

use anyhow::{Result, anyhow};
use aws_form::BucketName;
use fleet::account::Region;

use super::stack::{cloudformation_name, home};
use super::{Reach, SettingsFile};
use crate::args::{FormArgs, ReachArgs};
use crate::values::TemplateParameter;

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

/// What the template is given: the flags, and for what they do not name the settings file.
pub(crate) fn parameters(
    typed: Vec<TemplateParameter>,
    file: &SettingsFile,
) -> BTreeMap<String, String> {
    let mut parameters = file.settings.parameter.clone().unwrap_or_default();
    parameters.extend(typed.into_iter().map(|it| (it.name, it.value)));
    parameters
}

/// The bucket of that name.
///
/// # Errors
///
/// When no bucket can have it.
pub(crate) fn bucket(name: &str) -> Result<BucketName> {
    name.parse()
        .map_err(|error| anyhow!("--artifact-bucket {name:?}: {error}"))
}
