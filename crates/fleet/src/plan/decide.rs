//! The rules: one membership, one step.

use crate::account::AccountId;
use crate::attempts::{
    Answer, Attempt, Attempts, FINAL_AFTER, LEFT_OUT, MemberAttempts, RegionRequest, Role,
};
use crate::fleet::{Fleet, Purpose};
use crate::member::{Member, MemberStatus};
use crate::observation::{Graph, Look, Observation};
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
/// | what AWS said | what is known besides | step |
/// |---|---|---|
/// | anything | the pair is `expected` to stay out | skipped |
/// | anything | the Region cannot be read: refused for good, or silent from the start | blocked: why |
/// | anything | a request is under way | wait for its answer |
/// | nothing yet | | wait for a look |
/// | absent | it is to leave | gone |
/// | any status | it is to leave with its graph, which was not refused for good | wait for the graph |
/// | any status | it is to leave with its graph, which was refused for good | blocked: why |
/// | any status | it is to leave | remove, if it is due |
/// | ENABLED | | right |
/// | ACCEPTED_BUT_DISABLED | | start, if it was not; else blocked: AWS's reason |
/// | a state we do not know | | blocked: the state |
/// | VERIFICATION_IN_PROGRESS | | wait for verification |
/// | VERIFICATION_FAILED | the roster has another e-mail | remove, if it is due |
/// | VERIFICATION_FAILED | it is to be retried, and was not invited by this run | remove, if it is due |
/// | VERIFICATION_FAILED | the e-mail is the roster's, or not known | blocked: the e-mail is wrong |
/// | INVITED | the Region is off in the member | blocked: switch it on |
/// | INVITED | | accept, if it is due |
/// | absent | | invite, if it is due |
///
/// To leave are all that the roster names where none of them is wanted, and those others that are to
/// be removed ([`super::concerns`]). They leave with their graph where that is to be deleted, unless
/// AWS wants its members out first.
///
/// Whether a removal, an acceptance or an invitation is due. The first row that fits:
///
/// | what was tried | step |
/// |---|---|
/// | refused for good, but one may have been done or AWS left the account out, within [`VISIBLE_AFTER`] looks | wait to see it |
/// | refused for good | blocked: AWS's words |
/// | never sent, or throttled | due |
/// | no look since the answer | wait for a look |
/// | done, within [`VISIBLE_AFTER`] looks | wait to see it |
/// | done three times | blocked: AWS says so and does not show it |
/// | the answer was lost, fewer than 3 looks since | wait to see it |
/// | otherwise | due (again) |
///
/// What is due and cannot be sent:
///
/// | due | what stands in the way | step |
/// |---|---|---|
/// | accept | the role is not there yet | wait for it |
/// | accept | the role failed once | wait for its last try |
/// | accept | the role failed twice | blocked: the role |
/// | invite, where the role comes first | the role is being assumed, failed once, or twice | as for accept |
/// | invite | there is no graph, and none may be made, or making one was refused for good | blocked: why |
/// | invite, remove | changes were refused in the whole Region for good | blocked: why |
/// | invite, remove | they were refused, and no look since | wait for a look |
/// | invite | the graph has no room ([`super::quota`]) | blocked: the quota |
///
/// Invitations go out 50 at a time, 7 after a refusal and alone after the next. The role is wanted,
/// where nobody has asked for it, by a membership that is to be invited or that waits for its
/// verification, to be seen, or for the role.
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
    let needs_role = acceptance_ahead && tried.role == Role::Unasked && fleet.wants(account);
    (step, needs_role)
}

/// Why the Region cannot be read, so that nothing can be done in it.
pub(super) fn region_trouble(attempts: &Attempts) -> Option<Reason> {
    use RegionRequest::{Change, CreateGraph, FindGraph, Look};
    let refused = [FindGraph, Look]
        .into_iter()
        .find_map(|request| refused_for_all(attempts, request));
    if refused.is_some() {
        return refused;
    }
    // An endpoint that never said anything is not waited for until the deadline.
    let tried = [FindGraph, CreateGraph, Look, Change];
    let mut tried = tried.into_iter().filter_map(|r| attempts.region(r));
    tried.find_map(|attempt| match &attempt.last {
        Some(Answer::Silent(text)) if attempt.alike >= FINAL_AFTER && !attempts.was_heard() => {
            Some(Reason::Region(text.clone()))
        }
        _ => None,
    })
}

/// What AWS refused for good, of the things that are asked for the whole Region.
pub(super) fn refused_for_all(attempts: &Attempts, request: RegionRequest) -> Option<Reason> {
    let refusal = attempts.region(request)?.refused_for_good()?;
    Some(Reason::Region(refusal.text.clone()))
}

/// Why a graph that is missing is not made.
pub(super) fn no_new_graph(
    fleet: &Fleet,
    observation: &Observation,
    attempts: &Attempts,
) -> Option<Reason> {
    let unwanted = fleet.settings.no_new_graph.get(observation.region());
    unwanted
        .map(|why| Reason::Region(why.clone()))
        .or_else(|| refused_for_all(attempts, RegionRequest::CreateGraph))
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
    if tried.is_under_way() {
        return Step::Wait(Wait::Answer);
    }
    let Some(look) = observation.look(account) else {
        return Step::Wait(Wait::Look);
    };
    let step = match look.member {
        None if !fleet.wants(account) => Step::Gone,
        None => absent(tried, look),
        Some(_) if !fleet.wants(account) => leaving(fleet, attempts, tried, look),
        Some(member) => match &member.status {
            MemberStatus::Enabled => Step::Right,
            MemberStatus::AcceptedButDisabled => disabled(tried, (look, member)),
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
    match step {
        Step::Invite { .. } | Step::Remove => in_the_way((fleet, observation), attempts, look)
            .or_else(|| role_to_come(fleet, tried, &step))
            .unwrap_or(step),
        step => step,
    }
}

/// An invitation that waits for the role. Where nobody has asked for it, as in a plan, it is one.
fn role_to_come(fleet: &Fleet, tried: &MemberAttempts, step: &Step) -> Option<Step> {
    let waits = fleet.settings.role_first && matches!(step, Step::Invite { .. });
    match with_the_role(&tried.role) {
        _ if !waits || tried.role == Role::Unasked => None,
        Step::Accept => None,
        waiting => Some(waiting),
    }
}

/// What the Region has against a change to its member list, whoever it is about.
fn in_the_way(
    (fleet, observation): (&Fleet, &Observation),
    attempts: &Attempts,
    look: Look<'_>,
) -> Option<Step> {
    if *observation.graph() == Graph::Absent
        && let Some(reason) = no_new_graph(fleet, observation, attempts)
    {
        return Some(Step::Blocked(reason));
    }
    if let Some(reason) = refused_for_all(attempts, RegionRequest::Change) {
        return Some(Step::Blocked(reason));
    }
    let change = attempts.region(RegionRequest::Change)?;
    let stale = matches!(change.last, Some(Answer::Refused(_))) && look.round <= change.after;
    stale.then_some(Step::Wait(Wait::Look))
}

/// A member that is to leave.
fn leaving(fleet: &Fleet, attempts: &Attempts, tried: &MemberAttempts, look: Look<'_>) -> Step {
    let with_its_graph = fleet.settings.purpose == Purpose::DeleteGraphs;
    if with_its_graph && !attempts.has_members_first() {
        return match refused_for_all(attempts, RegionRequest::DeleteGraph) {
            Some(reason) => Step::Blocked(reason),
            None => Step::Wait(Wait::Graph),
        };
    }
    if_due(&tried.remove, look, "DeleteMembers", Step::Remove)
}

/// AWS tries again by itself every hour. Asking for it once a run costs little and tells its reason
/// as of now.
fn disabled(tried: &MemberAttempts, (look, member): (Look<'_>, &Member)) -> Step {
    match &tried.start.last {
        None | Some(Answer::Throttled) => Step::Start,
        Some(_) if look.round <= tried.start.after => Step::Wait(Wait::Look),
        Some(answer) => {
            let refusal = match answer {
                Answer::Refused(refusal) => Some(refusal.text.clone()),
                _ => None,
            };
            Step::Blocked(Reason::Disabled(member.disabled_reason.clone(), refusal))
        }
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
    // Once invited by this run, it has had its second chance.
    let retried = fleet.settings.retry_failed && tried.invite.sent == 0;
    if !corrected && !retried {
        return Step::Blocked(Reason::WrongEmail(account, wanted.cloned()));
    }
    if_due(&tried.remove, look, "DeleteMembers", Step::Remove)
}

fn invited(tried: &MemberAttempts, look: Look<'_>) -> Step {
    // The role only matters where it is needed: what was accepted already may show any moment.
    match if_due(&tried.accept, look, "AcceptInvitation", Step::Accept) {
        Step::Accept => with_the_role(&tried.role),
        step => step,
    }
}

fn with_the_role(role: &Role) -> Step {
    match role {
        Role::Unasked | Role::Asked => Step::Wait(Wait::Role),
        Role::Failed { reason, times } if *times >= 2 => {
            Step::Blocked(Reason::Role(reason.clone()))
        }
        Role::Failed { .. } => Step::Wait(Wait::LastRoleTry),
        Role::Ready => Step::Accept,
    }
}

fn absent(tried: &MemberAttempts, look: Look<'_>) -> Step {
    let batch = match tried.invite.refusals.all {
        0 => BATCH,
        1 => 7,
        _ => 1,
    };
    if_due(&tried.invite, look, "CreateMembers", Step::Invite { batch })
}

/// The second table: `send`, or why not.
fn if_due(attempt: &Attempt, look: Look<'_>, operation: &'static str, send: Step) -> Step {
    let looks = look.round.since(attempt.after);
    if let Some(refusal) = attempt.refused_for_good() {
        // "Already a member" is a refusal too, and AWS's words are not for deciding: another run may
        // have done it just now.
        let may_be_done = attempt.may_be_done() || &*refusal.code == LEFT_OUT;
        return if may_be_done && looks < VISIBLE_AFTER {
            Step::Wait(Wait::Visible)
        } else {
            Step::Blocked(Reason::Refused(operation, refusal.text.clone()))
        };
    }
    match &attempt.last {
        None | Some(Answer::Throttled) => send,
        Some(_) if looks == 0 => Step::Wait(Wait::Look),
        Some(Answer::Done) if looks < VISIBLE_AFTER => Step::Wait(Wait::Visible),
        Some(Answer::Done) if attempt.done >= FINAL_AFTER => {
            Step::Blocked(Reason::NoEffect(operation))
        }
        Some(Answer::Unclear(_) | Answer::Silent(_)) if looks < UNCLEAR_AFTER => {
            Step::Wait(Wait::Visible)
        }
        Some(_) => send,
    }
}
