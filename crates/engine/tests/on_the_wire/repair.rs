//! What is repaired or refused while enabling: failed entries, members that AWS does not enable,
//! tags, packages, and a graph that is full.

use std::time::Duration;

use fleet::account::AccountId;
use fleet::desired::Others;
use fleet::guard::Consent;
use fleet::report::{Outcome, Report, Verdict};
use sandbox::World;

use crate::stage::{Stage, calls};

fn id(n: u64) -> AccountId {
    format!("{}", 234_567_000_000_u64 + n).parse().unwrap()
}

fn world(text: &str) -> World {
    World::from_toml(text).unwrap()
}

fn outcome(report: &Report, n: u64) -> Outcome {
    let mut members = report.regions[0].members.iter();
    members
        .find(|member| member.account_id == id(n))
        .unwrap()
        .outcome
}

#[tokio::test(start_paused = true)]
async fn what_failed_with_the_files_email_is_tried_once_more_on_request() {
    let failed = "size = 2\n[[memberships]]\naccounts = [\"234567000001\"]\nstatus = \"VERIFICATION_FAILED\"\n";
    let mut stage = Stage::of(world(failed)).in_regions(&["us-east-1"]);
    let report = stage.enable().await;
    assert_eq!(outcome(&report, 1), Outcome::Failed);
    assert_eq!(calls(&report, "detective:DeleteMembers"), 0);
    stage.fleet.settings.retry_failed = true;
    let report = stage.enable().await;
    assert_eq!(outcome(&report, 1), Outcome::Repaired);
    assert_eq!(calls(&report, "detective:DeleteMembers"), 1);

    // With a wrong address it fails again, and once is enough.
    let mut wrong = Stage::of(World::of_size(2)).in_regions(&["us-east-1"]);
    wrong
        .fleet
        .members
        .insert(id(1), "wrong@example.com".parse().unwrap());
    wrong.fleet.settings.retry_failed = true;
    wrong.enable().await;
    let report = wrong.enable().await;
    assert_eq!(outcome(&report, 1), Outcome::Failed);
    assert_eq!(calls(&report, "detective:DeleteMembers"), 1);
    assert_eq!(calls(&report, "detective:CreateMembers"), 1);
}

#[tokio::test(start_paused = true)]
async fn who_is_accepted_but_disabled_is_started_once_and_told_why() {
    let text = "size = 1\n[accounts.234567000002]\ngigabytes_per_day = 20000.0\n[[memberships]]\naccounts = [\"234567000002\"]\nstatus = \"ACCEPTED_BUT_DISABLED\"\n";
    let stage = Stage::of(world(text)).in_regions(&["us-east-1"]);
    let report = stage.enable().await;
    assert_eq!(calls(&report, "detective:StartMonitoringMember"), 1);
    assert_eq!(outcome(&report, 1), Outcome::Enabled);
    let member = &report.regions[0].members[1];
    assert_eq!(member.outcome, Outcome::Failed);
    let reason = member.reason.as_deref().unwrap();
    assert!(reason.contains("VOLUME_TOO_HIGH"), "{reason}");
}

fn tagged(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    let pair = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
    pairs.iter().map(pair).collect()
}

fn tags(stage: &Stage) -> Vec<(String, String)> {
    let state = stage.sandbox.state();
    let tags = &state["regions"]["us-east-1"][0]["tags"];
    let tags = tags.as_object().cloned().unwrap_or_default();
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    tags.iter()
        .map(|(key, value)| (key.clone(), text(value)))
        .collect()
}

#[tokio::test(start_paused = true)]
async fn tags_converge_and_others_go_only_with_prune() {
    let text = "size = 1\n[[graphs]]\ntags = { team = \"old\", other = \"x\" }\n";
    let mut stage = Stage::of(world(text)).in_regions(&["us-east-1"]);
    stage.enable().await;
    assert_eq!(tags(&stage), tagged(&[("other", "x"), ("team", "old")]));
    stage.fleet.settings.tags = tagged(&[("team", "new"), ("cost", "7")])
        .into_iter()
        .collect();
    let report = stage.enable().await;
    assert_eq!(
        tags(&stage),
        tagged(&[("cost", "7"), ("other", "x"), ("team", "new")])
    );
    assert_eq!(report.regions[0].changes, ["tags set: cost, team"]);
    assert_eq!(calls(&report, "detective:TagResource"), 1);
    assert_eq!(calls(&report, "detective:ListTagsForResource"), 2);
    let again = stage.enable().await;
    assert_eq!(calls(&again, "detective:TagResource"), 0);
    assert_eq!(calls(&again, "detective:ListTagsForResource"), 1);
    stage.fleet.settings.others = Others::Remove;
    let report = stage.remove(Consent::default()).await.unwrap();
    assert_eq!(report.regions[0].changes, ["tags removed: other"]);
    assert_eq!(tags(&stage), tagged(&[("cost", "7"), ("team", "new")]));
}

#[tokio::test(start_paused = true)]
async fn tags_that_cannot_be_set_are_a_failure_of_the_graph_alone() {
    let text = "size = 1\n[[faults]]\neffect = \"denied\"\noperations = [\"detective:ListTagsForResource\"]\n";
    let mut stage = Stage::of(world(text)).in_regions(&["us-east-1"]);
    stage.fleet.settings.tags = tagged(&[("team", "new")]).into_iter().collect();
    let report = stage.enable().await;
    assert_eq!((report.summary.enabled, report.summary.failed), (1, 0));
    assert_eq!(report.verdict(), Verdict::NotAsWanted);
    let amiss = &report.regions[0].amiss;
    assert!(amiss[0].contains("ListTagsForResource"), "{amiss:?}");
}

#[tokio::test(start_paused = true)]
async fn packages_are_started_and_none_is_stopped() {
    for switch in ["kept", "stopped"] {
        let text = format!("size = 1\n[unverified]\nunnamed_packages = {switch:?}\n");
        let mut stage = Stage::of(world(&text)).in_regions(&["us-east-1"]);
        for (package, calls_to_start) in [
            ("EKS_AUDIT", 1),
            ("ASFF_SECURITYHUB_FINDING", 1),
            ("EKS_AUDIT", 0),
        ] {
            stage.fleet.settings.packages = [package.to_owned()].into();
            let report = stage.enable().await;
            assert_eq!(report.verdict(), Verdict::AsWanted, "{report:#?}");
            let started = calls(&report, "detective:UpdateDatasourcePackages");
            assert_eq!(started, calls_to_start, "{switch}: {package}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_full_graph_keeps_its_members_and_names_who_is_crowded_out() {
    let mut stage = Stage::of(World {
        verification: Duration::ZERO,
        ..World::of_size(1_203)
    })
    .in_regions(&["us-east-1"]);
    let wanted = stage.fleet.members.clone();
    let new: Vec<_> = wanted.keys().skip(1_190).copied().collect();
    let first = wanted.iter().take(1_190);
    stage.fleet.members = first.map(|(id, email)| (*id, email.clone())).collect();
    stage.enable().await;
    // Ten of those that are in are not in the file any more, and the last of it come first.
    stage.fleet.members = wanted.into_iter().skip(10).collect();
    stage.fleet.settings.order = new.iter().rev().copied().zip(1..).collect();
    let report = stage.enable().await;
    assert_eq!((report.summary.enabled, report.summary.failed), (1_190, 3));
    let members = report.regions[0].members.iter();
    let crowded: Vec<_> = members.filter(|it| it.outcome == Outcome::Failed).collect();
    let ids: Vec<_> = crowded.iter().map(|member| member.account_id).collect();
    assert_eq!(ids, new[..3]);
    let reason = crowded[0].reason.as_deref().unwrap();
    assert!(reason.contains("takes 1200 members"), "{reason}");
    assert_eq!(calls(&report, "detective:CreateMembers"), 1);
}
