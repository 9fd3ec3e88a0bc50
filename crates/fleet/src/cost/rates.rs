//! Price tiers, as of a date.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

use super::DAYS;
use crate::account::Region;

/// What AWS charges for the data that an account sends to a behavior graph.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rates {
    /// When they were compared with their source.
    pub dated: Date,
    /// Whether somebody has compared them with AWS's price list.
    pub verified: bool,
    /// Where they come from.
    pub source: String,
    /// How many bytes AWS counts as a gigabyte.
    pub bytes_per_gb: u64,
    /// The tiers of every Region that has none of its own, the cheapest volume last.
    pub tiers: Vec<Tier>,
    /// Regions with tiers of their own.
    #[serde(default)]
    pub regions: BTreeMap<Region, Vec<Tier>>,
}

/// A price that holds up to a volume, for one account in one Region and month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tier {
    /// The last gigabyte of a month that it holds for; `None` for all that is left.
    pub up_to_gb: Option<u64>,
    /// US dollars for a gigabyte.
    pub usd_per_gb: Decimal,
}

/// Why rates cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RatesError {
    /// A gigabyte of nothing.
    #[error("bytes_per_gb is 0: it is 1000000000 or 1073741824")]
    NoGigabyte,
    /// Nothing to calculate with.
    #[error("{0} has no tier")]
    NoTiers(String),
    /// The tiers do not follow one another.
    #[error("{0}: up_to_gb of a tier has to be more than that of the tier before it")]
    Order(String),
    /// A volume without a price.
    #[error("{0}: only the last tier, and that one, is without up_to_gb")]
    Open(String),
    /// Money for nothing.
    #[error("{0}: usd_per_gb is negative")]
    Negative(String),
}

impl Rates {
    /// Makes sure that every volume has one price.
    ///
    /// # Errors
    ///
    /// When it does not; the message says where.
    pub fn checked(self) -> Result<Self, RatesError> {
        if self.bytes_per_gb == 0 {
            return Err(RatesError::NoGigabyte);
        }
        check_tiers("tiers", &self.tiers)?;
        for (region, tiers) in &self.regions {
            check_tiers(region.as_str(), tiers)?;
        }
        Ok(self)
    }

    /// How many gigabytes a month that daily volume comes to.
    #[must_use]
    pub fn gigabytes_a_month(&self, bytes_per_day: u64) -> Decimal {
        Decimal::from(bytes_per_day) * Decimal::from(DAYS) / Decimal::from(self.bytes_per_gb)
    }

    /// What one account pays in a month for that daily volume in that Region, to the cent.
    #[must_use]
    pub fn usd_a_month(&self, region: &Region, bytes_per_day: u64) -> Decimal {
        let tiers = self.regions.get(region).unwrap_or(&self.tiers);
        let volume = self.gigabytes_a_month(bytes_per_day);
        let (mut from, mut usd) = (Decimal::ZERO, Decimal::ZERO);
        for tier in tiers {
            let to = tier
                .up_to_gb
                .map_or(volume, |gb| volume.min(Decimal::from(gb)));
            usd += (to - from).max(Decimal::ZERO) * tier.usd_per_gb;
            from = from.max(to);
        }
        cents(usd)
    }
}

/// Rounded to a cent, with two digits after the point.
pub(super) fn cents(usd: Decimal) -> Decimal {
    let mut usd = usd.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
    usd.rescale(2);
    usd
}

fn check_tiers(name: &str, tiers: &[Tier]) -> Result<(), RatesError> {
    let name = || name.to_owned();
    let Some((last, others)) = tiers.split_last() else {
        return Err(RatesError::NoTiers(name()));
    };
    if last.up_to_gb.is_some() || others.iter().any(|tier| tier.up_to_gb.is_none()) {
        return Err(RatesError::Open(name()));
    }
    if !others.is_sorted_by(|one, next| one.up_to_gb < next.up_to_gb) {
        return Err(RatesError::Order(name()));
    }
    match tiers.iter().any(|tier| tier.usd_per_gb < Decimal::ZERO) {
        true => Err(RatesError::Negative(name())),
        false => Ok(()),
    }
}
