//! The document that `status` prints: every membership as it is now.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::email::{OtherEmails, other_email};
use super::organization::OfOrganization;
use super::{Header, Standing, Why};
use crate::account::{AccountId, Email, GraphArn, Region};
use crate::cause::{Cause, Place};
use crate::member::{MemberStatus, Since};
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
    /// The same as data.
    #[serde(flatten)]
    pub why: Why,
    /// The accounts of the roster, and every other member of the graph, by account id.
    pub members: Vec<MemberNow>,
}

/// One membership as it is now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberNow {
    /// Whose.
    pub account_id: AccountId,
    /// What the list calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Arc<str>>,
    /// Who the list says is responsible for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Arc<str>>,
    /// The address that AWS has for it, masked, where the list has another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other_email: Option<Arc<str>>,
    /// It came through AWS Organizations, without an invitation; left out where it did not.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub organization: bool,
    /// Its status; `null` for no member.
    pub status: Option<MemberStatus>,
    /// Since when it is so, as AWS says it.
    #[serde(default, flatten)]
    pub since: Since,
    /// AWS's reason for ACCEPTED_BUT_DISABLED.
    pub disabled_reason: Option<Arc<str>>,
    /// Whether the roster names it; `null` without a roster.
    pub in_roster: Option<bool>,
}

impl RegionNow {
    /// Why it could not be read.
    #[must_use]
    pub fn cause(&self) -> Option<Cause> {
        self.why.cause_or(self.error.as_deref())
    }

    /// What an observation says, about `roster` where there is one.
    #[must_use]
    pub fn of(
        observation: &Observation,
        error: Option<&Cause>,
        roster: Option<&BTreeMap<AccountId, Email>>,
    ) -> Self {
        let has_roster = roster.is_some();
        let mut members = BTreeMap::new();
        for account_id in roster.into_iter().flat_map(BTreeMap::keys) {
            // Where nothing could be read, nothing is claimed.
            if observation.look(*account_id).is_some() {
                let absent = MemberNow {
                    account_id: *account_id,
                    name: None,
                    owner: None,
                    other_email: None,
                    organization: false,
                    status: None,
                    since: Since::default(),
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
                    name: None,
                    owner: None,
                    other_email: other_email(
                        roster.and_then(|roster| roster.get(&account_id)),
                        Some(member),
                    ),
                    organization: member.organization,
                    status,
                    since: member.since,
                    disabled_reason,
                    in_roster,
                },
            );
        }
        let (error, why) = Why::of(error, &Place::region(observation.region()));
        Self {
            region: observation.region().clone(),
            graph_arn: observation.graph_arn().cloned(),
            error,
            why,
            members: members.into_values().collect(),
        }
    }
}

impl MemberNow {
    /// Why somebody has to do something about it, as far as its status says so.
    #[must_use]
    pub fn cause(&self) -> Option<Cause> {
        match self.status.as_ref()? {
            MemberStatus::VerificationFailed => Some(Cause::wrong_email(None)),
            MemberStatus::AcceptedButDisabled => {
                Some(Cause::disabled(self.disabled_reason.as_deref(), None))
            }
            MemberStatus::Other(name) => Some(Cause::UnknownStatus {
                status: name.clone(),
            }),
            MemberStatus::Enabled
            | MemberStatus::Invited
            | MemberStatus::VerificationInProgress => None,
        }
    }
}

impl StatusReport {
    /// Puts the Regions together.
    #[must_use]
    pub fn of(
        mut header: Header,
        mut regions: Vec<RegionNow>,
        calls: BTreeMap<String, u64>,
    ) -> Self {
        let mut summary = StatusSummary::default();
        let mut others = OtherEmails::default();
        let mut theirs = OfOrganization::default();
        for region in &mut regions {
            summary.unread_regions += u64::from(region.error.is_some());
            for member in &mut region.members {
                member.name = header.labels.name(member.account_id).cloned();
                member.owner = header.labels.owner(member.account_id).cloned();
                others.note(member.account_id, member.other_email.as_ref());
                if member.organization {
                    theirs.note(member.account_id, &region.region);
                }
                summary.memberships += 1;
                match &member.status {
                    Some(status) => {
                        *summary.by_status.entry(status.to_string()).or_default() += 1;
                    }
                    None => summary.absent += 1,
                }
            }
        }
        others.tell(&mut header);
        theirs.tell(&mut header);
        Self {
            header,
            only: Vec::new(),
            summary,
            regions,
            calls,
        }
    }
}
