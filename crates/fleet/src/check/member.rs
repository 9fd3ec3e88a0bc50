//! What an account says of itself.

use std::borrow::Cow;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::facts::{Answer, Facts, GuardDuty, Invitation, MemberFacts, Trusted};
use super::finding::{Findings, Place, Topic};
use crate::account::{AccountId, Region};

/// How long GuardDuty had to be on until early 2024 (administration guide of December 2021,
/// detective-prerequisites).
const GUARDDUTY_AGE: SignedDuration = SignedDuration::from_hours(48);

const WHY_GUARDDUTY: &str = "before 2024 Detective demanded 48 hours; today it is advice, since its findings are part of what Detective ingests";

const ENDED: &str = "not found out: the check ended before AWS had answered";
const RUN_AGAIN: &str = "run it again, with a longer --timeout if it had no time";

/// What a role may need to have added, in IAM's own words.
const LIST_REGIONS: &str = r#"{"Effect": "Allow", "Action": "account:ListRegions", "Resource": "arn:PARTITION:account::ACCOUNT:account"}"#;
const LIST_INVITATIONS: &str =
    r#"{"Effect": "Allow", "Action": "detective:ListInvitations", "Resource": "*"}"#;
const GUARDDUTY: &str = r#"{"Effect": "Allow", "Action": ["guardduty:ListDetectors", "guardduty:GetDetector"], "Resource": "*"}"#;

/// The roles of all members.
pub(super) fn roles(facts: &Facts, findings: &mut Findings) {
    let failed = |member: &&MemberFacts| matches!(member.role, Answer::Failed(_));
    let failed = facts.members.values().filter(failed).count();
    // Where nobody's role can be assumed it is hardly the members.
    let everywhere = failed > 1 && failed == facts.members.len();
    let todo = todo(&facts.trusted, everywhere);
    for (account, member) in &facts.members {
        let place = (Some(*account), None);
        match &member.role {
            Answer::Is(()) => findings.ok(Topic::Role, place, "the role can be assumed"),
            Answer::Open => findings.problem(Topic::Role, place, ENDED, RUN_AGAIN),
            Answer::Denied(text) | Answer::NotOn(text) | Answer::Failed(text) => {
                let policy = forbidding(text).map(exempt);
                findings.problem(Topic::Role, place, text, policy.as_deref().unwrap_or(&todo));
            }
        }
    }
}

fn todo(trusted: &Trusted, everywhere: bool) -> Cow<'static, str> {
    match trusted {
        Trusted::WithinReach(role) => format!(
            "say --admin-role {role}: it is the role that the member role trusts where nothing else was said, and the caller may assume it"
        )
        .into(),
        Trusted::OutOfReach(role) => format!(
            "the member role trusts {role} where nothing else was said, and this run does not work as that role, nor may the caller assume it: look at --admin-role, or deploy the role with --trusted-role or --also-trust (docs/roles.md); then at --role-name and --external-id"
        )
        .into(),
        Trusted::Unknown if everywhere => {
            "it is so in every account: look at --role-name and --external-id first, and whether the administrator may call sts:AssumeRole".into()
        }
        Trusted::Unknown => {
            "deploy the role there (deploy/member-role.yaml) with this administrator and external id; one of another name needs --role-name".into()
        }
    }
}

/// Everything else of one member, where its role can be assumed.
pub(super) fn judge(
    facts: &Facts,
    account: AccountId,
    member: &MemberFacts,
    findings: &mut Findings,
) {
    if member.role != Answer::Is(()) {
        return;
    }
    let on = regions(facts, account, member, findings);
    let mut all_allowed = matches!(member.regions, Answer::Is(_));
    let mut nobody_else = true;
    for region in on.iter().copied() {
        let place = (account, region);
        let invitations = member.invitations.get(region).unwrap_or(&Answer::Open);
        all_allowed &= self::invitations(facts, place, invitations, findings);
        nobody_else &=
            matches!(invitations, Answer::Is(all) if others(facts, all).next().is_none());
        if facts.guardduty {
            let answer = member.guardduty.get(region).unwrap_or(&Answer::Open);
            guardduty(facts.now, place, answer, findings);
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
        Answer::Denied(text) => {
            let what =
                format!("which Regions are on may not be asked: account:ListRegions: {text}");
            let todo = match forbidding(text) {
                Some(policy) => format!("nothing about the role: {}", exempt(policy)),
                None => add(&LIST_REGIONS.replace("PARTITION", facts.partition.name())),
            };
            findings.advice(Topic::Calls, place, &what, &todo);
        }
        Answer::NotOn(text) => {
            let what =
                format!("which Regions are on cannot be found out: account:ListRegions: {text}");
            findings.problem(Topic::Calls, place, &what, "run it again");
        }
        // No run needs it: where a Region is off, the questions to the Region itself say so.
        Answer::Failed(text) => {
            let what = format!(
                "which Regions are on cannot be found out, and all are taken as on: account:ListRegions: {text}"
            );
            findings.advice(Topic::Calls, place, &what, "run it again");
        }
    }
    member.wanted.iter().collect()
}

fn is_off(account: AccountId, region: &Region, findings: &mut Findings) {
    let what = format!("{region} is not switched on in {account}");
    let todo = format!(
        "switch it on there, or say that the pair is known to stay out: --expected {account}/{region}"
    );
    findings.problem(
        Topic::Regions,
        (Some(account), Some(region.clone())),
        &what,
        &todo,
    );
}

/// Says who else invites, and whether that could be asked.
fn invitations(
    facts: &Facts,
    (account, region): (AccountId, &Region),
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
        Answer::Denied(text) => match forbidding(text) {
            Some(policy) => {
                let what = format!(
                    "a {policy} forbids Detective in {region} to {account}, accepting most likely included: detective:ListInvitations: {text}"
                );
                let todo = format!(
                    "{}; or say that the pair is known to stay out: --expected {account}/{region}",
                    exempt(policy)
                );
                findings.problem(Topic::Calls, place, &what, &todo);
            }
            None => {
                let what =
                    format!("who else invites may not be asked: detective:ListInvitations: {text}");
                findings.advice(Topic::Calls, place, &what, &add(LIST_INVITATIONS));
            }
        },
        // AWS has one error for a Region that is off and for a token that does not count there.
        Answer::NotOn(text) => {
            let what = format!(
                "{region} does not know the role's credentials: it is not switched on in {account}, or was only just ({text})"
            );
            let todo = format!(
                "switch it on there, or say that the pair is known to stay out: --expected {account}/{region}"
            );
            findings.problem(Topic::Regions, place, &what, &todo);
        }
        Answer::Failed(text) => {
            let what = format!("detective:ListInvitations: {text}");
            findings.problem(Topic::Calls, place, &what, "run it again");
        }
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
    let what = format!(
        "{} invites, too: the status there is {}",
        other.administrator, other.status
    );
    let todo = "nothing, if that is meant: its invitation is left alone, and an account pays for each behavior graph that it is a member of";
    findings.advice(Topic::Invitations, place, &what, todo);
}

/// GuardDuty never blocks.
fn guardduty(
    now: Timestamp,
    (account, region): (AccountId, &Region),
    answer: &Answer<GuardDuty>,
    findings: &mut Findings,
) {
    let place = (Some(account), Some(region.clone()));
    let (what, todo): (Arc<str>, _) = match answer {
        Answer::Is(GuardDuty::On(since)) if now.duration_since(*since) >= GUARDDUTY_AGE => {
            findings.ok(
                Topic::GuardDuty,
                place,
                "GuardDuty has been on for 48 hours or more",
            );
            return;
        }
        Answer::Is(GuardDuty::On(since)) => {
            let hours = now.duration_since(*since).as_hours().max(0);
            let what = format!("GuardDuty has been on for {hours} hours only: {WHY_GUARDDUTY}");
            (what.into(), "nothing, or wait".to_owned())
        }
        Answer::Is(GuardDuty::Off) => {
            let what = format!("GuardDuty is not on: {WHY_GUARDDUTY}");
            (what.into(), "think about switching it on".to_owned())
        }
        Answer::Denied(text) => {
            let what = format!("whether GuardDuty is on may not be asked: {text}");
            let todo = format!(
                "{}, or deploy it with AllowGuardDutyReads=true",
                add(GUARDDUTY)
            );
            (what.into(), todo)
        }
        Answer::Open => (ENDED.into(), RUN_AGAIN.to_owned()),
        Answer::NotOn(text) | Answer::Failed(text) => {
            let what = format!("whether GuardDuty is on cannot be found out: {text}");
            (what.into(), "run it again".to_owned())
        }
    };
    findings.advice(Topic::GuardDuty, place, &what, &todo);
}

/// The kind of policy, other than the role's own, that AWS names as what forbids it. An Allow that is
/// added to the role changes nothing then.
fn forbidding(text: &str) -> Option<&'static str> {
    const KINDS: [&str; 5] = [
        "service control policy",
        "resource control policy",
        "permissions boundary",
        "session policy",
        "VPC endpoint policy",
    ];
    KINDS.into_iter().find(|kind| text.contains(kind))
}

fn exempt(policy: &str) -> String {
    format!("have whoever owns the {policy} exempt the role")
}

fn add(statement: &str) -> String {
    format!("add {statement} to the role's policy")
}
