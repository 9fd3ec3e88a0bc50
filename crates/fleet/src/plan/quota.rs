//! Room in a behavior graph.

use std::collections::BTreeSet;

use super::{Decision, Kind, MOST_MEMBERS, Plan, Step, Wait};
use crate::account::AccountId;
use crate::attempts::Attempts;
use crate::cause::Cause;
use crate::desired::Fleet;
use crate::observation::Observation;

/// Invites no more than the graph has room for. Who is a member keeps its place, in the roster or
/// not, and so does who was invited but is not seen yet; after them come failed entries that are
/// being replaced, and then new accounts in the order of the roster.
pub(super) fn keep(plan: &mut Plan, fleet: &Fleet, observation: &Observation, attempts: &Attempts) {
    if plan.count(Kind::Invite) == 0
        || fleet.members.len() + observation.most_members() <= MOST_MEMBERS
    {
        return;
    }
    let taken = observation.members().count() + unseen(plan, observation, attempts);
    let mut queue: Vec<_> = plan.of(Kind::Invite).collect();
    queue.sort_by_cached_key(|account| {
        let replaced = attempts
            .member(*account)
            .is_some_and(|tried| tried.remove.may_be_done());
        let place = fleet.settings.order.get(account);
        (!replaced, place.copied().unwrap_or(u64::MAX), *account)
    });
    for (ahead, account) in (taken..).zip(queue) {
        if ahead >= MOST_MEMBERS {
            let decision = Decision {
                step: Step::blocked(Cause::GraphFull { ahead }),
                needs_role: false,
            };
            plan.place(account, decision);
            plan.crowded_out.insert(account);
        }
    }
}

/// How many were invited and are in no list yet.
fn unseen(plan: &Plan, observation: &Observation, attempts: &Attempts) -> usize {
    let waits = [Wait::Answer, Wait::Visible, Wait::Look];
    let waiting: BTreeSet<AccountId> = waits
        .into_iter()
        .flat_map(|wait| plan.of(Kind::Wait(wait)))
        .collect();
    let is_unseen = |account: &&AccountId| {
        let invited = attempts
            .member(**account)
            .is_some_and(|tried| tried.invite.sent > 0);
        let look = observation.look(**account);
        invited && look.is_none_or(|look| look.member.is_none())
    };
    waiting.iter().filter(is_unseen).count()
}
