//! Plans that somebody made up, or wrote where the function alone writes.

use std::time::Duration;

use fleet::account::Region;
use fleet::report::Action;
use fleet::saved::{Goal, SavedPlan};
use serde_json::Value;

use crate::executing::{LEAVERS, changes, copied, is_refused, members, planned, planned_all};
use crate::machine::Execution;
use crate::stage::{LIST, Stage};

/// The same plan with something else in it, and a digest that fits.
fn crafted(plan: &[u8], act: impl Fn(&mut SavedPlan)) -> String {
    let mut saved = SavedPlan::parse(plan).unwrap();
    act(&mut saved);
    let SavedPlan {
        plan,
        settings,
        graph_changes,
        expires,
        ..
    } = saved;
    let again = SavedPlan::of(plan, settings, graph_changes, expires);
    again.to_text().unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_crafted_plan_is_refused_whatever_its_digest_says() {
    let stage = Stage::new();
    let plan = planned_all(&stage).await;
    let later = |saved: &mut SavedPlan| {
        let day = Duration::from_secs(24 * 3600);
        saved.expires = saved.expires.checked_add(day).unwrap();
    };
    for text in [
        crafted(&plan, later),
        crafted(&plan, |saved| saved.plan.header.run_id = "../x".to_owned()),
        crafted(&plan, |saved| {
            saved.plan.header.run_id = "another".to_owned();
        }),
    ] {
        let execution = copied(&stage, LIST, text).await;
        is_refused(&execution, &["this is not what a run of this stack saved"]);
        // What it says of itself is not repeated.
        assert_eq!(stage.report(&execution).await["plan"], Value::Null);
    }
    assert_eq!(changes(&stage), 0);
}

/// Somebody past the bucket's policy, who can write where the function alone may.
async fn forged(stage: &Stage, list: &str, text: String) -> Execution {
    let run = SavedPlan::parse(text.as_bytes())
        .unwrap()
        .plan
        .header
        .run_id;
    stage
        .put(&format!("runs/{run}/plan.json"), text.clone())
        .await;
    copied(stage, list, text).await
}

#[tokio::test(start_paused = true)]
async fn a_forged_plan_does_no_more_than_an_upload_of_its_list_would() {
    let stage = Stage::new();
    assert_eq!(stage.upload_all().await.error, None);
    let all_go = |saved: &mut SavedPlan| {
        for region in &mut saved.plan.regions {
            region.delete_graph = true;
            for member in &mut region.members {
                member.action = Action::Remove;
            }
        }
    };
    // It says that everybody is removed: the list does not, and the list is what is wanted.
    let plan = planned_all(&stage).await;
    let execution = forged(&stage, LIST, crafted(&plan, all_go)).await;
    assert_eq!(execution.error, None, "{execution:?}");
    assert_eq!(members(&stage).await, 6);
    // It ends graphs: nothing in AWS does.
    stage.delete(LIST).await;
    let plan = planned(&stage, LEAVERS, stage.csv(&stage.members())).await;
    let ends = crafted(&plan, |saved| {
        all_go(saved);
        saved.settings.goal = Goal::DeleteGraphs;
    });
    is_refused(&forged(&stage, LEAVERS, ends).await, &["delete-graphs"]);
    // It has a Region that the stack leaves out.
    let elsewhere = crafted(&plan, |saved| {
        saved.plan.regions[0].region = Region::new("eu-west-1");
    });
    is_refused(&forged(&stage, LEAVERS, elsewhere).await, &["eu-west-1"]);
    assert_eq!(members(&stage).await, 6);
    // It lifts no limit.
    stage.set("MAX_REMOVALS", "1");
    let execution = forged(&stage, LEAVERS, crafted(&plan, |_| {})).await;
    assert_eq!(execution.error.as_deref(), Some("DetectiveFleet.BadInput"));
    assert!(execution.told[0].1.contains("MaxRemovals"), "{execution:?}");
    assert_eq!(members(&stage).await, 6);
}
