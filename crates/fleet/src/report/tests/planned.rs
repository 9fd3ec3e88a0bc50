//! What would happen, as `plan` prints it.

use std::collections::BTreeMap;

use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::{bad_line, header, id, member, observed, region};
use crate::account::Email;
use crate::attempts::{Answer, Attempts, Refusal, RegionRequest};
use crate::audit::audit;
use crate::cause::{Cause, FailedCall, FailureKind};
use crate::cost::Estimate;
use crate::desired::{Fleet, Settings};
use crate::event::Operation;
use crate::expected::Exceptions;
use crate::member::{Member, MemberStatus};
use crate::observation::{Observation, Round};
use crate::plan::plan;
use crate::report::{Action, PlanReport, PlanSummary, RegionPlan};

fn fleet(accounts: u16) -> Fleet {
    let email: Email = "root@example.com".parse().unwrap();
    Fleet {
        administrator: "555555555555".parse().unwrap(),
        members: (1..=accounts).map(|n| (id(n), email.clone())).collect(),
        settings: Settings::default(),
    }
}

fn planned(fleet: &Fleet, observation: &Observation, attempts: &Attempts) -> RegionPlan {
    let plan = plan(fleet, observation, attempts);
    let findings = audit(fleet, observation, attempts, &plan);
    assert_eq!(findings, Vec::<String>::new());
    RegionPlan::of(fleet, observation, &plan)
}

fn report(regions: Vec<RegionPlan>) -> PlanReport {
    let calls = BTreeMap::from([("detective:ListGraphs".to_owned(), 1)]);
    PlanReport::of(header("plan", "enable"), regions, calls)
}

/// A Region that the first look has not reached.
fn first(fleet: &Fleet, observation: &Observation) -> RegionPlan {
    planned(fleet, observation, &Attempts::default())
}

fn corrected() -> Member {
    Member {
        email: Some("typo@example.com".parse().unwrap()),
        ..member(MemberStatus::VerificationFailed)
    }
}

/// One account for each action, and a member that the roster does not name.
fn mixed() -> (Fleet, Observation) {
    let mut fleet = fleet(7);
    let out = (id(7), region("us-east-1"));
    fleet.settings.expected.insert(out);
    let members = [
        (2, member(MemberStatus::Invited)),
        (3, corrected()),
        (4, member(MemberStatus::VerificationInProgress)),
        (5, member(MemberStatus::Enabled)),
        (6, member(MemberStatus::VerificationFailed)),
        (9, member(MemberStatus::Invited)),
    ];
    (fleet, observed("us-east-1", members))
}

#[test]
fn every_membership_has_one_action() {
    let (fleet, observation) = mixed();
    let region = first(&fleet, &observation);
    let actions: Vec<_> = region
        .members
        .iter()
        .map(|m| (m.account_id, m.action))
        .collect();
    assert_eq!(
        actions,
        [
            (id(1), Action::Invite),
            (id(2), Action::Accept),
            (id(3), Action::Repair),
            (id(4), Action::Wait),
            (id(5), Action::Unchanged),
            (id(6), Action::Blocked),
            (id(7), Action::Skipped),
        ]
    );
}

#[test]
fn the_summary_counts_every_membership_once() {
    let (fleet, observation) = mixed();
    let report = report(vec![first(&fleet, &observation)]);
    let summary = serde_json::to_value(report.summary).unwrap();
    assert_eq!(
        summary,
        json!({
            "memberships": 7, "create_graphs": 0, "invite": 1, "accept": 1, "repair": 1, "wait": 1,
            "unchanged": 1, "blocked": 1, "skipped": 1, "starts_charging": 4,
            "delete_graphs": 0, "change_graphs": 0, "remove": 0, "start": 0
        })
    );
    assert!(report.changes_anything() && report.has_trouble());
}

#[test]
fn each_thing_that_is_to_be_done_is_a_change_by_itself() {
    let with = |bend: fn(&mut PlanSummary)| {
        let mut report = report(Vec::new());
        bend(&mut report.summary);
        report.changes_anything()
    };
    for bend in [
        (|it| it.create_graphs = 1) as fn(&mut PlanSummary),
        |it| it.delete_graphs = 1,
        |it| it.change_graphs = 1,
        |it| it.invite = 1,
        |it| it.accept = 1,
        |it| it.repair = 1,
        |it| it.wait = 1,
        |it| it.remove = 1,
        |it| it.start = 1,
    ] {
        assert!(with(bend));
    }
    for bend in [
        (|_| {}) as fn(&mut PlanSummary),
        |it| it.unchanged = 1,
        |it| it.blocked = 1,
        |it| it.skipped = 1,
    ] {
        assert!(!with(bend));
    }
}

#[test]
fn what_is_done_to_graphs_is_summed_over_all_regions() {
    let (fleet, observation) = mixed();
    let region = |create_graph, delete_graph, changes: &[&str]| RegionPlan {
        create_graph,
        delete_graph,
        changes: changes.iter().map(ToString::to_string).collect(),
        ..first(&fleet, &observation)
    };
    let regions = vec![
        region(true, false, &["tags set"]),
        region(true, true, &["tags set", "packages started"]),
        region(true, true, &[]),
    ];
    let summary = report(regions).summary;
    assert_eq!(
        (
            summary.create_graphs,
            summary.delete_graphs,
            summary.change_graphs
        ),
        (3, 2, 3)
    );
}

#[test]
fn what_nothing_is_known_of_is_blocked_where_its_region_could_not_be_read() {
    let cause = Cause::other("no answer");
    let fleet = fleet(1);
    let unread = first(&fleet, &Observation::of(region("us-east-1")));
    let actions = |plan: RegionPlan| -> Vec<_> {
        let members = plan.members.iter();
        members.map(|it| (it.action, it.reason.is_some())).collect()
    };
    assert_eq!(
        actions(unread.clone().failed(None)),
        [(Action::Wait, false)]
    );
    let failed = unread.failed(Some(&cause));
    assert_eq!(failed.cause(), Some(cause.clone()));
    assert_eq!(failed.members[0].cause(), Some(cause.clone()));
    assert_eq!(actions(failed), [(Action::Blocked, true)]);
    // What is known stays.
    let verified = member(MemberStatus::VerificationInProgress);
    for (members, action) in [
        (vec![], Action::Invite),
        (vec![(1, verified)], Action::Wait),
    ] {
        let seen = first(&fleet, &observed("us-east-1", members));
        assert_eq!(actions(seen.failed(Some(&cause))), [(action, false)]);
    }
}

#[test]
fn a_plan_is_told_in_the_shape_of_version_1() {
    let mut fleet = fleet(1);
    fleet
        .members
        .insert(id(2), "two@example.com".parse().unwrap());
    let failed = Member {
        email: Some("two@example.com".parse().unwrap()),
        ..member(MemberStatus::VerificationFailed)
    };
    let mut report = report(vec![first(&fleet, &observed("us-east-1", [(2, failed)]))]);
    report.header.invalid_lines.push(bad_line());
    assert_eq!(serde_json::to_value(&report).unwrap(), golden());
    let read: PlanReport = serde_json::from_value(golden()).unwrap();
    assert_eq!(read, report);
}

fn golden() -> Value {
    json!({
        "version": 1, "kind": "plan", "operation": "enable", "run_id": "r-1",
        "administrator": "555555555555", "started": "2026-01-02T03:04:05Z",
        "invalid_lines": [{ "line": 7, "reason": "no" }], "notes": [],
        "summary": {
            "memberships": 2, "create_graphs": 0, "invite": 1, "accept": 0, "repair": 0, "wait": 0,
            "unchanged": 0, "blocked": 1, "skipped": 0, "starts_charging": 1,
            "delete_graphs": 0, "change_graphs": 0, "remove": 0, "start": 0
        },
        "regions": [{
            "region": "us-east-1", "graph_arn": "arn:1", "create_graph": false,
            "delete_graph": false, "error": null,
            "members": [
                {
                    "account_id": "000000000001", "status": null, "action": "invite",
                    "reason": null
                },
                {
                    "account_id": "000000000002", "status": "VERIFICATION_FAILED",
                    "action": "blocked",
                    "reason": "The root e-mail of 000000000002 is not t***@example.com. \
                               AWS compares the root e-mail in the list with that of the \
                               account, and they differ. Correct its line in the list, and \
                               run again.",
                    "cause": "wrong-email", "details": { "email": "t***@example.com" },
                    "do": "Correct its line in the list, and run again."
                }
            ]
        }],
        "calls": { "detective:ListGraphs": 1 }
    })
}

#[test]
fn a_graph_that_would_be_made_is_counted() {
    let mut observation = Observation::of(region("us-east-1"));
    observation.saw_graph(None);
    let region = first(&fleet(2), &observation);
    assert!(region.create_graph && region.graph_arn.is_none());
    let summary = report(vec![region]).summary;
    assert_eq!(
        (
            summary.create_graphs,
            summary.invite,
            summary.starts_charging
        ),
        (1, 2, 2)
    );
}

#[test]
fn a_region_that_cannot_be_read_is_trouble_and_changes_nothing() {
    let mut attempts = Attempts::default();
    for _ in 0..3 {
        let refusal = Refusal {
            call: FailedCall::new(
                Operation::ListGraphs,
                FailureKind::Refused,
                "Denied",
                Some("to ops@example.com"),
            ),
            passing: None,
        };
        let answer = Answer::Refused(refusal.into());
        attempts.region_answered(RegionRequest::FindGraph, answer, Round::default());
    }
    let observation = Observation::of(region("us-east-1"));
    let region = planned(&fleet(2), &observation, &attempts);
    let error = "detective:ListGraphs failed in us-east-1. Denied: to o***@example.com. ";
    assert!(
        region.error.as_ref().unwrap().starts_with(error),
        "{:?}",
        region.error
    );
    let report = report(vec![region]);
    assert_eq!(report.summary.blocked, 2);
    assert!(report.has_trouble() && !report.changes_anything());
}

#[test]
fn a_fleet_that_is_as_wanted_changes_nothing_and_has_no_trouble() {
    let observation = observed("us-east-1", [(1, member(MemberStatus::Enabled))]);
    let mut report = report(vec![first(&fleet(1), &observation)]);
    assert!(!report.changes_anything() && !report.has_trouble());
    report.header.invalid_lines.push(bad_line());
    assert!(!report.changes_anything() && report.has_trouble());
}

#[test]
fn what_aws_is_still_verifying_will_change() {
    let verifying = member(MemberStatus::VerificationInProgress);
    let report = report(vec![first(
        &fleet(1),
        &observed("us-east-1", [(1, verifying)]),
    )]);
    assert!(report.changes_anything() && !report.has_trouble());
}

#[test]
fn who_stays_out_has_the_reason_that_the_settings_give() {
    let mut fleet = fleet(1);
    let today = "2026-11-28".parse().unwrap();
    let exception = "*/us-east-1@2027-01-31 opted out".parse().unwrap();
    fleet.settings.exceptions = Exceptions::on(today, [exception]);
    let region = first(&fleet, &observed("us-east-1", []));
    let out = &region.members[0];
    assert_eq!(out.action, Action::Skipped);
    let reason = "Expected to stay out until 2027-01-31: opted out.";
    assert_eq!(out.reason.as_deref(), Some(reason));
}

#[test]
fn an_estimate_is_a_part_of_the_document() {
    let estimate = Estimate {
        memberships: 3,
        cannot_say: 1,
        usd_a_month_low: 180.into(),
        usd_a_month: 360.into(),
        usd_a_month_high: 540.into(),
        compared_with: 4,
    };
    let estimated = report(Vec::new()).estimated(Some(estimate.clone()));
    assert_eq!(estimated.estimate.as_ref(), Some(&estimate));
    let document = serde_json::to_value(&estimated).unwrap();
    assert_eq!(document["estimate"]["memberships"], 3);
    assert_eq!(
        serde_json::to_value(estimated.estimated(None)).unwrap()["estimate"],
        Value::Null
    );
}
