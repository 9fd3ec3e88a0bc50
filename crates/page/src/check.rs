//! What was found before a run.

use fleet::check::{GraphFacts, Level};
use fleet::language::{Language, Words};
use fleet::report::{CheckReport, Ended};

use crate::document::{Area, Document, Number, Paged};
use crate::mark::Tone;
use crate::text::number;
use crate::words;

impl Paged for CheckReport {
    fn document(&self, language: Language) -> Document {
        let words = words::of(language);
        let sum = &self.summary;
        let (headline, tone) = match sum.problem {
            0 => (words.say("No problem was found").to_owned(), Tone::Calm),
            n => {
                let problems = words.counted(n, "problem");
                (words.fill("{0} found", &[&problems]), Tone::Bad)
            }
        };
        let remark = match self.ended {
            Ended::Interrupted => Some("Interrupted before everything was asked."),
            Ended::Timeout => Some("Its time was over before everything was answered."),
            Ended::Complete | Ended::Superseded => None,
        };
        Document {
            words,
            header: self.header.clone(),
            title: words.say("Check").to_owned(),
            headline,
            tone,
            remark: remark.map(|it| words.say(it).to_owned()),
            people: Vec::new(),
            numbers: vec![
                Number::new("problem", "problems", sum.problem, Tone::Bad),
                Number::new("advice", "pieces of advice", sum.advice, Tone::Wait),
                Number::new("ok", "as it should be", sum.ok, Tone::Calm),
            ],
            charts: Vec::new(),
            marks: &[],
            areas: self.regions.iter().map(|it| area(words, it)).collect(),
            findings: self.findings.clone(),
            calls: self.calls.clone(),
            finished: Some(self.finished),
            error: None,
        }
    }
}

fn area(words: Words, facts: &GraphFacts) -> Area {
    let members = |n: usize| number(n as u64);
    let full = words.fill(
        "{0} members, {1} of the list ENABLED, {2} to invite",
        &[
            &members(facts.members),
            &members(facts.enabled),
            &members(facts.to_invite),
        ],
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
