//! The report of a run.

use fleet::member::Since;
use fleet::report::{Ended, Outcome, RegionReport, RegionState, Report, Verdict};

use crate::document::{Area, Cell, Document, Number, people};
use crate::mark::{Mark, Tone};

const MARKS: &[Mark] = &[
    Mark::new("failed", "×", "needs action", Tone::Bad),
    Mark::new("waiting", "…", "waiting for AWS", Tone::Wait)
        .advise("AWS is not finished: run again, and it goes on where it was."),
    Mark::new("removed", "-", "removed by this run", Tone::Gone),
    Mark::new("repaired", "~", "repaired by this run", Tone::Mended),
    Mark::new("enabled", "+", "enabled by this run", Tone::New),
    Mark::new("unchanged", "·", "as the list wants already", Tone::Calm),
    Mark::new("skipped", "/", "out of scope", Tone::Mute),
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
        Self {
            header: report.header.clone(),
            title: match report.header.operation.as_str() {
                "disable" => "Disable",
                _ => "Enable",
            }
            .to_owned(),
            headline: report.in_accounts(),
            tone: tone(report),
            remark: remark(report),
            people: people(&report.headcount(), on(report)),
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
            RegionState::Partial => ("partial", Tone::Wait),
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

/// What is wanted of an account.
fn on(report: &Report) -> &'static str {
    match report.header.operation.as_str() {
        "disable" => "out everywhere",
        _ => "on everywhere",
    }
}

fn tone(report: &Report) -> Tone {
    match report.verdict() {
        Verdict::AsWanted => Tone::Calm,
        Verdict::Waiting => Tone::Wait,
        Verdict::Interrupted | Verdict::NotAsWanted => Tone::Bad,
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
        Number::new("failed", "need action", sum.failed, Tone::Bad),
        Number::new("waiting", "wait for AWS", sum.waiting, Tone::Wait),
        Number::new("skipped", "out of scope", sum.skipped, Tone::Mute),
    ];
    let sometimes = ["removed", "skipped", "waiting"];
    numbers.retain(|number| number.value > 0 || !sometimes.contains(&number.key));
    numbers
}
