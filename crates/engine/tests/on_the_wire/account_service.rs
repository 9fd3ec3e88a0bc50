//! The Account service may be out of reach, or not let anybody ask, where Detective is not.

use std::sync::Arc;

use aws_smithy_types::body::SdkBody;
use fleet::check::Answer;
use fleet::report::Recorder;
use http::HeaderValue;
use http::header::AUTHORIZATION;
use sandbox::World;
use sandbox_connector::Answer as OnTheWire;

use crate::stage::{Instead, Stage, calls};

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
    let error = stage.connect(&Arc::default()).await.unwrap_err();
    assert!(error.to_string().contains("xpired"), "{error}");
}

/// The sandbox has no GovCloud: it is asked for another Region in its place.
#[tokio::test(start_paused = true)]
async fn in_govcloud_where_there_is_none_it_is_not_asked() {
    let mut stage = stage("silence", "[]");
    stage.regions.names = None;
    stage.instead = Instead::interfering(|request| {
        let body = std::str::from_utf8(request.body()).unwrap();
        if body.starts_with("Action=GetCallerIdentity") {
            let answer = "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws-us-gov:iam::555555555555:root</Arn><UserId>x</UserId><Account>555555555555</Account></GetCallerIdentityResult></GetCallerIdentityResponse>";
            return Some(OnTheWire::Body(SdkBody::from(answer)));
        }
        let body = body.replace("arn%3Aaws-us-gov%3A", "arn%3Aaws%3A");
        *request.body_mut() = body.into();
        let headers = request.headers_mut();
        let signed = headers[AUTHORIZATION].to_str().unwrap();
        let signed = signed.replace("us-gov-east-1", "us-east-1");
        let signed = signed.replace("us-gov-west-1", "eu-south-1");
        headers.insert(AUTHORIZATION, HeaderValue::from_str(&signed).unwrap());
        None
    });
    let recorder = Arc::new(Recorder::default());
    let (_, chosen) = stage.connect(&recorder).await.unwrap();
    let regions: Vec<_> = chosen.regions.iter().map(|it| it.as_str()).collect();
    assert_eq!(regions, ["us-gov-east-1", "us-gov-west-1"]);
    let report = stage.enable().await;
    assert_eq!(
        (report.summary.enabled, report.summary.failed),
        (3, 1),
        "{report:#?}"
    );
    let asked = stage.sandbox.calls()["operations"].clone();
    let asked = asked.as_object().unwrap().keys();
    let of_account: Vec<_> = asked.filter(|it| it.starts_with("account:")).collect();
    assert!(of_account.is_empty(), "{of_account:?}");
}
