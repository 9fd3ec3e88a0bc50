//! The flags that say what is wanted, and of whom.

use clap::Args;
use clap::builder::BoolishValueParser;
use fleet::account::AccountId;
use fleet::expected::Exception;
use fleet::label::Who;
use fleet::partial_settings::PartialSettings;
use fleet::values::{ExternalId, List, Message, Package, RegionName, Tag, Time, Timeout};

use crate::mfa::MfaCode;

/// As whom AWS is asked.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct CallerArgs {
    /// The account that owns the behavior graphs [default: the caller's own]
    #[arg(
        long,
        value_name = "ID",
        env = "DETECTIVE_FLEET_ADMIN_ACCOUNT",
        hide_env = true,
        help_heading = "Accounts"
    )]
    pub admin_account: Option<AccountId>,
    /// The role to assume in the administrator account, for a caller from elsewhere
    #[arg(
        long,
        value_name = "NAME",
        env = "DETECTIVE_FLEET_ADMIN_ROLE",
        hide_env = true,
        help_heading = "Accounts"
    )]
    pub admin_role: Option<String>,
    /// The profile of the AWS configuration to use
    #[arg(
        long,
        value_name = "NAME",
        env = "DETECTIVE_FLEET_PROFILE",
        hide_env = true,
        help_heading = "Accounts"
    )]
    pub profile: Option<String>,
    /// The current code of the profile's MFA device, where nobody can be prompted for it
    #[arg(
        long,
        value_name = "CODE",
        env = "DETECTIVE_FLEET_MFA_CODE",
        hide_env = true,
        help_heading = "Accounts"
    )]
    pub mfa_code: Option<MfaCode>,
}

/// How AWS is reached, and where.
///
/// Nothing has a default here: what is not typed may stand in the settings file.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct ReachArgs {
    /// As whom.
    #[command(flatten)]
    pub caller: CallerArgs,
    /// The Regions, separated by commas, or repeated; `all` for every Region that is switched on and has
    /// Detective [default: all]
    #[arg(
        long,
        alias = "region",
        value_name = "REGIONS",
        env = "DETECTIVE_FLEET_REGIONS",
        hide_env = true,
        help_heading = "Regions"
    )]
    pub regions: Vec<List<RegionName>>,
    /// Regions to leave out; separated by commas, or repeated
    #[arg(
        long,
        alias = "exclude-regions",
        value_name = "REGIONS",
        env = "DETECTIVE_FLEET_EXCLUDE_REGION",
        hide_env = true,
        help_heading = "Regions"
    )]
    pub exclude_region: Vec<List<RegionName>>,
    /// Stop after this long, and report what is still waiting [default: 15m]
    #[arg(
        long,
        value_name = "TIME",
        env = "DETECTIVE_FLEET_TIMEOUT",
        hide_env = true,
        help_heading = "Pace"
    )]
    pub timeout: Option<Timeout>,
    /// Retry for this long where AWS refuses a call because a new role or policy may not have taken effect
    /// yet; 0s: retry once, at once [default: 15s]
    #[arg(
        long,
        value_name = "TIME",
        env = "DETECTIVE_FLEET_PATIENCE",
        hide_env = true,
        help_heading = "Pace"
    )]
    pub patience: Option<Time>,
    /// The maximum number of concurrent calls [default: 256]
    #[arg(
        long,
        value_name = "N",
        env = "DETECTIVE_FLEET_MAX_CONCURRENCY",
        hide_env = true,
        help_heading = "Pace"
    )]
    pub max_concurrency: Option<std::num::NonZeroU16>,
}

impl ReachArgs {
    /// What they say.
    pub(crate) fn settings(&self) -> PartialSettings {
        let caller = self.caller.clone();
        PartialSettings {
            admin_account: caller.admin_account,
            admin_role: caller.admin_role,
            profile: caller.profile,
            regions: List::joined(&self.regions),
            exclude_region: List::joined(&self.exclude_region),
            timeout: self.timeout,
            patience: self.patience,
            max_concurrency: self.max_concurrency,
            ..PartialSettings::default()
        }
    }
}

/// Which accounts of the file.
// From the command line only: a forgotten variable must not decide who is left out.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct SelectArgs {
    /// Only these accounts of the list, by id or name, with `*` for any characters; separated by commas, or
    /// repeated
    #[arg(
        long,
        alias = "accounts",
        value_name = "IDS",
        help_heading = "Accounts"
    )]
    pub account: Vec<List<Who>>,
    /// Not these accounts of the list, by id or name; separated by commas, or repeated
    #[arg(
        long,
        alias = "not-accounts",
        value_name = "IDS",
        help_heading = "Accounts"
    )]
    pub not_account: Vec<List<Who>>,
}

/// What is wanted.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct FleetArgs {
    /// How AWS is reached.
    #[command(flatten)]
    pub reach: ReachArgs,
    /// The role to assume in each member, with its path [default: detective-fleet/DetectiveFleetMember]
    #[arg(
        long,
        alias = "role",
        value_name = "NAME",
        env = "DETECTIVE_FLEET_ROLE_NAME",
        hide_env = true,
        help_heading = "Accounts"
    )]
    pub role_name: Option<String>,
    /// The external id that the trust policy of the member role requires
    #[arg(
        long,
        value_name = "ID",
        env = "DETECTIVE_FLEET_EXTERNAL_ID",
        hide_env = true,
        help_heading = "Accounts"
    )]
    pub external_id: Option<ExternalId>,
    /// Which accounts of the file.
    #[command(flatten)]
    pub select: SelectArgs,
    /// Memberships that are known to stay out: ACCOUNT/REGION, ACCOUNT/*, or */REGION, optionally with
    /// @YYYY-MM-DD as the last day and a reason after a blank; separated by commas, or repeated
    #[arg(
        long,
        value_name = "EXCEPTIONS",
        env = "DETECTIVE_FLEET_EXPECTED",
        hide_env = true,
        help_heading = "Accounts"
    )]
    pub expected: Vec<List<Exception>>,
    // Below, what belongs to one run comes from the command line only.
    /// Also remove members that the list does not name, and tags that --tags does not name
    #[arg(long, conflicts_with_all = ["account", "not_account"], help_heading = "Removals")]
    pub prune: bool,
    /// Retry members whose verification failed with the e-mail that the list still has
    #[arg(long, help_heading = "Invitations")]
    pub retry_failed: bool,
    /// Tags for the behavior graphs, new and existing; separated by commas, or repeated
    #[arg(
        long,
        value_name = "K=V",
        env = "DETECTIVE_FLEET_TAGS",
        hide_env = true,
        help_heading = "Invitations"
    )]
    pub tags: Vec<List<Tag>>,
    /// Optional data sources to start in every behavior graph: EKS_AUDIT, ASFF_SECURITYHUB_FINDING. A data
    /// source that was started is never stopped: AWS does not document how
    #[arg(
        long,
        value_name = "NAMES",
        env = "DETECTIVE_FLEET_PACKAGES",
        hide_env = true,
        help_heading = "Invitations"
    )]
    pub packages: Vec<List<Package>>,
    /// Have AWS send an e-mail to every root address, once for each Region [default: false]
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true", value_parser = BoolishValueParser::new(), hide_possible_values = true, env = "DETECTIVE_FLEET_SEND_EMAIL", hide_env = true, help_heading = "Invitations")]
    pub send_email: Option<bool>,
    /// The text of that e-mail, of 1 to 1,000 characters
    #[arg(
        long,
        value_name = "TEXT",
        env = "DETECTIVE_FLEET_MESSAGE",
        hide_env = true,
        help_heading = "Invitations"
    )]
    pub message: Option<Message>,
}

impl FleetArgs {
    /// What they say, but for what belongs to one run.
    pub(crate) fn settings(&self) -> PartialSettings {
        PartialSettings {
            role_name: self.role_name.clone(),
            external_id: self.external_id.clone(),
            expected: List::joined(&self.expected),
            tags: List::joined(&self.tags),
            packages: List::joined(&self.packages),
            send_email: self.send_email,
            message: self.message.clone(),
            ..self.reach.settings()
        }
    }
}
