//! Accounts, their roles, and the organization that some of them are in.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::duration;
use crate::account::AccountId;
use crate::region::Region;

/// GuardDuty is on for that long unless an account says otherwise.
const GUARDDUTY_AGE: Duration = Duration::from_secs(90 * 24 * 3600);

/// One account.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Account {
    /// The e-mail address of its root user; made up if left out.
    pub email: String,
    /// What the roster says its e-mail is, where that is something else.
    pub listed_as: Option<String>,
    /// Whether the roster leaves it out.
    pub unlisted: bool,
    /// Opt-in Regions that it switched off.
    pub regions_off: BTreeSet<Region>,
    /// Opt-in Regions that it switched on although they are off in most accounts.
    pub regions_on: BTreeSet<Region>,
    /// Opt-in Regions that it is switching on, and how long after the start that ends.
    #[serde(
        deserialize_with = "duration::by_region",
        serialize_with = "duration::write_by_region"
    )]
    pub regions_enabling: BTreeMap<Region, Duration>,
    /// Opt-in Regions that it is switching off, and how long after the start that ends.
    #[serde(
        deserialize_with = "duration::by_region",
        serialize_with = "duration::write_by_region"
    )]
    pub regions_disabling: BTreeMap<Region, Duration>,
    /// How long after the start it is closed: it leaves all graphs, its own are deleted, and its keys
    /// and roles are of no use (administration guide, accounts-effects).
    #[serde(
        deserialize_with = "duration::optional",
        serialize_with = "duration::write_optional"
    )]
    pub closes: Option<Duration>,
    /// Its roles, if they are not those of the world.
    pub roles: Option<Vec<Role>>,
    /// Whether it is suspended: none of its roles can be assumed.
    pub suspended: bool,
    /// For how long GuardDuty has been on when the world starts.
    #[serde(
        deserialize_with = "duration::optional",
        serialize_with = "duration::write_optional"
    )]
    pub guardduty_age: Option<Duration>,
    /// Whether GuardDuty is off in all Regions.
    pub guardduty_off: bool,
    /// How the administrator has it as a member in GuardDuty, if it does.
    pub guardduty_member: Option<GuardDutyMember>,
    /// How much data it sends to each graph that it contributes to.
    pub gigabytes_per_day: f64,
    /// Whether its sessions from the global STS endpoint count in opt-in Regions too (IAM,
    /// SetSecurityTokenServicePreferences).
    pub version_2_tokens: bool,
}

/// How the administrator has an account in GuardDuty.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct GuardDutyMember {
    /// The e-mail that it was invited with, if that is not its own; empty for an account of an organization.
    pub email: Option<String>,
    /// Where; in all Regions if none is named.
    pub regions: BTreeSet<Region>,
    /// Its relationship status; `Enabled` if none is named.
    pub status: Option<String>,
}

/// A role that can be assumed.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Role {
    /// Its name, with its path if it has one.
    pub name: String,
    /// The external id that its trust policy asks for.
    #[serde(default)]
    pub external_id: Option<String>,
    /// The accounts that it trusts; the administrator alone if none is named.
    #[serde(default)]
    pub trusts: Vec<AccountId>,
    /// The one role of those accounts that it trusts, by name; all of their principals if none is
    /// named.
    #[serde(default)]
    pub trusts_role: Option<String>,
    /// Its trust policy does not allow `sts:SetSourceIdentity`.
    #[serde(default)]
    pub no_source_identity: bool,
    /// The identity provider whose tokens it trusts, by its host name; it trusts no account then
    /// that it does not name.
    #[serde(default)]
    pub identity_provider: Option<String>,
    /// The longest session that it grants.
    #[serde(
        default = "one_hour",
        deserialize_with = "duration::required",
        serialize_with = "duration::write"
    )]
    pub max_session: Duration,
    /// How long after the start STS does not know it yet: it was made just now.
    #[serde(
        default,
        deserialize_with = "duration::required",
        serialize_with = "duration::write"
    )]
    pub known_after: Duration,
    /// How long after the start its sessions may do nothing yet: its policy was attached just now.
    #[serde(
        default,
        deserialize_with = "duration::required",
        serialize_with = "duration::write"
    )]
    pub allowed_after: Duration,
}

/// An organization. The invitation path is for people who cannot use theirs, but AWS answers
/// differently to accounts that are in one.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Organization {
    /// Its management account.
    pub management: AccountId,
    /// Its accounts; all of the world if none is named.
    #[serde(default)]
    pub accounts: BTreeSet<AccountId>,
    /// The administrators of Detective that it named, by Region. Their graphs are its own.
    #[serde(default)]
    pub administrators: BTreeMap<Region, AccountId>,
}

impl Default for Account {
    fn default() -> Account {
        Account {
            email: String::new(),
            listed_as: None,
            unlisted: false,
            regions_off: BTreeSet::new(),
            regions_on: BTreeSet::new(),
            regions_enabling: BTreeMap::new(),
            regions_disabling: BTreeMap::new(),
            closes: None,
            roles: None,
            suspended: false,
            guardduty_age: None,
            guardduty_off: false,
            guardduty_member: None,
            gigabytes_per_day: 2.0,
            version_2_tokens: false,
        }
    }
}

impl Account {
    /// For how long GuardDuty has been on when the world starts, if it is.
    pub(crate) fn guardduty(&self) -> Option<Duration> {
        (!self.guardduty_off).then_some(self.guardduty_age.unwrap_or(GUARDDUTY_AGE))
    }
}

impl Role {
    /// A role that any principal of the administrator can assume for an hour.
    pub fn named(name: &str) -> Role {
        Role {
            name: name.to_owned(),
            external_id: None,
            trusts: Vec::new(),
            trusts_role: None,
            no_source_identity: false,
            identity_provider: None,
            max_session: one_hour(),
            known_after: Duration::ZERO,
            allowed_after: Duration::ZERO,
        }
    }
}

impl Organization {
    /// Whether the account is in it.
    pub(crate) fn has(&self, account: AccountId) -> bool {
        account == self.management || self.accounts.is_empty() || self.accounts.contains(&account)
    }
}

fn one_hour() -> Duration {
    Duration::from_secs(3600)
}
