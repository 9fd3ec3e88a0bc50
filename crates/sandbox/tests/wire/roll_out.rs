//! The way that a roll-out goes: graph, invitations, verification, roles, acceptance, removal.

use std::time::Duration;

use super::client::{Client, between, start};
use http::{Method, StatusCode};
use pretty_assertions::assert_eq;
use sandbox::{Reply, World};
use serde_json::json;

#[tokio::test(start_paused = true)]
async fn a_member_goes_from_nothing_to_enabled_and_back() {
    let sandbox = start(World::of_size(1));
    let administrator = Client::administrator(&sandbox);
    let roster = sandbox.roster();
    let id = &roster[0].0;

    let arn = administrator.graph().await;
    assert_eq!(
        administrator.graph().await,
        arn,
        "a second CreateGraph answers the same graph"
    );
    let answer = administrator.invite(&arn, &roster).await;
    assert_eq!(answer["Members"][0]["Status"], "VERIFICATION_IN_PROGRESS");
    tokio::time::advance(Duration::from_secs(3)).await;
    assert_eq!(
        administrator.status(&arn, id).await.as_deref(),
        Some("INVITED")
    );

    let member = administrator
        .assume(&format!(
            "arn:aws:iam::{id}:role/detective-fleet/DetectiveFleetMember"
        ))
        .await;
    assert_eq!(
        member.post("/graphs/list", json!({})).await["GraphList"],
        json!([])
    );
    let invitations = member.post("/invitations/list", json!({})).await;
    assert_eq!(invitations["Invitations"][0]["GraphArn"], json!(arn));
    assert_eq!(member.accept(&arn).await.0, StatusCode::OK);
    assert_eq!(member.accept(&arn).await.1, "ConflictException");
    assert_eq!(
        administrator.status(&arn, id).await.as_deref(),
        Some("ENABLED")
    );

    let removal = json!({ "GraphArn": arn, "AccountIds": [id] });
    let removed = administrator.post("/graph/members/removal", removal).await;
    assert_eq!(removed["AccountIds"], json!([id]));
    administrator
        .post("/graph/removal", json!({ "GraphArn": arn }))
        .await;
    assert_eq!(
        administrator.post("/graphs/list", json!({})).await["GraphList"],
        json!([])
    );
}

#[tokio::test(start_paused = true)]
async fn a_wrong_e_mail_fails_verification_and_the_right_one_repairs_it() {
    let sandbox = start(World::of_size(1));
    let administrator = Client::administrator(&sandbox);
    let arn = administrator.graph().await;
    let right = sandbox.roster();
    let wrong = [(right[0].0.clone(), "somebody@else.example".to_owned())];
    administrator.invite(&arn, &wrong).await;
    tokio::time::advance(Duration::from_secs(3)).await;
    assert_eq!(
        administrator.status(&arn, &right[0].0).await.as_deref(),
        Some("VERIFICATION_FAILED")
    );
    administrator.invite(&arn, &right).await;
    tokio::time::advance(Duration::from_secs(3)).await;
    let again = administrator.invite(&arn, &right).await;
    assert_eq!(
        again["UnprocessedAccounts"][0]["Reason"],
        "Account is already a member"
    );
    assert_eq!(
        administrator.status(&arn, &right[0].0).await.as_deref(),
        Some("INVITED")
    );
}

#[tokio::test(start_paused = true)]
async fn with_no_verification_time_invitations_are_sent_at_once() {
    let sandbox = start(World {
        verification: Duration::ZERO,
        ..World::of_size(1)
    });
    let administrator = Client::administrator(&sandbox);
    let arn = administrator.graph().await;
    let answer = administrator.invite(&arn, &sandbox.roster()).await;
    assert_eq!(answer["Members"][0]["Status"], "INVITED");
}

#[tokio::test(start_paused = true)]
async fn a_batch_of_51_is_refused_in_the_words_of_the_service() {
    let sandbox = start(World::of_size(51));
    let administrator = Client::administrator(&sandbox);
    let arn = administrator.graph().await;
    let ids: Vec<String> = sandbox.roster().into_iter().map(|(id, _)| id).collect();
    let input = json!({ "GraphArn": arn, "AccountIds": ids });
    let (status, code, body) = administrator
        .detective(Method::POST, "/graph/members/get", input)
        .await;
    assert_eq!(
        (status, code.as_str()),
        (StatusCode::BAD_REQUEST, "ValidationException")
    );
    assert_eq!(
        body["Message"],
        "GetMembersRequest.AccountIds must have length less than or equal to 50. Found 51."
    );
}

#[tokio::test(start_paused = true)]
async fn small_pages_together_are_the_whole_list() {
    let sandbox = start(World::of_size(50));
    let administrator = Client::administrator(&sandbox);
    let arn = administrator.graph().await;
    administrator.invite(&arn, &sandbox.roster()).await;
    let mut input = json!({ "GraphArn": arn, "MaxResults": 7 });
    let mut seen = Vec::new();
    loop {
        let page = administrator
            .post("/graph/members/list", input.clone())
            .await;
        let members = page["MemberDetails"].as_array().unwrap();
        assert!((1..=7).contains(&members.len()));
        seen.extend(
            members
                .iter()
                .map(|member| member["AccountId"].as_str().unwrap().to_owned()),
        );
        let Some(token) = page["NextToken"].as_str() else {
            break;
        };
        input["NextToken"] = json!(token);
    }
    let all: Vec<String> = sandbox.roster().into_iter().map(|(id, _)| id).collect();
    assert_eq!(seen, all);
}

#[tokio::test(start_paused = true)]
async fn regions_know_nothing_of_each_other() {
    let sandbox = start(World::of_size(1));
    let arn = Client::administrator(&sandbox).graph().await;
    let elsewhere = Client::administrator(&sandbox).in_region("eu-west-1");
    assert_eq!(
        elsewhere.post("/graphs/list", json!({})).await["GraphList"],
        json!([])
    );
    let code = elsewhere
        .refused(
            Method::POST,
            "/graph/members/list",
            json!({ "GraphArn": arn }),
        )
        .await;
    assert_eq!(code, "ResourceNotFoundException");
    assert_ne!(elsewhere.graph().await, arn);
}

#[tokio::test(start_paused = true)]
async fn a_region_without_detective_cannot_be_connected_to() {
    let sandbox = start(World::of_size(1));
    let client = Client::administrator(&sandbox).in_region("ap-northeast-3");
    let request = client.request("detective", Method::POST, "/graphs/list", "{}".into());
    assert!(matches!(sandbox.handle(request).await, Reply::Cut));
}

#[tokio::test(start_paused = true)]
async fn tags_are_kept_and_their_arn_arrives_percent_encoded() {
    let sandbox = start(World::of_size(1));
    let administrator = Client::administrator(&sandbox);
    let arn = administrator.graph().await;
    let uri = format!("/tags/{}", arn.replace(':', "%3A"));
    let tags = json!({ "Tags": { "Owner": "security", "Stage": "" } });
    assert_eq!(
        administrator.detective(Method::POST, &uri, tags).await.0,
        StatusCode::NO_CONTENT
    );
    let untag = format!("{uri}?tagKeys=Stage&tagKeys=Other");
    assert_eq!(
        administrator
            .detective(Method::DELETE, &untag, json!({}))
            .await
            .0,
        StatusCode::NO_CONTENT
    );
    let (_, _, listed) = administrator.detective(Method::GET, &uri, json!({})).await;
    assert_eq!(listed, json!({ "Tags": { "Owner": "security" } }));
}

#[tokio::test(start_paused = true)]
async fn a_role_that_is_not_there_is_denied() {
    let sandbox = start(World::of_size(1));
    let administrator = Client::administrator(&sandbox);
    let arn = format!("arn:aws:iam::{}:role/Other", sandbox.roster()[0].0);
    let (status, xml) = administrator
        .sts(&[
            ("Action", "AssumeRole"),
            ("RoleArn", &arn),
            ("RoleSessionName", "test"),
        ])
        .await;
    assert_eq!(
        (status, between(&xml, "Code")),
        (StatusCode::FORBIDDEN, "AccessDenied")
    );
}

#[tokio::test(start_paused = true)]
async fn the_caller_is_told_by_the_key() {
    let sandbox = start(World::of_size(1));
    let (_, xml) = Client::administrator(&sandbox)
        .sts(&[("Action", "GetCallerIdentity")])
        .await;
    assert_eq!(between(&xml, "Account"), "555555555555");
    let id = sandbox.roster()[0].0.clone();
    let (_, xml) = Client::with_key(&sandbox, &id)
        .sts(&[("Action", "GetCallerIdentity")])
        .await;
    assert_eq!(between(&xml, "Account"), id);
    let stranger = Client::with_key(&sandbox, "AKIASOMEBODYELSE0000");
    assert_eq!(
        stranger
            .refused(Method::POST, "/graphs/list", json!({}))
            .await,
        "UnrecognizedClientException"
    );
    let (_, xml) = stranger.sts(&[("Action", "GetCallerIdentity")]).await;
    assert_eq!(between(&xml, "Code"), "InvalidClientTokenId");
}

#[tokio::test(start_paused = true)]
async fn a_session_ends_when_it_expires_and_needs_its_token() {
    let sandbox = start(World::of_size(1));
    let role = format!(
        "arn:aws:iam::{}:role/detective-fleet/DetectiveFleetMember",
        sandbox.roster()[0].0
    );
    let mut member = Client::administrator(&sandbox).assume(&role).await;
    member.post("/graphs/list", json!({})).await;
    tokio::time::advance(Duration::from_secs(3600)).await;
    assert_eq!(
        member
            .refused(Method::POST, "/graphs/list", json!({}))
            .await,
        "ExpiredTokenException"
    );
    member.token = None;
    assert_eq!(
        member
            .refused(Method::POST, "/graphs/list", json!({}))
            .await,
        "UnrecognizedClientException"
    );
}

#[tokio::test(start_paused = true)]
async fn the_account_service_lists_all_regions() {
    let sandbox = start(World::of_size(1));
    let response = Client::administrator(&sandbox)
        .send("account", Method::POST, "/listRegions", "{}".into())
        .await;
    let body: serde_json::Value = serde_json::from_slice(response.body()).unwrap();
    let status = |name: &str| {
        let all = body["Regions"].as_array().unwrap();
        all.iter()
            .find(|region| region["RegionName"] == name)
            .map(|region| region["RegionOptStatus"].clone())
    };
    assert_eq!(status("us-east-1"), Some(json!("ENABLED_BY_DEFAULT")));
    assert_eq!(status("il-central-1"), Some(json!("ENABLED")));
    assert_eq!(status("me-central-1"), Some(json!("DISABLED")));
}
