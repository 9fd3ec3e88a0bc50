//! The state that a world begins with.

use std::time::Duration;

use jiff::Timestamp;

use crate::account::AccountId;
use crate::clock::{earlier, later};
use crate::graph::Graph;
use crate::membership::{Disabled, Membership, Status};
use crate::region::Region;
use crate::state::State;
use crate::world::{ExistingMembership, GraphId, World};

impl State {
    /// How `world` begins.
    pub(crate) fn of(world: &World, now: Timestamp) -> State {
        let mut state = State::empty(world, now);
        for existing in &world.graphs {
            let administrator = existing.administrator.unwrap_or(world.administrator);
            for region in regions(world, administrator, &existing.regions) {
                let graph = state.existing_graph(region, administrator, earlier(now, existing.age));
                if let Some(GraphId(id)) = existing.id {
                    graph.arn.id = id;
                }
                for (package, ingest) in &existing.packages {
                    graph.packages.turn(*package, *ingest, graph.created);
                }
                graph.organization = existing.auto_enable;
                graph.tags.clone_from(&existing.tags);
            }
        }
        for existing in &world.memberships {
            let administrator = existing.administrator.unwrap_or(world.administrator);
            for region in regions(world, administrator, &existing.regions) {
                let graph = state.existing_graph(region, administrator, earlier(now, existing.age));
                for account in &existing.accounts {
                    graph
                        .members
                        .insert(*account, membership(world, *account, existing, now));
                }
            }
        }
        if let Some(organization) = &world.organization {
            for (region, administrator) in &organization.administrators {
                let graph = state.existing_graph(*region, *administrator, now);
                graph.organization.get_or_insert(false);
                state.delegated.insert(*region, (*administrator, now));
            }
        }
        let closing = world.accounts.iter().filter_map(|(id, account)| {
            let closes = account.closes?;
            Some((later(now, closes), *id))
        });
        state.closing = closing.collect();
        state
    }

    fn existing_graph(
        &mut self,
        region: Region,
        administrator: AccountId,
        created: Timestamp,
    ) -> &mut Graph {
        let graph = self.new_graph(region, administrator, created);
        graph.created = graph.created.min(created);
        graph
    }
}

fn membership(
    world: &World,
    account: AccountId,
    existing: &ExistingMembership,
    now: Timestamp,
) -> Membership {
    let own = world
        .accounts
        .get(&account)
        .map(|account| account.email.as_str());
    let email = existing.email.as_deref().or(own).unwrap_or_default();
    let mut membership = Membership::new(email, existing.status, earlier(now, existing.age));
    membership.updated = existing
        .updated
        .map_or(membership.invited, |age| earlier(now, age));
    membership.visible = later(now, existing.visible_after);
    membership.attempt = existing.attempt;
    membership.of_organization = existing.of_organization;
    match existing.status {
        Status::VerificationInProgress => {
            let left = existing.verification.unwrap_or(world.verification);
            let belongs = own.is_some_and(|own| own.eq_ignore_ascii_case(email));
            membership.verification = Some((later(now, left), belongs));
        }
        Status::AcceptedButDisabled => {
            membership.disabled = existing.disabled.or(Some(Disabled::VolumeTooHigh));
        }
        Status::VerificationFailed | Status::Invited | Status::Enabled => {}
    }
    membership
}

/// The Regions that were named, or all in which the administrator can have a graph.
fn regions(world: &World, administrator: AccountId, named: &[Region]) -> Vec<Region> {
    let all = || {
        Region::with_detective()
            .into_iter()
            .filter(|region| world.is_on(administrator, *region, Duration::ZERO))
            .collect()
    };
    if named.is_empty() {
        all()
    } else {
        named.to_vec()
    }
}
