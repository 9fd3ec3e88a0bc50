//! Token buckets that throttle calls.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::account::AccountId;
use crate::operation::Operation;
use crate::region::Region;
use crate::service::Service;
use crate::world::Throttle;

/// The calls that have their weather in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Station {
    pub(crate) account: AccountId,
    pub(crate) region: Region,
    pub(crate) service: Service,
    pub(crate) operation: &'static str,
}

/// The buckets that throttle calls, by rule and station.
pub(crate) type Buckets = BTreeMap<(usize, Station), Bucket>;

/// A token bucket.
#[derive(Debug)]
pub(crate) struct Bucket {
    tokens: f64,
    filled: Duration,
}

impl Station {
    pub(crate) fn of(account: AccountId, region: Region, operation: &Operation) -> Station {
        Station {
            account,
            region,
            service: operation.service,
            operation: operation.name,
        }
    }

    /// What all operations of the account in the Region have in common.
    pub(crate) fn shared(self) -> Station {
        Station {
            operation: "*",
            ..self
        }
    }
}

impl Bucket {
    /// A bucket with all the tokens that fit.
    pub(crate) fn full(throttle: &Throttle, now: Duration) -> Bucket {
        Bucket {
            tokens: f64::from(throttle.burst),
            filled: now,
        }
    }

    /// Takes a token if there is one.
    pub(crate) fn take(&mut self, throttle: &Throttle, now: Duration) -> bool {
        let flown = throttle.rate * now.saturating_sub(self.filled).as_secs_f64();
        self.tokens = (self.tokens + flown).min(f64::from(throttle.burst));
        self.filled = now;
        let there = self.tokens >= 1.0;
        if there {
            self.tokens -= 1.0;
        }
        there
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_gives_what_flowed_in_and_no_more_than_fits() {
        let throttle = Throttle {
            operations: Vec::new(),
            rate: 2.0,
            burst: 3,
            shared: false,
        };
        let mut bucket = Bucket::full(&throttle, Duration::ZERO);
        let mut take = |at: u64| bucket.take(&throttle, Duration::from_millis(at));
        assert_eq!([0, 0, 0, 0].map(&mut take), [true, true, true, false]);
        assert_eq!([500, 500].map(&mut take), [true, false]);
        assert_eq!(
            [9_000, 9_000, 9_000, 9_000].map(&mut take),
            [true, true, true, false]
        );
    }
}
