//! Lots, all of them drawn from one seed.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

/// One stream of lots. Each purpose has its own, so that drawing one thing more does not change
/// what is drawn for the others.
#[derive(Debug)]
pub(crate) struct Lots(fastrand::Rng);

impl Lots {
    pub(crate) fn of(seed: u64, purpose: impl Hash) -> Self {
        // Its keys are fixed, and a stream need only repeat within one version of Rust.
        let mut hasher = DefaultHasher::new();
        (seed, purpose).hash(&mut hasher);
        Self(fastrand::Rng::with_seed(hasher.finish()))
    }

    /// True in a share of `chance` of all cases.
    pub(crate) fn happens(&mut self, chance: f64) -> bool {
        self.0.f64() < chance
    }

    /// A share, from 0 to `most`.
    pub(crate) fn share(&mut self, most: f64) -> f64 {
        self.0.f64() * most
    }

    /// A number from `least` to `most`.
    pub(crate) fn between(&mut self, least: u64, most: u64) -> u64 {
        self.0.u64(least..=most)
    }

    /// A time from `least` to `most` milliseconds.
    pub(crate) fn millis(&mut self, least: u64, most: u64) -> Duration {
        Duration::from_millis(self.between(least, most))
    }

    pub(crate) fn among<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.0.usize(..all.len())]
    }

    /// Each of `all` with that chance.
    pub(crate) fn some<T: Copy>(&mut self, all: &[T], chance: f64) -> Vec<T> {
        all.iter()
            .copied()
            .filter(|_| self.happens(chance))
            .collect()
    }
}
