//! The real engine and the real SDK over the sandbox, in a thousand worlds that go wrong.
//!
//! A seed draws a world, its weather, what others do in it meanwhile, and how often runs are dropped
//! and begun again; `README.md` in this folder says what has to hold.
//!
//!     cargo test -p engine --test simulation                                    2,000 seeds
//!     cargo test -p engine --test simulation -- --ignored one seed=42           just that one
//!     cargo test -p engine --release --test simulation -- --ignored many seeds=0..100000
#![expect(
    clippy::unwrap_used,
    reason = "a test ends where its stage cannot be set"
)]

mod asked;
mod draw;
mod lots;
mod monitor;
mod once;
mod oracle;
mod others;
mod play;
mod reading;
mod red;
mod rules;
mod saved;
mod scenario;
mod seeds;
mod shrink;
mod silence;
mod wire;

use std::collections::BTreeSet;

use crate::play::play;
use crate::scenario::Scenario;
use crate::seeds::{argument, check, range};
use crate::shrink::Without;

/// Seeds that have failed once, with what they do not need.
///
/// - 2349: members that stand were invited again, because every request counted as a look.
/// - 26899: a slow STS that was asked too fast was asked too fast forever.
/// - The others: too much was expected. Of a list that shows late what somebody else did (3947), of a
///   last look that came too late or not at all (4904, 5610, 41426), of members whose verification
///   fails and is made again (27223), of a stop that came after the end (42916), and of a run with too
///   little time to see what it did (30655), or to do it (46512, 1097);
///   and a list that shows late was taken to tell of a newer entry (58849).
const FAILED_ONCE: [(u64, &[&str]); 12] = [
    (58849, &[]),
    (2349, &[]),
    (30655, &[]),
    (46512, &[]),
    (26899, &[]),
    (3947, &[]),
    (4904, &[]),
    (5610, &[]),
    (27223, &[]),
    (41426, &[]),
    (42916, &[]),
    (1097, &[]),
];

#[test]
fn two_thousand_seeds() {
    check(0..2_000);
}

#[test]
#[ignore = "hours; takes seeds=FIRST..END"]
fn many() {
    check(range(0..100_000));
}

#[test]
#[ignore = "replays what another test found; takes seed=N and without=PART,PART"]
fn one() {
    let seed = argument("seed=").map_or(0, |seed| seed.parse().unwrap());
    let without = argument("without=").unwrap_or_default();
    seeds::show(seed, &without.split(',').map(str::to_owned).collect());
}

#[test]
fn seeds_that_failed_once() {
    for (seed, without) in FAILED_ONCE {
        let without: Without = without.iter().map(|part| (*part).to_owned()).collect();
        let violations = shrink::violations(&shrink::scenario(seed, &without));
        assert!(violations.is_empty(), "{seed} {without:?}: {violations:#?}");
    }
}

#[test]
fn the_same_seed_gives_the_same_events() {
    // One of them is a big one.
    for seed in 30..50 {
        let scenario = Scenario::of(seed);
        let (first, second) = (play(&scenario), play(&scenario));
        assert!(first.tapes == second.tapes, "seed {seed} does not repeat");
        assert!(
            first.tapes.iter().any(|tape| tape.len() > 5),
            "seed {seed} does nothing"
        );
    }
}

#[test]
fn seeds_differ() {
    let worlds: BTreeSet<_> = (0..200)
        .map(|seed| format!("{:?}", Scenario::of(seed)))
        .collect();
    assert_eq!(worlds.len(), 200);
}
