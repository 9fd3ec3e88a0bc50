//! Two people for removals. Who would go is written down, people are told, and the run waits until
//! somebody else than who uploaded the list has approved just that.
//!
//! An approval is an object without content, `approve/RUN/HASH/PRINCIPAL`. The bucket's policy lets
//! nobody but approvers write there, each in his own name (`aws:userid`) only, and lets them write
//! nothing else, lists among it. HASH is that of what was written down: it reached the approver in the
//! message, where nobody can write who can write to the bucket. So there is nothing to be read of an
//! approval but that it is there.
//!
//! A task token of Step Functions would be a secret of whoever reads the message, and would not say who
//! used it.

use std::collections::{BTreeMap, BTreeSet};

use fleet::account::{AccountId, Region};
use fleet::origin::{Approval, ListOrigin, PlanOrigin};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error::StepError;
use crate::function::Function;
use crate::run::removals_key;
use crate::seal::Seal;
use crate::trigger::Operation;

/// Who is removed, and where.
pub(crate) type Removed = BTreeSet<(AccountId, Region)>;

/// How long to wait before looking again, in seconds: in the first hour, when somebody may sit there and
/// wait, and after it. An execution has 25,000 events in its history at most, and each look is 9 of them.
pub(crate) const SHORT_WAIT: u64 = 30;
const LONG_WAIT: u64 = 300;
const FIRST_HOUR: u64 = 3_600;

/// Who would be removed, for somebody to approve.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Proposal {
    pub(crate) run_id: String,
    pub(crate) administrator: AccountId,
    pub(crate) operation: Operation,
    pub(crate) key: String,
    pub(crate) version: String,
    pub(crate) list: Option<ListOrigin>,
    /// The saved plan that is executed, where one is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) plan: Option<PlanOrigin>,
    pub(crate) asked: Timestamp,
    /// Nobody can approve it any more after that.
    pub(crate) until: Timestamp,
    /// All Regions that the run is about.
    pub(crate) regions: BTreeSet<Region>,
    pub(crate) removals: BTreeMap<AccountId, BTreeSet<Region>>,
}

/// What a proposal is about.
pub(crate) struct Of<'a> {
    pub(crate) execution: &'a str,
    pub(crate) administrator: AccountId,
    pub(crate) operation: Operation,
    pub(crate) key: String,
    pub(crate) version: String,
    pub(crate) list: Option<ListOrigin>,
    pub(crate) plan: Option<PlanOrigin>,
    /// Until when that plan may be executed.
    pub(crate) expires: Option<Timestamp>,
    pub(crate) regions: &'a [Region],
}

impl Proposal {
    pub(crate) fn new(function: &Function, of: Of<'_>, removed: Removed) -> Self {
        let asked = function.platform.clock.timestamp();
        let until = asked.saturating_add(function.settings.approval_time);
        let until = until.unwrap_or(Timestamp::MAX);
        let mut removals: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        for (account, region) in removed {
            removals.entry(account).or_default().insert(region);
        }
        Self {
            run_id: of.execution.to_owned(),
            administrator: of.administrator,
            operation: of.operation,
            key: of.key,
            version: of.version,
            list: of.list,
            plan: of.plan,
            asked,
            until: of.expires.map_or(until, |expires| until.min(expires)),
            regions: of.regions.iter().cloned().collect(),
            removals,
        }
    }

    fn pairs(&self) -> Removed {
        let pairs = self.removals.iter().flat_map(|(account, regions)| {
            let regions = regions.iter();
            regions.map(|region| (*account, region.clone()))
        });
        pairs.collect()
    }
}

/// What somebody approved.
pub(crate) struct Approved {
    pub(crate) approval: Approval,
    proposal: Proposal,
}

impl Approved {
    /// All that was approved, if that is all that would be removed now.
    ///
    /// # Errors
    /// Where more would be.
    pub(crate) fn covers(&self, removed: &Removed) -> Result<Removed, StepError> {
        let approved = self.proposal.pairs();
        let new: Vec<_> = removed.difference(&approved).collect();
        if new.is_empty() {
            return Ok(approved);
        }
        let named = new.iter().take(MOST_NAMED);
        let named: Vec<_> = named
            .map(|(account, region)| format!("{account} in {region}"))
            .collect();
        let more = match new.len().saturating_sub(MOST_NAMED) {
            0 => String::new(),
            n => format!(" and {n} more"),
        };
        Err(StepError::not_approved(format!(
            "since {} approved it, there is more to remove: {}{more}. Nothing was changed: upload the list again, and have all of it approved",
            self.approval.principal,
            named.join(", ")
        )))
    }
}

/// How many are named that nobody approved.
const MOST_NAMED: usize = 10;

/// How it stands with an approval.
pub(crate) enum Standing {
    /// Nobody has approved it yet.
    Open {
        /// How long to wait before looking again.
        wait_seconds: u64,
    },
    /// Somebody has.
    Approved(Box<Approved>),
}

/// What people were asked to approve.
///
/// # Errors
/// Where it is not what this execution wrote down, and where the bucket does not tell.
pub(crate) async fn proposal(
    function: &Function,
    execution: &str,
    asked: &Seal,
) -> Result<Proposal, StepError> {
    let key = removals_key(execution);
    function.store.read_sealed(&key, asked).await
}

/// Whether somebody has approved what was asked.
///
/// # Errors
/// Where nobody did in time, and where the bucket does not tell.
pub(crate) async fn standing(
    function: &Function,
    asked: &Seal,
    proposal: Proposal,
) -> Result<Standing, StepError> {
    let given = given(function, &proposal.run_id).await?;
    let of_this = given.iter().filter(|it| it.sha256 == asked.as_str());
    let in_time = of_this.filter(|it| it.at <= proposal.until);
    if let Some(approval) = in_time.min_by_key(|it| it.at) {
        return Ok(Standing::Approved(Box::new(Approved {
            approval: approval.clone(),
            proposal,
        })));
    }
    let now = function.platform.clock.timestamp();
    if now > proposal.until {
        return Err(nobody_did(&proposal, &given, asked));
    }
    let waited = now.duration_since(proposal.asked).unsigned_abs().as_secs();
    let left = proposal.until.duration_since(now).unsigned_abs().as_secs() + 1;
    let wait = match waited < FIRST_HOUR {
        true => SHORT_WAIT,
        false => LONG_WAIT,
    };
    Ok(Standing::Open {
        wait_seconds: wait.min(left),
    })
}

/// Everything that was approved of a run, whatever it was.
async fn given(function: &Function, execution: &str) -> Result<Vec<Approval>, StepError> {
    let place = place(execution);
    let listed = function.store.list(&place).await?;
    let read = listed.iter().filter_map(|object| {
        let (hash, principal) = object.key.strip_prefix(&place)?.split_once('/')?;
        // The policy binds the last segment to who wrote it: only where there is no other is that all.
        let is_whole = !principal.is_empty() && !principal.contains('/');
        is_whole.then(|| Approval::by(principal, object.written, hash))
    });
    Ok(read.collect())
}

fn nobody_did(proposal: &Proposal, given: &[Approval], asked: &Seal) -> StepError {
    let hours = proposal.until.duration_since(proposal.asked).as_hours();
    let others: BTreeSet<_> = given
        .iter()
        .map(|it| match it.sha256 == asked.as_str() {
            true => format!("{} was too late", it.principal),
            false => format!("{} approved something else", it.principal),
        })
        .collect();
    let others: String = others.iter().map(|it| format!(" ({it})")).collect();
    StepError::not_approved(format!(
        "nobody approved the removal of {} accounts within {hours} hours{others}: nothing was changed. Upload the list again to have it asked again",
        proposal.removals.len()
    ))
}

/// Makes sure that there is anybody who may approve something.
///
/// # Errors
/// Where the stack names nobody.
pub(crate) fn somebody_may(function: &Function) -> Result<(), StepError> {
    if function.settings.has_approvers {
        return Ok(());
    }
    Err(StepError::bad_input(
        "the stack's parameter ApproveRemovals is true, and its parameter ApproverArns names nobody who could approve that members are removed: nothing was changed",
    ))
}

/// Where the approvals of a run lie.
fn place(execution: &str) -> String {
    format!("approve/{execution}/")
}

/// Where an approval of what has that hash lies, without who gave it.
pub(crate) fn key_without_principal(execution: &str, asked: &Seal) -> String {
    format!("{}{}/", place(execution), asked.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html; the template allows 72 hours.
    #[test]
    fn the_longest_wait_leaves_two_thirds_of_the_history_to_the_run() {
        let looks = FIRST_HOUR / SHORT_WAIT + (72 * 3_600 - FIRST_HOUR) / LONG_WAIT;
        assert!(looks * 9 < 25_000 * 2 / 5, "{looks}");
    }
}
