//! What the weather is for a call: how long it takes, and what goes wrong with it.

use std::time::Duration;

use crate::bucket::{Bucket, Station};
use crate::state::State;
use crate::world::{Effect, Fault, Throttle, World};

/// The weather for one call.
#[derive(Debug)]
pub(crate) struct Forecast {
    pub(crate) latency: Duration,
    pub(crate) effect: Option<Effect>,
    pub(crate) request_id: String,
}

impl Forecast {
    /// The weather for a call that arrives `elapsed` after the start.
    pub(crate) fn of(
        station: Station,
        world: &World,
        state: &mut State,
        elapsed: Duration,
    ) -> Forecast {
        let (nth, mut random) =
            state.random_stream(station.account, Some(station.region), station.operation);
        let request_id = random.uuid();
        let far = world.slow_regions.get(&station.region).copied();
        let latency = random.spread(world.latency, world.latency_spread) + far.unwrap_or_default();
        let throttled = world
            .throttles
            .iter()
            .enumerate()
            .filter(|(_, throttle)| throttle.is_about(station));
        // Every bucket is asked, so that each counts every call that it is about.
        let full = throttled.fold(false, |full, (rule, throttle)| {
            let place = if throttle.shared {
                station.shared()
            } else {
                station
            };
            let bucket = state
                .buckets
                .entry((rule, place))
                .or_insert_with(|| Bucket::full(throttle, elapsed));
            !bucket.take(throttle, elapsed) || full
        });
        // Every fault draws its lot, so that one more does not change the weather of the others.
        let faults: Vec<&Fault> = world
            .faults
            .iter()
            .filter(|fault| random.happens(fault.chance))
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
