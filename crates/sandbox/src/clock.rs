//! The only place that knows what time it is, and the only one that waits.
//!
//! Time is an epoch plus tokio's clock: where a test pauses tokio's clock, an hour of verification
//! passes in milliseconds, and credentials expire in the same hour.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

/// The time of the emulated AWS.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    epoch: Timestamp,
    started: Instant,
}

impl Clock {
    /// The time of the machine.
    pub fn system() -> Clock {
        #[expect(
            clippy::disallowed_methods,
            reason = "this module is where time is read"
        )]
        let now = std::time::SystemTime::now();
        Clock::starting_at(Timestamp::try_from(now).unwrap_or(Timestamp::MAX))
    }

    /// A clock that shows `epoch` now and goes on from there with tokio's clock.
    pub fn starting_at(epoch: Timestamp) -> Clock {
        Clock {
            epoch,
            started: tokio_now(),
        }
    }

    /// What the clock shows.
    pub fn now(&self) -> Timestamp {
        later(self.epoch, self.elapsed())
    }

    /// How long the clock has been going.
    pub fn elapsed(&self) -> Duration {
        tokio_now().duration_since(self.started)
    }

    pub(crate) async fn sleep(&self, duration: Duration) {
        if !duration.is_zero() {
            #[expect(
                clippy::disallowed_methods,
                reason = "this module is where waiting is done"
            )]
            tokio::time::sleep(duration).await;
        }
    }

    /// What `work` came to, or nothing if it took longer than `limit`.
    pub(crate) async fn within<T>(
        &self,
        limit: Duration,
        work: impl Future<Output = T>,
    ) -> Option<T> {
        tokio::time::timeout(limit, work).await.ok()
    }
}

/// `duration` after `time`; the end of time if that is past it.
pub(crate) fn later(time: Timestamp, duration: Duration) -> Timestamp {
    SignedDuration::try_from(duration)
        .ok()
        .and_then(|duration| time.checked_add(duration).ok())
        .unwrap_or(Timestamp::MAX)
}

/// How long after `from` it is at `to`; nothing if it is before.
pub(crate) fn since(from: Timestamp, to: Timestamp) -> Duration {
    Duration::try_from(to.duration_since(from)).unwrap_or_default()
}

/// `duration` before `time`; the beginning of time if that is before it.
pub(crate) fn earlier(time: Timestamp, duration: Duration) -> Timestamp {
    time.checked_sub(duration).unwrap_or(Timestamp::MIN)
}

fn tokio_now() -> Instant {
    #[expect(
        clippy::disallowed_methods,
        reason = "this module is where time is read"
    )]
    Instant::now()
}
