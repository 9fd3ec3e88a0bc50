//! What an upload under `plan/` leaves to be executed.

use fleet::saved::{Given, Goal, SavedPlan};

use crate::stage::{LIST, Stage};

#[tokio::test(start_paused = true)]
async fn a_plan_is_left_beside_its_report_as_one_that_the_command_executes() {
    let stage = Stage::of("size = 3");
    let key = format!("plan/{LIST}");
    let list = stage.csv(&stage.members());
    let execution = stage.upload(&key, list.clone()).await;
    assert_eq!(execution.error, None, "{execution:?}");
    let report = stage.report(&execution).await;
    let latest = stage.get(&format!("latest/{key}/plan.json")).await.unwrap();
    let saved = SavedPlan::parse(&latest).unwrap();
    let plan = serde_json::to_value(&saved.plan).unwrap();
    assert_eq!(plan, report, "it is the plan of the report");
    assert_eq!(saved.settings.goal, Goal::Enable);
    let sha256 = fleet::origin::sha256(list.as_bytes());
    assert_eq!(saved.check_given(&Given::default(), Some(&sha256)), Ok(()));
    assert_eq!(stage.calls("detective:CreateMembers"), 0);
    let text = String::from_utf8(latest).unwrap();
    for line in list.lines() {
        let email = line.rsplit(',').next().unwrap();
        assert!(!text.contains(email), "{email}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_changes_something_leaves_no_plan() {
    let stage = Stage::of("size = 1");
    stage.upload_all().await;
    assert_eq!(stage.get(&format!("latest/{LIST}/plan.json")).await, None);
}
