//! In the worlds of the seeds: what a dead Region costs the others, and that no slow one is given up.

use std::time::Duration;

use engine::clock::now;

use crate::oracle;
use crate::play::{Stage, in_peace};
use crate::reading::Reading;
use crate::scenario::{Climate, Member, MemberRole, Scenario};

/// The seed's accounts in fair weather, in Regions that are all well.
fn healthy(seed: u64) -> Scenario {
    let drawn = Scenario::of(seed);
    let well = |member: Member| Member {
        role: MemberRole::Fine,
        known_after: (Duration::ZERO, Duration::ZERO),
        denied: Vec::new(),
        ..member
    };
    Scenario {
        members: drawn.members.into_iter().map(well).collect(),
        faults: Vec::new(),
        throttles: Vec::new(),
        deeds: Vec::new(),
        acts: Vec::new(),
        climate: Climate {
            verification: (Duration::from_secs(1), Duration::from_secs(3)),
            visibility: (Duration::ZERO, Duration::ZERO),
            denied: Vec::new(),
            dead: Vec::new(),
            slow_regions: Vec::new(),
            global_sts: false,
            slow: 0.0,
            clear: Duration::ZERO,
            ..drawn.climate
        },
        ..drawn
    }
}

/// Plays one run, as long as that takes, and checks that it reached what can be reached.
fn timed(scenario: &Scenario) -> Duration {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(async {
        let stage = Stage::of(scenario);
        let expected = oracle::expected(scenario, &Reading::of(&stage.monitor.sandbox));
        let begun = now();
        stage.go(in_peace()).await.unwrap();
        let took = begun.elapsed();
        let reached = Reading::of(&stage.monitor.sandbox);
        oracle::check_statuses(&stage.monitor, &expected, &reached);
        let violations = &stage.monitor.inside().violations;
        assert!(violations.is_empty(), "{}: {violations:#?}", scenario.seed);
        took
    })
}

/// Seeds with several Regions.
fn seeds() -> impl Iterator<Item = Scenario> {
    let all = (0..40).map(healthy);
    all.filter(|scenario| scenario.regions.len() > 1 && scenario.members.len() < 50)
}

#[test]
fn a_dead_region_costs_half_as_long_again_or_five_seconds() {
    for scenario in seeds() {
        let healthy = timed(&scenario);
        let dead = Scenario {
            climate: Climate {
                dead: vec![scenario.regions[0]],
                ..scenario.climate.clone()
            },
            ..scenario
        };
        let took = timed(&dead);
        let most = healthy.mul_f64(1.5).max(healthy + Duration::from_secs(5));
        assert!(took <= most, "{}: {took:?}, healthy {healthy:?}", dead.seed);
    }
}

#[test]
fn a_slow_region_is_never_given_up_for_a_dead_one() {
    for scenario in seeds() {
        for more in [1, 2, 3] {
            let slow = vec![(scenario.regions[0], Duration::from_secs(more))];
            timed(&Scenario {
                climate: Climate {
                    slow_regions: slow,
                    ..scenario.climate.clone()
                },
                ..scenario.clone()
            });
        }
    }
}

/// But for runs that remove: those ask the guard rails once all others are read.
#[test]
fn a_region_of_eight_seconds_a_call_comes_in_while_the_others_work() {
    for scenario in seeds().filter(|scenario| !scenario.aim.removes()) {
        timed(&Scenario {
            climate: Climate {
                slow_regions: vec![(scenario.regions[0], Duration::from_secs(8))],
                verification: (Duration::from_secs(6), Duration::from_secs(9)),
                verified_at_once: 0.0,
                ..scenario.climate.clone()
            },
            ..scenario
        });
    }
}
