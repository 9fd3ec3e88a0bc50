//! What a rehearsal says between its acts.

use std::time::Duration;

use fleet::report::{PlanReport, Report};

use super::plan::no_changes;
use super::text::{BOLD, CHANGE, GOOD, number, paint, time, wrapped};

/// What is about to be seen.
pub(crate) fn curtain(latency: Duration, verification: Duration, width: usize) -> String {
    let text = format!(
        "{} an emulated AWS in this process, {} for each call, {} to verify an e-mail. Nothing leaves this machine.",
        paint(BOLD, "Rehearsal:"),
        time(latency),
        time(verification),
    );
    format!("{}\n\n", wrapped(&text, width, "", "  "))
}

/// A heading.
pub(crate) fn act(title: &str) -> String {
    format!("\n{}\n", paint(BOLD, format_args!("── {title}")))
}

/// What the plan after the run says.
pub(crate) fn second_plan(plan: &PlanReport, report: &Report, width: usize) -> String {
    if plan.changes_anything() {
        return super::plan(plan, width);
    }
    let failed = report.summary.failed;
    if failed > 0 || plan.has_trouble() {
        let end = format!(
            "A second run would change nothing: {} action, as named above.",
            if failed == 1 {
                "1 membership needs".to_owned()
            } else {
                format!("{} memberships need", number(failed))
            }
        );
        return format!("{}\n", wrapped(&paint(CHANGE, end), width, "", "  "));
    }
    let end = paint(GOOD, "A second run finds nothing to do.");
    format!("{}{end}\n", no_changes(plan))
}
