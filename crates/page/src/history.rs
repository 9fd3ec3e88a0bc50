//! What happened: run by run, with what each was made by, for whoever has to believe it.

use fleet::account::{AccountId, Region};
use fleet::history::{Author, Chapter, HistoryReport, Passage};
use fleet::language::Words;
use fleet::report::name_regions_in;
use std::collections::BTreeSet;

use crate::text::{number, visible};
use crate::words::moment;

/// The page, as the template has it.
#[derive(Debug)]
pub(crate) struct HistorySheet {
    pub(crate) headline: String,
    pub(crate) tone: &'static str,
    pub(crate) facts: Vec<Fact>,
    pub(crate) tiles: Vec<Tile>,
    pub(crate) chapters: Vec<ChapterSheet>,
    /// How many runs neither changed anything nor saw a change, in words.
    pub(crate) quiet: Option<String>,
    pub(crate) notes: Vec<String>,
}

/// What the page is about.
#[derive(Debug)]
pub(crate) struct Fact {
    pub(crate) name: &'static str,
    pub(crate) value: String,
}

/// A headline number.
#[derive(Debug)]
pub(crate) struct Tile {
    pub(crate) words: &'static str,
    pub(crate) text: String,
    pub(crate) tone: &'static str,
}

/// One run.
#[derive(Debug)]
pub(crate) struct ChapterSheet {
    pub(crate) at: String,
    pub(crate) title: String,
    pub(crate) provenance: String,
    pub(crate) passages: Vec<PassageSheet>,
}

/// The same thing, wherever it happened.
#[derive(Debug)]
pub(crate) struct PassageSheet {
    pub(crate) by: &'static str,
    pub(crate) tone: &'static str,
    pub(crate) words: String,
    pub(crate) places: Vec<String>,
    pub(crate) when: String,
    pub(crate) requests: String,
}

/// All Regions and accounts of the history.
struct Extent<'a> {
    report: &'a HistoryReport,
    words: Words,
    regions: BTreeSet<Region>,
    accounts: BTreeSet<AccountId>,
}

impl HistorySheet {
    pub(crate) fn of(report: &HistoryReport, words: Words) -> Self {
        let changes = report.changes.iter();
        let extent = Extent {
            report,
            words,
            regions: changes.clone().map(|it| it.region.clone()).collect(),
            accounts: changes.filter_map(|it| it.account_id).collect(),
        };
        let language = words.language;
        let chapters = report.chapters_in(language);
        let sum = &report.summary;
        let unread = report.unreadable.iter().map(|it| {
            let why = language.retell(&it.why);
            words.fill("Not read: {0}: {1}", &[&it.file, &why])
        });
        let quiet = report.runs.len() - chapters.len();
        let tile = |name, value, tone| tile(words, name, value, tone);
        Self {
            headline: report.headline_in(language),
            tone: if sum.elsewhere > 0 { "bad" } else { "calm" },
            facts: facts(words, report),
            tiles: vec![
                tile(
                    "changes by no run whose report is here",
                    sum.elsewhere,
                    "bad",
                ),
                tile("changes by AWS", sum.by_aws, "wait"),
                tile("changes by runs", sum.by_run, "new"),
                tile("memberships and graphs first seen", sum.first_seen, "calm"),
            ],
            quiet: (quiet > 0).then(|| {
                let quiet = words.counted(quiet as u64, "run");
                words.fill("{0} neither changed anything nor saw a change.", &[&quiet])
            }),
            chapters: chapters.iter().map(|it| chapter(it, &extent)).collect(),
            notes: unread
                .chain(report.notes.iter().map(|it| language.retell(it)))
                .map(|note| visible(&note))
                .collect(),
        }
    }
}

fn facts(words: Words, report: &HistoryReport) -> Vec<Fact> {
    let administrators: Vec<_> = report
        .administrators
        .iter()
        .map(ToString::to_string)
        .collect();
    let sum = &report.summary;
    let accounts = words.counted(sum.accounts, "account");
    let regions = words.counted(sum.regions, "Region");
    let extent = words.fill("{0} in {1}", &[&accounts, &regions]);
    let mut facts = vec![
        ("Administrator", administrators.join(", ")),
        ("In scope", extent),
        ("Told from", words.counted(sum.documents, "report")),
    ];
    facts.extend(report.from.map(|at| ("From", moment(words, at))));
    facts.extend(report.until.map(|at| ("To", moment(words, at))));
    facts
        .into_iter()
        .map(|(name, value)| Fact {
            name: words.say(name),
            value,
        })
        .collect()
}

fn tile(words: Words, name: &'static str, value: u64, tone: &'static str) -> Tile {
    Tile {
        words: words.say(name),
        text: number(value),
        tone: if value == 0 { "mute" } else { tone },
    }
}

fn chapter(chapter: &Chapter<'_>, extent: &Extent<'_>) -> ChapterSheet {
    let (run, words) = (chapter.run, extent.words);
    ChapterSheet {
        at: moment(words, run.started),
        title: visible(&run.title_in(words.language)),
        provenance: visible(&run.provenance_in(words.language)),
        passages: chapter
            .passages
            .iter()
            .map(|it| passage(it, extent))
            .collect(),
    }
}

fn passage(passage: &Passage, extent: &Extent<'_>) -> PassageSheet {
    let words = extent.words;
    let moment = |at| moment(words, at);
    let (by, tone) = match passage.by {
        Author::Elsewhere => ("not by a run here", "bad"),
        Author::Aws => ("AWS", "wait"),
        Author::Run => ("this run", "new"),
        Author::FirstSeen => ("first seen", "mute"),
    };
    let when = match passage.after {
        Some(after) => words.fill("after {0}", &[&moment(after)]),
        None if passage.first == passage.last => moment(passage.last),
        None => words.fill(
            "{0} to {1}",
            &[&moment(passage.first), &moment(passage.last)],
        ),
    };
    let places = passage.places();
    let places = match places.is_empty() {
        true => vec![extent.name_regions(&passage.regions)],
        false => places
            .iter()
            .map(|(regions, accounts)| {
                let regions = extent.name_regions(regions);
                format!("{}{}{regions}", extent.name(accounts), words.say(" in "))
            })
            .collect(),
    };
    let requests: Vec<_> = passage.request_ids.iter().map(|id| &**id).collect();
    PassageSheet {
        by: words.say(by),
        tone,
        words: visible(&passage.words),
        places,
        when,
        requests: requests.join(", "),
    }
}

impl Extent<'_> {
    fn name_regions(&self, regions: &BTreeSet<Region>) -> String {
        name_regions_in(self.words.language, regions, &self.regions)
    }

    fn name(&self, accounts: &[AccountId]) -> String {
        match self.accounts.len() {
            all if all > 3 && all == accounts.len() => self.words.fill("all {0} accounts", &[&all]),
            _ => {
                let labels = &self.report.labels;
                let names: Vec<_> = accounts.iter().map(|id| labels.account(*id)).collect();
                names.join(", ")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use fleet::history::{Journals, Past, Teller};
    use fleet::language::Language;
    use fleet::origin::Origin;

    fn told(by_day: &[(&str, u64)]) -> String {
        let mut teller = Teller::new(Journals::default(), &BTreeSet::new());
        for (day, (status, accounts)) in (1..).zip(by_day) {
            let members: Vec<_> = (1..=*accounts)
                .map(|n| serde_json::json!({ "account_id": format!("{n:012}"), "status": status }))
                .collect();
            let past = serde_json::json!({
                "operation": "status", "run_id": format!("r-{day}"), "administrator": "555555555555",
                "started": format!("2026-01-{day:02}T00:00:00Z"),
                "regions": [{ "region": "eu-west-1", "graph_arn": "arn:1", "members": members }],
            });
            teller.take(serde_json::from_value(past).unwrap());
        }
        let report = teller.tell(Vec::new(), Origin::default());
        crate::history(&report, Language::English).unwrap()
    }

    #[test]
    fn what_happened_to_all_accounts_is_said_of_all_where_they_are_more_than_three() {
        let page = told(&[("INVITED", 4), ("ENABLED", 4)]);
        assert!(page.contains("all 4 accounts in eu-west-1"), "{page}");
        let page = told(&[("INVITED", 3), ("ENABLED", 3)]);
        assert!(
            page.contains("000000000001, 000000000002, 000000000003 in eu-west-1"),
            "{page}"
        );
        // Some of them are named, however many there are.
        let page = told(&[("INVITED", 4), ("ENABLED", 3)]);
        assert!(
            page.contains("000000000001, 000000000002, 000000000003 in eu-west-1"),
            "{page}"
        );
    }

    #[test]
    fn runs_that_saw_nothing_are_counted() {
        let words = "neither changed anything nor saw a change";
        let page = told(&[("ENABLED", 1), ("ENABLED", 1)]);
        assert!(page.contains(&format!(">1 run {words}")), "{page}");
        assert!(page.contains("<h1 class=\"tone-calm\">"), "{page}");
        let page = told(&[("ENABLED", 1), ("ENABLED", 1), ("ENABLED", 1)]);
        assert!(page.contains(&format!(">2 runs {words}")), "{page}");
        let page = told(&[("ENABLED", 1), ("INVITED", 1)]);
        assert!(!page.contains(words), "{page}");
        assert!(page.contains("<h1 class=\"tone-bad\">"), "{page}");
    }

    #[test]
    fn the_page_of_a_history_says_who_did_what_and_escapes_it() {
        let document = |on: u32, status: &str| {
            serde_json::from_value::<Past>(serde_json::json!({
                "operation": "status", "run_id": format!("run<{on}>"),
                "administrator": "555555555555", "started": format!("2026-01-0{on}T00:00:00Z"),
                "caller": "arn:aws:iam::555555555555:user/<jo>",
                "list": { "name": "accounts.csv", "sha256": "0123456789abcdef" },
                "regions": [{ "region": "eu-west-1", "graph_arn": "arn:1",
                    "members": [{ "account_id": "111111111111", "status": status }] }],
            }))
            .unwrap()
        };
        let mut teller = Teller::new(Journals::default(), &BTreeSet::new());
        teller.take(document(1, "ENABLED"));
        teller.take(document(2, "INVITED"));
        let report = teller.tell(Vec::new(), Origin::of_version("1.2.3"));
        let page = crate::history(&report, Language::English).unwrap();
        for words in [
            "1 change: 0 by runs, 1 by no run whose report is here",
            "111111111111 in eu-west-1",
            "ENABLED → INVITED",
            "SHA-256 0123456789ab…",
            "user/&#60;jo&#62;",
            "after 1 January 2026, 00:00:00 UTC",
        ] {
            assert!(page.contains(words), "{words}: {page}");
        }
        assert!(!page.contains("run<"), "{page}");
    }
}
