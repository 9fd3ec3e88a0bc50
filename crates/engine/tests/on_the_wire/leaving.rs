//! `disable`, `--prune` and `--delete-graphs`, from the fleet to the wire.

use std::sync::Arc;
use std::time::Duration;

use fleet::account::AccountId;
use fleet::desired::{Others, Purpose};
use fleet::guard::{Consent, Refusal, Word};
use fleet::report::{Outcome, Recorder, RegionState, Report, Verdict};
use sandbox::World;

use crate::stage::{Stage, calls};

const EVERY_STATUS: &str = r#"
size = 5
[[memberships]]
accounts = ["234567000001"]
status = "VERIFICATION_FAILED"
email = "typo@example.com"
[[memberships]]
accounts = ["234567000002"]
status = "INVITED"
[[memberships]]
accounts = ["234567000003"]
status = "ENABLED"
[[memberships]]
accounts = ["234567000004"]
status = "ACCEPTED_BUT_DISABLED"
[[memberships]]
accounts = ["234567000005"]
status = "VERIFICATION_IN_PROGRESS"
[accounts.234567000004]
gigabytes_per_day = 20000.0
"#;

const REGIONS: [&str; 2] = ["us-east-1", "eu-west-1"];

fn typed() -> Consent {
    Consent {
        word: Word::Typed,
        ..Consent::default()
    }
}

fn world(text: &str) -> World {
    World::from_toml(text).unwrap()
}

fn stage(world: World, purpose: Purpose, others: Others) -> Stage {
    let mut stage = Stage::of(world).in_regions(&REGIONS);
    stage.fleet.settings.purpose = purpose;
    stage.fleet.settings.others = others;
    stage
}

fn id(n: u64) -> AccountId {
    format!("{}", 234_567_000_000_u64 + n).parse().unwrap()
}

/// How many graphs and members the sandbox has in a Region.
pub(crate) fn there(stage: &Stage, region: &str) -> (usize, usize) {
    let state = stage.sandbox.state();
    let graphs = state["regions"][region]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let members = graphs
        .iter()
        .filter_map(|graph| graph["members"].as_object());
    (graphs.len(), members.map(serde_json::Map::len).sum())
}

fn outcomes(report: &Report) -> Vec<(AccountId, Outcome)> {
    let members = report.regions[0].members.iter();
    members
        .map(|member| (member.account_id, member.outcome))
        .collect()
}

#[tokio::test(start_paused = true)]
async fn listed_members_are_removed_whatever_their_status() {
    let stage = stage(world(EVERY_STATUS), Purpose::Disable, Others::Leave);
    let report = stage.remove(Consent::default()).await.unwrap();
    assert_eq!(report.verdict(), Verdict::AsWanted, "{report:#?}");
    for region in REGIONS {
        assert_eq!(there(&stage, region), (1, 0));
    }
    let mut expected: Vec<_> = (1..=5).map(|n| (id(n), Outcome::Removed)).collect();
    expected.push((id(6), Outcome::Unchanged));
    assert_eq!(outcomes(&report), expected);
    assert_eq!(report.summary.removed, 10);
    assert_eq!(report.summary.changed, 10);
    assert_eq!(calls(&report, "detective:DeleteMembers"), 2);
    assert_eq!(calls(&report, "sts:AssumeRole"), 0);

    let again = stage.remove(Consent::default()).await.unwrap();
    assert_eq!(
        (again.verdict(), again.summary.changed),
        (Verdict::AsWanted, 0)
    );
    assert_eq!(calls(&again, "detective:DeleteMembers"), 0);
    assert_eq!(calls(&again, "detective:ListMembers"), 2);
}

#[tokio::test(start_paused = true)]
async fn members_leave_fifty_at_a_time() {
    let stage = stage(World::of_size(120), Purpose::Enable, Others::Leave);
    stage.enable().await;
    let mut leaving = stage;
    leaving.fleet.settings.purpose = Purpose::Disable;
    let refusals = leaving.remove(Consent::default()).await.unwrap_err();
    let expected = Refusal::TooMany {
        purpose: Purpose::Disable,
        removals: 120,
        members: 120,
        most: 12,
        before: None,
    };
    assert_eq!(refusals, [expected]);
    assert_eq!(there(&leaving, "us-east-1"), (1, 120));
    let report = leaving.remove(typed()).await.unwrap();
    assert_eq!(report.summary.removed, 240);
    assert_eq!(calls(&report, "detective:DeleteMembers"), 2 * 3);
    assert_eq!(there(&leaving, "us-east-1"), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn without_the_guard_rails_nothing_happens() {
    let stage = stage(world(EVERY_STATUS), Purpose::Disable, Others::Leave);
    // It asks them by itself, and five may go.
    assert_eq!(stage.enable().await.summary.removed, 10);
    let mut many = Stage::of(World::of_size(6)).in_regions(&REGIONS);
    many.enable().await;
    many.fleet.settings.purpose = Purpose::Disable;
    let report = many.enable().await;
    assert_eq!(there(&many, "us-east-1"), (1, 6));
    assert!(report.error.unwrap().contains("--max-removals 6"));
}

#[tokio::test(start_paused = true)]
async fn pruning_removes_those_that_the_roster_does_not_name_and_no_others() {
    let mut stage = stage(World::of_size(4), Purpose::Enable, Others::Leave);
    stage.enable().await;
    stage.fleet.members.remove(&id(1));
    let left = stage.enable().await;
    assert_eq!(left.summary.memberships, 6);
    assert_eq!(there(&stage, "us-east-1"), (1, 4));
    stage.fleet.settings.others = Others::Remove;
    let report = stage.remove(Consent::default()).await.unwrap();
    assert_eq!(report.verdict(), Verdict::AsWanted);
    assert_eq!(there(&stage, "us-east-1"), (1, 3));
    assert_eq!(outcomes(&report)[0], (id(1), Outcome::Removed));
    assert_eq!(report.summary.removed, 2);
    assert_eq!(report.summary.enabled, 6);
}

#[tokio::test(start_paused = true)]
async fn an_organizations_members_are_not_pruned_and_come_without_an_invitation() {
    let text = "size = 4\n[organization]\nmanagement = \"234567000004\"\naccounts = [\"555555555555\", \"234567000001\", \"234567000002\"]";
    let mut stage = stage(world(text), Purpose::Enable, Others::Leave);
    delegate(&stage).await;
    let report = stage.enable().await;
    assert_eq!(report.summary.enabled, 8, "{report:#?}");
    // Those of the organization, its management among them, had nothing to accept.
    assert_eq!(calls(&report, "detective:AcceptInvitation"), 2);
    assert_eq!(report.verdict(), Verdict::AsWanted);
    stage.fleet.members.clear();
    stage.fleet.settings.others = Others::Remove;
    let report = stage.remove(Consent::default()).await.unwrap();
    assert_eq!(report.summary.removed, 2);
    assert_eq!(there(&stage, "us-east-1"), (1, 3));
}

#[tokio::test(start_paused = true)]
async fn who_joins_after_the_guard_rails_were_asked_stays() {
    for purpose in [Purpose::Enable, Purpose::DeleteGraphs] {
        let mut stage = stage(World::of_size(3), Purpose::Enable, Others::Leave);
        let late = stage.fleet.members.remove(&id(3)).unwrap();
        stage.enable().await;
        stage.fleet.members.clear();
        stage.fleet.settings.purpose = purpose;
        stage.fleet.settings.others = Others::Remove;
        let recorder = Arc::new(Recorder::default());
        let (_, mut run) = stage.begin(&recorder).await;
        run.observe(&stage.limit()).await;
        run.agree(0, typed()).unwrap();
        let arn = stage.sandbox.state()["regions"]["us-east-1"][0]["arn"].clone();
        let account = serde_json::json!({ "AccountId": id(3), "EmailAddress": late.expose() });
        let body = serde_json::json!({ "GraphArn": arn, "Accounts": [account] });
        let path = "/graph/members";
        post(&stage, "555555555555", "us-east-1", path, body.to_string()).await;
        run.reconcile(&stage.limit()).await;
        // A graph that somebody has joined meanwhile does not end.
        let (here, elsewhere) = match purpose {
            Purpose::DeleteGraphs => ((1, 3), (0, 0)),
            _ => ((1, 1), (1, 0)),
        };
        assert_eq!(there(&stage, "us-east-1"), here);
        assert_eq!(there(&stage, "eu-west-1"), elsewhere);
    }
}

/// The management account names the administrator in both Regions.
async fn delegate(stage: &Stage) {
    for region in REGIONS {
        let body = "{\"AccountId\": \"555555555555\"}".to_owned();
        let path = "/orgs/enableAdminAccount";
        post(stage, "234567000004", region, path, body).await;
    }
}

/// What somebody else does.
pub(crate) async fn post(stage: &Stage, key: &str, region: &str, path: &str, body: String) {
    let scope = format!("{key}/20270115/{region}/detective/aws4_request");
    let request = http::Request::post(format!("http://sandbox.invalid{path}"))
        .header(
            "authorization",
            format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"),
        )
        .body(body.into())
        .unwrap();
    let reply = stage.sandbox.handle(request).await;
    let sandbox::Reply::Response(response) = reply else {
        panic!("no response")
    };
    assert!(response.status().is_success(), "{response:?}");
}

#[tokio::test(start_paused = true)]
async fn graphs_end_with_everybody_in_them() {
    for (switch, deletions, removals) in [("deleted", 2, 0), ("refused", 4, 2)] {
        let text = format!("{EVERY_STATUS}\n[unverified]\ndelete_graph_with_members = {switch:?}");
        // Without a file.
        let mut stage = stage(world(&text), Purpose::DeleteGraphs, Others::Remove);
        stage.fleet.members.clear();
        let refusals = stage.remove(Consent::default()).await.unwrap_err();
        assert!(matches!(
            refusals[..],
            [Refusal::EndsDetective { graphs: 2, .. }]
        ));
        let report = stage.remove(typed()).await.unwrap();
        assert_eq!(report.verdict(), Verdict::AsWanted, "{report:#?}");
        assert_eq!(there(&stage, "us-east-1"), (0, 0));
        assert_eq!(calls(&report, "detective:DeleteGraph"), deletions);
        assert_eq!(calls(&report, "detective:DeleteMembers"), removals);
        assert_eq!(report.summary.removed, 10);
        assert_eq!(report.regions[0].changes, ["graph deleted"]);
        assert_eq!(report.regions[0].graph_arn, None);
        let again = stage.remove(typed()).await.unwrap();
        assert_eq!(again.summary.memberships, 0);
        assert_eq!(again.verdict(), Verdict::AsWanted);
    }
}

#[tokio::test(start_paused = true)]
async fn what_became_of_a_graph_is_told_where_the_answer_was_lost() {
    let text = r#"
size = 2
[[faults]]
effect = "cut_after"
first = 1
operations = ["detective:CreateGraph", "detective:DeleteGraph"]
"#;
    let mut stage = stage(world(text), Purpose::Enable, Others::Leave);
    let report = stage.enable().await;
    assert_eq!(report.verdict(), Verdict::AsWanted, "{report:#?}");
    for region in &report.regions {
        assert_eq!(region.changes, ["graph created"]);
    }
    stage.fleet.settings.purpose = Purpose::DeleteGraphs;
    let report = stage.remove(typed()).await.unwrap();
    assert_eq!(report.verdict(), Verdict::AsWanted, "{report:#?}");
    for region in &report.regions {
        assert_eq!(region.changes, ["graph deleted"]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_file_does_not_end_a_graph_with_others_in_it() {
    let mut stage = stage(world(EVERY_STATUS), Purpose::DeleteGraphs, Others::Leave);
    let email = stage.fleet.members.remove(&id(3)).unwrap();
    let refusals = stage.remove(typed()).await.unwrap_err();
    assert!(matches!(&refusals[..], [Refusal::Outsiders(regions)] if regions.len() == 2));
    assert_eq!(there(&stage, "us-east-1"), (1, 5));
    stage.fleet.members.insert(id(3), email);
    let report = stage.remove(typed()).await.unwrap();
    assert_eq!(report.summary.removed, 10);
    assert_eq!(there(&stage, "eu-west-1"), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_region_that_could_not_be_read_is_left_alone() {
    // It could be read later on: too late for the guard rails.
    let denied = "effect = \"denied\"\nfirst = 3";
    let down = "effect = \"server_error\"\nuntil = \"125s\"";
    let purposes = [Purpose::Disable, Purpose::DeleteGraphs];
    for (purpose, fault) in purposes
        .into_iter()
        .flat_map(|it| [(it, denied), (it, down)])
    {
        let text = format!(
            "{EVERY_STATUS}\n[[faults]]\noperations = [\"detective:ListMembers\"]\nregions = [\"eu-west-1\"]\n{fault}"
        );
        let stage = stage(world(&text), purpose, Others::Leave);
        let report = stage.remove(typed()).await.unwrap();
        assert_eq!(there(&stage, "us-east-1").1, 0);
        assert_eq!(there(&stage, "eu-west-1"), (1, 5));
        let states: Vec<_> = report.regions.iter().map(|region| region.state).collect();
        assert_eq!(states, [RegionState::Failed, RegionState::Settled]);
        assert_eq!(report.verdict(), Verdict::NotAsWanted);
    }
}

#[tokio::test(start_paused = true)]
async fn lost_answers_do_not_keep_members_or_graphs() {
    for effect in ["cut_after", "cut_before", "throttle", "server_error"] {
        for purpose in [Purpose::Disable, Purpose::DeleteGraphs] {
            let fault = format!(
                "[[faults]]\neffect = {effect:?}\noperations = [\"detective:DeleteMembers\", \"detective:DeleteGraph\"]\nfirst = 2"
            );
            let stage = stage(
                world(&format!("{EVERY_STATUS}\n{fault}")),
                purpose,
                Others::Leave,
            );
            let report = stage.remove(typed()).await.unwrap();
            assert_eq!(report.verdict(), Verdict::AsWanted, "{effect}: {report:#?}");
            assert_eq!(report.summary.removed, 10);
            assert_eq!(there(&stage, "us-east-1").1, 0);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn where_the_end_of_a_graph_is_refused_nobody_was_removed() {
    let denied = format!(
        "{EVERY_STATUS}\n[[faults]]\neffect = \"denied\"\noperations = [\"detective:DeleteGraph\"]"
    );
    let mut stage = stage(world(&denied), Purpose::DeleteGraphs, Others::Remove);
    stage.fleet.settings.patience = Duration::ZERO;
    let report = stage.remove(typed()).await.unwrap();
    assert_eq!((report.summary.removed, report.summary.failed), (0, 10));
    assert_eq!(report.summary.changed, 0, "nothing was done to anybody");
    for region in &report.regions {
        let mut members = region.members.iter();
        assert!(members.all(|it| (it.outcome == Outcome::Failed) == it.status.is_some()));
        assert_eq!(there(&stage, region.region.as_str()), (1, 5));
    }
}
