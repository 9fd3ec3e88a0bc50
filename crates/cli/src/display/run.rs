//! The closing report of a run.

use std::fmt::Write;

use anstyle::Style;
use fleet::cause::Cause;
use fleet::report::{Ended, Outcome, RegionReport, Report, Verdict, places};

use super::failure;
use super::grouping;
use super::scope::Scope;
use super::text::{BAD, BOLD, CHANGE, FAILED, GOOD, WAITS, counted, number, paint, wrapped};
use super::trouble::{self, Item};

/// Draws the report: the verdict in accounts, what failed, what waits, what was changed, and the counts
/// last, where the eye is.
pub(crate) fn run(report: &Report, width: usize) -> String {
    let scope = Scope::from(report);
    let verdict = wrapped(&report.in_accounts(), width, "", "  ");
    let mut text = format!("{}\n\n", paint(BOLD, verdict));
    text.push_str(&failed(report, &scope, width));
    text.push_str(&waiting(report, &scope, width));
    text.push_str(&failure::bad_lines(&report.header, width));
    text.push_str(&changes(report, &scope, width));
    text.push_str(&failure::notes(&report.header, width));
    text.push_str(&headline(report, width));
    text
}

/// What the run cost: calls by operation.
pub(crate) fn costs(report: &Report) -> String {
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::NOTHING);
    for (operation, count) in &report.calls {
        let count = comfy_table::Cell::new(number(*count));
        let count = count.set_alignment(comfy_table::CellAlignment::Right);
        table.add_row([comfy_table::Cell::new(operation), count]);
    }
    format!("{}:\n{}\n", effort(report), table.trim_fmt())
}

fn changes(report: &Report, scope: &Scope, width: usize) -> String {
    let mut text = String::new();
    let made = report.regions.iter().flat_map(|region| {
        region
            .changes
            .iter()
            .map(|change| (change, region.region.clone()))
    });
    for (change, regions) in grouping::group(made) {
        let place = format!(
            "{change} in {}",
            scope.regions(&regions.into_iter().collect())
        );
        let symbol = if change == "graph deleted" { '-' } else { '+' };
        let first = format!("  {} ", paint(GOOD, symbol));
        let _ = writeln!(text, "{}", wrapped(&place, width, &first, "      "));
    }
    for (outcome, symbol, what) in [
        (Outcome::Enabled, '+', "enabled"),
        (Outcome::Repaired, '~', "repaired and enabled"),
        (Outcome::Removed, '-', "removed"),
    ] {
        for (regions, accounts) in
            places(of(report, outcome).map(|item| (item.account, item.region.clone())))
        {
            let place = format!(
                "{} {what} in {}",
                scope.few_accounts(&accounts),
                scope.regions(&regions)
            );
            let first = format!("  {} ", paint(GOOD, symbol));
            let _ = writeln!(text, "{}", wrapped(&place, width, &first, "      "));
        }
    }
    section("Changed:", text)
}

/// Each failure is named. A Region that failed as a whole is one thing, not one for each account.
fn failed(report: &Report, scope: &Scope, width: usize) -> String {
    let mut text = String::new();
    if let Some(error) = &report.error {
        let first = format!("  {} ", paint(BAD, '!'));
        let _ = writeln!(text, "{}", wrapped(error, width, &first, "    "));
    }
    let amiss = report.regions.iter().flat_map(|region| {
        let causes = region.causes_amiss().into_iter();
        causes.map(|cause| (&region.region, cause))
    });
    text.push_str(&failure::by_cause("behavior graph", amiss, scope, width));
    let regions = report
        .regions
        .iter()
        .filter_map(|region| Some((&region.region, region.cause()?)));
    text.push_str(&failure::regions(regions, scope, width));
    text.push_str(&trouble::draw(
        of(report, Outcome::Failed),
        scope,
        FAILED,
        width,
    ));
    section("Needs action:", text)
}

fn waiting(report: &Report, scope: &Scope, width: usize) -> String {
    let waiting = of(report, Outcome::Waiting);
    section("Waiting:", trouble::draw(waiting, scope, WAITS, width))
}

fn section(title: &str, text: String) -> String {
    if text.is_empty() {
        return text;
    }
    format!("{}\n{text}\n", paint(BOLD, title))
}

/// The memberships that ended so, without those that only share their Region's fate.
fn of(report: &Report, outcome: Outcome) -> impl Iterator<Item = Item<'_>> {
    let own = move |region: &&RegionReport| region.error.is_none() || outcome != Outcome::Failed;
    report.regions.iter().filter(own).flat_map(move |region| {
        let members = region
            .members
            .iter()
            .filter(move |member| member.outcome == outcome);
        members.map(|member| Item {
            account: member.account_id,
            region: &region.region,
            cause: member.cause().unwrap_or(Cause::Unfinished { last: None }),
        })
    })
}

fn headline(report: &Report, width: usize) -> String {
    let sum = &report.summary;
    let (style, words) = verdict(report);
    let left_out = match sum.skipped {
        0 => String::new(),
        n => format!(", {} out of scope", number(n)),
    };
    let removed = format!("{} removed", number(sum.removed));
    let enabled = format!(
        "{} enabled ({} changed)",
        number(sum.enabled),
        number(sum.changed)
    );
    let reached = match (is_leaving(report), sum.removed) {
        (true, _) => removed,
        (false, 0) => enabled,
        (false, _) => format!("{enabled}, {removed}"),
    };
    let counts = format!(
        "{} Of {}: {reached}, {} waiting, {} needing action{left_out}.",
        paint(style.bold(), words),
        counted(sum.memberships, "membership"),
        number(sum.waiting),
        number(sum.failed),
    );
    let mut text = format!(
        "{}\n{}.\n",
        wrapped(&counts, width, "", "  "),
        effort(report)
    );
    if matches!(report.verdict(), Verdict::Waiting | Verdict::Interrupted) {
        text.push_str("Run the same command again to go on.\n");
    }
    text
}

/// Whether members were to leave.
fn is_leaving(report: &Report) -> bool {
    report.header.operation == "disable"
}

fn verdict(report: &Report) -> (Style, &'static str) {
    match (report.verdict(), report.ended) {
        (Verdict::AsWanted, _) if is_leaving(report) => (GOOD, "Disable complete!"),
        (Verdict::AsWanted, _) => (GOOD, "Enable complete!"),
        (Verdict::Interrupted, _) => (BAD, "Interrupted."),
        (Verdict::NotAsWanted, Ended::Superseded) => (BAD, "Ended by a newer list of accounts."),
        (Verdict::NotAsWanted, _) if !has_failures(report) => {
            (CHANGE, "Enable complete, but for bad lines.")
        }
        (Verdict::NotAsWanted, Ended::Timeout) => (BAD, "Timed out, with failures."),
        (Verdict::NotAsWanted, _) if is_leaving(report) => (BAD, "Disable ended with failures."),
        (Verdict::NotAsWanted, _) => (BAD, "Enable ended with failures."),
        (Verdict::Waiting, Ended::Timeout) => (CHANGE, "Timed out."),
        (Verdict::Waiting, _) => (CHANGE, "Not finished."),
    }
}

/// Whether anything but bad lines of the file is not as wanted.
fn has_failures(report: &Report) -> bool {
    let regions = &report.regions;
    report.error.is_some()
        || !report.settled
        || report.summary.failed > 0
        || regions
            .iter()
            .any(|region| region.error.is_some() || !region.amiss.is_empty())
}

/// Calls and seconds.
fn effort(report: &Report) -> String {
    let calls = report.calls.values().sum();
    let time = report.finished.duration_since(report.header.started);
    format!(
        "{} to AWS in {:.1} s",
        counted(calls, "call"),
        time.as_secs_f64()
    )
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{self, plain};
    use super::*;
    use fleet::cause::{MemberRole, Place};
    use fleet::report::{RegionState, Why};

    #[test]
    fn a_run_with_every_kind_of_end() {
        let mut report = fixture::run(80, |n, region| match (n, region.as_str()) {
            (3, _) => (Outcome::Failed, Some(fixture::wrong_email())),
            (4, "me-south-1") => (Outcome::Failed, Some(Cause::RegionOff)),
            (10..30, _) => (Outcome::Failed, Some(fixture::no_role(MemberRole::DEFAULT))),
            (5, "eu-west-1") => (Outcome::Repaired, None),
            (6 | 7, "us-west-1") => (
                Outcome::Waiting,
                Some(Cause::AwaitingVerification { last: None }),
            ),
            (8, _) => (Outcome::Skipped, None),
            _ => (Outcome::Enabled, None),
        });
        report.header.invalid_lines.push(fixture::bad_line());
        report.header.notes.push("a note".into());
        insta::assert_snapshot!(plain(&run(&report, 80)));
        insta::assert_snapshot!(plain(&run(&report, 120)));
    }

    #[test]
    fn a_bad_line_alone_is_no_failure_of_a_membership() {
        let mut report = fixture::run(80, |_, _| (Outcome::Unchanged, None));
        report.header.invalid_lines.push(fixture::bad_line());
        let text = plain(&run(&report, 80));
        assert!(
            text.contains("Enable complete, but for bad lines."),
            "{text}"
        );
    }

    #[test]
    fn a_run_that_removed_members() {
        let mut report = fixture::run(80, |n, _| match n {
            0..9 => (Outcome::Removed, None),
            _ => (Outcome::Unchanged, None),
        });
        report.header.operation = "disable".to_owned();
        report.summary.removed = 9 * 21;
        for region in &mut report.regions {
            region.changes.clear();
        }
        let some = &mut report.regions[0];
        some.amiss = vec!["the tags".into()];
        some.amiss_causes = vec![Cause::GraphNotChanged {
            change: "set the tags team".into(),
        }];
        some.state = RegionState::Failed;
        insta::assert_snapshot!(plain(&run(&report, 80)));
        insta::assert_snapshot!(plain(&run(&report, 120)));
    }

    #[test]
    fn a_run_that_went_well() {
        let report = fixture::run(80, |_, _| (Outcome::Enabled, None));
        insta::assert_snapshot!(plain(&run(&report, 80)));
        insta::assert_snapshot!(plain(&run(&report, 120)));
    }

    #[test]
    fn a_run_that_waits_says_to_run_again() {
        let report = fixture::run(2, |n, _| match n {
            0 => (Outcome::Waiting, None),
            _ => (Outcome::Unchanged, None),
        });
        insta::assert_snapshot!(plain(&run(&report, 80)));
        insta::assert_snapshot!(plain(&run(&report, 120)));
    }

    #[test]
    fn a_region_that_failed_as_a_whole_is_said_once() {
        let mut report = fixture::run(80, |_, region| match region.as_str() {
            "eu-west-1" => (Outcome::Failed, Some(fixture::silent())),
            _ => (Outcome::Unchanged, None),
        });
        for region in &mut report.regions {
            region.changes.clear();
            if region.state == RegionState::Failed {
                let place = Place::region(&region.region);
                (region.error, region.why) = Why::of(Some(&fixture::silent()), &place);
            }
        }
        insta::assert_snapshot!(plain(&run(&report, 80)));
        insta::assert_snapshot!(plain(&run(&report, 120)));
    }

    #[test]
    fn what_a_run_cost() {
        let report = fixture::run(1, |_, _| (Outcome::Unchanged, None));
        insta::assert_snapshot!(plain(&costs(&report)));
    }
}
