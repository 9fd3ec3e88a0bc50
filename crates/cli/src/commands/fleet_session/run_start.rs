//! When a run begins, what it is called, and what documents say of it.

use engine::clock::Clock;
use fleet::account::AccountId;
use fleet::origin::Origin;
use fleet::report::{Header, VERSION};
use jiff::Timestamp;

/// When a run begins, and what it is called.
pub(crate) struct RunStart {
    pub(crate) at: Timestamp,
    pub(crate) run_id: String,
}

impl RunStart {
    /// A run that begins now.
    pub(crate) fn now(clock: &Clock) -> Self {
        let at = clock.timestamp();
        // One process makes one run, and no two of a machine have a number at the same time.
        let run_id = format!(
            "{}-{}",
            at.strftime("%Y%m%dT%H%M%S.%3fZ"),
            std::process::id()
        );
        Self { at, run_id }
    }
}

/// What documents say of a run.
pub(crate) fn header_of(start: RunStart, administrator: AccountId) -> Header {
    Header {
        version: VERSION,
        kind: String::new(),
        operation: String::new(),
        run_id: start.run_id,
        administrator,
        started: start.at,
        invalid_lines: Vec::new(),
        notes: Vec::new(),
        labels: Default::default(),
        origin: Origin::of_version(env!("CARGO_PKG_VERSION")),
    }
}
