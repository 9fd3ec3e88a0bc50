//! What is done under a saved plan is a part of it, whatever the world does.

use std::collections::BTreeMap;
use std::sync::Arc;

use pretty_assertions::assert_eq;
use proptest::prelude::*;

use super::aws::Aws;
use super::chance::{happenings, worlds};
use super::fixed_point::{
    casts, comes_to_rest, goals, leaving, meddlings, natures, numbered, start,
};
use super::run::Run;
use super::world::{ARN, World, id, member, region};
use crate::account::{AccountId, GraphArn, Region};
use crate::attempts::{Answer, MemberRequest, RegionRequest, Role};
use crate::bounds::{Bounds, GraphChanges};
use crate::cause::Cause;
use crate::desired::{Others, Purpose};
use crate::event::{Change, Operation};
use crate::member::MemberStatus;
use crate::plan::{Chore, GraphStep, Kind, Plan, Step, Wait};
use crate::report::{Action, RegionPlan};
use crate::saved::graph_changes;

/// What a plan of this world shows, and what it changes about the graph itself.
fn shown(world: &World) -> (RegionPlan, BTreeMap<Region, GraphChanges>) {
    let plan = world.plan();
    let shown = RegionPlan::of(&world.fleet, &world.observation, &plan);
    let chores = [(region(), GraphChanges::of(plan.chores()))].into();
    let changes = graph_changes(&world.fleet, std::slice::from_ref(&shown), chores);
    (shown, changes)
}

/// The same world, where nothing may be done that the plan does not show.
fn bounded(
    mut world: World,
    shown: &RegionPlan,
    changes: &BTreeMap<Region, GraphChanges>,
) -> World {
    let bounds = Bounds::of(std::slice::from_ref(shown), changes);
    world.fleet.settings.bounds = Some(Arc::new(bounds));
    if world.fleet.settings.others == Others::Remove {
        let members = shown.members.iter();
        let gone = members.filter(|it| {
            it.action == Action::Remove && !world.fleet.members.contains_key(&it.account_id)
        });
        let gone = gone.map(|it| (it.account_id, region())).collect();
        world.fleet.settings.others = Others::Agreed(gone);
    }
    world
}

/// Told from what was shown alone: it shares nothing with `Bounds`.
fn unshown(plan: &Plan, world: &World, was: &RegionPlan) -> Vec<String> {
    use Action::{Accept, Invite, Remove, Repair, Start, Wait};
    let action = |account: AccountId| {
        let found = was.members.iter().find(|it| it.account_id == account);
        found.map_or(Action::Unchanged, |it| it.action)
    };
    let allowed = |kind| -> &[Action] {
        match kind {
            Kind::Invite => &[Invite, Repair],
            Kind::Accept => &[Invite, Accept, Repair, Wait],
            Kind::Remove => &[Remove, Repair],
            _ => &[Invite, Accept, Repair, Wait, Start],
        }
    };
    let kinds = [Kind::Invite, Kind::Accept, Kind::Remove, Kind::Start];
    let steps = kinds
        .into_iter()
        .flat_map(|kind| plan.of(kind).map(move |it| (kind, it)));
    let steps = steps.filter(|(kind, account)| !allowed(*kind).contains(&action(*account)));
    let mut found: Vec<_> = steps
        .map(|(kind, account)| format!("{account}: {kind:?}"))
        .collect();
    let graph_is_another = was.graph_arn.is_some()
        && world
            .observation
            .graph_arn()
            .is_some_and(|arn| Some(arn) != was.graph_arn.as_ref());
    if graph_is_another && plan.changes_anything() {
        found.push("something is done to another graph".to_owned());
    }
    match plan.graph() {
        GraphStep::Create if !was.create_graph => found.push("a graph is made".to_owned()),
        GraphStep::Delete if !was.delete_graph => found.push("a graph is deleted".to_owned()),
        GraphStep::Delete => {
            let members = world.observation.members().map(|(account, _)| account);
            found.extend(
                members
                    .filter(|it| action(*it) != Remove)
                    .map(|it| format!("{it} goes with the graph")),
            );
        }
        _ => {}
    }
    found
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn whatever_has_happened_nothing_is_planned_that_was_not_shown(
        world in worlds(0..6),
        before in prop::collection::vec(happenings(6), 0..20),
        after in prop::collection::vec(happenings(6), 0..20),
        other_graph in any::<bool>(),
    ) {
        let mut then = world.clone();
        for happening in before {
            happening.befall(&mut then);
        }
        let (was, changes) = shown(&then);
        let mut now = bounded(world, &was, &changes);
        for happening in after {
            happening.befall(&mut now);
            if other_graph && now.observation.graph_arn().is_some() {
                now.observation.saw_graph(Some(GraphArn::new("arn:aws:detective:us-east-1:555555555555:graph:2")));
            }
            prop_assert_eq!(unshown(&now.plan(), &now, &was), Vec::<String>::new());
        }
    }
}

/// One look at everything, as `plan` has it.
fn look(world: &mut World, aws: &Aws) {
    let arn = aws.find_graph();
    world.observation.saw_graph(arn.clone());
    if arn.is_some() {
        let round = world.observation.begin_look();
        for (account, member) in aws.list() {
            world.observation.saw_member(round, account, Some(member));
        }
        world.observation.saw_whole_list(round);
    }
}

/// The plan of a world as AWS has it, saved, and a run that it bounds.
fn saved(world: &World, aws: &Aws) -> World {
    let mut looked = world.clone();
    look(&mut looked, aws);
    let (was, changes) = shown(&looked);
    bounded(world.clone(), &was, &changes)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn a_saved_plan_that_is_executed_in_its_own_world_ends_as_enable_does(
        natures in prop::collection::vec(natures(), 0..6),
        has_graph in any::<bool>(),
        casts in prop::collection::vec(casts(), 0..30),
    ) {
        let natures = numbered(natures, has_graph);
        let aws = Aws::new(natures.clone(), has_graph);
        let world = saved(&start(&natures), &aws);
        let mut free = Run::new(start(&natures), aws.clone(), casts.clone(), Vec::new());
        let mut bound = Run::new(world, aws, casts, Vec::new());
        comes_to_rest(&mut free);
        comes_to_rest(&mut bound);
        for account in natures.keys() {
            prop_assert_eq!(bound.aws.status(*account), free.aws.status(*account));
        }
    }

    #[test]
    fn a_saved_plan_that_removes_ends_as_the_run_that_it_stands_for(
        natures in prop::collection::vec(natures(), 0..6),
        listed in 0..6_usize,
        settings in goals(),
        members_first in any::<bool>(),
        casts in prop::collection::vec(casts(), 0..30),
    ) {
        let natures = numbered(natures, true);
        let mut aws = Aws::new(natures.clone(), true);
        let world = leaving(&natures, listed, settings);
        aws.members_first = members_first;
        aws.leaving = natures.keys().copied().filter(|it| !world.fleet.wants(*it)).collect();
        let mut free = Run::new(world.clone(), aws.clone(), casts.clone(), Vec::new());
        let mut bound = Run::new(saved(&world, &aws), aws, casts, Vec::new());
        comes_to_rest(&mut free);
        comes_to_rest(&mut bound);
        for account in natures.keys() {
            prop_assert_eq!(bound.aws.status(*account), free.aws.status(*account));
        }
    }

    #[test]
    fn whatever_others_do_under_way_a_saved_plan_comes_to_rest(
        natures in prop::collection::vec(natures(), 0..6),
        has_graph in any::<bool>(),
        casts in prop::collection::vec(casts(), 0..50),
        meddlings in prop::collection::vec(meddlings(), 0..6),
    ) {
        let natures = numbered(natures, has_graph);
        let aws = Aws::new(natures.clone(), has_graph);
        let world = saved(&start(&natures), &aws);
        let mut run = Run::new(world, aws, casts, meddlings);
        // Each plan on the way is audited, and what it holds is part of what was saved.
        comes_to_rest(&mut run);
    }
}

/// What happens to account 1 where the plan was made of one world, and AWS is another by now.
fn step(was: &World, mut is: World) -> Step {
    let (shown, changes) = shown(was);
    is = bounded(is, &shown, &changes);
    is.step()
}

fn not_in_plan(operation: Operation) -> Step {
    Step::blocked(Cause::NotInPlan { operation })
}

#[test]
fn who_has_left_since_is_not_invited_and_whose_entry_failed_is_not_removed() {
    let enabled = World::with(MemberStatus::Enabled);
    let create = not_in_plan(Operation::CreateMembers);
    assert_eq!(step(&enabled, World::empty(1)), create);
    let remove = not_in_plan(Operation::DeleteMembers);
    let waiting = World::with(MemberStatus::VerificationInProgress);
    assert_eq!(step(&waiting, World::corrected()), remove);
    let accept = not_in_plan(Operation::AcceptInvitation);
    assert_eq!(step(&enabled, World::invited()), accept);
    assert_eq!(step(&enabled, waiting.clone()), accept);
    assert_eq!(step(&enabled, World::with(MemberStatus::Invited)), accept);
    let start = not_in_plan(Operation::StartMonitoringMember);
    let disabled = World::with(MemberStatus::AcceptedButDisabled);
    assert_eq!(step(&enabled, disabled.clone()), start);
    // Less than was planned is done.
    assert_eq!(step(&World::empty(1), World::invited()), Step::Accept);
    assert_eq!(step(&waiting, World::invited()), Step::Accept);
    assert_eq!(step(&waiting, disabled), Step::Start);
    assert_eq!(
        step(&World::corrected(), World::empty(1)),
        World::empty(1).step()
    );
    assert_eq!(step(&World::empty(1), enabled), Step::Right);
}

#[test]
fn no_role_is_assumed_for_who_may_not_be_accepted() {
    let (shown, changes) = shown(&World::with(MemberStatus::Enabled));
    let waiting = World::with(MemberStatus::VerificationInProgress);
    assert_eq!(waiting.plan().count(Kind::NeedsRole), 1);
    let waiting = bounded(waiting, &shown, &changes);
    assert_eq!(waiting.plan().count(Kind::NeedsRole), 0);
}

#[test]
fn a_graph_that_is_gone_is_not_made_again_and_another_one_is_left_alone() {
    let was = World::empty(1);
    assert_eq!(
        step(&was, World::bare(1)),
        not_in_plan(Operation::CreateGraph)
    );
    let (shown, changes) = shown(&was);
    let mut other = World::unseen(1);
    other
        .observation
        .saw_graph(Some(GraphArn::new(&format!("{ARN}2"))));
    let other = bounded(other.looks(1), &shown, &changes);
    assert_eq!(other.step(), not_in_plan(Operation::CreateMembers));
    // A graph that the plan makes may be there by now, whoever made it.
    assert!(matches!(
        step(&World::bare(1), World::empty(1)),
        Step::Invite { .. }
    ));
}

#[test]
fn a_graph_does_not_take_along_who_was_not_planned_to_go() {
    let mut was = World::empty(2).sees(1, member(MemberStatus::Enabled));
    was.fleet.settings.purpose = Purpose::DeleteGraphs;
    let (shown, changes) = shown(&was);
    assert!(shown.delete_graph);
    let same = bounded(was.clone(), &shown, &changes);
    assert_eq!(*same.plan().graph(), GraphStep::Delete);
    let joined = bounded(was.sees(2, member(MemberStatus::Enabled)), &shown, &changes);
    let others = Cause::GraphHasOthers { members: 1 };
    assert_eq!(*joined.plan().graph(), GraphStep::Blocked(others));
    let step = joined.plan().step(id(2)).cloned();
    assert_eq!(step, Some(not_in_plan(Operation::DeleteMembers)));
}

#[test]
fn a_graph_whose_end_was_not_planned_is_not_deleted() {
    let mut was = World::empty(1).sees(9, member(MemberStatus::Enabled));
    was.fleet.settings.purpose = Purpose::DeleteGraphs;
    let (shown, changes) = shown(&was);
    assert!(!shown.delete_graph, "somebody else is in it");
    let mut now = World::empty(1);
    now.fleet.settings.purpose = Purpose::DeleteGraphs;
    let now = bounded(now, &shown, &changes);
    let operation = Operation::DeleteGraph;
    let cause = Cause::NotInPlan { operation };
    assert_eq!(*now.plan().graph(), GraphStep::Blocked(cause));
}

#[test]
fn of_a_graph_nothing_changes_that_was_not_planned_or_has_another_value() {
    let tagged = |value: &str, there: &[(&str, &str)]| {
        let mut world = World::empty(0);
        world.fleet.settings.tags = [("team".to_owned(), value.to_owned())].into();
        let pair = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
        world
            .observation
            .saw_tags(Some(there.iter().map(pair).collect()));
        world
    };
    let (right, changes) = shown(&tagged("a", &[("team", "a")]));
    let lost = bounded(tagged("a", &[]), &right, &changes);
    let operation = Operation::TagResource;
    assert_eq!(lost.plan().chores(), []);
    assert_eq!(lost.plan().amiss(), [Cause::NotInPlan { operation }]);
    let (set, changes) = shown(&tagged("a", &[]));
    let same = bounded(tagged("a", &[]), &set, &changes);
    assert!(matches!(same.plan().chores(), [Chore::Tag(_)]));
    let other = bounded(tagged("b", &[]), &set, &changes);
    assert_eq!(other.plan().chores(), []);
}

#[test]
fn a_graph_that_is_made_becomes_as_the_settings_want_it() {
    let with = |mut world: World| {
        world.fleet.settings.tags = [("team".to_owned(), "a".to_owned())].into();
        world.fleet.settings.packages = ["EKS_AUDIT".to_owned()].into();
        world
    };
    let (shown, changes) = shown(&with(World::bare(1)));
    let mut made = with(World::empty(1));
    made.observation.saw_tags(Some(BTreeMap::new()));
    made.observation
        .saw_packages(Some(["DETECTIVE_CORE".to_owned()].into()));
    let made = bounded(made, &shown, &changes);
    assert_eq!(made.plan().chores().len(), 2);
}

#[test]
fn what_a_plan_waits_for_is_not_blocked_by_it() {
    // A look, an answer, or a turn is nothing that is done to anybody.
    let enabled = World::with(MemberStatus::Enabled);
    let asked = World::unseen(1)
        .region_sent(RegionRequest::FindGraph)
        .role(Role::Asked);
    assert!(matches!(step(&enabled, asked), Step::Wait(_)));
    // Nor is the look for a removal, which nobody accepts.
    let mut leaving = enabled;
    leaving.fleet.settings.purpose = Purpose::Disable;
    let removed = leaving.clone().got(MemberRequest::Remove, Answer::Done);
    let seen = step(&leaving, removed.looks(1));
    assert_eq!(seen, Step::Wait(Wait::Visible));
}

#[test]
fn each_change_is_held_where_it_was_shown_and_nowhere_else() {
    let was = World::empty(2).sees(2, member(MemberStatus::Enabled));
    let (shown, changes) = shown(&was);
    let bounds = Bounds::of(std::slice::from_ref(&shown), &changes);
    let (graph, other) = (GraphArn::new(ARN), GraphArn::new("arn:another"));
    let change = |operation, members: &[u16]| Change {
        operation,
        account: "555555555555".parse().unwrap(),
        members: members.iter().map(|n| id(*n)).collect(),
    };
    let invite = change(Operation::CreateMembers, &[1]);
    assert!(bounds.hold(&region(), Some(&graph), &invite));
    assert!(!bounds.hold(&region(), Some(&other), &invite));
    assert!(!bounds.hold(&Region::new("eu-west-1"), Some(&graph), &invite));
    let accept = |n| Change {
        account: id(n),
        ..change(Operation::AcceptInvitation, &[])
    };
    assert!(bounds.hold(&region(), Some(&graph), &accept(1)));
    for change in [
        accept(2),
        change(Operation::CreateMembers, &[1, 2]),
        change(Operation::DeleteMembers, &[1]),
        change(Operation::StartMonitoringMember, &[2]),
        change(Operation::CreateGraph, &[]),
        change(Operation::DeleteGraph, &[]),
        change(Operation::DeleteGraph, &[2]),
        change(Operation::TagResource, &[]),
        change(Operation::UntagResource, &[]),
        change(Operation::UpdateDatasourcePackages, &[]),
    ] {
        assert!(!bounds.hold(&region(), Some(&graph), &change), "{change:?}");
    }
}
