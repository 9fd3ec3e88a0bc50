//! What happened, as text and as CSV.

use std::collections::BTreeMap;
use std::fmt::Write;

use anyhow::Result;
use fleet::foreign::cell;
use fleet::history::{Author, Change, Chapter, HistoryReport, Passage, RunRecord, What};
use jiff::Timestamp;

use super::export::csv_text;
use super::moment::moment;
use super::scope::Scope;
use super::text::{BAD, BOLD, CHANGE, DIM, GOOD, counted, number, paint, wrapped};
use super::{failure, grouping};

/// So many requests are named; the JSON document has all of them.
const MOST_REQUESTS: usize = 5;

/// Tells what it comes to first, and then run by run.
pub(crate) fn history(report: &HistoryReport, width: usize) -> String {
    let scope = Scope::from(report);
    let mut text = headline(report, width);
    let chapters = report.chapters();
    for chapter in &chapters {
        text.push_str(&told(chapter, &scope, width));
    }
    let quiet = report.runs.len() - chapters.len();
    if quiet > 0 {
        let of = match chapters.is_empty() {
            true => String::new(),
            false => format!(" of {}", number(report.runs.len() as u64)),
        };
        let _ = writeln!(
            text,
            "{}{of} neither changed anything nor saw a change.\n",
            counted(quiet as u64, "run")
        );
    }
    for file in &report.unreadable {
        let first = format!("{} ", paint(BAD, "not read:"));
        let line = format!("{}: {}", file.file, file.why);
        let _ = writeln!(text, "{}", wrapped(&line, width, &first, "  "));
    }
    for note in &report.notes {
        let _ = writeln!(text, "{}", failure::note(note, width));
    }
    text.trim_end().to_owned() + "\n"
}

fn headline(report: &HistoryReport, width: usize) -> String {
    let days = match (report.from, report.until) {
        (Some(from), Some(until)) => format!(", from {} to {}", moment(from), moment(until)),
        _ => String::new(),
    };
    let sum = &report.summary;
    if report.runs.is_empty() {
        let text = format!(
            "{}. {} read{days}.",
            paint(BOLD, report.headline()),
            counted(sum.documents, "report")
        );
        return format!("{}\n\n", wrapped(&text, width, "", "  "));
    }
    let text = format!(
        "{}, of {} in {}. {} read{days}.",
        paint(BOLD, report.headline()),
        counted(sum.accounts, "account"),
        counted(sum.regions, "Region"),
        counted(sum.documents, "report"),
    );
    format!("{}\n\n", wrapped(&text, width, "", "  "))
}

fn told(chapter: &Chapter<'_>, scope: &Scope, width: usize) -> String {
    let run = chapter.run;
    let head = format!("{}  {}", moment(run.started), paint(BOLD, run.title()));
    let mut text = format!("{}\n", wrapped(&head, width, "", "    "));
    let provenance = run.provenance();
    if !provenance.is_empty() {
        let _ = writeln!(
            text,
            "{}",
            paint(DIM, wrapped(&provenance, width, "    ", "    "))
        );
    }
    for passage in &chapter.passages {
        text.push_str(&line(passage, run.started, scope, width));
    }
    text.push('\n');
    text
}

fn line(passage: &Passage, seen: Timestamp, scope: &Scope, width: usize) -> String {
    let (symbol, style, by) = match passage.by {
        Author::Elsewhere => ("!", BAD, "not by a run here: "),
        Author::Aws => ("~", CHANGE, "by AWS: "),
        Author::Run => ("+", GOOD, ""),
        Author::FirstSeen => ("·", DIM, "first seen: "),
    };
    let mut text = format!("{by}{}", passage.words);
    let places = passage.places();
    match places.is_empty() {
        true => {
            let _ = write!(text, ", in {}", scope.regions(&passage.regions));
        }
        false => {
            let places = places.into_iter().map(|(regions, accounts)| {
                let (accounts, regions) = (scope.accounts(&accounts), scope.regions(&regions));
                format!("{accounts} in {regions}")
            });
            let _ = write!(text, ": {}", grouping::listed(places));
        }
    }
    if passage.by != Author::Run {
        text.push_str(&when(passage, seen));
    }
    let requests = passage.request_ids.len();
    if (1..=MOST_REQUESTS).contains(&requests) {
        let _ = write!(
            text,
            " (request {})",
            grouping::listed(&passage.request_ids)
        );
    }
    let first = format!("  {} ", paint(style, symbol));
    format!("{}\n", wrapped(&text, width, &first, "    "))
}

/// The time of what no run did, as far as it is known.
fn when(passage: &Passage, seen: Timestamp) -> String {
    match passage.after {
        Some(after) => format!(", after {}", moment(after)),
        None if passage.first != passage.last => {
            format!(
                ", from {} to {}",
                moment(passage.first),
                moment(passage.last)
            )
        }
        None if passage.last != seen => format!(", at {}", moment(passage.last)),
        None => String::new(),
    }
}

/// A line for each change.
///
/// # Errors
///
/// None in practice: texts can be written to memory.
pub(crate) fn history_csv(report: &HistoryReport) -> Result<String> {
    let mut lines = csv::Writer::from_writer(Vec::new());
    lines.write_record([
        "at",
        "after",
        "account_id",
        "region",
        "what",
        "from",
        "to",
        "by",
        "run_id",
        "operation",
        "caller",
        "list",
        "list_version",
        "list_sha256",
        "uploader",
        "product_version",
        "request_ids",
        "name",
        "owner",
    ])?;
    let runs: BTreeMap<_, _> = report.runs.iter().map(|run| (&run.run_id, run)).collect();
    for change in &report.changes {
        lines.write_record(record(change, runs.get(&change.run_id).copied()))?;
    }
    csv_text(lines)
}

fn record(change: &Change, run: Option<&RunRecord>) -> [String; 19] {
    let origin = run.map(|run| &run.origin);
    let list = origin.and_then(|origin| origin.list.as_ref());
    let text = |text: Option<&str>| cell(text.unwrap_or_default());
    let (from, to) = match &change.what {
        What::Membership { from, to, .. } => {
            let point = |it: &Option<_>| {
                it.as_ref()
                    .map(|it: &fleet::history::Standpoint| it.as_str().to_owned())
            };
            (point(from), point(to))
        }
        What::Graph { from, to } => (
            from.as_ref().map(ToString::to_string),
            to.as_ref().map(ToString::to_string),
        ),
        What::Settings { .. } => (None, None),
    };
    [
        change.at.to_string(),
        change.after.map(|at| at.to_string()).unwrap_or_default(),
        change
            .account_id
            .map(|id| id.to_string())
            .unwrap_or_default(),
        cell(change.region.as_str()),
        cell(&change.what.words()),
        text(from.as_deref()),
        text(to.as_deref()),
        change.by.as_str().to_owned(),
        cell(&change.run_id),
        text(run.and_then(|run| run.operation.as_deref())),
        text(origin.and_then(|origin| origin.caller.as_deref())),
        text(list.map(|list| list.name.as_str())),
        text(list.and_then(|list| list.version.as_deref())),
        text(list.and_then(|list| list.sha256.as_deref())),
        text(
            list.and_then(|list| list.uploader.as_ref())
                .map(ToString::to_string)
                .as_deref(),
        ),
        text(origin.and_then(|origin| origin.product_version.as_deref())),
        cell(&grouping::listed(&change.request_ids)),
        text(change.name.as_deref()),
        text(change.owner.as_deref()),
    ]
}
