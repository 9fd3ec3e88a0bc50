//! Everybody who is told what happens in a run.

use std::sync::Arc;

use fleet::event::{Event, Sink, SinkError};

/// Sinks that all get every event.
pub(crate) struct Sinks(pub(crate) Vec<Arc<dyn Sink>>);

impl Sink for Sinks {
    /// What one sink refuses the others take all the same.
    fn record(&self, event: &Event) -> Result<(), SinkError> {
        let mut result = Ok(());
        for sink in &self.0 {
            result = result.and(sink.record(event));
        }
        result
    }
}
