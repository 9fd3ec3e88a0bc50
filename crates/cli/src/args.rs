//! The command line as it is typed. What it means is for [`crate::settings`] to say.

mod aws;
mod conformance;
mod fleet;
mod help;
mod init;
mod look;
mod roles;
mod sandbox;
mod typed;

use std::ffi::OsString;
use std::path::PathBuf;

use ::fleet::account::AccountId;
use ::fleet::command_line::Flags;
use ::fleet::language::Language;
use ::fleet::values::Time;
use clap::builder::FalseyValueParser;
use clap::{
    ArgAction, ArgGroup, Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum,
};

use crate::exit;
use crate::settings::SettingsFile;
use crate::values::{PlanExpires, Zone};

pub(crate) use aws::{AwsArgs, AwsCommand};
#[cfg(feature = "deploy")]
pub(crate) use aws::{AwsDeployArgs, AwsRemoveArgs, AwsStatusArgs, DEFAULT_STACK, FormArgs};
pub(crate) use conformance::ConformanceArgs;
pub(crate) use fleet::{CallerArgs, FleetArgs, ReachArgs, SelectArgs};
pub(crate) use init::{InitArgs, RunIn};
pub(crate) use look::{AdoptArgs, CheckArgs, CostArgs, HistoryArgs, Service, StatusArgs};
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
    /// What a command to be copied needs again.
    #[arg(skip)]
    pub typed: Flags,
}

impl Cli {
    /// Reads a command line.
    ///
    /// # Errors
    ///
    /// When it is none of ours.
    pub(crate) fn read(words: &[impl Into<OsString> + Clone]) -> Result<Self, clap::Error> {
        let mut command = Self::command();
        let matches = command.try_get_matches_from_mut(words.iter().cloned());
        let matches = matches.map_err(|error| typed::as_typed(error, words))?;
        let cli = Self::from_arg_matches(&matches);
        let mut cli = cli.map_err(|error| error.format(&mut command))?;
        let everywhere = command.get_arguments().filter(|it| it.is_global_set());
        everywhere.for_each(|it| typed::add(it, &matches, &mut cli.typed));
        typed::add_all(&command, &matches, &mut cli.typed);
        Ok(cli)
    }
}

/// What every command understands.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct Global {
    /// `text` for people, or `json` for one document on stdout; `status` has `csv` and `markdown` as well,
    /// `plan` has `markdown`, and `cost` and `history` have `csv`
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
    /// When to use colors: `always`, `never`, or `auto`, which honors NO_COLOR and CLICOLOR_FORCE
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
    /// The time zone of what people read, such as `Asia/Tokyo` [default: that of this machine]; JSON and
    /// CSV are always in UTC
    #[arg(
        long,
        global = true,
        value_name = "NAME",
        env = "DETECTIVE_FLEET_TIMEZONE",
        hide_env = true
    )]
    pub timezone: Option<Zone>,
    /// Do not show progress
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
    /// Log to stderr what is done; given twice, also what the AWS SDK does
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
    /// For wikis, tickets, and pull requests.
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
    #[command(after_help = help::PLAN)]
    Plan(PlanArgs),
    /// Make every account of the list a member in every Region
    #[command(after_help = help::ENABLE)]
    Enable(EnableArgs),
    /// Remove the accounts of the list as members, in every Region
    #[command(after_help = help::DISABLE)]
    Disable(DisableArgs),
    /// Show every account in every Region as it is now, and whether it is as the list wants
    #[command(after_help = help::STATUS)]
    Status(StatusArgs),
    /// Check whether `enable` will work: the list, the roles, the Regions, and the quotas; change nothing
    #[command(after_help = help::CHECK)]
    Check(CheckArgs),
    /// Calculate what the memberships cost a month, from the data volumes that AWS reports
    #[command(after_help = help::COST)]
    Cost(CostArgs),
    /// Write a list of the accounts that are members now, in Detective or in GuardDuty
    #[command(after_help = help::ADOPT)]
    Adopt(AdoptArgs),
    /// Tell what happened to the memberships, when and by whom, from reports and journals
    #[command(after_help = help::HISTORY)]
    History(HistoryArgs),
    /// Set up a fleet: ask questions, write a settings file, deploy the member role, and check
    #[command(after_help = help::INIT)]
    Init(Box<InitArgs>),
    /// Deploy the member role to every account of the list, show its state, or remove it
    #[command(after_help = help::ROLES)]
    Roles(RolesArgs),
    /// Deploy the AWS form, which runs by itself in the security account, show its state, or remove it
    #[command(after_help = help::AWS)]
    Aws(AwsArgs),
    /// Check the list alone, without credentials and without a network
    #[command(after_help = help::VALIDATE)]
    Validate(ValidateArgs),
    /// Try it out: plan, enable, and show the status, against an emulated AWS in this process
    #[command(after_help = help::REHEARSE)]
    Rehearse(RehearseArgs),
    /// Serve an emulated AWS on 127.0.0.1
    #[command(after_help = help::SANDBOX)]
    Sandbox(SandboxArgs),
    /// Ask Detective itself, with two accounts, what its documentation does not say; leave nothing behind
    #[command(after_help = help::CONFORMANCE)]
    Conformance(ConformanceArgs),
    /// Print the completion script for a shell
    #[command(after_help = help::COMPLETIONS)]
    Completions(CompletionsArgs),
    /// Write the manual pages into a folder
    #[command(after_help = help::MAN)]
    Man(ManArgs),
    /// Print the manual in Markdown
    #[command(hide = true)]
    Manual,
}

/// `plan`.
#[derive(Debug, Args)]
pub(crate) struct PlanArgs {
    /// The list of accounts: `account id,root e-mail` on each line
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
    /// The list of accounts: `account id,root e-mail` on each line
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    // Never from the environment: consent is given to one run, not to a shell.
    /// Do not ask for confirmation; requires the administrator's account id, from --admin-account or the
    /// settings
    #[arg(short, long)]
    pub yes: bool,
    /// Execute just the plan that `plan --out` saved in this file; settings are taken from it
    #[arg(long, value_name = "FILE", help_heading = "Saved plans")]
    pub plan: Option<PathBuf>,
    /// Allow the removal of at most this many accounts [default: 5, or a tenth of the members]
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
    /// The list of accounts: `account id,root e-mail` on each line
    #[arg(value_name = "FILE", required_unless_present_any = ["delete_graphs", "plan"])]
    pub file: Option<PathBuf>,
    /// Do not ask for confirmation; requires the administrator's account id, from --admin-account or the
    /// settings
    #[arg(short, long)]
    pub yes: bool,
    /// Execute just the plan that `plan --disable --out` saved in this file; settings are taken from it
    #[arg(long, value_name = "FILE", help_heading = "Saved plans")]
    pub plan: Option<PathBuf>,
    /// Delete the behavior graphs of the administrator and the data in them; with a list, only where it
    /// names all members
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
    /// Allow the removal of at most this many accounts [default: 5, or a tenth of the members]
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

/// `validate`.
#[derive(Debug, Args)]
pub(crate) struct ValidateArgs {
    /// The list of accounts: `account id,root e-mail` on each line
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The administrator, which must not be in the list
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
    /// The folder; it is created where it does not exist
    #[arg(value_name = "FOLDER")]
    pub folder: PathBuf,
}

/// How the emulated AWS behaves.
#[derive(Clone, Debug, Args)]
pub(crate) struct PaceArgs {
    /// Answer as Detective answered `conformance`, which wrote this file
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
    /// Also write the report to this file, as JSON or as a page for people (.html); can be repeated
    #[arg(
        long = "report",
        value_name = "FILE.json|FILE.html",
        help_heading = "Output"
    )]
    pub files: Vec<PathBuf>,
    /// The language of the page: en, or ja for Japanese [default: en]
    #[arg(
        long,
        value_name = "CODE",
        env = "DETECTIVE_FLEET_LANGUAGE",
        hide_env = true,
        help_heading = "Output"
    )]
    pub language: Option<Language>,
}

impl ReportArgs {
    /// These files.
    #[cfg(any(feature = "stacksets", test))]
    pub(crate) fn of(files: Vec<PathBuf>) -> Self {
        Self {
            files,
            language: None,
        }
    }

    /// With what the settings file says where nothing was typed.
    pub(crate) fn or(mut self, file: &SettingsFile) -> Self {
        self.language = self.language.or(file.settings.language);
        self
    }
}

/// Where changes are taken down.
#[derive(Clone, Debug, Args)]
pub(crate) struct JournalArgs {
    /// Append a line of JSON to this file before and after each call that changes something; where it
    /// cannot be written, nothing more is changed
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
