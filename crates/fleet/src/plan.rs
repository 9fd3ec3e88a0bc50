//! What has to happen to get from an observation to what is wanted.
//!
//! [`plan`] is pure. It decides each membership by the first row that fits ([`decide`] has the
//! table), and the executor has no choice left: it sends what is due, merges what comes back, and
//! asks again for the memberships that changed ([`Plan::refresh`]).

mod chores;
mod conclusion;
mod decide;
mod graph;
mod quota;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

pub use chores::Chore;
pub use decide::{Decision, LEFT_OUT_AFTER, VISIBLE_AFTER, decide};

use litemap::LiteMap;

use crate::account::AccountId;
use crate::attempts::{Attempts, RegionRequest};
use crate::cause::Cause;
use crate::desired::{Fleet, Others};
use crate::observation::Observation;
use crate::patience::Asked;

/// The most accounts that CreateMembers, GetMembers and DeleteMembers take (Detective's service
/// model).
pub const BATCH: usize = 50;

/// The most members of a behavior graph: a quota of AWS that cannot be raised.
pub const MOST_MEMBERS: usize = 1_200;

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
    /// DeleteMembers: it is to leave, or its entry failed and another takes its place.
    Remove,
    /// StartMonitoringMember: it accepted, and AWS did not enable it.
    Start,
    /// Nothing: something else has to come first.
    Wait(Wait),
    /// Nothing: it is as wanted.
    Right,
    /// Nothing: it is no member, as wanted.
    Gone,
    /// Nothing more: it cannot be as wanted.
    Blocked(Box<Cause>),
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
    /// A later turn to ask for what was refused so far.
    Patience(Asked),
    /// The end of its graph, which takes it along.
    Graph,
}

/// What happens to the behavior graph now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GraphStep {
    /// ListGraphs, at the pace of a poll: it can be due many times in a row.
    Find,
    /// CreateGraph: there is none, and members are wanted.
    Create,
    /// DeleteGraph: it is to end.
    Delete,
    /// An answer is under way.
    Wait,
    /// This was refused so far, and is asked again in a later turn.
    Patience(RegionRequest),
    /// Nothing: it is there, or nobody needs it.
    Keep,
    /// Nothing more, in the whole Region.
    Blocked(Cause),
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
    /// [`Step::Start`].
    Start,
    /// [`Step::Wait`].
    Wait(Wait),
    /// [`Step::Right`].
    Right,
    /// [`Step::Gone`].
    Gone,
    /// [`Step::Blocked`].
    Blocked,
    /// [`Step::Skipped`].
    Skipped,
    /// The role has to be assumed now, whatever the step: an acceptance is ahead.
    NeedsRole,
}

impl Step {
    pub(crate) fn blocked(cause: Cause) -> Self {
        Self::Blocked(Box::new(cause))
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Invite { .. } => Kind::Invite,
            Self::Accept => Kind::Accept,
            Self::Remove => Kind::Remove,
            Self::Start => Kind::Start,
            Self::Wait(wait) => Kind::Wait(*wait),
            Self::Right => Kind::Right,
            Self::Gone => Kind::Gone,
            Self::Blocked(_) => Kind::Blocked,
            Self::Skipped => Kind::Skipped,
        }
    }
}

/// The plan for one Region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    graph: GraphStep,
    steps: LiteMap<AccountId, Step>,
    kinds: BTreeMap<Kind, BTreeSet<AccountId>>,
    /// Who is not invited because the graph has no room.
    crowded_out: BTreeSet<AccountId>,
    chores: chores::Chores,
}

/// Plans one Region from nothing but what it is given.
#[must_use]
pub fn plan(fleet: &Fleet, observation: &Observation, attempts: &Attempts) -> Plan {
    let mut plan = Plan {
        graph: GraphStep::Keep,
        steps: LiteMap::new(),
        kinds: BTreeMap::new(),
        crowded_out: BTreeSet::new(),
        chores: chores::Chores::default(),
    };
    let accounts = known(fleet, observation, attempts);
    plan.refresh(fleet, observation, attempts, accounts);
    plan
}

/// Every account that a plan might be about.
fn known(fleet: &Fleet, observation: &Observation, attempts: &Attempts) -> BTreeSet<AccountId> {
    let mut accounts: BTreeSet<_> = fleet.members.keys().copied().collect();
    if fleet.removes() {
        accounts.extend(observation.members().map(|(account, _)| account));
        accounts.extend(attempts.accounts());
        accounts.extend(fleet.agreed_others(observation.region()));
    }
    accounts
}

/// Whether a plan is about this account: the roster names it, or it is a member that is to be removed
/// all the same, or was one. Who was agreed on and is gone was one, whoever removed it: a run that is
/// killed after DeleteMembers leaves no other trace of it.
#[must_use]
pub fn concerns(
    fleet: &Fleet,
    observation: &Observation,
    attempts: &Attempts,
    account: AccountId,
) -> bool {
    if fleet.members.contains_key(&account) {
        return true;
    }
    let tried = attempts.member(account);
    let region = observation.region();
    let goes = || match observation.look(account)?.member {
        Some(member) => Some(fleet.removes_other(account, region, member)),
        None => Some(fleet.was_agreed_on(account, region)),
    };
    fleet.settings.others != Others::Leave
        && (tried.is_some_and(|tried| tried.remove.sent > 0) || goes().unwrap_or_default())
}

impl Plan {
    /// Decides again what happens to the graph and to those of `changed` that the plan concerns:
    /// the same as planning anew where nothing else has changed. A graph that is found, made or
    /// lost, a whole list, and an answer about the Region change everybody.
    pub fn refresh(
        &mut self,
        fleet: &Fleet,
        observation: &Observation,
        attempts: &Attempts,
        changed: impl IntoIterator<Item = AccountId>,
    ) {
        let crowded_out = std::mem::take(&mut self.crowded_out);
        for account in changed.into_iter().chain(crowded_out) {
            if concerns(fleet, observation, attempts, account) {
                self.place(account, decide(fleet, observation, attempts, account));
            } else {
                self.forget(account);
            }
        }
        quota::keep(self, fleet, observation, attempts);
        self.graph = graph::step(self, fleet, observation, attempts);
        self.chores = chores::decide(fleet, observation, attempts);
    }

    /// Takes an account out of the plan.
    fn forget(&mut self, account: AccountId) {
        if let Some(before) = self.steps.remove(&account) {
            self.unfile(account, &before);
        }
    }

    fn place(&mut self, account: AccountId, decision: Decision) {
        let Decision { step, needs_role } = decision;
        let kind = step.kind();
        if let Some(before) = self.steps.insert(account, step) {
            self.unfile(account, &before);
        }
        self.kinds.entry(kind).or_default().insert(account);
        if needs_role {
            self.kinds
                .entry(Kind::NeedsRole)
                .or_default()
                .insert(account);
        }
    }

    /// Takes an account out of the kinds that it is of by its step.
    fn unfile(&mut self, account: AccountId, step: &Step) {
        for kind in [step.kind(), Kind::NeedsRole] {
            if let Some(accounts) = self.kinds.get_mut(&kind) {
                accounts.remove(&account);
                // An empty set would make this plan differ from one made anew.
                if accounts.is_empty() {
                    self.kinds.remove(&kind);
                }
            }
        }
    }

    /// What happens to the behavior graph.
    #[must_use]
    pub fn graph(&self) -> &GraphStep {
        &self.graph
    }

    /// What is done about the graph itself, in any order.
    #[must_use]
    pub fn chores(&self) -> &[Chore] {
        &self.chores.due
    }

    /// What was refused so far and is waited for, so that it is asked again.
    #[must_use]
    pub fn refused_so_far(&self) -> BTreeSet<Asked> {
        let members = self.kinds.keys().filter_map(|kind| match kind {
            Kind::Wait(Wait::Patience(asked)) => Some(*asked),
            _ => None,
        });
        let graph = match self.graph {
            GraphStep::Patience(request) => Some(request),
            _ => None,
        };
        let regions = graph.into_iter().chain(self.chores.held.iter().copied());
        members.chain(regions.map(Asked::Region)).collect()
    }

    /// What is not as wanted about the graph itself and cannot be.
    #[must_use]
    pub fn amiss(&self) -> &[Cause] {
        &self.chores.amiss
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
        matches!(self.graph, GraphStep::Create | GraphStep::Delete)
            || self.chores.due.iter().any(Chore::changes_something)
            || [Kind::Invite, Kind::Accept, Kind::Remove, Kind::Start]
                .iter()
                .any(|kind| self.count(*kind) > 0)
    }
}
