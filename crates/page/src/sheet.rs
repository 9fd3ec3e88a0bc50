//! What the template writes: words and numbers, ready to be put into the page.

use fleet::cause::Place;
use fleet::language::Words;
use fleet::report::Header;
use jiff::Timestamp;

use crate::curve::Curve;
use crate::document::{Area, Chart, Document, Number};
use crate::grid::Grid;
use crate::text::{number, visible};
use crate::trouble::{self, Section};
use crate::words::{moment, seconds};

/// The page, as the template has it.
#[derive(Debug)]
pub(crate) struct Sheet {
    pub(crate) title: String,
    pub(crate) headline: String,
    pub(crate) tone: &'static str,
    pub(crate) remark: Option<String>,
    /// What everybody wants to know of it.
    pub(crate) facts: Vec<Fact>,
    /// What an auditor wants to know, too.
    pub(crate) about: Vec<Fact>,
    /// In accounts.
    pub(crate) people: Vec<Tile>,
    /// In memberships, or in what else the document has.
    pub(crate) tiles: Vec<Tile>,
    pub(crate) slices: Vec<Slice>,
    pub(crate) charts: Vec<Chart>,
    pub(crate) sections: Vec<Section>,
    pub(crate) notes: Vec<String>,
    pub(crate) legend: Vec<Entry>,
    pub(crate) regions: Vec<Row>,
    /// Whether any Region has a time.
    pub(crate) has_times: bool,
    pub(crate) effort: String,
    pub(crate) calls: Vec<Call>,
    pub(crate) curve: Option<Curve>,
    pub(crate) grid: Grid,
}

/// Something about the document.
#[derive(Debug)]
pub(crate) struct Fact {
    pub(crate) name: &'static str,
    pub(crate) value: String,
    /// The point in time that it is, for the reader's clock.
    pub(crate) at: Option<String>,
}

impl Fact {
    fn new(words: Words, name: &'static str, value: String) -> Self {
        Self {
            name: words.say(name),
            value,
            at: None,
        }
    }
}

/// A headline number.
#[derive(Debug)]
pub(crate) struct Tile {
    pub(crate) key: &'static str,
    pub(crate) words: &'static str,
    pub(crate) value: u64,
    pub(crate) text: String,
    pub(crate) tone: &'static str,
}

/// A part of the bar, in thousandths.
#[derive(Debug)]
pub(crate) struct Slice {
    pub(crate) tone: &'static str,
    pub(crate) from: f64,
    pub(crate) width: f64,
}

/// A mark that the document has, and how often.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) number: usize,
    pub(crate) key: &'static str,
    pub(crate) sign: &'static str,
    pub(crate) words: &'static str,
    pub(crate) tone: &'static str,
    pub(crate) count: u64,
    pub(crate) text: String,
}

/// A Region, in the table.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) region: String,
    pub(crate) state: &'static str,
    pub(crate) tone: &'static str,
    /// One for each entry of the legend; empty where it has none of them.
    pub(crate) counts: Vec<String>,
    pub(crate) took: String,
    /// What happened to the Region itself.
    pub(crate) remarks: Vec<String>,
}

/// An operation of AWS.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) operation: String,
    pub(crate) count: String,
    /// In thousandths of the most frequent.
    pub(crate) width: f64,
}

impl Sheet {
    pub(crate) fn of(document: &Document) -> Self {
        let legend = legend(document);
        let curve = Curve::of(document);
        Self {
            title: document.title.clone(),
            headline: visible(&document.headline),
            tone: document.tone.class(),
            remark: document.remark.clone(),
            facts: facts(document),
            about: about(document),
            people: tiles(document, &document.people),
            tiles: tiles(document, &document.numbers),
            slices: slices(&legend),
            charts: document.charts.clone(),
            sections: trouble::sections(document),
            notes: document
                .header
                .notes
                .iter()
                .map(|note| visible(&document.words.language.retell(note)))
                .collect(),
            regions: document
                .areas
                .iter()
                .map(|area| row(document, &legend, area))
                .collect(),
            has_times: document.areas.iter().any(|area| area.finished.is_some()),
            effort: effort(document, curve.as_ref()),
            calls: calls(document),
            curve,
            grid: Grid::of(document),
            legend,
        }
    }
}

fn facts(document: &Document) -> Vec<Fact> {
    let Header {
        administrator,
        started,
        ..
    } = &document.header;
    let words = document.words;
    let fact = |name, value| Fact::new(words, name, value);
    let accounts = words.counted(document.in_scope(), "account");
    let regions = words.counted(document.areas.len() as u64, "Region");
    let scope = words.fill("{0} in {1}", &[&accounts, &regions]);
    let mut facts = vec![Fact {
        at: Some(format!("{started:.0}")),
        ..fact("Began", moment(words, *started))
    }];
    let took = document.finished.map(|at| after(document, at));
    facts.extend(took.map(|took| fact("Took", took)));
    if !document.marks.is_empty() {
        facts.push(fact("In scope", scope));
    }
    facts.push(fact("Administrator", administrator.to_string()));
    facts
}

fn about(document: &Document) -> Vec<Fact> {
    let Header { run_id, origin, .. } = &document.header;
    let words = document.words;
    let fact = |name, value: &str| Fact::new(words, name, visible(value));
    let mut about = vec![fact("Run", run_id)];
    let caller = origin.caller.iter();
    about.extend(caller.map(|arn| fact("Called by", arn)));
    if let Some(list) = &origin.list {
        let name = match &list.version {
            Some(version) => words.fill("{0}, version {1}", &[&list.name, version]),
            None => list.name.clone(),
        };
        about.push(fact("List", &name));
        let hash = list.sha256.iter();
        about.extend(hash.map(|it| fact("SHA-256", it)));
        let uploader = list.uploader.iter();
        about.extend(uploader.map(|it| fact("Uploaded by", &it.told_in(words.language))));
    }
    let approval = origin.approval.iter();
    about.extend(approval.map(|it| fact("Approved by", &it.told_in(words.language))));
    about
}

fn after(document: &Document, at: Timestamp) -> String {
    let length = at.duration_since(document.header.started);
    seconds(document.words, length.as_secs_f64())
}

fn tiles(document: &Document, numbers: &[Number]) -> Vec<Tile> {
    let tile = |it: &Number| Tile {
        key: it.key,
        words: document.words.say(it.words),
        value: it.value,
        text: number(it.value),
        tone: it.tone.class(),
    };
    numbers.iter().map(tile).collect()
}

fn legend(document: &Document) -> Vec<Entry> {
    let counts = document.counts();
    let entry = |(at, mark): (usize, &crate::mark::Mark)| Entry {
        number: at,
        key: mark.key,
        sign: mark.sign,
        words: document.words.say(mark.words),
        tone: mark.tone.class(),
        count: counts[at],
        text: number(counts[at]),
    };
    let entries = document.marks.iter().enumerate().map(entry);
    entries.filter(|entry| entry.count > 0).collect()
}

/// The best comes first: a bar that is filled from the left.
fn slices(legend: &[Entry]) -> Vec<Slice> {
    let all: u64 = legend.iter().map(|entry| entry.count).sum();
    let mut from = 0.0;
    let mut slices = Vec::new();
    for entry in legend.iter().rev() {
        let width = 1000.0 * entry.count as f64 / all as f64;
        slices.push(Slice {
            tone: entry.tone,
            from,
            width,
        });
        from += width;
    }
    slices
}

fn row(document: &Document, legend: &[Entry], area: &Area) -> Row {
    let count = |entry: &Entry| {
        let count = area
            .cells
            .iter()
            .filter(|cell| cell.mark == entry.number)
            .count();
        if count == 0 {
            String::new()
        } else {
            number(count as u64)
        }
    };
    let words = document.words;
    let place = Place::region(&area.region);
    let amiss = area.amiss.iter();
    let amiss = amiss.map(|cause| cause.told_in(words.language, &place).in_one());
    let error = area.error.iter().map(ToString::to_string);
    let reasons = error.chain(amiss).map(|reason| visible(&reason));
    let changes = area.changes.iter();
    let changes = changes.map(|change| visible(&words.language.retell(change)));
    Row {
        region: visible(area.region.as_str()),
        state: words.say(area.state.0),
        tone: area.state.1.class(),
        counts: legend.iter().map(count).collect(),
        took: area
            .finished
            .map(|at| after(document, at))
            .unwrap_or_default(),
        remarks: reasons.chain(changes).collect(),
    }
}

/// What it took, in sentences.
fn effort(document: &Document, curve: Option<&Curve>) -> String {
    let words = document.words;
    let parts = [
        Some(calls_and_rate(document)),
        curve.map(|it| it.words.clone()),
    ];
    let stop = words.say(".");
    let sentences = parts.into_iter().flatten().map(|it| it + stop);
    words.language.join(sentences)
}

fn calls_and_rate(document: &Document) -> String {
    let words = document.words;
    let all: u64 = document.calls.values().sum();
    let calls = words.fill("{0} to AWS", &[&words.counted(all, "call")]);
    let Some(finished) = document.finished else {
        return calls;
    };
    let length = finished
        .duration_since(document.header.started)
        .as_secs_f64();
    let rate = all as f64 / length.max(0.001);
    words.fill(
        "{0} in {1}: {2} a second",
        &[&calls, &seconds(words, length), &format!("{rate:.0}")],
    )
}

fn calls(document: &Document) -> Vec<Call> {
    let most = document.calls.values().copied().max().unwrap_or(1).max(1);
    let mut calls: Vec<_> = document.calls.iter().collect();
    calls.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    let call = |(operation, count): (&String, &u64)| Call {
        operation: visible(operation),
        count: number(*count),
        width: 1000.0 * *count as f64 / most as f64,
    };
    calls.into_iter().map(call).collect()
}
