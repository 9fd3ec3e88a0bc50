//! Once, one at a time, and the newest only.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::Method;
use serde_json::Value;

use crate::machine::Execution;
use crate::stage::{LIST, REGIONS, Stage, created};
use crate::wire::{Asked, Fate};

#[tokio::test(start_paused = true)]
async fn an_upload_enables_everybody_everywhere() {
    let stage = Stage::new();
    let execution = stage.upload_all().await;
    assert_eq!(execution.error, None, "{execution:?}");
    let report = stage.report(&execution).await;
    assert_eq!(report["summary"]["enabled"], 6);
    for region in REGIONS {
        let statuses = stage.statuses(region).await;
        assert!(statuses.len() == 3 && statuses.values().all(|it| it == "ENABLED"));
    }
    assert_eq!(stage.invoked("reconcile"), 1);
    let [(subject, _)] = &execution.told[..] else {
        panic!("{execution:?}")
    };
    assert_eq!(subject, "[OK] enable: All 3 accounts are on everywhere");
}

#[tokio::test(start_paused = true)]
async fn a_function_that_was_frozen_goes_on_though_its_clock_stood_still() {
    let stage = Stage::of("size = 3\n[unkind]\nsignature_lifetime = '5m'");
    stage.stood_still(Duration::from_secs(3600));
    let execution = stage.upload_all().await;
    assert_eq!(execution.error, None, "{execution:?}");
    let report = stage.report(&execution).await;
    assert_eq!(report["summary"]["enabled"], 6);
}

#[tokio::test(start_paused = true)]
async fn an_event_that_comes_twice_is_one_run() {
    let stage = Stage::new();
    let version = stage.put(LIST, stage.csv(&stage.members())).await;
    let first = stage.start(created(LIST, &version)).await;
    let again = stage.start(created(LIST, &version)).await;
    assert_eq!(first.error, None);
    assert_eq!(again.states, ["Begin", "Prepare", "WhatNext", "Duplicate"]);
    assert!(again.told.is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_event_that_comes_late_is_superseded() {
    let stage = Stage::new();
    let early = stage.put(LIST, stage.csv(&stage.members()[..1])).await;
    let late = stage.put(LIST, stage.csv(&stage.members())).await;
    let old = stage.start(created(LIST, &early)).await;
    assert_eq!(old.error, None);
    assert_eq!(stage.report(&old).await["ended"], "superseded");
    assert_eq!(stage.calls("detective:CreateGraph"), 0);
    assert_eq!(stage.start(created(LIST, &late)).await.error, None);
    assert_eq!(stage.statuses(REGIONS[0]).await.len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_newer_list_ends_the_pass_that_is_under_way_before_it_accepts() {
    let stage = Stage::of("size = 3\nverification = '8s'");
    let newer = async {
        engine::clock::sleep(Duration::from_secs(5)).await;
        assert_eq!(stage.calls("detective:CreateMembers"), 2);
        stage.put(LIST, stage.csv(&stage.members()[..1])).await
    };
    let (execution, _) = tokio::join!(stage.upload_all(), newer);
    assert_eq!(execution.error, None, "{execution:?}");
    let report = stage.report(&execution).await;
    assert_eq!(report["ended"], "superseded");
    // That it gave way is no error.
    assert_eq!(report["error"], Value::Null, "{report}");
    assert_eq!(stage.invoked("reconcile"), 1);
    assert_eq!(stage.calls("detective:AcceptInvitation"), 0);
    // The run of the newer list says what is, and this one does not.
    let latest = stage.get(&format!("latest/{LIST}/report.json")).await;
    assert_eq!(latest, None);
}

#[tokio::test(start_paused = true)]
async fn two_executions_at_once_are_one_after_the_other() {
    let stage = Stage::of("size = 3\nverification = '40s'");
    let (one, two) = (stage.members()[..2].to_vec(), stage.members()[1..].to_vec());
    let one = stage.upload("enable/one.csv", stage.csv(&one));
    let two = stage.upload("enable/two.csv", stage.csv(&two));
    let (one, two) = tokio::join!(one, two);
    for execution in [&one, &two] {
        assert_eq!(execution.error, None, "{execution:?}");
        assert_eq!(stage.report(execution).await["summary"]["enabled"], 4);
    }
    let waited = |it: &&Execution| it.states.contains(&"WaitForTurn".to_owned());
    assert_eq!([&one, &two].into_iter().filter(waited).count(), 1);
    // Each was asked for once, and nobody was invited twice.
    assert_eq!(stage.calls("detective:CreateGraph"), 2);
}

/// The objects that are written with a condition in a run of one pass.
const CONDITIONAL: [&str; 4] = [
    "state/claims/",
    "state/lease.json",
    "/begun/1.json",
    "/baseline.json",
];

fn is_conditional(asked: &Asked) -> bool {
    asked.method == Method::PUT && CONDITIONAL.iter().any(|part| asked.path.contains(part))
}

#[tokio::test(start_paused = true)]
async fn a_conflict_of_two_writes_means_again() {
    let stage = Stage::new();
    let met = Arc::new(Mutex::new(BTreeSet::new()));
    let seen = met.clone();
    stage.fates(move |asked| {
        let first = is_conditional(asked) && seen.lock().unwrap().insert(asked.path.clone());
        if first {
            Fate::Conflict
        } else {
            Fate::Answered
        }
    });
    let execution = stage.upload_all().await;
    assert_eq!(execution.error, None, "{execution:?}");
    assert_eq!(stage.report(&execution).await["summary"]["enabled"], 6);
    assert_eq!(met.lock().unwrap().len(), CONDITIONAL.len());
}

#[tokio::test(start_paused = true)]
async fn a_conflict_that_does_not_end_is_an_error_and_no_duplicate() {
    let stage = Stage::new();
    stage.fates(|asked| match asked.path.contains("state/claims/") {
        true if asked.method == Method::PUT => Fate::Conflict,
        _ => Fate::Answered,
    });
    let execution = stage.upload_all().await;
    assert_eq!(execution.error.as_deref(), Some("DetectiveFleet.Failed"));
    let [(_, message)] = &execution.told[..] else {
        panic!("{execution:?}")
    };
    assert!(message.contains("ConditionalRequestConflict"), "{message}");
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_of_a_write_is_not_another_ones_write() {
    let stage = Stage::of("size = 2\nverification = '40s'");
    let met = Arc::new(Mutex::new(BTreeSet::new()));
    let seen = met.clone();
    // The lease is renewed with each pass: only the first write of each object is lost.
    stage.fates(move |asked| {
        let conditional = is_conditional(asked) || asked.path.contains("/begun/");
        let first = conditional
            && asked.method == Method::PUT
            && seen.lock().unwrap().insert(asked.path.clone());
        if first { Fate::Lost } else { Fate::Answered }
    });
    let execution = stage.upload_all().await;
    assert_eq!(execution.error, None, "{execution:?}");
    assert!(stage.invoked("reconcile") > 1);
    let report = stage.report(&execution).await;
    assert_eq!(report["summary"]["enabled"], 4);
    assert!(met.lock().unwrap().len() > CONDITIONAL.len());
    // A pass that was killed is told by this: what it did may not be known.
    let progress = format!("runs/{}/groups/0/progress-odd.json", execution.name);
    let progress = stage.json(&progress).await.to_string();
    assert!(progress.contains("\"lost\":false") && !progress.contains("\"lost\":true"));
}

#[tokio::test(start_paused = true)]
async fn whenever_the_function_is_killed_the_run_goes_on() {
    let end = Arc::new(AtomicBool::new(false));
    for number in 1.. {
        let stage = Stage::of("size = 2");
        end.store(true, Ordering::Relaxed);
        let (count, reached) = (AtomicUsize::new(0), end.clone());
        stage.set("REGIONS", REGIONS[0]).fates(move |_| {
            let is_it = count.fetch_add(1, Ordering::Relaxed) + 1 == number;
            if is_it {
                reached.store(false, Ordering::Relaxed);
            }
            if is_it { Fate::Killed } else { Fate::Answered }
        });
        let execution = stage.upload_all().await;
        if end.load(Ordering::Relaxed) {
            assert!(number > 20, "{number}");
            break;
        }
        assert_eq!(execution.error, None, "{number}: {execution:?}");
        let statuses = stage.statuses(REGIONS[0]).await;
        assert!(statuses.len() == 2 && statuses.values().all(|it| it == "ENABLED"));
        let summary = &stage.report(&execution).await["summary"];
        assert_eq!(summary["enabled"], 2, "{number}");
        assert_eq!(summary["changed"], 2, "{number}");
        assert_eq!(execution.told.len(), 1, "{number}");
        assert_eq!(stage.calls("detective:CreateMembers"), 1, "{number}");
        // The turn was given back.
        assert_eq!(
            stage.json("state/lease.json").await["until"],
            "1970-01-01T00:00:00Z"
        );
    }
}
