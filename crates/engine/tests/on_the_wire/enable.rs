//! `enable`, from the fleet to the wire: the real engine and the real SDK over the sandbox.

use sandbox::World;
use std::collections::BTreeMap;
use std::time::Duration;

use crate::stage::{Stage, calls};
use fleet::report::{Ended, Report, Verdict};

/// How many memberships ended in each way, by account.
fn outcomes(report: &Report) -> BTreeMap<String, Vec<String>> {
    let mut outcomes: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for region in &report.regions {
        for member in &region.members {
            let outcome = format!("{:?}", member.outcome).to_lowercase();
            outcomes
                .entry(member.account_id.to_string())
                .or_default()
                .push(outcome);
        }
    }
    outcomes
}

#[tokio::test(start_paused = true)]
async fn from_nothing_to_enabled_in_every_region() {
    let stage = Stage::of(World::of_size(80));
    let report = stage.enable().await;
    assert_eq!(report.summary.memberships, 80 * 21);
    assert_eq!(report.summary.enabled, 80 * 21);
    assert_eq!(report.summary.changed, 80 * 21);
    let mut members = report.regions.iter().flat_map(|region| &region.members);
    assert!(members.all(|member| member.before.is_none()));
    assert_eq!(calls(&report, "sts:AssumeRole"), 80);
    assert_eq!(calls(&report, "detective:AcceptInvitation"), 80 * 21);
    assert_eq!(calls(&report, "detective:CreateMembers"), 2 * 21);
    assert_eq!(calls(&report, "detective:CreateGraph"), 21);
}

#[tokio::test(start_paused = true)]
async fn a_second_run_finds_nothing_to_do() {
    let stage = Stage::of(World::of_size(250)).in_regions(&["us-east-1", "eu-west-1"]);
    stage.enable().await;
    let report = stage.enable().await;
    assert_eq!(report.summary.enabled, 500);
    assert_eq!(report.summary.changed, 0);
    // A list of 250 members has two pages.
    assert_eq!(calls(&report, "detective:ListGraphs"), 2);
    assert_eq!(calls(&report, "detective:ListMembers"), 4);
    assert_eq!(
        report.calls.values().sum::<u64>(),
        2 + 4 + 2,
        "{:?}",
        report.calls
    );
}

#[tokio::test(start_paused = true)]
async fn nothing_waits_for_anything_else() {
    let stage = Stage::of(World::of_size(80));
    let begun = engine::clock::Clock::system();
    let report = stage.enable().await;
    assert_eq!(report.summary.enabled, 80 * 21);
    // Verification takes 2 s. Before it: who am I, Regions, ListGraphs, CreateGraph, CreateMembers.
    // After it: a tenth of the wait until the next look, that look, the acceptances in as many
    // rounds as the 256 that may be under way need, and the closing list. 100 ms each.
    let rounds = (80 * 21_u128).div_ceil(256);
    let calls = 5 + 1 + rounds + 1;
    let elapsed = begun.elapsed().as_millis();
    assert!(elapsed <= 2_000 + 250 + calls * 100, "{elapsed} ms");
    // Meanwhile each Region is looked at every 200 ms, and twice after that.
    let looks = self::calls(&report, "detective:ListMembers");
    assert!(looks <= 21 * (2_000 / 200 + 2), "{looks} looks");
}

#[tokio::test(start_paused = true)]
async fn a_role_that_cannot_be_assumed_costs_its_own_memberships() {
    let mut stage = Stage::of(World::of_size(3)).in_regions(&["us-east-1", "eu-west-1"]);
    stage.role_name = "Nope".to_owned();
    let report = stage.enable().await;
    assert_eq!(report.summary.failed, 6);
    for outcome in outcomes(&report).values() {
        assert_eq!(outcome, &["failed", "failed"]);
    }
    let member = &report.regions[0].members[0];
    let reason = member.reason.as_deref().unwrap();
    assert!(
        reason.contains(&format!("arn:aws:iam::{}:role/Nope", member.account_id)),
        "{reason}"
    );
    assert_eq!(member.status.as_ref().unwrap().as_str(), "INVITED");
    // Once, and once more at the end.
    assert_eq!(calls(&report, "sts:AssumeRole"), 6);
    assert_eq!(report.verdict(), Verdict::NotAsWanted);
}

#[tokio::test(start_paused = true)]
async fn a_wrong_email_costs_its_own_memberships() {
    let mut stage = Stage::of(World::of_size(3)).in_regions(&["us-east-1"]);
    let wrong = *stage.fleet.members.keys().next().unwrap();
    stage
        .fleet
        .members
        .insert(wrong, "wrong@example.com".parse().unwrap());
    let report = stage.enable().await;
    assert_eq!((report.summary.enabled, report.summary.failed), (2, 1));
    let reason = report.regions[0].members[0].reason.clone().unwrap();
    assert!(reason.contains("w***@example.com"), "{reason}");

    // The corrected file replaces the failed entry.
    let corrected = Stage {
        fleet: Stage::of(World::of_size(3)).fleet,
        ..stage
    };
    let report = corrected.enable().await;
    assert_eq!(outcomes(&report)[&wrong.to_string()], ["repaired"]);
    assert_eq!(calls(&report, "detective:DeleteMembers"), 1);
    assert_eq!(report.verdict(), Verdict::AsWanted);
}

#[tokio::test(start_paused = true)]
async fn what_is_not_verified_in_time_is_waiting() {
    let world = World {
        verification: Duration::from_secs(3600),
        ..World::of_size(3)
    };
    let mut stage = Stage::of(world).in_regions(&["us-east-1"]);
    stage.timeout = Duration::from_secs(60);
    let report = stage.enable().await;
    assert_eq!(report.summary.waiting, 3);
    assert_eq!(report.verdict(), Verdict::Waiting);
    // Looks get rarer the longer it takes.
    assert!(
        calls(&report, "detective:ListMembers") < 60,
        "{:?}",
        report.calls
    );
}

#[tokio::test(start_paused = true)]
async fn an_hour_of_verification_outlives_the_roles_credentials() {
    let world = World {
        verification: Duration::from_secs(4000),
        ..World::of_size(3)
    };
    let mut stage = Stage::of(world).in_regions(&["us-east-1"]);
    stage.timeout = Duration::from_secs(8000);
    let report = stage.enable().await;
    assert_eq!(report.summary.enabled, 3);
    assert_eq!(calls(&report, "sts:AssumeRole"), 6);
}

#[tokio::test(start_paused = true)]
async fn one_request_at_a_time_is_enough() {
    let mut stage = Stage::of(World::of_size(3)).in_regions(&["us-east-1", "eu-west-1"]);
    stage.max_concurrency = 1;
    let report = stage.enable().await;
    assert_eq!((report.summary.enabled, report.ended), (6, Ended::Complete));
}

#[tokio::test(start_paused = true)]
async fn a_run_that_runs_out_of_time_says_what_was_reached() {
    for timeout in [2_500, 2_600, 2_700, 2_800] {
        let mut stage = Stage::of(World::of_size(60));
        stage.timeout = Duration::from_millis(timeout);
        let report = stage.enable().await;
        // Every acceptance that was sent was answered with success.
        let accepted = calls(&report, "detective:AcceptInvitation");
        assert_eq!(report.summary.enabled, accepted, "after {timeout} ms");
        assert_eq!(report.ended, Ended::Timeout);
    }
}
