//! `roles`, where the command was built without it.

use anyhow::{Result, bail};

use crate::args::{RolesArgs, RolesCommand};
use crate::display::Output;
use crate::exit::Exit;
use crate::settings::SettingsFile;

/// Says how to get it.
///
/// # Errors
///
/// Always.
// Of one shape with the other one.
#[expect(clippy::unused_async, reason = "the other one waits for AWS")]
pub(crate) async fn run(args: RolesArgs, _: &SettingsFile, _: Output) -> Result<Exit> {
    let name = match args.command {
        RolesCommand::Deploy(_) => "deploy",
        RolesCommand::Status(_) => "status",
        RolesCommand::Remove(_) => "remove",
    };
    bail!(
        "`roles {name}` is not in this build, which leaves CloudFormation's SDK out: build it without `--no-default-features`, or take a release"
    )
}
