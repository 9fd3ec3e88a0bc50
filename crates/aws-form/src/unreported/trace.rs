//! What one run has written down, and what that says of it.

use std::collections::{BTreeMap, BTreeSet};

use fleet::account::Email;
use jiff::Timestamp;
use serde::Deserialize;

use super::{RUNS, SILENCE, TURN, is_within};
use crate::runs::{LastRun, Listed, RunBucket, RunState, Stored};

/// What a run has written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Trace {
    pub(super) run: String,
    /// When it wrote something last.
    pub(super) at: Timestamp,
    files: BTreeSet<String>,
    /// Its report, where it has one.
    pub(super) report: Option<Listed>,
}

/// What those files say, as far as it matters: one type for `refused.json`, `removals.json`, `manifest.json` and
/// `report.json`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Said {
    pub(super) key: Option<String>,
    /// The name of the error: none where a newer version of the list took over.
    pub(super) name: Option<String>,
    pub(super) text: Option<String>,
    pub(super) error: Option<String>,
    /// How the run ended, as its report has it.
    pub(super) ended: Option<String>,
    pub(super) until: Option<Timestamp>,
    /// Somebody has approved what it says.
    #[serde(skip)]
    pub(super) is_approved: bool,
}

/// What each run has written, the newest first.
pub(super) fn traces(listed: &[Listed]) -> Vec<Trace> {
    let mut traces: BTreeMap<&str, Trace> = BTreeMap::new();
    for written in listed {
        let path = written.key.strip_prefix(RUNS);
        let Some((run, file)) = path.and_then(|it| it.split_once('/')) else {
            continue;
        };
        let trace = traces.entry(run).or_insert_with(|| Trace {
            run: run.to_owned(),
            at: written.at,
            files: BTreeSet::new(),
            report: None,
        });
        trace.at = trace.at.max(written.at);
        trace.files.insert(file.to_owned());
        if file == "report.json" {
            trace.report = Some(written.clone());
        }
    }
    let mut traces: Vec<_> = traces.into_values().collect();
    traces.sort_by_key(|it| std::cmp::Reverse(it.at));
    traces
}

impl Trace {
    fn has(&self, file: &str) -> bool {
        self.files.contains(file)
    }

    /// How far it is, by its files alone.
    pub(super) fn state(&self, now: Timestamp) -> RunState {
        let [refused, report, manifest, removals] =
            ["refused", "report", "manifest", "removals"].map(|it| self.has(&format!("{it}.json")));
        match (refused, report) {
            (true, _) => RunState::Refused,
            (_, true) if manifest => RunState::Reported,
            (_, true) => RunState::Failed,
            _ if removals && !manifest => RunState::WaitsForApproval,
            _ if is_within(self.at, SILENCE, now) => RunState::UnderWay,
            _ => RunState::Lost,
        }
    }

    /// Which of its files says most.
    pub(super) fn file(&self) -> &'static str {
        let files = [
            "refused.json",
            "report.json",
            "manifest.json",
            "removals.json",
        ];
        let found = files.into_iter().find(|it| self.has(it));
        found.unwrap_or("manifest.json")
    }

    /// What there is to tell of it; nothing where a newer version of the list took over.
    pub(super) fn told(
        &self,
        state: RunState,
        said: Said,
        bucket: RunBucket<'_>,
        now: Timestamp,
    ) -> Option<LastRun> {
        if state == RunState::Refused && said.name.is_none() && said.text.is_some() {
            return None;
        }
        let is_late = |until: Timestamp| {
            let more = if said.is_approved { TURN } else { SILENCE };
            until < now && !is_within(until, more, now)
        };
        let state = match state {
            RunState::WaitsForApproval if said.until.is_some_and(is_late) => RunState::Lost,
            RunState::WaitsForApproval if said.is_approved => RunState::UnderWay,
            state => state,
        };
        let page = match self.has("report.html") {
            true => format!("{RUNS}{}/report.html", self.run),
            false => format!("{RUNS}{}/", self.run),
        };
        let why = match state {
            RunState::UnderWay if said.is_approved => {
                Some("somebody has approved it: it goes on when it has its turn".to_owned())
            }
            _ => said.text.or(said.error),
        };
        Some(LastRun {
            list: said.key.as_deref().map(Email::mask_in),
            stored: Stored {
                key: said.key,
                size: 0,
            },
            state,
            run: Some(Email::mask_in(&self.run)),
            at: self.at,
            causes: None,
            until: said.until.filter(|_| state == RunState::WaitsForApproval),
            why: why.as_deref().map(Email::mask_in),
            page: bucket.uri(&page),
        })
    }
}
