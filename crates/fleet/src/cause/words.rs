//! The words for each cause: what happened, why, and what to do.

mod check;
mod region;

use check::of_a_check;
use region::{of_a_graph, region_failed, region_silent};

use super::{Cause, FailedCall, FailureKind, MemberRole, Place, Told, ours};
use crate::event::Operation;

pub(super) fn told(cause: &Cause, place: &Place) -> Told {
    match cause {
        Cause::RoleNotAssumed { role, error } => role_not_assumed(role, error, place),
        Cause::RoleNotInStack { role, error } => role_not_in_stack(role, error, place),
        Cause::DeployerNotAssumed { role, error } => deployer_not_assumed(role, error, place),
        Cause::CallRefused { error } => call_refused(error, place),
        Cause::RegionFailed { error } => region_failed(error, place),
        Cause::RegionSilent { seconds } => region_silent(*seconds, place),
        Cause::WrongEmail { .. }
        | Cause::AcceptedButDisabled { .. }
        | Cause::NotAMember
        | Cause::UnknownStatus { .. }
        | Cause::RegionOff
        | Cause::RemovalNotApproved
        | Cause::NoEffect { .. }
        | Cause::KnownException { .. }
        | Cause::AlsoInvited { .. } => of_a_member(cause, place),
        Cause::GraphFull { .. }
        | Cause::GraphHasOthers { .. }
        | Cause::GraphGone { .. }
        | Cause::GraphMissing
        | Cause::RegionNotCovered
        | Cause::GraphNotChanged { .. } => of_a_graph(cause, place),
        Cause::RegionUnread
        | Cause::AwaitingVerification { .. }
        | Cause::NotShown { .. }
        | Cause::GraphNotDeleted { .. }
        | Cause::RoleNotTried { .. }
        | Cause::Unfinished { .. } => of_the_time(cause),
        Cause::QuestionDenied { .. }
        | Cause::DetectiveDenied { .. }
        | Cause::QuestionFailed { .. } => of_a_check(cause, place),
        Cause::NotInPlan { operation } => not_in_plan(*operation, place),
        Cause::Defect { error } => Told::what(format!(
            "a defect of detective-fleet ended the work in {}",
            place.where_to()
        ))
        .because(error)
        .advise("Please report it, and run again"),
        Cause::Other { words } => Told::what(words),
    }
}

fn not_in_plan(operation: Operation, place: &Place) -> Told {
    let (who, region) = (place.who(), place.where_to());
    let subject = match operation {
        Operation::CreateMembers
        | Operation::AcceptInvitation
        | Operation::DeleteMembers
        | Operation::StartMonitoringMember => who,
        _ => "the behavior graph".to_owned(),
    };
    Told::what(format!(
        "{} is not sent for {subject} in {region}: the saved plan does not hold it",
        operation.name()
    ))
    .because("Something has changed in AWS since the plan was made, and what was not reviewed is not done")
    .advise("Make a new plan, and have it reviewed")
    .with_list("plan", "--out plan.json")
}

fn of_a_member(cause: &Cause, place: &Place) -> Told {
    let who = place.who();
    match cause {
        Cause::WrongEmail { email } => {
            let what = match (place.account(), email) {
                (Some(account), Some(email)) => format!("the root e-mail of {account} is not {email}"),
                (Some(account), None) => format!("the root e-mail of {account} is not the one that it was invited with"),
                (_, _) => format!("the root e-mails of {who} are not those that they were invited with"),
            };
            Told::what(what)
                .because("AWS compares the root e-mail in the list with that of the account, and they differ")
                .advise(match place.account() {
                    Some(_) => "Correct its line in the list, and run again",
                    None => "Correct their lines in the list, and run again",
                })
        }
        Cause::AcceptedButDisabled { reason, error } => {
            let it = match place.account() {
                Some(_) => "it",
                None => "them",
            };
            let told = Told::what(format!("{who} accepted, but AWS did not enable {it}"));
            disabled(told, reason.as_deref(), error.as_ref())
        }
        Cause::NotAMember => not_a_member(place),
        Cause::UnknownStatus { status } => Told::what(format!(
            "AWS reports the status {status} for {who}, which this version does not know"
        ))
        .advise("Look at it in Detective's console"),
        Cause::RegionOff => {
            let regions = place.where_it_is();
            let told = Told::what(format!("{regions} not switched on in {who}"))
                .advise(format!("Switch the Region on there, {}", or_expect(place)));
            switch_on(told, place)
        }
        Cause::RemovalNotApproved => Told::what(format!("nobody approved the removal of {who}"))
            .because("it was no part of what somebody was asked to approve")
            .advise("Upload the list again, and have it approved"),
        Cause::NoEffect { operation } => Told::what(format!(
            "AWS answers {} with success, again and again, but its lists do not show it",
            operation.name()
        ))
        .advise("Run again later, or ask AWS Support"),
        Cause::KnownException { until, reason } => {
            let until = until.map(|day| format!(" until {day}")).unwrap_or_default();
            let reason = reason.as_ref().map(|reason| format!(": {reason}"));
            Told::what(format!(
                "expected to stay out{until}{}",
                reason.unwrap_or_default()
            ))
        }
        Cause::AlsoInvited {
            administrator,
            status,
        } => Told::what(format!(
            "{administrator} invites, too: the status there is {status}"
        ))
        .advise("Nothing, if that is meant: its invitation is left alone, and an account pays for each behavior graph that it is a member of"),
        _ => Told::default(),
    }
}

fn not_a_member(place: &Place) -> Told {
    let is = match place.account() {
        Some(_) => "is not a member",
        None => "are not members",
    };
    Told::what(format!("{} {is} in {}", place.who(), place.where_to()))
        .advise("Run `enable` with the list")
        .with_list("enable", "")
}

/// The words of Detective's service model and user guide for its two reasons.
fn disabled(told: Told, reason: Option<&str>, error: Option<&FailedCall>) -> Told {
    let (why, todo) = match reason {
        Some("VOLUME_TOO_HIGH") => (
            "VOLUME_TOO_HIGH: the account's data would overload the behavior graph",
            "Ask AWS Support to raise the limit of the behavior graph",
        ),
        Some("VOLUME_UNKNOWN") => (
            "VOLUME_UNKNOWN: AWS could not determine the account's data volume",
            "Run again in a day: AWS tries again by itself",
        ),
        Some(other) => (other, "Run again in a day: AWS tries again by itself"),
        None => (
            "AWS gives no reason",
            "Run again in a day: AWS tries again by itself",
        ),
    };
    let why = match error {
        Some(error) => format!("{why} (StartMonitoringMember: {error})"),
        None => why.to_owned(),
    };
    told.because(why).advise(todo)
}

/// AssumeRole has one AccessDenied for every reason.
fn role_not_assumed(role: &MemberRole, error: &FailedCall, place: &Place) -> Told {
    let name = &role.name;
    let who = place.who();
    let told = Told::what(format!("cannot assume the role {name} in {who}"));
    let tried = match place.account() {
        Some(account) => format!("tried: {}, ", role.arn(account)),
        None => "tried ".to_owned(),
    };
    let external_id = match role.external_id {
        true => "with the external id",
        false => "without an external id",
    };
    match error.kind {
        FailureKind::Denied => match &error.policy {
            Some(policy) => {
                let why = answered_that(error, place, &format!("a {policy} denies it"));
                told.because(why).advise(exempt(policy))
            }
            None => {
                let why = format!(
                    "AWS does not say which it is: the role is missing, its trust policy or its external id does not fit, or the account is suspended ({tried}{external_id})"
                );
                deploy(told.because(why), role, place)
            }
        },
        _ if error.code.as_ref() == ours::EXPIRED_AT_ONCE => told
            .because("STS handed credentials out whose time is over already")
            .advise("Set the clock of this machine right, and run again"),
        FailureKind::NotOn | FailureKind::Refused | FailureKind::Expired | FailureKind::Missing => {
            let told = told.because(answered(error, place));
            match error.advice() {
                Some(advice) => told.advise(capital(advice)),
                None => deploy(told, role, place),
            }
        }
        _ => told.because(answered(error, place)).advise("Run again"),
    }
}

/// However often the StackSet is deployed, a role that somebody deleted stays away.
fn role_not_in_stack(role: &MemberRole, error: &FailedCall, place: &Place) -> Told {
    let told = role_not_assumed(role, error, place);
    let told = told.advise(
        "The stack is CURRENT: if somebody deleted the role there, run `roles remove` with this account, and then `roles deploy`",
    );
    told.with_list("roles remove", only(place))
}

/// Whom that role trusts is none of our business.
fn deployer_not_assumed(role: &MemberRole, error: &FailedCall, place: &Place) -> Told {
    let (name, who) = (&role.name, place.who());
    let told = Told::what(format!(
        "cannot assume the role {name} in {who}, by which the stack is deployed"
    ));
    let tried = place
        .account()
        .map(|account| format!(" (tried: {})", role.arn(account)));
    let tried = tried.unwrap_or_default();
    match (error.kind, &error.policy) {
        (FailureKind::Denied, None) => told
            .because(format!(
                "AWS does not say which it is: the role is missing, its trust policy does not fit, or the account is suspended{tried}"
            ))
            .advise("Name a role with --via that is there and trusts the caller, or deploy the template there in another way (docs/roles.md)"),
        (FailureKind::Denied, Some(policy)) => told
            .because(answered_that(error, place, &format!("a {policy} denies it")))
            .advise(exempt(policy)),
        _ => told
            .because(format!("{}{tried}", answered(error, place)))
            .advise(by_the_code(error)),
    }
}

/// Which template makes the role, and the command that deploys it.
fn deploy(told: Told, role: &MemberRole, place: &Place) -> Told {
    if place.is_everybody() {
        return told.advise(
            "It is so in every account: look at --role-name and --external-id first, and whether the administrator may call sts:AssumeRole",
        );
    }
    let in_them = match place.account() {
        Some(_) => "there",
        None => "in each of them",
    };
    let told = match role.name.strip_prefix("detective-fleet/") {
        Some(_) => told.advise(format!(
            "Deploy the role {in_them} (deploy/member-role.yaml) with this administrator and external id; a role of another name needs --role-name"
        )),
        None => {
            return told.advise(format!(
                "Check that there is a role of this name and path {in_them}; the one that deploy/member-role.yaml makes is {}, and is assumed with --role-name {}",
                MemberRole::DEFAULT,
                MemberRole::DEFAULT
            ));
        }
    };
    told.with_list("roles deploy", only(place))
}

/// The flag for these accounts, where they are few.
fn only(place: &Place) -> String {
    let ids = place.account_ids();
    ids.map_or_else(String::new, |ids| format!("--account {ids}"))
}

fn call_refused(error: &FailedCall, place: &Place) -> Told {
    let (who, region) = (place.who(), place.where_to());
    let name = error.operation.name();
    let is_acceptance = error.operation == Operation::AcceptInvitation;
    let told = Told::what(format!("AWS refused {name} for {who} in {region}"));
    match (error.kind, &error.policy) {
        (FailureKind::NotOn, _) if is_acceptance && error.advice().is_none() => {
            let why = answered_that(
                error,
                place,
                &format!(
                    "{} not switched on in {who}, or the token is not valid there",
                    place.where_it_is()
                ),
            );
            let told = told
                .because(why)
                .advise(format!("Switch the Region on there, {}", or_expect(place)));
            switch_on(told, place)
        }
        (FailureKind::Denied, Some(policy)) => told
            .because(answered_that(error, place, &format!("a {policy} denies it")))
            .advise(format!("{}, {}", exempt(policy), or_expect(place))),
        (FailureKind::Denied, None) if is_acceptance => told
            .because(answered(error, place))
            .advise(format!(
                "Allow detective:AcceptInvitation to the role there (a service control policy can deny a whole Region), {}",
                or_expect(place)
            )),
        _ => told.because(answered(error, place)).advise(by_the_code(error)),
    }
}

fn of_the_time(cause: &Cause) -> Told {
    let (what, todo, last) = match cause {
        Cause::AwaitingVerification { last } => (
            "AWS is still comparing account id and root e-mail",
            "Run again later",
            last,
        ),
        Cause::NotShown { last } => ("AWS has not shown the result yet", "Run again later", last),
        Cause::GraphNotDeleted { last } => (
            "the behavior graph was not deleted before the run ended",
            "Run again",
            last,
        ),
        Cause::RoleNotTried { last } => (
            "the role was not assumed before the run ended",
            "Run again",
            last,
        ),
        Cause::Unfinished { last } => ("the run ended before this was finished", "Run again", last),
        _ => (
            "the run ended before this Region was read",
            "Run again",
            &None,
        ),
    };
    let told = Told::what(what).advise(todo);
    match last {
        Some(last) => told.because(format!(
            "the last answer: {}: {last}",
            last.operation.name()
        )),
        None => told,
    }
}

/// AWS's answer; of one of several accounts it is an example.
fn answered(error: &FailedCall, place: &Place) -> String {
    match place.account() {
        None if error.example.is_some() && place.is_several() => format!("for example {error}"),
        _ => error.to_string(),
    }
}

/// What an answer means, with the answer.
fn answered_that(error: &FailedCall, place: &Place, meaning: &str) -> String {
    format!("{meaning} ({})", answered(error, place))
}

/// What can be done about an answer that is only known by its code.
fn by_the_code(error: &FailedCall) -> String {
    match error.advice() {
        Some(advice) => capital(advice),
        None => {
            "Run again; where it stays so, look the error code up in AWS's documentation".to_owned()
        }
    }
}

fn exempt(policy: &str) -> String {
    format!("Have whoever owns the {policy} exempt the role")
}

fn add(actions: &str, resource: &str) -> String {
    format!(
        r#"add {{"Effect": "Allow", "Action": {actions}, "Resource": "{resource}"}} to the role's policy"#
    )
}

/// The other thing to do about a membership that cannot be.
fn or_expect(place: &Place) -> String {
    match place.as_expected() {
        Some(pairs) => format!("or say with --expected {pairs} that it is known to stay out"),
        None => "or name the Region in the column `expected` of the list".to_owned(),
    }
}

/// The command, with a profile to be put in: without one, the caller's own account would be meant.
fn switch_on(told: Told, place: &Place) -> Told {
    let Some(region) = place.the_region() else {
        return told;
    };
    let profile = match place.account() {
        Some(account) => format!("PROFILE-OF-{account}"),
        None => "PROFILE-OF-THE-ACCOUNT".to_owned(),
    };
    told.with(format!(
        "aws account enable-region --region-name {region} --profile {profile}"
    ))
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(chars).collect()
    })
}

/// Why a role could not be assumed that somebody wants to work with, such as the administrator's, in
/// `text`'s words where AWS says why. STS gives one AccessDenied for every reason, but for a wrong code of
/// an MFA device.
#[must_use]
pub fn not_assumed(arn: &str, kind: FailureKind, text: &str, with_mfa: bool) -> String {
    match kind {
        FailureKind::Denied if with_mfa => format!(
            "cannot assume {arn} with the code of the MFA device: {text}; a code is taken once only: wait for the next one, and run again"
        ),
        FailureKind::Denied => format!(
            "cannot assume {arn}: role missing, trust or external id wrong, or account suspended; AWS does not say which"
        ),
        // Nothing is known of the role then.
        FailureKind::Throttled
        | FailureKind::Unclear
        | FailureKind::Silent
        | FailureKind::Barred
        | FailureKind::Crowded
        | FailureKind::Stale => format!("AssumeRole of {arn} was not answered: {text}"),
        _ => format!("cannot assume {arn}: {text}"),
    }
}
