//! A part of a history.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::{Author, Change, HistoryReport};
use crate::account::Region;
use crate::foreign::visible;
use crate::label::{Labels, Who};

/// What is to be seen; what is empty leaves nothing out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HistoryFilter {
    /// Only these accounts.
    pub accounts: Vec<Who>,
    /// Only these Regions.
    pub regions: BTreeSet<Region>,
    /// Nothing before.
    pub since: Option<Timestamp>,
    /// Nothing from then on.
    pub until: Option<Timestamp>,
}

impl HistoryFilter {
    fn has(&self, change: &Change, labels: &Labels) -> bool {
        let is_one = |who: &Who| {
            change
                .account_id
                .is_some_and(|id| who.means(id, labels.name(id).map(|name| &**name)))
        };
        (self.accounts.is_empty() || self.accounts.iter().any(is_one))
            && (self.regions.is_empty() || self.regions.contains(&change.region))
            && self.has_time(change.at)
    }

    fn has_time(&self, at: Timestamp) -> bool {
        self.since.is_none_or(|since| at >= since) && self.until.is_none_or(|until| at < until)
    }
}

impl HistoryReport {
    /// That part of it: the changes, the runs that did or saw them, and the counts.
    #[must_use]
    pub fn only(mut self, filter: &HistoryFilter) -> Self {
        if *filter == HistoryFilter::default() {
            return self;
        }
        for who in &filter.accounts {
            let seen = self.changes.iter().filter_map(|it| it.account_id);
            let mut seen = seen.map(|id| (id, self.labels.name(id)));
            if !seen.any(|(id, name)| who.means(id, name.map(|name| &**name))) {
                self.notes.push(format!(
                    "no report or journal here speaks of {}",
                    who.as_str()
                ));
            }
        }
        let known: BTreeSet<_> = self.changes.iter().map(|it| &it.region).collect();
        let unknown = filter.regions.iter().filter(|it| !known.contains(it));
        self.notes.extend(unknown.map(|region| {
            let region = visible(region.as_str());
            format!("no change that is told here was in {region}")
        }));
        let labels = &self.labels;
        self.changes.retain(|change| filter.has(change, labels));
        self.runs.retain(|run| filter.has_time(run.started));
        self.count();
        self
    }

    /// Counts anew what is in it.
    pub(super) fn count(&mut self) {
        let by = |author: Author| self.changes.iter().filter(|it| it.by == author).count() as u64;
        let (run, aws) = (by(Author::Run), by(Author::Aws));
        let (elsewhere, first_seen) = (by(Author::Elsewhere), by(Author::FirstSeen));
        let sum = &mut self.summary;
        (sum.by_run, sum.by_aws) = (run, aws);
        (sum.elsewhere, sum.first_seen) = (elsewhere, first_seen);
        let accounts: BTreeSet<_> = self.changes.iter().filter_map(|it| it.account_id).collect();
        let regions: BTreeSet<_> = self.changes.iter().map(|it| &it.region).collect();
        sum.accounts = accounts.len() as u64;
        sum.regions = regions.len() as u64;
        let mut own: BTreeMap<_, u64> = BTreeMap::new();
        for change in self.changes.iter().filter(|it| it.by == Author::Run) {
            *own.entry(&change.run_id).or_default() += 1;
        }
        for run in &mut self.runs {
            run.changes = own.get(&run.run_id).copied().unwrap_or_default();
        }
    }
}
