//! The flags of the emulated AWS.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

use clap::Args;

use super::{PaceArgs, ReportArgs};

/// `rehearse`.
#[derive(Debug, Args)]
pub(crate) struct RehearseArgs {
    /// The list of accounts; without it, those of the scenario, or 80 made-up accounts
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Read the emulated world from this file: accounts, Regions, and what goes wrong
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
    /// Append a line of JSON to this file before and after each call that changes something
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub journal: Option<PathBuf>,
}

/// `sandbox`.
#[derive(Debug, Args)]
pub(crate) struct SandboxArgs {
    /// The address to listen on; signatures are not verified, so whoever reaches it can use it
    #[arg(long, value_name = "ADDRESS", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    pub listen: IpAddr,
    /// The port; 0 for any free port
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub port: u16,
    /// The number of members, besides the administrator
    #[arg(long, value_name = "N", default_value_t = 80, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub accounts: u32,
    /// Read the emulated world from this file: accounts, Regions, and what goes wrong
    #[arg(long, value_name = "FILE.toml", conflicts_with = "accounts")]
    pub scenario: Option<PathBuf>,
    /// For keys that the sandbox did not hand out, ask the STS at this URL whose they are
    #[arg(long, value_name = "URL")]
    pub identity: Option<String>,
    /// Write the members to this file, `account id,root e-mail` on each line
    #[arg(long, value_name = "FILE")]
    pub write_roster: Option<PathBuf>,
    /// How the emulated AWS behaves.
    #[command(flatten)]
    pub pace: PaceArgs,
}
