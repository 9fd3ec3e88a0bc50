//! What is not as wanted, each thing once, with its accounts and Regions and what to do.

use std::collections::BTreeSet;
use std::fmt::Display;

use fleet::account::{AccountId, Region};
use fleet::cause::{Cause, Told};
use fleet::check::{Finding, Level};
use fleet::language::Language;
use fleet::report::{name_regions_in, region_troubles_in, troubles};

use crate::check;
use crate::document::{Area, Document};
use crate::links::{self, Link};
use crate::mark::Tone;
use crate::text::visible;

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
    /// How many more there are, in words.
    pub(crate) more: Option<String>,
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

fn section(
    document: &Document,
    heading: &'static str,
    tone: Tone,
    mut troubles: Vec<ShownTrouble>,
) -> Section {
    let words = document.words;
    let more = troubles.len().saturating_sub(MOST_TROUBLES);
    troubles.truncate(MOST_TROUBLES);
    let more = (more > 0).then(|| {
        let text = "{0} more are on the map and in the JSON report.";
        words.fill(text, &[&more])
    });
    Section {
        heading: words.say(heading).to_owned(),
        tone: tone.class(),
        troubles,
        more,
    }
}

/// Some of all Regions, in the language of the page.
fn name_regions(document: &Document, some: &BTreeSet<Region>, all: &BTreeSet<Region>) -> String {
    visible(&name_regions_in(document.words.language, some, all))
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
    let whole = document.words.say("the whole run");
    let troubles = error.map(|error| plain(error, whole.to_owned()));
    section(
        document,
        "What ended the run",
        Tone::Bad,
        troubles.collect(),
    )
}

/// A Region that failed as a whole is one thing, and so is what is amiss with a behavior graph.
fn of_regions(document: &Document, all: &BTreeSet<Region>) -> Section {
    let areas = document.areas.iter();
    let causes = areas.flat_map(|area| {
        let causes = area.cause.iter().chain(&area.amiss);
        causes.map(|cause| (&area.region, cause.clone()))
    });
    let words = document.words;
    let troubles = region_troubles_in(words.language, causes);
    let troubles = troubles.into_iter().map(|(told, regions)| {
        let extent = words.counted(regions.len() as u64, "Region");
        let places = vec![Place {
            regions: name_regions(document, &regions, all),
            accounts: String::new(),
        }];
        ShownTrouble {
            links: links::of_regions(words, &regions),
            ..of_cause(document, &told, extent, places)
        }
    });
    section(
        document,
        "Regions that need action",
        Tone::Bad,
        troubles.collect(),
    )
}

fn of_cause(document: &Document, told: &Told, extent: String, places: Vec<Place>) -> ShownTrouble {
    let told = told.clone().within(&document.header.origin);
    let command = told.command.as_ref().map(ToString::to_string);
    ShownTrouble {
        what: visible(&told.what),
        why: told.why.as_deref().map(visible),
        todo: told.todo.as_deref().map(visible),
        command: command.as_deref().map(visible),
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
            let cause =
                cause.unwrap_or_else(|| Cause::other(document.words.say("no reason was given")));
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
    section(document, heading, tone, troubles.collect())
}

fn trouble(
    trouble: &fleet::report::Trouble,
    document: &Document,
    all: &BTreeSet<Region>,
) -> ShownTrouble {
    let words = document.words;
    let memberships = words.counted(trouble.memberships.len() as u64, "membership");
    let accounts = words.counted(trouble.accounts() as u64, "account");
    let places = trouble.places().into_iter();
    let places = places.map(|(regions, accounts)| Place {
        regions: name_regions(document, &regions, all),
        accounts: name_accounts(document, &accounts),
    });
    let told = trouble.told_in(words.language, document.accounts().len());
    let extent = words.fill("{0} of {1}", &[&memberships, &accounts]);
    let example = trouble.memberships.first();
    let accounts: BTreeSet<_> = trouble.memberships.iter().map(|(id, _)| *id).collect();
    let regions: BTreeSet<_> = trouble
        .memberships
        .iter()
        .map(|(_, it)| it.clone())
        .collect();
    ShownTrouble {
        owners: owners(document, &accounts),
        links: links::of_accounts(words, &trouble.cause, &accounts, &regions),
        example: example.map(|(id, region)| (id.to_string(), visible(region.as_str()))),
        ..of_cause(document, &told, extent, places.collect())
    }
}

fn of_findings(document: &Document, all: &BTreeSet<Region>, level: Level) -> Section {
    let findings = document.findings.iter().filter(|it| it.level == level);
    let words = document.words;
    let troubles = findings.map(|finding| {
        let (what, todo) = told(document, finding);
        let mut trouble = plain(&what, words.say(finding.topic.as_str()).to_owned());
        trouble.todo = todo.as_deref().map(visible);
        trouble.command = finding.command.as_deref().map(visible);
        if !finding.accounts.is_empty() || !finding.regions.is_empty() {
            let regions = finding.regions.iter().cloned().collect();
            trouble.places.push(Place {
                regions: name_regions(document, &regions, all),
                // Where all is as it should be, nobody looks for a certain account.
                accounts: match (level, finding.accounts.len()) {
                    (Level::Ok, n @ 4..) => words.counted(n as u64, "account"),
                    _ => name_accounts(document, &finding.accounts),
                },
            });
        }
        trouble
    });
    let (heading, tone) = check::heading(level);
    section(document, heading, tone, troubles.collect())
}

/// What was found, and what to do about it. A document has that in English, and the cause as data beside it.
fn told(document: &Document, finding: &Finding) -> (String, Option<String>) {
    let (language, origin) = (document.words.language, &document.header.origin);
    let todo = finding.todo.as_deref();
    let Some(cause) = finding
        .cause
        .as_ref()
        .filter(|_| language != Language::English)
    else {
        let todo = todo.map(|it| language.retell(it));
        return (language.retell(&finding.what), todo);
    };
    let some = fleet::cause::Place::among(&finding.accounts, &finding.regions);
    let everybody = some.clone().out_of(finding.accounts.len());
    // Where it is not the cause that says what to do, it is a sentence of the check.
    let of_the_cause = [&some, &everybody].into_iter();
    let mut of_the_cause =
        of_the_cause.filter(|place| cause.told(place).within(origin).todo.as_deref() == todo);
    let todo = match of_the_cause.next() {
        Some(place) => cause.told_in(language, place).within(origin).todo,
        None => todo.map(|it| language.retell(it)),
    };
    (cause.told_in(language, &some).what_and_why(), todo)
}

/// Who is responsible for the accounts, each once; none where the list does not say.
fn owners(document: &Document, accounts: &BTreeSet<AccountId>) -> Option<String> {
    let labels = &document.header.labels;
    let owners = accounts.iter().filter_map(|id| labels.owner(*id));
    let owners: BTreeSet<_> = owners.map(|it| visible(it)).collect();
    let more = owners.len().saturating_sub(MOST_OWNERS);
    let named: Vec<_> = owners.into_iter().take(MOST_OWNERS).collect();
    let more = (more > 0).then(|| and_more(document, &more));
    (!named.is_empty()).then(|| named.join(", ") + &more.unwrap_or_default())
}

/// So many more than are named.
fn and_more(document: &Document, more: &dyn Display) -> String {
    format!(" {}", document.words.fill("and {0} more", &[more]))
}

fn name_accounts(document: &Document, ids: &[AccountId]) -> String {
    let (words, labels) = (document.words, &document.header.labels);
    let named: Vec<_> = ids
        .iter()
        .take(MOST_ACCOUNTS)
        .map(|id| visible(&labels.account_and_line_in(words.language, *id)))
        .collect();
    let mut text = named.join(", ");
    if ids.len() > MOST_ACCOUNTS {
        let more = words.counted((ids.len() - MOST_ACCOUNTS) as u64, "account");
        text.push_str(&and_more(document, &more));
    }
    text
}

fn of_lines(document: &Document) -> Section {
    let lines = document.header.invalid_lines.iter();
    let words = document.words;
    let troubles = lines.map(|it| {
        let line = words.fill("line {0}", &[&it.line]);
        plain(&words.language.retell(&it.reason), line)
    });
    section(
        document,
        "Lines of the list that could not be used",
        Tone::Bad,
        troubles.collect(),
    )
}
