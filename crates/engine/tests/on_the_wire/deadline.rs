//! Whatever AWS does or does not, a run ends with its time: what is under way then has 5 s.

use std::sync::Arc;
use std::time::Duration;

use engine::clock;
use fleet::desired::Purpose;
use fleet::guard::{Consent, Word};
use sandbox::World;

use crate::stage::Stage;

const TIMEOUT: Duration = Duration::from_secs(20);

/// What an AWS does that keeps a run from getting on.
const TROUBLES: [(&str, &str); 8] = [
    ("silence", "sts:AssumeRole"),
    ("silence", "detective:ListGraphs"),
    ("silence", "detective:ListMembers"),
    ("silence", "detective:AcceptInvitation"),
    ("silence", "detective:DeleteMembers"),
    ("throttle", "detective:*"),
    ("server_error", "detective:*"),
    ("cut_after", "detective:*"),
];

fn stage(effect: &str, operation: &str) -> Stage {
    let world = format!(
        "size = 3\nlatency = \"100ms\"\nverification = \"2s\"\n[[memberships]]\naccounts = [\"234567000001\"]\nstatus = \"ENABLED\"\n[[faults]]\neffect = {effect:?}\noperations = [{operation:?}]\n"
    );
    let mut stage = Stage::of(World::from_toml(&world).unwrap());
    stage.regions.names = Some(vec!["us-east-1".to_owned(), "eu-west-1".to_owned()]);
    stage.timeout = TIMEOUT;
    stage
}

/// The work ends in time, by its own clock.
async fn in_time<T>(what: &str, work: impl Future<Output = T>) {
    let begun = clock::now();
    work.await;
    let took = begun.elapsed();
    // Who is calling and which Regions are on was asked before.
    let most = TIMEOUT + Duration::from_secs(5) + Duration::from_secs(1);
    assert!(took <= most, "{what}: {took:?}");
}

#[tokio::test(start_paused = true)]
async fn no_run_outlives_its_time_by_more_than_five_seconds() {
    for (effect, operation) in TROUBLES {
        let what = format!("{effect} {operation}");
        in_time(&what, stage(effect, operation).enable()).await;
        in_time(&what, stage(effect, operation).check(false)).await;
        let looked = stage(effect, operation);
        let (_, mut run) = looked.begin(&Arc::default()).await;
        let limit = looked.limit();
        in_time(&what, run.observe(&limit)).await;
        for purpose in [Purpose::Disable, Purpose::DeleteGraphs] {
            let mut stage = stage(effect, operation);
            stage.fleet.settings.purpose = purpose;
            // Without being agreed to it looks, too.
            in_time(&what, stage.enable()).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_removal_that_is_not_answered_ends_with_its_time() {
    let mut stage = stage("silence", "detective:DeleteMembers");
    stage.fleet.settings.purpose = Purpose::Disable;
    let consent = Consent {
        word: Word::Typed,
        ..Consent::default()
    };
    let begun = clock::now();
    let report = stage.remove(consent).await.unwrap();
    // The look was before.
    assert!(begun.elapsed() <= TIMEOUT + Duration::from_secs(6));
    assert_eq!(report.summary.removed, 0);
    assert_eq!(report.summary.waiting, 2);
}

#[tokio::test(start_paused = true)]
async fn the_look_before_a_removal_is_of_the_same_time() {
    let world = "size = 1\nlatency = \"4s\"\n[[memberships]]\naccounts = [\"234567000001\"]\nstatus = \"ENABLED\"\n[[faults]]\neffect = \"silence\"\noperations = [\"detective:DeleteMembers\"]\n";
    let mut stage = Stage::of(World::from_toml(world).unwrap()).in_regions(&["us-east-1"]);
    stage.timeout = TIMEOUT;
    stage.fleet.settings.purpose = Purpose::Disable;
    let (_, mut run) = stage.begin(&Arc::default()).await;
    let begun = clock::now();
    run.reconcile(&stage.limit()).await;
    // It was sent.
    let calls = stage.sandbox.calls();
    assert!(
        calls["operations"]["detective:DeleteMembers"].as_u64() > Some(0),
        "{calls}"
    );
    let took = begun.elapsed();
    assert!(took <= TIMEOUT + Duration::from_secs(5), "{took:?}");
}
