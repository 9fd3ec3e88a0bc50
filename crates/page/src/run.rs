//! The report of a run.

use fleet::account::Region;
use fleet::cause::Place;
use fleet::language::{Language, Words};
use fleet::member::Since;
use fleet::report::{Ended, MemberReport, Outcome, RegionReport, RegionState, Report, Verdict};

use crate::document::{Area, Cell, Document, Number, Paged, people};
use crate::mark::{Mark, Tone};
use crate::words;

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

impl Paged for Report {
    fn document(&self, language: Language) -> Document {
        let words = words::of(language);
        let title = match self.header.operation.as_str() {
            "disable" => "Disable",
            _ => "Enable",
        };
        Document {
            words,
            header: self.header.clone(),
            title: words.say(title).to_owned(),
            headline: self.told_in(language),
            tone: tone(self),
            remark: remark(self).map(|it| words.say(it).to_owned()),
            people: people(&self.headcount(), on(self)),
            numbers: numbers(self),
            charts: Vec::new(),
            marks: MARKS,
            areas: self.regions.iter().map(|it| area(words, it)).collect(),
            findings: Vec::new(),
            calls: self.calls.clone(),
            finished: Some(self.finished),
            error: self.error.as_deref().map(|it| language.retell(it)),
        }
    }
}

fn cell(words: Words, member: &MemberReport, region: &Region) -> Cell {
    let cause = member.cause();
    let place = Place::one(member.account_id, region);
    Cell {
        account: member.account_id,
        mark: mark(member.outcome),
        status: member.status.clone(),
        before: member.before.clone(),
        reason: words::reason(words, member.reason.as_ref(), cause.as_ref(), &place),
        cause,
        since: Since::default(),
        done: member.done,
    }
}

fn area(words: Words, region: &RegionReport) -> Area {
    let cause = region.cause();
    let place = Place::region(&region.region);
    let members = region.members.iter();
    let cells = members.map(|member| cell(words, member, &region.region));
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
        error: words::reason(words, region.error.as_ref(), cause.as_ref(), &place),
        cause,
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

fn remark(report: &Report) -> Option<&'static str> {
    Some(match report.ended {
        Ended::Complete => return None,
        Ended::Timeout => {
            "Its time was over before AWS was finished. Run the same command again to go on."
        }
        Ended::Interrupted => "This is what was reached. Run the same command again to go on.",
        Ended::Superseded => "A newer list of accounts took over.",
    })
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
