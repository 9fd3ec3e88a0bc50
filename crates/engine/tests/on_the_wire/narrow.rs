//! What a stolen session could do: no more than the run it was made for, whatever the role may.

use std::collections::BTreeSet;

use aws_sdk_detective::config::{BehaviorVersion, Credentials, Region};
use engine::Access;
use engine::clock::Clock;
use fleet::desired::{Others, Purpose};
use fleet::guard::{Consent, Word};
use fleet::report::Report;
use sandbox::World;
use serde_json::Value;

use crate::stage::Stage;

const ROLE: &str = "detective-fleet/DetectiveFleetMember";
const ALL: Consent = Consent {
    max_removals: Some(10),
    word: Word::Typed,
};

fn stage(more: &str) -> Stage {
    let world = format!("size = 3\nverification = \"0s\"\n{more}");
    let mut stage = Stage::of(World::from_toml(&world).unwrap()).in_regions(&["us-east-1"]);
    stage.admin_role = Some(ROLE);
    stage
}

/// How many sessions were made.
fn made(stage: &Stage) -> usize {
    stage.sandbox.calls()["sessions"].as_array().unwrap().len()
}

/// What sessions were allowed since then, by the policies that they were made with: the administrator's, or
/// those of the others.
fn allowed(stage: &Stage, is_administrator: bool, since: usize) -> BTreeSet<String> {
    let administrator = format!("::{}:", stage.sandbox.administrator());
    let calls = stage.sandbox.calls();
    let sessions = calls["sessions"].as_array().unwrap().iter().skip(since);
    let theirs = sessions
        .filter(|it| it["session"].as_str().unwrap().contains(&administrator) == is_administrator);
    let mut actions = BTreeSet::new();
    for session in theirs {
        let policy = session["policy"]
            .as_str()
            .expect("every session is limited");
        let policy: Value = serde_json::from_str(policy).unwrap();
        for statement in policy["Statement"].as_array().unwrap() {
            if statement["Effect"] == "Allow" {
                let of_it = statement["Action"].as_array().unwrap().iter();
                actions.extend(of_it.map(|it| it.as_str().unwrap().to_owned()));
            }
        }
    }
    assert!(!actions.contains("*"));
    actions
}

async fn disabled(stage: &mut Stage, purpose: Purpose) -> Report {
    stage.fleet.settings.purpose = purpose;
    stage.access = Access::Look;
    let report = stage.remove(ALL).await.unwrap();
    assert_eq!((report.summary.failed, report.error.clone()), (0, None));
    report
}

#[tokio::test(start_paused = true)]
async fn a_run_that_removes_nobody_has_no_session_that_could() {
    let stage = stage("");
    assert_eq!(stage.enable().await.summary.enabled, 3);
    let own = allowed(&stage, true, 0);
    assert!(own.contains("detective:CreateMembers"));
    for action in ["detective:DeleteMembers", "detective:DeleteGraph"] {
        assert!(!own.contains(action), "{action}");
    }
    let members = [
        "account:GetRegionOptStatus",
        "account:ListRegions",
        "detective:AcceptInvitation",
    ];
    let members = members.map(str::to_owned).into();
    assert_eq!(allowed(&stage, false, 0), members);
}

#[tokio::test(start_paused = true)]
async fn who_removes_may_not_make_and_graphs_are_deleted_by_a_session_of_their_own() {
    for (purpose, deletes) in [(Purpose::Disable, false), (Purpose::DeleteGraphs, true)] {
        let mut stage = stage("");
        stage.enable().await;
        let before = made(&stage);
        assert_eq!(disabled(&mut stage, purpose).await.summary.removed, 3);
        let own = allowed(&stage, true, before);
        let removes = own.contains("detective:DeleteMembers");
        assert_eq!(
            (removes, own.contains("detective:DeleteGraph")),
            (!deletes, deletes)
        );
        assert!(!own.contains("detective:CreateMembers"), "{own:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_run_needs_is_allowed_in_every_kind_of_run() {
    // A failed entry is replaced, which removes it first; tags and packages are changed; others are pruned.
    let mut stage = stage("[accounts.700000000001]\nlisted_as = \"wrong@example.com\"");
    stage.enable().await;
    let others: Vec<_> = stage.fleet.members.keys().copied().take(1).collect();
    let emails = stage.sandbox.roster();
    for (id, email) in emails {
        let id = id.parse().unwrap();
        if !others.contains(&id) {
            let email = email.replace("wrong@example.com", "aws-700000000001@example.com");
            stage.fleet.members.insert(id, email.parse().unwrap());
        }
    }
    stage.fleet.members.remove(&others[0]);
    stage.fleet.settings.others = Others::Remove;
    stage.fleet.settings.tags = [("team".to_owned(), "security".to_owned())].into();
    stage.fleet.settings.packages = ["EKS_AUDIT".to_owned()].into();
    let report = stage.remove(ALL).await.unwrap();
    assert_eq!(
        (report.summary.failed, report.error.clone()),
        (0, None),
        "{report:#?}"
    );
    assert_eq!(report.summary.removed, 1);
    assert!(stage.check(true).await.0.summary.problem == 0);
}

/// The keys of such a session.
async fn stolen(stage: &Stage, account: &str, policy: &str) -> Credentials {
    let (id, secret) = stage.sandbox.access_key();
    let config = aws_sdk_sts::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(stage.http())
        .time_source(Clock::starting_at(stage.epoch))
        .region(Region::new("us-east-1"))
        .endpoint_url("http://sandbox.invalid")
        .credentials_provider(Credentials::new(id, secret, None, None, "test"));
    let sts = aws_sdk_sts::Client::from_conf(config.build());
    let assume = sts.assume_role().role_session_name("test").policy(policy);
    let assume = assume.role_arn(format!("arn:aws:iam::{account}:role/{ROLE}"));
    let keys = assume.send().await.unwrap().credentials.unwrap();
    let token = Some(keys.session_token);
    Credentials::new(
        keys.access_key_id,
        keys.secret_access_key,
        token,
        None,
        "test",
    )
}

#[tokio::test(start_paused = true)]
async fn a_session_that_was_stolen_is_of_no_use_for_anything_else() {
    let stage = stage("");
    stage.enable().await;
    let calls = stage.sandbox.calls();
    let member = calls["sessions"]
        .as_array()
        .unwrap()
        .last()
        .unwrap()
        .clone();
    let arn = member["session"].as_str().unwrap();
    let account = arn.split(':').nth(4).unwrap();
    let keys = stolen(&stage, account, member["policy"].as_str().unwrap()).await;
    let config = aws_sdk_detective::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(stage.http())
        .time_source(Clock::starting_at(stage.epoch))
        .region(Region::new("us-east-1"))
        .endpoint_url("http://sandbox.invalid")
        .credentials_provider(keys);
    let detective = aws_sdk_detective::Client::from_conf(config.build());
    let graph = stage.enable().await.regions[0].graph_arn.clone().unwrap();
    let left = detective
        .disassociate_membership()
        .graph_arn(graph.as_str());
    let refused = left.send().await.unwrap_err().into_service_error();
    assert!(refused.to_string().contains("AccessDenied"), "{refused:?}");
    let lists = detective.list_invitations().send().await.unwrap_err();
    assert!(
        lists
            .into_service_error()
            .to_string()
            .contains("AccessDenied")
    );
}
