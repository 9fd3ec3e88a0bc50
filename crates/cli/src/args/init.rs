//! The flags of `init`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use fleet::values::{List, RegionName};

use super::CallerArgs;

/// `init`.
#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// The list of accounts: `account id,root e-mail` on each line
    #[arg(long, value_name = "FILE")]
    pub list: Option<PathBuf>,
    /// As whom; --admin-role is the role of the administrator that runs work as, and that members trust.
    #[command(flatten)]
    pub caller: CallerArgs,
    /// A role that every account has already (such as OrganizationAccountAccessRole): the member role gets there by it
    #[arg(long, value_name = "ROLE", conflicts_with = "role")]
    pub via: Option<String>,
    /// The member role, where it is there already, or gets there in another way: detective-fleet/DetectiveFleetMember
    #[arg(long, value_name = "ROLE")]
    pub role: Option<String>,
    /// The Regions, or `all` that are switched on and have Detective; commas or repeated
    #[arg(long, alias = "region", value_name = "REGIONS")]
    pub regions: Vec<List<RegionName>>,
    /// What runs it from then on: AWS (docs/deploy.md), or this machine
    #[arg(long, value_name = "aws|here", hide_possible_values = true)]
    pub run_in: Option<RunIn>,
    /// Do not ask before the member role is deployed
    #[arg(short, long)]
    pub yes: bool,
    /// The settings file to write; one that is there is never written over
    #[arg(long, value_name = "FILE.toml", default_value = "detective-fleet.toml")]
    pub write: PathBuf,
}

/// What runs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RunIn {
    /// The AWS form.
    Aws,
    /// The command, on this machine.
    Here,
}
