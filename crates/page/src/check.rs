//! What was found before a run.

use fleet::check::{GraphFacts, Level};
use fleet::report::{CheckReport, Ended};

use crate::document::{Area, Document, Number};
use crate::mark::Tone;
use crate::text::{counted, number};

impl From<&CheckReport> for Document {
    fn from(report: &CheckReport) -> Self {
        let sum = &report.summary;
        let (headline, tone) = match sum.problem {
            0 => ("No problem was found".to_owned(), Tone::Calm),
            n => (format!("{} found", counted(n, "problem")), Tone::Bad),
        };
        let remark = match report.ended {
            Ended::Interrupted => Some("Interrupted before everything was asked."),
            Ended::Timeout => Some("Its time was over before everything was answered."),
            Ended::Complete | Ended::Superseded => None,
        };
        Self {
            header: report.header.clone(),
            title: "Check".to_owned(),
            headline,
            tone,
            remark: remark.map(str::to_owned),
            people: Vec::new(),
            numbers: vec![
                Number::new("problem", "problems", sum.problem, Tone::Bad),
                Number::new("advice", "pieces of advice", sum.advice, Tone::Wait),
                Number::new("ok", "as it should be", sum.ok, Tone::Calm),
            ],
            charts: Vec::new(),
            marks: &[],
            areas: report.regions.iter().map(area).collect(),
            findings: report.findings.clone(),
            calls: report.calls.clone(),
            finished: Some(report.finished),
            error: None,
        }
    }
}

fn area(facts: &GraphFacts) -> Area {
    let members = |n: usize| number(n as u64);
    let full = format!(
        "{} members, {} of the list ENABLED, {} to invite",
        members(facts.members),
        members(facts.enabled),
        members(facts.to_invite)
    );
    Area {
        region: facts.region.clone(),
        graph: facts.graph_arn.clone(),
        state: match (&facts.error, &facts.graph_arn) {
            (Some(_), _) => ("not read", Tone::Bad),
            (None, Some(_)) => ("on", Tone::Calm),
            (None, None) => ("no graph", Tone::Mute),
        },
        // A finding says why it could not be read.
        error: None,
        cause: None,
        amiss: Vec::new(),
        changes: vec![full],
        finished: None,
        cells: Vec::new(),
    }
}

/// A level as the heading of a section.
pub(crate) fn heading(level: Level) -> (&'static str, Tone) {
    match level {
        Level::Problem => ("Problems", Tone::Bad),
        Level::Advice => ("Advice", Tone::Wait),
        Level::Ok => ("As it should be", Tone::Calm),
    }
}
