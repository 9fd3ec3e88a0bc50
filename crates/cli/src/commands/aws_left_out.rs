//! `aws`, where the command was built without it.

use anyhow::{Result, bail};

use crate::args::{AwsArgs, AwsCommand};
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
pub(crate) async fn run(args: AwsArgs, _: &SettingsFile, _: Output) -> Result<Exit> {
    let name = match args.command {
        AwsCommand::Deploy(_) => "deploy",
        AwsCommand::Status(_) => "status",
        AwsCommand::Remove(_) => "remove",
    };
    bail!(
        "`aws {name}` is not in this build, which leaves the SDKs of CloudFormation and S3 out: build it without `--no-default-features`, or take a release"
    )
}
