//! What has moved in AWS since a plan was saved, so that it does not fit any more.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::SavedPlan;
use crate::account::{AccountId, Region};
use crate::bounds::GraphChanges;
use crate::report::{Action, MemberPlan, RegionPlan};

/// One thing that moved: a membership, or a behavior graph.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// Where.
    pub region: Region,
    /// Whose membership; `null` where it is the graph itself.
    pub account_id: Option<AccountId>,
    /// What the list calls the account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Arc<str>>,
    /// What the plan saw.
    pub was: String,
    /// What there is now.
    pub is: String,
    /// What the plan would have done.
    pub planned: String,
    /// What would have to be done now.
    pub needed: String,
}

impl fmt::Display for Moved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.account_id, &self.name) {
            (Some(id), Some(name)) => write!(f, "{name} ({id})")?,
            (Some(id), None) => write!(f, "{id}")?,
            (None, _) => f.write_str("the behavior graph")?,
        }
        write!(
            f,
            " in {}: was: {}; is: {}; the plan: {}; needed now: {}",
            self.region, self.was, self.is, self.planned, self.needed
        )
    }
}

/// Everything that moved. What needs less than the plan holds has not.
pub(super) fn find(
    saved: &SavedPlan,
    now: &[RegionPlan],
    changes: &BTreeMap<Region, GraphChanges>,
) -> Vec<Moved> {
    let was: BTreeMap<_, _> = saved
        .plan
        .regions
        .iter()
        .map(|it| (&it.region, it))
        .collect();
    let nothing = GraphChanges::default();
    let of = |all: &'_ BTreeMap<Region, GraphChanges>, region: &Region| {
        all.get(region).unwrap_or(&nothing).clone()
    };
    let mut moved = Vec::new();
    for is in now {
        let empty = RegionPlan {
            graph_arn: None,
            create_graph: false,
            delete_graph: false,
            changes: Vec::new(),
            members: Vec::new(),
            ..is.clone()
        };
        let was = was.get(&is.region).map_or(&empty, |was| *was);
        let (planned, needed) = (
            of(&saved.graph_changes, &is.region),
            of(changes, &is.region),
        );
        moved.extend(graph(was, &planned, is, &needed));
        moved.extend(members(was, is, saved.settings.retry_failed));
    }
    moved
}

fn graph(
    was: &RegionPlan,
    planned: &GraphChanges,
    is: &RegionPlan,
    needed: &GraphChanges,
) -> Option<Moved> {
    let acts = |region: &RegionPlan, changes: &GraphChanges| {
        let members = region.members.iter();
        let any = members
            .flat_map(|it| it.action.operations())
            .next()
            .is_some();
        any || region.create_graph || region.delete_graph || !changes.is_empty()
    };
    let is_another =
        was.graph_arn.is_some() && is.graph_arn.is_some() && was.graph_arn != is.graph_arn;
    let more = (is.create_graph && !was.create_graph)
        || (is.delete_graph && !was.delete_graph)
        || !needed.is_within(planned)
        || (is_another && acts(is, needed));
    more.then(|| Moved {
        region: is.region.clone(),
        account_id: None,
        name: None,
        was: state_of_graph(was),
        is: match was.graph_arn.is_some() && was.graph_arn == is.graph_arn {
            true => "the same, with other tags or packages".to_owned(),
            false => state_of_graph(is),
        },
        planned: steps_of_graph(was),
        needed: steps_of_graph(is),
    })
}

fn state_of_graph(region: &RegionPlan) -> String {
    match &region.graph_arn {
        Some(arn) => arn.to_string(),
        None => "no behavior graph".to_owned(),
    }
}

fn steps_of_graph(region: &RegionPlan) -> String {
    let create = region.create_graph.then(|| "create it".to_owned());
    let delete = region.delete_graph.then(|| "delete it".to_owned());
    let steps: Vec<_> = create
        .into_iter()
        .chain(delete)
        .chain(region.changes.iter().cloned())
        .collect();
    match steps.is_empty() {
        true => "leave it as it is".to_owned(),
        false => steps.join(", "),
    }
}

fn members(was: &RegionPlan, is: &RegionPlan, retries: bool) -> Vec<Moved> {
    let before: BTreeMap<_, _> = was.members.iter().map(|it| (it.account_id, it)).collect();
    let moved = |member: &MemberPlan| {
        let was = before.get(&member.account_id).copied();
        let planned = was.map_or(Action::Unchanged, |it| it.action);
        let allowed: BTreeSet<_> = planned.operations().iter().collect();
        let needed = member.action.operations();
        let more = needed.iter().any(|operation| !allowed.contains(operation));
        let other_email = member.other_email.is_some()
            && member.other_email.as_ref() != was.and_then(|it| it.other_email.as_ref());
        let has_moved = more || (other_email && !needed.is_empty());
        has_moved.then(|| Moved {
            region: is.region.clone(),
            account_id: Some(member.account_id),
            name: member.name.clone(),
            was: was.map_or_else(|| "no member".to_owned(), |it| state(it, retries)),
            is: state(member, retries),
            planned: words(planned).to_owned(),
            needed: words(member.action).to_owned(),
        })
    };
    is.members.iter().filter_map(moved).collect()
}

/// Where a membership stands. A failed entry is replaced for its e-mail, where none is tried again anyway.
fn state(member: &MemberPlan, retries: bool) -> String {
    if member.action == Action::Skipped {
        return "left out".to_owned();
    }
    if member.action == Action::Blocked && member.status.is_none() {
        return "no member, and nothing could be done".to_owned();
    }
    let status = member.status.as_ref().map_or("no member", |it| it.as_str());
    match &member.other_email {
        None if member.action == Action::Repair && !retries => {
            format!("{status} with another e-mail")
        }
        Some(email) => format!("{status} with another e-mail ({email})"),
        None => status.to_owned(),
    }
}

/// What is done about a membership, as an imperative.
fn words(action: Action) -> &'static str {
    match action {
        Action::Invite => "invite it, and accept for it",
        Action::Accept => "accept for it",
        Action::Repair => "remove its failed entry, and invite it again",
        Action::Wait => "wait for its verification, and accept for it",
        Action::Remove => "remove it",
        Action::Start => "ask AWS to enable it",
        Action::Unchanged | Action::Blocked | Action::Skipped => "leave it as it is",
    }
}

/// How many there are, for a text that has them elsewhere; the first of them is named.
pub(super) fn count(moved: &[Moved]) -> String {
    let first = moved.first().map(|it| {
        let account = it.account_id.map(|id| id.to_string());
        let what = account.unwrap_or_else(|| "the behavior graph".to_owned());
        format!("{what} in {} (was: {}; is: {})", it.region, it.was, it.is)
    });
    let first = first.unwrap_or_default();
    match moved.len() {
        0 | 1 => first,
        n => format!("{first} and {} more", n - 1),
    }
}
