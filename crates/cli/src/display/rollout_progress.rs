//! How far an operation of the StackSet, or of stacks in members, is.

use engine::clock::Clock;
use roles::Progress;

use super::Output;
use super::stack_progress::StackProgress;
use super::text::{counted, number};

/// Shows how far an operation is.
pub(crate) struct RolloutProgress {
    shown: StackProgress,
    what: &'static str,
}

impl RolloutProgress {
    /// Nothing is shown yet.
    pub(crate) fn new(output: Output, clock: Clock, what: &'static str) -> Self {
        let shown = StackProgress::new(output, clock);
        Self { shown, what }
    }

    /// Shows it.
    pub(crate) fn tell(&self, progress: Progress<'_>) {
        self.shown.say(match progress {
            Progress::Another(operation) => {
                format!("Waiting for another operation of the StackSet to end ({operation})")
            }
            Progress::Accounts(done, all) => {
                format!(
                    "{}: {} of {}",
                    self.what,
                    number(done),
                    counted(all, "account")
                )
            }
            Progress::Assuming(roles) => format!(
                "Waiting until AWS lets {} be assumed",
                counted(roles, "new role")
            ),
        });
    }

    /// It has ended; what comes next has the screen to itself.
    pub(crate) fn end(&self) {
        self.shown.end();
    }
}
