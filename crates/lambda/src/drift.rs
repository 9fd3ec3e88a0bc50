//! What a drift run may not do, and what it notices.

use std::collections::{BTreeMap, BTreeSet};

use fleet::account::{AccountId, GraphArn, Region};
use fleet::cause::Cause;
use fleet::member::MemberStatus;
use fleet::report::{MemberReport, Report};

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

/// Why a drift run makes no behavior graph, for each Region: somebody deleted the one that there was, or
/// nobody asked for one. It makes none anywhere, whatever is written in the bucket, which has the words
/// for it only.
///
/// # Errors
/// Where the bucket does not tell.
pub(crate) async fn no_new_graphs(
    function: &Function,
    regions: &[Region],
) -> Result<BTreeMap<Region, Cause>, StepError> {
    let covered = covered(function).await?;
    let why = |region: &Region| (region.clone(), no_new_graph(region, &covered));
    Ok(regions.iter().map(why).collect())
}

fn no_new_graph(region: &Region, covered: &Covered) -> Cause {
    match covered.get(region) {
        Some(None) => Cause::GraphMissing,
        Some(Some(arn)) => Cause::GraphGone {
            graph: Some(arn.clone()),
        },
        None => Cause::RegionNotCovered,
    }
}

/// The memberships that were ENABLED in the last report and are gone now.
pub(crate) fn vanished(last: &Report, report: &Report) -> Vec<String> {
    let failed: BTreeSet<_> = report
        .regions
        .iter()
        .filter(|region| region.error.is_some())
        .map(|region| &region.region)
        .collect();
    let was = pairs(last, |member| member.status == Some(MemberStatus::Enabled));
    let mut gone = pairs(report, |member| member.before.is_none());
    // Where a Region failed, it says why; who was not looked at has not vanished.
    gone.retain(|(_, region)| !failed.contains(region));
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

/// The Regions of the last report that nobody looks at any more.
pub(crate) fn out_of_sight(last: &Report, report: &Report) -> Vec<String> {
    let looked_at = |region: &Region| report.regions.iter().any(|it| it.region == *region);
    let names = last.regions.iter().map(|region| &region.region);
    names
        .filter(|region| !looked_at(region))
        .map(|region| {
            format!(
                "{region} was in the last report, and nobody looks there now: it was switched off, or left out by the stack's parameters; its members may still be charged"
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
