//! Patience with what a Region refuses: the clock of the plan's turns.

use std::time::Duration;

use fleet::account::AccountId;
use fleet::attempts::MemberRequest;
use fleet::event::EventKind;
use fleet::patience::{Asked, Passing, Patience};
use fleet::plan::{Kind, Wait};
use tokio::time::Instant;

use super::RegionRun;
use crate::clock;

impl RegionRun {
    /// An answer came in: a refusal that may pass begins the turns of its kind, or prolongs them.
    pub(super) fn bear_with(&mut self, asked: Asked, passing: Option<Passing>) {
        if let Some(passing) = passing
            && !self.attempts.turn(asked).is_last()
        {
            self.wait_for(asked, passing);
        }
    }

    fn wait_for(&mut self, asked: Asked, passing: Passing) {
        let (now, limit) = (self.elapsed(), self.fleet.settings.patience_with(passing));
        let known = self.patiences.get(&asked).map(Patience::until);
        let patience = self
            .patiences
            .entry(asked)
            .or_insert_with(|| Patience::begin(now, limit));
        patience.extend(limit);
        let until = patience.until();
        self.take_turn(asked, now);
        if known < Some(until) && !limit.is_zero() {
            self.record(EventKind::RefusedSoFar {
                operation: super::send::operation(asked),
                seconds: (until.saturating_sub(now)).as_secs(),
            });
        }
    }

    /// Goes on to the next turns whose time has come.
    pub(super) fn take_turns(&mut self) {
        let now = self.elapsed();
        let kinds: Vec<_> = self.patiences.keys().copied().collect();
        for asked in kinds {
            self.take_turn(asked, now);
        }
    }

    fn take_turn(&mut self, asked: Asked, now: Duration) {
        let refused = Kind::Wait(Wait::Patience(asked));
        let Some(patience) = self.patiences.get_mut(&asked) else {
            return;
        };
        if patience.pass(now, self.plan.count(refused)) {
            self.attempts.saw_turn(asked, patience.turn());
            self.changed.extend(self.plan.of(refused));
        }
    }

    /// AWS did for an account what it had refused: everybody has a turn.
    pub(super) fn let_in(&mut self, request: MemberRequest, account: AccountId) {
        let asked = Asked::Member(request);
        let tried = self.attempts.member(account);
        let was_refused = tried.is_some_and(|tried| tried.to(request).refusals.all > 0);
        let Some(patience) = self.patiences.get_mut(&asked).filter(|_| was_refused) else {
            return;
        };
        patience.let_in();
        self.attempts.saw_turn(asked, patience.turn());
        let refused = Kind::Wait(Wait::Patience(asked));
        self.changed.extend(self.plan.of(refused));
    }

    /// When the next turn of anything is that was refused so far.
    pub(super) fn next_turn(&self) -> Option<Instant> {
        let waited_for = self.plan.refused_so_far();
        let turns = waited_for.iter().filter_map(|asked| {
            let next = self.patiences.get(asked)?.next()?;
            Some(self.begun + next)
        });
        turns.min()
    }

    fn elapsed(&self) -> Duration {
        clock::now().saturating_duration_since(self.begun)
    }
}
