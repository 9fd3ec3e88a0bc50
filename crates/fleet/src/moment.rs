//! Moments as documents have them, several for each membership.

use std::num::NonZeroI64;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A moment to the millisecond, written as RFC 3339 has it. With its `Option` it takes 8 bytes, where a
/// [`Timestamp`]'s takes 24.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "Timestamp", into = "Timestamp")]
pub struct Moment(
    /// Milliseconds since 1970; from there on one more, so that none is 0.
    NonZeroI64,
);

impl From<Timestamp> for Moment {
    /// What is beyond the millisecond is left out.
    fn from(at: Timestamp) -> Self {
        let past = at.as_millisecond();
        let counted = if past < 0 { past } else { past + 1 };
        Self(NonZeroI64::new(counted).unwrap_or(NonZeroI64::MIN))
    }
}

impl From<Moment> for Timestamp {
    fn from(Moment(counted): Moment) -> Self {
        let past = counted.get() - i64::from(counted.is_positive());
        // It was made from one; of the last second, not all are taken.
        Self::from_millisecond(past).unwrap_or(Self::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_the_time_that_it_was_made_from_to_the_millisecond() {
        for (given, kept) in [
            ("2026-11-29T10:45:46.123456789Z", "2026-11-29T10:45:46.123Z"),
            ("1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z"),
            ("1970-01-01T00:00:00.001Z", "1970-01-01T00:00:00.001Z"),
            ("1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"),
        ] {
            let moment = Moment::from(given.parse::<Timestamp>().unwrap());
            assert_eq!(Timestamp::from(moment).to_string(), kept);
            let written = serde_json::to_string(&moment).unwrap();
            assert_eq!(written, format!("\"{kept}\""));
            assert_eq!(serde_json::from_str::<Moment>(&written).unwrap(), moment);
        }
        for end in [Timestamp::MIN, Timestamp::MAX] {
            let kept = Timestamp::from(Moment::from(end));
            assert_eq!(kept.as_millisecond(), end.as_millisecond());
        }
    }

    #[test]
    fn moments_come_in_the_order_of_their_times() {
        let at = |past| Moment::from(Timestamp::from_millisecond(past).unwrap());
        assert!([-2, -1, 0, 1, 2].map(at).is_sorted());
        assert_ne!(at(-1), at(0));
        assert_eq!(size_of::<Option<Moment>>(), 8);
    }
}
