//! What is not as wanted, each thing once, with its accounts and Regions and what to do.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use fleet::account::{AccountId, Region};
use fleet::check::Level;
use fleet::label::Labels;
use fleet::report::{name_regions, troubles};

use crate::check;
use crate::document::{Area, Document};
use crate::mark::Tone;
use crate::text::{counted, visible};

/// The most accounts that are named in one place, and the most troubles in one section: the map has
/// all of them.
const MOST_ACCOUNTS: usize = 40;
const MOST_TROUBLES: usize = 100;

/// Troubles under one heading.
#[derive(Debug)]
pub(crate) struct Section {
    pub(crate) heading: String,
    pub(crate) tone: &'static str,
    pub(crate) troubles: Vec<Trouble>,
    /// How many more there are.
    pub(crate) more: usize,
}

/// One of them.
#[derive(Debug)]
pub(crate) struct Trouble {
    pub(crate) reason: String,
    /// How many memberships it costs, in words.
    pub(crate) extent: String,
    pub(crate) places: Vec<Place>,
    /// The first membership that has it: the script finds the others.
    pub(crate) example: Option<(String, String)>,
}

/// Accounts in Regions.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) regions: String,
    pub(crate) accounts: String,
}

/// All of them, the worst first.
pub(crate) fn sections(document: &Document) -> Vec<Section> {
    let all = document.regions();
    let mut sections = vec![of_run(document), of_regions(document, &all)];
    for tone in [Tone::Bad, Tone::Wait] {
        sections.push(of_memberships(document, &all, tone));
    }
    sections.push(of_lines(document));
    for level in [Level::Problem, Level::Advice, Level::Ok] {
        sections.push(of_findings(document, &all, level));
    }
    sections.retain(|section| !section.troubles.is_empty());
    sections
}

fn section(heading: &str, tone: Tone, mut troubles: Vec<Trouble>) -> Section {
    let more = troubles.len().saturating_sub(MOST_TROUBLES);
    troubles.truncate(MOST_TROUBLES);
    Section {
        heading: heading.to_owned(),
        tone: tone.class(),
        troubles,
        more,
    }
}

fn plain(reason: &str, extent: String) -> Trouble {
    Trouble {
        reason: visible(reason),
        extent,
        places: Vec::new(),
        example: None,
    }
}

fn of_run(document: &Document) -> Section {
    let error = document.error.iter();
    let troubles = error.map(|error| plain(error, "the whole run".to_owned()));
    section("What ended the run", Tone::Bad, troubles.collect())
}

/// A Region that failed as a whole is one thing, and so is what is amiss with a behavior graph.
fn of_regions(document: &Document, all: &BTreeSet<Region>) -> Section {
    let mut by_reason: BTreeMap<String, BTreeSet<Region>> = BTreeMap::new();
    for area in &document.areas {
        for reason in area.error.iter().chain(&area.amiss) {
            let reason = reason.replace(area.region.as_str(), "REGION");
            by_reason
                .entry(reason)
                .or_default()
                .insert(area.region.clone());
        }
    }
    let trouble = |(reason, regions): (String, BTreeSet<Region>)| {
        let reason = match regions.first() {
            Some(region) if regions.len() == 1 => reason.replace("REGION", region.as_str()),
            _ => reason,
        };
        let mut trouble = plain(&reason, counted(regions.len() as u64, "Region"));
        trouble.places.push(Place {
            regions: visible(&name_regions(&regions, all)),
            accounts: String::new(),
        });
        trouble
    };
    let troubles = by_reason.into_iter().map(trouble).collect();
    section("Regions in trouble", Tone::Bad, troubles)
}

fn of_memberships(document: &Document, all: &BTreeSet<Region>, tone: Tone) -> Section {
    // Where the Region failed as a whole, that was said already.
    let own = |area: &&Area| area.error.is_none() || tone != Tone::Bad;
    let without_words: Arc<str> = "no reason was given".into();
    let cells = document.areas.iter().filter(own).flat_map(|area| {
        let cells = area.cells.iter();
        cells.map(move |cell| (area, cell))
    });
    let items = cells
        .filter(|(_, cell)| document.mark(cell).tone == tone)
        .map(|(area, cell)| {
            let reason = cell.reason.as_deref().or(document.mark(cell).advice);
            (cell.account, &area.region, reason.unwrap_or(&without_words))
        });
    let troubles = troubles(items)
        .into_iter()
        .map(|it| trouble(&it, all, &document.header.labels));
    let heading = match (tone, document.header.kind.as_str()) {
        (Tone::Bad, "status") => "In trouble",
        (Tone::Bad, _) => "Not as wanted",
        (_, "run") => "Waiting for AWS",
        _ => "Not finished",
    };
    section(heading, tone, troubles.collect())
}

fn trouble(trouble: &fleet::report::Trouble, all: &BTreeSet<Region>, labels: &Labels) -> Trouble {
    let accounts: BTreeSet<_> = trouble.memberships.iter().map(|(id, _)| id).collect();
    let memberships = counted(trouble.memberships.len() as u64, "membership");
    let places = trouble
        .places()
        .into_iter()
        .map(|(regions, accounts)| Place {
            regions: visible(&name_regions(&regions, all)),
            accounts: name_accounts(&accounts, labels),
        });
    let example = trouble.memberships.first();
    Trouble {
        reason: visible(&trouble.reason),
        extent: format!(
            "{memberships} of {}",
            counted(accounts.len() as u64, "account")
        ),
        places: places.collect(),
        example: example.map(|(id, region)| (id.to_string(), visible(region.as_str()))),
    }
}

fn of_findings(document: &Document, all: &BTreeSet<Region>, level: Level) -> Section {
    let findings = document.findings.iter().filter(|it| it.level == level);
    let troubles = findings.map(|finding| {
        let mut trouble = plain(&check::words(finding), finding.topic.to_string());
        if !finding.accounts.is_empty() || !finding.regions.is_empty() {
            let regions = finding.regions.iter().cloned().collect();
            trouble.places.push(Place {
                regions: visible(&name_regions(&regions, all)),
                // Where all is as it should be, nobody looks for a certain account.
                accounts: match (level, finding.accounts.len()) {
                    (Level::Ok, n @ 4..) => counted(n as u64, "account"),
                    _ => name_accounts(&finding.accounts, &document.header.labels),
                },
            });
        }
        trouble
    });
    let (heading, tone) = check::heading(level);
    section(heading, tone, troubles.collect())
}

fn name_accounts(ids: &[AccountId], labels: &Labels) -> String {
    let named: Vec<_> = ids
        .iter()
        .take(MOST_ACCOUNTS)
        .map(|id| visible(&labels.account_and_line(*id)))
        .collect();
    let mut text = named.join(", ");
    if ids.len() > MOST_ACCOUNTS {
        let more = counted((ids.len() - MOST_ACCOUNTS) as u64, "account");
        text.push_str(&format!(" and {more} more"));
    }
    text
}

fn of_lines(document: &Document) -> Section {
    let lines = document.header.invalid_lines.iter();
    let troubles = lines.map(|it| plain(&it.reason, format!("line {}", it.line)));
    section(
        "Lines of the list that could not be used",
        Tone::Bad,
        troubles.collect(),
    )
}
