//! The table of `graph::step`: what happens to the behavior graph.

use pretty_assertions::assert_eq;

use super::world::{World, denied, failed, id, lost, member, refused, region, silent};
use crate::attempts::{Answer, MemberRequest, RegionRequest};
use crate::cause::{Cause, FailureKind};
use crate::member::MemberStatus;
use crate::patience::Asked;
use crate::plan::{BATCH, GraphStep, Step};

use RegionRequest::{Change, CreateGraph, FindGraph, Look};

fn graph(world: &World) -> GraphStep {
    world.plan().graph().clone()
}

fn blocked(code: &str) -> GraphStep {
    let error = failed(FailureKind::Refused, code, "AWS says no");
    GraphStep::Blocked(Cause::RegionFailed { error })
}

/// The graph is lost, and AWS says that there is none.
fn gone(mut world: World) -> World {
    world.observation.lost_graph();
    world.observation.saw_graph(None);
    world
}

#[test]
fn a_region_that_cannot_be_read_is_given_up() {
    for request in [FindGraph, Look] {
        for world in [World::unseen(1), World::bare(1), World::empty(1)] {
            let world = world.region_got_thrice(request, &refused("Denied"));
            assert_eq!(graph(&world), blocked("Denied"));
        }
    }
    let world = World::unseen(1).region_got_thrice(FindGraph, &silent());
    assert_eq!(graph(&world), GraphStep::Find);
    assert!(matches!(graph(&world.given_up()), GraphStep::Blocked(_)));
}

#[test]
fn a_region_where_only_changes_are_refused_goes_on() {
    let world = World::invited().region_got_thrice(Change, &refused("Quota"));
    assert_eq!(graph(&world), GraphStep::Keep);
}

#[test]
fn a_graph_that_is_there_is_kept() {
    assert_eq!(graph(&World::empty(1)), GraphStep::Keep);
    assert_eq!(
        graph(&World::empty(1).region_sent(CreateGraph)),
        GraphStep::Keep
    );
}

#[test]
fn a_graph_is_neither_looked_for_nor_made_twice_at_once() {
    for request in [FindGraph, CreateGraph] {
        for world in [World::unseen(1), World::bare(1)] {
            assert_eq!(graph(&world.region_sent(request)), GraphStep::Wait);
        }
    }
}

#[test]
fn a_graph_that_is_not_known_is_looked_for() {
    assert_eq!(graph(&World::unseen(1)), GraphStep::Find);
    let mut lost = World::empty(1);
    lost.observation.lost_graph();
    assert_eq!(graph(&lost), GraphStep::Find);
}

#[test]
fn a_graph_that_is_missing_is_made_for_those_that_are_to_be_invited() {
    assert_eq!(graph(&World::bare(1)), GraphStep::Create);
}

#[test]
fn a_graph_is_not_made_for_nobody() {
    assert_eq!(graph(&World::bare(0)), GraphStep::Keep);
    let mut world = World::bare(1);
    world.fleet.settings.expected.insert((id(1), region()));
    assert_eq!(graph(&world), GraphStep::Keep);
}

#[test]
fn a_graph_that_was_refused_or_lost_is_looked_for_before_it_is_made_again() {
    for answer in [refused("Conflict"), lost(), silent()] {
        let mut world = World::bare(1).region_got(CreateGraph, answer);
        assert_eq!(graph(&world), GraphStep::Find);
        world.observation.saw_graph(None);
        assert_eq!(graph(&world), GraphStep::Create);
    }
}

#[test]
fn a_graph_that_was_asked_for_too_fast_is_asked_for_again() {
    let world = World::bare(1).region_got(CreateGraph, Answer::Throttled);
    assert_eq!(graph(&world), GraphStep::Create);
}

#[test]
fn a_graph_that_is_refused_for_good_is_given_up_unless_somebody_made_one() {
    let world = World::bare(1).region_got_thrice(CreateGraph, &refused("No"));
    assert_eq!(graph(&world), blocked("No"));
    let world = World::empty(1).region_got_thrice(CreateGraph, &refused("No"));
    assert_eq!(graph(&world), GraphStep::Keep);
}

#[test]
fn what_was_refused_so_far_about_a_graph_waits_for_its_turn() {
    for (world, request, again) in [
        (World::unseen(1), FindGraph, GraphStep::Find),
        (World::empty(1), Look, GraphStep::Keep),
        (World::bare(1), CreateGraph, GraphStep::Create),
    ] {
        let mut world = world.region_got(request, denied());
        if request == CreateGraph {
            // Somebody may have made one: that is why.
            assert_eq!(graph(&world), GraphStep::Find);
            world.observation.saw_graph(None);
        }
        let asked = Asked::Region(request);
        assert_eq!(graph(&world), GraphStep::Patience(request));
        assert_eq!(world.plan().refused_so_far(), [asked].into());
        assert_eq!(graph(&world.turn(asked)), again);
    }
}

#[test]
fn a_graph_is_not_made_where_none_may_be_and_one_that_is_there_is_used() {
    let unwanted = |mut world: World| {
        world.fleet.settings.no_new_graph = [(region(), "nobody asked".into())].into();
        world
    };
    let reason = || Cause::other("nobody asked");
    let bare = unwanted(World::bare(1));
    assert_eq!(graph(&bare), GraphStep::Blocked(reason()));
    assert_eq!(bare.step(), Step::blocked(reason()));
    let empty = unwanted(World::empty(1));
    assert_eq!(graph(&empty), GraphStep::Keep);
    assert_eq!(empty.step(), Step::Invite { batch: BATCH });
    // Somebody deletes it meanwhile.
    let gone = gone(empty);
    assert_eq!(gone.step(), Step::blocked(reason()));
}

#[test]
fn a_graph_that_vanished_under_an_invitation_is_looked_for_until_it_is_made_again() {
    let mut world = gone(World::empty(1).got(MemberRequest::Invite, Answer::Done));
    let mut looked = 0;
    while graph(&world) == GraphStep::Find {
        world.observation.saw_graph(None);
        looked += 1;
        assert!(looked < 100, "it never ends");
    }
    assert_eq!(graph(&world), GraphStep::Create);
}

#[test]
fn a_graph_that_vanished_with_its_members_is_made_again() {
    let world = World::empty(1).sees(1, member(MemberStatus::Enabled));
    assert_eq!(graph(&gone(world)), GraphStep::Create);
}
