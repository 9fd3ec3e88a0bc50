//! A Region that could not be read before the first change: nothing is done there, even where it can be read
//! later on.

use std::time::Duration;

use engine::clock;
use fleet::saved::SavedPlan;
use serde_json::Value;

use crate::executing::{copied, planned_all};
use crate::stage::{LIST, REGIONS, Stage};

const DISABLE: &str = "disable/leavers.csv";

/// The second Region cannot be read from an hour after the beginning on, for ten minutes.
fn stage(operation: &str) -> Stage {
    let denied = format!(
        "[[faults]]\neffect = 'denied'\noperations = ['detective:{operation}']\nregions = [{:?}]\nafter = '3600s'\nuntil = '4200s'",
        REGIONS[1]
    );
    Stage::of(&format!("size = 3\n{denied}"))
}

/// That time begins, and is over before a pass begins.
async fn between_prepare_and_the_passes(stage: &Stage) {
    clock::sleep(Duration::from_secs(3650)).await;
    stage.before(|_, payload| async move {
        if payload["step"] == "reconcile" {
            clock::sleep(Duration::from_secs(600)).await;
        }
    });
}

fn error(report: &Value, region: usize) -> &str {
    report["regions"][region]["error"]
        .as_str()
        .unwrap_or_default()
}

#[tokio::test(start_paused = true)]
async fn nobody_is_removed_where_the_guard_rails_could_not_be_asked() {
    let stage = stage("ListMembers");
    assert_eq!(stage.upload_all().await.error, None);
    stage.delete(LIST).await;
    between_prepare_and_the_passes(&stage).await;
    let leavers = stage.csv(&stage.members()[..2]);
    let execution = stage.upload(DISABLE, leavers).await;
    assert_eq!(execution.error.as_deref(), Some("DetectiveFleet.Failed"));
    let report = stage.report(&execution).await;
    assert_eq!(error(&report, 0), "");
    let why = error(&report, 1);
    assert!(why.contains("when the guard rails were asked"), "{why}");
    assert_eq!(report["summary"]["removed"], 2, "{report}");
    assert_eq!(stage.statuses(REGIONS[0]).await.len(), 1);
    assert_eq!(stage.statuses(REGIONS[1]).await.len(), 3);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_done_where_a_saved_plan_could_not_be_compared() {
    let stage = stage("ListGraphs");
    let plan = planned_all(&stage).await;
    assert!(SavedPlan::parse(&plan).unwrap().plan.changes_anything());
    between_prepare_and_the_passes(&stage).await;
    let execution = copied(&stage, LIST, plan).await;
    assert_eq!(execution.error.as_deref(), Some("DetectiveFleet.Failed"));
    let report = stage.report(&execution).await;
    assert_eq!(error(&report, 0), "");
    let why = error(&report, 1);
    assert!(why.contains("when the saved plan was compared"), "{why}");
    assert_eq!(stage.statuses(REGIONS[0]).await.len(), 3);
    assert_eq!(stage.graph(REGIONS[1]).await, None);
}
