//! The same work in many accounts, so many at a time.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use engine::clock::Clock;
use fleet::account::AccountId;
use fleet::report::Ended;
use futures_util::{StreamExt, stream};
use stacks::Wait;

use crate::operation::{Limits, OnProgress, Progress};

/// What work in accounts has in common.
pub(super) struct Crew<'a> {
    clock: Clock,
    /// When the clock says so, it is over.
    deadline: Duration,
    limits: &'a Limits,
    on_progress: OnProgress<'a>,
    failed: AtomicU32,
}

impl<'a> Crew<'a> {
    pub(super) fn new(clock: Clock, limits: &'a Limits, on_progress: OnProgress<'a>) -> Self {
        Self {
            deadline: clock.elapsed() + limits.timeout,
            clock,
            limits,
            on_progress,
            failed: AtomicU32::new(0),
        }
    }

    /// Does the work in every account, until it is over: an account whose turn has not come by then is not in the answer.
    pub(super) async fn each<T, R>(
        &self,
        work: BTreeMap<AccountId, T>,
        one: impl AsyncFn(AccountId, T) -> R,
    ) -> BTreeMap<AccountId, R> {
        let all = work.len() as u64;
        let one = &one;
        let begun = work.into_iter().map(|(account, it)| async move {
            // What is not polled has not begun.
            if self.over().is_some() || self.too_many_failed() {
                return None;
            }
            Some((account, one(account, it).await))
        });
        let mut begun = stream::iter(begun).buffer_unordered(self.limits.at_a_time.into());
        let (mut done, mut results) = (0, BTreeMap::new());
        while let Some(result) = begun.next().await {
            done += 1;
            (self.on_progress)(Progress::Accounts(done, all));
            results.extend(result);
        }
        results
    }

    /// One more account has failed.
    pub(super) fn failed(&self) {
        self.failed.fetch_add(1, Ordering::Relaxed);
    }

    /// Whether no more accounts are tried because of those that failed.
    pub(super) fn too_many_failed(&self) -> bool {
        let failed = self.failed.load(Ordering::Relaxed);
        self.limits.may_fail.is_some_and(|most| failed > most)
    }

    /// The time, to [`Crew::pause`] by.
    pub(super) fn now(&self) -> Duration {
        self.clock.elapsed()
    }

    /// Waits before another look, or says what ends the waiting.
    pub(super) async fn pause(&self, begun: Duration) -> Option<Ended> {
        self.wait().pause(begun).await
    }

    /// What ends it, if it is over.
    pub(super) fn over(&self) -> Option<Ended> {
        self.wait().over()
    }

    /// How long CloudFormation is waited for.
    pub(super) fn wait(&self) -> Wait {
        self.limits.wait(&self.clock, self.deadline)
    }
}
