//! What has moved since a plan was saved, and what has not.

use std::collections::BTreeMap;

use pretty_assertions::assert_eq;

use super::{id, member, names, region, saved};
use crate::account::{GraphArn, Region};
use crate::bounds::GraphChanges;
use crate::report::{Action, MemberPlan, RegionPlan};
use crate::saved::{Moved, Stale};

fn moved(was: RegionPlan, is: RegionPlan) -> Vec<Moved> {
    match saved(vec![was]).check_world(&[is], &BTreeMap::new()) {
        Err(Stale::Moved(moved)) => moved,
        Ok(()) => Vec::new(),
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn what_needs_more_or_other_than_was_planned_has_moved_and_what_needs_less_has_not() {
    use Action::{Accept, Blocked, Invite, Remove, Repair, Skipped, Start, Unchanged, Wait};
    let all = [
        Invite, Accept, Repair, Wait, Remove, Start, Unchanged, Blocked, Skipped,
    ];
    let fits = |was: Action| match was {
        Invite => vec![Invite, Accept, Wait, Start, Unchanged, Blocked, Skipped],
        Accept | Wait => vec![Accept, Wait, Start, Unchanged, Blocked, Skipped],
        Repair => all.to_vec(),
        Remove => vec![Remove, Unchanged, Blocked, Skipped],
        Start => vec![Start, Unchanged, Blocked, Skipped],
        Unchanged | Blocked | Skipped => vec![Unchanged, Blocked, Skipped],
    };
    for was in all {
        for is in all {
            let then = region(vec![member(1, None, was)]);
            let moved = moved(then, region(vec![member(1, None, is)]));
            assert_eq!(moved.is_empty(), fits(was).contains(&is), "{was:?}, {is:?}");
        }
    }
}

#[test]
fn what_moved_says_what_was_and_is_and_what_the_plan_would_have_done() {
    let was = region(vec![member(1, Some("ENABLED"), Action::Unchanged)]);
    let is = region(vec![member(1, None, Action::Invite)]);
    let found = moved(was, is);
    let [it] = &found[..] else {
        panic!("{found:?}")
    };
    assert_eq!(
        (it.account_id, it.region.as_str()),
        (Some(id(1)), "us-east-1")
    );
    assert_eq!((it.was.as_str(), it.is.as_str()), ("ENABLED", "no member"));
    assert_eq!(it.planned, "leave it as it is");
    assert_eq!(it.needed, "invite it, and accept for it");
    let text = Stale::Moved(found).to_string();
    assert!(
        text.contains("000000000001 in us-east-1 (was: ENABLED; is: no member)"),
        "{text}"
    );
}

#[test]
fn who_was_not_in_the_plan_at_all_has_moved_and_who_left_on_its_own_has_not() {
    let few = region(vec![member(1, None, Action::Invite)]);
    let more = region(vec![
        member(1, None, Action::Invite),
        member(9, Some("ENABLED"), Action::Remove),
    ]);
    assert_eq!(moved(few.clone(), more.clone()).len(), 1);
    assert_eq!(moved(more, few), []);
}

#[test]
fn another_email_has_moved_where_something_is_to_be_done() {
    let with = |email: Option<&str>, action| {
        let mut member = member(1, Some("INVITED"), action);
        member.other_email = email.map(Into::into);
        region(vec![member])
    };
    let (ours, other) = (
        with(None, Action::Accept),
        with(Some("x***@example.com"), Action::Accept),
    );
    let found = moved(ours.clone(), other.clone());
    assert_eq!(
        found[0].is,
        "INVITED with another e-mail (x***@example.com)"
    );
    assert_eq!(moved(other.clone(), other), []);
    assert_eq!(
        moved(ours, with(Some("x***@example.com"), Action::Unchanged)),
        []
    );
}

#[test]
fn a_graph_that_is_gone_or_another_has_moved_and_one_that_was_made_has_not() {
    let (planned, nothing) = (vec![member(1, None, Action::Invite)], Vec::new());
    let there = region(planned.clone());
    let gone = |create_graph, members: &Vec<MemberPlan>| RegionPlan {
        graph_arn: None,
        create_graph,
        ..region(members.clone())
    };
    let found = moved(there.clone(), gone(true, &planned));
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].account_id, None);
    assert_eq!(
        (found[0].is.as_str(), found[0].needed.as_str()),
        ("no behavior graph", "create it")
    );
    // Nothing is left to do where it took everybody along that was to go.
    assert_eq!(moved(there.clone(), gone(false, &nothing)), []);
    assert_eq!(moved(gone(true, &planned), there.clone()), []);
    let other = |members: &Vec<MemberPlan>| RegionPlan {
        graph_arn: Some(GraphArn::new(
            "arn:aws:detective:us-east-1:555555555555:graph:2",
        )),
        ..region(members.clone())
    };
    assert_eq!(moved(there.clone(), other(&planned)).len(), 1);
    assert_eq!(moved(there.clone(), other(&nothing)), []);
    let ends = RegionPlan {
        delete_graph: true,
        ..there.clone()
    };
    assert_eq!(moved(there.clone(), ends.clone()).len(), 1);
    assert_eq!(moved(ends, there), []);
}

#[test]
fn everything_in_a_region_that_the_plan_does_not_have_has_moved() {
    let found = |is| match saved(Vec::new()).check_world(&[is], &BTreeMap::new()) {
        Err(Stale::Moved(moved)) => moved,
        other => panic!("{other:?}"),
    };
    let ends = found(RegionPlan {
        delete_graph: true,
        changes: vec!["set the tags team".to_owned()],
        ..region(vec![member(1, Some("ENABLED"), Action::Remove)])
    });
    let [graph, one] = &ends[..] else {
        panic!("{ends:?}")
    };
    assert_eq!(graph.was, "no behavior graph");
    assert_eq!(graph.planned, "leave it as it is");
    assert_eq!(graph.needed, "delete it, set the tags team");
    assert_eq!(
        (one.was.as_str(), one.account_id),
        ("no member", Some(id(1)))
    );
    let begins = RegionPlan {
        graph_arn: None,
        create_graph: true,
        ..region(Vec::new())
    };
    assert_eq!(found(begins).len(), 1);
}

#[test]
fn of_another_graph_not_even_what_was_planned_is_done() {
    let other = GraphArn::new("arn:aws:detective:us-east-1:555555555555:graph:2");
    let ends = RegionPlan {
        delete_graph: true,
        ..region(Vec::new())
    };
    let other_ends = RegionPlan {
        graph_arn: Some(other.clone()),
        ..ends.clone()
    };
    assert_eq!(moved(ends, other_ends).len(), 1);
    let changes = GraphChanges {
        remove_tags: names(&["x"]),
        ..GraphChanges::default()
    };
    let changes: BTreeMap<_, _> = [(Region::new("us-east-1"), changes)].into();
    let mut saved = saved(vec![region(Vec::new())]);
    saved.graph_changes = changes.clone();
    let is = RegionPlan {
        graph_arn: Some(other),
        ..region(Vec::new())
    };
    assert!(saved.check_world(&[is], &changes).is_err());
    assert!(saved.check_world(&[region(Vec::new())], &changes).is_ok());
}

#[test]
fn a_failed_entry_is_replaced_for_its_e_mail_unless_all_are_tried_again() {
    for (retries, is) in [
        (false, "VERIFICATION_FAILED with another e-mail"),
        (true, "VERIFICATION_FAILED"),
    ] {
        let failed = |action| region(vec![member(1, Some("VERIFICATION_FAILED"), action)]);
        let mut saved = saved(vec![failed(Action::Blocked)]);
        saved.settings.retry_failed = retries;
        let moved = saved.check_world(&[failed(Action::Repair)], &BTreeMap::new());
        let Err(Stale::Moved(moved)) = moved else {
            panic!("{moved:?}")
        };
        assert_eq!(
            (moved[0].was.as_str(), moved[0].is.as_str()),
            ("VERIFICATION_FAILED", is)
        );
    }
}

#[test]
fn other_changes_of_a_graph_have_moved() {
    let tag = |value: &str| GraphChanges {
        set_tags: [("team".to_owned(), value.to_owned())].into(),
        ..GraphChanges::default()
    };
    let here = Region::new("us-east-1");
    let mut saved = saved(vec![region(Vec::new())]);
    saved.graph_changes.insert(here.clone(), tag("a"));
    let check = |changes: GraphChanges| {
        let changes = [(here.clone(), changes)].into();
        saved.check_world(&[region(Vec::new())], &changes)
    };
    assert_eq!(check(tag("a")), Ok(()));
    assert_eq!(check(GraphChanges::default()), Ok(()));
    for more in [
        tag("b"),
        GraphChanges {
            remove_tags: names(&["x"]),
            ..tag("a")
        },
        GraphChanges {
            start_packages: names(&["EKS_AUDIT"]),
            ..tag("a")
        },
    ] {
        assert!(matches!(check(more), Err(Stale::Moved(_))));
    }
}
