//! What happens to the behavior graph, given what happens to the memberships.

use super::decide::{is_held, no_new_graph, refused_for_all, region_trouble};
use super::{GraphStep, Kind, Plan, VISIBLE_AFTER, Wait};
use crate::attempts::{Answer, Attempt, Attempts, FINAL_AFTER, RegionRequest};
use crate::cause::Cause;
use crate::desired::{Fleet, Purpose};
use crate::event::Operation;
use crate::observation::{Graph, Observation};

/// Decides what happens to the graph. The first row that fits:
///
/// | the graph | what is known besides | step |
/// |---|---|---|
/// | anything | the Region cannot be read | blocked: why |
/// | there is one | it is to end | see below |
/// | there is one | looking at its members was refused so far | wait for the turn of that |
/// | there is one | | keep |
/// | none, or not known | it is being asked for, or made | wait |
/// | not known | | find, or wait for the turn of that |
/// | none | none may be made, or making one was refused for good | blocked: why |
/// | none | somebody is to be invited, and no look since CreateGraph ended unless throttled | find |
/// | none | somebody is to be invited, and CreateGraph was refused so far | wait for its turn |
/// | none | somebody is to be invited | create |
/// | none | somebody waits for a look, or to be seen | find |
/// | none | | keep |
///
/// A graph that is to end. The first row that fits:
///
/// | what is known | step |
/// |---|---|
/// | its members are not listed yet | keep |
/// | it is being deleted, or asked for | wait |
/// | deleting it was refused for good | blocked: why |
/// | it has members that nobody agreed to remove, or that a saved plan does not remove | blocked: who else is in it |
/// | its members have to go first, and some are left | keep |
/// | a saved plan is executed that does not hold its end | blocked: not in the plan |
/// | deleting it was not tried, throttled, or not done for another reason | delete |
/// | no look since the answer; or done, within [`VISIBLE_AFTER`] looks | find |
/// | done three times | blocked: AWS says so and does not show it |
/// | deleting it was refused so far | wait for its turn |
/// | otherwise | delete (again) |
pub(super) fn step(
    plan: &Plan,
    fleet: &Fleet,
    observation: &Observation,
    attempts: &Attempts,
) -> GraphStep {
    use RegionRequest::{CreateGraph, FindGraph, Look};
    if let Some(reason) = region_trouble(attempts) {
        return GraphStep::Blocked(reason);
    }
    let under_way = |request| attempts.region(request).is_some_and(|sent| sent.under_way);
    match observation.graph() {
        Graph::Present(_) if is_held(attempts, Look) => GraphStep::Patience(Look),
        Graph::Present(_) if fleet.settings.purpose == Purpose::DeleteGraphs => {
            ending(fleet, observation, attempts)
        }
        Graph::Present(_) => GraphStep::Keep,
        _ if under_way(FindGraph) || under_way(CreateGraph) => GraphStep::Wait,
        Graph::Unknown => find(attempts),
        Graph::Absent => match no_new_graph(fleet, observation, attempts) {
            Some(reason) => GraphStep::Blocked(reason),
            None if plan.count(Kind::Invite) > 0 => create(observation, attempts),
            // Without a graph only ListGraphs can show what is waited for.
            None if waits_for_a_look(plan) => find(attempts),
            None => GraphStep::Keep,
        },
    }
}

fn find(attempts: &Attempts) -> GraphStep {
    if is_held(attempts, RegionRequest::FindGraph) {
        GraphStep::Patience(RegionRequest::FindGraph)
    } else {
        GraphStep::Find
    }
}

fn ending(fleet: &Fleet, observation: &Observation, attempts: &Attempts) -> GraphStep {
    use RegionRequest::{DeleteGraph, FindGraph};
    let under_way = |request| attempts.region(request).is_some_and(|sent| sent.under_way);
    if observation.listed().is_none() {
        return GraphStep::Keep;
    }
    if under_way(DeleteGraph) || under_way(FindGraph) {
        return GraphStep::Wait;
    }
    if let Some(reason) = refused_for_all(attempts, DeleteGraph) {
        return GraphStep::Blocked(reason);
    }
    let bounds = fleet.settings.bounds.as_ref();
    let holds = |operation, account| {
        let here = bounds.map(|bounds| bounds.at(observation.region()));
        here.is_none_or(|here| here.holds(observation.graph_arn(), operation, account))
    };
    let outsiders = observation.members().filter(|(account, member)| {
        let is_listed = fleet.members.contains_key(account)
            && !fleet.is_expected_out(*account, observation.region());
        !is_listed && !fleet.removes_other(*account, observation.region(), member)
            || !holds(Operation::DeleteMembers, *account)
    });
    match outsiders.count() {
        0 if !holds(Operation::DeleteGraph, fleet.administrator) => {
            GraphStep::Blocked(Cause::NotInPlan {
                operation: Operation::DeleteGraph,
            })
        }
        0 if attempts.has_members_first() && observation.members().next().is_some() => {
            GraphStep::Keep
        }
        0 => delete(observation, attempts),
        members => GraphStep::Blocked(Cause::GraphHasOthers { members }),
    }
}

fn delete(observation: &Observation, attempts: &Attempts) -> GraphStep {
    let Some(Attempt {
        last, after, done, ..
    }) = attempts.region(RegionRequest::DeleteGraph)
    else {
        return GraphStep::Delete;
    };

    let looks = observation.newest().since(*after);
    match last {
        None | Some(Answer::Throttled | Answer::NotDone) => GraphStep::Delete,
        Some(_) if looks == 0 => find(attempts),
        Some(Answer::Done) if looks < VISIBLE_AFTER => find(attempts),
        Some(Answer::Done) if *done >= FINAL_AFTER => GraphStep::Blocked(Cause::NoEffect {
            operation: Operation::DeleteGraph,
        }),
        Some(_) if is_held(attempts, RegionRequest::DeleteGraph) => {
            GraphStep::Patience(RegionRequest::DeleteGraph)
        }
        Some(_) => GraphStep::Delete,
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
        None | Some(Answer::Throttled | Answer::NotDone) => GraphStep::Create,
        Some(_) if looked && is_held(attempts, RegionRequest::CreateGraph) => {
            GraphStep::Patience(RegionRequest::CreateGraph)
        }
        Some(_) if looked => GraphStep::Create,
        Some(_) => find(attempts),
    }
}

fn waits_for_a_look(plan: &Plan) -> bool {
    [Wait::Look, Wait::Visible]
        .into_iter()
        .any(|wait| plan.count(Kind::Wait(wait)) > 0)
}
