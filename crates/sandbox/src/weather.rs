//! What the weather is for a call: how long it takes, and what goes wrong with it.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::account::AccountId;
use crate::operation::{Operation, Service};
use crate::region::Region;
use crate::state::State;
use crate::world::{Effect, Fault, Throttle, World};

/// The weather for one call.
#[derive(Debug)]
pub(crate) struct Forecast {
    pub(crate) latency: Duration,
    pub(crate) effect: Option<Effect>,
    pub(crate) request_id: String,
}

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
    pub(crate) fn of(
        account: AccountId,
        region: Region,
        service: Service,
        operation: &Operation,
    ) -> Station {
        Station {
            account,
            region,
            service,
            operation: operation.name,
        }
    }
}

impl Forecast {
    /// The weather for a call that arrives `elapsed` after the start.
    pub(crate) fn of(
        station: Station,
        world: &World,
        state: &mut State,
        elapsed: Duration,
    ) -> Forecast {
        let (nth, mut luck) = state.luck(station.account, Some(station.region), station.operation);
        let request_id = luck.uuid();
        let latency = luck.spread(world.latency, world.latency_spread);
        let throttled = world
            .throttles
            .iter()
            .enumerate()
            .filter(|(_, throttle)| throttle.is_about(station));
        // Every bucket is asked, so that each counts every call that it is about.
        let full = throttled.fold(false, |full, (rule, throttle)| {
            let bucket = state
                .buckets
                .entry((rule, station))
                .or_insert_with(|| Bucket::full(throttle, elapsed));
            !bucket.take(throttle, elapsed) || full
        });
        // Every fault draws its lot, so that one more does not change the weather of the others.
        let faults: Vec<&Fault> = world
            .faults
            .iter()
            .filter(|fault| luck.happens(fault.chance))
            .collect();
        let fault = faults
            .into_iter()
            .find(|fault| fault.is_about(station, nth, elapsed));
        let effect = fault
            .map(|fault| fault.effect)
            .or(full.then_some(Effect::Throttle));
        Forecast {
            latency,
            effect,
            request_id,
        }
    }
}

impl Bucket {
    fn full(throttle: &Throttle, now: Duration) -> Bucket {
        Bucket {
            tokens: f64::from(throttle.burst),
            filled: now,
        }
    }

    /// Takes a token if there is one.
    fn take(&mut self, throttle: &Throttle, now: Duration) -> bool {
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

impl Throttle {
    fn is_about(&self, station: Station) -> bool {
        self.operations.is_empty()
            || self
                .operations
                .iter()
                .any(|it| it.have(station.service, station.operation))
    }
}

impl Fault {
    fn is_about(&self, station: Station, nth: u64, elapsed: Duration) -> bool {
        let by_operation = self
            .operations
            .iter()
            .any(|it| it.have(station.service, station.operation));
        (self.operations.is_empty() || by_operation)
            && (self.regions.is_empty() || self.regions.contains(&station.region))
            && (self.accounts.is_empty() || self.accounts.contains(&station.account))
            && self.first.is_none_or(|first| nth <= first)
            && self.after <= elapsed
            && self.until.is_none_or(|until| elapsed < until)
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
