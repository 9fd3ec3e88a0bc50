//! AWS says how fast it may be asked; the run slows down there, and only there.

use std::time::Duration;

use crate::stage::{Stage, calls};
use fleet::report::Report;
use sandbox::World;

/// 80 x 21 with AssumeRole at 10/s, so many at once, and ListMembers at 2/s.
async fn run(burst: u32) -> (Report, Duration) {
    let world = format!(
        r#"
size = 80
latency = "100ms"
latency_spread = "50ms"
verification = "2s"
verification_spread = "2s"
[[throttles]]
operations = ["sts:AssumeRole"]
rate = 10
burst = {burst}
[[throttles]]
operations = ["detective:ListMembers"]
rate = 2
burst = 2
"#
    );
    let stage = Stage::of(World::from_toml(&world).unwrap());
    let begun = engine::clock::Clock::system();
    let report = stage.enable().await;
    assert_eq!(report.summary.enabled, 80 * 21);
    (report, begun.elapsed())
}

#[tokio::test(start_paused = true)]
async fn a_run_takes_little_longer_than_the_buckets_allow() {
    // A bucket that holds a single token is missed by whoever comes a moment too early.
    for (burst, most) in [(1, 1.3), (5, 1.3), (10, 1.3), (20, 1.3)] {
        let (report, elapsed) = run(burst).await;
        // The 80th role is there this long after the first one was asked for. Before that: who am I,
        // Regions, ListGraphs; after it: the acceptance and the closing list, 125 ms each.
        let bound = Duration::from_millis(u64::from(80 - burst) * 100 + 5 * 125);
        let ratio = elapsed.as_secs_f64() / bound.as_secs_f64();
        assert!(ratio < most, "burst {burst}: {elapsed:?}, {ratio:.2}");
        assert!(
            calls(&report, "sts:AssumeRole") <= 4 * 80,
            "{:?}",
            report.calls
        );
    }
}

/// Many members, a slow STS that takes few requests a second, and one Region.
async fn slow_sts(rate: u32, latency: &str) -> Report {
    let world = format!(
        r#"
size = 230
latency = "{latency}"
verification = "2s"
[[throttles]]
operations = ["sts:AssumeRole"]
rate = {rate}
burst = {rate}
"#
    );
    let stage = Stage::of(World::from_toml(&world).unwrap()).in_regions(&["us-east-1"]);
    stage.enable().await
}

#[tokio::test(start_paused = true)]
async fn what_is_asked_too_fast_is_not_asked_again_and_again() {
    for (rate, latency) in [
        (1, "100ms"),
        (3, "100ms"),
        (3, "400ms"),
        (3, "2s"),
        (10, "400ms"),
        (50, "100ms"),
    ] {
        let report = slow_sts(rate, latency).await;
        assert_eq!(report.summary.enabled, 230);
        let asked = calls(&report, "sts:AssumeRole");
        assert!(asked <= 3 * 230, "{rate}/s, {latency}: {asked}");
    }
}
