//! A saved plan that is copied to where it is executed: just that is done, and only where nothing has moved.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use engine::clock;
use fleet::saved::SavedPlan;
use serde_json::{Value, json};

use crate::machine::Execution;
use crate::stage::{LIST, REGIONS, Stage, created};
use crate::wire::Fate;

pub(crate) const LEAVERS: &str = "disable/leavers.csv";
const BOB: &str = "AROAEXAMPLE2:bob";

pub(crate) fn place(list: &str) -> String {
    format!("execute/{list}/plan.json")
}

/// Uploads a list to be planned; what its run saved.
pub(crate) async fn planned(stage: &Stage, list: &str, csv: String) -> Vec<u8> {
    let execution = stage.upload(&format!("plan/{list}"), csv).await;
    assert_eq!(execution.error, None, "{execution:?}");
    let key = format!("runs/{}/plan.json", execution.name);
    stage.get(&key).await.unwrap()
}

pub(crate) async fn planned_all(stage: &Stage) -> Vec<u8> {
    planned(stage, LIST, stage.csv(&stage.members())).await
}

/// Copies a plan to where it is executed, and plays the execution that this starts.
pub(crate) async fn copied(stage: &Stage, list: &str, plan: impl Into<Vec<u8>>) -> Execution {
    stage.upload(&place(list), plan).await
}

pub(crate) fn is_refused(execution: &Execution, words: &[&str]) {
    let error = execution.error.as_deref();
    assert_eq!(error, Some("DetectiveFleet.PlanRefused"), "{execution:?}");
    let [(subject, message)] = &execution.told[..] else {
        panic!("{execution:?}")
    };
    assert!(
        subject.contains("the saved plan is not executed"),
        "{subject}"
    );
    for words in words {
        assert!(message.contains(words), "{words}: {message}");
    }
}

pub(crate) fn changes(stage: &Stage) -> u64 {
    let changes = [
        "CreateGraph",
        "CreateMembers",
        "DeleteMembers",
        "AcceptInvitation",
    ];
    let calls = changes.map(|it| stage.calls(&format!("detective:{it}")));
    calls.iter().sum()
}

pub(crate) async fn members(stage: &Stage) -> usize {
    let mut all = 0;
    for region in REGIONS {
        all += stage.statuses(region).await.len();
    }
    all
}

#[tokio::test(start_paused = true)]
async fn a_plan_that_is_copied_is_executed_and_names_who_planned_and_who_approved() {
    let stage = Stage::new();
    let key = format!("plan/{LIST}");
    let version = stage.put(&key, stage.csv(&stage.members())).await;
    let mut event = created(&key, &version);
    event["detail"]["requester"] = json!("111111111111");
    let planning = stage.start(event).await;
    let source = format!("runs/{}/plan.json", planning.name);
    let command = format!(
        "aws s3api copy-object --bucket bucket --copy-source bucket/{source} --key {}",
        place(LIST)
    );
    let message = &planning.told[0].1;
    assert!(message.contains(&command), "{message}");
    assert_eq!(changes(&stage), 0);

    let plan = stage.get(&source).await.unwrap();
    let version = stage.put(&place(LIST), plan.clone()).await;
    let mut event = created(&place(LIST), &version);
    event["detail"]["requester"] = json!("222222222222");
    event["detail"]["source-ip-address"] = json!("192.0.2.7");
    let execution = stage.start(event).await;
    assert_eq!(execution.error, None, "{execution:?}");
    let report = stage.report(&execution).await;
    assert_eq!(report["summary"]["enabled"], 6, "{report}");
    let saved = SavedPlan::parse(&plan).unwrap();
    assert_eq!(report["plan"]["name"], place(LIST));
    assert_eq!(report["plan"]["digest"], saved.digest());
    assert_eq!(
        report["plan"]["planner"],
        json!(saved.plan.header.origin.caller)
    );
    assert_eq!(report["plan"]["approver"]["requester"], "222222222222");
    assert_eq!(report["list"]["name"], key);
    assert_eq!(report["list"]["uploader"]["requester"], "111111111111");
    let (_, message) = &execution.told[0];
    for words in [
        "this executes the plan in execute/enable/accounts.csv/plan.json",
        "was approved by 222222222222, from 192.0.2.7, and nothing else",
        "Uploaded by 111111111111",
    ] {
        assert!(message.contains(words), "{words}: {message}");
    }
    let page = format!("latest/{}/report.html", place(LIST));
    let page = String::from_utf8(stage.get(&page).await.unwrap()).unwrap();
    assert!(page.contains("was approved by 222222222222"));
}

#[tokio::test(start_paused = true)]
async fn several_passes_do_what_the_plan_holds_and_a_move_under_way_is_left_and_named() {
    let stage = Stage::of("size = 3\nverification = '20m'");
    stage.limit(Duration::from_secs(60));
    let first = stage.csv(&stage.members()[..1]);
    assert_eq!(stage.upload("enable/first.csv", first).await.error, None);
    let plan = planned_all(&stage).await;
    let (leaver, _) = stage.members()[0].clone();
    let left = Arc::new(AtomicBool::new(false));
    let leaves = left.clone();
    stage.before(move |stage, payload| {
        let (leaver, is_first) = (leaver.clone(), !leaves.load(Ordering::Relaxed));
        let leaves = leaves.clone();
        async move {
            if payload["step"] == "reconcile" && is_first {
                leaves.store(true, Ordering::Relaxed);
                stage.remove(REGIONS[0], &[&leaver]).await;
            }
        }
    });
    let execution = copied(&stage, LIST, plan).await;
    assert_eq!(execution.error.as_deref(), Some("DetectiveFleet.Failed"));
    let report = stage.report(&execution).await;
    assert!(report.to_string().contains("not-in-plan"), "{report}");
    assert_eq!(report["summary"]["failed"], 1);
    assert_eq!(report["summary"]["enabled"], 5, "{report}");
    assert!(stage.invoked("reconcile") > 2);
    assert_eq!(members(&stage).await, 5);
}

#[tokio::test(start_paused = true)]
async fn whenever_the_function_is_killed_just_the_plan_is_done() {
    let end = Arc::new(AtomicBool::new(false));
    for number in (1..).step_by(4) {
        let stage = Stage::of("size = 2");
        stage.set("REGIONS", REGIONS[0]);
        let plan = planned(&stage, LIST, stage.csv(&stage.members()[..1])).await;
        end.store(true, Ordering::Relaxed);
        let (count, reached) = (AtomicUsize::new(0), end.clone());
        stage.fates(move |_| {
            let is_it = count.fetch_add(1, Ordering::Relaxed) + 1 == number;
            if is_it {
                reached.store(false, Ordering::Relaxed);
            }
            if is_it { Fate::Killed } else { Fate::Answered }
        });
        let execution = copied(&stage, LIST, plan).await;
        if end.load(Ordering::Relaxed) {
            assert!(number > 30, "{number}");
            break;
        }
        assert_eq!(execution.error, None, "{number}: {execution:?}");
        assert_eq!(stage.statuses(REGIONS[0]).await.len(), 1, "{number}");
        assert_eq!(execution.told.len(), 1, "{number}");
        let report = stage.report(&execution).await;
        assert_eq!(report["plan"]["name"], place(LIST), "{number}");
    }
}

#[tokio::test(start_paused = true)]
async fn events_that_come_twice_or_late_do_nothing() {
    let stage = Stage::new();
    let plan = planned_all(&stage).await;
    let first = stage.put(&place(LIST), plan.clone()).await;
    let second = stage.put(&place(LIST), plan).await;
    let execution = stage.start(created(&place(LIST), &second)).await;
    assert_eq!(execution.error, None);
    let done = changes(&stage);
    let again = stage.start(created(&place(LIST), &second)).await;
    assert_eq!((again.error, again.told.len()), (None, 0));
    let late = stage.start(created(&place(LIST), &first)).await;
    assert_eq!(stage.report(&late).await["ended"], "superseded");
    assert_eq!(changes(&stage), done);
    // A folder means nothing.
    let folder = stage.upload("execute/enable/accounts.csv/", "").await;
    assert_eq!((folder.error, folder.told.len()), (None, 0));
}

#[tokio::test(start_paused = true)]
async fn two_plans_at_once_are_executed_one_after_the_other() {
    let stage = Stage::new();
    let one = planned(&stage, "enable/one.csv", stage.csv(&stage.members()[..2])).await;
    let two = planned(&stage, "enable/two.csv", stage.csv(&stage.members()[1..])).await;
    let (one, two) = tokio::join!(
        copied(&stage, "enable/one.csv", one),
        copied(&stage, "enable/two.csv", two)
    );
    let waited = |it: &Execution| it.states.contains(&"WaitForTurn".to_owned());
    assert!(waited(&one) != waited(&two), "{one:?} {two:?}");
    // Both found no graph; whichever came second needs less than it holds.
    assert_eq!((one.error, two.error), (None, None));
    assert_eq!(members(&stage).await, 6);
}

#[tokio::test(start_paused = true)]
async fn a_newer_plan_ends_the_older_one_and_so_does_its_deletion() {
    for newer in [true, false] {
        let stage = Stage::new();
        let plan = planned_all(&stage).await;
        let again = plan.clone();
        stage.before(move |stage, payload| {
            let again = again.clone();
            async move {
                if payload["step"] != "reconcile" {
                } else if newer {
                    stage.put(&place(LIST), again).await;
                } else {
                    stage.delete(&place(LIST)).await;
                }
            }
        });
        let execution = copied(&stage, LIST, plan).await;
        assert_eq!(execution.error, None, "{execution:?}");
        assert_eq!(stage.report(&execution).await["ended"], "superseded");
        assert_eq!(changes(&stage), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn one_that_expired_or_was_edited_or_is_something_else_is_refused() {
    let stage = Stage::new();
    let plan = planned_all(&stage).await;
    let text = String::from_utf8(plan.clone()).unwrap();
    let edited = text.replace("\"invite\"", "\"repair\"");
    let execution = copied(&stage, LIST, edited).await;
    is_refused(&execution, &["changed after it was saved"]);
    let execution = copied(&stage, LIST, stage.csv(&stage.members())).await;
    is_refused(&execution, &["this is no saved plan"]);
    let execution = copied(&stage, "enable/other.csv", plan.clone()).await;
    is_refused(
        &execution,
        &["made by plan/enable/accounts.csv", "plan/enable/other.csv"],
    );
    let execution = copied(&stage, "disable/accounts.csv", plan.clone()).await;
    is_refused(&execution, &["made by plan/enable/accounts.csv"]);
    clock::sleep(Duration::from_secs(25 * 3600)).await;
    let execution = copied(&stage, LIST, plan.clone()).await;
    is_refused(&execution, &["the saved plan expired at 2027-01-16"]);
    let report = stage.report(&execution).await;
    assert_eq!(report["plan"]["stale"]["refused"], "expired");
    assert_eq!(changes(&stage), 0);
}

#[tokio::test(start_paused = true)]
async fn another_list_and_other_settings_are_refused() {
    let stage = Stage::new();
    let csv = stage.csv(&stage.members());
    let plan = planned(&stage, LIST, csv.clone()).await;
    let list = format!("plan/{LIST}");
    stage.put(&list, stage.csv(&stage.members()[..2])).await;
    let execution = copied(&stage, LIST, plan.clone()).await;
    is_refused(&execution, &["the list is the one with the SHA-256"]);
    let report = stage.report(&execution).await;
    assert_eq!(report["plan"]["stale"]["refused"], "differs");
    stage.delete(&list).await;
    let execution = copied(&stage, LIST, plan.clone()).await;
    is_refused(&execution, &["the list is none now"]);
    // The same list again is the list.
    stage.put(&list, csv).await;
    stage.set("TAGS", "team=other").set("SEND_EMAIL", "true");
    let execution = copied(&stage, LIST, plan.clone()).await;
    is_refused(
        &execution,
        &[
            "Tags is team=other now, and nothing in the plan",
            "SendEmail is true now, and false in the plan",
        ],
    );
    assert_eq!(changes(&stage), 0);
    stage.set("TAGS", "").set("SEND_EMAIL", "false");
    assert_eq!(copied(&stage, LIST, plan).await.error, None);
}

#[tokio::test(start_paused = true)]
async fn where_aws_has_moved_it_is_refused_whole_and_named() {
    let stage = Stage::new();
    let first = stage.csv(&stage.members()[..2]);
    assert_eq!(stage.upload("enable/first.csv", first).await.error, None);
    let plan = planned_all(&stage).await;
    let (leaver, _) = stage.members()[0].clone();
    stage.remove(REGIONS[0], &[&leaver]).await;
    let before = changes(&stage);
    let execution = copied(&stage, LIST, plan).await;
    let moved = format!(
        "{leaver} in {}: was: ENABLED; is: no member; the plan: leave it as it is; needed now: invite it, and accept for it",
        REGIONS[0]
    );
    is_refused(&execution, &[&moved]);
    assert_eq!(changes(&stage), before);
    let report = stage.report(&execution).await;
    assert_eq!(report["notes"], json!([moved]));
    let stale = &report["plan"]["stale"];
    assert_eq!(stale["refused"], "moved");
    assert_eq!(stale["details"][0]["is"], "no member");
    assert_eq!(stale["details"][0]["account_id"], leaver.as_str());
    // It held nobody up, and a new plan is good.
    let plan = planned_all(&stage).await;
    assert_eq!(copied(&stage, LIST, plan).await.error, None);
    assert_eq!(members(&stage).await, 6);
}

#[tokio::test(start_paused = true)]
async fn less_than_the_plan_holds_is_done() {
    let stage = Stage::new();
    let plan = planned_all(&stage).await;
    let first = stage.csv(&stage.members()[..2]);
    assert_eq!(stage.upload("enable/first.csv", first).await.error, None);
    let execution = copied(&stage, LIST, plan).await;
    assert_eq!(execution.error, None, "{execution:?}");
    let report = stage.report(&execution).await;
    assert_eq!(report["summary"]["changed"], 2, "{report}");
    assert_eq!(members(&stage).await, 6);
}

#[tokio::test(start_paused = true)]
async fn what_limits_an_upload_limits_a_plan_as_well() {
    let stage = Stage::new();
    let plan = planned_all(&stage).await;
    stage.set("MAX_INVITATIONS", "2");
    let execution = copied(&stage, LIST, plan.clone()).await;
    assert_eq!(execution.error.as_deref(), Some("DetectiveFleet.BadInput"));
    assert_eq!(members(&stage).await, 0);
    stage.set("MAX_INVITATIONS", "3");
    assert_eq!(copied(&stage, LIST, plan).await.error, None);

    let one = stage.csv(&stage.members()[..1]);
    let plan = planned(&stage, LEAVERS, one).await;
    let refused = [
        (
            "DISABLE_BY_UPLOAD",
            "DISABLED",
            "ENABLED",
            "DisableByUpload",
        ),
        ("ALLOW_REMOVALS", "false", "true", "AllowRemovals"),
    ];
    for (name, off, on, words) in refused {
        stage.set(name, off);
        let execution = copied(&stage, LEAVERS, plan.clone()).await;
        assert_eq!(execution.error.as_deref(), Some("DetectiveFleet.BadInput"));
        assert!(execution.told[0].1.contains(words), "{execution:?}");
        stage.set(name, on);
    }
    // Whom the authoritative list names stays.
    assert_eq!(stage.upload_all().await.error, None);
    let execution = copied(&stage, LEAVERS, plan.clone()).await;
    assert_eq!(execution.error.as_deref(), Some("DetectiveFleet.BadInput"));
    assert!(execution.told[0].1.contains("still names"), "{execution:?}");
    assert_eq!(members(&stage).await, 6);
    stage.delete(LIST).await;
    assert_eq!(copied(&stage, LEAVERS, plan).await.error, None);
    assert_eq!(members(&stage).await, 4);
}

#[tokio::test(start_paused = true)]
async fn removals_of_a_plan_are_approved_by_somebody_else_where_the_stack_asks_for_that() {
    for approves in [false, true] {
        let stage = Stage::new();
        assert_eq!(
            stage
                .upload("enable/a.csv", stage.csv(&stage.members()))
                .await
                .error,
            None
        );
        stage
            .set("APPROVE_REMOVALS", "true")
            .set("HAS_APPROVERS", "true");
        stage.set("APPROVAL_HOURS", "72");
        let plan = planned(&stage, LEAVERS, stage.csv(&stage.members()[..1])).await;
        let expires = SavedPlan::parse(&plan).unwrap().expires;
        stage.before(move |stage, payload| async move {
            let Some(hash) = payload["asked"].as_str().filter(|_| approves) else {
                return;
            };
            assert_eq!(members(&stage).await, 6);
            let run = payload["execution"].as_str().unwrap();
            stage.put(&format!("approve/{run}/{hash}/{BOB}"), "").await;
        });
        let execution = copied(&stage, LEAVERS, plan).await;
        let (_, question) = &execution.told[0];
        assert!(
            question.contains("this executes the plan in execute/"),
            "{question}"
        );
        if approves {
            assert_eq!(execution.error, None, "{execution:?}");
            let report = stage.report(&execution).await;
            assert_eq!(report["approval"]["principal"], BOB);
            assert_eq!(report["plan"]["name"], place(LEAVERS));
            assert_eq!(members(&stage).await, 4);
        } else {
            // It ends with the plan, not after three days.
            assert_eq!(
                execution.error.as_deref(),
                Some("DetectiveFleet.NotApproved")
            );
            let report = stage.report(&execution).await;
            assert_eq!(report["plan"]["name"], place(LEAVERS));
            assert!(stage.now() < expires.checked_add(Duration::from_secs(600)).unwrap());
            assert_eq!(members(&stage).await, 6);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_plan_that_prunes_says_what_the_drift_run_goes_by() {
    let stage = Stage::new();
    assert_eq!(stage.upload_all().await.error, None);
    stage.set("PRUNE", "true");
    let shorter = stage.csv(&stage.members()[1..]);
    let plan = planned(&stage, LIST, shorter.clone()).await;
    let execution = copied(&stage, LIST, plan).await;
    assert_eq!(execution.error, None, "{execution:?}");
    assert_eq!(members(&stage).await, 4);
    let left = format!("{LIST} still names {}", stage.members()[0].0);
    assert!(execution.told[0].1.contains(&left), "{execution:?}");
    let execution = stage.upload(LIST, shorter).await;
    assert_eq!(execution.error, None, "{execution:?}");
    assert_eq!(stage.drift().await.error, None);
    assert_eq!(members(&stage).await, 4);
}

#[tokio::test(start_paused = true)]
async fn a_plan_that_is_rewritten_under_way_ends_the_run() {
    let stage = Stage::new();
    let plan = planned_all(&stage).await;
    stage.before(|stage, payload| async move {
        if payload["step"] == "reconcile" {
            // Nobody but the function writes there, and the manifest has the hash of the plan.
            let key = format!(
                "runs/{}/manifest.json",
                payload["execution"].as_str().unwrap()
            );
            let mut manifest = stage.json(&key).await;
            manifest["executes"] = Value::Null;
            stage.put_json(&key, &manifest).await;
        }
    });
    let execution = copied(&stage, LIST, plan).await;
    assert_eq!(execution.error.as_deref(), Some("DetectiveFleet.Failed"));
    assert_eq!(changes(&stage), 0);
}

#[tokio::test(start_paused = true)]
async fn no_account_gets_a_role_for_a_plan_that_does_nothing_for_it() {
    let stage = Stage::of(
        "size = 2
memberships = [{accounts = ['300000000001'], administrator = '555555555555', status = 'ENABLED', age = '1h'}]
[accounts.300000000001]
roles = []",
    );
    stage.set("MANAGE_MEMBER_ROLES", "true");
    let plan = planned_all(&stage).await;
    let execution = copied(&stage, LIST, plan).await;
    assert_eq!(execution.error, None, "{execution:?}");
    assert!(!execution.states.contains(&"MakeRoles".to_owned()));
    assert_eq!(members(&stage).await, 6);
}
