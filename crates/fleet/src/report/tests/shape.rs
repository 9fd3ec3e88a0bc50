//! The report as the design writes it down.

use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::story::{Story, rolled_out};
use super::{bad_line, region};
use crate::event::{CallResult, Conclusion, Deed, Event, EventKind, Operation};
use crate::member::MemberStatus::{Enabled, Invited};
use crate::report::{Ended, Outcome, RegionState, Report};

use Conclusion::{Failed, Right, Skipped};

#[test]
fn a_run_is_told_in_the_shape_of_version_1() {
    let story = Story::new()
        .called(Operation::ListGraphs, CallResult::Ok)
        .called(Operation::CreateGraph, CallResult::Throttled)
        .called(Operation::CreateGraph, CallResult::Ok)
        .graph(true);
    let story = rolled_out(story, 1)
        .called(Operation::AssumeRole, CallResult::Refused)
        .seen(2, None)
        .did(2, Deed::Invited)
        .seen(2, Some(Invited))
        .concluded(2, Failed, Some("cannot assume the role"))
        .ended(None)
        .in_region("eu-west-1")
        .graph(false)
        .seen(1, Some(Enabled))
        .concluded(1, Right, None)
        .concluded(2, Skipped, None)
        .ended(None);
    let mut report = story.report();
    report.header.invalid_lines.push(bad_line());
    report.header.notes.push("a note".to_owned());
    assert_eq!(serde_json::to_value(&report).unwrap(), golden());
    let read: Report = serde_json::from_value(golden()).unwrap();
    assert_eq!(read, report);
}

fn golden() -> Value {
    json!({
        "version": 1, "kind": "run", "operation": "enable", "run_id": "r-1",
        "administrator": "555555555555",
        "started": "2026-01-02T03:04:05Z", "finished": "2026-01-02T03:05:00Z",
        "ended": "complete", "settled": true,
        "summary": {
            "memberships": 4, "enabled": 2, "changed": 2, "removed": 0, "waiting": 0, "failed": 1, "skipped": 1
        },
        "regions": [
            {
                "region": "eu-west-1", "graph_arn": "arn:1", "state": "settled", "error": null,
                "changes": [], "finished": "2026-01-02T03:04:06Z",
                "members": [
                    {
                        "account_id": "000000000001", "status": "ENABLED", "before": "ENABLED",
                        "outcome": "unchanged", "reason": null
                    },
                    {
                        "account_id": "000000000002", "status": null, "before": null,
                        "outcome": "skipped", "reason": null
                    }
                ]
            },
            {
                "region": "us-east-1", "graph_arn": "arn:1", "state": "partial", "error": null,
                "changes": ["graph created"], "finished": "2026-01-02T03:04:06Z",
                "members": [
                    {
                        "account_id": "000000000001", "status": "ENABLED", "before": null,
                        "outcome": "enabled", "reason": null,
                        "done": { "invited": "2026-01-02T03:04:06Z", "accepted": "2026-01-02T03:04:06Z" }
                    },
                    {
                        "account_id": "000000000002", "status": "INVITED", "before": null,
                        "outcome": "failed", "reason": "Cannot assume the role.",
                        "cause": "other", "details": { "words": "cannot assume the role" },
                        "done": { "invited": "2026-01-02T03:04:06Z" }
                    }
                ]
            }
        ],
        "invalid_lines": [{ "line": 7, "reason": "no" }], "notes": ["a note"],
        "calls": { "detective:CreateGraph": 2, "detective:ListGraphs": 1, "sts:AssumeRole": 1 }
    })
}

#[test]
fn readers_ignore_fields_that_they_do_not_know() {
    let mut golden = golden();
    golden["new"] = json!(1);
    golden["regions"][0]["members"][0]["new"] = json!(1);
    assert!(serde_json::from_value::<Report>(golden).is_ok());
}

#[test]
fn outcomes_and_states_have_the_names_of_the_design() {
    let name = |value: Value| value.as_str().unwrap().to_owned();
    let outcomes = [
        Outcome::Enabled,
        Outcome::Unchanged,
        Outcome::Repaired,
        Outcome::Removed,
        Outcome::Waiting,
        Outcome::Failed,
        Outcome::Skipped,
    ];
    let outcomes = outcomes.map(|outcome| name(json!(outcome))).join("|");
    assert_eq!(
        outcomes,
        "enabled|unchanged|repaired|removed|waiting|failed|skipped"
    );
    let ends = [
        Ended::Complete,
        Ended::Timeout,
        Ended::Interrupted,
        Ended::Superseded,
    ];
    let ends = ends.map(|end| name(json!(end))).join("|");
    assert_eq!(ends, "complete|timeout|interrupted|superseded");
    let states = [
        RegionState::Settled,
        RegionState::Waiting,
        RegionState::Partial,
        RegionState::Failed,
        RegionState::Skipped,
    ];
    let states = states.map(|state| name(json!(state))).join("|");
    assert_eq!(states, "settled|waiting|partial|failed|skipped");
}

#[test]
fn events_are_one_flat_object_each() {
    let event = Event {
        region: Some(region("us-east-1")),
        number: 3,
        at: "2026-01-02T03:04:06Z".parse().unwrap(),
        kind: EventKind::Called {
            operation: Operation::AcceptInvitation,
            result: CallResult::Ok,
        },
    };
    let told = json!({
        "region": "us-east-1", "number": 3, "at": "2026-01-02T03:04:06Z",
        "event": "called", "operation": "detective:AcceptInvitation", "result": "ok"
    });
    assert_eq!(serde_json::to_value(&event).unwrap(), told);
}
