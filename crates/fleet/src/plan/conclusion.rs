//! How the memberships end when the run does.

use super::{Plan, Reason, Step, Wait};
use crate::account::AccountId;
use crate::attempts::{Attempt, Attempts, MemberAttempts, MemberRequest, Role};
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
    ) -> Option<(Conclusion, Option<Reason>)> {
        Some(match self.step(account)? {
            Step::Right => (Conclusion::Right, None),
            Step::Gone => (Conclusion::Gone, None),
            Step::Skipped => (Conclusion::Skipped, None),
            Step::Blocked(reason) => (Conclusion::Failed, Some(reason.clone())),
            step => {
                let tried = attempts.member(account);
                let refused =
                    tried.and_then(|tried| refused_role(tried).or_else(|| refused(step, tried)));
                match refused {
                    Some(reason) => (Conclusion::Failed, Some(reason)),
                    None => (Conclusion::Waiting, None),
                }
            }
        })
    }
}

fn refused_role(tried: &MemberAttempts) -> Option<Reason> {
    match &tried.role {
        // What was accepted needs no role any more.
        Role::Refused { reason } | Role::Failed { reason } if !tried.accept.may_be_done() => {
            Some(Reason::Role(reason.clone()))
        }
        _ => None,
    }
}

/// What was refused of that which comes next.
fn refused(step: &Step, tried: &MemberAttempts) -> Option<Reason> {
    let of = |request: MemberRequest, attempt: &Attempt| {
        let refusal = attempt.refusals.last.as_ref()?;
        Some(Reason::Refused(request.operation(), refusal.text.clone()))
    };
    let accept = || of(MemberRequest::Accept, &tried.accept);
    let invite = || of(MemberRequest::Invite, &tried.invite);
    let remove = || of(MemberRequest::Remove, &tried.remove);
    match step {
        Step::Invite { .. } => invite(),
        Step::Accept => accept(),
        Step::Remove => remove(),
        Step::Wait(Wait::Verification) => None,
        Step::Wait(_) => accept().or_else(invite).or_else(remove),
        _ => None,
    }
}
