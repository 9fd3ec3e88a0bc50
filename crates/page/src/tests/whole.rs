//! Whole pages of what runs in a troubled world have written, in both languages. Their style and their scripts
//! are left out: `tests/page` looks at what becomes of these.
//!
//! `INSTA_UPDATE=always cargo one whole` writes the pages anew, to be read.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use fleet::cost::CostReport;
use fleet::history::{Journals, Teller, Unreadable};
use fleet::language::Language;
use fleet::report::{CheckReport, Ended, InvalidLine, PlanReport, Report, StatusReport};
use serde::de::DeserializeOwned;

use crate::{Paged, history, html};

macro_rules! written {
    ($name:literal) => {
        include_str!(concat!("documents/", $name, ".json"))
    };
}

fn read<T: DeserializeOwned>(document: &str) -> T {
    serde_json::from_str(document).unwrap()
}

/// What is said on the page: all but its style, its scripts, the sums of both, and the version of the build.
fn said(page: &str) -> String {
    let mut said = String::new();
    let mut left = page.replace(env!("CARGO_PKG_VERSION"), "VERSION");
    for (begin, end) in [
        ("Content-Security-Policy\" content=\"", "\""),
        ("<style>", "</style>"),
        ("<script>", "</script>"),
    ] {
        if let Some((before, after)) = left.split_once(begin) {
            let (_, after) = after.split_once(end).unwrap();
            write!(said, "{before}{begin}…{end}").unwrap();
            left = after.to_owned();
        }
    }
    said.push_str(&left);
    // The data in lines that can be compared.
    said.replace("],[", "],\n[").replace("},{", "},\n{")
}

fn snapshot(name: &str, document: &impl Paged) {
    for (suffix, language) in [("en", Language::English), ("ja", Language::Japanese)] {
        let page = said(&html(document, language).unwrap());
        insta::assert_snapshot!(format!("{name}-{suffix}"), page);
    }
}

#[test]
fn the_whole_page_of_a_plan() {
    snapshot("plan", &read::<PlanReport>(written!("plan")));
}

#[test]
fn the_whole_page_of_a_run() {
    snapshot("enable", &read::<Report>(written!("enable")));
}

#[test]
fn the_whole_page_of_a_run_that_was_ended() {
    let mut report: Report = read(written!("enable"));
    report.ended = Ended::Timeout;
    report.settled = false;
    report.error = Some("the credentials have expired".to_owned());
    report.regions.truncate(1);
    report.regions[0].error = Some("nobody is there".into());
    report.regions[0].changes = vec!["the behavior graph was made".to_owned()];
    report.regions[0].amiss = vec!["it has no tags".into()];
    report.header.invalid_lines = vec![InvalidLine {
        line: 7,
        reason: "this is no account id".to_owned(),
    }];
    snapshot("ended", &report);
}

#[test]
fn the_whole_page_of_a_removal() {
    snapshot("disable", &read::<Report>(written!("disable")));
}

#[test]
fn the_whole_page_of_a_status() {
    snapshot("status", &read::<StatusReport>(written!("status")));
}

#[test]
fn the_whole_page_of_a_check() {
    snapshot("check", &read::<CheckReport>(written!("check")));
}

#[test]
fn the_whole_page_of_costs() {
    snapshot("cost", &read::<CostReport>(written!("cost")));
}

#[test]
fn a_trial_is_spoken_of_where_there_is_one() {
    let mut report: CostReport = read(written!("cost"));
    assert!(report.document(Language::English).remark.is_some());
    report.summary.in_trial = 0;
    assert_eq!(report.document(Language::English).remark, None);
}

#[test]
fn the_whole_page_of_a_history() {
    let mut teller = Teller::new(Journals::default(), &BTreeSet::new());
    for document in [written!("enable"), written!("status"), written!("disable")] {
        teller.take(read(document));
    }
    let unreadable = vec![Unreadable {
        file: "reports/half.json".to_owned(),
        why: "it ends in the middle".to_owned(),
    }];
    let report = teller.tell(unreadable, Default::default());
    for (suffix, language) in [("en", Language::English), ("ja", Language::Japanese)] {
        let page = said(&history(&report, language).unwrap());
        insta::assert_snapshot!(format!("history-{suffix}"), page);
    }
}
