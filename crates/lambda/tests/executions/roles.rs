//! Accounts that have no role get one by the StackSet: which, and what is told where that fails.

use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::machine::{Execution, Failed};
use crate::stage::{REGIONS, Stage};
use crate::wire::Fate;

/// Without a role, with one that is made while the StackSet is at it, and without one for good.
const WORLD: &str = "size = 2
[accounts.300000000001]
roles = []
[accounts.300000000002]
roles = [{name = 'detective-fleet/DetectiveFleetMember', known_after = '70s'}]
[accounts.300000000003]
roles = []";

fn stage() -> Stage {
    let stage = Stage::of(WORLD);
    stage.set("MANAGE_MEMBER_ROLES", "true");
    stage
}

/// CloudFormation makes them after two looks, and has two pages of results.
fn rolls_out(stage: &Stage) {
    let (clock, began) = (stage.clock(), stage.now());
    stage.rolls_out(move |operation, asked| {
        let went = clock.now().duration_since(began).as_secs();
        Ok(match operation {
            "createStackInstances" => json!({"OperationId": asked["OperationId"]}),
            "describeStackSetOperation" => {
                let status = if went > 25 { "SUCCEEDED" } else { "RUNNING" };
                json!({"StackSetOperation": {"Status": status}})
            }
            _ if asked["NextToken"].is_null() => json!({
                "Summaries": [
                    {"Account": "300000000001", "Status": "FAILED", "StatusReason": "no trust in root@example.com"},
                    {"Account": "300000000002", "Status": "SUCCEEDED"},
                ],
                "NextToken": "more",
            }),
            _ => json!({"Summaries": [{"Account": "300000000003", "Status": "SUCCEEDED"}]}),
        })
    });
}

fn notes(report: &Value) -> Vec<&str> {
    let notes = report["notes"].as_array().unwrap();
    notes.iter().filter_map(Value::as_str).collect()
}

async fn noted(stage: &Stage, execution: &Execution) -> String {
    notes(&stage.report(execution).await).join("\n")
}

#[tokio::test(start_paused = true)]
async fn who_has_no_role_gets_one_and_who_did_not_is_named_with_the_reason() {
    let stage = stage();
    rolls_out(&stage);
    let execution = stage.upload_all().await;
    assert_eq!(execution.error.as_deref(), Some("DetectiveFleet.Failed"));
    let [asked] = &stage.rolled_out("createStackInstances")[..] else {
        panic!()
    };
    assert_eq!(
        asked["Accounts"],
        json!(["300000000001", "300000000002", "300000000003"])
    );
    assert_eq!(stage.rolled_out("describeStackSetOperation").len(), 2);
    assert_eq!(stage.invoked("turn"), 2);
    assert_eq!(stage.invoked("roles"), 2);
    // The role that was made just now is waited for.
    for region in REGIONS {
        let there = stage.statuses(region).await;
        assert_eq!(there.len(), 3, "{there:?}");
        assert_eq!(there["300000000002"], "ENABLED");
    }
    let notes = noted(&stage, &execution).await;
    assert!(
        notes.contains("no role in 300000000001: no trust in r***@example.com"),
        "{notes}"
    );
    // CloudFormation says so, and it cannot be assumed all the same.
    assert!(notes.contains("no role in 300000000003: "), "{notes}");
    assert!(!notes.contains("300000000002"), "{notes}");
}

#[tokio::test(start_paused = true)]
async fn a_stackset_that_fails_is_told_and_the_others_go_on() {
    for operation in [
        "createStackInstances",
        "describeStackSetOperation",
        "listStackSetOperationResults",
    ] {
        let stage = stage();
        stage.rolls_out(move |asked, _| match asked {
            it if it == operation => Err(Failed(
                "CloudFormation.StackSetNotFoundException".to_owned(),
                "no StackSet of root@example.com".to_owned(),
            )),
            "describeStackSetOperation" => {
                Ok(json!({"StackSetOperation": {"Status": "SUCCEEDED"}}))
            }
            _ => Ok(json!({})),
        });
        let execution = stage.upload_all().await;
        assert_eq!(execution.error.as_deref(), Some("DetectiveFleet.Failed"));
        let told = "roles could not be made by the StackSet: CloudFormation.StackSetNotFoundException: no StackSet of r***@example.com";
        let notes = noted(&stage, &execution).await;
        assert!(notes.contains(told), "{operation}: {notes}");
        assert!(execution.told[0].1.contains(told), "{execution:?}");
        assert!(stage.statuses(REGIONS[0]).await.len() >= 2, "{operation}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_operation_that_is_known_already_is_waited_for() {
    let stage = stage();
    stage.rolls_out(|operation, _| match operation {
        "createStackInstances" => Err(Failed(
            "CloudFormation.OperationIdAlreadyExistsException".to_owned(),
            String::new(),
        )),
        "describeStackSetOperation" => Ok(json!({"StackSetOperation": {"Status": "STOPPED"}})),
        _ => Ok(json!({"Summaries": [{"Account": "300000000001", "Status": "CANCELLED"}]})),
    });
    let execution = stage.upload_all().await;
    let notes = noted(&stage, &execution).await;
    assert!(
        notes.contains("no role in 300000000001: CloudFormation says CANCELLED and no reason"),
        "{notes}"
    );
    assert!(
        !notes.contains("could not be made by the StackSet"),
        "{notes}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_role_that_was_not_answered_for_is_not_made() {
    let stage = stage();
    rolls_out(&stage);
    stage.fates(|asked| {
        let body = String::from_utf8_lossy(&asked.body);
        let is_it = body.contains("Action=AssumeRole") && body.contains("300000000001");
        if is_it { Fate::Silent } else { Fate::Answered }
    });
    stage.upload_all().await;
    let [asked] = &stage.rolled_out("createStackInstances")[..] else {
        panic!()
    };
    assert_eq!(asked["Accounts"], json!(["300000000002", "300000000003"]));
}

#[tokio::test(start_paused = true)]
async fn no_role_is_made_for_a_list_that_disables_or_is_only_planned() {
    let stage = stage();
    stage
        .upload("plan/enable/a.csv", stage.csv(&stage.members()))
        .await;
    stage
        .upload("disable/a.csv", stage.csv(&stage.members()))
        .await;
    assert_eq!(
        stage.rolled_out("createStackInstances"),
        Vec::<Value>::new()
    );
}

/// CloudFormation is waited for, and then IAM, and nobody else may have the turn meanwhile.
#[tokio::test(start_paused = true)]
async fn the_turn_is_kept_while_it_is_tried_whether_roles_can_be_assumed() {
    const HALF_AN_HOUR: SignedDuration = SignedDuration::from_mins(30);
    let stage = stage();
    rolls_out(&stage);
    let moments: Arc<Mutex<Vec<(Timestamp, Timestamp)>>> = Arc::default();
    let (seen, tried) = (moments.clone(), Arc::new(Mutex::new(None)));
    stage.before(move |stage, payload: Value| {
        let (seen, tried) = (seen.clone(), tried.clone());
        async move {
            if payload["step"] == "roles" {
                *tried.lock().unwrap() = Some(stage.now());
            } else if payload["step"] == "reconcile" {
                let lease = stage.json("state/lease.json").await;
                let until: Timestamp = lease["until"].as_str().unwrap().parse().unwrap();
                seen.lock()
                    .unwrap()
                    .push((tried.lock().unwrap().unwrap(), until));
            }
        }
    });
    stage.upload_all().await;
    let moments = moments.lock().unwrap();
    let (tried, until) = moments[0];
    assert!(until >= tried + HALF_AN_HOUR, "{moments:?}");
}

#[tokio::test(start_paused = true)]
async fn what_somebody_else_wrote_about_roles_is_shown_without_e_mails() {
    let stage = stage();
    rolls_out(&stage);
    stage.before(|stage, payload: Value| async move {
        if payload["step"] == "report" {
            let said = json!({"300000000001": "ask root@example.com\u{202e}"});
            stage.put_json("runs/execution-1/roles.json", &said).await;
        }
    });
    let execution = stage.upload_all().await;
    let notes = noted(&stage, &execution).await;
    assert!(
        notes.contains("no role in 300000000001: ask r***@example.com"),
        "{notes}"
    );
    assert!(
        !notes.contains("root@") && !notes.contains('\u{202e}'),
        "{notes}"
    );
    assert!(!execution.told[0].1.contains("root@"), "{execution:?}");
}
