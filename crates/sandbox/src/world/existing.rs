//! What exists already when the world starts.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::duration;
use crate::account::AccountId;
use crate::membership::{Disabled, Status};
use crate::packages::{IngestState, Package};
use crate::region::Region;

/// Behavior graphs that exist already.
#[derive(Clone, Debug, Deserialize, Serialize)]
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
    #[serde(
        default = "thirty_days",
        deserialize_with = "duration::required",
        serialize_with = "duration::write"
    )]
    pub age: Duration,
    /// The last part of their ARN, 32 hexadecimal digits, where there is one Region; made up if left
    /// out.
    #[serde(default)]
    pub id: Option<GraphId>,
    /// Data source packages besides the core, and whether each is started.
    #[serde(default)]
    pub packages: BTreeMap<Package, IngestState>,
    /// Whether they are an organization's, and if so whether its new accounts are members at once.
    #[serde(default)]
    pub auto_enable: Option<bool>,
}

/// Memberships that exist already, with their graphs.
#[derive(Clone, Debug, Deserialize, Serialize)]
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
    #[serde(
        default = "ten_days",
        deserialize_with = "duration::required",
        serialize_with = "duration::write"
    )]
    pub age: Duration,
    /// When their status changed last; when they began if left out.
    #[serde(
        default,
        deserialize_with = "duration::optional",
        serialize_with = "duration::write_optional"
    )]
    pub updated: Option<Duration>,
    /// Why they are ACCEPTED_BUT_DISABLED; VOLUME_TOO_HIGH if left out.
    #[serde(default)]
    pub disabled: Option<Disabled>,
    /// How long their verification still takes; as long as the world's if left out.
    #[serde(
        default,
        deserialize_with = "duration::optional",
        serialize_with = "duration::write_optional"
    )]
    pub verification: Option<Duration>,
    /// How long it takes until lists show them.
    #[serde(
        default,
        deserialize_with = "duration::required",
        serialize_with = "duration::write"
    )]
    pub visible_after: Duration,
    /// How often they were verified before.
    #[serde(default)]
    pub attempt: u64,
    /// Whether their organization put them there.
    #[serde(default)]
    pub of_organization: bool,
}

/// The last part of the ARN of a graph: 32 hexadecimal digits.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct GraphId(pub(crate) u128);

impl TryFrom<String> for GraphId {
    type Error = &'static str;

    fn try_from(text: String) -> Result<GraphId, &'static str> {
        let id = u128::from_str_radix(&text, 16).ok();
        id.filter(|_| text.len() == 32)
            .map(GraphId)
            .ok_or("the id of a graph has 32 hexadecimal digits")
    }
}

impl From<GraphId> for String {
    fn from(GraphId(id): GraphId) -> String {
        format!("{id:032x}")
    }
}

fn thirty_days() -> Duration {
    Duration::from_secs(30 * 24 * 3600)
}

fn ten_days() -> Duration {
    Duration::from_secs(10 * 24 * 3600)
}
