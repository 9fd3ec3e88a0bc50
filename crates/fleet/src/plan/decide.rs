//! The rules: one membership, one step.

use crate::account::AccountId;
use crate::attempts::{
    Answer, Attempt, Attempts, FINAL_AFTER, MemberAttempts, RegionRequest, Role,
};
use crate::fleet::Fleet;
use crate::member::{Member, MemberStatus};
use crate::observation::{Look, Observation};
use crate::plan::{BATCH, Reason, Step, Wait};

/// How many looks may pass before what AWS said it did has to show in its lists.
///
/// Looks begin 100 ms apart and slow down to an eighth of the time waited, so that 40 of them are
/// about half a minute. AWS publishes no figure; Terraform's provider waits minutes for a new member
/// to appear, and asking AWS twice for one thing would be the worse mistake.
pub const VISIBLE_AFTER: u32 = 40;

/// How many looks may pass before a request whose answer was lost counts as not having happened.
const UNCLEAR_AFTER: u32 = 3;

/// Decides one membership, and whether its role has to be assumed now. The first row that fits:
///
/// | what AWS said | what was tried | step |
/// |---|---|---|
/// | anything | the pair is `expected` to stay out | skipped |
/// | anything | the Region as a whole failed for good | blocked: the Region's reason |
/// | anything | a request is under way | wait for its answer |
/// | nothing yet | | wait for a look |
/// | ENABLED | | right |
/// | ACCEPTED_BUT_DISABLED | | blocked: AWS's reason |
/// | a state we do not know | | blocked: the state |
/// | VERIFICATION_IN_PROGRESS | | wait for verification, role wanted |
/// | VERIFICATION_FAILED, e-mail as in the roster | | blocked: the e-mail is wrong |
/// | VERIFICATION_FAILED, another e-mail | removed before | wait to see it gone, in the end blocked |
/// | VERIFICATION_FAILED, another e-mail | otherwise | remove |
/// | INVITED | the Region is off in the member | blocked: switch it on |
/// | INVITED | the acceptance was refused for good | blocked: AWS's words |
/// | INVITED | the role failed twice / once | blocked: the role / one last try |
/// | INVITED | the role is not there yet | wait for it, role wanted |
/// | INVITED | never accepted, or throttled | accept |
/// | INVITED | no look since the answer | wait for a look |
/// | INVITED | accepted, and within [`VISIBLE_AFTER`] looks | wait to see it |
/// | INVITED | otherwise | accept (again) |
/// | absent | the invitation was refused for good | blocked: AWS's words |
/// | absent | never invited, or throttled | invite, role wanted |
/// | absent | no look since the answer | wait for a look |
/// | absent | invited, and within [`VISIBLE_AFTER`] looks | wait to see it |
/// | absent | the answer was lost, and fewer than 3 looks since | wait to see it |
/// | absent | invited three times | blocked: AWS takes it and does not list it |
/// | absent | otherwise | invite (again), in smaller batches after a refusal |
#[must_use]
pub fn decide(
    fleet: &Fleet,
    observation: &Observation,
    attempts: &Attempts,
    account: AccountId,
) -> (Step, bool) {
    let untried = MemberAttempts::default();
    let tried = attempts.member(account).unwrap_or(&untried);
    let step = step(fleet, observation, attempts, (account, tried));
    let acceptance_ahead = matches!(
        step,
        Step::Invite { .. } | Step::Wait(Wait::Verification | Wait::Visible | Wait::Role)
    );
    let needs_role = acceptance_ahead && tried.role == Role::Unasked;
    (step, needs_role)
}

/// Why nothing more can be done in the whole Region.
pub(super) fn region_trouble(attempts: &Attempts) -> Option<Reason> {
    use RegionRequest::{Change, CreateGraph, FindGraph, Look};
    let tried = || {
        [FindGraph, CreateGraph, Look, Change]
            .into_iter()
            .filter_map(|r| attempts.region(r))
    };
    if let Some(refusal) = tried().find_map(Attempt::refused_for_good) {
        return Some(Reason::Region(refusal.text.clone()));
    }
    // An endpoint that never said anything is not waited for until the deadline.
    tried().find_map(|attempt| match &attempt.last {
        Some(Answer::Silent(text)) if attempt.alike >= FINAL_AFTER && !attempts.was_heard() => {
            Some(Reason::Region(text.clone()))
        }
        _ => None,
    })
}

fn step(
    fleet: &Fleet,
    observation: &Observation,
    attempts: &Attempts,
    (account, tried): (AccountId, &MemberAttempts),
) -> Step {
    if fleet.is_expected_out(account, observation.region()) {
        return Step::Skipped;
    }
    if let Some(reason) = region_trouble(attempts) {
        return Step::Blocked(reason);
    }
    if tried.invite.under_way || tried.accept.under_way || tried.remove.under_way {
        return Step::Wait(Wait::Answer);
    }
    let Some(look) = observation.look(account) else {
        return Step::Wait(Wait::Look);
    };
    let step = match look.member {
        None => absent(tried, look),
        Some(member) => match &member.status {
            MemberStatus::Enabled => Step::Right,
            MemberStatus::AcceptedButDisabled => {
                Step::Blocked(Reason::Disabled(member.disabled_reason.clone()))
            }
            MemberStatus::Other(name) => Step::Blocked(Reason::UnknownStatus(name.clone())),
            MemberStatus::VerificationInProgress => Step::Wait(Wait::Verification),
            MemberStatus::VerificationFailed => {
                failed_verification(fleet, account, tried, (look, member))
            }
            MemberStatus::Invited if attempts.is_off(account) => {
                Step::Blocked(Reason::RegionOff(account, observation.region().clone()))
            }
            MemberStatus::Invited => invited(tried, look),
        },
    };
    after_the_regions_answer(attempts, look, step)
}

/// After a refusal that was the Region's, not a member's, nothing is changed before a fresh look.
fn after_the_regions_answer(attempts: &Attempts, look: Look<'_>, step: Step) -> Step {
    let stale = attempts
        .region(RegionRequest::Change)
        .is_some_and(|change| {
            matches!(change.last, Some(Answer::Refused(_))) && look.round <= change.after
        });
    match step {
        Step::Invite { .. } | Step::Remove if stale => Step::Wait(Wait::Look),
        step => step,
    }
}

fn failed_verification(
    fleet: &Fleet,
    account: AccountId,
    tried: &MemberAttempts,
    (look, member): (Look<'_>, &Member),
) -> Step {
    let wanted = fleet.members.get(&account);
    let corrected = member.email.is_some() && member.email.as_ref() != wanted;
    if !corrected {
        return Step::Blocked(Reason::WrongEmail(account, wanted.cloned()));
    }
    again(&tried.remove, look, "DeleteMembers", || Step::Remove)
}

fn invited(tried: &MemberAttempts, look: Look<'_>) -> Step {
    if let Some(refusal) = tried.accept.refused_for_good() {
        return Step::Blocked(Reason::Refused("AcceptInvitation", refusal.text.clone()));
    }
    match &tried.role {
        Role::Unasked | Role::Asked => Step::Wait(Wait::Role),
        Role::Failed { reason, times } if *times >= 2 => {
            Step::Blocked(Reason::Role(reason.clone()))
        }
        Role::Failed { .. } => Step::Wait(Wait::LastRoleTry),
        Role::Ready => again(&tried.accept, look, "AcceptInvitation", || Step::Accept),
    }
}

fn absent(tried: &MemberAttempts, look: Look<'_>) -> Step {
    let batch = match (&tried.invite.last, tried.invite.alike) {
        (Some(Answer::Refused(_)), 1) => 7,
        (Some(Answer::Refused(_)), _) => 1,
        _ => BATCH,
    };
    again(&tried.invite, look, "CreateMembers", || Step::Invite {
        batch,
    })
}

/// When a request that has been sent before is sent again: the rows that all three have in common.
fn again(
    attempt: &Attempt,
    look: Look<'_>,
    operation: &'static str,
    send: impl FnOnce() -> Step,
) -> Step {
    if let Some(refusal) = attempt.refused_for_good() {
        return Step::Blocked(Reason::Refused(operation, refusal.text.clone()));
    }
    let looks = look.round.since(attempt.after);
    match &attempt.last {
        None | Some(Answer::Throttled) => send(),
        Some(_) if looks == 0 => Step::Wait(Wait::Look),
        Some(Answer::Done) if looks < VISIBLE_AFTER => Step::Wait(Wait::Visible),
        Some(Answer::Done) if attempt.sent >= FINAL_AFTER => {
            Step::Blocked(Reason::NoEffect(operation))
        }
        Some(Answer::Unclear(_) | Answer::Silent(_)) if looks < UNCLEAR_AFTER => {
            Step::Wait(Wait::Visible)
        }
        Some(_) => send(),
    }
}
