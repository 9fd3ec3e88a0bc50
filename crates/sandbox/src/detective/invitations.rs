//! What a member does about its invitations.

use serde::{Deserialize, Serialize};

use super::check::no_such_graph;
use super::page::PageRequest;
use super::shapes::MemberDetail;
use crate::account::AccountId;
use crate::call::Call;
use crate::membership::Status;
use crate::state::State;
use crate::wire::{Answer, Failure};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct OfGraph {
    graph_arn: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct InvitationList<'a> {
    invitations: Vec<MemberDetail<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

/// The status has to be INVITED (service model, AcceptInvitation). What another one answers is
/// UNVERIFIED.
pub(super) fn accept(call: &Call<'_>, state: &mut State) -> Result<Answer, Failure> {
    let arn = call.graph_arn("GraphArn", call.input::<OfGraph>()?.graph_arn)?;
    let graph = Some(arn)
        .filter(|arn| arn.region == call.region)
        .and_then(|arn| state.graph(&arn, call.now));
    let membership = graph
        .and_then(|graph| graph.members.get_mut(&call.caller.account))
        .ok_or_else(no_such_graph)?;
    match membership.status {
        Status::Invited => {
            membership.become_at(Status::Enabled, call.now);
            Ok(Answer::empty())
        }
        Status::VerificationFailed => Err(no_such_graph()),
        _ => Err(Failure::conflict(
            "The member account's status in the behavior graph is not INVITED.",
        )),
    }
}

/// Open and accepted invitations of all graphs of the Region (service model, ListInvitations).
pub(super) fn list(call: &Call<'_>, state: &mut State) -> Result<Answer, Failure> {
    let page = call.input::<PageRequest>()?.read::<AccountId>(call, 200)?;
    let member = call.caller.account;
    for graph in state.graphs.values_mut() {
        if let Some(membership) = graph.members.get_mut(&member) {
            membership.settle(call.now);
        }
    }
    let invitations = state
        .graphs
        .values()
        .filter(|graph| graph.arn.region == call.region)
        .filter_map(|graph| {
            let membership = graph.members.get(&member)?;
            let shown = !matches!(
                membership.status,
                Status::VerificationInProgress | Status::VerificationFailed
            );
            let after = page.after.is_none_or(|last| last < graph.arn.administrator);
            (shown && after).then_some((graph, membership))
        });
    let (entries, next_token) = page.of(call, invitations, |(graph, _)| graph.arn.administrator);
    let invitations = entries
        .into_iter()
        .map(|(graph, membership)| MemberDetail::of(graph, member, membership))
        .collect();
    Answer::json(&InvitationList {
        invitations,
        next_token,
    })
}
