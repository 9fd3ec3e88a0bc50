//! The rules: one membership, one step.

use crate::account::AccountId;
use crate::attempts::{
    Answer, Attempt, Attempts, FINAL_AFTER, MemberAttempts, MemberRequest, RegionRequest, Role,
    Verdict,
};
use crate::cause::{Cause, ours};
use crate::desired::{Fleet, Purpose};
use crate::event::Operation;
use crate::member::{Member, MemberStatus};
use crate::observation::{Graph, Look, Observation};
use crate::patience::Asked;
use crate::plan::{BATCH, Step, Wait};

/// How many looks may pass before what AWS said it did has to show in its lists.
///
/// Looks begin 200 ms apart and slow down to a tenth of the time waited, so that 40 of them are
/// about 40 seconds. AWS publishes no figure; Terraform's provider waits minutes for a new member
/// to appear, and asking AWS twice for one thing would be the worse mistake.
pub const VISIBLE_AFTER: u32 = 40;

/// How many looks may pass before an account that AWS left out of a batch counts as not done. Nothing
/// suggests that it was, except that another run may have done it just now: these looks take less
/// than a second, where [`VISIBLE_AFTER`] would hold up every run for a suspended account.
pub const LEFT_OUT_AFTER: u32 = 4;

/// How many looks may pass before a request whose answer was lost counts as not having happened.
const UNCLEAR_AFTER: u32 = 3;

/// What is decided about one membership.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// What happens to it next.
    pub step: Step,
    /// The member's role is wanted, and nobody has asked for it.
    pub needs_role: bool,
}

/// Decides one membership, and whether its role has to be assumed now. The first row that fits:
///
/// | what AWS said | what is known besides | step |
/// |---|---|---|
/// | anything | the pair is `expected` to stay out | skipped |
/// | anything | the Region cannot be read: refused for good, or given up in silence ([`crate::silence`]) | blocked: why |
/// | anything | a request is under way | wait for its answer |
/// | nothing yet | | wait for a look |
/// | absent | it is to leave | gone |
/// | any status | it is to leave, nobody approved that, and somebody has to | blocked: not approved |
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
/// | refused for good, but one may have been done, within [`VISIBLE_AFTER`] looks | wait to see it |
/// | refused for good, and AWS left the account out of a batch, within [`LEFT_OUT_AFTER`] looks | wait to see it |
/// | refused for good | blocked: AWS's words |
/// | refused so far ([`Attempt::verdict`]), no look since the answer | wait for a look |
/// | refused so far | wait for its turn |
/// | never sent, throttled, or not done for another reason | due |
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
/// | accept | the role was refused so far | wait for its turn |
/// | accept | the role was refused for good | blocked: the role |
/// | invite, where the role comes first | the role is being assumed, was refused so far, or for good | as for accept |
/// | invite | there is no graph, and none may be made, or making one was refused for good | blocked: why |
/// | invite, remove | changes were refused in the whole Region for good | blocked: why |
/// | invite, remove | they were refused, and no look since | wait for a look |
/// | invite, remove | they were refused so far | wait for their turn |
/// | invite | the graph has no room ([`super::quota`]) | blocked: the quota |
///
/// Where a saved plan is executed, a step that it does not hold is blocked, too ([`crate::bounds`]).
///
/// Invitations go out 50 at a time, 7 after a refusal of the whole batch and alone after the next. Who is
/// left out of a batch does not hold up the others, and stays in it. The role is wanted,
/// where nobody has asked for it, by a membership that is to be invited or that waits for its
/// verification, to be seen, or for the role.
#[must_use]
pub fn decide(
    fleet: &Fleet,
    observation: &Observation,
    attempts: &Attempts,
    account: AccountId,
) -> Decision {
    let untried = MemberAttempts::default();
    let tried = attempts.member(account).unwrap_or(&untried);
    let step = step(fleet, observation, attempts, account, tried);
    let step = within_bounds(fleet, observation, account, step);
    let acceptance_ahead = matches!(
        step,
        Step::Invite { .. } | Step::Wait(Wait::Verification | Wait::Visible | Wait::Role)
    );
    let needs_role = acceptance_ahead && tried.role == Role::Unasked && fleet.wants(account);
    Decision { step, needs_role }
}

/// Where a saved plan is executed, what it does not hold is not done, whatever the table says.
///
/// What is waited for so that an invitation can be accepted counts as that acceptance, and the end of a
/// graph as the removal of everybody in it.
fn within_bounds(fleet: &Fleet, observation: &Observation, account: AccountId, step: Step) -> Step {
    let Some(bounds) = &fleet.settings.bounds else {
        return step;
    };
    let needed: &[Operation] = match &step {
        Step::Invite { .. } if *observation.graph() == Graph::Absent => {
            &[Operation::CreateGraph, Operation::CreateMembers]
        }
        Step::Invite { .. } => &[Operation::CreateMembers],
        Step::Accept => &[Operation::AcceptInvitation],
        Step::Start => &[Operation::StartMonitoringMember],
        Step::Remove | Step::Wait(Wait::Graph) => &[Operation::DeleteMembers],
        Step::Wait(
            Wait::Verification | Wait::Visible | Wait::Role | Wait::Patience(Asked::Role),
        ) if fleet.wants(account) => &[Operation::AcceptInvitation],
        Step::Wait(_) | Step::Right | Step::Gone | Step::Blocked(_) | Step::Skipped => &[],
    };
    let here = bounds.at(observation.region());
    let graph = observation.graph_arn();
    let missing = needed
        .iter()
        .find(|operation| !here.holds(graph, **operation, account));
    match missing {
        Some(operation) => Step::blocked(Cause::NotInPlan {
            operation: *operation,
        }),
        None => step,
    }
}

/// Why the Region cannot be read, so that nothing can be done in it.
pub(super) fn region_trouble(attempts: &Attempts) -> Option<Cause> {
    use RegionRequest::{FindGraph, Look};
    let refused = [FindGraph, Look]
        .into_iter()
        .find_map(|request| refused_for_all(attempts, request));
    refused.or_else(|| attempts.given_up().cloned())
}

/// What AWS refused for good, of the things that are asked for the whole Region.
pub(super) fn refused_for_all(attempts: &Attempts, request: RegionRequest) -> Option<Cause> {
    match attempts.region_verdict(request) {
        Verdict::Final(refusal) => Some(Cause::RegionFailed {
            error: refusal.call.clone(),
        }),
        Verdict::Open | Verdict::Held(_) => None,
    }
}

/// Whether that was refused so far, and is asked again in a later turn.
pub(super) fn is_held(attempts: &Attempts, request: RegionRequest) -> bool {
    matches!(attempts.region_verdict(request), Verdict::Held(_))
}

/// Why a graph that is missing is not made.
pub(super) fn no_new_graph(
    fleet: &Fleet,
    observation: &Observation,
    attempts: &Attempts,
) -> Option<Cause> {
    let unwanted = fleet.settings.no_new_graph.get(observation.region());
    unwanted
        .cloned()
        .or_else(|| refused_for_all(attempts, RegionRequest::CreateGraph))
}

fn step(
    fleet: &Fleet,
    observation: &Observation,
    attempts: &Attempts,
    account: AccountId,
    tried: &MemberAttempts,
) -> Step {
    if fleet.is_expected_out(account, observation.region()) {
        return Step::Skipped;
    }
    if let Some(reason) = region_trouble(attempts) {
        return Step::blocked(reason);
    }
    if tried.is_under_way() {
        return Step::Wait(Wait::Answer);
    }
    let Some(look) = observation.look(account) else {
        return Step::Wait(Wait::Look);
    };
    let due = Due {
        attempts,
        account,
        look,
    };
    let step = match look.member {
        None if !fleet.wants(account) => Step::Gone,
        None => due.invite(tried),
        Some(_) if !fleet.wants(account) && !fleet.may_end(account, observation.region()) => {
            Step::blocked(Cause::RemovalNotApproved)
        }
        Some(_) if !fleet.wants(account) => leaving(fleet, attempts, tried, due),
        Some(member) => match &member.status {
            MemberStatus::Enabled => Step::Right,
            MemberStatus::AcceptedButDisabled => disabled(tried, look, member),
            MemberStatus::Other(name) => Step::blocked(Cause::UnknownStatus {
                status: name.clone(),
            }),
            MemberStatus::VerificationInProgress => Step::Wait(Wait::Verification),
            MemberStatus::VerificationFailed => failed_verification(fleet, member, tried, due),
            MemberStatus::Invited if attempts.is_off(account) => Step::blocked(Cause::RegionOff),
            MemberStatus::Invited => invited(tried, due),
        },
    };
    match step {
        Step::Invite { .. } | Step::Remove => in_the_way(fleet, observation, attempts, look)
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
    fleet: &Fleet,
    observation: &Observation,
    attempts: &Attempts,
    look: Look<'_>,
) -> Option<Step> {
    if *observation.graph() == Graph::Absent
        && let Some(reason) = no_new_graph(fleet, observation, attempts)
    {
        return Some(Step::blocked(reason));
    }
    if let Some(reason) = refused_for_all(attempts, RegionRequest::Change) {
        return Some(Step::blocked(reason));
    }
    let change = attempts.region(RegionRequest::Change)?;
    let stale = matches!(change.last, Some(Answer::Refused(_))) && look.round <= change.after;
    let turn = Wait::Patience(Asked::Region(RegionRequest::Change));
    let wait = match attempts.region_verdict(RegionRequest::Change) {
        _ if stale => Wait::Look,
        Verdict::Held(_) => turn,
        _ => return None,
    };
    Some(Step::Wait(wait))
}

/// A member that is to leave.
fn leaving(fleet: &Fleet, attempts: &Attempts, tried: &MemberAttempts, due: Due<'_>) -> Step {
    let with_its_graph = fleet.settings.purpose == Purpose::DeleteGraphs;
    if with_its_graph && !attempts.has_members_first() {
        return match refused_for_all(attempts, RegionRequest::DeleteGraph) {
            Some(reason) => Step::blocked(reason),
            None => Step::Wait(Wait::Graph),
        };
    }
    due.remove(tried)
}

/// AWS tries again by itself every hour. Asking for it once a run costs little and tells its reason
/// as of now.
fn disabled(tried: &MemberAttempts, look: Look<'_>, member: &Member) -> Step {
    match &tried.start.last {
        None | Some(Answer::Throttled | Answer::NotDone) => Step::Start,
        Some(_) if look.round <= tried.start.after => Step::Wait(Wait::Look),
        Some(answer) => {
            let error = match answer {
                Answer::Refused(refusal) => Some(refusal.call.clone()),
                _ => None,
            };
            let reason = member.disabled_reason.as_deref();
            Step::blocked(Cause::disabled(reason, error))
        }
    }
}

fn failed_verification(
    fleet: &Fleet,
    member: &Member,
    tried: &MemberAttempts,
    due: Due<'_>,
) -> Step {
    let wanted = fleet.members.get(&due.account);
    let corrected = member.email.is_some() && member.email.as_ref() != wanted;
    // Once invited by this run, it has had its second chance.
    let retried = fleet.settings.retry_failed && tried.invite.sent == 0;
    if !corrected && !retried {
        return Step::blocked(Cause::wrong_email(wanted));
    }
    due.remove(tried)
}

fn invited(tried: &MemberAttempts, due: Due<'_>) -> Step {
    // The role only matters where it is needed: what was accepted already may show any moment.
    match due.accept(tried) {
        Step::Accept => with_the_role(&tried.role),
        step => step,
    }
}

fn with_the_role(role: &Role) -> Step {
    match role {
        Role::Unasked | Role::Asked => Step::Wait(Wait::Role),
        Role::Refused { .. } => Step::Wait(Wait::Patience(Asked::Role)),
        Role::Failed { cause } => Step::blocked(Cause::clone(cause)),
        Role::Ready => Step::Accept,
    }
}

/// One membership, as far as it decides whether a request about it is due.
#[derive(Clone, Copy)]
struct Due<'a> {
    attempts: &'a Attempts,
    account: AccountId,
    look: Look<'a>,
}

impl Due<'_> {
    fn invite(self, tried: &MemberAttempts) -> Step {
        let batch = match tried.invite.refusals.batches {
            0 => BATCH,
            1 => 7,
            _ => 1,
        };
        let send = Step::Invite { batch };
        self.if_due(MemberRequest::Invite, &tried.invite, send)
    }

    fn accept(self, tried: &MemberAttempts) -> Step {
        self.if_due(MemberRequest::Accept, &tried.accept, Step::Accept)
    }

    fn remove(self, tried: &MemberAttempts) -> Step {
        self.if_due(MemberRequest::Remove, &tried.remove, Step::Remove)
    }

    /// The second table: `send`, or why not.
    fn if_due(self, request: MemberRequest, attempt: &Attempt, send: Step) -> Step {
        let asked = Asked::Member(request);
        match attempt.verdict(self.attempts.turn(asked), Some(self.account)) {
            Verdict::Final(refusal) => {
                // "Already a member" is a refusal too, and AWS's words are not for deciding: another
                // run may have done it just now.
                let looks = match &*refusal.call.code {
                    _ if attempt.may_be_done() => VISIBLE_AFTER,
                    ours::LEFT_OUT => LEFT_OUT_AFTER,
                    _ => 0,
                };
                if self.looks_since(attempt) < looks {
                    return Step::Wait(Wait::Visible);
                }
                Step::blocked(Cause::CallRefused {
                    error: refusal.call.clone(),
                })
            }
            // AWS may have done it all the same.
            Verdict::Held(_) if self.looks_since(attempt) == 0 => Step::Wait(Wait::Look),
            Verdict::Held(_) => Step::Wait(Wait::Patience(asked)),
            Verdict::Open => self.by_the_last_answer(request, attempt, send),
        }
    }

    fn by_the_last_answer(self, request: MemberRequest, attempt: &Attempt, send: Step) -> Step {
        let looks = self.looks_since(attempt);
        match &attempt.last {
            None | Some(Answer::Throttled | Answer::NotDone) => send,
            Some(_) if looks == 0 => Step::Wait(Wait::Look),
            Some(Answer::Done) if looks < VISIBLE_AFTER => Step::Wait(Wait::Visible),
            Some(Answer::Done) if attempt.done >= FINAL_AFTER => {
                let operation = request.operation();
                Step::blocked(Cause::NoEffect { operation })
            }
            Some(Answer::Unclear(_) | Answer::Silent(_)) if looks < UNCLEAR_AFTER => {
                Step::Wait(Wait::Visible)
            }
            Some(_) => send,
        }
    }

    fn looks_since(self, attempt: &Attempt) -> u32 {
        self.look.round.since(attempt.after)
    }
}
