//! The flags of `roles`.

use std::num::NonZeroU16;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use fleet::account::AccountId;
use fleet::values::{ExternalId, List, Timeout};

use super::{CallerArgs, SelectArgs};
use crate::values::Principal;

/// `roles`.
#[derive(Debug, Args)]
#[command(disable_help_subcommand = true)]
pub(crate) struct RolesArgs {
    /// What is to be done with the roles.
    #[command(subcommand)]
    pub command: RolesCommand,
}

/// What is to be done with the roles.
#[derive(Debug, Subcommand)]
pub(crate) enum RolesCommand {
    /// Deploy the role to every account of the list: by a StackSet, or with --via by a role that is there
    #[command(after_help = super::help::ROLES_DEPLOY)]
    Deploy(Box<DeployArgs>),
    /// Show for every account whether its stack is current, and whether its role can be assumed
    #[command(after_help = super::help::ROLES_STATUS)]
    Status(Box<RolesStatusArgs>),
    /// Remove the role from the accounts of the list; memberships stay
    #[command(after_help = super::help::ROLES_REMOVE)]
    Remove(Box<RemoveArgs>),
}

/// `roles deploy`.
#[derive(Debug, Args)]
pub(crate) struct DeployArgs {
    /// Which accounts, and which StackSet.
    #[command(flatten)]
    pub rollout: RolloutArgs,
    /// How it is rolled out.
    #[command(flatten)]
    pub pace: RolloutPaceArgs,
    /// Show what would be done, and do nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Do not ask for confirmation; requires the administrator's account id, from --admin-account or the
    /// settings
    #[arg(short, long)]
    pub yes: bool,
    /// Where the report goes.
    #[command(flatten)]
    pub reports: RolesReportArgs,
}

/// `roles status`.
#[derive(Debug, Args)]
pub(crate) struct RolesStatusArgs {
    /// Which accounts, and which StackSet.
    #[command(flatten)]
    pub rollout: RolloutArgs,
    /// Where the report goes.
    #[command(flatten)]
    pub reports: RolesReportArgs,
}

/// `roles remove`.
#[derive(Debug, Args)]
pub(crate) struct RemoveArgs {
    /// Which accounts, and which StackSet.
    #[command(flatten)]
    pub rollout: RolloutArgs,
    /// How it is rolled out.
    #[command(flatten)]
    pub pace: RolloutPaceArgs,
    /// Show what would be done, and do nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Do not ask for confirmation; requires the administrator's account id, from --admin-account or the
    /// settings
    #[arg(short, long)]
    pub yes: bool,
    /// Keep the stacks, and only remove the accounts from the StackSet: for accounts that are closed, in
    /// which nothing can be deleted any more
    #[arg(long, conflicts_with = "via", help_heading = "Removals")]
    pub retain_stacks: bool,
    /// Allow the removal of at most this many roles [default: 5, or a tenth of them]
    #[arg(long, value_name = "N", help_heading = "Removals")]
    pub max_removals: Option<usize>,
    /// Where the report goes.
    #[command(flatten)]
    pub reports: RolesReportArgs,
}

/// Which accounts, and which StackSet.
#[derive(Debug, Args)]
pub(crate) struct RolloutArgs {
    /// The list of accounts: `account id,root e-mail` on each line
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// As whom.
    #[command(flatten)]
    pub caller: CallerArgs,
    /// Which accounts of the file.
    #[command(flatten)]
    pub select: SelectArgs,
    /// The role in members; its path is always detective-fleet/, with or without it in the name [default:
    /// detective-fleet/DetectiveFleetMember]
    #[arg(
        long,
        alias = "role",
        value_name = "NAME",
        env = "DETECTIVE_FLEET_ROLE_NAME",
        hide_env = true,
        help_heading = "Role"
    )]
    pub role_name: Option<String>,
    /// The external id that the trust policy of the role requires
    #[arg(
        long,
        value_name = "ID",
        env = "DETECTIVE_FLEET_EXTERNAL_ID",
        hide_env = true,
        help_heading = "Role"
    )]
    pub external_id: Option<ExternalId>,
    /// Allow the role to read for `check --guardduty` whether GuardDuty is on, and since when
    #[arg(long, help_heading = "Role")]
    pub allow_guardduty_reads: bool,
    /// The role of the administrator account that the role trusts
    #[arg(
        long,
        value_name = "NAME",
        default_value = "detective-fleet/DetectiveFleetAdministrator",
        help_heading = "Role"
    )]
    pub trusted_role: String,
    /// Further roles and users that the role trusts, by their ARNs, of the administrator or of the second
    /// one; separated by commas, or repeated
    #[arg(long, value_name = "ARNS", help_heading = "Role")]
    pub also_trust: Vec<List<Principal>>,
    /// A second administrator, while you move to it: its role of the same name is trusted, too, and its
    /// invitations can be accepted
    #[arg(long, value_name = "ID", help_heading = "Role")]
    pub second_administrator: Option<AccountId>,
    /// The policy in members that bounds what the role may do, or `none` [default:
    /// detective-fleet/DetectiveFleetMemberBoundary; with --via none]
    #[arg(long, value_name = "NAME", help_heading = "Role")]
    pub boundary: Option<String>,
    /// Deploy a stack in each account, without a StackSet, by this role of each account (such as
    /// OrganizationAccountAccessRole or AWSControlTowerExecution); its sessions may do nothing else
    #[arg(
        long,
        value_name = "ROLE",
        conflicts_with_all = ["stack_set", "administration_role", "execution_role"],
        help_heading = "Without a StackSet"
    )]
    pub via: Option<String>,
    /// The name of that stack [default: detective-fleet-member]
    #[arg(
        long,
        value_name = "NAME",
        requires = "via",
        help_heading = "Without a StackSet"
    )]
    pub stack: Option<String>,
    /// The name of the StackSet
    #[arg(
        long,
        value_name = "NAME",
        default_value = "DetectiveFleetMember",
        help_heading = "StackSet"
    )]
    pub stack_set: String,
    /// The Region of the StackSet and of its one stack in each account; the role is global [default:
    /// us-east-1]
    #[arg(long, value_name = "REGION", help_heading = "StackSet")]
    pub home_region: Option<String>,
    /// The role in the administrator account that CloudFormation assumes
    #[arg(
        long,
        value_name = "NAME",
        default_value = "detective-fleet/DetectiveFleetStackSetAdministration",
        help_heading = "StackSet"
    )]
    pub administration_role: String,
    /// The role in members that CloudFormation assumes
    #[arg(
        long,
        value_name = "NAME",
        default_value = "DetectiveFleetStackSetExecution",
        help_heading = "StackSet"
    )]
    pub execution_role: String,
    /// How long it waits.
    #[command(flatten)]
    pub wait: WaitArgs,
}

/// How long to wait for CloudFormation.
#[derive(Clone, Debug, Args)]
pub(crate) struct WaitArgs {
    /// Stop waiting after this long; CloudFormation finishes what it has begun [default: 15m]
    #[arg(
        long,
        value_name = "TIME",
        env = "DETECTIVE_FLEET_TIMEOUT",
        hide_env = true,
        help_heading = "Pace"
    )]
    pub timeout: Option<Timeout>,
}

/// Where the report goes.
#[derive(Debug, Args)]
pub(crate) struct RolesReportArgs {
    /// Also write the report to this file, as JSON; can be repeated
    #[arg(long = "report", value_name = "FILE.json", help_heading = "Output")]
    pub files: Vec<PathBuf>,
}

/// As many as keep CloudFormation busy, and few enough for one look at what happens.
const AT_A_TIME: NonZeroU16 = NonZeroU16::MIN.saturating_add(24);

impl Default for RolloutPaceArgs {
    fn default() -> Self {
        Self {
            at_a_time: AT_A_TIME,
            failure_tolerance: None,
        }
    }
}

/// How it is rolled out.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Pace")]
pub(crate) struct RolloutPaceArgs {
    /// The maximum number of accounts at a time
    #[arg(long, value_name = "N", default_value_t = AT_A_TIME)]
    pub at_a_time: NonZeroU16,
    /// Stop once more than this many accounts have failed [default: try all]
    #[arg(long, value_name = "N")]
    pub failure_tolerance: Option<u32>,
}
