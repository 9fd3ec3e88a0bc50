//! The document that `plan` prints: what would happen.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::email::{OtherEmails, other_email};
use super::{Header, Why};
use crate::account::{AccountId, GraphArn, Region};
use crate::cause::{Cause, Place};
use crate::cost::Estimate;
use crate::desired::Fleet;
use crate::member::MemberStatus;
use crate::observation::Observation;
use crate::plan::{GraphStep, Plan, Step, Wait};

/// What would happen in every Region.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanReport {
    /// Who, what and when.
    #[serde(flatten)]
    pub header: Header,
    /// Totals over all memberships.
    pub summary: PlanSummary,
    /// Each Region, by name.
    pub regions: Vec<RegionPlan>,
    /// What the new memberships would cost a month; left out where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimate: Option<Estimate>,
    /// How many requests were sent to find out, by `service:Operation`.
    pub calls: BTreeMap<String, u64>,
}

/// Totals: every membership is counted in exactly one of `invite` to `skipped`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanSummary {
    /// All of them.
    pub memberships: u64,
    /// Behavior graphs that would be created.
    pub create_graphs: u64,
    /// Behavior graphs that would be deleted.
    #[serde(default)]
    pub delete_graphs: u64,
    /// Other changes of behavior graphs, such as their tags.
    #[serde(default)]
    pub change_graphs: u64,
    /// Memberships that would be invited, and then accepted.
    pub invite: u64,
    /// Memberships whose invitation would be accepted.
    pub accept: u64,
    /// Memberships whose failed entry would be replaced.
    pub repair: u64,
    /// Memberships that AWS is not finished with, and that would be accepted then.
    pub wait: u64,
    /// Memberships that would be removed.
    #[serde(default)]
    pub remove: u64,
    /// Memberships that have accepted and that AWS would be asked to enable.
    #[serde(default)]
    pub start: u64,
    /// Memberships that are as wanted.
    pub unchanged: u64,
    /// Memberships that cannot be as wanted.
    pub blocked: u64,
    /// Memberships that flags or `expected` leave out.
    pub skipped: u64,
    /// Account-Regions that would start to be charged for (or begin their free trial).
    pub starts_charging: u64,
}

/// What would happen in one Region.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegionPlan {
    /// Its name.
    pub region: Region,
    /// The behavior graph that is there.
    pub graph_arn: Option<GraphArn>,
    /// Whether one would be created.
    pub create_graph: bool,
    /// Whether it would be deleted.
    #[serde(default)]
    pub delete_graph: bool,
    /// What else would change about it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<String>,
    /// Why nothing can be done in the Region.
    pub error: Option<Arc<str>>,
    /// The same as data.
    #[serde(flatten)]
    pub why: Why,
    /// Its memberships, by account id.
    pub members: Vec<MemberPlan>,
}

/// What would happen to one membership.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberPlan {
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
    /// Its status now; `null` for no member.
    pub status: Option<MemberStatus>,
    /// What would happen.
    pub action: Action,
    /// Why it cannot be as wanted, and what to do.
    pub reason: Option<Arc<str>>,
    /// The same as data.
    #[serde(flatten)]
    pub why: Why,
}

/// What would happen to one membership.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Invite it, and accept for it.
    Invite,
    /// Accept for it.
    Accept,
    /// Remove its failed entry, and invite it with the roster's e-mail.
    Repair,
    /// Wait until AWS has verified it, and accept for it.
    Wait,
    /// Remove it.
    Remove,
    /// Ask AWS to enable it, which has accepted.
    Start,
    /// Nothing: it is as wanted.
    Unchanged,
    /// Nothing: it cannot be as wanted.
    Blocked,
    /// Nothing: it is left out.
    Skipped,
}

impl Action {
    /// Both an acceptance that can be made and one that only needs the role are one to people.
    fn of(step: &Step, status: Option<&MemberStatus>, wanted: bool) -> Self {
        match step {
            Step::Invite { .. } => Self::Invite,
            Step::Accept => Self::Accept,
            Step::Remove if wanted => Self::Repair,
            Step::Remove | Step::Wait(Wait::Graph) => Self::Remove,
            Step::Start => Self::Start,
            Step::Wait(_) if status == Some(&MemberStatus::Invited) => Self::Accept,
            Step::Wait(_) => Self::Wait,
            Step::Right | Step::Gone => Self::Unchanged,
            Step::Blocked(_) => Self::Blocked,
            Step::Skipped => Self::Skipped,
        }
    }
}

impl MemberPlan {
    /// Why it cannot be as wanted, where it says so.
    #[must_use]
    pub fn cause(&self) -> Option<Cause> {
        self.why.cause_or(self.reason.as_deref())
    }
}

impl RegionPlan {
    /// Why nothing can be done in the Region.
    #[must_use]
    pub fn cause(&self) -> Option<Cause> {
        self.why.cause_or(self.error.as_deref())
    }

    /// What a plan says of its Region.
    #[must_use]
    pub fn of(fleet: &Fleet, observation: &Observation, plan: &Plan) -> Self {
        let members = plan.steps().map(|(account_id, step)| {
            let member = observation.look(account_id).and_then(|look| look.member);
            let status = member.map(|member| member.status.clone());
            let cause = match step {
                Step::Blocked(cause) => Some(Cause::clone(cause)),
                Step::Skipped => {
                    let exceptions = &fleet.settings.exceptions;
                    exceptions.why(account_id, observation.region())
                }
                _ => None,
            };
            let place = Place::one(account_id, observation.region());
            let (reason, why) = Why::of(cause.as_ref(), &place);
            MemberPlan {
                account_id,
                name: None,
                owner: None,
                other_email: other_email(fleet.members.get(&account_id), member),
                action: Action::of(step, status.as_ref(), fleet.wants(account_id)),
                status,
                reason,
                why,
            }
        });
        let changes = plan.chores().iter().filter(|it| it.changes_something());
        let cause = match plan.graph() {
            GraphStep::Blocked(cause) => Some(cause),
            _ => None,
        };
        let (error, why) = Why::of(cause, &Place::region(observation.region()));
        Self {
            region: observation.region().clone(),
            graph_arn: observation.graph_arn().cloned(),
            create_graph: *plan.graph() == GraphStep::Create,
            delete_graph: *plan.graph() == GraphStep::Delete,
            changes: changes.map(ToString::to_string).collect(),
            error,
            why,
            members: members.collect(),
        }
    }

    /// The same, of a Region that could not be read: what nothing is known of is not planned.
    #[must_use]
    pub fn failed(mut self, cause: Option<&Cause>) -> Self {
        let (error, why) = Why::of(cause, &Place::region(&self.region));
        for member in &mut self.members {
            if error.is_some() && member.action == Action::Wait && member.status.is_none() {
                member.action = Action::Blocked;
                member.reason.clone_from(&error);
                member.why = why.clone();
            }
        }
        self.error = error;
        self.why = why;
        self
    }
}

impl PlanReport {
    /// Puts the Regions' plans together.
    #[must_use]
    pub fn of(
        mut header: Header,
        mut regions: Vec<RegionPlan>,
        calls: BTreeMap<String, u64>,
    ) -> Self {
        let mut summary = PlanSummary::default();
        let mut others = OtherEmails::default();
        for region in &mut regions {
            for member in &mut region.members {
                member.name = header.labels.name(member.account_id).cloned();
                member.owner = header.labels.owner(member.account_id).cloned();
                others.note(member.account_id, member.other_email.as_ref());
                let place = Place::one(member.account_id, &region.region);
                member.why.come_from(&header.origin, &place);
            }
            summary.create_graphs += u64::from(region.create_graph);
            summary.delete_graphs += u64::from(region.delete_graph);
            summary.change_graphs += region.changes.len() as u64;
            for member in &region.members {
                summary.count(member.action);
            }
        }
        others.tell(&mut header);
        Self {
            header,
            summary,
            regions,
            estimate: None,
            calls,
        }
    }

    /// The same, with what the new memberships would cost.
    #[must_use]
    pub fn estimated(self, estimate: Option<Estimate>) -> Self {
        Self { estimate, ..self }
    }

    /// Whether anything in AWS would change.
    #[must_use]
    pub fn changes_anything(&self) -> bool {
        let PlanSummary {
            create_graphs,
            delete_graphs,
            change_graphs,
            invite,
            accept,
            repair,
            wait,
            remove,
            start,
            ..
        } = self.summary;
        let graphs = create_graphs + delete_graphs + change_graphs;
        graphs + invite + accept + repair + wait + remove + start > 0
    }

    /// Whether anything cannot be as wanted, bad lines of the roster included.
    #[must_use]
    pub fn has_trouble(&self) -> bool {
        !self.header.invalid_lines.is_empty()
            || self.summary.blocked > 0
            || self.regions.iter().any(|region| region.error.is_some())
    }
}

impl PlanSummary {
    fn count(&mut self, action: Action) {
        self.memberships += 1;
        let counter = match action {
            Action::Invite => &mut self.invite,
            Action::Accept => &mut self.accept,
            Action::Repair => &mut self.repair,
            Action::Wait => &mut self.wait,
            Action::Remove => &mut self.remove,
            Action::Start => &mut self.start,
            Action::Unchanged => &mut self.unchanged,
            Action::Blocked => &mut self.blocked,
            Action::Skipped => &mut self.skipped,
        };
        *counter += 1;
        if matches!(
            action,
            Action::Invite | Action::Accept | Action::Repair | Action::Wait | Action::Start
        ) {
            self.starts_charging += 1;
        }
    }
}
