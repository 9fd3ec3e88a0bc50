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
    /// A role that every account has already, such as OrganizationAccountAccessRole: it deploys the member
    /// role
    #[arg(long, value_name = "ROLE", conflicts_with = "role")]
    pub via: Option<String>,
    /// The member role, where it exists already or is deployed in another way, such as
    /// detective-fleet/DetectiveFleetMember
    #[arg(long, value_name = "ROLE")]
    pub role: Option<String>,
    /// The Regions, separated by commas, or repeated; `all` for every Region that is switched on and has
    /// Detective
    #[arg(long, alias = "region", value_name = "REGIONS")]
    pub regions: Vec<List<RegionName>>,
    /// Where it runs from then on: in AWS (docs/deploy.md), or on this machine
    #[arg(long, value_name = "aws|here", hide_possible_values = true)]
    pub run_in: Option<RunIn>,
    /// Do not ask for confirmation before the member role is deployed
    #[arg(short, long)]
    pub yes: bool,
    /// The settings file to write; an existing file is never overwritten
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
