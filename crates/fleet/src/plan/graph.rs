//! What happens to the behavior graph, given what happens to the memberships.

use super::decide::{refused_for_all, region_trouble};
use super::{GraphStep, Kind, Plan, Wait};
use crate::attempts::{Answer, Attempts, RegionRequest};
use crate::observation::{Graph, Observation};

/// Decides what happens to the graph. The first row that fits:
///
/// | the graph | what is known besides | step |
/// |---|---|---|
/// | anything | the Region cannot be read | blocked: why |
/// | there is one | | keep |
/// | none, or not known | it is being asked for, or made | wait |
/// | not known | | find |
/// | none | making one was refused for good | blocked: why |
/// | none | somebody is to be invited, and no look since CreateGraph ended unless throttled | find |
/// | none | somebody is to be invited | create |
/// | none | somebody waits for a look, or to be seen | find |
/// | none | | keep |
pub(super) fn step(plan: &Plan, observation: &Observation, attempts: &Attempts) -> GraphStep {
    use RegionRequest::{CreateGraph, FindGraph};
    if let Some(reason) = region_trouble(attempts) {
        return GraphStep::Blocked(reason);
    }
    let under_way = |request| attempts.region(request).is_some_and(|sent| sent.under_way);
    match observation.graph() {
        Graph::Present(_) => GraphStep::Keep,
        _ if under_way(FindGraph) || under_way(CreateGraph) => GraphStep::Wait,
        Graph::Unknown => GraphStep::Find,
        Graph::Absent => match refused_for_all(attempts, CreateGraph) {
            Some(reason) => GraphStep::Blocked(reason),
            None if plan.count(Kind::Invite) > 0 => create(observation, attempts),
            // Without a graph only ListGraphs can show what is waited for.
            None if waits_for_a_look(plan) => GraphStep::Find,
            None => GraphStep::Keep,
        },
    }
}

/// An earlier CreateGraph may have made one, or was refused because there is one: look first.
fn create(observation: &Observation, attempts: &Attempts) -> GraphStep {
    let Some(create) = attempts.region(RegionRequest::CreateGraph) else {
        return GraphStep::Create;
    };
    let looked = observation
        .listed()
        .is_some_and(|round| round > create.after);
    match create.last {
        None | Some(Answer::Throttled) => GraphStep::Create,
        Some(_) if looked => GraphStep::Create,
        Some(_) => GraphStep::Find,
    }
}

fn waits_for_a_look(plan: &Plan) -> bool {
    [Wait::Look, Wait::Visible]
        .into_iter()
        .any(|wait| plan.count(Kind::Wait(wait)) > 0)
}
