//! What is refused costs its own calls, and nobody else any time.

use std::time::Duration;

use fleet::report::Report;
use sandbox::World;

use crate::stage::{Stage, calls};

/// So many accounts, of which the first `without` have no role, in three Regions.
fn stage((size, without): (usize, usize), more: &str) -> Stage {
    let missing: String = (1..=without)
        .map(|n| format!("accounts.\"{n:012}\" = {{ roles = [] }}\n"))
        .collect();
    let others = size - without;
    let world =
        format!("size = {others}\nlatency = \"100ms\"\nverification = \"2s\"\n{missing}{more}");
    let world = World::from_toml(&world).unwrap();
    Stage::of(world).in_regions(&["us-east-1", "eu-west-1", "ap-southeast-2"])
}

/// A run, and how long it took by its own clock.
async fn timed(stage: &Stage) -> (Report, Duration) {
    let begun = engine::clock::now();
    (stage.enable().await, begun.elapsed())
}

#[tokio::test(start_paused = true)]
async fn refused_roles_slow_nothing_down() {
    for (size, concurrency) in [(80, 8), (200, 256)] {
        let mut healthy = stage((size, 0), "");
        healthy.max_concurrency = concurrency;
        let (_, healthy) = timed(&healthy).await;
        for without in [size / 2, size] {
            let mut stage = stage((size, without), "");
            stage.max_concurrency = concurrency;
            let (report, took) = timed(&stage).await;
            assert_eq!(report.summary.waiting, 0);
            assert_eq!(report.summary.failed as usize, without * 3);
            assert_eq!(report.summary.enabled as usize, (size - without) * 3);
            assert_eq!(calls(&report, "sts:AssumeRole") as usize, size + without);
            let most = healthy.mul_f64(1.5);
            assert!(
                took <= most,
                "{without} of {size}: {took:?}, healthy {healthy:?}"
            );
        }
    }
}
