//! Lots, all of them drawn from one seed.

use std::hash::Hasher;
use std::time::Duration;

use siphasher::sip::SipHasher13;

/// One stream of lots. Each purpose has its own, so that drawing one thing more does not change
/// what is drawn for the others.
#[derive(Debug)]
pub(crate) struct Lots(fastrand::Rng);

impl Lots {
    pub(crate) fn of(seed: u64, purpose: &str) -> Self {
        Self::numbered(seed, purpose, &[])
    }

    /// One of many streams for the same purpose.
    pub(crate) fn numbered(seed: u64, purpose: &str, numbers: &[u64]) -> Self {
        Self(fastrand::Rng::with_seed(hash(seed, purpose, numbers)))
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

/// SipHash 1-3 of these bytes, on every machine and with every Rust: `std::hash` promises neither its
/// algorithm nor which bytes a value is to it, and a seed has to mean the same world for years.
fn hash(seed: u64, purpose: &str, numbers: &[u64]) -> u64 {
    let mut hasher = SipHasher13::new();
    hasher.write(&seed.to_le_bytes());
    hasher.write(purpose.as_bytes());
    hasher.write(&[0xff]);
    for number in numbers {
        hasher.write(&number.to_le_bytes());
    }
    hasher.finish()
}

#[test]
fn a_seed_means_the_same_with_every_toolchain() {
    assert_eq!(hash(42, "size", &[]), 9_373_255_506_188_750_751);
    assert_eq!(hash(42, "member", &[3]), 5_797_354_304_494_462_220);
    assert_eq!(hash(42, "wire", &[1, 7]), 8_147_062_587_224_542_852);
    let mut lots = Lots::of(42, "size");
    let drawn = [(); 3].map(|()| lots.between(0, 999));
    assert_eq!(drawn, [663, 829, 195]);
}
