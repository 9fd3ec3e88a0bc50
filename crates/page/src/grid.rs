//! The block of JSON in the page: every membership, in as few bytes as possible.
//!
//! 25,200 memberships have a handful of kinds. Each kind is written once, and a cell is its number.

use std::collections::BTreeMap;

use fleet::account::AccountId;
use fleet::cause::Cause;
use fleet::event::Deed;
use fleet::language::Language;
use fleet::member::MemberStatus;
use fleet::moment::Moment;
use serde::Serialize;

use crate::document::{Area, Cell, Document};
use crate::text::visible;
use crate::words::SCRIPT;

/// What stands for nothing.
const NONE: i32 = -1;

#[derive(Debug, Serialize)]
pub(crate) struct Grid {
    /// `run`, `plan` or `status`.
    kind: String,
    /// What the script says in English, and the same in the language of the page; none where that is English.
    #[serde(skip_serializing_if = "Option::is_none")]
    words: Option<BTreeMap<&'static str, &'static str>>,
    marks: Vec<MarkData>,
    accounts: Vec<String>,
    /// What the list calls each account, and who is responsible for it; empty where it does not say.
    names: Vec<[String; 2]>,
    regions: Vec<RegionData>,
    /// Statuses and reasons.
    texts: Vec<String>,
    /// Mark, status, status before, reason, cause: the first a place in `marks`, the next in `texts`, and
    /// the last a number that all memberships with the same cause have.
    kinds: Vec<[i32; 5]>,
    /// For each Region the kind of every account.
    cells: Vec<Vec<i32>>,
    /// For each Region: account, then deed and tenths of a second since the beginning, by turns.
    done: Vec<Vec<Vec<i64>>>,
    /// When the document was begun, in seconds of Unix time.
    began: i64,
    /// For each Region: account, then how many minutes before the beginning it was invited, and its
    /// status changed.
    since: Vec<Vec<[i64; 3]>>,
}

#[derive(Debug, Serialize)]
struct MarkData {
    key: &'static str,
    sign: &'static str,
    words: &'static str,
    tone: &'static str,
}

#[derive(Debug, Serialize)]
struct RegionData {
    name: String,
    graph: Option<String>,
    error: Option<String>,
}

/// Gives the same number to the same thing.
#[derive(Debug)]
struct Numbered<T>(BTreeMap<T, i32>);

impl<T: Ord> Numbered<T> {
    fn number(&mut self, thing: T) -> i32 {
        let next = i32::try_from(self.0.len()).unwrap_or(i32::MAX);
        *self.0.entry(thing).or_insert(next)
    }

    fn in_order(self) -> Vec<T> {
        let mut things: Vec<_> = self.0.into_iter().collect();
        things.sort_by_key(|(_, number)| *number);
        things.into_iter().map(|(thing, _)| thing).collect()
    }
}

impl Grid {
    pub(crate) fn of(document: &Document) -> Self {
        let accounts: Vec<_> = document.accounts().into_iter().collect();
        let mut texts = Numbered(BTreeMap::new());
        let mut kinds = Numbered(BTreeMap::new());
        let mut causes = Numbered(BTreeMap::new());
        let mut row = |area: &Area| {
            let kind = |cell: &Cell| {
                let kind = kind(document, cell, &mut texts, &mut causes);
                (cell.account, kind)
            };
            let by_account: BTreeMap<_, _> = area.cells.iter().map(kind).collect();
            let number = |account| {
                by_account
                    .get(account)
                    .map_or(NONE, |kind| kinds.number(*kind))
            };
            accounts.iter().map(number).collect::<Vec<_>>()
        };
        let cells: Vec<_> = document.areas.iter().map(&mut row).collect();
        let done = document
            .areas
            .iter()
            .map(|area| done(document, &accounts, area));
        let since = document
            .areas
            .iter()
            .map(|area| since(document, &accounts, area));
        Self {
            kind: document.header.kind.clone(),
            words: match document.words.language {
                Language::English => None,
                Language::Japanese => Some(SCRIPT.iter().copied().collect()),
            },
            marks: document.marks.iter().map(|it| mark(document, it)).collect(),
            done: done.collect(),
            began: document.header.started.as_second(),
            since: since.collect(),
            names: accounts.iter().map(|id| names(document, *id)).collect(),
            accounts: accounts.iter().map(ToString::to_string).collect(),
            regions: document.areas.iter().map(region).collect(),
            texts: texts.in_order(),
            kinds: kinds.in_order(),
            cells,
        }
    }
}

fn names(document: &Document, id: AccountId) -> [String; 2] {
    let labels = &document.header.labels;
    [labels.name(id), labels.owner(id)]
        .map(|words| words.map(|words| visible(words)).unwrap_or_default())
}

fn mark(document: &Document, mark: &crate::mark::Mark) -> MarkData {
    MarkData {
        key: mark.key,
        sign: mark.sign,
        words: document.words.say(mark.words),
        tone: mark.tone.class(),
    }
}

fn region(area: &Area) -> RegionData {
    RegionData {
        name: visible(area.region.as_str()),
        graph: area.graph.as_ref().map(|arn| visible(arn.as_str())),
        error: area.error.as_deref().map(visible),
    }
}

fn kind(
    document: &Document,
    cell: &Cell,
    texts: &mut Numbered<String>,
    causes: &mut Numbered<Cause>,
) -> [i32; 5] {
    let mut status = |status: &Option<MemberStatus>| {
        let name = status.as_ref().map(|status| visible(status.as_str()));
        name.map_or(NONE, |name| texts.number(name))
    };
    let (now, before) = (status(&cell.status), status(&cell.before));
    let reason = document.reason(cell);
    let reason = reason.map_or(NONE, |reason| texts.number(visible(reason)));
    // A document has a dozen marks.
    let mark = i32::try_from(cell.mark).unwrap_or(NONE);
    let cause = document.cause(cell);
    let cause = cause.map_or(NONE, |cause| causes.number(cause.key()));
    [mark, now, before, reason, cause]
}

fn done(document: &Document, accounts: &[AccountId], area: &Area) -> Vec<Vec<i64>> {
    let began = document.header.started;
    let of = |cell: &Cell| {
        let deeds = cell.done.in_order();
        let place = accounts.binary_search(&cell.account).ok()?;
        let mut told = vec![i64::try_from(place).ok()?];
        for (deed, at) in &deeds {
            let since = at.duration_since(began).as_millis().max(0) / 100;
            told.extend([code(*deed), i64::try_from(since).ok()?]);
        }
        (!deeds.is_empty()).then_some(told)
    };
    area.cells.iter().filter_map(of).collect()
}

fn since(document: &Document, accounts: &[AccountId], area: &Area) -> Vec<[i64; 3]> {
    let began = document.header.started;
    let minutes = |at: Option<Moment>| at.map(|at| began.duration_since(at.into()).as_mins());
    let of = |cell: &Cell| {
        let place = accounts.binary_search(&cell.account).ok()?;
        let updated = minutes(cell.since.updated)?;
        let invited = minutes(cell.since.invited).unwrap_or(updated);
        Some([i64::try_from(place).ok()?, invited, updated])
    };
    area.cells.iter().filter_map(of).collect()
}

/// A place in the script's list of deeds.
fn code(deed: Deed) -> i64 {
    match deed {
        Deed::Removed => 0,
        Deed::Invited => 1,
        Deed::Accepted => 2,
        Deed::Started => 3,
    }
}
