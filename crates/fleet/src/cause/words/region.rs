//! The words for what is the matter with a whole Region, or with its behavior graph.

use super::super::{Cause, FailedCall, FailureKind, Place, Told};
use super::{answered, answered_that, by_the_code, exempt};
use crate::plan::MOST_MEMBERS;

pub(super) fn region_failed(error: &FailedCall, place: &Place) -> Told {
    let region = place.where_to();
    let operation = error.operation.as_str();
    let told = Told::what(format!("{operation} failed in {region}"));
    let names = place.region_names();
    let leave_out = format!("or use --exclude-region {names} to leave it out");
    match error.kind {
        FailureKind::NotOn => match error.advice() {
            Some(_) => told
                .because(answered(error, place))
                .advise(format!("{}, {leave_out}", by_the_code(error))),
            None => told
                .because(answered_that(
                    error,
                    place,
                    &format!(
                        "{} not switched on in the administrator account, or the token is of the global STS endpoint",
                        place.where_it_is()
                    ),
                ))
                .advise(format!("Switch the Region on, {leave_out}")),
        },
        FailureKind::Denied => {
            let (why, todo) = match &error.policy {
                Some(policy) => (
                    answered_that(error, place, &format!("a {policy} denies it")),
                    exempt(policy),
                ),
                None => (
                    answered(error, place),
                    "Allow it to the administrator's role (a service control policy can deny a whole Region)".to_owned(),
                ),
            };
            told.because(why).advise(format!("{todo}, {leave_out}"))
        }
        FailureKind::Silent => told
            .because(answered_that(
                error,
                place,
                &format!("Detective may not be offered in {region}, or cannot be reached from here"),
            ))
            .advise(format!("Run again, {leave_out}")),
        FailureKind::Barred => told
            .because(answered(error, place))
            .advise(format!("Have the way to AWS opened, and run again, {leave_out}")),
        _ => told.because(answered(error, place)).advise(by_the_code(error)),
    }
}

pub(super) fn region_silent(seconds: u64, place: &Place) -> Told {
    let (region, names) = (place.where_to(), place.region_names());
    let waited = match place.the_region() {
        Some(_) => format!("no answer in {seconds} s, when the other Regions were done"),
        None => "no answer by the time when the other Regions were done".to_owned(),
    };
    Told::what(format!("detective:ListGraphs failed in {region}"))
        .because(format!(
            "{waited}: {region} is down, very slow, or cannot be reached from here"
        ))
        .advise(format!(
            "Use --exclude-region {names} to leave it out, or --regions {names} to run it alone"
        ))
}

pub(super) fn of_a_graph(cause: &Cause, place: &Place) -> Told {
    let region = place.where_to();
    let upload = "A drift run makes no behavior graph: upload the list to have it made";
    match cause {
        Cause::GraphFull { ahead } => {
            let ahead = match place.account() {
                Some(_) => format!(", and {ahead} are ahead of it"),
                None => String::new(),
            };
            Told::what(format!(
                "the behavior graph has no room for {}",
                place.who()
            ))
            .because(format!(
                "a behavior graph takes {MOST_MEMBERS} members and no more (a quota of AWS){ahead}"
            ))
            .advise("Remove members that are not needed, or give it another administrator")
        }
        Cause::GraphHasOthers { members } => {
            let members = match (place.the_region(), members) {
                (None, _) => "members".to_owned(),
                (Some(_), 1) => "a member".to_owned(),
                (Some(_), n) => format!("{n} members"),
            };
            Told::what(format!("the behavior graph in {region} is not deleted"))
                .because(format!("it has {members} that the file does not name"))
                .advise("Name them in the list, or remove them first")
        }
        Cause::GraphGone { graph } => {
            let graph = match (graph, place.the_region()) {
                (Some(arn), Some(_)) => format!("the behavior graph {arn} in {region} is gone"),
                _ => format!("the behavior graph in {region} is gone"),
            };
            Told::what(graph)
                .because("somebody deleted it, and its data with it")
                .advise(upload)
        }
        Cause::GraphMissing => Told::what(format!(
            "an upload covered {region}, and there is no behavior graph"
        ))
        .advise(upload),
        Cause::RegionNotCovered => {
            Told::what(format!("no upload has covered {region} yet")).advise(upload)
        }
        Cause::GraphNotChanged { change } => Told::what(format!(
            "the run ended before it could {change} of the behavior graph"
        ))
        .advise("Run again"),
        _ => Told::default(),
    }
}
