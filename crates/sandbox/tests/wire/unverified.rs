//! Both settings of every switch.

use std::time::Duration;

use http::{Method, StatusCode};
use pretty_assertions::assert_eq;
use sandbox::{Sandbox, World};
use serde_json::{Value, json};

use super::client::{Client, start};

/// A world of two members that takes something else for true.
fn taking(assumption: &str) -> Sandbox {
    let text = format!("size = 2\nlatency = '0s'\nverification = '1h'\n[unverified]\n{assumption}");
    start(World::from_toml(&text).unwrap())
}

async fn wait_for_verification() {
    tokio::time::advance(Duration::from_secs(3600)).await;
}

#[tokio::test(start_paused = true)]
async fn a_repeated_create_graph() {
    let sandbox = taking("repeated_create_graph = 'conflict'");
    let client = Client::administrator(&sandbox);
    client.graph().await;
    assert_eq!(
        client.refused(Method::POST, "/graph", json!({})).await,
        "ConflictException"
    );
}

#[tokio::test(start_paused = true)]
async fn tags_of_a_repeated_create_graph() {
    for (setting, expected) in [("ignored", json!({})), ("merged", json!({ "a": "b" }))] {
        let sandbox = taking(&format!("repeated_create_graph_tags = '{setting}'"));
        let client = Client::administrator(&sandbox);
        let arn = client.graph().await;
        client.post("/graph", json!({ "Tags": { "a": "b" } })).await;
        let (_, _, tags) = client
            .detective(Method::GET, &format!("/tags/{arn}"), json!({}))
            .await;
        assert_eq!(tags["Tags"], expected);
    }
}

#[tokio::test(start_paused = true)]
async fn a_graph_that_is_made_again_while_the_old_one_is_being_deleted() {
    let world = "deletion = '1m'\n[unverified]\nrecreated_graph = 'conflict'";
    let sandbox = start(World::from_toml(world).unwrap());
    let client = Client::administrator(&sandbox);
    let arn = client.graph().await;
    client
        .post("/graph/removal", json!({ "GraphArn": arn }))
        .await;
    assert_eq!(
        client.refused(Method::POST, "/graph", json!({})).await,
        "ConflictException"
    );
    tokio::time::advance(Duration::from_secs(60)).await;
    assert_ne!(client.graph().await, arn);
}

#[tokio::test(start_paused = true)]
async fn deleting_a_graph_with_members() {
    let sandbox = taking("delete_graph_with_members = 'refused'");
    let client = Client::administrator(&sandbox);
    let arn = client.graph().await;
    client.invite(&arn, &sandbox.roster()).await;
    let input = json!({ "GraphArn": arn });
    assert_eq!(
        client
            .refused(Method::POST, "/graph/removal", input.clone())
            .await,
        "ValidationException"
    );
    let ids: Vec<String> = sandbox.roster().into_iter().map(|(id, _)| id).collect();
    client
        .post(
            "/graph/members/removal",
            json!({ "GraphArn": arn, "AccountIds": ids }),
        )
        .await;
    client.post("/graph/removal", input).await;
}

#[tokio::test(start_paused = true)]
async fn inviting_a_member_again_whose_verification_failed() {
    let sandbox = taking("failed_member_again = 'already_member'");
    let client = Client::administrator(&sandbox);
    let arn = client.graph().await;
    let id = sandbox.roster()[0].0.clone();
    client
        .invite(&arn, &[(id, "other@example.com".to_owned())])
        .await;
    wait_for_verification().await;
    let answer = client.invite(&arn, &sandbox.roster()[..1]).await;
    assert_eq!(
        answer["UnprocessedAccounts"][0]["Reason"],
        "Account is already a member"
    );
}

#[tokio::test(start_paused = true)]
async fn accepting_too_early_and_twice() {
    for (switch, conflict) in [("early_accept", true), ("second_accept", true), ("", false)] {
        let setting = if switch.is_empty() {
            String::new()
        } else {
            format!("{switch} = 'not_found'")
        };
        let sandbox = taking(&setting);
        let client = Client::administrator(&sandbox);
        let arn = client.graph().await;
        client.invite(&arn, &sandbox.roster()).await;
        let member = Client::with_key(&sandbox, &sandbox.roster()[0].0);
        let early = member.accept(&arn).await.1;
        wait_for_verification().await;
        assert_eq!(member.accept(&arn).await.0, StatusCode::OK);
        let second = member.accept(&arn).await.1;
        let expected = |of: &str| {
            if conflict && switch == of {
                "ResourceNotFoundException"
            } else {
                "ConflictException"
            }
        };
        assert_eq!(
            (early.as_str(), second.as_str()),
            (expected("early_accept"), expected("second_accept"))
        );
    }
}

#[tokio::test(start_paused = true)]
async fn the_administrator_as_a_member() {
    let sandbox = taking("administrator_as_member = 'invalid'");
    let client = Client::administrator(&sandbox);
    let arn = client.graph().await;
    let accounts = json!([{ "AccountId": "555555555555", "EmailAddress": "a@example.com" }]);
    let input = json!({ "GraphArn": arn, "Accounts": accounts });
    assert_eq!(
        client.refused(Method::POST, "/graph/members", input).await,
        "ValidationException"
    );
}

#[tokio::test(start_paused = true)]
async fn a_malformed_account_in_a_batch() {
    let accounts = |good: &(String, String)| json!([{ "AccountId": good.0, "EmailAddress": good.1 }, { "AccountId": "1", "EmailAddress": "x" }]);
    let sandbox = taking("malformed_account = 'unprocessed'");
    let client = Client::administrator(&sandbox);
    let input =
        json!({ "GraphArn": client.graph().await, "Accounts": accounts(&sandbox.roster()[0]) });
    let answer = client.post("/graph/members", input).await;
    assert_eq!(answer["Members"].as_array().map(Vec::len), Some(1));
    assert_eq!(answer["UnprocessedAccounts"][0]["AccountId"], "1");
    let sandbox = taking("");
    let client = Client::administrator(&sandbox);
    let input =
        json!({ "GraphArn": client.graph().await, "Accounts": accounts(&sandbox.roster()[0]) });
    assert_eq!(
        client.refused(Method::POST, "/graph/members", input).await,
        "ValidationException"
    );
}

#[tokio::test(start_paused = true)]
async fn a_graph_of_somebody_else() {
    for (setting, code) in [
        ("denied", "AccessDeniedException"),
        ("not_found", "ResourceNotFoundException"),
    ] {
        let sandbox = taking(&format!("foreign_graph = '{setting}'"));
        let arn = Client::administrator(&sandbox).graph().await;
        let other = Client::with_key(&sandbox, &sandbox.roster()[0].0);
        assert_eq!(
            other
                .refused(
                    Method::POST,
                    "/graph/members/list",
                    json!({ "GraphArn": arn })
                )
                .await,
            code
        );
    }
}

#[tokio::test(start_paused = true)]
async fn reasons_in_other_words() {
    let sandbox = taking("reasons = 'other'");
    let client = Client::administrator(&sandbox);
    let arn = client.graph().await;
    client.invite(&arn, &sandbox.roster()).await;
    let answer = client.invite(&arn, &sandbox.roster()).await;
    assert_ne!(
        answer["UnprocessedAccounts"][0]["Reason"],
        "Account is already a member"
    );
}

#[tokio::test(start_paused = true)]
async fn short_pages() {
    let sandbox = taking("page_size = 1");
    let client = Client::administrator(&sandbox);
    let arn = client.graph().await;
    client.invite(&arn, &sandbox.roster()).await;
    let page = client
        .post("/graph/members/list", json!({ "GraphArn": arn }))
        .await;
    assert_eq!(page["MemberDetails"].as_array().map(Vec::len), Some(1));
    assert!(page["NextToken"].is_string());
}

#[tokio::test(start_paused = true)]
async fn the_error_for_too_many_requests() {
    for (setting, status) in [
        ("throttling_exception", 400),
        ("too_many_requests_exception", 429),
    ] {
        let text = format!(
            "[[faults]]\neffect = 'throttle'\n[unverified]\nthrottling_error = '{setting}'"
        );
        let sandbox = start(World::from_toml(&text).unwrap());
        let (found, _, _) = Client::administrator(&sandbox)
            .detective(Method::POST, "/graphs/list", json!({}))
            .await;
        assert_eq!(found.as_u16(), status);
    }
}

#[tokio::test(start_paused = true)]
async fn packages_that_an_update_does_not_name() {
    for (setting, state) in [("kept", "STARTED"), ("stopped", "STOPPED")] {
        let sandbox = taking(&format!("unnamed_packages = '{setting}'"));
        let client = Client::administrator(&sandbox);
        let arn = client.graph().await;
        for packages in [["EKS_AUDIT"], ["ASFF_SECURITYHUB_FINDING"]] {
            let input = json!({ "GraphArn": arn, "DatasourcePackages": packages });
            client
                .detective(Method::POST, "/graph/datasources/update", input)
                .await;
        }
        let list = client
            .post("/graph/datasources/list", json!({ "GraphArn": arn }))
            .await;
        assert_eq!(
            list["DatasourcePackages"]["EKS_AUDIT"]["DatasourcePackageIngestState"],
            state
        );
        assert_eq!(
            list["DatasourcePackages"]["DETECTIVE_CORE"]["DatasourcePackageIngestState"],
            "STARTED"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn guardduty_as_a_condition() {
    let text = "size = 1\nverification = '0s'\n[unverified]\nguardduty = 'needed'
        [accounts.111111111111]\nguardduty_age = '47h 30m'\n[accounts.222222222222]\nguardduty_off = true";
    let sandbox = start(World::from_toml(text).unwrap());
    let client = Client::administrator(&sandbox);
    let arn = client.graph().await;
    client.invite(&arn, &sandbox.roster()).await;
    for id in ["111111111111", "222222222222"] {
        Client::with_key(&sandbox, id).accept(&arn).await;
        assert_eq!(
            client.status(&arn, id).await.as_deref(),
            Some("ACCEPTED_BUT_DISABLED")
        );
    }
    // The hourly look at members that wait.
    tokio::time::advance(Duration::from_secs(3600)).await;
    assert_eq!(
        client.status(&arn, "111111111111").await.as_deref(),
        Some("ENABLED")
    );
    assert_eq!(
        client.status(&arn, "222222222222").await.as_deref(),
        Some("ACCEPTED_BUT_DISABLED")
    );
    let without = Client::with_key(&sandbox, "222222222222");
    assert_eq!(
        without.refused(Method::POST, "/graph", json!({})).await,
        "AccessDeniedException"
    );
}

#[tokio::test(start_paused = true)]
async fn a_limit_of_graphs_for_a_member() {
    let sandbox = taking("graphs_per_member = 1");
    let member = Client::with_key(&sandbox, &sandbox.roster()[0].0);
    let mut accepted = Vec::new();
    for key in ["555555555555", &sandbox.roster()[1].0] {
        let administrator = Client::with_key(&sandbox, key);
        let arn = administrator.graph().await;
        administrator.invite(&arn, &sandbox.roster()[..1]).await;
        wait_for_verification().await;
        accepted.push(member.accept(&arn).await.1);
    }
    assert_eq!(accepted, ["", "ConflictException"]);
}

#[tokio::test(start_paused = true)]
async fn invitations_that_nobody_answers() {
    let sandbox = taking("invitation_lifetime = '14d'");
    let client = Client::administrator(&sandbox);
    let arn = client.graph().await;
    client.invite(&arn, &sandbox.roster()).await;
    wait_for_verification().await;
    let id = &sandbox.roster()[0].0;
    assert_eq!(client.status(&arn, id).await.as_deref(), Some("INVITED"));
    tokio::time::advance(Duration::from_secs(14 * 24 * 3600)).await;
    assert_eq!(client.status(&arn, id).await, None);
    let invitations: Value = Client::with_key(&sandbox, id)
        .post("/invitations/list", json!({}))
        .await;
    assert_eq!(invitations["Invitations"], json!([]));
}
