//! What a drift run may not do, and what it notices.

use std::collections::{BTreeMap, BTreeSet};

use engine::Run;
use fleet::account::{AccountId, GraphArn, Region};
use fleet::event::{Conclusion, Event, EventKind, Sink};
use fleet::member::MemberStatus;
use fleet::report::{MemberReport, RegionNow, Report};

use crate::error::StepError;
use crate::function::Function;
use crate::run::COVERED_KEY;

/// The Regions that uploads have covered, with the behavior graph that they had.
pub(crate) type Covered = BTreeMap<Region, Option<GraphArn>>;

/// Which Regions uploads have covered so far.
///
/// # Errors
/// Where the bucket does not tell.
pub(crate) async fn covered(function: &Function) -> Result<Covered, StepError> {
    let covered = function.store.read::<Covered>(COVERED_KEY).await?;
    Ok(covered.map(|read| read.value).unwrap_or_default())
}

/// What uploads have covered after a run.
pub(crate) fn cover(covered: &mut Covered, report: &Report) {
    for region in &report.regions {
        let graph = covered.entry(region.region.clone()).or_default();
        if region.graph_arn.is_some() {
            graph.clone_from(&region.graph_arn);
        }
    }
}

/// The Regions where a graph would have to be made that no upload asked for, with the reason:
/// somebody deleted it, or nobody wanted it.
///
/// # Errors
/// Where the bucket does not tell.
pub(crate) async fn objections(
    function: &Function,
    run: &Run,
) -> Result<BTreeMap<Region, String>, StepError> {
    let covered = covered(function).await?;
    let object = |now: RegionNow| {
        let why = objection(&now, &covered, function.account)?;
        Some((now.region, why))
    };
    Ok(run.now(true).into_iter().filter_map(object).collect())
}

/// Leaves out Regions, and fails them with all accounts of the list.
pub(crate) fn hold_back(
    function: &Function,
    run: &mut Run,
    (sink, accounts): (&dyn Sink, &[AccountId]),
    held: &BTreeMap<Region, String>,
) {
    for (region, why) in held {
        let failed = accounts.iter().map(|account| EventKind::Concluded {
            account: *account,
            conclusion: Conclusion::Failed,
            reason: Some(why.as_str().into()),
        });
        let ended = EventKind::RegionEnded {
            error: Some(why.as_str().into()),
        };
        for kind in failed.chain([ended]) {
            tell(function, sink, region, kind);
        }
    }
    run.keep(|region| !held.contains_key(region));
}

/// Tells the record of something that the engine does not know of.
pub(crate) fn tell(function: &Function, sink: &dyn Sink, region: &Region, kind: EventKind) {
    let event = Event {
        region: Some(region.clone()),
        number: 0,
        at: function.clock.timestamp(),
        kind,
    };
    if let Err(error) = sink.record(&event) {
        tracing::warn!(%error, "an event was not kept");
    }
}

/// Why a drift run may not work in a Region.
fn objection(now: &RegionNow, covered: &Covered, administrator: AccountId) -> Option<String> {
    if now.graph_arn.is_some() || now.error.is_some() {
        return None;
    }
    let region = &now.region;
    match covered.get(region) {
        Some(None) => None,
        Some(Some(arn)) => Some(format!(
            "the behavior graph {arn} of {administrator} in {region} is gone: a drift run does not make it again; upload the list to do so"
        )),
        None => Some(format!(
            "no upload has covered {region} yet: a drift run does not begin Detective there; upload the list to do so"
        )),
    }
}

/// The memberships that were ENABLED in the last report and are gone now.
pub(crate) fn vanished(last: &Report, report: &Report) -> Vec<String> {
    let was = pairs(last, |member| member.status == Some(MemberStatus::Enabled));
    let gone = pairs(report, |member| member.before.is_none());
    let mut by_account: BTreeMap<AccountId, Vec<&str>> = BTreeMap::new();
    for (account, region) in was.intersection(&gone) {
        by_account
            .entry(*account)
            .or_default()
            .push(region.as_str());
    }
    by_account
        .into_iter()
        .map(|(account, regions)| {
            format!(
                "{account} was ENABLED in the last report and had vanished in {}",
                regions.join(", ")
            )
        })
        .collect()
}

fn pairs(report: &Report, are: impl Fn(&MemberReport) -> bool) -> BTreeSet<(AccountId, Region)> {
    let mut pairs = BTreeSet::new();
    for region in &report.regions {
        let members = region.members.iter().filter(|member| are(member));
        pairs.extend(members.map(|member| (member.account_id, region.region.clone())));
    }
    pairs
}
