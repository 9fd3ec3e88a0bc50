//! Those that are to leave: disable, prune, and the end of the graph.

use pretty_assertions::assert_eq;

use super::world::{World, denied, email, id, lost, member, refused, region};
use crate::account::Region;
use crate::attempts::{Answer, MemberRequest, RegionRequest};
use crate::cause::Cause;
use crate::desired::{Others, Purpose};
use crate::event::{Conclusion, Operation};
use crate::member::{Member, MemberStatus, Since};
use crate::patience::Asked;
use crate::plan::{GraphStep, Kind, MOST_MEMBERS, Step, VISIBLE_AFTER, Wait};

use MemberRequest::{Invite, Remove};
use RegionRequest::DeleteGraph;

const STATUSES: [MemberStatus; 5] = [
    MemberStatus::VerificationInProgress,
    MemberStatus::VerificationFailed,
    MemberStatus::Invited,
    MemberStatus::Enabled,
    MemberStatus::AcceptedButDisabled,
];

fn disabling(mut world: World) -> World {
    world.fleet.settings.purpose = Purpose::Disable;
    world
}

fn pruning(mut world: World) -> World {
    world.fleet.settings.others = Others::Remove;
    world
}

fn ending(mut world: World) -> World {
    world.fleet.settings.purpose = Purpose::DeleteGraphs;
    world
}

fn enabled() -> Member {
    member(MemberStatus::Enabled)
}

#[test]
fn a_listed_member_is_removed_whatever_its_status_and_is_gone_when_absent() {
    for status in STATUSES {
        let world = disabling(World::with(status));
        assert_eq!(world.step(), Step::Remove);
        assert_eq!(world.plan().count(Kind::NeedsRole), 0);
    }
    for world in [World::empty(1), World::bare(1)] {
        assert_eq!(disabling(world).step(), Step::Gone);
    }
    let absent = disabling(World::empty(1)).got(Remove, refused("UnprocessedAccount"));
    assert_eq!(absent.looks(1).step(), Step::Gone);
}

#[test]
fn a_removal_is_looked_for_until_it_shows() {
    let world = disabling(World::with(MemberStatus::Enabled)).got(Remove, Answer::Done);
    assert_eq!(world.step(), Step::Wait(Wait::Look));
    assert_eq!(world.looks(1).step(), Step::Wait(Wait::Visible));
}

#[test]
fn disabling_makes_no_graph_and_leaves_others_alone() {
    assert_eq!(*disabling(World::bare(1)).plan().graph(), GraphStep::Keep);
    let world = disabling(World::with(MemberStatus::Enabled)).sees(9, enabled());
    assert_eq!(world.plan().step(id(9)), None);
}

#[test]
fn gone_is_how_it_ends() {
    let world = disabling(World::empty(1));
    let ended = world.plan().conclusion(id(1), &world.attempts);
    assert_eq!(ended, Some((Conclusion::Gone, None)));
}

#[test]
fn pruning_removes_members_that_the_roster_does_not_name() {
    let world = pruning(World::with(MemberStatus::Enabled)).sees(9, enabled());
    assert_eq!(world.step(), Step::Right);
    assert_eq!(world.plan().step(id(9)), Some(&Step::Remove));
    // Without being asked for, nobody is.
    let mut left = world;
    left.fleet.settings.others = Others::Leave;
    assert_eq!(left.plan().step(id(9)), None);
}

#[test]
fn an_organizations_member_is_not_pruned() {
    let organization = Member {
        organization: true,
        since: Since::default(),
        volumes: Vec::new(),
        ..enabled()
    };
    let world = pruning(World::empty(0)).sees(9, organization);
    assert_eq!(world.plan().step(id(9)), None);
    // The end of the graph takes it along all the same.
    let plan = ending(world).plan();
    assert_eq!(plan.step(id(9)), Some(&Step::Wait(Wait::Graph)));
    assert_eq!(*plan.graph(), GraphStep::Delete);
}

#[test]
fn only_those_are_pruned_that_were_agreed_on() {
    let mut world = World::empty(0).sees(8, enabled()).sees(9, enabled());
    world.fleet.settings.others = Others::Agreed([(id(8), region())].into());
    let plan = world.plan();
    assert_eq!(
        (plan.step(id(8)), plan.step(id(9))),
        (Some(&Step::Remove), None)
    );
}

#[test]
fn only_those_leave_whose_removal_was_approved_where_somebody_has_to() {
    let mut world = disabling(World::with(MemberStatus::Enabled)).sees(9, enabled());
    let blocked = Step::blocked(Cause::RemovalNotApproved);
    assert_eq!(world.step(), Step::Remove);
    world.fleet.settings.approved = Some([(id(9), region())].into());
    assert_eq!(world.step(), blocked);
    world.fleet.settings.approved = Some([(id(1), region())].into());
    assert_eq!(world.step(), Step::Remove);
    world.fleet.settings.approved = Some([(id(1), Region::new("eu-north-1"))].into());
    assert_eq!(world.step(), blocked);
    // Who is there no more is gone, whoever approved it.
    let mut gone = disabling(World::unseen(1));
    gone.fleet.settings.approved = Some([].into());
    let round = gone.observation.begin_look();
    gone.observation.saw_whole_list(round);
    assert_eq!(gone.step(), Step::Gone);
    // The same holds for those that the list does not name.
    let mut world = pruning(World::empty(0)).sees(9, enabled());
    world.fleet.settings.approved = Some([].into());
    assert_eq!(world.plan().step(id(9)), Some(&blocked));
}

#[test]
fn a_failed_entry_makes_room_for_another_without_anybodys_approval() {
    let mut world = World::with(MemberStatus::VerificationFailed);
    world.fleet.settings.retry_failed = true;
    world.fleet.settings.approved = Some([].into());
    assert_eq!(world.step(), Step::Remove);
}

#[test]
fn who_was_pruned_stays_in_the_plan() {
    let mut world = pruning(World::empty(0)).sees(9, enabled());
    world.attempts.sent(Remove, id(9));
    let newest = world.observation.newest();
    world.attempts.answered(Remove, id(9), Answer::Done, newest);
    let round = world.observation.begin_look();
    world.observation.saw_whole_list(round);
    assert_eq!(world.plan().step(id(9)), Some(&Step::Gone));
}

#[test]
fn who_was_agreed_on_and_is_gone_already_is_in_the_plan_as_gone() {
    let elsewhere = Region::new("eu-north-1");
    let agreed = [(id(7), elsewhere), (id(8), region())];
    let mut world = World::empty(1).sees(9, enabled());
    world.fleet.settings.others = Others::Agreed(agreed.clone().into());
    let plan = world.plan();
    let others: Vec<_> = plan
        .steps()
        .filter(|(account, _)| *account != id(1))
        .collect();
    assert_eq!(others, [(id(8), &Step::Gone)]);
    assert_eq!(world.clone().looks(1).plan(), plan);
    // Who came back as an organization's member is nobody's to remove, and in no plan.
    let organization = Member {
        organization: true,
        ..enabled()
    };
    assert_eq!(world.sees(8, organization).plan().step(id(8)), None);
    // Before a look nobody knows.
    let mut unseen = World::unseen(0);
    unseen.fleet.settings.others = Others::Agreed(agreed.into());
    assert_eq!(unseen.plan().steps().count(), 0);
}

#[test]
fn a_graph_ends_with_everybody_in_it() {
    let world = ending(World::with(MemberStatus::Invited));
    let plan = world.plan();
    assert_eq!(*plan.graph(), GraphStep::Delete);
    assert_eq!(world.step(), Step::Wait(Wait::Graph));
    assert!(plan.changes_anything());
    let unlisted = ending(World::unseen(1));
    assert_eq!(*unlisted.plan().graph(), GraphStep::Find);
    assert_eq!(*ending(World::bare(1)).plan().graph(), GraphStep::Keep);
}

#[test]
fn a_graph_with_others_in_it_is_not_deleted() {
    let mut world = ending(World::with(MemberStatus::Enabled)).sees(9, enabled());
    let blocked = GraphStep::Blocked(Cause::GraphHasOthers { members: 1 });
    assert_eq!(*world.plan().graph(), blocked);
    world.fleet.settings.others = Others::Agreed([(id(9), region())].into());
    assert_eq!(*world.plan().graph(), GraphStep::Delete);
    // Who is spared is spared by the end of the graph, too.
    world.fleet.settings.expected.insert((id(1), region()));
    assert_eq!(*world.plan().graph(), blocked);
    world.fleet.settings.others = Others::Remove;
    assert_eq!(*world.plan().graph(), blocked);
}

#[test]
fn a_deletion_is_looked_for_and_asked_for_again() {
    let world = ending(World::with(MemberStatus::Enabled));
    let sent = world.clone().region_sent(DeleteGraph);
    assert_eq!(*sent.plan().graph(), GraphStep::Wait);
    let mut done = world.clone().region_got(DeleteGraph, Answer::Done);
    assert_eq!(*done.plan().graph(), GraphStep::Find);
    done.observation.begin_look();
    assert_eq!(*done.plan().graph(), GraphStep::Find);
    let throttled = world.clone().region_got(DeleteGraph, Answer::Throttled);
    assert_eq!(*throttled.plan().graph(), GraphStep::Delete);
    let mut unclear = world.clone().region_got(DeleteGraph, lost());
    assert_eq!(*unclear.plan().graph(), GraphStep::Find);
    unclear.observation.begin_look();
    assert_eq!(*unclear.plan().graph(), GraphStep::Delete);
    let mut held = world.clone().region_got(DeleteGraph, denied());
    assert_eq!(*held.plan().graph(), GraphStep::Find);
    held.observation.begin_look();
    assert_eq!(*held.plan().graph(), GraphStep::Patience(DeleteGraph));
    let again = held.turn(Asked::Region(DeleteGraph));
    assert_eq!(*again.plan().graph(), GraphStep::Delete);
    let denied = world.region_got_thrice(DeleteGraph, &refused("Denied"));
    assert!(matches!(denied.plan().graph(), GraphStep::Blocked(_)));
    assert!(denied.blocked().contains("Denied"));
}

#[test]
fn a_deletion_that_does_not_show_is_asked_for_three_times() {
    let mut world = ending(World::with(MemberStatus::Enabled));
    for _ in 0..3 {
        assert_eq!(*world.plan().graph(), GraphStep::Delete);
        world = world.region_got(DeleteGraph, Answer::Done);
        for _ in 0..VISIBLE_AFTER {
            assert_eq!(*world.plan().graph(), GraphStep::Find);
            world.observation.begin_look();
        }
    }
    let operation = Operation::DeleteGraph;
    let blocked = GraphStep::Blocked(Cause::NoEffect { operation });
    assert_eq!(*world.plan().graph(), blocked);
}

#[test]
fn members_go_first_where_aws_wants_that() {
    let mut world = ending(World::with(MemberStatus::Enabled));
    world = world.region_got(DeleteGraph, refused("Validation"));
    world.attempts.saw_members_first();
    world = world.looks(1);
    assert_eq!(*world.plan().graph(), GraphStep::Keep);
    assert_eq!(world.step(), Step::Remove);
    let round = world.observation.begin_look();
    world.observation.saw_whole_list(round);
    assert_eq!(world.step(), Step::Gone);
    assert_eq!(*world.plan().graph(), GraphStep::Delete);
}

#[test]
fn a_failed_entry_is_verified_once_more_where_that_was_asked() {
    let mut world = World::with(MemberStatus::VerificationFailed);
    world.blocked();
    world.fleet.settings.retry_failed = true;
    assert_eq!(world.step(), Step::Remove);
    let again = world.got(Invite, Answer::Done).looks(1);
    assert!(again.blocked().contains("is not r***@example.com"));
}

#[test]
fn a_full_graph_takes_nobody_and_keeps_who_is_in_it() {
    let most = u16::try_from(MOST_MEMBERS).unwrap();
    // Accounts 1 to 4 are new, 5 is a member, and 1,197 others fill the graph up to 1,198.
    let mut world = World::empty(5).sees(5, enabled());
    for n in 0..most - 3 {
        world = world.sees(1_000 + n, enabled());
    }
    world.fleet.settings.order = [(id(1), 9), (id(2), 1), (id(3), 2), (id(4), 3)].into();
    let plan = world.plan();
    let invited: Vec<_> = plan.of(Kind::Invite).collect();
    assert_eq!(invited, [id(2), id(3)]);
    assert_eq!(plan.step(id(5)), Some(&Step::Right));
    let crowded = Step::blocked(Cause::GraphFull {
        ahead: MOST_MEMBERS,
    });
    assert_eq!(plan.step(id(4)), Some(&crowded));
    // Who is on the way counts, and a failed entry that is being replaced keeps its place.
    let world = world.got(Remove, Answer::Done).looks(1);
    let plan = world.plan();
    assert_eq!(plan.of(Kind::Invite).collect::<Vec<_>>(), [id(1), id(2)]);
    let world = world.got(Invite, Answer::Done).looks(1);
    assert_eq!(world.step(), Step::Wait(Wait::Visible));
    assert_eq!(world.plan().of(Kind::Invite).collect::<Vec<_>>(), [id(2)]);
}

#[test]
fn of_a_list_that_is_too_long_for_a_graph_the_first_are_invited() {
    let most = u16::try_from(MOST_MEMBERS).unwrap();
    for (listed, crowded) in [(most, 0), (most + 1, 1)] {
        let plan = World::empty(listed).plan();
        assert_eq!(plan.count(Kind::Invite), MOST_MEMBERS);
        assert_eq!(plan.count(Kind::Blocked), crowded);
    }
}

#[test]
fn who_is_in_the_list_still_takes_one_place_though_this_run_invited_it() {
    let typo = Member {
        email: Some(email("typo")),
        ..member(MemberStatus::VerificationFailed)
    };
    let mut world = World::empty(2).sees(1, typo);
    for n in 0..u16::try_from(MOST_MEMBERS).unwrap() - 2 {
        world = world.sees(1_000 + n, enabled());
    }
    let world = world.got(Invite, Answer::Done).got(Remove, Answer::Done);
    let world = world.looks(1);
    assert_eq!(world.step(), Step::Wait(Wait::Visible));
    assert_eq!(world.plan().of(Kind::Invite).collect::<Vec<_>>(), [id(2)]);
}

#[test]
fn an_account_that_the_list_calls_closed_is_no_other() {
    let mut world = pruning(World::with(MemberStatus::Enabled));
    world.fleet.members.clear();
    assert_eq!(world.step(), Step::Remove);
    world.fleet.settings.closed = [id(1)].into();
    assert_eq!(world.plan().steps().count(), 0);
}
