//! What a Region does next.

use fleet::event::Operation;
use fleet::patience::Asked;
use fleet::plan::{BATCH, GraphStep, Kind, Wait};
use tokio::time::Instant;

use super::send::Under;
use super::{Mode, RegionRun};
use crate::pace::NotYet;

/// A request that is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Work {
    FindGraph,
    CreateGraph,
    DeleteGraph,
    Invite,
    Remove,
    Accept(fleet::account::AccountId),
    Start(fleet::account::AccountId),
    /// That one of the plan's chores.
    Chore(usize),
    /// The next page of the member list.
    List,
    /// Just those that AWS is not finished with.
    Get,
}

/// What a Region does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Send a request.
    Send(Work),
    /// Look around again at this moment, unless something happens before.
    At(Instant),
    /// Something has to happen first.
    Idle,
    /// Nothing is left to do.
    Done,
}

impl RegionRun {
    pub(super) fn next(&self, now: Instant) -> Next {
        let mut wake = None;
        if let Some(work) = self
            .change_due(now, &mut wake)
            .or_else(|| self.chore_due(&mut wake))
            .or_else(|| self.beside_due(now, &mut wake))
            .or_else(|| self.turn_due(&mut wake))
            .or_else(|| self.look_due(now, &mut wake))
        {
            return Next::Send(work);
        }
        // Whoever is given up may still answer, as long as others work.
        let nothing_comes = self.under_way.is_empty() || self.attempts.given_up().is_some();
        match wake {
            Some(moment) => Next::At(moment),
            None if nothing_comes && !self.waits_for_roles() => Next::Done,
            None => Next::Idle,
        }
    }

    /// What finds or changes something, in the order that gets the slowest things going first.
    fn change_due(&self, now: Instant, wake: &mut Option<Instant>) -> Option<Work> {
        let may_change = matches!(self.mode, Mode::Reconcile(_));
        match self.plan.graph() {
            GraphStep::Find => match self.looks.next_find().filter(|due| *due > now) {
                Some(due) => {
                    *wake = Some(wake.map_or(due, |wake| wake.min(due)));
                    None
                }
                None => self.paced(Work::FindGraph, (Operation::ListGraphs, None), wake),
            },
            GraphStep::Delete if may_change => {
                self.paced(Work::DeleteGraph, (Operation::DeleteGraph, None), wake)
            }
            GraphStep::Create if may_change => {
                self.paced(Work::CreateGraph, (Operation::CreateGraph, None), wake)
            }
            GraphStep::Keep if may_change && self.observation.graph_arn().is_some() => self
                .invitations_due(wake)
                .or_else(|| {
                    self.batch_due(Kind::Remove, Work::Remove, Operation::DeleteMembers, wake)
                })
                .or_else(|| self.acceptance_due(wake))
                .or_else(|| self.start_due(wake)),
            _ => None,
        }
    }

    /// Where roles come first, those that are about to be assumed are waited for, so that a batch is not
    /// sent for each of them.
    fn invitations_due(&self, wake: &mut Option<Instant>) -> Option<Work> {
        let ready = self.plan.count(Kind::Invite);
        // Those that were refused so far are not: that may take as long as patience does.
        let coming = self.plan.count(Kind::Wait(Wait::Role)) > 0;
        if self.fleet.settings.role_first && ready < BATCH && coming {
            return None;
        }
        self.batch_due(Kind::Invite, Work::Invite, Operation::CreateMembers, wake)
    }

    fn batch_due(
        &self,
        kind: Kind,
        work: Work,
        operation: Operation,
        wake: &mut Option<Instant>,
    ) -> Option<Work> {
        (self.plan.count(kind) > 0)
            .then(|| self.paced(work, (operation, None), wake))
            .flatten()
    }

    fn acceptance_due(&self, wake: &mut Option<Instant>) -> Option<Work> {
        self.plan.of(Kind::Accept).find_map(|account| {
            self.paced(
                Work::Accept(account),
                (Operation::AcceptInvitation, Some(account)),
                wake,
            )
        })
    }

    fn start_due(&self, wake: &mut Option<Instant>) -> Option<Work> {
        let account = self.plan.of(Kind::Start).next()?;
        let under = (Operation::StartMonitoringMember, None);
        self.paced(Work::Start(account), under, wake)
    }

    /// The work, if its pace allows it now; else `wake` is the moment when it will.
    pub(super) fn paced(
        &self,
        work: Work,
        under: Under,
        wake: &mut Option<Instant>,
    ) -> Option<Work> {
        match self
            .paces
            .get(&under)
            .map_or(Ok(()), crate::pace::Pace::check)
        {
            Ok(()) => Some(work),
            Err(NotYet::Before(moment)) => {
                *wake = Some(wake.map_or(moment, |wake: Instant| wake.min(moment)));
                None
            }
            // The end of one that is under way wakes.
            Err(NotYet::Full) => None,
        }
    }

    /// What was refused so far is asked again in its turn; nothing of it is due before.
    fn turn_due(&self, wake: &mut Option<Instant>) -> Option<Work> {
        if let Some(turn) = self.next_turn() {
            *wake = Some(wake.map_or(turn, |wake| wake.min(turn)));
        }
        None
    }

    pub(super) fn waits_for_roles(&self) -> bool {
        let waits = [Wait::Role, Wait::Patience(Asked::Role)];
        matches!(self.mode, Mode::Reconcile(_))
            && waits
                .iter()
                .any(|wait| self.plan.count(Kind::Wait(*wait)) > 0)
    }
}
