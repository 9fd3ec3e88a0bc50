//! What ends a run for every Region at once.

use std::sync::{Arc, OnceLock};

use tokio_util::sync::CancellationToken;

/// An error that belongs to the run and not to a Region: the first one counts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Halt {
    reason: Arc<OnceLock<String>>,
    token: CancellationToken,
}

impl Halt {
    /// Nothing new is started from here on.
    pub(crate) fn stop(&self, reason: String) {
        // A later reason is a consequence of the first.
        let _ = self.reason.set(reason);
        self.token.cancel();
    }

    /// Why the run was stopped, if it was.
    pub(crate) fn reason(&self) -> Option<&str> {
        self.reason.get().map(String::as_str)
    }

    /// Whether the run was stopped.
    pub(crate) fn is_stopped(&self) -> bool {
        self.token.is_cancelled()
    }

    /// Ends when the run is stopped.
    pub(crate) async fn stopped(&self) {
        self.token.cancelled().await;
    }
}
