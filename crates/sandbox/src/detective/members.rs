//! What the administrator does with members.

use std::ops::Bound;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::check::BATCH;
use super::invite::quota_exceeded;
use super::page::PageRequest;
use super::shapes::{MemberDetail, OfAccounts, UnprocessedAccount};
use crate::account::AccountId;
use crate::call::Call;
use crate::membership::Status;
use crate::state::State;
use crate::wire::{Answer, Failure};
use crate::world::unverified::{AbsentMember, MonitoringEnabledMember, MonitoringWithoutRoom};

/// UNVERIFIED wording.
const NOT_A_MEMBER: &str = "Account is not a member";
/// UNVERIFIED wording.
const NOT_DISABLED: &str = "The member account's status is not ACCEPTED_BUT_DISABLED.";

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListMembers {
    graph_arn: Option<String>,
    max_results: Option<i64>,
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct StartMonitoringMember {
    graph_arn: Option<String>,
    account_id: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct MemberList<'a> {
    member_details: Vec<MemberDetail<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

pub(crate) fn list(call: &Call<'_>, state: &mut State) -> Result<Answer, Failure> {
    let ListMembers {
        graph_arn,
        max_results,
        next_token,
    } = call.input()?;
    let page = PageRequest {
        max_results,
        next_token,
    }
    .read::<AccountId>(call, 200)?;
    let graph = &*call.own_graph(graph_arn, state)?;
    let from = page.after.map_or(Bound::Unbounded, Bound::Excluded);
    let rest = graph
        .members
        .range((from, Bound::Unbounded))
        .filter(|(_, membership)| membership.visible <= call.now);
    let (entries, next_token) = page.of(call, rest, |(id, _)| **id);
    let details = entries
        .into_iter()
        .map(|(id, membership)| MemberDetail::of(call, graph, *id, membership));
    Answer::json(&MemberList {
        member_details: details.collect(),
        next_token,
    })
}

/// Accounts that are not members come back as unprocessed (seen against live AWS, Alchemy's tests),
/// unless the world has it otherwise.
pub(crate) fn get(call: &Call<'_>, state: &mut State) -> Result<Answer, Failure> {
    let input: OfAccounts = call.input()?;
    let ids = call.account_ids(input.account_ids, BATCH)?;
    let graph = &*call.own_graph(input.graph_arn, state)?;
    let (members, strangers): (Vec<_>, Vec<_>) = ids
        .into_iter()
        .partition(|id| graph.visible_member(*id, call.now).is_some());
    let missing = call.world.unverified.absent_member == AbsentMember::NotFound;
    if missing && !strangers.is_empty() {
        return Err(Failure::not_found("A member was not found."));
    }
    let details: Vec<_> = members
        .into_iter()
        .filter_map(|id| Some(MemberDetail::of(call, graph, id, graph.members.get(&id)?)))
        .collect();
    Answer::json(
        &json!({ "MemberDetails": details, "UnprocessedAccounts": not_members(call, strangers) }),
    )
}

/// The administrator cannot remove itself (service model, DeleteMembers), which here follows from
/// its not being a member.
pub(crate) fn delete(call: &Call<'_>, state: &mut State) -> Result<Answer, Failure> {
    let input: OfAccounts = call.input()?;
    let ids = call.account_ids(input.account_ids, BATCH)?;
    let graph = call.own_graph(input.graph_arn, state)?;
    let (members, strangers): (Vec<_>, Vec<_>) = ids
        .into_iter()
        .partition(|id| graph.members.remove(id).is_some());
    Answer::json(
        &json!({ "AccountIds": members, "UnprocessedAccounts": not_members(call, strangers) }),
    )
}

/// Tries to enable a member that accepted but does not contribute; it stays as it is if it cannot
/// (service model, StartMonitoringMember). What another status answers is UNVERIFIED.
pub(crate) fn start_monitoring(call: &Call<'_>, state: &mut State) -> Result<Answer, Failure> {
    let input: StartMonitoringMember = call.input()?;
    let id = call.required("AccountId", input.account_id)?;
    let id = call.account_id("AccountId", &id)?;
    let started = state.started;
    let graph = call.own_graph(input.graph_arn, state)?;
    let obstacle = graph.obstacle(id, call.world, started, call.now);
    let membership = graph
        .members
        .get_mut(&id)
        .ok_or_else(|| Failure::not_found("The member was not found."))?;
    if membership.status == Status::Enabled {
        return monitored_already(call);
    }
    if membership.status != Status::AcceptedButDisabled {
        return Err(Failure::conflict(NOT_DISABLED));
    }
    let no_room = obstacle.is_some()
        && call.world.unverified.monitoring_without_room == MonitoringWithoutRoom::QuotaExceeded;
    if no_room {
        return Err(quota_exceeded(
            "The member account cannot be enabled: the behavior graph has no room for its data.",
        ));
    }
    if obstacle != membership.disabled {
        membership.contribute(obstacle, call.now);
    }
    Ok(Answer::empty())
}

fn monitored_already(call: &Call<'_>) -> Result<Answer, Failure> {
    match call.world.unverified.monitoring_enabled_member {
        MonitoringEnabledMember::Conflict => Err(Failure::conflict(NOT_DISABLED)),
        MonitoringEnabledMember::Invalid => {
            Err(call.wrong("AccountId", "names a member that is ENABLED."))
        }
        MonitoringEnabledMember::Succeeds => Ok(Answer::empty()),
    }
}

pub(super) fn not_members(call: &Call<'_>, ids: Vec<AccountId>) -> Vec<UnprocessedAccount> {
    ids.into_iter()
        .map(|id| UnprocessedAccount::new(call, &id, NOT_A_MEMBER))
        .collect()
}
