//! A cause in a few words: for the subject of a mail, and for what is known already.

use super::{Cause, Place};

/// The words for it; `place` says of whom.
pub(super) fn brief(cause: &Cause, place: &Place) -> String {
    let (who, region) = (place.who(), place.where_to());
    match cause {
        Cause::WrongEmail { .. } => format!("{who} with another root e-mail"),
        Cause::AcceptedButDisabled { .. } => format!("{who} not enabled by AWS"),
        Cause::UnknownStatus { .. } => format!("{who} in an unknown status"),
        Cause::RemovalNotApproved => format!("removal of {who} not approved"),
        Cause::NotInPlan { operation } => format!("{} for {who} not in the plan", operation.name()),
        Cause::NotAMember => format!("{who} not a member"),
        Cause::RegionOff => format!("{region} off in {who}"),
        Cause::RoleNotAssumed { .. } | Cause::RoleNotInStack { .. } => {
            format!("{who} without the role")
        }
        Cause::DeployerNotAssumed { .. } => format!("{who} without the role that deploys"),
        Cause::RoleNotTried { .. } => format!("{who} whose role was not tried"),
        Cause::CallRefused { error } => format!("{} refused for {who}", error.operation.name()),
        Cause::NoEffect { operation } => format!("{} without effect for {who}", operation.name()),
        Cause::GraphFull { .. } => format!("behavior graph full in {region}"),
        Cause::GraphHasOthers { .. } => format!("behavior graph with other members in {region}"),
        Cause::GraphGone { .. } => format!("behavior graph deleted in {region}"),
        Cause::GraphMissing => format!("no behavior graph in {region}"),
        Cause::RegionNotCovered => format!("no upload has covered {region}"),
        Cause::GraphNotChanged { .. } => format!("behavior graph not changed in {region}"),
        Cause::GraphNotDeleted { .. } => format!("behavior graph not deleted in {region}"),
        Cause::RegionFailed { error } => format!("{} failed in {region}", error.operation.name()),
        Cause::RegionSilent { .. } => format!("no answer from {region}"),
        Cause::RegionUnread => format!("{region} not read"),
        Cause::AwaitingVerification { .. } => format!("{who} in verification"),
        Cause::NotShown { .. } | Cause::Unfinished { .. } => format!("{who} not finished"),
        Cause::Defect { .. } => format!("a defect in {region}"),
        Cause::KnownException { .. } => format!("{who} known to stay out"),
        Cause::QuestionDenied { .. }
        | Cause::DetectiveDenied { .. }
        | Cause::QuestionFailed { .. }
        | Cause::AlsoInvited { .. } => format!("{} for {who}", cause.code().replace('-', " ")),
        Cause::Other { .. } if place.is_a_region() => format!("trouble in {region}"),
        Cause::Other { .. } => format!("trouble with {who}"),
    }
}
