//! What the exit status says.

use pretty_assertions::assert_eq;

use super::story::Story;
use super::{bad_line, header};
use crate::cause::Cause;
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
fn a_run_is_told_in_accounts_and_by_what_else_is_not_as_wanted() {
    let of = |operation, conclusion| {
        let story = Story::new().concluded(1, conclusion, None).ended(None);
        let finished = "2026-01-02T03:05:00Z".parse().unwrap();
        let header = header("run", operation);
        story
            .recorder
            .report(header, finished, Ended::Complete, None)
    };
    let all = "The account is on everywhere.";
    assert_eq!(of("enable", Right).in_accounts(), all);
    assert_eq!(of("enable", Right).headcount().accounts, 1);
    let out = of("disable", Conclusion::Gone).in_accounts();
    assert_eq!(out, "The account is out everywhere.");
    for (ended, error, early) in [
        (Ended::Interrupted, None, "The run was interrupted."),
        (
            Ended::Superseded,
            None,
            "A newer list of accounts took over.",
        ),
        (Ended::Timeout, Some("expired"), "The run was ended early."),
    ] {
        let begun = run(Right, ended, error);
        assert_eq!(begun.in_accounts(), format!("{early} {all}"));
        let nothing = Report {
            regions: Vec::new(),
            ..begun
        };
        assert_eq!(nothing.in_accounts(), early);
    }
    let nothing = Report {
        regions: Vec::new(),
        ..of("enable", Right)
    };
    assert_eq!(nothing.in_accounts(), "No account is in scope.");
    let amiss = |graphs: usize| {
        let mut report = of("enable", Right);
        report.regions = vec![report.regions[0].clone(); 3];
        for region in &mut report.regions[..graphs] {
            region.amiss = vec!["no tags".into()];
            assert_eq!(region.causes_amiss(), [Cause::other("no tags")]);
        }
        report.in_accounts()
    };
    assert_eq!(amiss(0), all);
    assert_eq!(amiss(1), format!("{all} 1 behavior graph needs action."));
    assert_eq!(amiss(2), format!("{all} 2 behavior graphs need action."));
    let mut lines = of("enable", Right);
    for words in ["1 line", "2 lines"] {
        lines.header.invalid_lines.push(bad_line());
        let bad = format!("{all} {words} of the list cannot be used.");
        assert_eq!(lines.in_accounts(), bad);
    }
}

#[test]
fn a_region_that_failed_is_told_beside_those_in_scope() {
    let story = Story::new()
        .concluded(1, Right, None)
        .ended(None)
        .in_region("us-west-2")
        .concluded(1, Failed, Some("no answer"))
        .concluded(2, Skipped, None)
        .ended(Some("no answer"));
    let report = story.report();
    let count = report.headcount();
    assert_eq!((count.accounts, count.lost_regions.len()), (1, 1));
    let failed = &report.regions[1];
    let cause = Cause::other("no answer");
    assert_eq!(failed.cause(), Some(cause.clone()));
    assert_eq!(failed.members[0].cause(), Some(cause));
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
