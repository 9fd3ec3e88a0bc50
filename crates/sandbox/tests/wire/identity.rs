//! The sandbox beside another emulator: whose key is it?

use http::{Method, StatusCode};
use pretty_assertions::assert_eq;
use sandbox::{Clock, Identity, Sandbox, World, serve};
use serde_json::json;
use tokio::net::TcpListener;

use super::client::{Client, start};

/// A world in which nothing takes time.
fn world() -> World {
    World {
        latency: std::time::Duration::ZERO,
        ..World::of_size(2)
    }
}

#[tokio::test]
async fn another_sts_is_asked_once_for_each_key() {
    let other = start(world());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(serve(listener, other.clone(), std::future::pending()));
    // A session that only the other one issued.
    let role = format!(
        "arn:aws:iam::{}:role/detective-fleet/DetectiveFleetMember",
        other.roster()[0].0
    );
    let session = Client::administrator(&other).assume(&role).await;

    // Another seed, so that not even the administrator's key is the same.
    let sandbox = Sandbox::with_identity(
        World { seed: 1, ..world() },
        Clock::system(),
        Identity::ask(&url).unwrap(),
    );
    let client = Client::with_key(&sandbox, &session.key);
    for _ in 0..3 {
        client.post("/graphs/list", json!({})).await;
    }
    assert_eq!(
        sandbox.calls()["counts"][0]["account"],
        json!(other.roster()[0].0)
    );
    let stranger = Client::with_key(&sandbox, "AKIANOBODY0000000000");
    assert_eq!(
        stranger
            .refused(Method::POST, "/graphs/list", json!({}))
            .await,
        "UnrecognizedClientException"
    );
    assert_eq!(other.calls()["operations"]["sts:GetAccessKeyInfo"], 2);
}

#[tokio::test]
async fn an_sts_that_cannot_be_asked_is_named() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    let sandbox = Sandbox::with_identity(world(), Clock::system(), Identity::ask(&url).unwrap());
    let client = Client::with_key(&sandbox, "AKIANOBODY0000000000");
    let (status, _, body) = client
        .detective(Method::POST, "/graphs/list", json!({}))
        .await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(body["Message"].as_str().unwrap().contains(&url), "{body}");
    Client::administrator(&sandbox)
        .post("/graphs/list", json!({}))
        .await;
}

#[test]
fn only_http_urls_can_be_asked() {
    for url in ["", "localhost", "https://example.com", "http://", "/path"] {
        assert!(Identity::ask(url).is_err(), "{url}");
    }
}
