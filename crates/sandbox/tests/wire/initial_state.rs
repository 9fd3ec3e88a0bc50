//! Worlds in which something exists already, and beginning again.

use http::Method;
use pretty_assertions::assert_eq;
use sandbox::World;
use serde_json::json;

use super::client::{Client, start};

const WORLD: &str = "
    size = 3
    latency = '0s'
    [[graphs]]
    regions = ['us-east-1', 'eu-west-1']
    tags = { Owner = 'security' }
    [[memberships]]
    accounts = ['234567000001']
    regions = ['us-east-1']
    status = 'ENABLED'
    [[memberships]]
    accounts = ['234567000002']
    status = 'VERIFICATION_FAILED'
    email = 'old@example.com'
    [[memberships]]
    accounts = ['234567000003']
    administrator = '234567000001'
    regions = ['us-east-1']
    status = 'INVITED'
";

#[tokio::test(start_paused = true)]
async fn graphs_and_memberships_exist_from_the_start() {
    let sandbox = start(World::from_toml(WORLD).unwrap());
    let client = Client::administrator(&sandbox);
    let arn = client.graph().await;
    assert_eq!(
        client.status(&arn, "234567000001").await.as_deref(),
        Some("ENABLED")
    );
    assert_eq!(
        client.status(&arn, "234567000002").await.as_deref(),
        Some("VERIFICATION_FAILED")
    );
    assert_eq!(client.status(&arn, "234567000003").await, None);
    let (_, _, tags) = client
        .detective(Method::GET, &format!("/tags/{arn}"), json!({}))
        .await;
    assert_eq!(tags["Tags"], json!({ "Owner": "security" }));
    let invited = Client::with_key(&sandbox, "234567000003")
        .post("/invitations/list", json!({}))
        .await;
    assert_eq!(invited["Invitations"][0]["AdministratorId"], "234567000001");
    let elsewhere = Client::administrator(&sandbox)
        .in_region("sa-east-1")
        .post("/graphs/list", json!({}))
        .await;
    assert_eq!(
        elsewhere["GraphList"].as_array().map(Vec::len),
        Some(1),
        "memberships bring their graphs"
    );
}

#[tokio::test(start_paused = true)]
async fn a_reset_begins_again() {
    let sandbox = start(World::from_toml(WORLD).unwrap());
    let client = Client::administrator(&sandbox);
    let before = (sandbox.state(), client.graph().await);
    client
        .post("/graph/removal", json!({ "GraphArn": before.1 }))
        .await;
    assert_ne!(sandbox.state(), before.0);
    let response = client
        .send("detective", Method::POST, "/_sandbox/reset", "".into())
        .await;
    assert!(response.status().is_success());
    assert_eq!(sandbox.calls()["total"], 0);
    assert_eq!((sandbox.state(), client.graph().await), before);
}

#[tokio::test(start_paused = true)]
async fn state_and_calls_are_pages_too() {
    let sandbox = start(World::from_toml(WORLD).unwrap());
    let client = Client::administrator(&sandbox);
    client.graph().await;
    for (page, expected) in [("state", sandbox.state()), ("calls", sandbox.calls())] {
        let response = client
            .send("any", Method::GET, &format!("/_sandbox/{page}"), "".into())
            .await;
        assert_eq!(
            serde_json::from_slice::<serde_json::Value>(response.body()).unwrap(),
            expected
        );
    }
    assert_eq!(
        sandbox.calls()["operations"],
        json!({ "detective:CreateGraph": 1 })
    );
    assert_eq!(
        sandbox.state()["regions"]["us-east-1"]
            .as_array()
            .map(Vec::len),
        Some(2)
    );
}
