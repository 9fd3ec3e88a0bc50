//! The words for what only `check` finds.

use super::super::{Cause, FailedCall, FailureKind, Place, Told};
use super::{add, answered, answered_that, capital, exempt, or_expect, switch_on};
use crate::event::Operation;
use crate::region_table::Partition;

pub(super) fn of_a_check(cause: &Cause, place: &Place) -> Told {
    let (who, region) = (place.who(), place.where_to());
    match cause {
        Cause::QuestionDenied { partition, error } => question_denied(*partition, error, place),
        Cause::DetectiveDenied { error } => {
            let policy = error.policy.as_deref().unwrap_or("policy");
            Told::what(format!(
                "a {policy} forbids Detective in {region} to {who}, accepting most likely included"
            ))
            .because(format!(
                "{}: {}",
                error.operation.as_str(),
                answered(error, place)
            ))
            .advise(format!("{}, {}", exempt(policy), or_expect(place)))
        }
        // AWS has one error for a Region that is off and for a token that does not count there.
        Cause::QuestionFailed { error }
            if error.kind == FailureKind::NotOn
                && error.operation == Operation::ListInvitations =>
        {
            let told = Told::what(format!(
                "{region} does not know the credentials of the role in {who}"
            ))
            .because(answered_that(
                error,
                place,
                &format!("the Region is not switched on in {who}, or was only just"),
            ))
            .advise(format!("Switch the Region on there, {}", or_expect(place)));
            switch_on(told, place)
        }
        Cause::QuestionFailed { error } => {
            let all_on = match (error.operation, error.kind) {
                (Operation::ListRegions, FailureKind::NotOn) => "",
                (Operation::ListRegions, _) => ", and all are taken as on",
                _ => "",
            };
            Told::what(format!(
                "{} cannot be found out{all_on}",
                question(error.operation)
            ))
            .because(format!(
                "{}: {}",
                error.operation.as_str(),
                answered(error, place)
            ))
            .advise("Run it again")
        }
        _ => Told::default(),
    }
}

/// The statement that the role's policy lacks, in IAM's own words.
fn question_denied(partition: Partition, error: &FailedCall, place: &Place) -> Told {
    let told = Told::what(format!("{} may not be asked", question(error.operation))).because(
        format!("{}: {}", error.operation.as_str(), answered(error, place)),
    );
    let todo = match (&error.policy, error.operation) {
        (Some(policy), Operation::ListRegions | Operation::ListInvitations) => {
            format!("nothing about the role: {}", exempt(policy))
        }
        (_, Operation::ListRegions) => {
            let account = place.account().map_or("*".to_owned(), |it| it.to_string());
            let resource = format!("arn:{}:account::{account}:account", partition.name());
            add(r#""account:ListRegions""#, &resource)
        }
        (_, Operation::ListInvitations) => add(r#""detective:ListInvitations""#, "*"),
        (_, _) => format!(
            "{}, or deploy it with AllowGuardDutyReads=true",
            add(
                r#"["guardduty:ListDetectors", "guardduty:GetDetector"]"#,
                "*"
            )
        ),
    };
    told.advise(capital(&todo))
}

/// What a check wants to know.
fn question(operation: Operation) -> &'static str {
    match operation {
        Operation::ListRegions => "which Regions are on",
        Operation::ListInvitations => "who else invites",
        _ => "whether GuardDuty is on",
    }
}
