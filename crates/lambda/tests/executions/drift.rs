//! The drift run: it puts right what it may, and says what it may not.

use std::time::Duration;

use crate::stage::{LIST, REGIONS, Stage};

#[tokio::test(start_paused = true)]
async fn who_left_is_noticed_once_and_comes_back() {
    let stage = Stage::new();
    stage.upload_all().await;
    let left = stage.members()[0].0.clone();
    stage.remove(REGIONS[0], &[&left]).await;
    let execution = stage.drift().await;
    assert_eq!(execution.error, None, "{execution:?}");
    let report = stage.report(&execution).await;
    assert_eq!(report["summary"]["changed"], 1);
    let notes = report["notes"].to_string();
    assert!(
        notes.contains(&left) && notes.contains("vanished"),
        "{notes}"
    );
    assert_eq!(stage.statuses(REGIONS[0]).await[&left], "ENABLED");
    let again = stage.drift().await;
    assert_eq!(stage.report(&again).await["notes"], serde_json::json!([]));
}

#[tokio::test(start_paused = true)]
async fn a_graph_that_is_gone_is_not_made_again() {
    let stage = Stage::new();
    stage.upload_all().await;
    stage.delete_graph(REGIONS[1]).await;
    for _ in 0..2 {
        let execution = stage.drift().await;
        assert_eq!(execution.error.as_deref(), Some("DetectiveFleet.Failed"));
        assert!(
            stage
                .report(&execution)
                .await
                .to_string()
                .contains("is gone")
        );
        assert_eq!(stage.graph(REGIONS[1]).await, None);
    }
    assert_eq!(stage.upload_all().await.error, None);
    assert_eq!(stage.drift().await.error, None);
}

#[tokio::test(start_paused = true)]
async fn a_mail_says_what_is_new_and_where_it_is_found() {
    let stage = Stage::new();
    stage.upload_all().await;
    stage.delete_graph(REGIONS[1]).await;
    let mut subjects = Vec::new();
    for _ in 0..2 {
        let execution = stage.drift().await;
        let (subject, message) = execution.told[0].clone();
        subjects.push(subject);
        let link = format!(
            "https://us-east-1.console.aws.amazon.com/states/home?region=us-east-1#/v2/executions/details/arn:aws:states:us-east-1:555555555555:execution:detective-fleet:{}",
            execution.name
        );
        assert!(message.contains(&link), "{message}");
        let page = format!("prefix=runs/{}/report.html", execution.name);
        assert!(
            message.contains(&page) && !message.contains("s3://"),
            "{message}"
        );
        engine::clock::sleep(Duration::from_secs(86_400)).await;
    }
    let again = stage.upload_all().await;
    subjects.push(again.told[0].0.clone());
    assert!(
        again.told[0].1.contains("and its data with it"),
        "{again:?}"
    );
    subjects.push(stage.drift().await.told[0].0.clone());
    let gone = format!("behavior graph deleted in {}", REGIONS[1]);
    assert_eq!(
        subjects,
        [
            format!("[ACTION] drift: {gone}"),
            format!("[KNOWN] {gone}, for 1 day"),
            format!(
                "[OK] enable: behavior graph made again in {}, the old data is gone",
                REGIONS[1]
            ),
            "[OK] drift: All 3 accounts are on everywhere".to_owned(),
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_region_that_failed_in_an_upload_is_still_one_that_had_a_graph() {
    let fault = "[[faults]]\neffect = 'denied'\noperations = ['detective:ListGraphs', 'detective:ListMembers']\nregions = ['us-east-1']\nafter = '1h'\nuntil = '2h'";
    let stage = Stage::of(&format!("size = 3\n{fault}"));
    assert_eq!(stage.upload_all().await.error, None);
    engine::clock::sleep(Duration::from_secs(3_700)).await;
    let failed = stage.upload_all().await;
    assert_eq!(failed.error.as_deref(), Some("DetectiveFleet.Failed"));
    engine::clock::sleep(Duration::from_secs(3_700)).await;
    stage.delete_graph("us-east-1").await;
    let execution = stage.drift().await;
    assert!(
        stage
            .report(&execution)
            .await
            .to_string()
            .contains("is gone")
    );
    assert_eq!(stage.graph("us-east-1").await, None);
}

#[tokio::test(start_paused = true)]
async fn a_region_that_no_upload_covered_is_left_alone() {
    let stage = Stage::new();
    stage.set("REGIONS", REGIONS[0]);
    stage.upload_all().await;
    stage.set("REGIONS", &REGIONS.join(","));
    let execution = stage.drift().await;
    assert_eq!(execution.error.as_deref(), Some("DetectiveFleet.Failed"));
    assert!(
        stage
            .report(&execution)
            .await
            .to_string()
            .contains("No upload has covered")
    );
    assert_eq!(stage.graph(REGIONS[1]).await, None);
}

#[tokio::test(start_paused = true)]
async fn a_run_goes_on_over_several_invocations() {
    let stage = Stage::of("size = 3\nverification = '3m'");
    stage.limit(Duration::from_secs(60));
    let execution = stage.upload_all().await;
    assert_eq!(execution.error, None, "{execution:?}");
    assert!(stage.invoked("reconcile") > 2);
    let report = stage.report(&execution).await;
    assert_eq!(report["summary"]["changed"], 6);
    assert_eq!(
        stage.json(&format!("latest/{LIST}/report.json")).await,
        report
    );
}

#[tokio::test(start_paused = true)]
async fn a_region_that_is_down_is_told_as_known_after_the_first_time() {
    let silence = format!(
        "[[faults]]\neffect = 'silence'\noperations = ['detective:*']\nregions = [{:?}]\nafter = '1h'",
        REGIONS[1]
    );
    let stage = Stage::of(&format!("size = 3\n{silence}"));
    assert_eq!(stage.upload_all().await.error, None);
    engine::clock::sleep(Duration::from_secs(3_700)).await;
    let marks = ["[ACTION] drift: ", "[KNOWN] ", "[KNOWN] "];
    for (mark, is_known) in marks.into_iter().zip([false, true, true]) {
        let begun = engine::clock::now();
        let execution = stage.drift().await;
        assert_eq!(execution.error.as_deref(), Some("DetectiveFleet.Failed"));
        let [(subject, message)] = &execution.told[..] else {
            panic!("{execution:?}")
        };
        assert!(
            subject.starts_with(mark) && subject.contains(REGIONS[1]),
            "{subject}"
        );
        assert_eq!(message.contains("--exclude-region"), !is_known, "{message}");
        // Who was not looked at has not vanished.
        let notes = stage.report(&execution).await["notes"].to_string();
        assert!(!notes.contains("vanished"), "{notes}");
        let known = format!("Known already:\n  no answer from {}, for ", REGIONS[1]);
        assert_eq!(message.contains(&known), is_known, "{message}");
        assert!(
            begun.elapsed() < Duration::from_secs(9),
            "{:?}",
            begun.elapsed()
        );
    }
}
