//! What an account says of itself.

use jiff::{SignedDuration, Timestamp};

use super::facts::{Answer, Facts, GuardDuty, Invitation, MemberFacts, RoleFacts, Trusted};
use super::finding::{Findings, Level, Place, Topic};
use crate::account::{AccountId, Region};
use crate::cause::{Cause, FailedCall, FailureKind};

/// How long GuardDuty had to be on until early 2024 (administration guide of December 2021,
/// detective-prerequisites).
const GUARDDUTY_AGE: SignedDuration = SignedDuration::from_hours(48);

const WHY_GUARDDUTY: &str = "before 2024 Detective demanded 48 hours; today it is advice, since its findings are part of what Detective ingests";

const ENDED: &str = "not found out: the check ended before AWS had answered";
const RUN_AGAIN: &str = "run it again, with a longer --timeout if it had no time";

/// The roles of all members.
pub(super) fn roles(facts: &Facts, findings: &mut Findings) {
    let todo = todo(&facts.trusted);
    for (account, member) in &facts.members {
        let place = (Some(*account), None);
        match &member.role {
            RoleFacts::Ready => findings.ok(Topic::Role, place, "the role can be assumed"),
            RoleFacts::Open => findings.problem(Topic::Role, place, ENDED, RUN_AGAIN),
            RoleFacts::Failed(cause) => {
                findings.cause_with(Topic::Role, place, cause.clone(), todo.as_deref());
            }
        }
    }
}

/// Where it is not the members that are amiss.
fn todo(trusted: &Trusted) -> Option<String> {
    match trusted {
        Trusted::WithinReach(role) => Some(format!(
            "say --admin-role {role}: it is the role that the member role trusts where nothing else was said, and the caller may assume it"
        )),
        Trusted::OutOfReach(role) => Some(format!(
            "the member role trusts {role} where nothing else was said, and this run does not work as that role, nor may the caller assume it: look at --admin-role, or deploy the role with --trusted-role or --also-trust (docs/roles.md); then at --role-name and --external-id"
        )),
        Trusted::Unknown => None,
    }
}

/// Everything else of one member, where its role can be assumed.
pub(super) fn judge(
    facts: &Facts,
    account: AccountId,
    member: &MemberFacts,
    findings: &mut Findings,
) {
    if member.role != RoleFacts::Ready {
        return;
    }
    let on = regions(facts, account, member, findings);
    let mut all_allowed = matches!(member.regions, Answer::Is(_));
    let mut nobody_else = true;
    for region in on.iter().copied() {
        let invitations = member.invitations.get(region).unwrap_or(&Answer::Open);
        all_allowed &= self::invitations(facts, account, region, invitations, findings);
        nobody_else &=
            matches!(invitations, Answer::Is(all) if others(facts, all).next().is_none());
        if facts.guardduty {
            let answer = member.guardduty.get(region).unwrap_or(&Answer::Open);
            guardduty(facts, account, region, answer, findings);
        }
    }
    if all_allowed && !on.is_empty() {
        let what = "account:ListRegions and detective:ListInvitations are answered";
        findings.ok(Topic::Calls, (Some(account), None), what);
    }
    if nobody_else && !on.is_empty() {
        findings.ok(
            Topic::Invitations,
            (Some(account), None),
            "nobody else invites",
        );
    }
}

/// Says where Regions are off, and gives those back that are on as far as is known.
fn regions<'a>(
    facts: &Facts,
    account: AccountId,
    member: &'a MemberFacts,
    findings: &mut Findings,
) -> Vec<&'a Region> {
    let place = (Some(account), None);
    match &member.regions {
        Answer::Is(on) => {
            let (on, off): (Vec<_>, Vec<_>) = member
                .wanted
                .iter()
                .partition(|region| on.contains(*region));
            for region in &off {
                is_off(account, region, findings);
            }
            if off.is_empty() {
                let what = "every Region of the run is on in the account";
                findings.ok(Topic::Regions, place, what);
            }
            return on;
        }
        Answer::Open => {
            findings.problem(Topic::Regions, place, ENDED, RUN_AGAIN);
            return Vec::new();
        }
        Answer::Failed(call) if call.kind == FailureKind::Denied => {
            let denied = denied(facts, call);
            findings.cause(Topic::Calls, Level::Advice, place, denied);
        }
        // No run needs it: where a Region is off, the questions to the Region itself say so.
        Answer::Failed(call) => {
            let level = match call.kind {
                FailureKind::NotOn => Level::Problem,
                _ => Level::Advice,
            };
            findings.cause(Topic::Calls, level, place, failed(call));
        }
    }
    member.wanted.iter().collect()
}

fn is_off(account: AccountId, region: &Region, findings: &mut Findings) {
    let place = (Some(account), Some(region.clone()));
    findings.cause(Topic::Regions, Level::Problem, place, Cause::RegionOff);
}

/// Says who else invites, and whether that could be asked.
fn invitations(
    facts: &Facts,
    account: AccountId,
    region: &Region,
    answer: &Answer<Vec<Invitation>>,
    findings: &mut Findings,
) -> bool {
    let place = (Some(account), Some(region.clone()));
    match answer {
        Answer::Is(all) => {
            for other in others(facts, all) {
                also_invited(other, place.clone(), findings);
            }
        }
        Answer::Open => findings.problem(Topic::Invitations, place, ENDED, RUN_AGAIN),
        Answer::Failed(call) => match (call.kind, &call.policy) {
            (FailureKind::Denied, Some(_)) => {
                let error = call.clone();
                let cause = Cause::DetectiveDenied { error };
                findings.cause(Topic::Calls, Level::Problem, place, cause);
            }
            (FailureKind::Denied, None) => {
                findings.cause(Topic::Calls, Level::Advice, place, denied(facts, call));
            }
            (FailureKind::NotOn, _) => {
                findings.cause(Topic::Regions, Level::Problem, place, failed(call));
            }
            _ => findings.cause(Topic::Calls, Level::Problem, place, failed(call)),
        },
    }
    matches!(answer, Answer::Is(_))
}

/// Invitations that are not ours.
fn others<'a>(
    facts: &'a Facts,
    all: &'a [Invitation],
) -> impl Iterator<Item = &'a Invitation> + 'a {
    all.iter()
        .filter(|it| it.administrator != facts.administrator)
}

fn also_invited(other: &Invitation, place: Place, findings: &mut Findings) {
    let cause = Cause::AlsoInvited {
        administrator: other.administrator,
        status: other.status.clone(),
    };
    findings.cause(Topic::Invitations, Level::Advice, place, cause);
}

fn denied(facts: &Facts, call: &FailedCall) -> Cause {
    Cause::QuestionDenied {
        partition: facts.partition,
        error: call.clone(),
    }
}

fn failed(call: &FailedCall) -> Cause {
    Cause::QuestionFailed {
        error: call.clone(),
    }
}

/// GuardDuty never blocks.
fn guardduty(
    facts: &Facts,
    account: AccountId,
    region: &Region,
    answer: &Answer<GuardDuty>,
    findings: &mut Findings,
) {
    let place = (Some(account), Some(region.clone()));
    match answer {
        Answer::Is(GuardDuty::On(since)) => since_when(facts, *since, place, findings),
        Answer::Is(GuardDuty::Off) => {
            let what = format!("GuardDuty is not on: {WHY_GUARDDUTY}");
            let todo = "think about switching it on";
            findings.advice(Topic::GuardDuty, place, &what, todo);
        }
        Answer::Failed(call) if call.kind == FailureKind::Denied => {
            let denied = denied(facts, call);
            findings.cause(Topic::GuardDuty, Level::Advice, place, denied);
        }
        Answer::Failed(call) => {
            findings.cause(Topic::GuardDuty, Level::Advice, place, failed(call));
        }
        Answer::Open => findings.advice(Topic::GuardDuty, place, ENDED, RUN_AGAIN),
    }
}

fn since_when(facts: &Facts, since: Timestamp, place: Place, findings: &mut Findings) {
    let age = facts.now.duration_since(since);
    if age >= GUARDDUTY_AGE {
        let what = "GuardDuty has been on for 48 hours or more";
        findings.ok(Topic::GuardDuty, place, what);
        return;
    }
    let hours = age.as_hours().max(0);
    let what = format!("GuardDuty has been on for {hours} hours only: {WHY_GUARDDUTY}");
    findings.advice(Topic::GuardDuty, place, &what, "nothing, or wait");
}
