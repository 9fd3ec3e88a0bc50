//! What has to happen to get from an observation to what is wanted.
//!
//! [`plan`] is pure. It decides each membership by the first row that fits ([`decide`] has the
//! table), and the executor has no choice left: it sends what is due, merges what comes back, and
//! asks again for the memberships that changed ([`Plan::refresh`]).

mod conclusion;
mod decide;
mod graph;
mod reason;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

pub use decide::{VISIBLE_AFTER, decide};
pub use reason::Reason;

use crate::account::AccountId;
use crate::attempts::Attempts;
use crate::fleet::Fleet;
use crate::observation::Observation;

/// The most accounts that CreateMembers, GetMembers and DeleteMembers take (Detective's service
/// model).
pub const BATCH: usize = 50;

/// What happens to one membership now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// CreateMembers, together with at most `batch - 1` others.
    Invite {
        /// Smaller after a refusal, so that one bad entry does not hold up the others for ever.
        batch: usize,
    },
    /// AcceptInvitation, with the member's role.
    Accept,
    /// DeleteMembers: the entry failed its verification and the roster has another e-mail now.
    Remove,
    /// Nothing: something else has to come first.
    Wait(Wait),
    /// Nothing: it is as wanted.
    Right,
    /// Nothing more: it cannot be as wanted.
    Blocked(Reason),
    /// Nothing: it is known to stay out.
    Skipped,
}

/// What a membership waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Wait {
    /// A look at AWS that is newer than what is known.
    Look,
    /// The answer to a request that is under way.
    Answer,
    /// AWS compares account id and e-mail.
    Verification,
    /// AWS did what was asked, and its lists do not show it yet.
    Visible,
    /// The role in the member.
    Role,
    /// The second and last try of the role, when nothing else is left to do.
    LastRoleTry,
}

/// What happens to the behavior graph now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GraphStep {
    /// ListGraphs.
    Find,
    /// CreateGraph: there is none, and members are wanted.
    Create,
    /// An answer is under way.
    Wait,
    /// Nothing: it is there, or nobody needs it.
    Keep,
    /// Nothing more, in the whole Region.
    Blocked(Reason),
}

/// Kinds of [`Step`], and the needs that come with one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// [`Step::Invite`].
    Invite,
    /// [`Step::Accept`].
    Accept,
    /// [`Step::Remove`].
    Remove,
    /// [`Step::Wait`].
    Wait(Wait),
    /// [`Step::Right`].
    Right,
    /// [`Step::Blocked`].
    Blocked,
    /// [`Step::Skipped`].
    Skipped,
    /// The role has to be assumed now, whatever the step: an acceptance is ahead.
    NeedsRole,
}

impl Step {
    fn kind(&self) -> Kind {
        match self {
            Self::Invite { .. } => Kind::Invite,
            Self::Accept => Kind::Accept,
            Self::Remove => Kind::Remove,
            Self::Wait(wait) => Kind::Wait(*wait),
            Self::Right => Kind::Right,
            Self::Blocked(_) => Kind::Blocked,
            Self::Skipped => Kind::Skipped,
        }
    }
}

/// The plan for one Region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    graph: GraphStep,
    steps: BTreeMap<AccountId, Step>,
    kinds: BTreeMap<Kind, BTreeSet<AccountId>>,
}

/// Plans one Region from nothing but what it is given.
#[must_use]
pub fn plan(fleet: &Fleet, observation: &Observation, attempts: &Attempts) -> Plan {
    let mut plan = Plan {
        graph: GraphStep::Keep,
        steps: BTreeMap::new(),
        kinds: BTreeMap::new(),
    };
    plan.refresh(fleet, observation, attempts, fleet.members.keys().copied());
    plan
}

impl Plan {
    /// Decides again what happens to the graph and to those of `changed` that the fleet names:
    /// the same as planning anew where nothing else has changed.
    pub fn refresh(
        &mut self,
        fleet: &Fleet,
        observation: &Observation,
        attempts: &Attempts,
        changed: impl IntoIterator<Item = AccountId>,
    ) {
        for account in changed {
            if fleet.members.contains_key(&account) {
                self.place(account, decide(fleet, observation, attempts, account));
            }
        }
        self.graph = graph::step(self, observation, attempts);
    }

    fn place(&mut self, account: AccountId, (step, needs_role): (Step, bool)) {
        if let Some(before) = self.steps.get(&account) {
            for kind in [before.kind(), Kind::NeedsRole] {
                if let Some(accounts) = self.kinds.get_mut(&kind) {
                    accounts.remove(&account);
                    // An empty set would make this plan differ from one made anew.
                    if accounts.is_empty() {
                        self.kinds.remove(&kind);
                    }
                }
            }
        }
        self.kinds.entry(step.kind()).or_default().insert(account);
        if needs_role {
            self.kinds
                .entry(Kind::NeedsRole)
                .or_default()
                .insert(account);
        }
        self.steps.insert(account, step);
    }

    /// What happens to the behavior graph.
    #[must_use]
    pub fn graph(&self) -> &GraphStep {
        &self.graph
    }

    /// What happens to each membership.
    pub fn steps(&self) -> impl Iterator<Item = (AccountId, &Step)> {
        self.steps.iter().map(|(account, step)| (*account, step))
    }

    /// What happens to one membership.
    #[must_use]
    pub fn step(&self, account: AccountId) -> Option<&Step> {
        self.steps.get(&account)
    }

    /// The memberships of one kind.
    pub fn of(&self, kind: Kind) -> impl Iterator<Item = AccountId> + '_ {
        self.kinds.get(&kind).into_iter().flatten().copied()
    }

    /// How many memberships are of one kind.
    #[must_use]
    pub fn count(&self, kind: Kind) -> usize {
        self.kinds.get(&kind).map_or(0, BTreeSet::len)
    }

    /// The accounts of the next CreateMembers, in roster order; empty where nobody is to be invited.
    #[must_use]
    pub fn next_invitations(&self) -> Vec<AccountId> {
        let size = |account| match self.steps.get(&account) {
            Some(Step::Invite { batch }) => *batch,
            _ => 0,
        };
        let Some(first) = self.of(Kind::Invite).next() else {
            return Vec::new();
        };
        let batch = size(first);
        self.of(Kind::Invite)
            .filter(|account| size(*account) == batch)
            .take(batch)
            .collect()
    }

    /// The accounts of the next DeleteMembers.
    #[must_use]
    pub fn next_removals(&self) -> Vec<AccountId> {
        self.of(Kind::Remove).take(BATCH).collect()
    }

    /// Whether anything in AWS would change if it were executed now.
    #[must_use]
    pub fn changes_anything(&self) -> bool {
        self.graph == GraphStep::Create
            || [Kind::Invite, Kind::Accept, Kind::Remove]
                .iter()
                .any(|kind| self.count(*kind) > 0)
    }
}
