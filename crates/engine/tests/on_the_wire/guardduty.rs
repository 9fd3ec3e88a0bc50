//! GuardDuty: whether it is on in members, and whom the administrator has there.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_smithy_types::body::SdkBody;
use engine::{Access, clock};
use fleet::account::{Email, Region};
use fleet::adopt::{GuardDutyMember, GuardDutyRegion};
use fleet::check::{Answer, GuardDuty};
use sandbox::World;

use crate::stage::{Instead, Stage};

const REGIONS: [&str; 2] = ["eu-west-1", "us-east-1"];

fn stage(world: &str) -> Stage {
    Stage::of(World::from_toml(world).unwrap()).in_regions(&REGIONS)
}

/// Whom GuardDuty lists, by Region.
async fn listed(stage: &Stage) -> Vec<GuardDutyRegion> {
    let (aws, chosen) = stage.connect(&Arc::default()).await.unwrap();
    aws.guardduty_members(&chosen.regions, &stage.limit()).await
}

fn members(region: &GuardDutyRegion) -> &[GuardDutyMember] {
    match &region.found {
        Ok(Some(members)) => members,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn all_pages_of_members_are_read_and_each_has_its_own_e_mail() {
    let accounts: String = (100..220)
        .map(|n| format!("[accounts.700000000{n}]\nguardduty_member = {{}}\n"))
        .collect();
    for unkind in ["", "[unkind]\nshort_pages = true"] {
        let mut stage = stage(&format!("size = 2\n{accounts}{unkind}"));
        stage.access = Access::LookInGuardDuty;
        stage.admin_role = Some("detective-fleet/DetectiveFleetMember");
        // Those that the administrator has not there are in the fleet.
        let emails: BTreeMap<_, _> = stage.sandbox.roster().into_iter().collect();
        let regions = listed(&stage).await;
        let names: Vec<_> = regions.iter().map(|it| it.region.as_str()).collect();
        assert_eq!(names, REGIONS);
        for region in &regions {
            let found = members(region);
            assert_eq!(found.len(), 120, "{unkind}");
            for member in found {
                let email = member.email.as_ref().map(Email::expose);
                assert_eq!(email, Some(&*emails[&member.account.to_string()]));
                assert!(!member.failed);
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn only_members_of_now_are_asked_for_and_what_failed_is_told() {
    let mut stage = stage(
        "size = 0
        [accounts.700000000001]
        guardduty_member = { email = '' }
        [accounts.700000000002]
        guardduty_member = { status = 'EmailVerificationFailed', regions = ['us-east-1'] }
        [accounts.700000000003]
        guardduty_member = { status = 'Disabled' }",
    );
    let queries = Arc::new(Mutex::new(Vec::new()));
    let asked = queries.clone();
    stage.instead = Instead::interfering(move |request| {
        let (path, query) = (request.uri().path(), request.uri().query());
        if path.ends_with("/member") {
            asked
                .lock()
                .unwrap()
                .push(query.unwrap_or_default().to_owned());
        }
        None
    });
    let regions = listed(&stage).await;
    let [eu, us] = [members(&regions[0]), members(&regions[1])];
    let failed = |all: &[GuardDutyMember]| -> Vec<_> { all.iter().map(|it| it.failed).collect() };
    assert_eq!(failed(eu), [false, false]);
    assert_eq!(failed(us), [false, true, false]);
    // An account of an organization has none.
    assert_eq!(us[0].email, None);
    assert!(us[1].email.is_some());
    let queries = queries.lock().unwrap();
    assert_eq!(queries.len(), 2);
    for query in queries.iter() {
        assert!(query.contains("onlyAssociated=true"), "{query}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_region_where_guardduty_is_off_fails_or_is_silent_holds_up_no_other() {
    let off = "[accounts.555555555555]\nguardduty_off = true";
    let regions = listed(&stage(&format!("size = 1\n{off}"))).await;
    assert!(regions.iter().all(|it| it.found == Ok(None)), "{regions:?}");
    for (effect, words) in [
        ("denied", "AccessDenied"),
        ("silence", "has not answered in time"),
    ] {
        let mut stage = stage(&format!(
            "size = 1
            accounts.700000000001 = {{ guardduty_member = {{}} }}
            [[faults]]
            effect = {effect:?}
            operations = ['guardduty:*']
            regions = ['eu-west-1']"
        ));
        stage.timeout = Duration::from_secs(20);
        let begun = clock::now();
        let regions = listed(&stage).await;
        let why = regions[0].found.clone().unwrap_err();
        assert!(why.contains(words), "{effect}: {why}");
        assert_eq!(members(&regions[1]).len(), 1, "{effect}");
        assert!(begun.elapsed() < Duration::from_secs(22), "{effect}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_detector_that_is_suspended_is_off() {
    for (status, is_on) in [("ENABLED", true), ("DISABLED", false)] {
        let mut stage = stage("size = 1").in_regions(&["us-east-1"]);
        stage.instead = Instead::answering(move |path| {
            let is_get = path.starts_with("/detector/") && path.matches('/').count() == 2;
            let created = "2026-01-02T03:04:05.000Z";
            let body = format!(
                r#"{{"createdAt": "{created}", "serviceRole": "r", "status": "{status}"}}"#
            );
            is_get.then(|| SdkBody::from(body))
        });
        let (_, facts) = stage.check(true).await;
        let expected = match is_on {
            true => GuardDuty::On("2026-01-02T03:04:05Z".parse().unwrap()),
            false => GuardDuty::Off,
        };
        for member in facts.members.values() {
            let found = &member.guardduty[&Region::new("us-east-1")];
            assert_eq!(*found, Answer::Is(expected.clone()), "{status}");
        }
    }
}
