//! How an operation with the stack ended, written down.

use anyhow::Result;
use aws_form::report::{FormReport, Outcome};
use aws_form::{Described, End};
use engine::Failure;

use super::{Stage, not_changed};
use crate::signals::InterruptedAfter;

/// The stack, as it was seen when an operation was left.
enum Seen {
    Last(Option<Described>),
    /// It was not.
    No,
}

impl Stage {
    /// Writes down how an operation ended.
    ///
    /// # Errors
    ///
    /// When it was not begun: nothing was changed.
    pub(super) fn take(&self, report: &mut FormReport, end: Result<End, Failure>) -> Result<()> {
        let (now, outcome) = match end {
            Ok(End::NotBegun(failure)) => return Err(self.not_begun(&failure)),
            Ok(End::Done(now)) => (Seen::Last(now), Outcome::Done),
            Ok(End::Failed { now, failures }) => {
                if failures.is_empty() {
                    let reason = now.as_ref().and_then(|it| it.reason.clone());
                    report.error = Some(reason.unwrap_or_else(|| {
                        "CloudFormation gives no reason: look at the stack's events".into()
                    }));
                }
                report.failures = failures;
                (Seen::Last(now), Outcome::Failed)
            }
            Ok(End::GoesOn { now, ended }) => {
                report.ended = ended;
                (
                    now.map_or(Seen::No, |it| Seen::Last(Some(it))),
                    Outcome::Waiting,
                )
            }
            Ok(End::Unknown { failure, ended }) => {
                report.ended = ended;
                report.error = Some(failure.text);
                (Seen::No, Outcome::Unknown)
            }
            Err(failure) => {
                let text = format!(
                    "CloudFormation has begun, and goes on; how it ends could not be followed: {failure}"
                );
                report.error = Some(text.into());
                (Seen::No, Outcome::Unknown)
            }
        };
        report.stack.outcome = Some(outcome);
        if outcome == Outcome::Unknown {
            let status = self.command("status");
            report.next = vec![format!("See what became of it: `{status}`.")];
        }
        match now {
            Seen::Last(now) => {
                let found = self.report(report.stack.action, now.as_ref());
                report.stack.status = found.stack.status;
                report.stack.changed = found.stack.changed;
                report.outputs = found.outputs;
            }
            // What it was before says nothing any more.
            Seen::No => report.stack.status = None,
        }
        report.finished = self.session.clock.timestamp();
        Ok(())
    }

    /// Why the stack was not changed.
    pub(super) fn not_begun(&self, failure: &Failure) -> anyhow::Error {
        match self.session.stop().is_cancelled() {
            true => InterruptedAfter(format!("the stack was not changed: {failure}")).into(),
            false => not_changed(failure),
        }
    }
}
