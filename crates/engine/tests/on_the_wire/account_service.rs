//! The Account service may be out of reach, or not let anybody ask, where Detective is not.

use fleet::check::Answer;
use sandbox::World;

use crate::stage::{Stage, calls};

/// Two members, of which the first has a Region switched off.
fn stage(effect: &str, accounts: &str) -> Stage {
    let world = format!(
        "size = 1
        verification = '0s'
        [accounts.100000000001]
        regions_off = ['eu-south-1']
        [[faults]]
        effect = {effect:?}
        operations = ['account:*']
        accounts = {accounts}"
    );
    Stage::of(World::from_toml(&world).unwrap()).in_regions(&["us-east-1", "eu-south-1"])
}

#[tokio::test(start_paused = true)]
async fn one_that_is_silent_is_asked_once_in_a_run() {
    let report = stage("silence", "[]").enable().await;
    assert_eq!((report.summary.enabled, report.summary.failed), (3, 1));
    assert_eq!(calls(&report, "account:ListRegions"), 1);
    assert_eq!(calls(&report, "account:GetRegionOptStatus"), 0);
    let (report, facts) = stage("silence", "[]").check(false).await;
    assert_eq!(report.calls["account:ListRegions"], 1);
    for member in facts.members.values() {
        assert!(matches!(member.regions, Answer::Failed(_)), "{member:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn one_that_refuses_the_administrator_is_asked_by_members_all_the_same() {
    let report = stage("denied", "['555555555555']").enable().await;
    assert_eq!((report.summary.enabled, report.summary.failed), (3, 1));
    assert!(calls(&report, "account:GetRegionOptStatus") >= 1);
    let failed = report.regions[0].members.iter();
    let mut reasons = failed.filter_map(|it| it.reason.as_deref());
    let reason = reasons.next().unwrap();
    assert!(
        reason.contains("not switched on in 100000000001"),
        "{reason}"
    );
    let (_, facts) = stage("denied", "['555555555555']").check(false).await;
    for member in facts.members.values() {
        assert!(matches!(member.regions, Answer::Is(_)), "{member:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn credentials_that_it_takes_for_expired_are_an_error_of_the_whole_run() {
    let stage = stage("expired_token", "[]");
    let error = stage.connect(&std::sync::Arc::default()).await.unwrap_err();
    assert!(error.to_string().contains("xpired"), "{error}");
}
