//! The flags of the emulated AWS.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

use clap::Args;

use super::{PaceArgs, ReportArgs};

/// `rehearse`.
#[derive(Debug, Args)]
pub(crate) struct RehearseArgs {
    /// The accounts; without it, those of the scenario, or 80 that are made up
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Take the world from this file: accounts, Regions, and what goes wrong
    #[arg(long, value_name = "FILE.toml")]
    pub scenario: Option<PathBuf>,
    /// How the emulated AWS behaves.
    #[command(flatten)]
    pub pace: PaceArgs,
    /// Where the report goes.
    #[command(flatten)]
    pub reports: ReportArgs,
    /// Play the month after it, too: look once a day while one account is closed, write each report into
    /// this folder, and show what `history` and `cost` say of it
    #[arg(long, value_name = "FOLDER", help_heading = "Output")]
    pub month: Option<PathBuf>,
    // Not from the environment: a rehearsal has no place among what was really changed.
    /// Add a line of JSON to this file before each call that changes something, and one after it
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub journal: Option<PathBuf>,
}

/// `sandbox`.
#[derive(Debug, Args)]
pub(crate) struct SandboxArgs {
    /// The address to listen on; signatures are not verified, so whoever reaches it can use it
    #[arg(long, value_name = "ADDRESS", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    pub listen: IpAddr,
    /// The port; 0 for any that is free
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub port: u16,
    /// How many members there are, besides the administrator
    #[arg(long, value_name = "N", default_value_t = 80, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub accounts: u32,
    /// Take the world from this file: accounts, Regions, and what goes wrong
    #[arg(long, value_name = "FILE.toml", conflicts_with = "accounts")]
    pub scenario: Option<PathBuf>,
    /// Ask the STS at this URL whose the keys are that the sandbox did not hand out
    #[arg(long, value_name = "URL")]
    pub identity: Option<String>,
    /// Write the members to this file, `account id,root e-mail` on each line
    #[arg(long, value_name = "FILE")]
    pub write_roster: Option<PathBuf>,
    /// How the emulated AWS behaves.
    #[command(flatten)]
    pub pace: PaceArgs,
}
