//! For how long CloudFormation is waited for, and how often it is asked meanwhile.

use std::pin::pin;
use std::time::Duration;

use engine::Limit;
use engine::clock::{self, Clock};
use fleet::report::Ended;
use tokio_util::sync::CancellationToken;

/// The shortest and the longest time between two looks at an operation; in between, an eighth of
/// the time waited so far.
const LOOKS: [Duration; 2] = [Duration::from_millis(200), Duration::from_secs(30)];

/// How long to wait before another look at what has been waited for so long.
#[must_use]
pub fn between_looks(waited: Duration) -> Duration {
    let [shortest, longest] = LOOKS;
    (waited / 8).clamp(shortest, longest)
}

/// What ends the waiting.
#[derive(Clone, Debug)]
pub struct Wait {
    /// What the time is read from.
    pub clock: Clock,
    /// When the clock says so, it is over.
    pub deadline: Duration,
    /// Somebody does not want to wait any more.
    pub stop: CancellationToken,
}

impl Wait {
    /// The time, to [`Wait::pause`] by.
    #[must_use]
    pub fn now(&self) -> Duration {
        self.clock.elapsed()
    }

    /// Waits before another look at what has been waited for since `begun`, or says what ends the waiting.
    pub async fn pause(&self, begun: Duration) -> Option<Ended> {
        let waited = self.now().saturating_sub(begun);
        tokio::select! {
            biased;
            () = self.stop.cancelled() => {}
            () = clock::sleep(between_looks(waited)) => {}
        }
        self.over()
    }

    /// Does the work, unless the waiting ends first: for what only reads.
    ///
    /// # Errors
    ///
    /// What ended the waiting. The work is dropped then.
    pub async fn within<T>(&self, work: impl Future<Output = T>) -> Result<T, Ended> {
        tokio::select! {
            biased;
            done = work => Ok(done),
            ended = self.ends() => Err(ended),
        }
    }

    /// Does the work, and gives it some time more once the waiting has ended: for a request that changes something, because
    /// it may have had its effect when its answer is still under way.
    ///
    /// # Errors
    ///
    /// What ended the waiting. What became of the work is not known then.
    pub async fn finish<T>(&self, work: impl Future<Output = T>) -> Result<T, Ended> {
        let mut work = pin!(work);
        match self.within(work.as_mut()).await {
            Ok(done) => Ok(done),
            Err(ended) => tokio::select! {
                biased;
                done = work => Ok(done),
                () = clock::sleep(Limit::GRACE) => Err(ended),
            },
        }
    }

    /// When the waiting ends.
    async fn ends(&self) -> Ended {
        let left = self.deadline.saturating_sub(self.now());
        tokio::select! {
            biased;
            () = self.stop.cancelled() => Ended::Interrupted,
            () = clock::sleep(left) => Ended::Timeout,
        }
    }

    /// What ends the work, if it is over.
    #[must_use]
    pub fn over(&self) -> Option<Ended> {
        if self.stop.is_cancelled() {
            Some(Ended::Interrupted)
        } else if self.now() >= self.deadline {
            Some(Ended::Timeout)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use pretty_assertions::assert_eq;

    use super::*;

    fn wait(left: Duration) -> Wait {
        let clock = Clock::system();
        Wait {
            deadline: clock.elapsed() + left,
            clock,
            stop: CancellationToken::new(),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_only_reads_ends_with_the_waiting_and_what_changes_something_a_little_later() {
        let interrupted = wait(Duration::from_secs(60));
        interrupted.stop.cancel();
        assert_eq!(
            interrupted.within(pending::<()>()).await,
            Err(Ended::Interrupted)
        );
        assert_eq!(interrupted.within(ready(1)).await, Ok(1));
        let slowly = async {
            clock::sleep(Limit::GRACE / 2).await;
            1
        };
        assert_eq!(interrupted.finish(slowly).await, Ok(1));
        assert_eq!(
            interrupted.finish(pending::<()>()).await,
            Err(Ended::Interrupted)
        );
        let over = wait(Duration::ZERO);
        assert_eq!(over.finish(pending::<()>()).await, Err(Ended::Timeout));
    }
}
