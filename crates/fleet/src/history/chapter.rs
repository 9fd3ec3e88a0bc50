//! What happened, told run by run, and what is alike said once.

mod japanese;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::{Author, Change, HistoryReport, RunRecord, Standpoint, What};
use crate::account::{AccountId, Region};
use crate::event::Deed;
use crate::language::Language;
use crate::report::{counted, number, places};

/// What one run did, and what it was the first to see.
#[derive(Clone, Debug)]
pub struct Chapter<'a> {
    /// Which run.
    pub run: &'a RunRecord,
    /// What it says, what is not explained first.
    pub passages: Vec<Passage>,
}

/// The same thing, wherever it happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passage {
    /// By whom.
    pub by: Author,
    /// What happened, for people.
    pub words: String,
    /// To which memberships; none where it happened to behavior graphs.
    pub memberships: Vec<(AccountId, Region)>,
    /// Where.
    pub regions: BTreeSet<Region>,
    /// The first and the last time.
    pub first: Timestamp,
    /// See [`Passage::first`].
    pub last: Timestamp,
    /// When it had not happened yet anywhere, where the time is not known.
    pub after: Option<Timestamp>,
    /// What AWS calls the requests.
    pub request_ids: BTreeSet<Arc<str>>,
}

/// What makes changes alike.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    by: Author,
    of_graph: bool,
    words: String,
}

impl Passage {
    /// The accounts that have the same Regions, together.
    #[must_use]
    pub fn places(&self) -> Vec<(BTreeSet<Region>, Vec<AccountId>)> {
        places(self.memberships.iter().cloned())
    }

    fn begin(change: &Change, words: String) -> Self {
        Self {
            by: change.by,
            words,
            memberships: Vec::new(),
            regions: BTreeSet::new(),
            first: change.at,
            last: change.at,
            after: change.after,
            request_ids: BTreeSet::new(),
        }
    }

    fn add(&mut self, change: &Change) {
        self.first = self.first.min(change.at);
        self.last = self.last.max(change.at);
        self.after = self.after.min(change.after);
        self.regions.insert(change.region.clone());
        let membership = change.account_id.map(|id| (id, change.region.clone()));
        self.memberships.extend(membership);
        self.request_ids.extend(change.request_ids.iter().cloned());
    }
}

impl HistoryReport {
    /// The runs that did or saw something, the earliest first.
    #[must_use]
    pub fn chapters(&self) -> Vec<Chapter<'_>> {
        self.chapters_in(Language::English)
    }

    /// The same with the words in that language.
    #[must_use]
    pub fn chapters_in(&self, language: Language) -> Vec<Chapter<'_>> {
        let mut passages: BTreeMap<&Arc<str>, BTreeMap<Key, Passage>> = BTreeMap::new();
        for change in &self.changes {
            let of_run = passages.entry(&change.run_id).or_default();
            // What is said of a graph is not said of a membership.
            let key = Key {
                by: change.by,
                of_graph: change.account_id.is_none(),
                words: change.what.words_in(language),
            };
            let words = key.words.clone();
            let passage = of_run
                .entry(key)
                .or_insert_with(|| Passage::begin(change, words));
            passage.add(change);
        }
        let mut chapters = Vec::new();
        for run in &self.runs {
            if let Some(passages) = passages.remove(&run.run_id) {
                let passages = passages.into_values().collect();
                chapters.push(Chapter { run, passages });
            }
        }
        chapters
    }

    /// What it comes to, in a sentence.
    #[must_use]
    pub fn headline(&self) -> String {
        self.headline_in(Language::English)
    }

    /// The same in that language.
    #[must_use]
    pub fn headline_in(&self, language: Language) -> String {
        if language == Language::Japanese {
            return japanese::headline(self);
        }
        let sum = &self.summary;
        let changes = sum.by_run + sum.by_aws + sum.elsewhere;
        if self.runs.is_empty() {
            return "No report or journal here is of that time: nothing is known of it".to_owned();
        }
        if changes == 0 {
            return "Nothing changed".to_owned();
        }
        let mut parts = vec![format!("{} by runs", number(sum.by_run))];
        if sum.by_aws > 0 {
            parts.push(format!("{} by AWS", number(sum.by_aws)));
        }
        if sum.elsewhere > 0 {
            parts.push(format!(
                "{} by no run whose report is here",
                number(sum.elsewhere)
            ));
        }
        format!("{}: {}", counted(changes, "change"), parts.join(", "))
    }
}

impl RunRecord {
    /// What it was, as far as that is known.
    #[must_use]
    pub fn title(&self) -> String {
        self.title_in(Language::English)
    }

    /// The same in that language.
    #[must_use]
    pub fn title_in(&self, language: Language) -> String {
        if language == Language::Japanese {
            return japanese::title(self);
        }
        let what = self.operation.as_deref().unwrap_or("a run");
        format!("{what} {}", self.run_id)
    }

    /// Who made it and by which list, in a sentence; empty where nothing is known.
    #[must_use]
    pub fn provenance(&self) -> String {
        self.provenance_in(Language::English)
    }

    /// The same in that language.
    #[must_use]
    pub fn provenance_in(&self, language: Language) -> String {
        if language == Language::Japanese {
            return japanese::provenance(self);
        }
        let mut parts = Vec::new();
        if let Some(caller) = &self.origin.caller {
            parts.push(format!("by {caller}"));
        }
        if let Some(list) = &self.origin.list {
            let mut text = format!("with {}", list.name);
            if let Some(version) = &list.version {
                text.push_str(&format!(", version {version}"));
            }
            if let Some(hash) = &list.sha256 {
                // So many digits tell the lists of one company apart; the JSON document has all.
                text.push_str(&format!(", SHA-256 {}…", hash.get(..12).unwrap_or(hash)));
            }
            if let Some(uploader) = &list.uploader {
                text.push_str(&format!(", uploaded by {uploader}"));
            }
            parts.push(text);
        }
        if let Some(version) = &self.origin.product_version {
            parts.push(format!("detective-fleet {version}"));
        }
        match (&self.ended, &self.error) {
            (_, Some(error)) => parts.push(format!("ended early: {error}")),
            (Some(ended), None) if ended != "complete" => parts.push(format!("ended: {ended}")),
            (None, None) if self.operation.is_none() => {
                parts.push("known only from its journal".to_owned());
            }
            _ => {}
        }
        parts.join("; ")
    }
}

impl What {
    /// What happened, for people.
    #[must_use]
    pub fn words(&self) -> String {
        self.words_in(Language::English)
    }

    /// The same in that language.
    #[must_use]
    pub fn words_in(&self, language: Language) -> String {
        if language == Language::Japanese {
            return japanese::words(self);
        }
        match self {
            Self::Membership { from, to, deeds } => {
                let point = |it: &Option<Standpoint>| match it {
                    Some(it) => it.to_string(),
                    None => "not known".to_owned(),
                };
                let did: Vec<_> = deeds.iter().map(|deed| word(*deed)).collect();
                let did = match did.is_empty() {
                    true => String::new(),
                    false => format!(" ({})", did.join(", ")),
                };
                match (from, to) {
                    (None, to) if deeds.is_empty() => point(to),
                    (from, to) if from == to => format!("{}, made anew{did}", point(to)),
                    (from, to) => format!("{} → {}{did}", point(from), point(to)),
                }
            }
            Self::Graph { from, to } => match (from, to) {
                (_, None) => "the behavior graph was deleted, and its data with it",
                (None, Some(_)) => "there is a behavior graph",
                (Some(_), Some(_)) => "another behavior graph is there: the old one's data is gone",
            }
            .to_owned(),
            Self::Settings { change } => change.clone(),
        }
    }
}

fn word(deed: Deed) -> &'static str {
    match deed {
        Deed::Invited => "invited",
        Deed::Accepted => "accepted",
        Deed::Removed => "removed",
        Deed::Started => "started",
    }
}
