//! The document that `status` prints: every membership as it is now.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Header, Standing};
use crate::account::{AccountId, GraphArn, Region};
use crate::member::MemberStatus;
use crate::observation::Observation;

/// Every membership as it is now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusReport {
    /// Who, what and when.
    #[serde(flatten)]
    pub header: Header,
    /// Only memberships that stand so are in it; all of them, where this is empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub only: Vec<Standing>,
    /// Totals over all memberships.
    pub summary: StatusSummary,
    /// Each Region, by name.
    pub regions: Vec<RegionNow>,
    /// How many requests were sent to find out, by `service:Operation`.
    pub calls: BTreeMap<String, u64>,
}

/// Totals.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusSummary {
    /// All account-Regions that were asked for or found.
    pub memberships: u64,
    /// How many are in each status; accounts that are no member are not counted here.
    pub by_status: BTreeMap<String, u64>,
    /// Account-Regions of the roster that are no member.
    pub absent: u64,
    /// Regions that could not be read.
    pub unread_regions: u64,
}

/// One Region as it is now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegionNow {
    /// Its name.
    pub region: Region,
    /// The behavior graph, where there is one.
    pub graph_arn: Option<GraphArn>,
    /// Why it could not be read.
    pub error: Option<Arc<str>>,
    /// The accounts of the roster, and every other member of the graph, by account id.
    pub members: Vec<MemberNow>,
}

/// One membership as it is now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberNow {
    /// Whose.
    pub account_id: AccountId,
    /// Its status; `null` for no member.
    pub status: Option<MemberStatus>,
    /// AWS's reason for ACCEPTED_BUT_DISABLED.
    pub disabled_reason: Option<Arc<str>>,
    /// Whether the roster names it; `null` without a roster.
    pub in_roster: Option<bool>,
}

impl RegionNow {
    /// What an observation says, about `roster` where there is one.
    #[must_use]
    pub fn of<'a>(
        observation: &Observation,
        error: Option<Arc<str>>,
        roster: Option<impl IntoIterator<Item = &'a AccountId>>,
    ) -> Self {
        let has_roster = roster.is_some();
        let mut members = BTreeMap::new();
        for account_id in roster.into_iter().flatten() {
            // Where nothing could be read, nothing is claimed.
            if observation.look(*account_id).is_some() {
                let absent = MemberNow {
                    account_id: *account_id,
                    status: None,
                    disabled_reason: None,
                    in_roster: Some(true),
                };
                members.insert(*account_id, absent);
            }
        }
        for (account_id, member) in observation.members() {
            let in_roster = has_roster.then(|| members.contains_key(&account_id));
            let status = Some(member.status.clone());
            let disabled_reason = member.disabled_reason.clone();
            members.insert(
                account_id,
                MemberNow {
                    account_id,
                    status,
                    disabled_reason,
                    in_roster,
                },
            );
        }
        Self {
            region: observation.region().clone(),
            graph_arn: observation.graph_arn().cloned(),
            error,
            members: members.into_values().collect(),
        }
    }
}

impl StatusReport {
    /// Puts the Regions together.
    #[must_use]
    pub fn of(header: Header, regions: Vec<RegionNow>, calls: BTreeMap<String, u64>) -> Self {
        let mut summary = StatusSummary::default();
        for region in &regions {
            summary.unread_regions += u64::from(region.error.is_some());
            for member in &region.members {
                summary.memberships += 1;
                match &member.status {
                    Some(status) => {
                        *summary.by_status.entry(status.to_string()).or_default() += 1;
                    }
                    None => summary.absent += 1,
                }
            }
        }
        Self {
            header,
            only: Vec::new(),
            summary,
            regions,
            calls,
        }
    }
}
