//! The flags of `aws`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::CallerArgs;
use super::roles::WaitArgs;

/// What the stack is called where nobody says otherwise.
pub(crate) const DEFAULT_STACK: &str = "detective-fleet";

/// `aws`.
#[derive(Debug, Args)]
#[command(disable_help_subcommand = true)]
pub(crate) struct AwsArgs {
    /// What is to be done with the AWS form.
    #[command(subcommand)]
    pub command: AwsCommand,
}

/// What is to be done with the AWS form.
#[derive(Debug, Subcommand)]
pub(crate) enum AwsCommand {
    /// Deploy the AWS form, or upgrade it: show what would change, ask, and do it
    #[command(after_help = super::help::AWS_DEPLOY)]
    Deploy(Box<AwsDeployArgs>),
    /// Show the stack, the release that it runs, the last runs, the subscriptions, and the alarms
    #[command(after_help = super::help::AWS_STATUS)]
    Status(Box<AwsStatusArgs>),
    /// Remove the stack; the bucket with lists and reports stays, and so do all memberships
    #[command(after_help = super::help::AWS_REMOVE)]
    Remove(Box<AwsRemoveArgs>),
}

/// Which stack, and as whom.
#[derive(Clone, Debug, Args)]
pub(crate) struct FormArgs {
    /// As whom.
    #[command(flatten)]
    pub caller: CallerArgs,
    /// The name of the stack
    #[arg(
        long,
        value_name = "NAME",
        default_value = DEFAULT_STACK,
        help_heading = "Stack"
    )]
    pub stack: String,
    /// The Region of the stack and of its bucket; it works in all Regions from there [default: that of
    /// the AWS configuration]
    #[arg(long, alias = "region", value_name = "REGION", help_heading = "Stack")]
    pub home_region: Option<String>,
    /// How long it waits.
    #[command(flatten)]
    pub wait: WaitArgs,
}

/// `aws deploy`.
#[derive(Debug, Args)]
pub(crate) struct AwsDeployArgs {
    /// Which stack.
    #[command(flatten)]
    pub form: FormArgs,
    /// The function's zip, of the release that the command is of [default: the one beside the program]
    #[arg(long, value_name = "FILE", help_heading = "Stack")]
    pub function: Option<PathBuf>,
    /// The bucket to upload it to, of this account and Region [default: that of the stack, or
    /// detective-fleet-artifacts-ACCOUNT-REGION, which the command makes]
    #[arg(long, value_name = "BUCKET", help_heading = "Stack")]
    pub artifact_bucket: Option<String>,
    /// A parameter of the template (docs/parameters.md); can be given several times, once for each parameter. What is not named
    /// stays as the stack has it
    #[arg(long, value_name = "NAME=VALUE", help_heading = "Stack")]
    pub parameter: Vec<String>,
    /// Show what would be done, and do nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Do not ask for confirmation; requires the administrator's account id, from --admin-account or the
    /// settings
    #[arg(short, long)]
    pub yes: bool,
}

/// `aws status`.
#[derive(Debug, Args)]
pub(crate) struct AwsStatusArgs {
    /// Which stack.
    #[command(flatten)]
    pub form: FormArgs,
}

/// `aws remove`.
#[derive(Debug, Args)]
pub(crate) struct AwsRemoveArgs {
    /// Which stack.
    #[command(flatten)]
    pub form: FormArgs,
    /// Show what would be done, and do nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Do not ask for confirmation; requires --confirm, and the administrator's account id, from
    /// --admin-account or the settings
    #[arg(short, long, requires = "confirm")]
    pub yes: bool,
    /// The name of the stack, to confirm its removal without being asked for it
    #[arg(long, value_name = "NAME", help_heading = "Removals")]
    pub confirm: Option<String>,
}
