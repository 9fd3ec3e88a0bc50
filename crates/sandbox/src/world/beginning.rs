//! What exists already when the world starts.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;

use super::duration;
use crate::account::AccountId;
use crate::membership::Status;
use crate::region::Region;

/// Behavior graphs that exist already.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExistingGraph {
    /// Whose; the world's administrator if left out.
    #[serde(default)]
    pub administrator: Option<AccountId>,
    /// Where; in all Regions of Detective that are on for the administrator if none is named.
    #[serde(default)]
    pub regions: Vec<Region>,
    /// Their tags.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    /// How long they have existed.
    #[serde(default = "thirty_days", deserialize_with = "duration::required")]
    pub age: Duration,
}

/// Memberships that exist already, with their graphs.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExistingMembership {
    /// Of which accounts.
    pub accounts: Vec<AccountId>,
    /// In whose graphs; the world's administrator's if left out.
    #[serde(default)]
    pub administrator: Option<AccountId>,
    /// Where; in all Regions of Detective that are on for the administrator if none is named.
    #[serde(default)]
    pub regions: Vec<Region>,
    /// How far they are.
    pub status: Status,
    /// The e-mail that they were invited with; the account's own if left out.
    #[serde(default)]
    pub email: Option<String>,
    /// How long they have existed.
    #[serde(default = "ten_days", deserialize_with = "duration::required")]
    pub age: Duration,
}

fn thirty_days() -> Duration {
    Duration::from_secs(30 * 24 * 3600)
}

fn ten_days() -> Duration {
    Duration::from_secs(10 * 24 * 3600)
}
