//! Somebody who may write to the bucket, and should not be able to turn a run against its owner.

use std::time::Duration;

use serde_json::{Value, json};

use crate::machine::Execution;
use crate::stage::{LIST, REGIONS, Stage};

const NOTHING: &str = "Nothing was changed because of it";

/// Before the invocation for that step (and pass), this happens.
fn before<F>(
    stage: &Stage,
    step: &'static str,
    pass: u64,
    act: impl Fn(Stage, String) -> F + Send + Sync + 'static,
) where
    F: Future<Output = ()> + Send + 'static,
{
    stage.before(move |stage, payload: Value| {
        let is_it = payload["step"] == step && payload["pass"].as_u64().is_none_or(|it| it == pass);
        let name = payload["execution"].as_str().unwrap().to_owned();
        let acts = is_it.then(|| act(stage, name));
        async move {
            if let Some(acts) = acts {
                acts.await;
            }
        }
    });
}

fn undisturbed(stage: &Stage) {
    stage.before(|_, _| async {});
}

/// What was told names the object, and says that it did no harm.
fn names(execution: &Execution, object: &str) {
    assert_eq!(
        execution.error.as_deref(),
        Some("DetectiveFleet.Failed"),
        "{execution:?}"
    );
    let [(_, message)] = &execution.told[..] else {
        panic!("{execution:?}")
    };
    assert!(
        message.contains(object) && message.contains(NOTHING),
        "{message}"
    );
}

/// The manifest as an attacker wants it: everybody goes.
async fn turned_around(stage: Stage, name: String) {
    let key = format!("runs/{name}/manifest.json");
    let mut manifest = stage.json(&key).await;
    manifest["operation"] = json!("disable");
    manifest["header"]["operation"] = json!("disable");
    manifest["prune"] = json!(true);
    let pairs: Vec<_> = stage
        .members()
        .iter()
        .flat_map(|(id, _)| REGIONS.map(|region| json!([id, region])))
        .collect();
    manifest["agreed"] = json!({"regions": REGIONS, "others": pairs, "members": 500});
    stage.put_json(&key, &manifest).await;
}

#[tokio::test(start_paused = true)]
async fn a_rewritten_manifest_removes_nobody() {
    for pass in [1, 2] {
        let stage = Stage::of("size = 6\nverification = '40s'");
        before(&stage, "reconcile", pass, turned_around);
        let execution = stage.upload_all().await;
        names(
            &execution,
            &format!("s3://bucket/runs/{}/manifest.json", execution.name),
        );
        assert_eq!(stage.calls("detective:DeleteMembers"), 0);
        undisturbed(&stage);
        assert_eq!(stage.upload_all().await.error, None);
    }
}

#[tokio::test(start_paused = true)]
async fn a_manifest_that_is_cut_gone_or_anothers_ends_the_run() {
    let stage = Stage::of("size = 3");
    let first = stage.upload_all().await;
    for how in ["cut", "gone", "another's"] {
        let first = first.name.clone();
        before(&stage, "reconcile", 1, move |stage, name| {
            let first = first.clone();
            async move {
                let key = format!("runs/{name}/manifest.json");
                match how {
                    "cut" => {
                        let whole = stage.get(&key).await.unwrap();
                        stage.put(&key, &whole[..whole.len() / 2]).await;
                    }
                    "gone" => stage.delete(&key).await,
                    _ => {
                        let other = stage.get(&format!("runs/{first}/manifest.json")).await;
                        stage.put(&key, other.unwrap()).await;
                    }
                }
            }
        });
        let execution = stage.upload_all().await;
        names(
            &execution,
            &format!("runs/{}/manifest.json", execution.name),
        );
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_pass_left_is_not_another_ones_to_write() {
    for (pass, which) in [(2, "odd"), (3, "even")] {
        let stage = Stage::of("size = 3\nverification = '2m'");
        before(&stage, "reconcile", pass, move |stage, name| async move {
            let key = format!("runs/{name}/groups/0/progress-{which}.json");
            let mut progress = stage.json(&key).await;
            progress["attempts"] = json!({});
            stage.put_json(&key, &progress).await;
        });
        let execution = stage.upload_all().await;
        names(&execution, &format!("groups/0/progress-{which}.json"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_report_believes_what_the_passes_wrote_and_nothing_else() {
    let stage = Stage::new();
    before(&stage, "report", 1, |stage, name| async move {
        let key = format!("runs/{name}/groups/0/progress-odd.json");
        let text = stage.json(&key).await.to_string();
        stage
            .put(&key, text.replace("\"settled\"", "\"superseded\""))
            .await;
    });
    let execution = stage.upload_all().await;
    names(
        &execution,
        &format!("runs/{}/groups/0/progress-odd.json", execution.name),
    );
}

#[tokio::test(start_paused = true)]
async fn a_forged_refusal_makes_nothing_of_a_run() {
    let forged = json!({"name": null, "text": "All is well: call 555-0100", "operation": "enable", "key": LIST, "invalid_lines": []});
    let stage = Stage::new();
    let text = forged.clone();
    before(&stage, "report", 1, move |stage, name| {
        let text = text.clone();
        async move {
            stage
                .put_json(&format!("runs/{name}/refused.json"), &text)
                .await;
        }
    });
    // One that cannot be begun, and one that can.
    let execution = stage.upload(LIST, "no list").await;
    names(&execution, &format!("runs/{}/refused.json", execution.name));
    assert!(!execution.told[0].1.contains("555-0100"));
    let execution = stage.upload_all().await;
    assert_eq!(execution.error, None, "{execution:?}");
    assert_eq!(stage.report(&execution).await["summary"]["enabled"], 6);
}

#[tokio::test(start_paused = true)]
async fn a_drift_run_that_another_has_claimed_says_so() {
    let stage = Stage::new();
    stage.upload_all().await;
    let version = stage.newest(LIST).await;
    let time = stage.now().to_string();
    let claim = format!("state/claims/{LIST}/{version}/schedule-{time}.json");
    stage
        .put_json(&claim, &json!({"execution": "not-there"}))
        .await;
    let execution = stage.start(json!({"scheduled_time": time})).await;
    let [(_, message)] = &execution.told[..] else {
        panic!("{execution:?}")
    };
    assert!(
        message.contains("not-there") && message.contains(&claim),
        "{message}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_lease_is_believed_for_half_an_hour_whatever_it_says() {
    let stage = Stage::new();
    stage
        .put(
            "state/lease.json",
            r#"{"holder": "x", "until": "2999-01-01T00:00:00Z"}"#,
        )
        .await;
    let begun = stage.now();
    let execution = stage.upload_all().await;
    assert_eq!(execution.error, None, "{execution:?}");
    let waited = stage.now().duration_since(begun).as_secs();
    assert!((1_800..2_100).contains(&waited), "{waited}");
}

#[tokio::test(start_paused = true)]
async fn state_that_is_not_ours_ends_the_run_by_its_name() {
    let stage = Stage::new();
    stage.put("state/lease.json", "{\"holder\": ").await;
    names(&stage.upload_all().await, "s3://bucket/state/lease.json");
    stage.delete("state/lease.json").await;

    let version = stage.put(LIST, stage.csv(&stage.members())).await;
    let claim = format!("state/claims/{LIST}/{version}/upload.json");
    stage.put(&claim, "[]").await;
    names(
        &stage.start(crate::stage::created(LIST, &version)).await,
        &claim,
    );
    assert_eq!(stage.calls("detective:CreateGraph"), 0);

    before(&stage, "reconcile", 1, |stage, name| async move {
        stage
            .put(&format!("runs/{name}/groups/0/baseline.json"), "no")
            .await;
    });
    let execution = stage.upload_all().await;
    names(
        &execution,
        &format!("runs/{}/groups/0/baseline.json", execution.name),
    );
    assert_eq!(stage.calls("detective:CreateGraph"), 0);

    undisturbed(&stage);
    stage.set("PRUNE", "true");
    stage.upload_all().await;
    stage.put("state/removals.json", "{}").await;
    names(&stage.upload_all().await, "s3://bucket/state/removals.json");
}

#[tokio::test(start_paused = true)]
async fn a_forged_baseline_makes_a_run_no_bolder() {
    let stage = Stage::of("size = 12");
    let first = stage.upload_all().await;
    // What an earlier run recorded, as if nobody had been removed, invited or seen by this one.
    let old = format!("runs/{}/groups/0/baseline.json", first.name);
    let old = stage.get(&old).await.unwrap();
    before(&stage, "reconcile", 1, move |stage, name| {
        let old = old.clone();
        async move {
            let key = format!("runs/{name}/groups/0/baseline.json");
            stage.put(&key, old).await;
        }
    });
    // Limits hold all the same: those of invitations, and those of removals.
    let more = Stage::members(&stage);
    stage.set("MAX_REMOVALS", "2").set("PRUNE", "true");
    let some = stage.upload(LIST, stage.csv(&more[..9])).await;
    assert_eq!(some.error.as_deref(), Some("DetectiveFleet.BadInput"));
    assert_eq!(stage.calls("detective:DeleteMembers"), 0);
    let two = stage.upload(LIST, stage.csv(&more[..10])).await;
    assert_eq!(two.error, None, "{two:?}");
    assert_eq!(stage.statuses(REGIONS[0]).await.len(), 10);
    let third = stage.upload(LIST, stage.csv(&more[..9])).await;
    assert_eq!(third.error.as_deref(), Some("DetectiveFleet.BadInput"));
    assert_eq!(stage.statuses(REGIONS[0]).await.len(), 10);
}

#[tokio::test(start_paused = true)]
async fn forged_words_on_roles_are_told_as_harmless_words() {
    let stage = Stage::new();
    before(&stage, "report", 0, |stage, name| async move {
        let evil =
            "\u{1b}]0;x\u{7} ask root@example.com \u{202e}".to_owned() + &"x".repeat(100_000);
        let words = json!({ "111111111111": evil });
        stage
            .put_json(&format!("runs/{name}/roles.json"), &words)
            .await;
    });
    let execution = stage.upload_all().await;
    assert_eq!(execution.error, None, "{execution:?}");
    let [(_, message)] = &execution.told[..] else {
        panic!("{execution:?}")
    };
    let told = "no role in 111111111111: [U+001B]]0;x[U+0007] ask r***@example.com [U+202E]x";
    assert!(message.contains(told) && message.len() < 4_000, "{message}");

    before(&stage, "report", 0, |stage, name| async move {
        stage
            .put(&format!("runs/{name}/roles.json"), "{\"1111")
            .await;
    });
    let execution = stage.upload_all().await;
    names(&execution, &format!("runs/{}/roles.json", execution.name));
    assert_eq!(stage.statuses(REGIONS[0]).await.len(), 3);
}

#[tokio::test(start_paused = true)]
async fn forged_memory_makes_a_drift_run_begin_nothing() {
    let stage = Stage::new();
    stage.set("REGIONS", REGIONS[0]);
    stage.upload_all().await;
    stage.set("REGIONS", &REGIONS.join(","));
    stage
        .put_json(
            "state/covered.json",
            &json!({REGIONS[0]: null, REGIONS[1]: null}),
        )
        .await;
    let execution = stage.drift().await;
    assert_eq!(execution.error.as_deref(), Some("DetectiveFleet.Failed"));
    assert_eq!(stage.graph(REGIONS[1]).await, None);
    // What cannot be read is named, and written anew by the next upload.
    stage.put("state/covered.json", "{").await;
    names(&stage.drift().await, "s3://bucket/state/covered.json");
    stage.delete("state/covered.json").await;
    assert_eq!(stage.upload_all().await.error, None);
    stage.put(&format!("latest/{LIST}/report.json"), "{").await;
    names(
        &stage.drift().await,
        &format!("s3://bucket/latest/{LIST}/report.json"),
    );
    assert_eq!(stage.drift().await.error, None);
}

#[tokio::test(start_paused = true)]
async fn the_guard_rails_are_asked_again_on_every_pass() {
    let stage = Stage::of("size = 9");
    stage.upload_all().await;
    stage.set("PRUNE", "true").set("MAX_REMOVALS", "6");
    // Somebody thinks better of it while the run is under way.
    before(&stage, "reconcile", 1, |stage, _| async move {
        stage.set("MAX_REMOVALS", "2");
    });
    let execution = stage.upload(LIST, stage.csv(&stage.members()[..3])).await;
    assert_eq!(execution.error.as_deref(), Some("DetectiveFleet.BadInput"));
    assert_eq!(stage.calls("detective:DeleteMembers"), 0);
    assert!(execution.told[0].1.contains("MaxRemovals"), "{execution:?}");
}

#[tokio::test(start_paused = true)]
async fn limits_count_over_a_day() {
    let stage = Stage::of("size = 12");
    stage.upload_all().await;
    stage.set("PRUNE", "true");
    let list = |from: usize| stage.csv(&stage.members()[from..]);
    assert_eq!(stage.upload(LIST, list(4)).await.error, None);
    let execution = stage.upload(LIST, list(6)).await;
    assert_eq!(execution.error.as_deref(), Some("DetectiveFleet.BadInput"));
    let message = &execution.told[0].1;
    assert!(
        message.contains("24 hours") && message.contains("MaxRemovals"),
        "{message}"
    );
    assert_eq!(stage.statuses(REGIONS[0]).await.len(), 8);
    // One more fits, and the same again is nothing more.
    assert_eq!(stage.upload(LIST, list(5)).await.error, None);
    assert_eq!(stage.upload(LIST, list(5)).await.error, None);
    // All uploads of the day count, and not the last alone.
    let more = stage.upload(LIST, list(6)).await;
    assert_eq!(more.error.as_deref(), Some("DetectiveFleet.BadInput"));
    assert_eq!(stage.statuses(REGIONS[0]).await.len(), 7);
    engine::clock::sleep(Duration::from_secs(24 * 3_600)).await;
    assert_eq!(stage.upload(LIST, list(6)).await.error, None);
    assert_eq!(stage.statuses(REGIONS[0]).await.len(), 6);
    // Without the window, each run counts by itself.
    stage.set("REMOVAL_WINDOW_HOURS", "0");
    assert_eq!(stage.upload(LIST, list(11)).await.error, None);
}
