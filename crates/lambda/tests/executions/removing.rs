//! Who is removed: by prune, by `disable/`, and by nothing else.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;

use crate::stage::{LIST, REGIONS, Stage};
use crate::wire::Fate;

const DISABLE: &str = "disable/accounts.csv";

async fn everybody(stage: &Stage) -> usize {
    let mut all = 0;
    for region in REGIONS {
        all += stage.statuses(region).await.len();
    }
    all
}

/// The words of a report that say why.
fn why(report: &Value) -> String {
    report["error"].as_str().unwrap_or_default().to_owned()
}

#[tokio::test(start_paused = true)]
async fn an_upload_of_the_authoritative_list_prunes_where_that_was_asked_for() {
    let stage = Stage::of("size = 5");
    stage.upload_all().await;
    let fewer = stage.csv(&stage.members()[..3]);
    // Without the parameter, and by another list: nobody goes.
    stage.upload(LIST, fewer.clone()).await;
    assert_eq!(everybody(&stage).await, 10);
    stage.set("PRUNE", "true");
    stage.upload("enable/other.csv", fewer.clone()).await;
    assert_eq!(everybody(&stage).await, 10);
    let execution = stage.upload(LIST, fewer).await;
    assert_eq!(execution.error, None, "{execution:?}");
    assert_eq!(stage.report(&execution).await["summary"]["removed"], 4);
    assert_eq!(everybody(&stage).await, 6);
}

#[tokio::test(start_paused = true)]
async fn a_drift_run_removes_nobody() {
    let stage = Stage::of("size = 5");
    stage.upload(LIST, stage.csv(&stage.members()[..3])).await;
    stage.set("PRUNE", "true");
    let (id, email) = &stage.members()[4];
    stage.invite(REGIONS[0], id, email).await;
    let execution = stage.drift().await;
    assert_eq!(execution.error, None, "{execution:?}");
    assert_eq!(everybody(&stage).await, 7);
    assert_eq!(stage.calls("detective:DeleteMembers"), 0);
}

#[tokio::test(start_paused = true)]
async fn who_joins_after_the_guard_rails_were_asked_stays() {
    let stage = Stage::of("size = 5");
    stage.upload_all().await;
    stage.set("PRUNE", "true");
    let [.., early, late] = &stage.members()[..] else {
        panic!()
    };
    let (early, late) = (early.clone(), late.clone());
    // The late one is not there when the guard rails are asked; the early one is in one Region only,
    // and joins the other one later: it was agreed on for the first.
    stage.remove(REGIONS[0], &[&late.0, &early.0]).await;
    stage.remove(REGIONS[1], &[&late.0]).await;
    let joins = (early.clone(), late.clone());
    stage.before(move |stage, payload| {
        let (early, late) = joins.clone();
        async move {
            if payload["step"] == "reconcile" {
                stage.invite(REGIONS[0], &early.0, &early.1).await;
                stage.invite(REGIONS[0], &late.0, &late.1).await;
            }
        }
    });
    let execution = stage.upload(LIST, stage.csv(&stage.members()[..3])).await;
    assert_eq!(execution.error, None, "{execution:?}");
    assert_eq!(stage.report(&execution).await["summary"]["removed"], 1);
    let first = stage.statuses(REGIONS[0]).await;
    assert!(
        first.contains_key(&early.0) && first.contains_key(&late.0),
        "{first:?}"
    );
    assert!(!stage.statuses(REGIONS[1]).await.contains_key(&early.0));
}

#[tokio::test(start_paused = true)]
async fn more_than_may_be_removed_are_not() {
    let stage = Stage::of("size = 9");
    stage.upload_all().await;
    stage.set("PRUNE", "true");
    let execution = stage.upload(LIST, stage.csv(&stage.members()[..3])).await;
    assert_eq!(execution.error.as_deref(), Some("DetectiveFleet.BadInput"));
    let report = stage.report(&execution).await;
    assert!(why(&report).contains("MaxRemovals"), "{report}");
    assert_eq!(everybody(&stage).await, 18);
    stage.set("MAX_REMOVALS", "6");
    assert_eq!(
        stage
            .upload(LIST, stage.csv(&stage.members()[..3]))
            .await
            .error,
        None
    );
    assert_eq!(everybody(&stage).await, 6);
}

#[tokio::test(start_paused = true)]
async fn nobody_is_removed_whom_the_authoritative_list_wants_or_might_want() {
    let stage = Stage::of("size = 4");
    stage.upload_all().await;
    let one = stage.csv(&stage.members()[..1]);
    let execution = stage.upload(DISABLE, one.clone()).await;
    assert_eq!(execution.error.as_deref(), Some("DetectiveFleet.BadInput"));
    assert!(why(&stage.report(&execution).await).contains(&stage.members()[0].0));
    // A list that cannot be read might name anybody.
    stage.put(LIST, "no list\nof accounts\n").await;
    let execution = stage.upload(DISABLE, one.clone()).await;
    assert_eq!(execution.error.as_deref(), Some("DetectiveFleet.BadInput"));
    assert!(why(&stage.report(&execution).await).contains("cannot be read"));
    assert_eq!(everybody(&stage).await, 8);
    // One that was deleted wants nobody.
    stage.delete(LIST).await;
    let execution = stage.upload(DISABLE, one).await;
    assert_eq!(execution.error, None, "{execution:?}");
    assert_eq!(stage.report(&execution).await["summary"]["removed"], 2);
    assert_eq!(everybody(&stage).await, 6);
}

#[tokio::test(start_paused = true)]
async fn a_file_with_a_bad_line_removes_nobody() {
    let stage = Stage::of("size = 4");
    stage.upload_all().await;
    stage.delete(LIST).await;
    let list = stage.csv(&stage.members()[..1]) + "12345,x@example.com\n";
    let execution = stage.upload(DISABLE, list).await;
    assert_eq!(execution.error.as_deref(), Some("DetectiveFleet.BadInput"));
    assert_eq!(
        stage.report(&execution).await["invalid_lines"][0]["line"],
        2
    );
    assert_eq!(everybody(&stage).await, 8);
}

#[tokio::test(start_paused = true)]
async fn a_plan_removes_nobody_and_says_what_the_guard_rails_say() {
    let stage = Stage::of("size = 9");
    stage.upload_all().await;
    stage.delete(LIST).await;
    let execution = stage
        .upload(&format!("plan/{DISABLE}"), stage.csv(&stage.members()))
        .await;
    assert_eq!(execution.error, None, "{execution:?}");
    let report = stage.report(&execution).await;
    assert_eq!(report["summary"]["remove"], 18);
    assert!(
        report["notes"].to_string().contains("MaxRemovals"),
        "{report}"
    );
    assert_eq!(everybody(&stage).await, 18);
    // A plan takes no turn.
    assert!(stage.get("state/lease.json").await.is_some());
    assert_eq!(stage.calls("detective:DeleteMembers"), 0);
}

#[tokio::test(start_paused = true)]
async fn whenever_the_function_is_killed_a_prune_removes_and_counts_who_is_to_go() {
    for number in 1.. {
        let stage = Stage::of("size = 2");
        stage.set("REGIONS", REGIONS[0]).set("PRUNE", "true");
        stage.upload_all().await;
        let count = Arc::new(AtomicUsize::new(0));
        let asked = count.clone();
        stage.fates(move |_| {
            let is_it = asked.fetch_add(1, Ordering::Relaxed) + 1 == number;
            if is_it { Fate::Killed } else { Fate::Answered }
        });
        let one = stage.csv(&stage.members()[..1]);
        let execution = stage.upload(LIST, one).await;
        if count.load(Ordering::Relaxed) < number {
            assert!(number > 20, "{number}");
            break;
        }
        assert_eq!(execution.error, None, "{number}: {execution:?}");
        assert_eq!(stage.statuses(REGIONS[0]).await.len(), 1, "{number}");
        let summary = &stage.report(&execution).await["summary"];
        let counted = ["memberships", "enabled", "changed", "removed"];
        let counted = counted.map(|name| summary[name].as_u64().unwrap());
        assert_eq!(counted, [2, 1, 1, 1], "{number}");
    }
}

#[tokio::test(start_paused = true)]
async fn prune_that_is_switched_off_under_way_removes_nobody() {
    let stage = Stage::of("size = 5");
    stage.upload_all().await;
    stage.set("PRUNE", "true");
    stage.before(|stage, payload| async move {
        if payload["step"] == "reconcile" {
            stage.set("PRUNE", "false");
        }
    });
    stage.upload(LIST, stage.csv(&stage.members()[..3])).await;
    assert_eq!(everybody(&stage).await, 10);
}
