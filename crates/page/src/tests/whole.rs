//! Whole pages of what runs in a troubled world have written, in both languages. Their style and their scripts
//! are left out: `tests/page` looks at what becomes of these.
//!
//! `INSTA_UPDATE=always cargo one whole` writes the pages anew, to be read.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use fleet::cost::CostReport;
use fleet::history::{Journals, Teller, Unreadable};
use fleet::language::Language;
use fleet::member::MemberStatus;
use fleet::report::{
    CheckReport, Ended, InvalidLine, Outcome, PlanReport, PlanSummary, Report, StatusReport,
};
use pretty_assertions::assert_eq;
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

fn invalid_line() -> InvalidLine {
    InvalidLine {
        line: 7,
        reason: "this is no account id".to_owned(),
    }
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
    report.header.invalid_lines = vec![invalid_line()];
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
fn the_headline_of_a_plan_counts_every_change_and_says_what_is_in_the_way() {
    let nothing = PlanSummary::default();
    let all = PlanSummary {
        invite: 1,
        accept: 2,
        repair: 4,
        wait: 8,
        remove: 16,
        start: 32,
        ..nothing
    };
    let blocked = PlanSummary { blocked: 2, ..all };
    let graphs = PlanSummary {
        create_graphs: 1,
        ..nothing
    };
    let headline = |summary: PlanSummary, bad_line: bool| {
        let mut report: PlanReport = read(written!("plan"));
        report.regions.clear();
        report.summary = summary;
        if bad_line {
            report.header.invalid_lines = vec![invalid_line()];
        }
        report.document(Language::English).headline
    };
    for (headline, expected) in [
        (headline(nothing, false), "Nothing would change"),
        (headline(all, false), "63 memberships would change"),
        (headline(graphs, false), "Behavior graphs would change"),
        (
            headline(blocked, false),
            "63 memberships would change; 2 memberships cannot be as wanted",
        ),
        (
            headline(all, true),
            "63 memberships would change, and something needs attention",
        ),
    ] {
        assert_eq!(headline, expected);
    }
}

#[test]
fn a_region_of_a_status_is_partial_where_something_needs_action_and_else_on() {
    let mut report: StatusReport = read(written!("status"));
    let state = |report: &StatusReport| report.document(Language::English).areas[0].state.0;
    assert_eq!(state(&report), "partial");
    report.regions[0]
        .members
        .retain(|it| it.status == Some(MemberStatus::Enabled));
    assert_eq!(state(&report), "on");
}

#[test]
fn what_waits_is_under_a_heading_of_its_own() {
    let mut report: Report = read(written!("enable"));
    report.regions[0].members[0].outcome = Outcome::Waiting;
    let page = html(&report, Language::English).unwrap();
    assert!(page.contains("<h2>Needs action</h2>"), "{page}");
    assert!(page.contains("<h2>Waiting for AWS</h2>"), "{page}");
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
