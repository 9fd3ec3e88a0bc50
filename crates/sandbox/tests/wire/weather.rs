//! What goes wrong when a world says so.

use std::time::Duration;

use http::{Method, StatusCode};
use pretty_assertions::assert_eq;
use sandbox::{Reply, World};
use serde_json::{Value, json};

use super::client::{Client, start};

/// A world of five members in which nothing takes time, and more.
fn world(more: &str) -> World {
    World::from_toml(&format!(
        "size = 5\nlatency = '0s'\nverification = '0s'\n{more}"
    ))
    .unwrap()
}

/// How a call of ListGraphs ends: `ok`, an error code, `Cut` or `Silence`.
async fn end(client: &Client<'_>) -> String {
    let request = client.request("detective", Method::POST, "/graphs/list", "{}".into());
    match client.sandbox.handle(request).await {
        Reply::Response(response) => match response.headers().get("x-amzn-errortype") {
            Some(code) => code.to_str().unwrap().to_owned(),
            None => "ok".to_owned(),
        },
        other => format!("{other:?}"),
    }
}

async fn ends(client: &Client<'_>, calls: usize) -> Vec<String> {
    let mut ends = Vec::new();
    for _ in 0..calls {
        ends.push(end(client).await);
    }
    ends
}

#[tokio::test(start_paused = true)]
async fn every_effect_is_what_it_says() {
    for (effect, expected) in [
        ("throttle", "ThrottlingException"),
        ("server_error", "InternalServerException"),
        ("denied", "AccessDeniedException"),
        ("expired_token", "ExpiredTokenException"),
        ("cut_before", "Cut"),
        ("cut_after", "Cut"),
        ("silence", "Silence"),
    ] {
        let sandbox = start(world(&format!("[[faults]]\neffect = '{effect}'")));
        assert_eq!(end(&Client::administrator(&sandbox)).await, expected);
        let outcome = match expected {
            "Cut" => effect,
            "Silence" => "silence",
            code => code,
        };
        assert_eq!(sandbox.calls()["counts"][0]["outcome"], outcome);
    }
}

#[tokio::test(start_paused = true)]
async fn a_cut_before_changes_nothing_and_a_cut_after_does() {
    for (effect, graphs) in [("cut_before", 0), ("cut_after", 1)] {
        let fault =
            format!("[[faults]]\neffect = '{effect}'\noperations = ['detective:CreateGraph']");
        let sandbox = start(world(&fault));
        let client = Client::administrator(&sandbox);
        let request = client.request("detective", Method::POST, "/graph", "{}".into());
        assert!(matches!(sandbox.handle(request).await, Reply::Cut));
        let list = client.post("/graphs/list", json!({})).await;
        assert_eq!(
            list["GraphList"].as_array().unwrap().len(),
            graphs,
            "{effect}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_fault_has_its_place_and_its_time() {
    let sandbox = start(world(
        "[[faults]]
        effect = 'server_error'
        regions = ['us-east-1']
        accounts = ['555555555555']
        after = '10s'
        until = '20s'",
    ));
    let client = Client::administrator(&sandbox);
    assert_eq!(end(&client).await, "ok");
    tokio::time::advance(Duration::from_secs(10)).await;
    assert_eq!(end(&client).await, "InternalServerException");
    assert_eq!(
        end(&Client::administrator(&sandbox).in_region("us-east-2")).await,
        "ok"
    );
    assert_eq!(
        end(&Client::with_key(&sandbox, &sandbox.roster()[0].0)).await,
        "ok"
    );
    tokio::time::advance(Duration::from_secs(10)).await;
    assert_eq!(end(&client).await, "ok");
}

#[tokio::test(start_paused = true)]
async fn the_first_calls_of_each_account_and_region_can_fail() {
    let sandbox = start(world("[[faults]]\neffect = 'throttle'\nfirst = 2"));
    let here = Client::administrator(&sandbox);
    assert_eq!(
        ends(&here, 3).await,
        ["ThrottlingException", "ThrottlingException", "ok"]
    );
    let there = Client::administrator(&sandbox).in_region("eu-west-1");
    assert_eq!(
        ends(&there, 3).await,
        ["ThrottlingException", "ThrottlingException", "ok"]
    );
}

#[tokio::test(start_paused = true)]
async fn the_same_seed_gives_the_same_weather_in_any_order() {
    let text = "[[faults]]\neffect = 'server_error'\nchance = 0.5";
    let [one, other] = [start(world(text)), start(world(text))];
    let (east, west) = (
        Client::administrator(&one),
        Client::administrator(&one).in_region("us-west-2"),
    );
    let mut first = (Vec::new(), Vec::new());
    for _ in 0..40 {
        first.0.push(end(&east).await);
        first.1.push(end(&west).await);
    }
    let west_first = ends(&Client::administrator(&other).in_region("us-west-2"), 40).await;
    assert_eq!(
        (ends(&Client::administrator(&other), 40).await, west_first),
        first
    );
    assert!(first.0.contains(&"ok".to_owned()) && first.0.iter().any(|end| end != "ok"));
    let reseeded = start(world(&format!("seed = 1\n{text}")));
    assert_ne!(ends(&Client::administrator(&reseeded), 40).await, first.0);
}

#[tokio::test(start_paused = true)]
async fn buckets_throttle_by_account_region_and_operation() {
    let sandbox = start(world(
        "[[throttles]]\noperations = ['detective:*', 'sts:AssumeRole']\nrate = 1.0\nburst = 2",
    ));
    let client = Client::administrator(&sandbox);
    assert_eq!(ends(&client, 3).await, ["ok", "ok", "ThrottlingException"]);
    assert_eq!(
        end(&Client::administrator(&sandbox).in_region("eu-west-1")).await,
        "ok"
    );
    assert_eq!(
        end(&Client::with_key(&sandbox, &sandbox.roster()[0].0)).await,
        "ok"
    );
    tokio::time::advance(Duration::from_secs(1)).await;
    assert_eq!(ends(&client, 2).await, ["ok", "ThrottlingException"]);
    let role = format!(
        "arn:aws:iam::{}:role/detective-fleet/DetectiveFleetMember",
        sandbox.roster()[0].0
    );
    client.assume(&role).await;
    client.assume(&role).await;
    let (status, xml) = client
        .sts(&[
            ("Action", "AssumeRole"),
            ("RoleArn", &role),
            ("RoleSessionName", "test"),
        ])
        .await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(
        xml.contains("<Code>Throttling</Code><Message>Rate exceeded</Message>"),
        "{xml}"
    );
}

#[tokio::test(start_paused = true)]
async fn latency_is_spread() {
    let world = World::from_toml("size = 1\nlatency = '100ms'\nlatency_spread = '50ms'").unwrap();
    let sandbox = start(world);
    let client = Client::administrator(&sandbox);
    let begin = sandbox.state()["now"]
        .as_str()
        .unwrap()
        .parse::<jiff::Timestamp>()
        .unwrap();
    ends(&client, 100).await;
    let end = sandbox.state()["now"]
        .as_str()
        .unwrap()
        .parse::<jiff::Timestamp>()
        .unwrap();
    let mean = end.duration_since(begin) / 100;
    assert!((110..140).contains(&mean.as_millis()), "{mean}");
}

#[tokio::test(start_paused = true)]
async fn some_are_verified_at_once_and_some_are_seen_late() {
    let text = "size = 50\nlatency = '0s'\nverification = '10s'\nverified_at_once = 0.5\nvisibility = '5s'";
    let sandbox = start(World::from_toml(text).unwrap());
    let client = Client::administrator(&sandbox);
    let arn = client.graph().await;
    let answer = client.invite(&arn, &sandbox.roster()).await;
    let count = |list: &Value, status: &str| {
        list.as_array()
            .unwrap()
            .iter()
            .filter(|member| member["Status"] == status)
            .count()
    };
    assert!(count(&answer["Members"], "INVITED") > 10);
    assert!(count(&answer["Members"], "VERIFICATION_IN_PROGRESS") > 10);
    let list = |now: Value| now["MemberDetails"].as_array().unwrap().len();
    assert_eq!(
        list(
            client
                .post("/graph/members/list", json!({ "GraphArn": arn }))
                .await
        ),
        0
    );
    tokio::time::advance(Duration::from_secs(5)).await;
    assert_eq!(
        list(
            client
                .post("/graph/members/list", json!({ "GraphArn": arn }))
                .await
        ),
        50
    );
}
