//! Documents of made-up days, and what is told of them.

mod edges;
mod languages;

use pretty_assertions::assert_eq;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

const ADMINISTRATOR: &str = "555555555555";

fn day(day: u32) -> String {
    format!("2026-01-{day:02}T06:00:00Z")
}

/// The end of a run of that day.
fn evening(day: u32) -> String {
    format!("2026-01-{day:02}T06:05:00Z")
}

fn status(on: u32, members: &[Value]) -> Value {
    json!({
        "version": 1, "kind": "status", "operation": "status", "run_id": format!("status-{on}"),
        "administrator": ADMINISTRATOR, "started": day(on), "invalid_lines": [], "notes": [],
        "summary": {}, "calls": {}, "added in version 9": [{}],
        "regions": [{ "region": "eu-west-1", "graph_arn": "arn:1", "error": null, "members": members }],
    })
}

fn run(on: u32, changes: &[&str], members: &[Value]) -> Value {
    json!({
        "version": 1, "kind": "run", "operation": "enable", "run_id": format!("run-{on}"),
        "administrator": ADMINISTRATOR, "started": day(on), "finished": evening(on),
        "ended": "complete", "settled": true, "caller": "arn:aws:iam::555555555555:user/jo",
        "regions": [{ "region": "eu-west-1", "graph_arn": "arn:1", "error": null,
                      "state": "settled", "changes": changes, "members": members }],
    })
}

fn now(id: u8, status: &str) -> Value {
    let status = (status != "NO_MEMBER").then_some(status);
    json!({ "account_id": format!("{id:012}"), "status": status, "in_roster": true })
}

fn reached(id: u8, before: &str, status: &str, outcome: &str, done: Value) -> Value {
    let mut member = now(id, status);
    member["before"] = json!((before != "NO_MEMBER").then_some(before));
    member["outcome"] = json!(outcome);
    member["done"] = done;
    member
}

fn told_with(journal: &[Value], documents: &[Value]) -> HistoryReport {
    let mut journals = Journals::default();
    for line in journal {
        journals.take(serde_json::from_value(line.clone()).unwrap());
    }
    let pasts = documents
        .iter()
        .map(|it| serde_json::from_value::<Past>(it.clone()).unwrap());
    let mut pasts: Vec<_> = pasts.collect();
    pasts.sort_by_key(|past| past.started);
    let ids: Vec<_> = pasts.iter().map(|past| past.run_id.clone()).collect();
    let reported = ids.iter().map(String::as_str).collect();
    let mut teller = Teller::new(journals, &reported);
    for past in pasts {
        teller.take(past);
    }
    teller.tell(Vec::new(), Origin::default())
}

fn told(documents: &[Value]) -> HistoryReport {
    told_with(&[], documents)
}

/// Each change as a line: time, account, from, to, deeds, author, run.
fn lines(report: &HistoryReport) -> Vec<String> {
    let point = |it: &Option<Standpoint>| it.as_ref().map_or("?".to_owned(), ToString::to_string);
    let line = |it: &Change| {
        let who = it
            .account_id
            .map_or("graph".to_owned(), |id| id.to_string());
        let what = match &it.what {
            What::Membership { from, to, deeds } => {
                format!("{} -> {} {deeds:?}", point(from), point(to))
            }
            What::Graph { from, to } => format!(
                "{} -> {}",
                from.as_ref().map_or("-", |it| it.as_str()),
                to.as_ref().map_or("-", |it| it.as_str())
            ),
            What::Settings { change } => change.clone(),
        };
        let after = it.after.map_or(String::new(), |at| {
            format!("{} to ", at.strftime("%d %H:%M"))
        });
        let at = it.at.strftime("%d %H:%M");
        let (by, run) = (it.by.as_str(), &it.run_id);
        format!(
            "{after}{at} {} {what} {by} {run}",
            who.trim_start_matches('0')
        )
    };
    report.changes.iter().map(line).collect()
}

#[test]
fn what_a_run_did_is_told_with_its_deeds_and_its_requests() {
    let done = json!({ "invited": "2026-01-02T06:01:00Z", "accepted": "2026-01-02T06:02:00Z" });
    let member = reached(1, "NO_MEMBER", "ENABLED", "enabled", done);
    let line = |operation: &str, number: u64, request: &str, account: &str, members: &[&str]| {
        json!({ "time": "2026-01-02T06:01:00Z", "run": "run-2", "region": "eu-west-1",
                "number": number, "when": "after", "operation": operation, "account": account,
                "members": members, "answers": 1, "request_id": request, "outcome": "ok" })
    };
    let journal = [
        line(
            "detective:CreateMembers",
            2,
            "r-1",
            ADMINISTRATOR,
            &["000000000001"],
        ),
        line("detective:AcceptInvitation", 4, "r-2", "000000000001", &[]),
    ];
    let report = told_with(&journal, &[status(1, &[]), run(2, &[], &[member])]);
    assert_eq!(
        lines(&report),
        [
            "01 06:00 graph - -> arn:1 first_seen status-1",
            "02 06:02 1 no member -> ENABLED [Invited, Accepted] run run-2",
        ]
    );
    let requests: Vec<_> = report.changes[1]
        .request_ids
        .iter()
        .map(|it| &**it)
        .collect();
    assert_eq!(requests, ["r-1", "r-2"]);
    assert_eq!(report.runs[1].changes, 1);
    assert_eq!(
        report.runs[1].origin.caller.as_deref(),
        Some("arn:aws:iam::555555555555:user/jo")
    );
}

#[test]
fn what_no_run_did_is_a_gap_between_two_documents() {
    let mut back = now(3, "ENABLED");
    back["updated"] = json!("2026-01-01T12:00:00Z");
    let report = told(&[
        status(
            1,
            &[
                now(1, "ENABLED"),
                now(2, "VERIFICATION_IN_PROGRESS"),
                now(3, "ENABLED"),
            ],
        ),
        status(3, &[now(1, "NO_MEMBER"), now(2, "INVITED"), back]),
    ]);
    assert_eq!(
        lines(&report)[4..],
        [
            "01 12:00 3 ENABLED -> ENABLED [] elsewhere status-3",
            "01 06:00 to 03 06:00 1 ENABLED -> no member [] elsewhere status-3",
            "01 06:00 to 03 06:00 2 VERIFICATION_IN_PROGRESS -> INVITED [] aws status-3",
        ]
    );
    let sum = report.summary;
    assert_eq!(
        (sum.first_seen, sum.elsewhere, sum.by_aws, sum.by_run),
        (4, 2, 1, 0)
    );
}

#[test]
fn what_was_not_looked_at_is_no_change() {
    let mut failed = run(
        2,
        &[],
        &[reached(1, "NO_MEMBER", "NO_MEMBER", "failed", json!({}))],
    );
    failed["regions"][0]["error"] = json!("no answer");
    failed["regions"][0]["graph_arn"] = json!(null);
    let skipped = reached(1, "NO_MEMBER", "NO_MEMBER", "skipped", json!({}));
    let waiting = reached(1, "NO_MEMBER", "NO_MEMBER", "waiting", json!({}));
    let report = told(&[
        status(1, &[now(1, "ENABLED")]),
        failed,
        run(3, &[], &[skipped]),
        run(4, &[], &[waiting]),
        status(5, &[now(1, "ENABLED")]),
    ]);
    assert_eq!(report.changes.len(), 2, "{:?}", lines(&report));
}

#[test]
fn a_graph_that_is_another_one_is_told_and_so_are_its_settings() {
    let mut gone = status(2, &[]);
    gone["regions"][0]["graph_arn"] = json!(null);
    let mut made = run(3, &["graph created", "tags set"], &[]);
    made["regions"][0]["graph_arn"] = json!("arn:2");
    let mut again = run(4, &["graph created"], &[]);
    again["regions"][0]["graph_arn"] = json!("arn:3");
    let mut end = run(5, &["graph deleted"], &[]);
    end["regions"][0]["graph_arn"] = json!(null);
    let report = told(&[status(1, &[]), gone, made, again, end]);
    assert_eq!(
        lines(&report),
        [
            "01 06:00 graph - -> arn:1 first_seen status-1",
            "01 06:00 to 02 06:00 graph arn:1 -> - elsewhere status-2",
            "03 06:05 graph - -> arn:2 run run-3",
            "03 06:05 graph tags set run run-3",
            "03 06:05 to 04 06:00 graph arn:2 -> - elsewhere run-4",
            "04 06:05 graph - -> arn:3 run run-4",
            "05 06:05 graph arn:3 -> - run run-5",
        ]
    );
}

#[test]
fn a_run_that_was_killed_is_known_by_its_journal() {
    let line = |when: &str, number: u64, outcome: Value| {
        json!({ "time": "2026-01-02T06:01:00Z", "run": "killed", "region": "eu-west-1",
                "number": number, "when": when, "operation": "detective:DeleteMembers",
                "account": ADMINISTRATOR, "members": ["000000000001", "000000000002"],
                "left_out": ["000000000002"], "outcome": outcome, "product_version": "1.2.3" })
    };
    let journal = [
        line("before", 1, json!(null)),
        line("after", 2, json!("ok")),
        line("before", 3, json!(null)),
    ];
    let both = |one: &str| [now(1, one), now(2, "ENABLED")];
    let documents = [status(1, &both("ENABLED")), status(3, &both("NO_MEMBER"))];
    let report = told_with(&journal, &documents);
    assert_eq!(
        lines(&report)[3..],
        ["02 06:01 1 ENABLED -> no member [Removed] run killed"]
    );
    assert_eq!(
        report.notes,
        [
            "run killed has a journal and no report: it was killed, or its report is not here; the answer to 1 request was never heard"
        ]
    );
    assert_eq!(
        report.runs[1].origin.product_version.as_deref(),
        Some("1.2.3")
    );
}

#[test]
fn two_administrators_are_two_stories() {
    let mut other = status(2, &[now(1, "NO_MEMBER")]);
    other["administrator"] = json!("666666666666");
    let report = told(&[status(1, &[now(1, "ENABLED")]), other]);
    assert_eq!(report.summary.elsewhere, 0, "{:?}", lines(&report));
    assert_eq!(report.administrators.len(), 2);
}

#[test]
fn a_part_has_the_accounts_regions_and_days_that_were_asked_for() {
    let done = json!({ "removed": "2026-01-02T06:01:00Z" });
    let report = told(&[
        status(1, &[now(1, "ENABLED"), now(2, "ENABLED")]),
        run(
            2,
            &[],
            &[reached(1, "ENABLED", "NO_MEMBER", "removed", done)],
        ),
    ]);
    let part = |filter: HistoryFilter| report.clone().only(&filter);
    let of_one = part(HistoryFilter {
        accounts: vec!["*1".parse().unwrap()],
        since: Some("2026-01-02T00:00:00Z".parse().unwrap()),
        ..HistoryFilter::default()
    });
    assert_eq!(
        lines(&of_one),
        ["02 06:01 1 ENABLED -> no member [Removed] run run-2"]
    );
    assert_eq!((of_one.summary.by_run, of_one.summary.first_seen), (1, 0));
    assert_eq!(of_one.runs.len(), 1);
    let nowhere = part(HistoryFilter {
        accounts: vec!["999999999999".parse().unwrap()],
        ..HistoryFilter::default()
    });
    assert_eq!(nowhere.changes, []);
    assert_eq!(
        nowhere.notes,
        ["no report or journal here speaks of 999999999999"]
    );
    let elsewhere = part(HistoryFilter {
        regions: [Region::new("us-east-1")].into(),
        ..HistoryFilter::default()
    });
    assert_eq!(elsewhere.changes, []);
    assert_eq!(part(HistoryFilter::default()), report);
}

#[test]
fn what_is_alike_is_said_once_in_the_chapter_of_its_run() {
    let done = || json!({ "invited": "2026-01-02T06:01:00Z" });
    let invited = |id| reached(id, "NO_MEMBER", "INVITED", "failed", done());
    let report = told(&[
        status(1, &[now(1, "NO_MEMBER")]),
        run(2, &[], &[invited(1), invited(2)]),
        status(3, &[now(1, "INVITED"), now(2, "ENABLED")]),
        status(4, &[now(1, "INVITED"), now(2, "ENABLED")]),
    ]);
    let chapters = report.chapters();
    let told: Vec<_> = chapters
        .iter()
        .flat_map(|chapter| {
            let passages = chapter.passages.iter();
            passages.map(|it| (chapter.run.title(), it.words.clone(), it.memberships.len()))
        })
        .collect();
    let of = |run: &str, words: &str, n| (run.to_owned(), words.to_owned(), n);
    assert_eq!(
        told,
        [
            of("status status-1", "there is a behavior graph", 0),
            of("enable run-2", "no member → INVITED (invited)", 2),
            of("status status-3", "INVITED → ENABLED", 1),
        ]
    );
    assert_eq!(
        report.headline(),
        "3 changes: 2 by runs, 1 by no run whose report is here"
    );
}

#[test]
fn what_a_document_says_is_made_harmless() {
    let tags = "tags set: \u{1b}[2J, root@example.com";
    let mut hostile = run(2, &[tags], &[now(1, "NEW\u{202e}root@example.com")]);
    let name = "root@example.com\n";
    for field in ["caller", "product_version", "operation", "ended", "error"] {
        hostile[field] = json!(name);
    }
    let (digest, made) = ("root@example.com", evening(1));
    hostile["plan"] = json!({ "name": name, "digest": digest, "made": made, "planner": name });
    hostile["regions"][0]["graph_arn"] = json!("arn:root@example.com");
    hostile["approval"] = json!({ "principal": name, "at": made, "sha256": digest });
    hostile["labels"] =
        json!({ "000000000001": { "name": "\u{1b}]0;x", "owner": name, "line": 1 } });
    let report = told(&[hostile]);
    let text = serde_json::to_string(&report).unwrap();
    for bad in ["\\u001b", "\u{202e}", "root@", "\\n"] {
        assert!(!text.contains(bad), "{bad}: {text}");
    }
    assert!(text.contains("r***@example.com"), "{text}");
}

proptest! {
    /// Whatever happened: from one change of a membership to the next the story is whole, and the
    /// four counts add up to all changes.
    #[test]
    fn a_story_has_no_hole(days in prop::collection::vec((0..4_usize, 0..4_usize, 0..3_u8), 1..12)) {
        const ALL: [&str; 4] = ["NO_MEMBER", "INVITED", "ENABLED", "VERIFICATION_IN_PROGRESS"];
        let document = |(day, (before, after, kind)): (usize, &(usize, usize, u8))| {
            let (before, after) = (ALL[*before], ALL[*after]);
            let on = day as u32 + 1;
            match kind {
                0 => status(on, &[now(1, after)]),
                1 => run(on, &[], &[reached(1, before, after, "enabled", json!({}))]),
                _ => {
                    let done = json!({ "invited": evening(on) });
                    run(on, &[], &[reached(1, before, after, "enabled", done)])
                }
            }
        };
        let documents: Vec<_> = days.iter().enumerate().map(document).collect();
        let report = told(&documents);
        let of_one = report.changes.iter().filter(|it| it.account_id.is_some());
        let mut last: Option<Standpoint> = None;
        for change in of_one {
            let What::Membership { from, to, .. } = &change.what else { unreachable!() };
            if let (Some(last), Some(from)) = (&last, from) {
                prop_assert_eq!(last, from);
            }
            last.clone_from(to);
        }
        let (_, after, _) = days.last().unwrap();
        let end = last.unwrap_or(Standpoint::NoMember);
        prop_assert_eq!(end.as_str(), ALL[*after]);
        let sum = report.summary;
        let all = sum.by_run + sum.by_aws + sum.elsewhere + sum.first_seen;
        prop_assert_eq!(all, report.changes.len() as u64);
    }
}
