//! The document that `cost` prints.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::rates::cents;
use super::{DAYS, Rates};
use crate::account::{AccountId, GraphArn, Region};
use crate::cause::{Cause, Place};
use crate::member::{Member, MemberStatus, Package};
use crate::observation::Observation;
use crate::report::{Header, Why};

/// What the administrator's data costs is in none of Detective's lists.
const ADMINISTRATOR: &str = "the administrator's own data: Detective's API does not report it";

/// What is wanted of a Region to say what it costs.
#[derive(Clone, Debug)]
pub struct RegionUsage {
    region: Region,
    graph_arn: Option<GraphArn>,
    cause: Option<Cause>,
    members: BTreeMap<AccountId, Member>,
}

impl RegionUsage {
    /// What a look at the Region says of those that send data to the graph.
    #[must_use]
    pub fn of(observation: &Observation, cause: Option<Cause>) -> Self {
        let sends =
            |member: &Member| member.status == MemberStatus::Enabled || !member.volumes.is_empty();
        let members = observation.members();
        Self {
            region: observation.region().clone(),
            graph_arn: observation.graph_arn().cloned(),
            cause,
            members: members
                .filter(|(_, member)| sends(member))
                .map(|(account, member)| (account, member.clone()))
                .collect(),
        }
    }
}

/// What every membership costs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CostReport {
    /// Who, what and when.
    #[serde(flatten)]
    pub header: Header,
    /// What it was calculated with.
    pub rates: Rates,
    /// The whole.
    pub summary: CostSummary,
    /// Each Region, by name.
    pub regions: Vec<RegionCost>,
    /// Each account over all Regions, the dearest first.
    pub accounts: Vec<AccountCost>,
    /// How many bytes a day there are of each data source package.
    pub packages: BTreeMap<Package, u64>,
    /// What nothing above includes, because AWS does not say it.
    pub unknown: Vec<String>,
    /// How many requests were sent to find out, by `service:Operation`.
    pub calls: BTreeMap<String, u64>,
}

/// Totals: each is the sum over the memberships.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CostSummary {
    /// Memberships that send data, as far as could be read.
    pub memberships: u64,
    /// Those of which AWS gives no volume.
    pub unmeasured: u64,
    /// Those that may still be in their free trial.
    pub in_trial: u64,
    /// Of all packages.
    pub bytes_per_day: u64,
    /// The projection, as if no trial were left.
    pub usd_a_month: Decimal,
    /// How much of it is of memberships that may still be in their trial.
    pub usd_a_month_in_trial: Decimal,
}

/// A Region.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegionCost {
    /// Its name.
    pub region: Region,
    /// The behavior graph, where there is one.
    pub graph_arn: Option<GraphArn>,
    /// Why it could not be read.
    pub error: Option<Arc<str>>,
    /// The same as data.
    #[serde(flatten)]
    pub why: Why,
    /// Of all its memberships.
    pub bytes_per_day: u64,
    /// The projection for all its memberships.
    pub usd_a_month: Decimal,
    /// Its memberships, by account id.
    pub members: Vec<MembershipCost>,
}

/// A membership.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MembershipCost {
    /// Whose.
    pub account_id: AccountId,
    /// Its status.
    pub status: MemberStatus,
    /// What AWS measured, by data source package; empty where it did not.
    pub packages: BTreeMap<Package, PackageUsage>,
    /// Of all packages.
    pub bytes_per_day: u64,
    /// The projection; `null` where AWS measured nothing yet.
    pub usd_a_month: Option<Decimal>,
    /// When its free trial ends at the latest: 30 days after its status last changed, if it was never
    /// enabled before. `null` where those are over.
    pub trial_until: Option<Timestamp>,
}

/// What AWS measured of one package.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackageUsage {
    /// In a day.
    pub bytes_per_day: u64,
    /// When.
    pub measured: Option<Timestamp>,
}

/// An account over all Regions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountCost {
    /// Which.
    pub account_id: AccountId,
    /// In how many Regions it sends data.
    pub regions: u64,
    /// In how many of them AWS gives no volume.
    pub unmeasured: u64,
    /// In all Regions.
    pub bytes_per_day: u64,
    /// The projection for all its memberships.
    pub usd_a_month: Decimal,
}

impl CostReport {
    /// Calculates what was looked at just now: `header.started` tells which trials are over.
    #[must_use]
    pub fn of(
        header: Header,
        usage: Vec<RegionUsage>,
        rates: Rates,
        calls: BTreeMap<String, u64>,
    ) -> Self {
        let now = header.started;
        let regions = usage
            .into_iter()
            .map(|usage| RegionCost::of(usage, &rates, now));
        let report = Self {
            summary: CostSummary::default(),
            regions: regions.collect(),
            accounts: Vec::new(),
            packages: BTreeMap::new(),
            unknown: Vec::new(),
            header,
            rates,
            calls,
        };
        report.added_up()
    }

    /// The same for these accounts alone.
    #[must_use]
    pub fn only(mut self, accounts: &BTreeSet<AccountId>) -> Self {
        for region in &mut self.regions {
            let is_wanted = |member: &MembershipCost| accounts.contains(&member.account_id);
            region.members.retain(is_wanted);
            region.add_up();
        }
        self.added_up()
    }

    fn added_up(mut self) -> Self {
        let members = self.regions.iter().flat_map(|region| &region.members);
        let memberships: Vec<_> = members.collect();
        self.summary = CostSummary::of(&memberships);
        self.accounts = accounts(&memberships);
        self.packages = packages(&memberships);
        self.unknown = unknown(&self.regions);
        self
    }
}

impl RegionCost {
    /// Why it could not be read.
    #[must_use]
    pub fn cause(&self) -> Option<Cause> {
        self.why.cause_or(self.error.as_deref())
    }

    fn of(usage: RegionUsage, rates: &Rates, now: Timestamp) -> Self {
        let members = usage.members.into_iter();
        let members = members.map(|(account, member)| {
            MembershipCost::of(account, &member, &usage.region, rates, now)
        });
        let (error, why) = Why::of(usage.cause.as_ref(), &Place::region(&usage.region));
        let mut cost = Self {
            members: members.collect(),
            region: usage.region,
            graph_arn: usage.graph_arn,
            error,
            why,
            bytes_per_day: 0,
            usd_a_month: Decimal::ZERO,
        };
        cost.add_up();
        cost
    }

    fn add_up(&mut self) {
        self.bytes_per_day = bytes(&self.members);
        self.usd_a_month = usd(&self.members);
    }
}

impl MembershipCost {
    fn of(
        account_id: AccountId,
        member: &Member,
        region: &Region,
        rates: &Rates,
        now: Timestamp,
    ) -> Self {
        let bytes_per_day = member.bytes_per_day();
        let is_measured = !member.volumes.is_empty();
        let volumes = member.volumes.iter().map(|volume| {
            let usage = PackageUsage {
                bytes_per_day: volume.bytes_per_day,
                measured: volume.measured,
            };
            (volume.package.clone(), usage)
        });
        Self {
            account_id,
            status: member.status.clone(),
            packages: volumes.collect(),
            bytes_per_day,
            usd_a_month: is_measured.then(|| rates.usd_a_month(region, bytes_per_day)),
            trial_until: trial_until(member, now),
        }
    }
}

fn trial_until(member: &Member, now: Timestamp) -> Option<Timestamp> {
    let trial = SignedDuration::from_hours(24 * DAYS as i64);
    let until = Timestamp::from(member.since.updated?)
        .checked_add(trial)
        .ok()?;
    (member.status == MemberStatus::Enabled && until > now).then_some(until)
}

impl CostSummary {
    fn of(memberships: &[&MembershipCost]) -> Self {
        let all = || memberships.iter().copied();
        let in_trial = || all().filter(|it| it.trial_until.is_some());
        let unmeasured = all().filter(|it| it.usd_a_month.is_none());
        Self {
            memberships: memberships.len() as u64,
            unmeasured: unmeasured.count() as u64,
            in_trial: in_trial().count() as u64,
            bytes_per_day: bytes(all()),
            usd_a_month: usd(all()),
            usd_a_month_in_trial: usd(in_trial()),
        }
    }
}

fn bytes<'a>(memberships: impl IntoIterator<Item = &'a MembershipCost>) -> u64 {
    let bytes = memberships.into_iter().map(|it| it.bytes_per_day);
    bytes.fold(0, u64::saturating_add)
}

fn usd<'a>(memberships: impl IntoIterator<Item = &'a MembershipCost>) -> Decimal {
    let sum: Decimal = memberships
        .into_iter()
        .filter_map(|it| it.usd_a_month)
        .sum();
    cents(sum)
}

fn accounts(memberships: &[&MembershipCost]) -> Vec<AccountCost> {
    let mut by_account: BTreeMap<AccountId, Vec<&MembershipCost>> = BTreeMap::new();
    for membership in memberships {
        let all = by_account.entry(membership.account_id).or_default();
        all.push(membership);
    }
    let sum = |(account_id, all): (AccountId, Vec<&MembershipCost>)| AccountCost {
        account_id,
        regions: all.len() as u64,
        unmeasured: all.iter().filter(|it| it.usd_a_month.is_none()).count() as u64,
        bytes_per_day: bytes(all.iter().copied()),
        usd_a_month: usd(all),
    };
    let mut accounts: Vec<_> = by_account.into_iter().map(sum).collect();
    accounts.sort_by_key(|account| {
        let dearest = (account.usd_a_month, account.bytes_per_day);
        (std::cmp::Reverse(dearest), account.account_id)
    });
    accounts
}

fn packages(memberships: &[&MembershipCost]) -> BTreeMap<Package, u64> {
    let mut packages: BTreeMap<Package, u64> = BTreeMap::new();
    for (package, usage) in memberships.iter().flat_map(|it| &it.packages) {
        let sum = packages.entry(package.clone()).or_default();
        *sum = sum.saturating_add(usage.bytes_per_day);
    }
    packages
}

fn unknown(regions: &[RegionCost]) -> Vec<String> {
    let mut unknown = Vec::new();
    if regions.iter().any(|region| region.graph_arn.is_some()) {
        unknown.push(ADMINISTRATOR.to_owned());
    }
    let unread = regions.iter().filter(|region| region.error.is_some());
    let unread: Vec<_> = unread.map(|region| region.region.as_str()).collect();
    if !unread.is_empty() {
        unknown.push(format!("{}: could not be read", unread.join(", ")));
    }
    let members = regions.iter().flat_map(|region| &region.members);
    let unmeasured = members.filter(|it| it.usd_a_month.is_none()).count();
    match unmeasured {
        0 => {}
        1 => unknown.push("1 membership of which AWS gives no volume yet".to_owned()),
        n => unknown.push(format!("{n} memberships of which AWS gives no volume yet")),
    }
    unknown
}
