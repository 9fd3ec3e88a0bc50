//! What the exit status says.

use pretty_assertions::assert_eq;

use super::story::Story;
use super::{bad_line, header};
use crate::event::Conclusion;
use crate::report::{Ended, Report, Verdict};

use Conclusion::{Failed, Right, Skipped, Waiting};

/// A run, as far as the exit status depends on it.
fn run(conclusion: Conclusion, ended: Ended, error: Option<&str>) -> Report {
    let story = Story::new().concluded(1, conclusion, None).ended(None);
    let finished = "2026-01-02T03:05:00Z".parse().unwrap();
    let error = error.map(str::to_owned);
    let header = header("run", "enable");
    story.recorder.report(header, finished, ended, error)
}

#[test]
fn the_exit_status_is_the_first_that_applies() {
    let with_bad_line = |mut report: Report| {
        report.header.invalid_lines.push(bad_line());
        report
    };
    let interrupted = run(Failed, Ended::Interrupted, Some("expired"));
    assert_eq!(with_bad_line(interrupted).verdict(), Verdict::Interrupted);
    for report in [
        run(Failed, Ended::Complete, None),
        run(Failed, Ended::Timeout, None),
        run(Right, Ended::Complete, Some("credentials expired")),
        with_bad_line(run(Right, Ended::Complete, None)),
        with_bad_line(run(Waiting, Ended::Timeout, None)),
    ] {
        assert_eq!(report.verdict(), Verdict::NotAsWanted);
    }
    assert_eq!(
        run(Waiting, Ended::Timeout, None).verdict(),
        Verdict::Waiting
    );
    assert_eq!(
        run(Waiting, Ended::Complete, None).verdict(),
        Verdict::Waiting
    );
    assert_eq!(
        run(Right, Ended::Complete, None).verdict(),
        Verdict::AsWanted
    );
    assert_eq!(
        run(Skipped, Ended::Complete, None).verdict(),
        Verdict::AsWanted
    );
}

#[test]
fn a_region_that_failed_is_not_as_wanted_even_without_memberships() {
    let story = Story::new().ended(Some("Detective is not offered there"));
    let report = story.report();
    assert_eq!(report.verdict(), Verdict::NotAsWanted);
    assert_eq!(
        report.regions[0].error.as_deref(),
        Some("Detective is not offered there.")
    );
}

#[test]
fn what_waits_or_ended_with_an_error_is_not_settled() {
    assert!(run(Right, Ended::Complete, None).settled);
    assert!(run(Failed, Ended::Complete, None).settled);
    assert!(!run(Waiting, Ended::Timeout, None).settled);
    assert!(!run(Right, Ended::Complete, Some("expired")).settled);
    let told = serde_json::to_value(run(Right, Ended::Timeout, Some("expired"))).unwrap();
    assert_eq!(told["error"], "expired");
    assert_eq!(told["ended"], "timeout");
}
