//! Time: the one place that reads a clock or sleeps.
//!
//! Everything follows tokio's clock, so that a test that pauses it owns the time of a whole run,
//! request signing and the expiry of credentials included.
#![expect(
    clippy::disallowed_methods,
    reason = "this is the module that the others are sent to"
)]

use std::future::Future;
use std::time::{Duration, SystemTime};

use aws_smithy_async::time::TimeSource;
use jiff::Timestamp;
use tokio::time::Instant;

/// The time of day, carried forward by tokio's clock from the moment it was made.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    epoch: SystemTime,
    start: Instant,
}

impl Clock {
    /// The machine's time of day.
    #[must_use]
    pub fn system() -> Self {
        Self::starting_at(SystemTime::now())
    }

    /// As if it were `epoch` now.
    #[must_use]
    pub fn starting_at(epoch: SystemTime) -> Self {
        Self {
            epoch,
            start: Instant::now(),
        }
    }

    /// The time of day.
    #[must_use]
    pub fn time(&self) -> SystemTime {
        self.epoch + self.start.elapsed()
    }

    /// The time of day, as events and reports have it.
    #[must_use]
    pub fn timestamp(&self) -> Timestamp {
        // Out of range only some 8,000 years from now.
        Timestamp::try_from(self.time()).unwrap_or(Timestamp::MAX)
    }

    /// How long ago the clock was made.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }
}

impl TimeSource for Clock {
    fn now(&self) -> SystemTime {
        self.time()
    }
}

/// A moment to wait for or to measure from.
#[must_use]
pub fn now() -> Instant {
    Instant::now()
}

/// Waits for a moment; one that is past is over at once.
pub(crate) fn until(moment: Instant) -> impl Future<Output = ()> + Send {
    tokio::time::sleep_until(moment)
}

/// Waits.
pub fn sleep(duration: Duration) -> impl Future<Output = ()> + Send {
    tokio::time::sleep(duration)
}
