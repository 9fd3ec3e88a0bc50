//! The command line as it is typed. What it means is for [`crate::settings`] to say.

mod conformance;
mod fleet;
mod init;
mod roles;
mod sandbox;

use std::path::PathBuf;

use ::fleet::account::AccountId;
use ::fleet::label::Who;
use ::fleet::values::{List, RegionName, Time};
use clap::builder::FalseyValueParser;
use clap::{ArgAction, ArgGroup, Args, Parser, Subcommand, ValueEnum};

use crate::exit;
use crate::values::{Day, Interval, PlanExpires, Shown, Usd};

pub(crate) use conformance::ConformanceArgs;
pub(crate) use fleet::{CallerArgs, FleetArgs, ReachArgs, SelectArgs};
pub(crate) use init::{InitArgs, RunIn};
#[cfg(feature = "stacksets")]
pub(crate) use roles::{DeployArgs, RemoveArgs, RolesStatusArgs, RolloutArgs, RolloutPaceArgs};
pub(crate) use roles::{RolesArgs, RolesCommand};
pub(crate) use sandbox::{RehearseArgs, SandboxArgs};

/// What a report of a bug needs to say of the build.
const VERSION: &str = concat!(
    env!("CARGO_PKG_VERSION"),
    "\ncommit: ",
    env!("BUILD_COMMIT"),
    "\nfeatures: ",
    env!("BUILD_FEATURES"),
    "\ntarget: ",
    env!("BUILD_TARGET"),
);

/// Amazon Detective on, in every account and every Region, without AWS Organizations.
///
/// An account list goes in (`account id,root e-mail`, one line per account); every account is
/// invited by the administrator and accepts, in every Region, all at once. Running it again is
/// always safe: it looks at AWS first and does only what is missing.
#[derive(Debug, Parser)]
#[command(name = "detective-fleet", version, long_version = VERSION, after_help = exit::HELP, max_term_width = 100)]
#[command(disable_help_subcommand = true)]
pub(crate) struct Cli {
    /// What every command understands.
    #[command(flatten)]
    pub global: Global,
    /// The command.
    #[command(subcommand)]
    pub command: Command,
}

/// What every command understands.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct Global {
    /// `text` for people, or `json`: exactly one document on stdout; for `status` also `csv` or
    /// `markdown`, for `cost` and `history` also `csv`
    #[arg(
        long,
        global = true,
        value_name = "FORMAT",
        default_value = "text",
        hide_possible_values = true,
        env = "DETECTIVE_FLEET_OUTPUT",
        hide_env = true
    )]
    pub output: Format,
    /// `always`, `never` or `auto`, which honours NO_COLOR and CLICOLOR_FORCE
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        hide_possible_values = true,
        env = "DETECTIVE_FLEET_COLOR",
        hide_env = true
    )]
    pub color: Color,
    /// Show no progress
    #[arg(
        long,
        global = true,
        value_parser = FalseyValueParser::new(),
        env = "DETECTIVE_FLEET_NO_PROGRESS",
        hide_env = true
    )]
    pub no_progress: bool,
    /// Print results and errors only
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Log what is done to stderr; twice: what the AWS SDK does too
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub verbose: u8,
    /// Read settings from this file [default: detective-fleet.toml, where there is one]
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        help_heading = "Settings",
        env = "DETECTIVE_FLEET_CONFIG",
        hide_env = true
    )]
    pub config: Option<PathBuf>,
}

/// How results are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
    /// For spreadsheets: one line for each membership.
    Csv,
    /// For wikis and tickets: the matrix.
    #[value(alias = "md")]
    Markdown,
}

/// When to use colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// What is to be done.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show what would change; change nothing
    Plan(PlanArgs),
    /// Make every account of the file a member in every Region
    Enable(EnableArgs),
    /// Remove the accounts of the file as members, in every Region
    Disable(DisableArgs),
    /// Show every account in every Region, as it is now
    Status(StatusArgs),
    /// Say whether it will work: file, roles, Regions, room and who else invites; change nothing
    Check(CheckArgs),
    /// Say what the memberships cost a month, from the volumes that AWS reports
    Cost(CostArgs),
    /// Write a file of the accounts that the behavior graphs have now, or GuardDuty
    Adopt(AdoptArgs),
    /// Tell what happened to the memberships, when and by whom, from reports and journals
    History(HistoryArgs),
    /// Set a fleet up: ask, write a settings file, bring the role to every account, check
    Init(Box<InitArgs>),
    /// Bring the role to every account of the file, by a StackSet or a role that is there; look at it, or take it back
    Roles(RolesArgs),
    /// Check the file alone: no credentials, no network
    Validate(ValidateArgs),
    /// Try it out: plan, enable and status against an emulated AWS in this process
    Rehearse(RehearseArgs),
    /// Serve an emulated AWS on 127.0.0.1
    Sandbox(SandboxArgs),
    /// Ask Detective itself, with two accounts, what no document says, and leave nothing behind
    Conformance(ConformanceArgs),
    /// Print what makes a shell complete the command
    Completions(CompletionsArgs),
    /// Write the manual pages into a folder
    Man(ManArgs),
    /// Print the manual in Markdown
    #[command(hide = true)]
    Manual,
}

/// `plan`.
#[derive(Debug, Args)]
pub(crate) struct PlanArgs {
    /// The accounts: `account id,root e-mail` on each line
    #[arg(value_name = "FILE", required_unless_present_any = ["delete_graphs", "show"])]
    pub file: Option<PathBuf>,
    /// Show what `disable` would change
    #[arg(long, conflicts_with_all = ["prune", "retry_failed"], help_heading = "Removals")]
    pub disable: bool,
    /// Show what `disable --delete-graphs` would change
    #[arg(long, requires = "disable", conflicts_with_all = ["account", "not_account"], help_heading = "Removals")]
    pub delete_graphs: bool,
    /// Exit with 0 when nothing would change, 2 when something would, and 1 for everything else
    #[arg(long)]
    pub detailed_exitcode: bool,
    /// Save the plan to this file, so that `enable` or `disable` with --plan executes just that
    #[arg(long, value_name = "FILE", help_heading = "Saved plans")]
    pub out: Option<PathBuf>,
    /// For how long the saved plan may be executed, 31 days at most [default: 24h]
    #[arg(
        long,
        value_name = "TIME",
        requires = "out",
        help_heading = "Saved plans"
    )]
    pub plan_expires: Option<PlanExpires>,
    /// Show the plan that was saved in this file again; needs no list and no credentials
    #[arg(long, value_name = "FILE", conflicts_with_all = ["file", "out", "disable", "delete_graphs"], help_heading = "Saved plans")]
    pub show: Option<PathBuf>,
    /// What is wanted.
    #[command(flatten)]
    pub fleet: FleetArgs,
    /// Where the report goes.
    #[command(flatten)]
    pub reports: ReportArgs,
}

/// `enable`.
#[derive(Debug, Args)]
pub(crate) struct EnableArgs {
    /// The accounts: `account id,root e-mail` on each line
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    // Never from the environment: consent is given to one run, not to a shell.
    /// Do not ask; needs the administrator's account id, from --admin-account or the settings
    #[arg(short, long)]
    pub yes: bool,
    /// Execute just the plan that `plan --out` saved in this file; settings are taken from it
    #[arg(long, value_name = "FILE", help_heading = "Saved plans")]
    pub plan: Option<PathBuf>,
    /// Allow the removal of so many accounts, and no more [default: 5, or a tenth of the members]
    #[arg(long, value_name = "N", help_heading = "Removals")]
    pub max_removals: Option<usize>,
    /// What is wanted.
    #[command(flatten)]
    pub fleet: FleetArgs,
    /// Where the report goes.
    #[command(flatten)]
    pub reports: ReportArgs,
    /// Where changes are taken down.
    #[command(flatten)]
    pub journal: JournalArgs,
}

/// `disable`.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("ending").args(["delete_graphs", "plan"]).multiple(true))]
pub(crate) struct DisableArgs {
    /// The accounts: `account id,root e-mail` on each line
    #[arg(value_name = "FILE", required_unless_present_any = ["delete_graphs", "plan"])]
    pub file: Option<PathBuf>,
    /// Do not ask; needs the administrator's account id, from --admin-account or the settings
    #[arg(short, long)]
    pub yes: bool,
    /// Execute just the plan that `plan --disable --out` saved in this file; settings are taken from it
    #[arg(long, value_name = "FILE", help_heading = "Saved plans")]
    pub plan: Option<PathBuf>,
    /// End Detective in the administrator; with a file, only where it names all members
    #[arg(long, conflicts_with_all = ["account", "not_account"], help_heading = "Removals")]
    pub delete_graphs: bool,
    /// The administrator's account id, to confirm --delete-graphs without being asked for it
    #[arg(
        long,
        value_name = "ID",
        requires = "ending",
        help_heading = "Removals"
    )]
    pub confirm: Option<AccountId>,
    /// Allow the removal of so many accounts, and no more [default: 5, or a tenth of the members]
    #[arg(long, value_name = "N", help_heading = "Removals")]
    pub max_removals: Option<usize>,
    /// Which accounts of the file.
    #[command(flatten)]
    pub select: SelectArgs,
    /// How AWS is reached.
    #[command(flatten)]
    pub reach: ReachArgs,
    /// Where the report goes.
    #[command(flatten)]
    pub reports: ReportArgs,
    /// Where changes are taken down.
    #[command(flatten)]
    pub journal: JournalArgs,
}

/// `status`.
#[derive(Debug, Args)]
pub(crate) struct StatusArgs {
    /// The accounts to look for; without it, whatever the behavior graphs have
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Only these accounts, in the file or not, by id or by name, with `*` for any characters; commas or repeated
    #[arg(
        long,
        alias = "accounts",
        value_name = "IDS",
        help_heading = "Accounts"
    )]
    pub account: Vec<List<Who>>,
    /// Only memberships that are `enabled`, `waiting`, `failed` or `absent`; commas or repeated
    #[arg(long, value_name = "WHAT", help_heading = "Output")]
    pub only: Vec<List<Shown>>,
    /// Show a line for each membership too, with when it was invited and when it last changed
    #[arg(long, conflicts_with = "watch", help_heading = "Output")]
    pub long: bool,
    /// Look again and again, and show it in the same place, until Ctrl-C
    #[arg(long, help_heading = "Output")]
    pub watch: bool,
    /// How long to wait between two looks [default: 30s]
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
    /// The accounts: `account id,root e-mail` on each line
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Ask whether GuardDuty is on in every account and Region, too, and for how long
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
    /// Read the price tiers from this file, (docs/cost.md shows one) [default: those that
    /// come along]
    #[arg(long, value_name = "FILE.toml")]
    pub rates: Option<PathBuf>,
    /// Exit with 3 when it is more than that a month
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
    /// Where to write `account id,root e-mail` lines; without it, or with `-`, to stdout
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
    /// Only these accounts, by id or by name, with `*` for any characters; commas or repeated
    #[arg(
        long,
        alias = "accounts",
        value_name = "IDS",
        help_heading = "What to tell"
    )]
    pub account: Vec<List<Who>>,
    /// Only these Regions; commas or repeated
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

/// `validate`.
#[derive(Debug, Args)]
pub(crate) struct ValidateArgs {
    /// The accounts: `account id,root e-mail` on each line
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The administrator, which may not stand in the file
    #[arg(
        long,
        value_name = "ID",
        env = "DETECTIVE_FLEET_ADMIN_ACCOUNT",
        hide_env = true
    )]
    pub admin_account: Option<AccountId>,
}

/// `completions`.
#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// The shell
    pub shell: clap_complete::Shell,
}

/// `man`.
#[derive(Debug, Args)]
pub(crate) struct ManArgs {
    /// The folder; it is made where there is none
    #[arg(value_name = "FOLDER")]
    pub folder: PathBuf,
}

/// How the emulated AWS behaves.
#[derive(Clone, Debug, Args)]
pub(crate) struct PaceArgs {
    /// Answer as Detective did to `conformance`, which wrote this file
    #[arg(long, value_name = "FILE.toml")]
    pub truths: Option<PathBuf>,
    /// How long every call takes [default: 100ms]
    #[arg(long, value_name = "TIME")]
    pub latency: Option<Time>,
    /// How long the verification of an e-mail takes; 0s: members are INVITED at once [default: 2s]
    #[arg(long, value_name = "TIME")]
    pub verification: Option<Time>,
}

/// Where the report goes.
#[derive(Clone, Debug, Args)]
pub(crate) struct ReportArgs {
    /// Write the report to this file too: as JSON, or as a page for people (.html); can be repeated
    #[arg(
        long = "report",
        value_name = "FILE.json|FILE.html",
        help_heading = "Output"
    )]
    pub files: Vec<PathBuf>,
}

/// Where changes are taken down.
#[derive(Clone, Debug, Args)]
pub(crate) struct JournalArgs {
    /// Add a line of JSON to this file before each call that changes something, and one after it;
    /// where that cannot be done, nothing more is changed
    #[arg(
        id = "journal",
        long = "journal",
        value_name = "FILE",
        env = "DETECTIVE_FLEET_JOURNAL",
        hide_env = true,
        help_heading = "Output"
    )]
    pub file: Option<PathBuf>,
}
