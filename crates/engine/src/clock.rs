//! Time: the one place that reads a clock or sleeps.
//!
//! Waiting follows tokio's clock, so that a test that pauses it owns the time of a whole run. The time
//! of day is the machine's, which goes on while a laptop sleeps or a function is frozen; in tests it
//! follows tokio's clock, too, and request signing and the expiry of credentials with it.
#![expect(
    clippy::disallowed_methods,
    reason = "this is the module that the others are sent to"
)]

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime};

use aws_smithy_async::time::TimeSource;
use jiff::Timestamp;
use tokio::time::Instant;

/// The time of day. Clones share what AWS has corrected.
#[derive(Clone, Debug)]
pub struct Clock {
    day: Day,
    start: Instant,
    /// How many milliseconds AWS is ahead of the machine.
    ahead: Arc<AtomicI64>,
}

/// Where the time of day comes from.
#[derive(Clone, Copy, Debug)]
enum Day {
    Machine,
    /// The machine's, so much later.
    Ahead(Duration),
    /// From this moment on, tokio's clock carries it forward.
    From(SystemTime),
}

impl Clock {
    /// The machine's time of day.
    #[must_use]
    pub fn system() -> Self {
        Self::of(Day::Machine)
    }

    /// The machine's time of day, so much later: for an emulated AWS whose time was advanced.
    #[must_use]
    pub fn ahead_by(ahead: Duration) -> Self {
        Self::of(Day::Ahead(ahead))
    }

    /// As if it were `epoch` now.
    #[must_use]
    pub fn starting_at(epoch: SystemTime) -> Self {
        Self::of(Day::From(epoch))
    }

    fn of(day: Day) -> Self {
        Self {
            day,
            start: Instant::now(),
            ahead: Arc::default(),
        }
    }

    /// The time of day as AWS has it, as far as that is known: requests are signed with it, and
    /// credentials expire by it.
    #[must_use]
    pub fn time(&self) -> SystemTime {
        let ahead = self.ahead.load(Ordering::Relaxed);
        let apart = Duration::from_millis(ahead.unsigned_abs());
        let time = self.machine();
        let corrected = if ahead < 0 {
            time.checked_sub(apart)
        } else {
            time.checked_add(apart)
        };
        corrected.unwrap_or(time)
    }

    /// The machine's time of day, as events and reports have it: what else the machine wrote down
    /// at that time has the same.
    #[must_use]
    pub fn timestamp(&self) -> Timestamp {
        // Out of range only some 8,000 years from now.
        Timestamp::try_from(self.machine()).unwrap_or(Timestamp::MAX)
    }

    /// How long ago the clock was made; a machine that sleeps does not count.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    /// AWS says that it is `time` now.
    pub(crate) fn correct(&self, time: SystemTime) {
        let machine = self.machine();
        let ahead = match time.duration_since(machine) {
            Ok(ahead) => milliseconds(ahead),
            Err(behind) => -milliseconds(behind.duration()),
        };
        self.ahead.store(ahead, Ordering::Relaxed);
        tracing::debug!(
            ahead,
            "the clock of this machine was corrected by AWS's, in milliseconds"
        );
    }

    fn machine(&self) -> SystemTime {
        match self.day {
            Day::Machine => SystemTime::now(),
            Day::Ahead(ahead) => SystemTime::now() + ahead,
            Day::From(epoch) => epoch + self.start.elapsed(),
        }
    }
}

fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
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
