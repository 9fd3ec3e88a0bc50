//! Once, one at a time, and the newest only.

use crate::stage::{LIST, REGIONS, Stage, created};

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
    assert_eq!(subject, "detective-fleet: enable 6 of 6 enabled");
}

#[tokio::test(start_paused = true)]
async fn an_event_that_comes_twice_is_one_run() {
    let stage = Stage::new();
    let version = stage.put(LIST, stage.csv(&stage.members())).await;
    let first = stage.start(created(LIST, &version)).await;
    let again = stage.start(created(LIST, &version)).await;
    assert_eq!(first.error, None);
    assert_eq!(again.states, ["Prepare", "WhatNext", "Duplicate"]);
    assert!(again.told.is_empty());
}
