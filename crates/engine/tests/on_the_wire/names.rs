//! Who did it: what CloudTrail in every account shows of a run.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fleet::report::Report;
use sandbox::World;
use serde_json::Value;

use crate::stage::{Instead, Stage, calls};

const MEMBER: &str = "detective-fleet/DetectiveFleetMember";
const ADMINISTRATOR: &str = "Administrator";

/// A fleet whose roles allow a source identity or not.
fn stage(size: usize, administrator: bool, members: bool, more: &str) -> Stage {
    let world = format!(
        r#"
size = {size}
verification = "0s"
latency = "20ms"
[[roles]]
name = "{ADMINISTRATOR}"
no_source_identity = {}
[[roles]]
name = "{MEMBER}"
no_source_identity = {}
{more}
"#,
        !administrator, !members
    );
    let mut stage = Stage::of(World::from_toml(&world).unwrap()).in_regions(&["us-east-1"]);
    stage.admin_role = Some(ADMINISTRATOR);
    stage
}

/// The source identities of all sessions of a role, as CloudTrail has them.
fn names(stage: &Stage, role: &str) -> BTreeSet<Option<String>> {
    // The ARN of a session leaves the path of its role out.
    let role = role.rsplit('/').next().unwrap_or(role);
    let calls = stage.sandbox.calls();
    let sessions = calls["sessions"].as_array().unwrap().iter();
    let of_role = |it: &&Value| {
        it["session"]
            .as_str()
            .unwrap()
            .contains(&format!("/{}/", role.rsplit('/').next().unwrap()))
    };
    let name = |it: &Value| it["source_identity"].as_str().map(str::to_owned);
    sessions.filter(of_role).map(name).collect()
}

fn assumed(report: &Report) -> u64 {
    calls(report, "sts:AssumeRole")
}

#[tokio::test(start_paused = true)]
async fn sessions_carry_the_run_and_who_called_and_requests_the_product() {
    let mut stage = stage(3, true, true, "");
    let agents = Arc::new(Mutex::new(BTreeSet::new()));
    let seen = agents.clone();
    stage.instead = Instead::interfering(move |request| {
        let agent = request.headers()["user-agent"].to_str().unwrap();
        let app = agent.split(' ').find(|it| it.starts_with("app/"));
        seen.lock().unwrap().insert(app.map(str::to_owned));
        None
    });
    let report = stage.enable().await;
    assert_eq!(report.summary.enabled, 3);
    assert_eq!(assumed(&report), 4);
    for role in [ADMINISTRATOR, MEMBER] {
        let sandbox = BTreeSet::from([Some("sandbox".to_owned())]);
        assert_eq!(names(&stage, role), sandbox, "{role}");
    }
    let calls = stage.sandbox.calls();
    for session in calls["sessions"].as_array().unwrap() {
        let arn = session["session"].as_str().unwrap();
        assert!(arn.ends_with("/detective-fleet-a-run"), "{arn}");
    }
    let product = format!("app/detective-fleet-{}", env!("CARGO_PKG_VERSION"));
    let agents = agents.lock().unwrap().clone();
    assert_eq!(agents, BTreeSet::from([Some(product)]));
}

#[tokio::test(start_paused = true)]
async fn roles_that_allow_no_source_identity_are_assumed_without_one() {
    for (administrator, members) in [(false, true), (true, false), (false, false)] {
        let stage = stage(3, administrator, members, "");
        let report = stage.enable().await;
        assert_eq!(report.summary.enabled, 3, "{administrator} {members}");
        let sandbox = Some("sandbox".to_owned());
        if !administrator {
            assert_eq!(names(&stage, ADMINISTRATOR), BTreeSet::from([None]));
        }
        if !members {
            assert_eq!(names(&stage, MEMBER), BTreeSet::from([None]));
        } else {
            // The members' own trust is what counts there.
            assert_eq!(names(&stage, MEMBER), BTreeSet::from([sandbox]));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_fleet_that_allows_no_source_identity_is_not_asked_twice() {
    for administrator in [true, false] {
        let mut stage = stage(400, administrator, false, "");
        stage.max_concurrency = 16;
        let report = stage.enable().await;
        assert_eq!(report.summary.enabled, 400);
        // What was under way when the first was let in without a name was refused as well.
        let assumed = assumed(&report);
        assert!(assumed <= 400 + 4 + 3 * 16, "{assumed}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_fleet_of_old_and_new_roles_is_enabled_as_a_whole() {
    let old = |n: usize| {
        format!("[[accounts.\"{n:012}\".roles]]\nname = \"{MEMBER}\"\nno_source_identity = true\n")
    };
    let half: String = (1..=4).map(|n| old(700_000_000_000 + n)).collect();
    let stage = stage(4, true, true, &half);
    let report = stage.enable().await;
    assert_eq!((report.summary.enabled, report.summary.failed), (8, 0));
}

#[tokio::test(start_paused = true)]
async fn an_administrator_role_that_wants_a_name_has_none_without() {
    // Whoever asks without a name is refused, as by a condition on `sts:SourceIdentity`.
    let mut stage = stage(3, true, false, "");
    let administrator = stage.sandbox.administrator();
    stage.instead = Instead::interfering(move |request| {
        let body = std::str::from_utf8(request.body()).unwrap_or_default();
        let is_it = body.contains("Action=AssumeRole")
            && body.contains(&format!("iam%3A%3A{administrator}%3A"))
            && !body.contains("SourceIdentity=");
        is_it.then(crate::credentials::denied)
    });
    let report = stage.enable().await;
    assert_eq!((report.summary.failed, &report.error), (3, &None));
    // Each member was asked, in the name and without it: its own refusal counts.
    let refused = stage.sandbox.calls()["operations"]["sts:AssumeRole"].as_u64();
    assert!(refused >= Some(1 + 2 * 3), "{refused:?}");
    let reason = report.regions[0].members[0].reason.clone().unwrap();
    assert!(reason.contains(MEMBER), "{reason}");
}

#[tokio::test(start_paused = true)]
async fn an_administrator_role_that_is_not_answered_for_is_not_assumed_without_the_name() {
    let mut stage = stage(3, true, true, "");
    stage.instead = Instead::interfering(move |request| {
        let body = std::str::from_utf8(request.body()).unwrap_or_default();
        let is_it = body.contains("Action=AssumeRole") && body.contains("SourceIdentity=");
        is_it.then(|| crate::credentials::refusal_of_sts("ServiceUnavailable", 503))
    });
    let error = stage.connect(&Arc::default()).await.unwrap_err();
    assert!(error.to_string().contains(ADMINISTRATOR), "{error}");
    assert_eq!(names(&stage, ADMINISTRATOR), BTreeSet::new());
}

#[tokio::test(start_paused = true)]
async fn another_role_of_the_administrator_need_not_allow_a_name() {
    let world = format!(
        "size = 1\n[accounts.555555555555]\nroles = [{{ name = '{ADMINISTRATOR}' }}, {{ name = 'Trusted', no_source_identity = true }}]"
    );
    let mut stage = Stage::of(World::from_toml(&world).unwrap()).in_regions(&["us-east-1"]);
    stage.admin_role = Some(ADMINISTRATOR);
    // As for `roles`, which works with other services, too.
    stage.access = engine::Access::Whole;
    let (aws, _) = stage.begin(&Arc::default()).await;
    let trusted = aws.becoming(&"Trusted".parse().unwrap());
    trusted.can_call().await.unwrap();
}

/// STS refuses one role once, and not for want of a permission.
fn refusing_one_role_once() -> Instead {
    let refused = AtomicBool::new(false);
    Instead::interfering(move |request| {
        let body = std::str::from_utf8(request.body()).unwrap_or_default();
        let mut pairs = body.split('&');
        let is_it =
            pairs.any(|it| it.starts_with("RoleArn=") && it.ends_with("DetectiveFleetMember"));
        let is_first = is_it && !refused.swap(true, Ordering::Relaxed);
        is_first.then(|| crate::credentials::refusal_of_sts("ValidationError", 400))
    })
}

#[tokio::test(start_paused = true)]
async fn what_does_not_look_like_passing_is_asked_for_once_more() {
    let mut stage = stage(4, true, true, "");
    stage.instead = refusing_one_role_once();
    let report = stage.enable().await;
    assert_eq!(report.summary.enabled, 4, "{report:#?}");
    assert_eq!(assumed(&report), 1 + 4 + 1);
}

/// Verification takes longer than sessions last: all roles are assumed once more.
#[tokio::test(start_paused = true)]
async fn a_refusal_that_was_not_for_the_name_takes_it_from_nobody() {
    let world = format!(
        "size = 4\nverification = '2h'\n[[roles]]\nname = '{ADMINISTRATOR}'\n[[roles]]\nname = '{MEMBER}'"
    );
    let mut stage = Stage::of(World::from_toml(&world).unwrap()).in_regions(&["us-east-1"]);
    stage.timeout = Duration::from_secs(3 * 3_600);
    stage.instead = refusing_one_role_once();
    let report = stage.enable().await;
    assert_eq!(report.summary.enabled, 4, "{report:#?}");
    assert_eq!(assumed(&report), 4 + 1 + 4);
    let sandbox = BTreeSet::from([Some("sandbox".to_owned())]);
    assert_eq!(names(&stage, MEMBER), sandbox);
}
