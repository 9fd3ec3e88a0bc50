//! What limits a run: counted over time and over all Regions, and never for one that only shows.

use std::ops::Range;
use std::time::Duration;

use engine::clock;
use serde_json::{Value, json};

use crate::approving::{BOB, approve, when_asked};
use crate::machine::Execution;
use crate::stage::{LIST, REGIONS, Stage};

const REFUSED: Option<&str> = Some("DetectiveFleet.BadInput");

async fn sleep_hours(hours: u64) {
    clock::sleep(Duration::from_secs(hours * 3_600)).await;
}

/// These members are to leave.
async fn leave(stage: &Stage, who: Range<usize>) -> Execution {
    let csv = stage.csv(&stage.members()[who]);
    stage.upload("disable/leavers.csv", csv).await
}

fn notes(report: &Value) -> String {
    report["notes"].to_string()
}

#[tokio::test(start_paused = true)]
async fn what_earlier_runs_removed_of_late_counts_and_no_longer_than_a_day() {
    let stage = Stage::of("size = 8");
    stage.upload_all().await;
    // Nobody wants them any more.
    stage.delete(LIST).await;
    stage.set("MAX_REMOVALS", "3");
    assert_eq!(leave(&stage, 0..2).await.error, None);
    sleep_hours(12).await;
    assert_eq!(leave(&stage, 2..3).await.error, None);
    let refused = leave(&stage, 3..4).await;
    assert_eq!(refused.error.as_deref(), REFUSED);
    let why = stage.report(&refused).await["error"].to_string();
    let counted = "3 of them by earlier runs of the last 24 hours";
    assert!(why.contains(counted), "{why}");
    // The first two were removed more than a day ago then.
    sleep_hours(13).await;
    assert_eq!(leave(&stage, 3..5).await.error, None);
    assert_eq!(leave(&stage, 5..6).await.error.as_deref(), REFUSED);
    assert_eq!(stage.statuses(REGIONS[0]).await.len(), 3);
}

#[tokio::test(start_paused = true)]
async fn where_no_removals_are_allowed_nobody_is_pruned_and_a_plan_is_made_all_the_same() {
    let stage = Stage::of("size = 3");
    stage.upload_all().await;
    let fewer = stage.csv(&stage.members()[..1]);
    stage.set("PRUNE", "true").set("ALLOW_REMOVALS", "false");
    stage.set("DISABLE_BY_UPLOAD", "DISABLED");
    let execution = stage.upload(LIST, fewer.clone()).await;
    assert_eq!(execution.error.as_deref(), REFUSED);
    let why = stage.report(&execution).await["error"].to_string();
    assert!(why.contains("AllowRemovals"), "{why}");
    for key in ["plan/enable/accounts.csv", "plan/disable/leavers.csv"] {
        stage.delete(LIST).await;
        let execution = stage.upload(key, fewer.clone()).await;
        assert_eq!(execution.error, None, "{key}: {execution:?}");
    }
    assert_eq!(stage.statuses(REGIONS[0]).await.len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_plan_waits_for_nobodys_turn() {
    let stage = Stage::new();
    let until = (stage.now() + Duration::from_secs(1_700)).to_string();
    let lease = json!({"holder": "another", "until": until});
    stage.put_json("state/lease.json", &lease).await;
    let csv = stage.csv(&stage.members());
    let execution = stage.upload("plan/enable/accounts.csv", csv).await;
    assert_eq!(execution.error, None, "{execution:?}");
    assert!(!execution.states.contains(&"WaitForTurn".to_owned()));
    assert_eq!(stage.json("state/lease.json").await, lease);
}

/// Two leave in one Region, and two others in the other: that is four.
#[tokio::test(start_paused = true)]
async fn a_plan_counts_removals_over_all_regions_however_many_a_pass_has() {
    let stage = Stage::of("size = 7");
    let members = stage.members();
    let three = stage.csv(&members[..3]);
    stage.upload(LIST, three.clone()).await;
    for (n, (id, email)) in members.iter().enumerate().skip(3) {
        stage.invite(REGIONS[n % 2], id, email).await;
    }
    stage.set("PRUNE", "true").set("MAX_REMOVALS", "3");
    stage.set("REGIONS_PER_PASS", "1");
    let execution = stage.upload("plan/enable/accounts.csv", three).await;
    let notes = notes(&stage.report(&execution).await);
    assert!(notes.contains("this would remove 4 of 7"), "{notes}");
}

#[tokio::test(start_paused = true)]
async fn the_time_that_people_took_to_approve_is_not_the_runs() {
    let stage = Stage::of("size = 5\nverification = '40s'");
    stage.upload(LIST, stage.csv(&stage.members()[..4])).await;
    stage.set("PRUNE", "true").set("APPROVE_REMOVALS", "true");
    stage
        .set("HAS_APPROVERS", "true")
        .set("APPROVAL_HOURS", "5");
    stage.set("WAIT_LIMIT_MINUTES", "60");
    // A look every half minute in the first hour, and then one every five minutes: three hours.
    when_asked(&stage, 120 + 24, |stage, run, hash| async move {
        approve(&stage, &run, &hash, BOB).await;
    });
    let began = stage.now();
    let members = stage.members();
    let next = [&members[..2], &members[4..]].concat();
    let execution = stage.upload(LIST, stage.csv(&next)).await;
    assert!(stage.now().duration_since(began).as_hours() >= 2);
    assert_eq!(execution.error, None, "{execution:?}");
    assert_eq!(stage.statuses(REGIONS[0]).await.len(), 3);
}
