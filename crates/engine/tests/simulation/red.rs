//! Each rule of the simulation can fail: every one is broken on purpose, and has to notice.

use std::time::Duration;

use bytes::Bytes;
use http::Request;
use serde_json::{Value, json};

use crate::oracle::{self, CALLS, CONVERGED, FIXED, REPORT};
use crate::others::signed;
use crate::play::{Stage, in_peace};
use crate::reading::Reading;
use crate::rules::{CROWD, FOREIGN, JOURNAL, MAIL, OUTSIDE, REMOVAL, TWICE};
use crate::saved::PLANNED;
use crate::scenario::{ADMINISTRATOR, Aim, Climate, Go, Member, MemberRole, Scenario, Stranger};
use crate::wire::Wire;

const REGION: &str = "us-east-1";
const MEMBER: &str = "234567000001";
const STRANGER: &str = "888888888888";

/// One member, one Region, fair weather.
pub(crate) fn scenario() -> Scenario {
    Scenario {
        seed: 0,
        regions: vec![REGION],
        members: vec![Member {
            id: MEMBER.to_owned(),
            email: "a@example.com".to_owned(),
            listed_as: None,
            in_roster: true,
            role: MemberRole::Fine,
            known_after: (Duration::ZERO, Duration::ZERO),
            regions_off: Vec::new(),
            denied: Vec::new(),
            expected: Vec::new(),
            too_big: false,
            guardduty_off: false,
            standing: Vec::new(),
        }],
        strangers: vec![Stranger {
            id: STRANGER,
            regions: vec![REGION],
            members: vec![(MEMBER.to_owned(), "INVITED")],
        }],
        faults: Vec::new(),
        throttles: Vec::new(),
        switches: Vec::new(),
        unkind: Vec::new(),
        climate: Climate {
            latency: (Duration::from_millis(100), Duration::from_millis(100)),
            verification: (Duration::ZERO, Duration::ZERO),
            verified_at_once: 1.0,
            visibility: (Duration::ZERO, Duration::ZERO),
            denied: Vec::new(),
            dead: Vec::new(),
            slow_regions: Vec::new(),
            global_sts: false,
            slow: 0.0,
            goes_on: 0.0,
            clear: Duration::ZERO,
        },
        deeds: Vec::new(),
        acts: Vec::new(),
        send_email: false,
        aim: Aim::Enable,
        patience: Duration::ZERO,
        saved: None,
    }
}

/// A stage, and the wire of a run on which anything can be sent.
fn stage() -> (Stage, Wire) {
    stage_for(Aim::Enable)
}

fn stage_for(aim: Aim) -> (Stage, Wire) {
    let stage = Stage::of(&Scenario { aim, ..scenario() });
    let wire = Wire {
        monitor: stage.monitor.clone(),
        run: stage.monitor.begin_run(false),
        go: Go {
            concurrency: 1,
            ..in_peace()
        },
        clock: stage.clock.clone(),
        crash: Default::default(),
    };
    (stage, wire)
}

fn own(path: &str, body: &Value) -> Request<Bytes> {
    signed(ADMINISTRATOR, REGION, "POST", path, body.to_string())
}

fn arn(stage: &Stage, administrator: &str) -> String {
    let reading = Reading::of(&stage.monitor.sandbox);
    reading.graph(REGION, administrator).unwrap().arn.clone()
}

fn invitation(arn: &str, account: &str, quiet: bool) -> Request<Bytes> {
    let accounts = json!([{ "AccountId": account, "EmailAddress": "a@example.com" }]);
    own(
        "/graph/members",
        &json!({ "GraphArn": arn, "Accounts": accounts, "DisableEmailNotification": quiet }),
    )
}

/// The rules that were broken.
fn broken(stage: &Stage) -> Vec<&'static str> {
    let mut broken: Vec<_> = stage
        .monitor
        .inside()
        .violations
        .iter()
        .map(|violation| violation.rule)
        .collect();
    broken.dedup();
    broken
}

async fn with_graph() -> (Stage, Wire, String) {
    let (stage, wire) = stage();
    wire.exchange(own("/graph", &json!({}))).await;
    let arn = arn(&stage, ADMINISTRATOR);
    assert_eq!(broken(&stage), [""; 0]);
    (stage, wire, arn)
}

#[tokio::test(start_paused = true)]
async fn an_invitation_outside_the_roster() {
    let (stage, wire, arn) = with_graph().await;
    wire.exchange(invitation(&arn, STRANGER, true)).await;
    assert_eq!(broken(&stage), [OUTSIDE]);
}

#[tokio::test(start_paused = true)]
async fn another_region_another_operation_another_role() {
    let requests = [
        signed(
            ADMINISTRATOR,
            "eu-west-1",
            "POST",
            "/graphs/list",
            "{}".to_owned(),
        ),
        own("/graph/removal", &json!({})),
        own("/graph/members/monitoringstate", &json!({})),
    ];
    for request in requests {
        let (stage, wire) = stage();
        wire.exchange(request).await;
        assert_eq!(broken(&stage), [OUTSIDE]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_removal_that_nobody_asked_for() {
    let (stage, wire, arn) = with_graph().await;
    wire.exchange(invitation(&arn, MEMBER, true)).await;
    wire.exchange(own(
        "/graph/members/removal",
        &json!({ "GraphArn": arn, "AccountIds": [MEMBER] }),
    ))
    .await;
    assert_eq!(broken(&stage), [REMOVAL]);
}

#[tokio::test(start_paused = true)]
async fn somebody_who_is_to_leave_and_is_brought_in() {
    for aim in [Aim::Disable, Aim::End] {
        let (stage, wire) = stage_for(aim);
        wire.exchange(own("/graph", &json!({}))).await;
        assert_eq!(broken(&stage), [OUTSIDE]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_removal_of_who_was_not_seen_or_not_asked_for() {
    for (aim, account, rule) in [
        (Aim::Prune, STRANGER, REMOVAL),
        (Aim::Prune, MEMBER, REMOVAL),
        (Aim::Disable, MEMBER, REMOVAL),
        (Aim::End, STRANGER, REMOVAL),
    ] {
        let (stage, wire) = stage_for(aim);
        let arn = arn(&stage, STRANGER);
        let body = json!({ "GraphArn": arn, "AccountIds": [account] });
        wire.exchange(own("/graph/members/removal", &body)).await;
        assert_eq!(broken(&stage), [rule], "{aim:?}");
    }
    let (stage, wire) = stage_for(Aim::Disable);
    let body = json!({ "GraphArn": arn(&stage, STRANGER), "AccountIds": [STRANGER] });
    wire.exchange(own("/graph/members/removal", &body)).await;
    assert_eq!(broken(&stage), [OUTSIDE, REMOVAL]);
}

#[tokio::test(start_paused = true)]
async fn the_end_of_a_graph_that_nobody_asked_for() {
    for aim in [Aim::Enable, Aim::EnableAgain, Aim::Prune, Aim::Disable] {
        let (stage, wire) = stage_for(aim);
        wire.exchange(own("/graph/removal", &json!({}))).await;
        assert_eq!(broken(&stage), [OUTSIDE]);
    }
}

#[tokio::test(start_paused = true)]
async fn an_invitation_of_another_graph_that_is_accepted() {
    let (stage, wire) = stage();
    stage
        .monitor
        .inside()
        .keys
        .insert(MEMBER.to_owned(), MEMBER.to_owned());
    let body = json!({ "GraphArn": arn(&stage, STRANGER) });
    wire.exchange(signed(
        MEMBER,
        REGION,
        "PUT",
        "/invitation",
        body.to_string(),
    ))
    .await;
    assert_eq!(broken(&stage), [FOREIGN, OUTSIDE]);
}

#[tokio::test(start_paused = true)]
async fn a_second_invitation_of_who_is_known_to_stand() {
    let (stage, wire, arn) = with_graph().await;
    wire.exchange(invitation(&arn, MEMBER, true)).await;
    assert_eq!(broken(&stage), [""; 0]);
    wire.exchange(invitation(&arn, MEMBER, true)).await;
    assert_eq!(broken(&stage), [TWICE]);
}

#[tokio::test(start_paused = true)]
async fn a_mail() {
    let (stage, wire, arn) = with_graph().await;
    wire.exchange(invitation(&arn, MEMBER, false)).await;
    assert_eq!(broken(&stage), [MAIL]);
}

#[tokio::test(start_paused = true)]
async fn a_change_once_the_journal_is_full() {
    let (stage, wire) = stage();
    stage.monitor.inside().runs[wire.run].refused = true;
    wire.exchange(own("/graph", &json!({}))).await;
    assert_eq!(broken(&stage), [JOURNAL]);
}

#[tokio::test(start_paused = true)]
async fn what_the_saved_plan_does_not_hold() {
    let (stage, wire, arn) = with_graph().await;
    stage.monitor.inside().runs[wire.run].by_plan = true;
    wire.exchange(invitation(&arn, MEMBER, true)).await;
    assert_eq!(broken(&stage), [PLANNED]);
    stage.monitor.inside().violations.clear();
    stage.save().await;
    // There was a graph, and the plan makes none.
    wire.exchange(own("/graph", &json!({}))).await;
    assert_eq!(broken(&stage), [PLANNED]);
}

#[tokio::test(start_paused = true)]
async fn two_requests_where_one_is_allowed() {
    let (stage, wire) = stage();
    let list = || wire.exchange(own("/graphs/list", &json!({})));
    futures_util::future::join(list(), list()).await;
    assert_eq!(broken(&stage), [CROWD]);
}

#[tokio::test(start_paused = true)]
async fn a_membership_that_is_not_enabled() {
    let (stage, _) = stage();
    let now = Reading::of(&stage.monitor.sandbox);
    let expected = oracle::expected(&stage.monitor.scenario, &now);
    oracle::check_statuses(&stage.monitor, &expected, &now);
    assert_eq!(broken(&stage), [CONVERGED]);
}

#[tokio::test(start_paused = true)]
async fn a_report_that_says_something_else() {
    let (stage, _) = stage();
    let truth = stage.go(in_peace()).await.unwrap();
    assert_eq!(broken(&stage), [""; 0]);
    let run = stage.monitor.inside().runs.len() - 1;
    let mut lies = vec![truth; 6];
    lies[0].regions.clear();
    lies[1].regions[0].members.clear();
    lies[2].regions[0].members[0].status = Some("INVITED".into());
    lies[3].summary.failed += 1;
    lies[4].calls.clear();
    lies[5].error = Some("A@example.com has no access".to_owned());
    for lie in lies {
        oracle::check_report(&stage.monitor, run, &lie);
        assert_eq!(broken(&stage), [REPORT]);
        stage.monitor.inside().violations.clear();
    }
}

#[tokio::test(start_paused = true)]
async fn too_many_calls_and_a_change_after_the_end() {
    let (stage, wire) = stage();
    stage.monitor.inside().runs[wire.run].sent_after_clear =
        1 + oracle::most_calls(&stage.monitor.scenario);
    stage.check_calls(wire.run);
    let before = Reading::of(&stage.monitor.sandbox);
    wire.exchange(own("/graph", &json!({}))).await;
    stage.check_nothing_changed(0, &before);
    assert_eq!(broken(&stage), [CALLS, FIXED]);
}
