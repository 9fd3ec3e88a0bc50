//! The commands that look and change nothing.

use std::path::PathBuf;

use ::fleet::expected::Exception;
use ::fleet::label::Who;
use ::fleet::values::{List, RegionName};
use clap::{Args, ValueEnum};

use super::{FleetArgs, ReachArgs, ReportArgs};
use crate::values::{Day, Interval, Shown, Usd};

/// `status`.
#[derive(Debug, Args)]
pub(crate) struct StatusArgs {
    /// The accounts that are wanted; without it, the members that the behavior graphs have are shown
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Memberships that are known to stay out, as for `enable`; separated by commas, or repeated
    #[arg(
        long,
        value_name = "EXCEPTIONS",
        env = "DETECTIVE_FLEET_EXPECTED",
        hide_env = true,
        help_heading = "Accounts"
    )]
    pub expected: Vec<List<Exception>>,
    /// Only these accounts, in the list or not, by id or name, with `*` for any characters; separated by
    /// commas, or repeated
    #[arg(
        long,
        alias = "accounts",
        value_name = "IDS",
        help_heading = "Accounts"
    )]
    pub account: Vec<List<Who>>,
    /// Only memberships that are `enabled`, `waiting`, `failed`, or `absent`; separated by commas, or
    /// repeated
    #[arg(long, value_name = "WHAT", help_heading = "Output")]
    pub only: Vec<List<Shown>>,
    /// Also show a line for each membership, with when it was invited and when it last changed
    #[arg(long, conflicts_with = "watch", help_heading = "Output")]
    pub long: bool,
    /// Refresh the status in place, until Ctrl-C
    #[arg(long, help_heading = "Output")]
    pub watch: bool,
    /// The time between two refreshes [default: 30s]
    #[arg(long, value_name = "TIME", requires = "watch", help_heading = "Output")]
    pub interval: Option<Interval>,
    /// How AWS is reached.
    #[command(flatten)]
    pub reach: ReachArgs,
    /// Where the report goes.
    #[command(flatten)]
    pub reports: ReportArgs,
}

/// `check`.
#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// The list of accounts: `account id,root e-mail` on each line
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Also ask whether GuardDuty is on in every account and Region, and since when
    #[arg(long)]
    pub guardduty: bool,
    /// What is wanted: as for `enable`, so that the same words can be checked first.
    #[command(flatten)]
    pub fleet: FleetArgs,
    /// Where the report goes.
    #[command(flatten)]
    pub reports: ReportArgs,
}

/// `cost`.
#[derive(Debug, Args)]
pub(crate) struct CostArgs {
    /// Only these accounts; without it, every member of the behavior graphs
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Read the price tiers from this file; docs/cost.md shows one [default: the built-in tiers]
    #[arg(long, value_name = "FILE.toml")]
    pub rates: Option<PathBuf>,
    /// Exit with 3 where the cost is more than this a month
    #[arg(long, value_name = "USD")]
    pub fail_over: Option<Usd>,
    /// How AWS is reached.
    #[command(flatten)]
    pub reach: ReachArgs,
    /// Where the report goes.
    #[command(flatten)]
    pub reports: ReportArgs,
}

/// Where members are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Service {
    /// In the behavior graphs.
    Detective,
    /// In the administrator's GuardDuty.
    #[value(name = "guardduty")]
    GuardDuty,
}

/// `adopt`.
#[derive(Debug, Args)]
pub(crate) struct AdoptArgs {
    /// The file to write, with `account id,root e-mail` on each line; without it, or with `-`: stdout
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Whose members are written: those of `detective`, or of the administrator's `guardduty`
    #[arg(
        long,
        value_name = "SERVICE",
        default_value = "detective",
        hide_possible_values = true
    )]
    pub from: Service,
    /// How AWS is reached.
    #[command(flatten)]
    pub reach: ReachArgs,
}

/// `history`.
#[derive(Debug, Args)]
pub(crate) struct HistoryArgs {
    /// Reports (JSON) and journals, or folders of them, such as a copy of the bucket's `runs/`
    #[arg(value_name = "PATH", required = true)]
    pub paths: Vec<PathBuf>,
    /// Only these accounts, by id or name, with `*` for any characters; separated by commas, or repeated
    #[arg(
        long,
        alias = "accounts",
        value_name = "IDS",
        help_heading = "What to tell"
    )]
    pub account: Vec<List<Who>>,
    /// Only these Regions; separated by commas, or repeated
    #[arg(
        long,
        alias = "region",
        value_name = "REGIONS",
        help_heading = "What to tell"
    )]
    pub regions: Vec<List<RegionName>>,
    /// Nothing before this day (UTC), such as 2026-01-31, or this time, such as 2026-01-31T09:00Z
    #[arg(long, value_name = "DAY", help_heading = "What to tell")]
    pub since: Option<Day>,
    /// Nothing after this day (UTC), or from this time on
    #[arg(long, value_name = "DAY", help_heading = "What to tell")]
    pub until: Option<Day>,
    /// Where the report goes.
    #[command(flatten)]
    pub reports: ReportArgs,
}
