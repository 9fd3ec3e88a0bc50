//! Where events get their number and time, and where a sink that refuses one stops the run.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use fleet::account::Region;
use fleet::event::{CallResult, Event, EventKind, Operation, Sink};

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
        let event = Event {
            region: region.cloned(),
            number: self.next.fetch_add(1, Ordering::Relaxed),
            at: self.clock.timestamp(),
            kind,
        };
        if let Err(error) = self.sink.record(&event) {
            self.halt.stop(error.to_string());
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
