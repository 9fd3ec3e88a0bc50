//! What was prepared and is not used: it is taken back, and named where it stays.

use std::collections::BTreeMap;
use std::sync::Arc;

use engine::Failure;
use fleet::account::AccountId;
use futures_util::{StreamExt, stream};
use stacks::{Kind, unanswered, with_remains};

use super::each::Crew;
use super::stack::{ChangeSet, MemberStack};
use super::{Changes, Looked, Via, kind};
use crate::operation::Limits;
use crate::plan::{Plan, Step};

/// In how many accounts at a time: each has CloudFormation's limits for itself, and people wait.
const AT_A_TIME: usize = 100;

/// A change set that is not executed.
#[derive(Clone, Debug)]
pub(super) struct Unused {
    pub(super) token: String,
    pub(super) kind: Kind,
}

impl Unused {
    pub(super) fn new(set: &ChangeSet, step: &Step) -> Self {
        Self {
            token: set.name.clone(),
            kind: kind(step),
        }
    }
}

impl Via {
    /// Takes back what [`Via::prepare`] left in the accounts, because it is not wanted after all. Says where that did not
    /// succeed: it changes nothing there, and the next run finds it.
    pub async fn withdraw(
        &self,
        looked: &Looked,
        plan: &Plan,
        changes: Changes,
        limits: &Limits,
    ) -> BTreeMap<AccountId, Arc<str>> {
        let ready = changes.0.into_iter();
        let ready = ready.filter_map(|(account, it)| Some((account, it.ok()??)));
        let unused = ready
            .filter_map(|(account, set)| Some((account, Unused::new(&set, plan.get(&account)?))));
        // Who does not want to go on has these taken back all the same.
        let limits = Limits {
            stop: Default::default(),
            ..limits.clone()
        };
        let crew = self.crew(&limits, &|_| {});
        let remains = crew.take_back(looked.only(unused)).await;
        let remains = remains.into_iter();
        remains
            .map(|(account, left)| (account, left.text))
            .collect()
    }
}

impl Crew<'_> {
    /// Takes back what was prepared in one account.
    ///
    /// # Errors
    /// Where it stays, or may stay.
    pub(super) async fn withdraw(
        &self,
        member: &MemberStack,
        unused: &Unused,
    ) -> Result<(), Failure> {
        let withdrawn = member.withdraw(&unused.token, unused.kind);
        let withdrawn = self.wait().finish(withdrawn).await;
        withdrawn.unwrap_or_else(|_| Err(unanswered("DeleteChangeSet")))
    }

    /// Takes back what was prepared in accounts, in many at a time: where the time is over, or somebody does not want to wait
    /// any more, within a few seconds for all of them. Says where it stays, or may stay.
    pub(super) async fn take_back(
        &self,
        unused: BTreeMap<AccountId, (MemberStack, Unused)>,
    ) -> BTreeMap<AccountId, Failure> {
        let none = |account: &AccountId| (*account, unanswered("DeleteChangeSet"));
        let mut remains: BTreeMap<_, _> = unused.keys().map(none).collect();
        let each = unused.into_iter().map(|(account, it)| async move {
            let (member, unused) = it;
            (account, member.withdraw(&unused.token, unused.kind).await)
        });
        let mut each = stream::iter(each).buffer_unordered(AT_A_TIME);
        let all = async {
            while let Some((account, withdrawn)) = each.next().await {
                match withdrawn {
                    Ok(()) => remains.remove(&account),
                    Err(left) => remains.insert(account, left),
                };
            }
        };
        // Whatever has not come back by its end is among the remains.
        self.wait().finish(all).await.unwrap_or_default();
        remains
    }
}

/// A reason, with what stays in the account.
pub(super) fn and_remains(reason: impl Into<Arc<str>>, left: &Failure) -> Arc<str> {
    with_remains(&Failure::unclear(reason), left).text
}
