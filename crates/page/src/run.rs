//! The report of a run.

use fleet::member::Since;
use fleet::report::{Ended, Outcome, RegionReport, RegionState, Report, Verdict};

use crate::document::{Area, Cell, Document, Number};
use crate::mark::{Mark, Tone};
use crate::text::counted;

const MARKS: &[Mark] = &[
    Mark::new("failed", "×", "not as wanted", Tone::Bad),
    Mark::new("waiting", "…", "waiting for AWS", Tone::Wait)
        .advise("AWS is not finished: run again, and it goes on where it was."),
    Mark::new("removed", "-", "removed by this run", Tone::Gone),
    Mark::new("repaired", "~", "repaired by this run", Tone::Mended),
    Mark::new("enabled", "+", "enabled by this run", Tone::New),
    Mark::new("unchanged", "·", "as wanted already", Tone::Calm),
    Mark::new("skipped", "/", "left out", Tone::Mute),
];

fn mark(outcome: Outcome) -> usize {
    match outcome {
        Outcome::Failed => 0,
        Outcome::Waiting => 1,
        Outcome::Removed => 2,
        Outcome::Repaired => 3,
        Outcome::Enabled => 4,
        Outcome::Unchanged => 5,
        Outcome::Skipped => 6,
    }
}

impl From<&Report> for Document {
    fn from(report: &Report) -> Self {
        let (headline, tone) = headline(report);
        Self {
            header: report.header.clone(),
            title: match report.header.operation.as_str() {
                "disable" => "Disable",
                _ => "Enable",
            }
            .to_owned(),
            headline,
            tone,
            remark: remark(report),
            numbers: numbers(report),
            charts: Vec::new(),
            marks: MARKS,
            areas: report.regions.iter().map(area).collect(),
            findings: Vec::new(),
            calls: report.calls.clone(),
            finished: Some(report.finished),
            error: report.error.clone(),
        }
    }
}

fn area(region: &RegionReport) -> Area {
    let cells = region.members.iter().map(|member| Cell {
        account: member.account_id,
        mark: mark(member.outcome),
        status: member.status.clone(),
        before: member.before.clone(),
        reason: member.reason.clone(),
        cause: member.cause(),
        since: Since::default(),
        done: member.done,
    });
    Area {
        region: region.region.clone(),
        graph: region.graph_arn.clone(),
        state: match region.state {
            RegionState::Settled => ("settled", Tone::Calm),
            RegionState::Waiting => ("waiting", Tone::Wait),
            RegionState::Failed => ("failed", Tone::Bad),
            RegionState::Skipped => ("skipped", Tone::Mute),
        },
        error: region.error.clone(),
        cause: region.cause(),
        amiss: region.causes_amiss(),
        changes: region.changes.clone(),
        finished: region.finished,
        cells: cells.collect(),
    }
}

fn headline(report: &Report) -> (String, Tone) {
    let sum = &report.summary;
    let leaving = report.header.operation == "disable";
    match report.verdict() {
        Verdict::AsWanted if leaving => {
            ("Everybody who was to leave has left".to_owned(), Tone::Calm)
        }
        Verdict::AsWanted => ("Everything is as wanted".to_owned(), Tone::Calm),
        Verdict::Waiting => {
            let waiting = counted(sum.waiting, "membership");
            (
                format!("Nothing failed; {waiting} still wait for AWS"),
                Tone::Wait,
            )
        }
        Verdict::Interrupted => ("Interrupted before it was finished".to_owned(), Tone::Bad),
        Verdict::NotAsWanted if sum.failed > 0 => {
            let failed = counted(sum.failed, "membership");
            (
                format!(
                    "{failed} of {} not as wanted",
                    crate::text::number(sum.memberships)
                ),
                Tone::Bad,
            )
        }
        Verdict::NotAsWanted if report.error.is_some() => {
            ("The run was ended early".to_owned(), Tone::Bad)
        }
        Verdict::NotAsWanted if !report.header.invalid_lines.is_empty() => {
            let lines = counted(report.header.invalid_lines.len() as u64, "line");
            (
                format!("All is well but for {lines} of the list"),
                Tone::Wait,
            )
        }
        Verdict::NotAsWanted => (
            "Something about the Regions is not as wanted".to_owned(),
            Tone::Bad,
        ),
    }
}

fn remark(report: &Report) -> Option<String> {
    let words = match report.ended {
        Ended::Complete => return None,
        Ended::Timeout => {
            "Its time was over before AWS was finished. Run the same command again to go on."
        }
        Ended::Interrupted => "This is what was reached. Run the same command again to go on.",
        Ended::Superseded => "A newer list of accounts took over.",
    };
    Some(words.to_owned())
}

fn numbers(report: &Report) -> Vec<Number> {
    let sum = &report.summary;
    let mut numbers = vec![
        Number::new("memberships", "memberships", sum.memberships, Tone::Void),
        Number::new("enabled", "ENABLED now", sum.enabled, Tone::Calm),
        Number::new("changed", "changed by this run", sum.changed, Tone::New),
        Number::new("removed", "removed", sum.removed, Tone::Gone),
        Number::new("failed", "not as wanted", sum.failed, Tone::Bad),
        Number::new("waiting", "waiting for AWS", sum.waiting, Tone::Wait),
        Number::new("skipped", "left out", sum.skipped, Tone::Mute),
    ];
    numbers.retain(|number| number.key != "removed" || number.value > 0);
    numbers
}
