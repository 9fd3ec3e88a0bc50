//! For how long CloudFormation is waited for, and how often it is asked meanwhile.

use std::time::Duration;

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
