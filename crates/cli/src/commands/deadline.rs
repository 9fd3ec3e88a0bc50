//! `--timeout`: how long AWS may take for all of a run, from its first question on. What people take to answer
//! one does not count.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Result, anyhow};
use engine::{Limit, clock};
use tokio_util::sync::CancellationToken;

use crate::display;
use crate::signals::Interrupted;

/// Who says who is calling.
pub(super) const CALLER: &str = "STS, or what hands out the credentials,";

/// The time of a run, and what ends it before.
#[derive(Debug)]
pub(super) struct Deadline {
    whole: Duration,
    spent: Mutex<Duration>,
    stop: CancellationToken,
}

impl Deadline {
    pub(super) fn new(whole: Duration, stop: CancellationToken) -> Self {
        Self {
            whole,
            spent: Mutex::new(Duration::ZERO),
            stop,
        }
    }

    /// What somebody ends the run with.
    pub(super) fn stop(&self) -> &CancellationToken {
        &self.stop
    }

    /// All of its time once more: for another look of a watch.
    pub(super) fn begin_again(&self) {
        *self.spent.lock().unwrap_or_else(PoisonError::into_inner) = Duration::ZERO;
    }

    /// The limit of work that ends by itself, with a report.
    pub(super) fn limit(&self) -> Limit {
        Limit {
            timeout: self.left(),
            grace: Limit::GRACE,
            stop: self.stop.clone(),
        }
    }

    /// Work that ends by itself.
    pub(super) async fn counted<T>(&self, work: impl Future<Output = T>) -> T {
        let begun = clock::now();
        let done = work.await;
        *self.spent.lock().unwrap_or_else(PoisonError::into_inner) += begun.elapsed();
        done
    }

    /// Work without which there is nothing to report; `who` is to answer.
    ///
    /// # Errors
    ///
    /// Where its time is over, or a signal comes first.
    pub(super) async fn within<T>(&self, who: &str, work: impl Future<Output = T>) -> Result<T> {
        let left = self.left();
        let done = tokio::select! {
            biased;
            () = self.stop.cancelled() => return Err(Interrupted.into()),
            done = self.counted(work) => Some(done),
            () = clock::sleep(left) => None,
        };
        match done {
            Some(done) => Ok(done),
            None => Err(self.unanswered(who)),
        }
    }

    /// What is said where `who` has not answered in time.
    pub(super) fn unanswered(&self, who: &str) -> anyhow::Error {
        anyhow!(
            "{who} has not answered within --timeout {}, nothing was changed: is the network up, and is the time long enough?",
            display::time(self.whole)
        )
    }

    /// How long AWS may still take.
    pub(super) fn left(&self) -> Duration {
        let spent = *self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        self.whole.saturating_sub(spent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_aws_takes_counts_once_for_all_of_a_run_and_what_people_take_does_not() {
        let seconds = Duration::from_secs;
        let deadline = Deadline::new(seconds(10), CancellationToken::new());
        deadline.counted(clock::sleep(seconds(3))).await;
        clock::sleep(seconds(60)).await;
        assert_eq!(deadline.left(), seconds(7));
        deadline
            .within("AWS", clock::sleep(seconds(5)))
            .await
            .unwrap();
        assert_eq!(deadline.limit().timeout, seconds(2));
        let late = deadline.within("AWS", clock::sleep(seconds(3))).await;
        assert!(
            late.unwrap_err()
                .to_string()
                .contains("within --timeout 10s")
        );
        deadline.counted(clock::sleep(seconds(9))).await;
        assert_eq!(deadline.left(), Duration::ZERO);
        deadline.begin_again();
        assert_eq!(deadline.left(), seconds(10));
    }
}
