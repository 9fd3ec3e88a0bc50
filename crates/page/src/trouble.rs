//! What is not as wanted, each thing once, with its accounts and Regions and what to do.

use std::collections::BTreeSet;

use fleet::account::{AccountId, Region};
use fleet::cause::{Cause, Told};
use fleet::check::Level;
use fleet::label::Labels;
use fleet::report::{name_regions, region_troubles, troubles};

use crate::check;
use crate::document::{Area, Document};
use crate::links::{self, Link};
use crate::mark::Tone;
use crate::text::{counted, visible};

/// The most accounts that are named in one place, and the most troubles in one section: the map has
/// all of them.
const MOST_ACCOUNTS: usize = 40;
const MOST_TROUBLES: usize = 100;
/// The most people who are named beside a cause.
const MOST_OWNERS: usize = 10;

/// Troubles under one heading.
#[derive(Debug)]
pub(crate) struct Section {
    pub(crate) heading: String,
    pub(crate) tone: &'static str,
    pub(crate) troubles: Vec<ShownTrouble>,
    /// How many more there are.
    pub(crate) more: usize,
}

/// One of them.
#[derive(Debug)]
pub(crate) struct ShownTrouble {
    /// What happened.
    pub(crate) what: String,
    /// Why, as far as anybody can tell.
    pub(crate) why: Option<String>,
    /// What to do about it.
    pub(crate) todo: Option<String>,
    /// The command for that.
    pub(crate) command: Option<String>,
    /// How many memberships it costs, in words.
    pub(crate) extent: String,
    pub(crate) places: Vec<Place>,
    /// Who is responsible for the accounts, as the list says.
    pub(crate) owners: Option<String>,
    pub(crate) links: Vec<Link>,
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

fn section(heading: &str, tone: Tone, mut troubles: Vec<ShownTrouble>) -> Section {
    let more = troubles.len().saturating_sub(MOST_TROUBLES);
    troubles.truncate(MOST_TROUBLES);
    Section {
        heading: heading.to_owned(),
        tone: tone.class(),
        troubles,
        more,
    }
}

fn plain(reason: &str, extent: String) -> ShownTrouble {
    ShownTrouble {
        what: visible(reason),
        why: None,
        todo: None,
        command: None,
        extent,
        places: Vec::new(),
        owners: None,
        links: Vec::new(),
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
    let areas = document.areas.iter();
    let causes = areas.flat_map(|area| {
        let causes = area.cause.iter().chain(&area.amiss);
        causes.map(|cause| (&area.region, cause.clone()))
    });
    let troubles = region_troubles(causes).into_iter().map(|(told, regions)| {
        let extent = counted(regions.len() as u64, "Region");
        let places = vec![Place {
            regions: visible(&name_regions(&regions, all)),
            accounts: String::new(),
        }];
        ShownTrouble {
            links: links::of_regions(&regions),
            ..of_cause(&told, extent, places)
        }
    });
    section("Regions that need action", Tone::Bad, troubles.collect())
}

fn of_cause(told: &Told, extent: String, places: Vec<Place>) -> ShownTrouble {
    ShownTrouble {
        what: visible(&told.what),
        why: told.why.as_deref().map(visible),
        todo: told.todo.as_deref().map(visible),
        command: told.command.as_deref().map(visible),
        extent,
        places,
        owners: None,
        links: Vec::new(),
        example: None,
    }
}

fn of_memberships(document: &Document, all: &BTreeSet<Region>, tone: Tone) -> Section {
    // Where the Region failed as a whole, that was said already.
    let own = |area: &&Area| area.error.is_none() || tone != Tone::Bad;
    let cells = document.areas.iter().filter(own).flat_map(|area| {
        let cells = area.cells.iter();
        cells.map(move |cell| (area, cell))
    });
    let items = cells
        .filter(|(_, cell)| document.mark(cell).tone == tone)
        .map(|(area, cell)| {
            let cause = document.cause(cell);
            let cause = cause.unwrap_or_else(|| Cause::other("no reason was given"));
            (cell.account, &area.region, cause)
        });
    let troubles = troubles(items)
        .into_iter()
        .map(|it| trouble(&it, document, all));
    let heading = match (tone, document.header.kind.as_str()) {
        (Tone::Bad, _) => "Needs action",
        (_, "run") => "Waiting for AWS",
        _ => "Not finished",
    };
    section(heading, tone, troubles.collect())
}

fn trouble(
    trouble: &fleet::report::Trouble,
    document: &Document,
    all: &BTreeSet<Region>,
) -> ShownTrouble {
    let memberships = counted(trouble.memberships.len() as u64, "membership");
    let accounts = counted(trouble.accounts() as u64, "account");
    let places = trouble.places().into_iter();
    let places = places.map(|(regions, accounts)| Place {
        regions: visible(&name_regions(&regions, all)),
        accounts: name_accounts(&accounts, &document.header.labels),
    });
    let told = trouble.told(document.accounts().len());
    let extent = format!("{memberships} of {accounts}");
    let example = trouble.memberships.first();
    let accounts: BTreeSet<_> = trouble.memberships.iter().map(|(id, _)| *id).collect();
    let regions: BTreeSet<_> = trouble
        .memberships
        .iter()
        .map(|(_, it)| it.clone())
        .collect();
    ShownTrouble {
        owners: owners(&accounts, &document.header.labels),
        links: links::of_accounts(&trouble.cause, &accounts, &regions),
        example: example.map(|(id, region)| (id.to_string(), visible(region.as_str()))),
        ..of_cause(&told, extent, places.collect())
    }
}

fn of_findings(document: &Document, all: &BTreeSet<Region>, level: Level) -> Section {
    let findings = document.findings.iter().filter(|it| it.level == level);
    let troubles = findings.map(|finding| {
        let mut trouble = plain(&finding.what, finding.topic.to_string());
        trouble.todo = finding.todo.as_deref().map(visible);
        trouble.command = finding.command.as_deref().map(visible);
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

/// Who is responsible for the accounts, each once; none where the list does not say.
fn owners(accounts: &BTreeSet<AccountId>, labels: &Labels) -> Option<String> {
    let owners = accounts.iter().filter_map(|id| labels.owner(*id));
    let owners: BTreeSet<_> = owners.map(|it| visible(it)).collect();
    let more = owners.len().saturating_sub(MOST_OWNERS);
    let named: Vec<_> = owners.into_iter().take(MOST_OWNERS).collect();
    let more = (more > 0).then(|| format!(" and {more} more"));
    (!named.is_empty()).then(|| named.join(", ") + &more.unwrap_or_default())
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
