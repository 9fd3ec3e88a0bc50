//! Detective for a whole organization: who administers it, and whether new accounts join.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;

use super::page::PageRequest;
use super::shapes::{OfGraph, Time};
use crate::account::AccountId;
use crate::call::Call;
use crate::graph::Graph;
use crate::membership::Status;
use crate::state::State;
use crate::wire::{Answer, Failure};
use crate::world::unverified::InvitedByOrganization;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Enable {
    account_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Update {
    graph_arn: Option<String>,
    auto_enable: Option<bool>,
}

/// Names the administrator of the Region, whose graph, made if need be, becomes the organization's
/// (service model, EnableOrganizationAdminAccount).
pub(crate) fn enable(call: &Call<'_>, state: &mut State) -> Result<Answer, Failure> {
    let id = call.required("AccountId", call.input::<Enable>()?.account_id)?;
    let id = call.account_id("AccountId", &id)?;
    check_management(call)?;
    if !call
        .world
        .organization
        .as_ref()
        .is_some_and(|organization| organization.has(id))
    {
        return Err(not_in_organization());
    }
    match state.delegated.get(&call.region) {
        Some((current, _)) if *current == id => return Ok(Answer::empty()),
        Some(_) => {
            return Err(Failure::invalid(
                "The organization already has another Detective administrator account.",
            ));
        }
        None => {}
    }
    let key = (call.region, id);
    if !state.graphs.contains_key(&key) {
        state.new_graph(call.region, id, call.now);
    }
    let started = state.started;
    if let Some(graph) = state.graphs.get_mut(&key) {
        graph.organization = Some(false);
        if call.world.unverified.invited_by_organization == InvitedByOrganization::Enabled {
            enable_invited(call, graph, started);
        }
    }
    state.delegated.insert(call.region, (id, call.now));
    Ok(Answer::empty())
}

/// Enables the organization's accounts that were invited before, without their answer.
fn enable_invited(call: &Call<'_>, graph: &mut Graph, started: Timestamp) {
    let organization = call.world.organization.as_ref();
    let invited: Vec<AccountId> = graph
        .members
        .iter()
        .filter(|(_, member)| member.status == Status::Invited)
        .map(|(id, _)| *id)
        .filter(|id| organization.is_some_and(|organization| organization.has(*id)))
        .collect();
    for id in invited {
        let obstacle = graph.obstacle(id, call.world, started, call.now);
        if let Some(member) = graph.members.get_mut(&id) {
            member.of_organization = true;
            member.contribute(obstacle, call.now);
        }
    }
}

/// Removes the administrator, and the organization's graph with it (service model).
pub(crate) fn disable(call: &Call<'_>, state: &mut State) -> Result<Answer, Failure> {
    check_management(call)?;
    if let Some((id, _)) = state.delegated.remove(&call.region) {
        state.graphs.remove(&(call.region, id));
    }
    Ok(Answer::empty())
}

pub(crate) fn list(call: &Call<'_>, state: &mut State) -> Result<Answer, Failure> {
    let page = call.input::<PageRequest>()?.read::<AccountId>(call, 200)?;
    check_management(call)?;
    let administrator = state
        .delegated
        .get(&call.region)
        .filter(|_| page.after.is_none());
    let (list, next_token) = page.of(call, administrator.into_iter(), |(id, _)| *id);
    let list: Vec<_> = list
        .into_iter()
        .map(|(id, since)| {
            let arn = state.graphs.get(&(call.region, *id)).map(|graph| graph.arn);
            json!({ "AccountId": id, "GraphArn": arn, "DelegationTime": Time(*since) })
        })
        .collect();
    let mut answer = json!({ "Administrators": list });
    if let Some(token) = next_token {
        answer["NextToken"] = json!(token);
    }
    Answer::json(&answer)
}

pub(crate) fn describe(call: &Call<'_>, state: &mut State) -> Result<Answer, Failure> {
    let graph = organization_graph(call, state, call.input::<OfGraph>()?.graph_arn)?;
    Answer::json(&json!({ "AutoEnable": graph.organization.unwrap_or_default() }))
}

pub(crate) fn update(call: &Call<'_>, state: &mut State) -> Result<Answer, Failure> {
    let input: Update = call.input()?;
    let graph = organization_graph(call, state, input.graph_arn)?;
    graph.organization = input.auto_enable.or(graph.organization);
    Ok(Answer::empty())
}

fn organization_graph<'s>(
    call: &Call<'_>,
    state: &'s mut State,
    arn: Option<String>,
) -> Result<&'s mut Graph, Failure> {
    let graph = call.own_graph(arn, state)?;
    if graph.organization.is_none() {
        return Err(Failure::denied(
            "The caller is not the Detective administrator account of an organization.",
        ));
    }
    Ok(graph)
}

fn check_management(call: &Call<'_>) -> Result<(), Failure> {
    let organization = call
        .world
        .organization
        .as_ref()
        .filter(|organization| organization.has(call.caller.account));
    let organization = organization.ok_or_else(not_in_organization)?;
    if organization.management == call.caller.account {
        return Ok(());
    }
    Err(Failure::denied(
        "The caller is not the management account of the organization.",
    ))
}

/// terraform-provider-aws takes "account is not a member of an organization" for absence.
fn not_in_organization() -> Failure {
    Failure::invalid("The request failed because the account is not a member of an organization.")
}
