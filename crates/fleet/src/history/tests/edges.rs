//! When something is said to have happened, by whom, and what is not said at all.

use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::{ADMINISTRATOR, lines, now, reached, run, status, told, told_with};
use crate::account::Region;
use crate::event::Deed;
use crate::history::past::PastMember;
use crate::history::{Head, HistoryFilter, Journals, Standpoint, What};

fn updated(mut member: Value, at: &str) -> Value {
    member["updated"] = json!(at);
    member
}

/// A line of the journal of a run that was killed.
pub(super) fn line(at: &str, operation: &str, account: &str, members: &[&str]) -> Value {
    json!({ "time": at, "run": "killed", "region": "eu-west-1", "number": 1, "when": "after",
            "operation": operation, "account": account, "members": members, "outcome": "ok" })
}

#[test]
fn what_was_there_already_is_told_since_when_aws_says_so() {
    let begun = "2025-12-31T12:00:00Z";
    let late = "2026-01-01T07:00:00Z";
    let done = json!({ "invited": "2026-01-01T06:01:00Z" });
    let of = |document: Value| {
        let told = lines(&told(&[document])).into_iter();
        let member = told.filter(|line| line.contains(" 1 ? -> "));
        member.collect::<Vec<_>>().remove(0)
    };
    let status = |at| of(status(1, &[updated(now(1, "ENABLED"), at)]));
    assert_eq!(
        status(begun),
        "31 12:00 1 ? -> ENABLED [] first_seen status-1"
    );
    assert!(status(late).starts_with("01 06:00 1 "));
    let unchanged = reached(1, "ENABLED", "ENABLED", "unchanged", json!({}));
    assert!(of(run(1, &[], &[updated(unchanged, begun)])).starts_with("31 12:00 1 "));
    // What a run has done to it says nothing of what was there before.
    let again = reached(1, "INVITED", "INVITED", "failed", done);
    let before = of(run(1, &[], &[updated(again, begun)]));
    assert_eq!(before, "01 06:00 1 ? -> INVITED [] first_seen run-1");
}

#[test]
fn a_time_that_is_not_between_two_looks_is_no_change() {
    for at in [
        "2025-12-31T12:00:00Z",
        "2026-01-01T06:00:00Z",
        "2026-01-04T00:00:00Z",
    ] {
        let seen = [now(1, "ENABLED"), updated(now(1, "ENABLED"), at)];
        let report = told(&[status(1, &seen[..1]), status(3, &seen[1..])]);
        assert_eq!(report.changes.len(), 2, "{at}: {:?}", lines(&report));
    }
    let report = told(&[
        status(1, &[now(1, "ENABLED")]),
        status(3, &[updated(now(1, "ENABLED"), "2026-01-03T06:00:00Z")]),
    ]);
    assert_eq!(report.changes.len(), 3, "up to the moment of the look");
}

#[test]
fn a_graph_that_the_first_document_made_or_ended_is_that_runs_doing() {
    let made = run(1, &["graph created"], &[]);
    assert_eq!(
        lines(&told(&[made])),
        ["01 06:05 graph - -> arn:1 run run-1"]
    );
    let mut ended = run(1, &["graph deleted"], &[]);
    ended["regions"][0]["graph_arn"] = json!(null);
    assert_eq!(lines(&told(&[ended])), ["01 06:05 graph - -> - run run-1"]);
    let mut nothing = status(1, &[]);
    nothing["regions"][0]["graph_arn"] = json!(null);
    assert_eq!(lines(&told(&[nothing])), [""; 0]);
}

#[test]
fn documents_are_counted_parts_are_noted_and_names_stay() {
    let mut named = status(1, &[now(1, "ENABLED")]);
    named["labels"] = json!({ "000000000001": { "name": "billing", "line": 1 } });
    let mut part = status(2, &[now(1, "INVITED")]);
    part["only"] = json!(["failed"]);
    let report = told(&[named.clone(), part]);
    assert_eq!(report.summary.documents, 2);
    let note = "1 of the documents show only some memberships (--only)";
    assert_eq!(report.notes, [note]);
    let names = report.changes.iter().filter_map(|it| it.name.as_deref());
    assert_eq!(names.collect::<Vec<_>>(), ["billing"; 2]);
    assert_eq!(told(&[named]).notes, [""; 0]);
}

#[test]
fn who_asked_is_told_by_what_is_done_in_the_administrators_name() {
    let other = "666666666666";
    let at = "2026-01-02T06:00:00Z";
    let report = told_with(
        &[
            line(at, "detective:CreateMembers", other, &["000000000001"]),
            line(
                at,
                "detective:StartMonitoringMember",
                other,
                &["000000000001"],
            ),
            line(at, "detective:AcceptInvitation", "000000000001", &[]),
        ],
        &[status(1, &[]), status(2, &[])],
    );
    // It began at the same moment as the second look, and stands before it.
    let ids: Vec<_> = report.runs.iter().map(|it| &*it.run_id).collect();
    assert_eq!(ids, ["status-1", "killed", "status-2"]);
    let administrator = report.runs[1].administrator.unwrap();
    assert_eq!(administrator.to_string(), other);
    let deeds = "02 06:00 1 ? -> ? [Invited, Started, Accepted] run killed";
    assert_eq!(lines(&report)[1..], [deeds]);
}

#[test]
fn a_journal_has_a_line_or_is_empty() {
    let mut journals = Journals::default();
    assert!(journals.is_empty());
    let line = line(
        "2026-01-02T06:00:00Z",
        "detective:CreateMembers",
        ADMINISTRATOR,
        &[],
    );
    journals.take(serde_json::from_value(line).unwrap());
    assert!(!journals.is_empty());
}

#[test]
fn reports_and_statuses_tell_and_plans_and_checks_do_not() {
    for (kind, tells) in [
        ("run", true),
        ("status", true),
        ("plan", false),
        ("check", false),
    ] {
        let head =
            json!({ "version": 1, "kind": kind, "run_id": "r", "started": "2026-01-02T06:00:00Z" });
        let head: Head = serde_json::from_value(head).unwrap();
        assert_eq!(head.tells(), tells, "{kind}");
    }
}

#[test]
fn a_membership_was_looked_at_where_anything_of_it_was_seen_or_done() {
    let nothing = || reached(1, "NO_MEMBER", "NO_MEMBER", "waiting", json!({}));
    let looked = |member: Value| {
        let member: PastMember = serde_json::from_value(member).unwrap();
        member.was_looked_at(true)
    };
    assert!(!looked(nothing()));
    let done = json!({ "removed": "2026-01-02T06:01:00Z" });
    for (field, value) in [
        ("status", json!("ENABLED")),
        ("before", json!("ENABLED")),
        ("done", done),
    ] {
        let mut member = nothing();
        member[field] = value;
        assert!(looked(member), "{field}");
    }
}

#[test]
fn a_part_ends_before_its_last_moment_and_a_region_that_is_there_is_not_noted() {
    let report = told(&[
        status(1, &[now(1, "ENABLED")]),
        status(2, &[now(1, "NO_MEMBER")]),
    ]);
    let until = |at: &str| {
        let filter = HistoryFilter {
            until: Some(at.parse().unwrap()),
            regions: [Region::new("eu-west-1")].into(),
            ..HistoryFilter::default()
        };
        let part = report.clone().only(&filter);
        assert_eq!(part.notes, [""; 0]);
        (part.changes.len(), part.runs.len())
    };
    assert_eq!(until("2026-01-02T06:00:00Z"), (2, 1));
    assert_eq!(until("2026-01-02T06:00:01Z"), (3, 2));
}

#[test]
fn the_headline_says_how_many_changes_there_were_and_by_whom() {
    let done = json!({ "removed": "2026-01-02T06:01:00Z" });
    let verified = status(1, &[now(1, "ENABLED"), now(2, "VERIFICATION_IN_PROGRESS")]);
    let removed = reached(1, "ENABLED", "NO_MEMBER", "removed", done);
    let invited = reached(2, "INVITED", "INVITED", "unchanged", json!({}));
    let run = run(2, &[], &[removed, invited]);
    let report = told(&[verified.clone(), run.clone()]);
    assert_eq!(report.headline(), "2 changes: 1 by runs, 1 by AWS");
    let more = status(3, &[now(1, "ENABLED"), now(2, "NO_MEMBER")]);
    let all = told(&[verified.clone(), run, more]);
    assert_eq!(
        all.headline(),
        "4 changes: 1 by runs, 1 by AWS, 2 by no run whose report is here"
    );
    assert_eq!(told(&[verified]).headline(), "Nothing changed");
    let nothing = "No report or journal here is of that time: nothing is known of it";
    assert_eq!(told(&[]).headline(), nothing);
    let chapters = all.chapters();
    let places = chapters.last().unwrap().passages[0].places();
    let [(regions, accounts)] = &places[..] else {
        panic!("{places:?}")
    };
    assert_eq!((regions.len(), accounts.len()), (1, 1));
}

#[test]
fn a_run_says_who_made_it_by_which_list_and_how_it_ended() {
    let provenance = |bend: fn(&mut Value)| {
        let mut run = run(1, &[], &[]);
        run["product_version"] = json!("1.2.3");
        bend(&mut run);
        told(&[run]).runs[0].provenance()
    };
    let by = "by arn:aws:iam::555555555555:user/jo";
    let whole = format!("{by}; detective-fleet 1.2.3");
    assert_eq!(provenance(|_| {}), whole);
    let late = provenance(|it| it["ended"] = json!("timeout"));
    assert_eq!(late, format!("{whole}; ended: timeout"));
    let early = provenance(|it| it["error"] = json!("no keys"));
    assert_eq!(early, format!("{whole}; ended early: no keys"));
    assert_eq!(provenance(|it| it["ended"] = json!(null)), whole);
    let listed = provenance(|it| {
        it["list"] = json!({ "name": "a.csv", "version": "v", "sha256": "0123456789abcdef",
                             "uploader": { "requester": "111122223333" } });
    });
    let list = "with a.csv, version v, SHA-256 0123456789ab…, uploaded by 111122223333";
    assert_eq!(listed, format!("{by}; {list}; detective-fleet 1.2.3"));
    let at = "2026-01-02T06:00:00Z";
    let killed = [line(
        at,
        "detective:DeleteMembers",
        ADMINISTRATOR,
        &["000000000001"],
    )];
    let killed = told_with(&killed, &[]);
    assert_eq!(killed.runs[0].provenance(), "known only from its journal");
}

#[test]
fn a_change_is_told_by_what_it_was_and_is_and_what_was_done() {
    let member = |name: &str| Some(Standpoint::Member(name.into()));
    let words = |from, to, deeds: &[Deed]| {
        let deeds = deeds.to_vec();
        What::Membership { from, to, deeds }.words()
    };
    assert_eq!(words(None, member("ENABLED"), &[]), "ENABLED");
    let anew = words(member("INVITED"), member("INVITED"), &[Deed::Invited]);
    assert_eq!(anew, "INVITED, made anew (invited)");
    let removed = words(None, Some(Standpoint::NoMember), &[Deed::Removed]);
    assert_eq!(removed, "not known → no member (removed)");
}
