//! What an upload under `plan/` leaves to be executed.

use fleet::saved::{Given, Goal, SavedPlan};

use crate::stage::{LIST, REGIONS, Stage};

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

#[tokio::test(start_paused = true)]
async fn the_plan_is_for_what_the_stack_says_and_for_a_day() {
    let stage = Stage::of("size = 3");
    for (name, value) in [
        ("PRUNE", "true"),
        ("EXCLUDE_REGIONS", REGIONS[1]),
        ("EXPECTED", "*/eu-north-1 not wanted"),
        ("TAGS", "team=security"),
        ("PACKAGES", "EKS_AUDIT"),
        ("SEND_EMAIL", "true"),
        ("MESSAGE", "from security"),
    ] {
        stage.set(name, value);
    }
    let key = format!("plan/{LIST}");
    let list = stage.csv(&stage.members());
    let execution = stage.upload(&key, list.clone()).await;
    let place = |run: &str| format!("runs/{run}/plan.json");
    let plan = stage.get(&place(&execution.name)).await.unwrap();
    let saved = SavedPlan::parse(&plan).unwrap();
    let one = |text: &str| [text.to_owned()].into();
    let settings = &saved.settings;
    assert!(settings.prune && settings.send_email && !settings.retry_failed);
    assert_eq!(settings.exclude_region, one(REGIONS[1]));
    assert_eq!(settings.regions.len(), REGIONS.len());
    assert_eq!(settings.expected, one("*/eu-north-1 not wanted"));
    assert_eq!(settings.tags["team"], "security");
    assert_eq!(settings.packages, one("EKS_AUDIT"));
    assert_eq!(settings.message.as_deref(), Some("from security"));
    let good_for = saved.expires.duration_since(saved.plan.header.started);
    assert_eq!(good_for.as_hours(), 24);
    // An address in a parameter is saved nowhere.
    stage.set("MESSAGE", "ask root@example.com");
    let execution = stage.upload(&key, list).await;
    assert_eq!(execution.error, None);
    assert_eq!(stage.get(&place(&execution.name)).await, None);
}

#[tokio::test(start_paused = true)]
async fn a_plan_whose_list_is_replaced_under_way_is_not_the_latest() {
    let stage = Stage::of("size = 3");
    let key = format!("plan/{LIST}");
    let list = stage.csv(&stage.members());
    let (newer, place) = (list.clone(), key.clone());
    stage.before(move |stage, payload| {
        let (newer, place) = (newer.clone(), place.clone());
        async move {
            if payload["step"] == "reconcile" {
                stage.put(&place, newer).await;
            }
        }
    });
    let execution = stage.upload(&key, list).await;
    assert_eq!(execution.error, None, "{execution:?}");
    for name in ["plan.json", "report.json", "report.html"] {
        assert_eq!(stage.get(&format!("latest/{key}/{name}")).await, None);
    }
    let run = format!("runs/{}/plan.json", execution.name);
    assert_eq!(stage.get(&run).await, None);
    let (_, message) = &execution.told[0];
    assert!(!message.contains("copy-object"), "{message}");
}
