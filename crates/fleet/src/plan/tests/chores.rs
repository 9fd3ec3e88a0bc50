//! Tags and data source packages of the graph.

use std::collections::{BTreeMap, BTreeSet};

use pretty_assertions::assert_eq;

use super::world::{World, denied, failed, lost, refused};
use crate::attempts::{Answer, RegionRequest};
use crate::cause::{Cause, FailureKind};
use crate::desired::{Others, Purpose};
use crate::event::Operation;
use crate::patience::Asked;
use crate::plan::Chore;

use RegionRequest::{ReadTags, StartPackages, Tag};

fn tags(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    let pair = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
    pairs.iter().map(pair).collect()
}

fn names(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// Tags are wanted, and those are there.
fn tagged(there: &[(&str, &str)]) -> World {
    let mut world = World::empty(0);
    world.fleet.settings.tags = tags(&[("team", "security"), ("cost", "7")]);
    world.observation.saw_tags(Some(tags(there)));
    world
}

fn packaged(started: &[&str]) -> World {
    let mut world = World::empty(0);
    world.fleet.settings.packages = names(&["EKS_AUDIT"]);
    world.observation.saw_packages(Some(names(started)));
    world
}

fn chores(world: &World) -> Vec<Chore> {
    world.plan().chores().to_vec()
}

#[test]
fn nobody_asks_for_what_is_not_wanted() {
    assert_eq!(chores(&World::empty(1)), []);
    for purpose in [Purpose::Disable, Purpose::DeleteGraphs] {
        let mut world = tagged(&[]);
        world.fleet.settings.purpose = purpose;
        assert_eq!(chores(&world), []);
    }
    let mut bare = World::bare(0);
    bare.fleet.settings.tags = tags(&[("team", "security")]);
    assert_eq!(chores(&bare), []);
}

#[test]
fn tags_are_read_added_changed_and_with_prune_removed() {
    let mut unknown = tagged(&[]);
    unknown.observation.saw_tags(None);
    assert_eq!(chores(&unknown), [Chore::ReadTags]);
    assert!(!unknown.plan().changes_anything());
    let some = tagged(&[("team", "other"), ("cost", "7"), ("x", "y"), ("aws:z", "")]);
    assert_eq!(chores(&some), [Chore::Tag(tags(&[("team", "security")]))]);
    assert!(some.plan().changes_anything());
    let mut more = tagged(&[
        ("team", "security"),
        ("cost", "7"),
        ("x", "y"),
        ("aws:z", ""),
    ]);
    assert_eq!(chores(&more), []);
    more.fleet.settings.others = Others::Remove;
    assert_eq!(chores(&more), [Chore::Untag(names(&["x"]))]);
}

#[test]
fn a_plan_shows_tags_that_are_set_and_tags_that_are_removed_at_once() {
    let mut both = tagged(&[("team", "other"), ("cost", "7"), ("x", "y")]);
    both.fleet.settings.others = Others::Remove;
    let set = Chore::Tag(tags(&[("team", "security")]));
    assert_eq!(chores(&both), [set, Chore::Untag(names(&["x"]))]);
}

#[test]
fn a_package_is_started_without_stopping_another() {
    let world = packaged(&["DETECTIVE_CORE", "ASFF_SECURITYHUB_FINDING"]);
    let start = Chore::StartPackages {
        named: names(&["EKS_AUDIT", "ASFF_SECURITYHUB_FINDING"]),
        new: names(&["EKS_AUDIT"]),
    };
    assert_eq!(chores(&world), [start]);
    assert_eq!(chores(&packaged(&["DETECTIVE_CORE", "EKS_AUDIT"])), []);
    let mut unknown = packaged(&[]);
    unknown.observation.saw_packages(None);
    assert_eq!(chores(&unknown), [Chore::ReadPackages]);
}

#[test]
fn what_would_be_done_and_what_was_are_told_in_words() {
    let start = Chore::StartPackages {
        named: names(&["A", "B"]),
        new: names(&["B"]),
    };
    let set = Chore::Tag(tags(&[("cost", "7"), ("team", "a")]));
    for (chore, to_do, done) in [
        (start, "start the packages B", "packages started: B"),
        (set, "set the tags cost, team", "tags set: cost, team"),
        (
            Chore::Untag(names(&["x"])),
            "remove the tags x",
            "tags removed: x",
        ),
    ] {
        assert_eq!(chore.to_string(), to_do);
        assert_eq!(chore.done(), done);
    }
}

#[test]
fn what_is_refused_for_good_or_has_no_effect_is_amiss() {
    let denied = tagged(&[]).region_got_thrice(Tag, &refused("Denied"));
    assert_eq!(chores(&denied), []);
    let error = failed(FailureKind::Refused, "Denied", "AWS says no");
    let why = Cause::RegionFailed { error };
    assert_eq!(denied.plan().amiss(), std::slice::from_ref(&why));
    let mut unread = tagged(&[]).region_got_thrice(ReadTags, &refused("Denied"));
    unread.observation.saw_tags(None);
    assert_eq!(unread.plan().amiss(), [why]);
    let idle = packaged(&[]).region_got_thrice(StartPackages, &Answer::Done);
    let operation = Operation::UpdateDatasourcePackages;
    let none = Cause::NoEffect { operation };
    assert_eq!(idle.plan().amiss(), [none]);
}

#[test]
fn what_was_refused_so_far_waits_for_its_turn_and_is_not_amiss() {
    let asked = Asked::Region(Tag);
    let held = tagged(&[]).region_got(Tag, denied());
    let plan = held.plan();
    assert_eq!((plan.chores(), plan.amiss()), (&[][..], &[][..]));
    assert_eq!(plan.refused_so_far(), [asked].into());
    assert_eq!(chores(&held.turn(asked)), chores(&tagged(&[])));
}

#[test]
fn one_request_at_a_time_and_again_after_a_lost_answer() {
    assert_eq!(chores(&tagged(&[]).region_sent(Tag)), []);
    for answer in [lost(), Answer::Throttled] {
        assert_eq!(chores(&tagged(&[]).region_got(Tag, answer)).len(), 1);
    }
}
