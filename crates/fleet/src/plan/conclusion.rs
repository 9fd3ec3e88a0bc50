//! How the memberships end when the run does.

use super::{Plan, Reason, Step};
use crate::account::AccountId;
use crate::attempts::{Attempts, Role};
use crate::event::Conclusion;

impl Plan {
    /// How a membership ends if the run ends now; `None` where the roster does not name it.
    ///
    /// What waits because its time was over waits, with one exception: a role that could not be
    /// assumed is known to be in the way, whether or not there was time for its last try.
    #[must_use]
    pub fn conclusion(
        &self,
        account: AccountId,
        attempts: &Attempts,
    ) -> Option<(Conclusion, Option<Reason>)> {
        Some(match self.step(account)? {
            Step::Right => (Conclusion::Right, None),
            Step::Gone => (Conclusion::Gone, None),
            Step::Skipped => (Conclusion::Skipped, None),
            Step::Blocked(reason) => (Conclusion::Failed, Some(reason.clone())),
            Step::Invite { .. } | Step::Accept | Step::Remove | Step::Start | Step::Wait(_) => {
                match failed_role(attempts, account) {
                    Some(reason) => (Conclusion::Failed, Some(reason)),
                    None => (Conclusion::Waiting, None),
                }
            }
        })
    }
}

fn failed_role(attempts: &Attempts, account: AccountId) -> Option<Reason> {
    let tried = attempts.member(account)?;
    match &tried.role {
        // What was accepted needs no role any more.
        Role::Failed { reason, .. } if !tried.accept.may_be_done() => {
            Some(Reason::Role(reason.clone()))
        }
        _ => None,
    }
}
