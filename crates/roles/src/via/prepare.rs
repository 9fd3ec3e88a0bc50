//! What would change in each account, as CloudFormation says it: change sets, and how they are taken back.

use std::sync::Arc;

use fleet::account::AccountId;
use stacks::new_id;

use super::each::Crew;
use super::plan::Found;
use super::remains::{Unused, and_remains};
use super::stack::{ChangeSet, MemberStack};
use super::{Changes, Looked, Via, kind};
use crate::operation::{Limits, OnProgress};
use crate::plan::{Plan, Step};

impl Via {
    /// Has CloudFormation say what would change in the accounts of the plan. Nothing is changed by that; but where
    /// there is no stack yet, there is an empty one that waits for its first change set.
    pub async fn prepare(
        &self,
        looked: &Looked,
        plan: &Plan,
        limits: &Limits,
        on_progress: OnProgress<'_>,
    ) -> Changes {
        // A stack that never came to be has to go first, and that is a change.
        let is_due = |(account, step): &(&AccountId, &Step)| match step {
            Step::Update => true,
            Step::Make => looked.finds.get(*account) == Some(&Found::Nothing),
            _ => false,
        };
        let due = plan
            .iter()
            .filter(is_due)
            .map(|(account, step)| (*account, step.clone()));
        let crew = self.crew(limits, on_progress);
        let prepared = crew
            .each(looked.only(due), async |_, (member, step)| {
                self.prepare_one(&member, &step, &crew).await
            })
            .await;
        Changes(prepared)
    }

    pub(super) async fn prepare_one(
        &self,
        member: &MemberStack,
        step: &Step,
        crew: &Crew<'_>,
    ) -> Result<Option<ChangeSet>, Arc<str>> {
        let (token, kind) = (new_id(), kind(step));
        let wait = crew.wait();
        let prepared = member.prepare(&self.wanted, kind, &token, &wait).await;
        if matches!(prepared, Ok(Some(_))) {
            return prepared;
        }
        // It would stay for ever.
        let withdrawn = crew.withdraw(member, &Unused { token, kind }).await;
        match (prepared, withdrawn) {
            (Err(reason), Err(left)) => Err(and_remains(reason, &left)),
            // One that changes nothing is in nobody's way where it stays.
            (prepared, _) => prepared,
        }
    }
}
