//! What every kind of document comes to.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use fleet::account::{AccountId, GraphArn, Region};
use fleet::cause::Cause;
use fleet::check::Finding;
use fleet::language::{Language, Words};
use fleet::member::{MemberStatus, Since};
use fleet::report::{Done, Headcount, Header};
use jiff::Timestamp;

use crate::mark::{Mark, Tone};

/// A kind of document that has a page.
pub trait Paged {
    /// What its page shows, in that language.
    fn document(&self, language: Language) -> Document;
}

/// A report, a plan, a status or a check, ready to be shown. What its text fields say is in the language of
/// `words`; what has a `&'static str` is what the table of words has, in English.
#[derive(Clone, Debug)]
pub struct Document {
    pub(crate) words: Words,
    pub(crate) header: Header,
    /// `Enable`, `Plan`, …
    pub(crate) title: String,
    /// What came of it, in a sentence.
    pub(crate) headline: String,
    pub(crate) tone: Tone,
    /// What is to be said beside the headline.
    pub(crate) remark: Option<String>,
    /// What it comes to in accounts; none where it is not about accounts.
    pub(crate) people: Vec<Number>,
    /// Numbers of the document's summary, with the names that they have there.
    pub(crate) numbers: Vec<Number>,
    /// What is looked at rather than read.
    pub(crate) charts: Vec<Chart>,
    /// What a membership can be, the worst first.
    pub(crate) marks: &'static [Mark],
    pub(crate) areas: Vec<Area>,
    /// What a check found.
    pub(crate) findings: Vec<Finding>,
    pub(crate) calls: BTreeMap<String, u64>,
    pub(crate) finished: Option<Timestamp>,
    /// What ended the run for every Region at once.
    pub(crate) error: Option<String>,
}

/// Things by how much they are of something, the most first.
#[derive(Clone, Debug)]
pub(crate) struct Chart {
    pub(crate) heading: &'static str,
    /// What the numbers are.
    pub(crate) unit: &'static str,
    pub(crate) bars: Vec<Bar>,
}

/// One of them.
#[derive(Clone, Debug)]
pub(crate) struct Bar {
    pub(crate) name: String,
    pub(crate) text: String,
    /// In thousandths of the most.
    pub(crate) width: f64,
}

/// A number of the summary.
#[derive(Clone, Debug)]
pub(crate) struct Number {
    pub(crate) key: &'static str,
    pub(crate) words: &'static str,
    pub(crate) value: u64,
    pub(crate) tone: Tone,
}

impl Number {
    pub(crate) fn new(key: &'static str, words: &'static str, value: u64, tone: Tone) -> Self {
        // A zero of something bad is nothing to be afraid of.
        let tone = if value == 0 { Tone::Mute } else { tone };
        Self {
            key,
            words,
            value,
            tone,
        }
    }
}

/// The number of people who are in scope.
const ACCOUNTS: &str = "accounts";

/// Accounts, by how far they are in all Regions; `on` is what is wanted of them.
pub(crate) fn people(headcount: &Headcount, on: &'static str) -> Vec<Number> {
    let Headcount {
        accounts,
        as_wanted,
        need_action,
        waiting,
        lost_regions,
        ..
    } = headcount;
    let elsewhere = match (lost_regions.is_empty(), on) {
        (true, on) => on,
        (false, "out everywhere") => "out, as far as known",
        (false, _) => "on, as far as known",
    };
    let mut people = vec![
        Number::new(ACCOUNTS, "accounts in scope", *accounts, Tone::Void),
        Number::new("as_wanted", elsewhere, *as_wanted, Tone::Calm),
        Number::new("need_action", "need action", *need_action, Tone::Bad),
        Number::new("waiting", "waiting", *waiting, Tone::Wait),
    ];
    people.retain(|it| it.key != "waiting" || it.value > 0);
    people
}

/// A Region.
#[derive(Clone, Debug)]
pub(crate) struct Area {
    pub(crate) region: Region,
    pub(crate) graph: Option<GraphArn>,
    pub(crate) state: (&'static str, Tone),
    pub(crate) error: Option<Arc<str>>,
    /// The same as data.
    pub(crate) cause: Option<Cause>,
    /// What is not as wanted about the behavior graph itself.
    pub(crate) amiss: Vec<Cause>,
    pub(crate) changes: Vec<String>,
    pub(crate) finished: Option<Timestamp>,
    pub(crate) cells: Vec<Cell>,
}

/// A membership.
#[derive(Clone, Debug)]
pub(crate) struct Cell {
    pub(crate) account: AccountId,
    /// Which of the document's marks.
    pub(crate) mark: usize,
    pub(crate) status: Option<MemberStatus>,
    pub(crate) before: Option<MemberStatus>,
    pub(crate) reason: Option<Arc<str>>,
    /// The same as data.
    pub(crate) cause: Option<Cause>,
    /// Since when it is as it is; of a status only.
    pub(crate) since: Since,
    pub(crate) done: Done,
}

impl Document {
    pub(crate) fn mark(&self, cell: &Cell) -> &'static Mark {
        &self.marks[cell.mark]
    }

    /// The words for why a membership is as it is, where that is worth a word.
    pub(crate) fn reason<'a>(&self, cell: &'a Cell) -> Option<&'a str> {
        let advice = self.mark(cell).advice.map(|it| self.words.say(it));
        cell.reason.as_deref().or(advice)
    }

    /// Why a membership is as it is, where that is worth a word.
    pub(crate) fn cause(&self, cell: &Cell) -> Option<Cause> {
        let cause = cell.cause.clone();
        cause.or_else(|| self.reason(cell).map(Cause::other))
    }

    pub(crate) fn cells(&self) -> impl Iterator<Item = (&Area, &Cell)> {
        let areas = self.areas.iter();
        areas.flat_map(|area| area.cells.iter().map(move |cell| (area, cell)))
    }

    /// How many memberships have each mark.
    pub(crate) fn counts(&self) -> Vec<u64> {
        let mut counts = vec![0; self.marks.len()];
        for (_, cell) in self.cells() {
            counts[cell.mark] += 1;
        }
        counts
    }

    pub(crate) fn accounts(&self) -> BTreeSet<AccountId> {
        self.cells().map(|(_, cell)| cell.account).collect()
    }

    /// How many accounts it is about: those that are left out everywhere do not count.
    pub(crate) fn in_scope(&self) -> u64 {
        let told = self.people.iter().find(|it| it.key == ACCOUNTS);
        told.map_or_else(
            || {
                let cells = self.cells();
                let counts = cells.filter(|(_, cell)| self.mark(cell).tone != Tone::Mute);
                let accounts: BTreeSet<_> = counts.map(|(_, cell)| cell.account).collect();
                accounts.len() as u64
            },
            |it| it.value,
        )
    }

    pub(crate) fn regions(&self) -> BTreeSet<Region> {
        self.areas.iter().map(|area| area.region.clone()).collect()
    }
}
