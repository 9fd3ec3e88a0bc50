//! What new memberships would cost, as far as there are members to compare them with.

use std::collections::BTreeSet;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::Rates;
use super::rates::cents;
use crate::account::AccountId;
use crate::member::MemberStatus;
use crate::observation::Observation;

/// Fewer measured members in a Region say nothing of a new one.
const COMPARABLE: usize = 3;

/// What the new memberships of one Region would cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RegionEstimate {
    /// How many would be new.
    new: u64,
    /// What the members that are there pay a month: a quarter of them less, half, and a quarter of
    /// them more; `None` where too few are measured.
    quartiles: Option<[Decimal; 3]>,
    /// How many of them are measured.
    measured: u64,
}

impl RegionEstimate {
    /// Compares `new` accounts with the measured members that the Region has.
    #[must_use]
    pub fn of(observation: &Observation, new: &BTreeSet<AccountId>, rates: &Rates) -> Self {
        let measured = observation.members().filter(|(account, member)| {
            let is_measured = member.status == MemberStatus::Enabled && !member.volumes.is_empty();
            is_measured && !new.contains(account)
        });
        let region = observation.region();
        let mut usd: Vec<_> = measured
            .map(|(_, member)| rates.usd_a_month(region, member.bytes_per_day()))
            .collect();
        usd.sort_unstable();
        Self {
            new: new.len() as u64,
            measured: usd.len() as u64,
            quartiles: (usd.len() >= COMPARABLE).then(|| [1, 2, 3].map(|n| quartile(&usd, n))),
        }
    }
}

/// The value that `n` quarters of the sorted values do not exceed.
fn quartile(sorted: &[Decimal], n: usize) -> Decimal {
    sorted[(sorted.len() - 1) * n / 4]
}

/// What all new memberships would cost a month, once their free trials are over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Estimate {
    /// How many the figures are for.
    pub memberships: u64,
    /// How many there is nothing to compare with: too few members of their Region are measured.
    pub cannot_say: u64,
    /// If they are like the quarter of their Region's members that costs least.
    pub usd_a_month_low: Decimal,
    /// If they are like the member in the middle.
    pub usd_a_month: Decimal,
    /// If they are like the quarter that costs most.
    pub usd_a_month_high: Decimal,
    /// How many members they were compared with.
    pub compared_with: u64,
}

impl Estimate {
    /// Adds up the Regions; `None` where nothing would be new.
    #[must_use]
    pub fn of(regions: &[RegionEstimate]) -> Option<Self> {
        let mut estimate = Self {
            memberships: 0,
            cannot_say: 0,
            usd_a_month_low: Decimal::ZERO,
            usd_a_month: Decimal::ZERO,
            usd_a_month_high: Decimal::ZERO,
            compared_with: 0,
        };
        for region in regions.iter().filter(|region| region.new > 0) {
            let Some([low, middle, high]) = region.quartiles else {
                estimate.cannot_say += region.new;
                continue;
            };
            let times = Decimal::from(region.new);
            estimate.memberships += region.new;
            estimate.compared_with += region.measured;
            estimate.usd_a_month_low += cents(low * times);
            estimate.usd_a_month += cents(middle * times);
            estimate.usd_a_month_high += cents(high * times);
        }
        (estimate.memberships + estimate.cannot_say > 0).then_some(estimate)
    }
}
