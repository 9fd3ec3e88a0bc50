//! The flags of `conformance`.

use std::path::PathBuf;

use clap::Args;

/// `conformance`.
// From the command line only, but for the address: nobody is invited because of a forgotten variable.
#[derive(Debug, Args)]
pub(crate) struct ConformanceArgs {
    /// The profile of the account that has the behavior graph
    #[arg(long, value_name = "NAME", help_heading = "Accounts")]
    pub admin_profile: String,
    /// The profile of another account, which is invited; without it, only what one account can find out is
    /// asked
    #[arg(long, value_name = "NAME", help_heading = "Accounts")]
    pub member_profile: Option<String>,
    /// The root e-mail of that account; without it, you are asked for it
    #[arg(
        long,
        value_name = "ADDRESS",
        requires = "member_profile",
        env = "DETECTIVE_FLEET_MEMBER_EMAIL",
        hide_env = true,
        help_heading = "Accounts"
    )]
    pub member_email: Option<String>,
    /// A Region in which neither account has a behavior graph
    #[arg(long, value_name = "REGION", help_heading = "Regions")]
    pub region: String,
    /// Do not ask for confirmation
    #[arg(short, long)]
    pub yes: bool,
    /// Only delete what an earlier run left behind
    #[arg(long, conflicts_with_all = ["out", "against"])]
    pub clean_up: bool,
    /// The file to write the answers to [default: truths-REGION.toml]
    #[arg(long, value_name = "FILE.toml", help_heading = "Output")]
    pub out: Option<PathBuf>,
    /// Compare the answers with those of this file, and name the differences
    #[arg(long, value_name = "FILE.toml", help_heading = "Output")]
    pub against: Option<PathBuf>,
}
