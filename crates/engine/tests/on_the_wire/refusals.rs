//! What is refused costs its own calls, and nobody else any time.

use std::sync::Arc;
use std::time::Duration;

use fleet::desired::Purpose;
use fleet::guard::{Consent, Refusal, Word};
use fleet::report::Report;
use sandbox::World;
use sandbox_connector::Answer;
use serde_json::{Value, json};

use crate::stage::{Instead, Stage, calls};

/// So many accounts, of which the first `without` have no role, in three Regions.
fn stage(size: usize, without: usize, more: &str) -> Stage {
    let missing: String = (1..=without)
        .map(|n| format!("accounts.\"{n:012}\" = {{ roles = [] }}\n"))
        .collect();
    let others = size - without;
    let world =
        format!("size = {others}\nlatency = \"100ms\"\nverification = \"2s\"\n{missing}{more}");
    let world = World::from_toml(&world).unwrap();
    Stage::of(world).in_regions(&["us-east-1", "eu-west-1", "ap-southeast-2"])
}

/// A run, and how long it took by its own clock.
async fn timed(stage: &Stage) -> (Report, Duration) {
    let begun = engine::clock::now();
    (stage.enable().await, begun.elapsed())
}

#[tokio::test(start_paused = true)]
async fn refused_roles_slow_nothing_down() {
    for (size, concurrency) in [(80, 8), (200, 256)] {
        let mut healthy = stage(size, 0, "");
        healthy.max_concurrency = concurrency;
        let (_, healthy) = timed(&healthy).await;
        for without in [size / 2, size] {
            let mut stage = stage(size, without, "");
            stage.max_concurrency = concurrency;
            let (report, took) = timed(&stage).await;
            assert_eq!(report.summary.waiting, 0);
            assert_eq!(report.summary.failed as usize, without * 3);
            assert_eq!(report.summary.enabled as usize, (size - without) * 3);
            assert_eq!(calls(&report, "sts:AssumeRole") as usize, size + without);
            let most = healthy.mul_f64(1.5);
            assert!(
                took <= most,
                "{without} of {size}: {took:?}, healthy {healthy:?}"
            );
        }
    }
}

/// AWS leaves all accounts out of each request with this path, in words and for good.
fn leaving_out(at: &'static str) -> Instead {
    Instead::interfering(move |request| {
        if request.method() != "POST" || request.uri().path() != at {
            return None;
        }
        let asked: Value = serde_json::from_slice(request.body()).unwrap();
        let ids = match &asked["AccountIds"] {
            Value::Array(ids) => ids.clone(),
            _ => {
                let accounts = asked["Accounts"].as_array().unwrap().iter();
                accounts.map(|it| it["AccountId"].clone()).collect()
            }
        };
        let left_out = |id: &Value| json!({ "AccountId": id, "Reason": "Account is suspended" });
        let left_out: Vec<_> = ids.iter().map(left_out).collect();
        let answer = json!({ "UnprocessedAccounts": left_out });
        Some(Answer::Body(answer.to_string().into()))
    })
}

#[tokio::test(start_paused = true)]
async fn accounts_that_aws_leaves_out_for_good_are_named_in_seconds() {
    for size in [2, 120] {
        let mut inviting = stage(size, 0, "");
        inviting.instead = leaving_out("/graph/members");
        let mut removing = stage(size, 0, &members(size));
        removing.instead = leaving_out("/graph/members/removal");
        removing.fleet.settings.purpose = Purpose::Disable;
        for stage in [inviting, removing] {
            let begun = engine::clock::now();
            let consent = Consent {
                word: Word::Typed,
                ..Consent::default()
            };
            let report = stage.remove(consent).await.unwrap();
            let took = begun.elapsed();
            assert!(took < Duration::from_secs(5), "{size}: {took:?}");
            let summary = &report.summary;
            assert_eq!((summary.failed as usize, summary.waiting), (size * 3, 0));
            let mut all = report.regions.iter().flat_map(|it| &it.members);
            let is_named = |reason: &str| reason.contains("Account is suspended");
            assert!(all.all(|it| it.reason.as_deref().is_some_and(is_named)));
            let lists = calls(&report, "detective:ListMembers");
            assert!(lists <= 3 * 12, "{size}: {lists} looks in three Regions");
        }
    }
}

/// All of them are members already.
fn members(size: usize) -> String {
    let ids = stage(size, 0, "").fleet.members;
    let ids: Vec<_> = ids.keys().map(ToString::to_string).collect();
    format!("[[memberships]]\naccounts = {ids:?}\nstatus = \"ENABLED\"\n")
}

#[tokio::test(start_paused = true)]
async fn regions_that_a_policy_denies_are_waited_for_together_and_beside_the_others() {
    let mut healthy = stage(3, 0, "");
    let denied = "[[faults]]\neffect = \"denied\"\noperations = [\"detective:*\"]\nregions = [\"eu-west-1\", \"ap-southeast-2\"]";
    let mut denied = stage(3, 0, denied);
    let patience = Duration::from_secs(15);
    for stage in [&mut healthy, &mut denied] {
        stage.fleet.settings.patience = patience;
    }
    let (_, healthy) = timed(&healthy).await;
    let (report, took) = timed(&denied).await;
    assert_eq!((report.summary.enabled, report.summary.failed), (3, 6));
    assert!(took <= healthy + patience, "{took:?}, healthy {healthy:?}");
}

#[tokio::test(start_paused = true)]
async fn a_region_that_was_not_read_is_not_judged() {
    let denied = "[[faults]]\neffect = \"denied\"\noperations = [\"detective:ListMembers\"]\nregions = [\"eu-west-1\"]\n";
    let mut stage = stage(2, 0, &(members(2) + denied));
    stage.fleet.settings.purpose = Purpose::DeleteGraphs;
    stage.fleet.settings.patience = Duration::ZERO;
    let (_, mut run) = stage.begin(&Arc::default()).await;
    run.observe(&stage.limit()).await;
    assert_eq!(run.read().len(), 2);
    let ends = Refusal::EndsDetective {
        graphs: 2,
        administrator: stage.fleet.administrator,
    };
    assert_eq!(run.judge(0, Consent::default()), [ends]);
}
