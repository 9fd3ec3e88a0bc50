//! Events in, outcomes and totals out.

use pretty_assertions::assert_eq;

use super::id;
use super::story::{Story, rolled_out};
use crate::cause::{Cause, FailedCall, FailureKind};
use crate::event::{CallResult, Conclusion, Deed, Event, EventKind, Operation, Sink};
use crate::member::MemberStatus::{Enabled, Invited, VerificationFailed, VerificationInProgress};
use crate::report::{Done, Outcome, Record, Recorder, RegionState, Report};

use Conclusion::{Failed, Gone, Right, Skipped, Waiting};

#[test]
fn before_is_the_first_status_that_was_seen_and_status_the_last() {
    let story = Story::new()
        .seen(1, Some(VerificationInProgress))
        .seen(1, Some(Invited))
        .concluded(1, Waiting, None);
    let member = story.member();
    assert_eq!(member.before, Some(VerificationInProgress));
    assert_eq!(member.status, Some(Invited));
    assert_eq!(member.outcome, Outcome::Waiting);
}

#[test]
fn what_was_right_already_is_unchanged() {
    let story = Story::new()
        .seen(1, Some(Enabled))
        .concluded(1, Right, None);
    assert_eq!(story.member().outcome, Outcome::Unchanged);
    let summary = story.report().summary;
    assert_eq!((summary.enabled, summary.changed), (1, 0));
}

#[test]
fn a_failed_entry_that_was_replaced_is_repaired() {
    let story = Story::new()
        .seen(1, Some(VerificationFailed))
        .did(1, Deed::Removed);
    let story = rolled_out(story, 1);
    let member = story.member();
    assert_eq!(member.outcome, Outcome::Repaired);
    assert_eq!(member.before, Some(VerificationFailed));
    assert_eq!(story.report().summary.changed, 1);
}

#[test]
fn a_deed_whose_answer_was_lost_is_told_by_what_it_did() {
    let story = Story::new()
        .seen(1, Some(Invited))
        .lost(1)
        .seen(1, Some(Enabled))
        .concluded(1, Right, None);
    assert_eq!(story.member().outcome, Outcome::Enabled);
    assert_eq!(story.report().summary.changed, 1);
}

#[test]
fn who_is_gone_was_removed_by_this_run_where_it_did_that_or_may_have() {
    let gone = |story: Story| story.seen(1, None).concluded(1, Gone, None);
    let there = || Story::new().seen(1, Some(Enabled));
    let told = |story: &Story| (story.member().outcome, story.report().summary.removed);
    let removed = gone(there().did(1, Deed::Removed));
    assert_eq!(told(&removed), (Outcome::Removed, 1));
    assert_eq!(told(&gone(there().lost(1))), (Outcome::Removed, 1));
    // Somebody else did, or it never was a member.
    assert_eq!(told(&gone(there())), (Outcome::Unchanged, 0));
    assert_eq!(told(&gone(Story::new())), (Outcome::Unchanged, 0));
}

#[test]
fn limits_count_who_is_gone_and_who_was_invited_anywhere() {
    let story = Story::new()
        .seen(1, Some(Enabled))
        .seen(1, None)
        .seen(2, Some(Enabled))
        .seen(3, None)
        .did(3, Deed::Invited)
        .in_region("eu-west-1")
        .seen(4, Some(Invited))
        .did(4, Deed::Accepted)
        .seen(4, None);
    let record = story.recorder.record_so_far();
    assert_eq!(record.gone(), [id(1), id(4)].into());
    assert_eq!(record.invited(), [id(3)].into());
}

#[test]
fn what_somebody_else_did_is_not_counted_as_a_change_of_this_run() {
    let story = Story::new()
        .seen(1, Some(Invited))
        .seen(1, Some(Enabled))
        .concluded(1, Right, None);
    assert_eq!(story.member().outcome, Outcome::Unchanged);
    let summary = story.report().summary;
    assert_eq!((summary.enabled, summary.changed), (1, 0));
}

#[test]
fn what_was_seen_before_a_region_is_looked_at_anew_does_not_count() {
    let story = Story::new()
        .seen(1, None)
        .event(EventKind::Forgotten)
        .seen(1, Some(Enabled))
        .concluded(1, Right, None);
    assert_eq!(story.member().before, Some(Enabled));
}

#[test]
fn what_was_changed_and_failed_all_the_same_counts_as_both() {
    let story = Story::new()
        .seen(1, None)
        .did(1, Deed::Invited)
        .seen(1, Some(VerificationFailed))
        .concluded(1, Failed, Some("Wrong e-mail."));
    let summary = story.report().summary;
    assert_eq!(
        (summary.memberships, summary.changed, summary.failed),
        (1, 1, 1)
    );
    assert_eq!(story.member().reason.as_deref(), Some("Wrong e-mail."));
}

#[test]
fn a_later_pass_concludes_anew() {
    let story = Story::new()
        .seen(1, Some(Invited))
        .concluded(1, Waiting, Some("not yet"))
        .did(1, Deed::Accepted)
        .seen(1, Some(Enabled))
        .concluded(1, Right, None);
    let member = story.member();
    assert_eq!((member.outcome, member.reason), (Outcome::Enabled, None));
}

#[test]
fn members_of_others_are_not_reported() {
    let story = Story::new()
        .seen(1, Some(Enabled))
        .concluded(1, Right, None)
        .seen(9, Some(Enabled));
    assert_eq!(story.report().summary.enabled, 1);
    assert_eq!(story.member().account_id, id(1));
}

#[test]
fn every_membership_is_in_one_outcome_and_the_sum_is_all() {
    let story = rolled_out(Story::new(), 1)
        .seen(2, Some(Enabled))
        .concluded(2, Right, None)
        .concluded(3, Waiting, None)
        .concluded(4, Failed, Some("no"))
        .concluded(5, Skipped, None);
    let summary = story.report().summary;
    assert_eq!(summary.memberships, 5);
    assert_eq!(
        (summary.waiting, summary.failed, summary.skipped),
        (1, 1, 1)
    );
    assert_eq!((summary.enabled, summary.changed), (2, 1));
}

#[test]
fn a_region_is_what_its_worst_membership_is() {
    let state = |conclusions: &[Conclusion], error| {
        let conclusions = (1..).zip(conclusions);
        let story = conclusions.fold(Story::new(), |story, (n, conclusion)| {
            story.concluded(n, *conclusion, None)
        });
        story.ended(error).report().regions[0].state
    };
    assert_eq!(state(&[], None), RegionState::Settled);
    assert_eq!(state(&[Right, Skipped], None), RegionState::Settled);
    assert_eq!(state(&[Skipped, Skipped], None), RegionState::Skipped);
    assert_eq!(state(&[Right, Waiting], None), RegionState::Waiting);
    assert_eq!(state(&[Failed, Right], None), RegionState::Partial);
    assert_eq!(state(&[Waiting, Failed], None), RegionState::Partial);
    assert_eq!(state(&[Failed, Failed, Skipped], None), RegionState::Failed);
    assert_eq!(state(&[Right], Some("down")), RegionState::Failed);
}

#[test]
fn a_region_is_finished_when_its_own_last_event_was() {
    let tell = |at: &str, kind| Event {
        region: Some(super::region("us-east-1")),
        number: 1,
        at: at.parse().unwrap(),
        kind,
    };
    let called = EventKind::Called {
        operation: Operation::ListMembers,
        result: CallResult::Ok,
    };
    let story = Story::new();
    for event in [
        tell("2026-01-02T03:04:05Z", called),
        tell(
            "2026-01-02T03:09:05Z",
            EventKind::RegionEnded { cause: None },
        ),
    ] {
        story.recorder.record(&event).unwrap();
    }
    let finished = story.report().regions[0].finished.unwrap();
    assert_eq!(finished.to_string(), "2026-01-02T03:04:05Z");
}

#[test]
fn calls_are_counted_whatever_came_of_them_in_all_regions_and_outside() {
    let story = Story::new()
        .called(Operation::ListMembers, CallResult::Throttled)
        .called(Operation::ListMembers, CallResult::Ok)
        .in_region("eu-west-1")
        .called(Operation::ListMembers, CallResult::Silent);
    let outside = Event {
        region: None,
        number: 1,
        at: "2026-01-02T03:04:06Z".parse().unwrap(),
        kind: EventKind::Called {
            operation: Operation::GetCallerIdentity,
            result: CallResult::Ok,
        },
    };
    story.recorder.record(&outside).unwrap();
    let calls = story.recorder.calls();
    assert_eq!(calls["detective:ListMembers"], 3);
    assert_eq!(calls["sts:GetCallerIdentity"], 1);
    assert_eq!(story.report().calls, calls);
    assert_eq!(story.report().regions.len(), 2);
}

/// The same story, told on by another process.
fn in_another_process(mut story: Story) -> Story {
    let text = serde_json::to_string(&story.recorder.record_so_far()).unwrap();
    story.recorder = Recorder::resume(serde_json::from_str(&text).unwrap());
    story
}

fn failed() -> FailedCall {
    let (operation, kind) = (Operation::AssumeRole, FailureKind::Denied);
    FailedCall::new(operation, kind, "AccessDenied", Some("no"))
}

#[test]
fn another_process_goes_on_with_the_story() {
    let story = Story::new()
        .called(Operation::CreateMembers, CallResult::Ok)
        .graph(true)
        .seen(1, None)
        .did(1, Deed::Invited)
        .event(EventKind::Concluded {
            account: id(1),
            conclusion: Waiting,
            cause: Some(Cause::RoleNotTried {
                last: Some(failed()),
            }),
        })
        .event(EventKind::Amiss {
            cause: Cause::RegionFailed { error: failed() },
        })
        .ended(Some("late"));
    let record = story.recorder.record_so_far();
    let text = serde_json::to_string(&record).unwrap();
    let read: Record = serde_json::from_str(&text).unwrap();
    assert_eq!(serde_json::to_string(&read).unwrap(), text);
    let story = in_another_process(story);
    assert_eq!(story.report().regions[0].error, None);
    assert!(story.report().regions[0].amiss.is_empty());
    assert_eq!(story.report().summary.memberships, 0);
    let story = story
        .seen(1, Some(Invited))
        .did(1, Deed::Accepted)
        .seen(1, Some(Enabled))
        .concluded(1, Right, None);
    let member = story.member();
    assert_eq!((member.before, member.outcome), (None, Outcome::Enabled));
    let report = story.report();
    assert_eq!(report.regions[0].changes, ["graph created"]);
    assert_eq!(report.calls["detective:CreateMembers"], 1);
}

#[test]
fn what_a_process_did_that_was_killed_is_told_by_what_is_seen() {
    let absent = EventKind::Graph {
        arn: None,
        made: false,
    };
    let story = Story::new().event(absent);
    let story = story.seen(1, Some(Invited)).seen(2, None);
    let record = story.recorder.record_so_far();
    let ends = |record| {
        let mut story = Story::new();
        story.recorder = Recorder::resume(record);
        let story = story.graph(false).seen(1, Some(Enabled)).seen(2, None);
        story
            .concluded(1, Right, None)
            .concluded(2, Waiting, None)
            .report()
    };
    let report = ends(record.clone().interrupted());
    let outcomes = |report: &Report| {
        let members = report.regions[0].members.iter();
        members.map(|member| member.outcome).collect::<Vec<_>>()
    };
    assert_eq!(outcomes(&report), [Outcome::Enabled, Outcome::Waiting]);
    assert_eq!(report.summary.changed, 1);
    assert_eq!(report.regions[0].changes, ["graph created"]);
    // Where it came to its end, somebody else did it.
    let report = ends(record);
    assert_eq!(outcomes(&report), [Outcome::Unchanged, Outcome::Waiting]);
    assert!(report.regions[0].changes.is_empty());
}

#[test]
fn the_records_of_other_regions_are_joined() {
    let one = rolled_out(
        Story::new().called(Operation::ListGraphs, CallResult::Ok),
        1,
    );
    let other = Story::new()
        .in_region("eu-west-1")
        .called(Operation::ListGraphs, CallResult::Ok)
        .seen(1, None)
        .concluded(1, Failed, None);
    one.recorder.join(other.recorder.record_so_far());
    let report = one.report();
    assert_eq!(report.calls["detective:ListGraphs"], 2);
    assert_eq!((report.summary.enabled, report.summary.failed), (1, 1));
}

#[test]
fn what_a_run_did_is_told_with_its_time() {
    let member = rolled_out(Story::new(), 1).member();
    let at: jiff::Timestamp = "2026-01-02T03:04:06Z".parse().unwrap();
    let at = Some(at.into());
    let done = Done {
        invited: at,
        accepted: at,
        ..Done::default()
    };
    assert_eq!(member.done, done);
    let deeds: Vec<_> = done.in_order().into_iter().map(|(deed, _)| deed).collect();
    assert_eq!(deeds, [Deed::Invited, Deed::Accepted]);
    let idle = Story::new()
        .seen(1, Some(Enabled))
        .concluded(1, Right, None);
    assert!(idle.member().done.is_nothing());
}
