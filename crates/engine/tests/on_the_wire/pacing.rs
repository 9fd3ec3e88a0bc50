//! AWS says how fast it may be asked; the run slows down there, and only there.

use std::time::Duration;

use crate::stage::{Stage, calls};
use sandbox::World;

#[tokio::test(start_paused = true)]
async fn a_run_takes_little_longer_than_the_buckets_allow() {
    let world = r#"
size = 80
latency = "100ms"
latency_spread = "50ms"
verification = "2s"
verification_spread = "2s"
[[throttles]]
operations = ["sts:AssumeRole"]
rate = 10
burst = 10
[[throttles]]
operations = ["detective:ListMembers"]
rate = 2
burst = 2
"#;
    let stage = Stage::of(World::from_toml(world).unwrap());
    let begun = engine::clock::Clock::system();
    let report = stage.enable().await;
    let elapsed = begun.elapsed();
    assert_eq!(report.summary.enabled, 80 * 21);
    // The 80th role is there 7 s after the first one was asked for. Before that: who am I, Regions,
    // ListGraphs; after it: the acceptance and the closing list, 125 ms each in the middle.
    let bound = Duration::from_millis(7_000 + 5 * 125);
    assert!(elapsed < bound.mul_f64(1.3), "{elapsed:?}");
    assert!(
        calls(&report, "sts:AssumeRole") <= 3 * 80,
        "{:?}",
        report.calls
    );
}
