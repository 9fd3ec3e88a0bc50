//! Who did it: what a report and a message say of the upload and of the program.

use fleet::origin::sha256;
use serde_json::{Value, json};

use crate::stage::{LIST, Stage, created};

/// The event of an upload by somebody.
fn by_somebody(key: &str, version: &str) -> Value {
    let mut event = created(key, version);
    event["detail"]["requester"] = json!("123456789012");
    event["detail"]["source-ip-address"] = json!("192.0.2.7\u{1b}[2J");
    event["detail"]["request-id"] = json!("4442587FB7D0A2F9");
    event
}

#[tokio::test(start_paused = true)]
async fn report_and_message_say_who_uploaded_what_and_who_called() {
    let stage = Stage::new();
    let list = stage.csv(&stage.members());
    let version = stage.put(LIST, list.clone()).await;
    let execution = stage.start(by_somebody(LIST, &version)).await;
    assert_eq!(execution.error, None);
    let report = stage.report(&execution).await;
    assert_eq!(report["product_version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(report["caller"], "arn:aws:iam::555555555555:user/sandbox");
    let uploader = json!({
        "requester": "123456789012",
        "source_ip_address": "192.0.2.7[U+001B][2J",
        "request_id": "4442587FB7D0A2F9",
    });
    let hash = sha256(list.as_bytes());
    let told = json!({"name": LIST, "version": version, "sha256": hash, "uploader": uploader});
    assert_eq!(report["list"], told);
    let [(_, message)] = &execution.told[..] else {
        panic!("{execution:?}")
    };
    let line = "Uploaded by 123456789012, from 192.0.2.7[U+001B][2J\n";
    assert!(message.contains(line), "{message}");
}

#[tokio::test(start_paused = true)]
async fn a_list_that_is_refused_has_an_uploader_too_and_a_drift_run_has_none() {
    let stage = Stage::new();
    let version = stage.put(LIST, "no list").await;
    let execution = stage.start(by_somebody(LIST, &version)).await;
    assert_eq!(execution.error.as_deref(), Some("DetectiveFleet.BadInput"));
    let list = &stage.report(&execution).await["list"];
    assert_eq!(list["uploader"]["requester"], "123456789012");
    assert_eq!(list["version"], json!(version));

    stage.upload_all().await;
    let drift = stage.drift().await;
    let list = &stage.report(&drift).await["list"];
    assert_eq!(list["name"], LIST);
    assert_eq!(list["version"], json!(stage.newest(LIST).await));
    assert_eq!(list["uploader"], Value::Null);
}

#[tokio::test(start_paused = true)]
async fn sessions_carry_the_execution() {
    let stage = Stage::new();
    let execution = stage.upload_all().await;
    let sessions = stage.sessions();
    assert!(sessions.len() > 3);
    let end = format!("/detective-fleet-{}", execution.name);
    for session in sessions {
        assert!(
            session["session"].as_str().unwrap().ends_with(&end),
            "{session}"
        );
    }
}
