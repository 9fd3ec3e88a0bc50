//! Randomness, all of it from the seed of the world.
//!
//! Every use has a stream of its own, told by what it is for (account, Region, operation, how many
//! times before). Concurrency may change the order in which streams are asked for, but never what
//! a stream says, so the same seed gives the same weather.

use std::time::Duration;

use crate::account::AccountId;
use crate::region::Region;

/// One stream of random numbers.
pub(crate) struct RandomStream(fastrand::Rng);

impl RandomStream {
    /// The stream for the `nth` time that `purpose` happens to `account` in `region`.
    pub(crate) fn of(
        seed: u64,
        account: Option<AccountId>,
        region: Option<Region>,
        purpose: &str,
        nth: u64,
    ) -> RandomStream {
        let account = account.map(|id| id.to_string()).unwrap_or_default();
        let region = region.map(Region::name).unwrap_or_default();
        let mut hash = Fnv::new();
        hash.add(&seed.to_le_bytes());
        for part in [&account, region, purpose] {
            hash.add(part.as_bytes());
            hash.add(&[0]);
        }
        hash.add(&nth.to_le_bytes());
        RandomStream(fastrand::Rng::with_seed(hash.0))
    }

    /// True in a share of `chance`, from 0 to 1, of all cases.
    pub(crate) fn happens(&mut self, chance: f64) -> bool {
        self.0.f64() < chance
    }

    /// `base` and up to `spread` more.
    pub(crate) fn spread(&mut self, base: Duration, spread: Duration) -> Duration {
        base.saturating_add(spread.mul_f64(self.0.f64()))
    }

    /// A text of the form of a UUID, as request ids have it.
    pub(crate) fn uuid(&mut self) -> String {
        let id = format!("{:032x}", self.id());
        [&id[..8], &id[8..12], &id[12..16], &id[16..20], &id[20..]].join("-")
    }

    /// A number of 128 bits.
    pub(crate) fn id(&mut self) -> u128 {
        self.0.u128(..)
    }

    /// Lower-case hexadecimal digits.
    pub(crate) fn hex(&mut self, digits: usize) -> String {
        self.text(digits, b"0123456789abcdef")
    }

    /// Decimal digits.
    pub(crate) fn digits(&mut self, digits: usize) -> String {
        self.text(digits, b"0123456789")
    }

    /// Upper-case letters and digits, as in access key ids.
    pub(crate) fn base32(&mut self, digits: usize) -> String {
        self.text(digits, b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
    }

    /// Letters and digits.
    pub(crate) fn secret(&mut self, digits: usize) -> String {
        self.text(
            digits,
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
        )
    }

    fn text(&mut self, length: usize, alphabet: &[u8]) -> String {
        (0..length)
            .map(|_| char::from(alphabet[self.0.usize(..alphabet.len())]))
            .collect()
    }
}

/// The 64-bit FNV-1a hash: the standard library's is not promised to stay the same.
pub(crate) struct Fnv(pub(crate) u64);

impl Fnv {
    pub(crate) fn new() -> Fnv {
        Fnv(0xcbf2_9ce4_8422_2325)
    }

    pub(crate) fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_depends_on_all_that_it_is_for_and_on_nothing_else() {
        let stream = |seed, region, purpose, nth| {
            RandomStream::of(
                seed,
                "000000000001".parse().ok(),
                Region::named(region),
                purpose,
                nth,
            )
            .hex(16)
        };
        let first = stream(1, "us-east-1", "graph", 0);
        assert_eq!(first, stream(1, "us-east-1", "graph", 0));
        for other in [
            stream(2, "us-east-1", "graph", 0),
            stream(1, "us-east-2", "graph", 0),
            stream(1, "us-east-1", "other", 0),
            stream(1, "us-east-1", "graph", 1),
        ] {
            assert_ne!(first, other);
        }
    }

    #[test]
    fn chance_is_about_as_often_as_said() {
        let hits = (0..10_000)
            .filter(|nth| RandomStream::of(7, None, None, "rain", *nth).happens(0.25))
            .count();
        assert!((2_300..2_700).contains(&hits), "{hits}");
    }
}
