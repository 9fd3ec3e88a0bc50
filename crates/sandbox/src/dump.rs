//! A world as it is now, as one that begins there.

use std::time::Duration;

use jiff::Timestamp;

use crate::account::AccountId;
use crate::clock::since;
use crate::graph::Graph;
use crate::membership::Membership;
use crate::state::State;
use crate::world::{Account, ExistingGraph, ExistingMembership, GraphId, Role, World};

/// The world as it is now. Sessions, calls, investigations and objects of S3 are not part of it, and
/// faults that count calls count again.
pub(crate) fn world(world: &World, state: &mut State, now: Timestamp) -> World {
    let elapsed = since(state.started, now);
    let mut dump = world.clone();
    dump.size = 0;
    dump.graphs = Vec::new();
    dump.memberships = Vec::new();
    for graph in state.graphs.values_mut() {
        graph.settle(world, state.started, now);
        dump.graphs.push(existing_graph(graph, now));
        for (id, member) in &graph.members {
            dump.memberships
                .push(existing_membership(graph, *id, member, now));
        }
    }
    if let Some(organization) = &mut dump.organization {
        let delegated = state.delegated.iter();
        organization.administrators = delegated.map(|(region, (id, _))| (*region, *id)).collect();
    }
    shift(&mut dump, elapsed);
    dump
}

fn existing_graph(graph: &Graph, now: Timestamp) -> ExistingGraph {
    ExistingGraph {
        administrator: Some(graph.arn.administrator),
        regions: vec![graph.arn.region],
        tags: graph.tags.clone(),
        age: since(graph.created, now),
        id: Some(GraphId(graph.arn.id)),
        packages: graph.packages.states(),
        auto_enable: graph.organization,
    }
}

fn existing_membership(
    graph: &Graph,
    id: AccountId,
    member: &Membership,
    now: Timestamp,
) -> ExistingMembership {
    ExistingMembership {
        accounts: vec![id],
        administrator: Some(graph.arn.administrator),
        regions: vec![graph.arn.region],
        status: member.status,
        email: Some(member.email.to_string()),
        age: since(member.invited, now),
        updated: Some(since(member.updated, now)),
        disabled: member.disabled,
        verification: member.verification.map(|(end, _)| since(now, end)),
        visible_after: since(now, member.visible),
        attempt: member.attempt,
        of_organization: member.of_organization,
    }
}

/// Counts from now on what was counted from the start.
fn shift(world: &mut World, elapsed: Duration) {
    let left = |duration: &mut Duration| *duration = duration.saturating_sub(elapsed);
    world
        .faults
        .retain(|fault| fault.until.is_none_or(|until| elapsed < until));
    for fault in &mut world.faults {
        left(&mut fault.after);
        fault.until.as_mut().map(left);
    }
    world
        .roles
        .iter_mut()
        .for_each(|role| shift_role(role, elapsed));
    for account in world.accounts.values_mut() {
        shift_account(account, elapsed);
    }
}

fn shift_account(account: &mut Account, elapsed: Duration) {
    let left = |duration: &mut Duration| *duration = duration.saturating_sub(elapsed);
    account.regions_enabling.values_mut().for_each(left);
    account.regions_disabling.values_mut().for_each(left);
    account.closes.as_mut().map(left);
    account.guardduty_age = account.guardduty().map(|age| age + elapsed);
    let roles = account.roles.iter_mut().flatten();
    roles.for_each(|role| shift_role(role, elapsed));
}

fn shift_role(role: &mut Role, elapsed: Duration) {
    role.known_after = role.known_after.saturating_sub(elapsed);
    role.allowed_after = role.allowed_after.saturating_sub(elapsed);
}
