//! Roles are tried by assuming them; one that was just made is refused for some seconds.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aws_smithy_types::body::SdkBody;
use engine::{JUST_MADE, RoleName};
use fleet::desired::Purpose;
use fleet::report::Recorder;
use sandbox::World;
use sandbox_connector::Answer;

use crate::stage::{Instead, Stage};

/// Three members, of whom one has no role, and an STS that refuses everybody for so long.
async fn tried(refused: &str, patience: Duration) -> (Vec<bool>, u64, Duration) {
    let world = format!(
        r#"
size = 2
latency = "100ms"
[accounts.012345678901]
roles = []
[[faults]]
operations = ["sts:AssumeRole"]
effect = "denied"
until = "{refused}"
"#
    );
    let stage = Stage::of(World::from_toml(&world).unwrap());
    let recorder = Arc::new(Recorder::default());
    let (aws, _) = stage.begin(&recorder).await;
    let accounts: BTreeSet<_> = stage.fleet.members.keys().copied().collect();
    let begun = aws.clock().elapsed();
    let tried = aws.try_roles(&accounts, patience).await;
    let elapsed = aws.clock().elapsed().saturating_sub(begun);
    let asked = recorder.calls().get("sts:AssumeRole").copied();
    let good = tried.values().map(Result::is_ok).collect();
    (good, asked.unwrap_or_default(), elapsed)
}

#[tokio::test(start_paused = true)]
async fn a_role_that_was_just_made_is_waited_for_and_one_that_is_missing_for_a_minute() {
    let (good, asked, elapsed) = tried("20s", JUST_MADE).await;
    assert_eq!(good, [false, true, true]);
    // 1, 2, 4, then 8 s apart: not a flood.
    assert!(asked <= 3 * 11, "{asked}");
    assert!(elapsed <= JUST_MADE + Duration::from_secs(1), "{elapsed:?}");
    assert!(
        elapsed >= JUST_MADE - Duration::from_secs(10),
        "{elapsed:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn without_patience_each_role_is_tried_once_and_again_where_it_was_refused() {
    let (good, asked, _) = tried("0s", Duration::ZERO).await;
    assert_eq!((good, asked), (vec![false, true, true], 4));
    let (good, asked, _) = tried("20s", Duration::ZERO).await;
    assert_eq!((good, asked), (vec![false, false, false], 6));
}

#[tokio::test(start_paused = true)]
async fn another_role_of_the_administrator_is_assumed_first() {
    let world = "size = 1\n[[accounts.555555555555.roles]]\nname = \"detective-fleet/DetectiveFleetMember\"\n";
    let stage = Stage::of(World::from_toml(world).unwrap());
    let recorder = Arc::new(Recorder::default());
    let (aws, _) = stage.begin(&recorder).await;
    let accounts: BTreeSet<_> = stage.fleet.members.keys().copied().collect();
    let missing: RoleName = "Nobody".parse().unwrap();
    let nobody = aws.becoming(&missing);
    let tried = nobody.try_roles(&accounts, Duration::ZERO);
    let failures: Vec<_> = tried.await.into_values().filter_map(Result::err).collect();
    assert!(
        failures[0].to_string().contains("role/Nobody"),
        "{failures:?}"
    );
    let role: RoleName = "detective-fleet/DetectiveFleetMember".parse().unwrap();
    let tried = aws
        .becoming(&role)
        .try_roles(&accounts, Duration::ZERO)
        .await;
    assert!(tried.values().all(Result::is_ok), "{tried:?}");
}

#[tokio::test(start_paused = true)]
async fn a_role_whose_credentials_are_those_of_another_account_is_no_role_of_the_member() {
    let mut stage = Stage::of(World::of_size(2));
    let asked = AtomicUsize::new(0);
    stage.instead = Instead::interfering(move |request| {
        let is_it = request.body().starts_with(b"Action=GetCallerIdentity");
        // Who is calling is asked first.
        let is_member = is_it && asked.fetch_add(1, Ordering::Relaxed) > 0;
        let answer = "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::999999999999:root</Arn><UserId>x</UserId><Account>999999999999</Account></GetCallerIdentityResult></GetCallerIdentityResponse>";
        is_member.then(|| Answer::Body(SdkBody::from(answer)))
    });
    let (aws, _) = stage.begin(&Arc::default()).await;
    let accounts: BTreeSet<_> = stage.fleet.members.keys().copied().collect();
    let tried = aws.try_roles(&accounts, Duration::ZERO).await;
    for (account, tried) in tried {
        let why = tried.unwrap_err().to_string();
        assert!(
            why.contains("those of account 999999999999"),
            "{account}: {why}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_run_knows_whether_every_role_that_it_asked_for_was_refused() {
    let one = "[accounts.700000000001]\nroles = []";
    for (roles, purpose, are_refused) in [
        ("roles = []", Purpose::Enable, true),
        (one, Purpose::Enable, false),
        ("", Purpose::Enable, false),
        // Nobody was asked.
        ("roles = []", Purpose::Disable, false),
    ] {
        let world = format!("size = 2\nverification = '0s'\n{roles}");
        let world = World::from_toml(&world).unwrap();
        let mut stage = Stage::of(world).in_regions(&["us-east-1"]);
        stage.fleet.settings.patience = Duration::ZERO;
        stage.fleet.settings.purpose = purpose;
        let (_, mut run) = stage.begin(&Arc::default()).await;
        run.reconcile(&stage.limit()).await;
        assert_eq!(run.roles_are_refused(), are_refused, "{roles} {purpose:?}");
    }
}
