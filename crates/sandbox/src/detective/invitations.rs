//! What a member does about its invitations and memberships.

use serde::Serialize;

use super::page::PageRequest;
use super::shapes::{MemberDetail, OfGraph};
use crate::account::AccountId;
use crate::call::Call;
use crate::graph::Graph;
use crate::membership::Status;
use crate::state::State;
use crate::wire::{Answer, Failure};
use crate::world::unverified::{DisassociateDisabled, RefusedAccept};

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct InvitationList<'a> {
    invitations: Vec<MemberDetail<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

/// The status has to be INVITED (service model, AcceptInvitation). What another one answers is
/// UNVERIFIED.
pub(crate) fn accept(call: &Call<'_>, state: &mut State) -> Result<Answer, Failure> {
    let member = call.caller.account;
    let started = state.started;
    let elsewhere = memberships(call, state, member);
    let (graph, status) = own_membership(call, state)?;
    let unverified = &call.world.unverified;
    match status {
        Status::Invited
            if unverified
                .graphs_per_member
                .is_some_and(|most| elsewhere >= most) =>
        {
            return Err(Failure::conflict(
                "The account cannot be a member of more behavior graphs.",
            ));
        }
        Status::Invited => {}
        Status::VerificationInProgress => return refused(call, unverified.early_accept),
        // No invitation was sent.
        Status::VerificationFailed => return Err(call.no_such_graph()),
        Status::Enabled | Status::AcceptedButDisabled => {
            return refused(call, unverified.second_accept);
        }
    }
    let obstacle = graph.obstacle(member, call.world, started, call.now);
    if let Some(membership) = graph.members.get_mut(&member) {
        membership.contribute(obstacle, call.now);
    }
    Ok(Answer::empty())
}

/// The status has to be INVITED (service model, RejectInvitation).
pub(crate) fn reject(call: &Call<'_>, state: &mut State) -> Result<Answer, Failure> {
    let (graph, status) = own_membership(call, state)?;
    match status {
        Status::Invited => leave(call, graph),
        Status::VerificationInProgress | Status::VerificationFailed => Err(call.no_such_graph()),
        Status::Enabled | Status::AcceptedButDisabled => Err(not_as_needed("INVITED")),
    }
}

/// The status has to be ENABLED (service model, DisassociateMembership).
pub(crate) fn disassociate(call: &Call<'_>, state: &mut State) -> Result<Answer, Failure> {
    let (graph, status) = own_membership(call, state)?;
    let disabled = call.world.unverified.disassociate_disabled;
    match status {
        Status::Enabled => leave(call, graph),
        Status::AcceptedButDisabled if disabled == DisassociateDisabled::Removed => {
            leave(call, graph)
        }
        Status::VerificationInProgress | Status::VerificationFailed => Err(call.no_such_graph()),
        Status::Invited | Status::AcceptedButDisabled => Err(not_as_needed("ENABLED")),
    }
}

/// Open and accepted invitations of all graphs of the Region (service model, ListInvitations).
pub(crate) fn list(call: &Call<'_>, state: &mut State) -> Result<Answer, Failure> {
    let page = call.input::<PageRequest>()?.read::<AccountId>(call, 200)?;
    let member = call.caller.account;
    for graph in state
        .graphs
        .values_mut()
        .filter(|graph| graph.arn.region == call.region)
    {
        graph.settle(call.world, state.started, call.now);
    }
    let invitations = state.graphs.values().filter_map(|graph| {
        let membership = graph
            .members
            .get(&member)
            .filter(|_| graph.arn.region == call.region)?;
        let shown = membership.was_invited(call.now);
        let after = page.after.is_none_or(|last| last < graph.arn.administrator);
        (shown && after).then_some((graph, membership))
    });
    let (entries, next_token) = page.of(call, invitations, |(graph, _)| graph.arn.administrator);
    let invitations = entries
        .into_iter()
        .map(|(graph, membership)| MemberDetail::of(call, graph, member, membership))
        .collect();
    Answer::json(&InvitationList {
        invitations,
        next_token,
    })
}

/// The graph that the request names, and how far the caller is in it.
fn own_membership<'s>(
    call: &Call<'_>,
    state: &'s mut State,
) -> Result<(&'s mut Graph, Status), Failure> {
    let arn = call.graph_arn("GraphArn", call.input::<OfGraph>()?.graph_arn)?;
    let graph = call
        .any_graph(arn, state)
        .ok_or_else(|| call.no_such_graph())?;
    let status = graph
        .members
        .get(&call.caller.account)
        .map(|membership| membership.status);
    status
        .map(|status| (graph, status))
        .ok_or_else(|| call.no_such_graph())
}

/// How many graphs of the Region the account contributes to or could.
fn memberships(call: &Call<'_>, state: &State, member: AccountId) -> usize {
    let here = state
        .graphs
        .values()
        .filter(|graph| graph.arn.region == call.region);
    let statuses = here
        .filter_map(|graph| graph.members.get(&member))
        .map(|membership| membership.status);
    statuses
        .filter(|status| matches!(status, Status::Enabled | Status::AcceptedButDisabled))
        .count()
}

/// Accounts of an organization cannot leave its graph (service model, RejectInvitation and
/// DisassociateMembership).
fn leave(call: &Call<'_>, graph: &mut Graph) -> Result<Answer, Failure> {
    let member = call.caller.account;
    if graph
        .members
        .get(&member)
        .is_some_and(|membership| membership.of_organization)
    {
        return Err(Failure::conflict(
            "Organization accounts cannot leave the organization behavior graph.",
        ));
    }
    graph.members.remove(&member);
    Ok(Answer::empty())
}

fn refused(call: &Call<'_>, how: RefusedAccept) -> Result<Answer, Failure> {
    match how {
        RefusedAccept::Conflict => Err(not_as_needed("INVITED")),
        RefusedAccept::NotFound => Err(call.no_such_graph()),
        RefusedAccept::Invalid => Err(call.wrong("GraphArn", "names no open invitation.")),
        RefusedAccept::Succeeds => Ok(Answer::empty()),
    }
}

fn not_as_needed(status: &str) -> Failure {
    Failure::conflict(format!(
        "The member account's status in the behavior graph is not {status}."
    ))
}
