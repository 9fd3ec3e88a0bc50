//! Operations on behavior graphs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::page::PageRequest;
use super::shapes::{OfGraph, Time};
use crate::account::AccountId;
use crate::call::Call;
use crate::clock::later;
use crate::graph::{Graph, GraphArn, needs_guardduty};
use crate::state::State;
use crate::wire::{Answer, Failure};
use crate::world::unverified::{
    DeleteGraphWithMembers, InvalidCreateGraph, ListedGraphs, RecreatedGraph, RepeatedCreateGraph,
    RepeatedCreateGraphTags,
};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct CreateGraph {
    tags: Option<BTreeMap<String, String>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct GraphList {
    graph_list: Vec<GraphEntry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct GraphEntry {
    arn: GraphArn,
    created_time: Time,
}

/// Answers the ARN of the graph that the caller has already, if there is one (service model,
/// CreateGraph).
pub(crate) fn create(call: &Call<'_>, state: &mut State) -> Result<Answer, Failure> {
    let input: CreateGraph = call.input().map_err(|failure| refused(call, failure))?;
    if let Some(tags) = &input.tags {
        call.tags(tags).map_err(|failure| refused(call, failure))?;
    }
    let tags = input.tags.unwrap_or_default();
    let key = (call.region, call.caller.account);
    let arn = if state.graphs.contains_key(&key) {
        repeated(call, state, tags)?
    } else {
        new(call, state, tags)?
    };
    Answer::json(&json!({ "GraphArn": arn }))
}

/// The one operation without a ValidationException of its own. AccessDeniedException has the codes of
/// that error too (service model).
fn refused(call: &Call<'_>, failure: Failure) -> Failure {
    match call.world.unverified.invalid_create_graph {
        InvalidCreateGraph::ValidationException => failure,
        InvalidCreateGraph::AccessDeniedException => {
            Failure::denied("Invalid request body").with("ErrorCode", "INVALID_REQUEST_BODY")
        }
    }
}

fn repeated(
    call: &Call<'_>,
    state: &mut State,
    tags: BTreeMap<String, String>,
) -> Result<Option<GraphArn>, Failure> {
    let unverified = &call.world.unverified;
    if unverified.repeated_create_graph == RepeatedCreateGraph::Conflict {
        return Err(Failure::conflict(
            "The account already is the administrator account of a behavior graph.",
        ));
    }
    let graph = state.graphs.get_mut(&(call.region, call.caller.account));
    Ok(graph.map(|graph| {
        if unverified.repeated_create_graph_tags == RepeatedCreateGraphTags::Merged {
            graph.tags.extend(tags);
        }
        graph.arn
    }))
}

fn new(
    call: &Call<'_>,
    state: &mut State,
    tags: BTreeMap<String, String>,
) -> Result<Option<GraphArn>, Failure> {
    let (region, account) = (call.region, call.caller.account);
    let deleting = state
        .deleting
        .get(&(region, account))
        .is_some_and(|until| call.now < *until);
    if deleting && call.world.unverified.recreated_graph == RecreatedGraph::Conflict {
        return Err(Failure::conflict(
            "A behavior graph of the account is being deleted.",
        ));
    }
    if needs_guardduty(call.world, account, state.started, call.now) {
        return Err(Failure::denied(
            "GuardDuty must be enabled for at least 48 hours.",
        ));
    }
    let graph = state.new_graph(region, account, call.now);
    graph.tags = tags;
    Ok(Some(graph.arn))
}

/// A member sees no graph here, only its invitations (service model, ListGraphs), unless the world
/// has it otherwise.
pub(crate) fn list(call: &Call<'_>, state: &mut State) -> Result<Answer, Failure> {
    let page = call.input::<PageRequest>()?.read::<AccountId>(call, 200)?;
    let caller = call.caller.account;
    let memberships_too = call.world.unverified.listed_graphs == ListedGraphs::MembershipsToo;
    let is_shown = |graph: &&Graph| {
        let own = graph.arn.administrator == caller;
        graph.arn.region == call.region
            && (own || memberships_too && graph.visible_member(caller, call.now).is_some())
            && page.after.is_none_or(|last| last < graph.arn.administrator)
    };
    let entries = state.graphs.values().filter(is_shown);
    let entries = entries.map(|graph| GraphEntry {
        arn: graph.arn,
        created_time: Time(graph.created),
    });
    let (graph_list, next_token) = page.of(call, entries, |entry| entry.arn.administrator);
    Answer::json(&GraphList {
        graph_list,
        next_token,
    })
}

/// The graph leaves the lists of its members too (service model, DeleteGraph).
pub(crate) fn delete(call: &Call<'_>, state: &mut State) -> Result<Answer, Failure> {
    let graph = call.own_graph(call.input::<OfGraph>()?.graph_arn, state)?;
    let refused =
        call.world.unverified.delete_graph_with_members == DeleteGraphWithMembers::Refused;
    if refused && !graph.members.is_empty() {
        return Err(Failure::invalid("The behavior graph has member accounts."));
    }
    let key = (graph.arn.region, graph.arn.administrator);
    state.graphs.remove(&key);
    state
        .deleting
        .insert(key, later(call.now, call.world.deletion));
    Ok(Answer::empty())
}
