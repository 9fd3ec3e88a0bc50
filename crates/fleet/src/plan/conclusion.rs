//! How the memberships end when the run does.

use super::{Plan, Step, Wait};
use crate::account::AccountId;
use crate::attempts::{Attempt, Attempts, MemberAttempts, Role};
use crate::cause::Cause;
use crate::event::Conclusion;

impl Plan {
    /// How a membership ends if the run ends now; `None` where the roster does not name it.
    ///
    /// What waits because its time was over waits, with one exception: what was refused so far is
    /// known to be in the way, whether or not there was time to ask again. The first row that fits:
    ///
    /// | step | what is known besides | conclusion |
    /// |---|---|---|
    /// | right, gone, skipped | | the same |
    /// | blocked | | failed: why |
    /// | any other | the role was refused, and nothing may have been accepted | failed: the role |
    /// | any other, but AWS compares id and e-mail | what is next was refused and not done since | failed: AWS's words |
    /// | any other | | waiting |
    #[must_use]
    pub fn conclusion(
        &self,
        account: AccountId,
        attempts: &Attempts,
    ) -> Option<(Conclusion, Option<Cause>)> {
        Some(match self.step(account)? {
            Step::Right => (Conclusion::Right, None),
            Step::Gone => (Conclusion::Gone, None),
            Step::Skipped => (Conclusion::Skipped, None),
            Step::Blocked(cause) => (Conclusion::Failed, Some(Cause::clone(cause))),
            step => {
                let tried = attempts.member(account);
                let refused =
                    tried.and_then(|tried| refused_role(tried).or_else(|| refused(step, tried)));
                match refused {
                    Some(cause) => (Conclusion::Failed, Some(cause)),
                    None => (Conclusion::Waiting, None),
                }
            }
        })
    }
}

fn refused_role(tried: &MemberAttempts) -> Option<Cause> {
    match &tried.role {
        // What was accepted needs no role any more.
        Role::Refused { cause } | Role::Failed { cause } if !tried.accept.may_be_done() => {
            Some(Cause::clone(cause))
        }
        _ => None,
    }
}

/// What was refused of that which comes next.
fn refused(step: &Step, tried: &MemberAttempts) -> Option<Cause> {
    let of = |attempt: &Attempt| {
        let error = attempt.refusals.last.as_ref()?.call.clone();
        Some(Cause::CallRefused { error })
    };
    let accept = || of(&tried.accept);
    let invite = || of(&tried.invite);
    let remove = || of(&tried.remove);
    match step {
        Step::Invite { .. } => invite(),
        Step::Accept => accept(),
        Step::Remove => remove(),
        Step::Wait(Wait::Verification) => None,
        Step::Wait(_) => accept().or_else(invite).or_else(remove),
        _ => None,
    }
}
