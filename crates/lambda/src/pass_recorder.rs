//! What a pass records, and when it had better end: where all that is left is to wait for AWS.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use engine::clock::{self, Clock};
use fleet::event::{CallResult, Event, EventKind, Operation, Sink, SinkError};
use fleet::report::{Record, Recorder};

/// A pass that only waits ends after this long: the state machine waits at no cost.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// Records events, counts calls, and knows when something last happened.
#[derive(Debug)]
pub(crate) struct PassRecorder {
    /// What is recorded.
    pub(crate) recorder: Recorder,
    clock: Clock,
    calls: AtomicU64,
    throttles: AtomicU64,
    /// In milliseconds since the clock was made.
    happened: AtomicU64,
}

impl PassRecorder {
    /// Goes on with what an earlier pass recorded.
    #[must_use]
    pub(crate) fn resume(record: Record, clock: Clock) -> Self {
        Self {
            recorder: Recorder::resume(record),
            clock,
            calls: AtomicU64::new(0),
            throttles: AtomicU64::new(0),
            happened: AtomicU64::new(0),
        }
    }

    /// How many requests there were.
    #[must_use]
    pub(crate) fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }

    /// How many of them came too fast.
    #[must_use]
    pub(crate) fn throttles(&self) -> u64 {
        self.throttles.load(Ordering::Relaxed)
    }

    /// Ends when nothing but looks has happened for so long.
    pub(crate) async fn only_waits(&self, patience: Duration) {
        loop {
            let happened = Duration::from_millis(self.happened.load(Ordering::Relaxed));
            let since = self.clock.elapsed().saturating_sub(happened);
            match patience.checked_sub(since) {
                None | Some(Duration::ZERO) => return,
                Some(left) => clock::sleep(left).await,
            }
        }
    }
}

impl Sink for PassRecorder {
    fn record(&self, event: &Event) -> Result<(), SinkError> {
        if let EventKind::Called { result, .. } = &event.kind {
            self.calls.fetch_add(1, Ordering::Relaxed);
            let throttled = u64::from(*result == CallResult::Throttled);
            self.throttles.fetch_add(throttled, Ordering::Relaxed);
        }
        if moves_on(&event.kind) {
            let now = u64::try_from(self.clock.elapsed().as_millis()).unwrap_or(u64::MAX);
            self.happened.fetch_max(now, Ordering::Relaxed);
        }
        self.recorder.record(event)
    }
}

/// Whether something happened: looks that show nothing new are no reason to go on looking.
fn moves_on(kind: &EventKind) -> bool {
    match kind {
        EventKind::Called { operation, .. } => !matches!(
            operation,
            Operation::ListGraphs | Operation::ListMembers | Operation::GetMembers
        ),
        EventKind::Graph { made, .. } => *made,
        // The request itself counts, once it has ended.
        EventKind::Sending { .. } | EventKind::Answered { .. } | EventKind::DoneWithout { .. } => {
            false
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn looks_that_show_nothing_new_are_only_waiting() {
        let clock = Clock::system();
        let sink = PassRecorder::resume(Record::default(), clock.clone());
        let event = |operation| Event {
            region: None,
            number: 1,
            at: clock.timestamp(),
            kind: EventKind::Called {
                operation,
                result: CallResult::Throttled,
            },
        };
        clock::sleep(Duration::from_secs(7)).await;
        sink.record(&event(Operation::AcceptInvitation)).unwrap();
        clock::sleep(Duration::from_secs(7)).await;
        sink.record(&event(Operation::GetMembers)).unwrap();
        sink.only_waits(PATIENCE).await;
        assert_eq!(clock.elapsed().as_secs(), 17);
        assert_eq!((sink.calls(), sink.throttles()), (2, 2));
    }
}
