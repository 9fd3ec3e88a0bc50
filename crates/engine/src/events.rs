//! Where events get their number and time, and where a sink that refuses one stops the run.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use fleet::account::Region;
use fleet::event::{CallResult, Change, Event, EventKind, Operation, Sink};

use crate::clock::Clock;
use crate::failure::Failure;
use crate::halt::Halt;

/// Numbers the events of the run, or of one Region, and hands them on.
#[derive(Clone)]
pub(crate) struct Events {
    sink: Arc<dyn Sink>,
    clock: Clock,
    halt: Halt,
    next: Arc<AtomicU64>,
}

impl std::fmt::Debug for Events {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Events")
            .field("next", &self.next)
            .finish_non_exhaustive()
    }
}

impl Events {
    pub(crate) fn new(sink: Arc<dyn Sink>, clock: Clock, halt: Halt) -> Self {
        Self {
            sink,
            clock,
            halt,
            next: Arc::new(AtomicU64::new(1)),
        }
    }

    /// The events of one more stream, numbered from 1.
    pub(crate) fn stream(&self) -> Self {
        Self {
            next: Arc::new(AtomicU64::new(1)),
            ..self.clone()
        }
    }

    /// Records one event. Where the sink refuses it, nothing new is started any more.
    pub(crate) fn record(&self, region: Option<&Region>, kind: EventKind) {
        // The halt is how a refusal is told to everybody.
        let _ = self.recorded(region, kind);
    }

    /// Records that a request is about to be sent that changes something. `None`: it may not be,
    /// because the sink refused to take this down.
    pub(crate) fn sending(&self, region: &Region, change: &Arc<Change>) -> Option<u64> {
        let change = change.clone();
        self.recorded(Some(region), EventKind::Sending { change })
    }

    /// The number of the event, where the sink took it.
    fn recorded(&self, region: Option<&Region>, kind: EventKind) -> Option<u64> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let event = Event {
            region: region.cloned(),
            number,
            at: self.clock.timestamp(),
            kind,
        };
        match self.sink.record(&event) {
            Ok(()) => Some(number),
            Err(error) => {
                self.halt.stop(error.to_string());
                None
            }
        }
    }

    /// Records that a request ended.
    pub(crate) fn called(
        &self,
        region: Option<&Region>,
        operation: Operation,
        result: Result<(), &Failure>,
    ) {
        let result = result.err().map_or(CallResult::Ok, Failure::result);
        self.record(region, EventKind::Called { operation, result });
    }
}
