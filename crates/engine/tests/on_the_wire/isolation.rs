//! Each trouble costs exactly its own memberships, named with the reason and what to do.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use crate::stage::{Stage, calls};
use fleet::report::{Outcome, Report};
use sandbox::World;

const REGIONS: [&str; 3] = ["us-east-1", "eu-west-1", "eu-south-1"];

/// A world of four members (`size`) and one trouble.
fn stage(trouble: &str) -> Stage {
    let world = format!("size = 4\nlatency = \"100ms\"\nverification = \"2s\"\n{trouble}");
    Stage::of(World::from_toml(&world).unwrap()).in_regions(&REGIONS)
}

/// The memberships that failed, as `account/Region`, with their reasons.
fn failed(report: &Report) -> Vec<(String, String)> {
    let all = report
        .regions
        .iter()
        .flat_map(|region| region.members.iter().map(move |member| (region, member)));
    all.filter(|(_, member)| member.outcome == Outcome::Failed)
        .map(|(region, member)| {
            (
                format!("{}/{}", member.account_id, region.region),
                member.reason.clone().unwrap().to_string(),
            )
        })
        .collect()
}

/// Checks that just these memberships failed, each with a reason that has `words`, and that all
/// others are ENABLED.
fn assert_only(stage: &Stage, report: &Report, wanted: &[(&str, &str)], words: &str) {
    let failed = failed(report);
    let names: BTreeSet<_> = failed.iter().map(|(name, _)| name.as_str()).collect();
    let expected: BTreeSet<_> = wanted
        .iter()
        .map(|(account, region)| format!("{account}/{region}"))
        .collect();
    assert_eq!(
        names,
        expected.iter().map(String::as_str).collect(),
        "{failed:#?}"
    );
    for (name, reason) in &failed {
        assert!(reason.contains(words), "{name}: {reason}");
    }
    assert_eq!(
        report.summary.enabled as usize,
        stage.fleet.members.len() * REGIONS.len() - wanted.len()
    );
    assert_eq!(report.summary.waiting, 0);
}

/// The first member of the world, in every Region.
fn first(stage: &Stage) -> String {
    stage.fleet.members.keys().next().unwrap().to_string()
}

fn everywhere(account: &str) -> Vec<(&str, &'static str)> {
    REGIONS.iter().map(|region| (account, *region)).collect()
}

fn everyone(stage: &Stage, region: &'static str) -> Vec<(String, &'static str)> {
    stage
        .fleet
        .members
        .keys()
        .map(|account| (account.to_string(), region))
        .collect()
}

fn borrowed(pairs: &[(String, &'static str)]) -> Vec<(&'static str, &'static str)> {
    pairs
        .iter()
        .map(|(account, region)| (&*account.clone().leak(), *region))
        .collect()
}

#[tokio::test(start_paused = true)]
async fn a_suspended_account() {
    let account = first(&stage(""));
    let stage = stage(&format!("accounts.{account:?} = {{ suspended = true }}"));
    let report = stage.enable().await;
    assert_only(
        &stage,
        &report,
        &everywhere(&account),
        "the account is suspended",
    );
}

#[tokio::test(start_paused = true)]
async fn a_missing_role() {
    let account = first(&stage(""));
    let stage = stage(&format!("accounts.{account:?} = {{ roles = [] }}"));
    let report = stage.enable().await;
    assert_only(
        &stage,
        &report,
        &everywhere(&account),
        &format!("arn:aws:iam::{account}:role/detective-fleet/DetectiveFleetMember"),
    );
    // Once for each of the five, and once more where it failed.
    assert_eq!(calls(&report, "sts:AssumeRole"), 5 + 1);
}

#[tokio::test(start_paused = true)]
async fn a_region_that_is_off_in_one_member() {
    let account = first(&stage(""));
    let stage = stage(&format!(
        "accounts.{account:?} = {{ regions_off = [\"eu-south-1\"] }}"
    ));
    let report = stage.enable().await;
    assert_only(
        &stage,
        &report,
        &[(&account, "eu-south-1")],
        &format!("eu-south-1 is not switched on in {account}"),
    );
}

#[tokio::test(start_paused = true)]
async fn a_region_that_a_policy_denies_to_one_member() {
    let account = first(&stage(""));
    let stage = stage(&format!(
        "[[faults]]\neffect = \"denied\"\noperations = [\"detective:AcceptInvitation\"]\nregions = [\"eu-west-1\"]\naccounts = [{account:?}]"
    ));
    let report = stage.enable().await;
    assert_only(
        &stage,
        &report,
        &[(&account, "eu-west-1")],
        &format!("--expected {account}/eu-west-1"),
    );
}

#[tokio::test(start_paused = true)]
async fn a_region_that_a_policy_denies_to_the_administrator() {
    let stage = stage(
        "[[faults]]\neffect = \"denied\"\noperations = [\"detective:*\"]\nregions = [\"eu-west-1\"]",
    );
    let report = stage.enable().await;
    assert_only(
        &stage,
        &report,
        &borrowed(&everyone(&stage, "eu-west-1")),
        "--exclude-region eu-west-1",
    );
    let error = report.regions[1].error.as_deref().unwrap();
    assert!(error.contains("service control policy"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_region_that_never_answers() {
    let stage = stage(
        "[[faults]]\neffect = \"silence\"\noperations = [\"detective:*\"]\nregions = [\"eu-west-1\"]",
    );
    let begun = engine::clock::Clock::system();
    let report = stage.enable().await;
    assert_only(
        &stage,
        &report,
        &borrowed(&everyone(&stage, "eu-west-1")),
        "--exclude-region eu-west-1",
    );
    // By what the others needed, which is 3 s, and not by the deadline of 15 minutes.
    assert!(
        begun.elapsed() < Duration::from_secs(9),
        "{:?}",
        begun.elapsed()
    );
}

#[tokio::test(start_paused = true)]
async fn a_region_that_is_down_until_the_deadline() {
    let mut stage = stage(
        "[[faults]]\neffect = \"server_error\"\noperations = [\"detective:*\"]\nregions = [\"eu-west-1\"]",
    );
    stage.timeout = Duration::from_secs(120);
    let report = stage.enable().await;
    assert_only(
        &stage,
        &report,
        &borrowed(&everyone(&stage, "eu-west-1")),
        "InternalServer",
    );
    assert!(
        calls(&report, "detective:ListGraphs") < 40,
        "{:?}",
        report.calls
    );
}

#[tokio::test(start_paused = true)]
async fn a_region_that_cannot_be_read_does_not_keep_the_plan_of_the_others() {
    let stage = stage(
        "[[faults]]\neffect = \"server_error\"\noperations = [\"detective:ListMembers\"]\nregions = [\"eu-west-1\"]\n[[graphs]]\nregions = [\"eu-west-1\"]",
    );
    let (_, mut run) = stage.begin(&Arc::default()).await;
    let begun = engine::clock::Clock::system();
    run.observe(&stage.limit()).await;
    assert!(begun.elapsed() <= engine::LOOK_TIMEOUT + Duration::from_secs(10));
    let plans = run.plan();
    let errors: Vec<_> = plans.iter().map(|plan| plan.error.is_some()).collect();
    assert_eq!(errors, [false, true, false], "{plans:?}");
    assert!(
        plans[1]
            .error
            .as_deref()
            .unwrap()
            .contains("InternalServer")
    );
}

#[tokio::test(start_paused = true)]
async fn a_region_that_comes_back() {
    let stage = stage(
        "[[faults]]\neffect = \"server_error\"\noperations = [\"detective:*\"]\nregions = [\"eu-west-1\"]\nuntil = \"1m\"",
    );
    let report = stage.enable().await;
    assert_only(&stage, &report, &[], "");
}

#[tokio::test(start_paused = true)]
async fn lists_that_are_not_answered_any_more_are_not_called_verification() {
    let mut stage = stage(
        "[[faults]]\neffect = \"silence\"\noperations = [\"detective:ListMembers\", \"detective:GetMembers\"]\nregions = [\"eu-west-1\"]\nafter = \"1s\"",
    );
    stage.timeout = Duration::from_secs(120);
    let report = stage.enable().await;
    let pairs = borrowed(&everyone(&stage, "eu-west-1"));
    assert_only(&stage, &report, &pairs, "no answer in time");
}

#[tokio::test(start_paused = true)]
async fn a_member_whose_acceptances_are_never_answered() {
    let account = first(&stage(""));
    let mut stage = stage(&format!(
        "[[faults]]\neffect = \"silence\"\noperations = [\"detective:AcceptInvitation\"]\naccounts = [{account:?}]"
    ));
    stage.timeout = Duration::from_secs(120);
    let report = stage.enable().await;
    assert_eq!((report.summary.enabled, report.summary.waiting), (9, 3));
}

#[tokio::test(start_paused = true)]
async fn hostile_weather_that_clears() {
    for seed in 0..20 {
        let mut stage = stage(&format!(
            r#"
seed = {seed}
visibility = "1s"
[[faults]]
effect = "server_error"
chance = 0.2
until = "1m"
[[faults]]
effect = "throttle"
chance = 0.2
until = "1m"
[[faults]]
effect = "cut_after"
chance = 0.2
until = "1m"
[[faults]]
effect = "silence"
operations = ["detective:*"]
chance = 0.05
until = "1m"
"#
        ));
        // Who is calling and which Regions are on has to be known; that is asked four times only.
        stage.patient = true;
        let report = stage.enable().await;
        assert_only(&stage, &report, &[], "");
    }
}
