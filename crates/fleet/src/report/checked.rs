//! The document that `check` prints: what will work, and what will not.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Ended, Header, Verdict};
use crate::check::{self, Facts, Finding, GraphFacts, Level};

/// What was found before a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckReport {
    /// Who, what and when.
    #[serde(flatten)]
    pub header: Header,
    /// When the check ended.
    pub finished: Timestamp,
    /// How it ended.
    pub ended: Ended,
    /// The part of AWS, as its ARNs name it.
    pub partition: String,
    /// How many findings there are of each level.
    pub summary: CheckSummary,
    /// What was found, in the order of the questions.
    pub findings: Vec<Finding>,
    /// How full each behavior graph is.
    pub regions: Vec<GraphFacts>,
    /// How many requests were sent to find out, by `service:Operation`.
    pub calls: BTreeMap<String, u64>,
}

/// Totals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckSummary {
    /// What will fail, or could not be found out.
    pub problem: u64,
    /// What is worth knowing.
    pub advice: u64,
    /// What is as it should be.
    pub ok: u64,
}

impl CheckReport {
    /// What the facts come to.
    #[must_use]
    pub fn of(
        header: Header,
        facts: &Facts,
        finished: Timestamp,
        ended: Ended,
        calls: BTreeMap<String, u64>,
    ) -> Self {
        let findings = check::judge(&header, facts);
        let mut header = header;
        header.origin.caller = Some(facts.caller.clone());
        let count = |level| findings.iter().filter(|it| it.level == level).count() as u64;
        Self {
            finished,
            ended,
            partition: facts.partition.name().to_owned(),
            summary: CheckSummary {
                problem: count(Level::Problem),
                advice: count(Level::Advice),
                ok: count(Level::Ok),
            },
            findings,
            regions: facts.graphs.clone(),
            calls,
            header,
        }
    }

    /// What the exit status says.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        if self.ended == Ended::Interrupted {
            Verdict::Interrupted
        } else if self.summary.problem > 0 {
            Verdict::NotAsWanted
        } else {
            Verdict::AsWanted
        }
    }
}
