//! Few requests at a time: a Region that has nothing to ask leaves its place in the queue to the others.

use std::sync::{Arc, Mutex};

use fleet::report::Ended;
use sandbox::World;

use crate::stage::{Instead, Stage};

const SLOWED: &str = "eu-west-1";
const WORKING: &str = "us-east-1";

/// Regions that are slow to answer are asked a second time beside the first. Where that question waits in the
/// queue when the first is answered, and nothing is to do there, nobody asks for its place any more.
#[tokio::test(start_paused = true)]
async fn a_region_that_is_done_holds_nobody_up() {
    let slow = [
        "us-east-2",
        "us-west-1",
        "us-west-2",
        "eu-west-1",
        "eu-west-2",
        "eu-west-3",
        "eu-central-1",
        "sa-east-1",
    ];
    let latencies: Vec<_> = slow.iter().map(|it| format!("{it} = \"1600ms\"")).collect();
    let members: Vec<_> = (1..=1200)
        .map(|n| (234_567_000_000_u64 + n).to_string())
        .collect();
    let world = format!(
        r#"
size = 1200
latency = "300ms"
slow_regions = {{ {} }}
[[memberships]]
accounts = {members:?}
regions = ["{WORKING}"]
status = "ENABLED"
"#,
        latencies.join(", ")
    );
    let mut stage = Stage::of(World::from_toml(&world).unwrap());
    stage = stage.in_regions(&[&[WORKING], &slow[..]].concat());
    stage.max_concurrency = slow.len();
    let (_, mut run) = stage.begin(&Arc::default()).await;
    let finish = run.observe(&stage.limit()).await;
    assert_eq!(finish.ended, Ended::Complete);
    assert_eq!((run.read().len(), run.members()), (slow.len() + 1, 1200));
}

/// Invitations are more than one batch: the second waits in the queue while the first is answered with a
/// complaint, after which neither is sent for a while.
#[tokio::test(start_paused = true)]
async fn a_region_that_has_to_slow_down_holds_nobody_up() {
    let world = format!(
        r#"
size = 60
latency = "5ms"
[[graphs]]
regions = ["{WORKING}", "{SLOWED}"]
[[faults]]
effect = "throttle"
operations = ["detective:CreateMembers"]
regions = ["{SLOWED}"]
first = 1
"#
    );
    let world = World::from_toml(&world).unwrap();
    let mut stage = Stage::of(world).in_regions(&[WORKING, SLOWED]);
    stage.max_concurrency = 1;
    let asked = Arc::new(Mutex::new(Vec::new()));
    let noted = asked.clone();
    stage.instead = Instead::interfering(move |request| {
        let signed = request.headers()["authorization"].to_str().unwrap();
        let is_slowed = signed.contains(SLOWED);
        let invites = request.method() == "POST" && request.uri().path() == "/graph/members";
        noted.lock().unwrap().push(is_slowed && invites);
        None
    });
    let report = stage.enable().await;
    assert_eq!(
        (report.ended, report.summary.enabled),
        (Ended::Complete, 120)
    );
    let asked = asked.lock().unwrap();
    let mut meanwhile = asked.split(|is_invitation| *is_invitation).skip(1);
    let others = meanwhile.next().unwrap().len();
    // The pause is 100 ms or more, and there is more to do than that at 5 ms each.
    assert!(others >= 10, "{others} requests while one Region paused");
}
