//! What a rehearsal says between its acts.

use std::time::Duration;

use fleet::report::PlanReport;

use super::text::{BOLD, GOOD, paint};

/// What is about to be seen.
pub(crate) fn curtain(latency: &Duration, verification: &Duration) -> String {
    format!(
        "{} an emulated AWS in this process, {latency:?} for each call, {verification:?} to verify an e-mail. Nothing leaves this machine.\n\n",
        paint(BOLD, "Rehearsal:"),
    )
}

/// A heading.
pub(crate) fn act(title: &str) -> String {
    format!("\n{}\n", paint(BOLD, format_args!("── {title}")))
}

/// What the plan after the run says.
pub(crate) fn second_plan(plan: &PlanReport, width: usize) -> String {
    let text = super::plan(plan, width);
    if plan.changes_anything() {
        return text;
    }
    format!(
        "{text}{}\n",
        paint(GOOD, "A second run finds nothing to do.")
    )
}
