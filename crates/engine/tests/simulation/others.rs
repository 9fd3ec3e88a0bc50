//! Other people, who act in the same accounts meanwhile.

use std::sync::Arc;

use bytes::Bytes;
use engine::clock::{Clock, sleep};
use http::Request;
use serde_json::json;

use crate::asked::Asked;
use crate::monitor::{Actor, Monitor, Sent};
use crate::reading::Reading;
use crate::scenario::{ADMINISTRATOR, Deed, What};

/// Does what the scenario has others do, each thing in its time.
pub(crate) async fn act(monitor: Arc<Monitor>, clock: Clock) {
    for deed in monitor.scenario.deeds.clone() {
        sleep(deed.at.saturating_sub(clock.elapsed())).await;
        let request = request(&monitor, &deed);
        let asked = Asked::of(&request);
        let sent = Sent {
            number: 0,
            told: Default::default(),
        };
        // It may fail, as everything may.
        let _ = monitor.arrives(Actor::Others, &asked, &sent, request).await;
    }
}

fn request(monitor: &Monitor, deed: &Deed) -> Request<Bytes> {
    let Deed {
        region, account, ..
    } = deed;
    let reading = Reading::of(&monitor.sandbox);
    let arn = reading
        .graph(region, ADMINISTRATOR)
        .map(|graph| graph.arn.clone())
        .unwrap_or_default();
    let member = monitor
        .scenario
        .members
        .iter()
        .find(|member| member.id == *account);
    let email = member.map(|member| member.email.clone());
    let one = json!({ "GraphArn": arn, "AccountIds": [account] });
    let of_graph = json!({ "GraphArn": arn });
    let invitation =
        json!({ "GraphArn": arn, "Accounts": [{ "AccountId": account, "EmailAddress": email }] });
    let (caller, method, path, body) = match deed.what {
        What::Accept => (account.as_str(), "PUT", "/invitation", of_graph),
        What::Reject => (account.as_str(), "POST", "/invitation/removal", of_graph),
        What::Leave => (account.as_str(), "POST", "/membership/removal", of_graph),
        What::Remove => (ADMINISTRATOR, "POST", "/graph/members/removal", one),
        What::Invite => (ADMINISTRATOR, "POST", "/graph/members", invitation),
        What::DeleteGraph => (ADMINISTRATOR, "POST", "/graph/removal", of_graph),
        What::CreateGraph => (ADMINISTRATOR, "POST", "/graph", json!({})),
    };
    signed(caller, region, method, path, body.to_string())
}

/// A request with the twelve-digit key that the sandbox knows each account by.
pub(crate) fn signed(
    key: &str,
    region: &str,
    method: &str,
    path: &str,
    body: String,
) -> Request<Bytes> {
    let scope = format!("{key}/20270115/{region}/detective/aws4_request");
    Request::builder()
        .method(method)
        .uri(format!("http://sandbox.invalid{path}"))
        .header(
            "authorization",
            format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"),
        )
        .body(body.into())
        .unwrap()
}
