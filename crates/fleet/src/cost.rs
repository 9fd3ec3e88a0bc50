//! What memberships cost: AWS's own projection, made from the volumes that it reports.
//!
//! AWS multiplies the mean daily volume of the active days by 30 and applies its price tiers to each
//! account in each Region (administration guide of December 2021, usage-projected-cost-calculation).
//! Money is decimal: each membership is rounded to a cent, and every total is the sum of its parts.

mod estimate;
mod rates;
mod report;
#[cfg(test)]
mod tests;
mod text;

pub use estimate::{Estimate, RegionEstimate};
pub use rates::{Rates, RatesError, Tier};
pub use report::{
    AccountCost, CostReport, CostSummary, MembershipCost, PackageUsage, RegionCost, RegionUsage,
};
pub use text::{dollars, volume};

/// How many days AWS's projection has, and the free trial of an account in a Region.
pub const DAYS: u64 = 30;
