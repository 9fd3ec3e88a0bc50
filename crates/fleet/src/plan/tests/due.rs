//! The second and third tables of `decide`: when a request is due, and what stands in its way.

use pretty_assertions::assert_eq;

use super::world::{World, denied, id, lost, no_role, refused, role_failed, role_refused, silent};
use crate::attempts::{Answer, MemberRequest, RegionRequest, Role};
use crate::cause::{Cause, ours::LEFT_OUT};
use crate::event::Operation;
use crate::member::MemberStatus;
use crate::patience::Asked;
use crate::plan::{BATCH, Kind, LEFT_OUT_AFTER, Step, VISIBLE_AFTER, Wait};

use MemberRequest::{Accept, Invite, Remove};

/// The three things that can be due, each with the world in which it is.
fn due() -> [(MemberRequest, World, Step); 3] {
    [
        (Invite, World::empty(1), Step::Invite { batch: BATCH }),
        (Accept, World::invited(), Step::Accept),
        (Remove, World::corrected(), Step::Remove),
    ]
}

/// The same is sent, in a batch of whatever size.
fn assert_is(step: &Step, wanted: &Step) {
    let kind = std::mem::discriminant::<Step>;
    assert_eq!(kind(step), kind(wanted), "{step:?}");
}

#[test]
fn what_was_never_sent_is_sent() {
    for (_, world, step) in due() {
        assert_eq!(world.step(), step);
    }
}

#[test]
fn what_was_throttled_is_sent_again_without_a_look() {
    for (request, world, step) in due() {
        assert_eq!(world.got(request, Answer::Throttled).step(), step);
    }
}

#[test]
fn what_was_answered_is_not_sent_again_before_a_look() {
    for answer in [Answer::Done, lost(), silent(), refused("Conflict")] {
        for (request, world, _) in due() {
            let step = world.got(request, answer.clone()).step();
            assert_eq!(step, Step::Wait(Wait::Look));
        }
    }
}

#[test]
fn what_aws_did_is_not_sent_again_while_its_lists_may_be_late() {
    for (request, world, step) in due() {
        let mut world = world.got(request, Answer::Done).looks(1);
        assert_eq!(world.step(), Step::Wait(Wait::Visible));
        world = world.looks(VISIBLE_AFTER - 2);
        assert_eq!(world.step(), Step::Wait(Wait::Visible));
        assert_eq!(world.looks(1).step(), step);
    }
}

#[test]
fn what_aws_did_three_times_to_no_effect_is_blocked() {
    for (request, mut world, _) in due() {
        let names = [
            (Invite, Operation::CreateMembers),
            (Accept, Operation::AcceptInvitation),
            (Remove, Operation::DeleteMembers),
        ];
        let operation = names.into_iter().find(|(r, _)| *r == request).unwrap().1;
        for _ in 0..3 {
            assert_ne!(world.step(), Step::blocked(Cause::NoEffect { operation }));
            world = world.got(request, Answer::Done).looks(VISIBLE_AFTER);
        }
        assert_eq!(world.step(), Step::blocked(Cause::NoEffect { operation }));
    }
}

#[test]
fn what_was_throttled_before_it_was_done_once_is_not_called_without_effect() {
    for (request, world, step) in due() {
        let world = world.got_thrice(request, &Answer::Throttled);
        let world = world.got(request, Answer::Done).looks(VISIBLE_AFTER);
        assert_eq!(world.step(), step);
    }
}

#[test]
fn what_was_lost_is_looked_for_three_times_and_sent_again() {
    for answer in [lost(), silent()] {
        for (request, world, step) in due() {
            let world = world.got(request, answer.clone()).looks(2);
            assert_eq!(world.step(), Step::Wait(Wait::Visible));
            assert_eq!(world.looks(1).step(), step);
        }
    }
}

#[test]
fn what_is_lost_again_and_again_only_ends_with_the_run() {
    for (request, mut world, step) in due() {
        for _ in 0..20 {
            world = world.got(request, lost()).looks(3);
        }
        assert_eq!(world.step(), step);
    }
}

#[test]
fn what_was_refused_is_sent_again_after_a_look_and_blocked_after_three() {
    for (request, mut world, _) in due() {
        for _ in 0..2 {
            world = world.got(request, refused("Denied")).looks(1);
            let again = matches!(
                world.step(),
                Step::Invite { .. } | Step::Accept | Step::Remove
            );
            assert!(again, "{:?}", world.step());
        }
        world = world.got(request, refused("Denied")).looks(1);
        assert!(world.blocked().ends_with("Denied: AWS says no"));
    }
}

#[test]
fn what_was_refused_after_it_may_have_been_done_is_looked_for_first() {
    for before in [Answer::Done, lost()] {
        for (request, world, _) in due() {
            let world = world.got(request, before.clone()).looks(VISIBLE_AFTER);
            let world = world.got_thrice(request, &refused("Already"));
            assert_eq!(world.step(), Step::Wait(Wait::Visible));
            let said = world.looks(VISIBLE_AFTER - 1).blocked();
            assert!(said.ends_with("Already: AWS says no"), "{said}");
        }
    }
}

#[test]
fn who_is_left_out_may_be_a_member_that_the_lists_do_not_show_yet() {
    let world = World::empty(1).got_thrice(Invite, &refused(LEFT_OUT));
    assert_eq!(world.step(), Step::Wait(Wait::Visible));
    let lost = World::empty(1).got(Invite, lost()).looks(3);
    let lost = lost
        .got_thrice(Invite, &refused(LEFT_OUT))
        .looks(VISIBLE_AFTER - 2);
    assert_eq!(lost.step(), Step::Wait(Wait::Visible));
    // Where nothing suggests that it was done, that is soon known.
    let said = world.looks(LEFT_OUT_AFTER - 1).blocked();
    assert!(said.ends_with("AWS says no"), "{said}");
}

#[test]
fn an_acceptance_waits_for_the_role_and_asks_for_it() {
    let world = World::with(MemberStatus::Invited);
    assert_eq!(world.step(), Step::Wait(Wait::Role));
    assert_eq!(world.plan().count(Kind::NeedsRole), 1);
    assert_eq!(world.role(Role::Asked).step(), Step::Wait(Wait::Role));
}

#[test]
fn an_acceptance_waits_for_a_role_that_was_refused_so_far() {
    let world = World::invited().role(role_refused());
    assert_eq!(world.step(), Step::Wait(Wait::Patience(Asked::Role)));
}

#[test]
fn an_acceptance_is_blocked_by_a_role_that_was_refused_for_good() {
    let world = World::invited().role(role_failed());
    assert_eq!(world.step(), Step::blocked(no_role()));
}

#[test]
fn a_role_that_fails_after_the_acceptance_does_not_block_it() {
    let world = World::invited().got(Accept, Answer::Done).looks(1);
    let world = world.role(role_failed());
    assert_eq!(world.step(), Step::Wait(Wait::Visible));
}

/// Nobody is invited whose role cannot be assumed.
fn role_first(mut world: World) -> World {
    world.fleet.settings.role_first = true;
    world
}

#[test]
fn where_the_role_comes_first_an_invitation_waits_for_it() {
    let world = role_first(World::empty(1));
    let invited = Step::Invite { batch: BATCH };
    // In a plan, where nobody has asked for it, it is an invitation.
    assert_eq!(world.step(), invited);
    assert_eq!(world.plan().count(Kind::NeedsRole), 1);
    for (role, step) in [
        (Role::Asked, Step::Wait(Wait::Role)),
        (role_refused(), Step::Wait(Wait::Patience(Asked::Role))),
        (role_failed(), Step::blocked(no_role())),
        (Role::Ready, invited),
    ] {
        assert_eq!(world.clone().role(role).step(), step);
    }
    // What is removed needs no role.
    let removed = role_first(World::corrected()).role(role_failed());
    assert_eq!(removed.step(), Step::Remove);
}

#[test]
fn an_account_is_invited_even_where_its_role_failed() {
    let world = World::empty(1).role(role_failed());
    assert_eq!(world.step(), Step::Invite { batch: BATCH });
}

#[test]
fn changes_that_the_region_refuses_block_what_needs_them_and_nothing_else() {
    let denied = |world: World| world.region_got_thrice(RegionRequest::Change, &refused("Quota"));
    for world in [World::empty(1), World::corrected()] {
        assert_eq!(denied(world).blocked(), "Quota: AWS says no");
    }
    assert_eq!(denied(World::invited()).step(), Step::Accept);
    assert_eq!(
        denied(World::with(MemberStatus::Enabled)).step(),
        Step::Right
    );
}

#[test]
fn changes_that_the_region_refused_wait_for_a_look() {
    let refuse = |world: World| world.region_got(RegionRequest::Change, refused("Quota"));
    for world in [World::empty(1), World::corrected()] {
        let step = world.step();
        let world = refuse(world);
        assert_eq!(world.step(), Step::Wait(Wait::Look));
        assert_eq!(world.looks(1).step(), step);
    }
    assert_eq!(refuse(World::invited()).step(), Step::Accept);
}

#[test]
fn a_graph_that_cannot_be_made_blocks_who_would_be_in_it() {
    let refuse = |world: World| world.region_got_thrice(RegionRequest::CreateGraph, &refused("No"));
    assert_eq!(refuse(World::bare(1)).blocked(), "No: AWS says no");
    // Somebody else made one meanwhile.
    assert_eq!(
        refuse(World::empty(1)).step(),
        Step::Invite { batch: BATCH }
    );
}

#[test]
fn invitations_go_out_fifty_at_a_time() {
    let world = World::empty(120);
    assert_eq!(world.plan().next_invitations().len(), BATCH);
    assert_eq!(world.plan().next_invitations()[0], id(1));
}

#[test]
fn invitations_that_were_refused_go_out_in_smaller_batches() {
    let mut world = World::empty(9);
    for (answer, size) in [
        (refused("Bad"), 7),
        // Nothing is learned from being too fast: the batch stays small.
        (Answer::Throttled, 7),
        (refused("Bad"), 1),
        (lost(), 1),
    ] {
        for n in 1..=9 {
            let newest = world.observation.newest();
            world.attempts.sent(Invite, id(n));
            world
                .attempts
                .answered(Invite, id(n), answer.clone(), newest);
        }
        world = world.looks(3);
        assert_eq!(world.plan().next_invitations().len(), size, "{answer:?}");
    }
}

#[test]
fn accounts_that_were_refused_do_not_share_a_batch_with_the_others() {
    let world = World::empty(20).got(Invite, refused("Bad")).looks(1);
    assert_eq!(world.plan().next_invitations(), [id(1)]);
    let world = world.sent(Invite);
    assert_eq!(world.plan().next_invitations().len(), 19);
}

#[test]
fn who_is_left_out_stays_in_the_batch() {
    let world = World::empty(20).got(Invite, refused(LEFT_OUT)).looks(1);
    assert_eq!(world.plan().next_invitations().len(), 20);
}

#[test]
fn what_may_pass_waits_for_its_turn_and_is_final_after_the_last() {
    for (request, world, step) in due() {
        let asked = Asked::Member(request);
        let waits = Step::Wait(Wait::Patience(asked));
        let world = world.got(request, denied());
        // It may have been done all the same.
        assert_eq!(world.step(), Step::Wait(Wait::Look));
        let mut world = world.looks(1);
        // However often it is looked at meanwhile.
        assert_eq!(world.step(), waits);
        assert_eq!(world.plan().refused_so_far(), [asked].into());
        for _ in 0..3 {
            world = world.turn(asked);
            assert_is(&world.step(), &step);
            world = world.got(request, denied()).looks(1);
            assert_eq!(world.step(), waits);
        }
        world = world.last_turn(asked);
        assert_is(&world.step(), &step);
        let world = world.got(request, denied()).looks(1);
        assert!(world.blocked().ends_with("AccessDenied: AWS says no"));
        assert_eq!(world.plan().refused_so_far(), [].into());
    }
}

#[test]
fn what_is_refused_first_when_patience_is_over_is_asked_once_more() {
    for (request, world, step) in due() {
        let world = world.last_turn(Asked::Member(request));
        let world = world.got(request, denied());
        assert_eq!(world.step(), Step::Wait(Wait::Look));
        let world = world.looks(1);
        assert_is(&world.step(), &step);
        world.got(request, denied()).looks(1).blocked();
    }
}

#[test]
fn a_throttle_in_its_turn_does_not_use_it_up() {
    for (request, world, step) in due() {
        let asked = Asked::Member(request);
        let world = world.got(request, denied()).looks(1).last_turn(asked);
        let world = world.got(request, Answer::Throttled);
        assert_is(&world.step(), &step);
    }
}

#[test]
fn what_passed_counts_no_more() {
    let asked = Asked::Member(Accept);
    let world = World::invited()
        .got(Accept, denied())
        .looks(1)
        .last_turn(asked);
    let world = world.got(Accept, Answer::Done).looks(1);
    assert_eq!(world.step(), Step::Wait(Wait::Visible));
}

#[test]
fn changes_that_the_region_refused_so_far_wait_for_their_turn() {
    let asked = Asked::Region(RegionRequest::Change);
    for world in [World::empty(1), World::corrected()] {
        let step = world.step();
        let world = world.region_got(RegionRequest::Change, denied()).looks(1);
        assert_eq!(world.step(), Step::Wait(Wait::Patience(asked)));
        let world = world.turn(asked);
        assert_eq!(world.step(), step);
        let world = world.region_got(RegionRequest::Change, denied()).looks(1);
        let world = world.last_turn(asked);
        assert_eq!(world.step(), step);
        let world = world.region_got(RegionRequest::Change, denied()).looks(1);
        assert_eq!(world.blocked(), "AccessDenied: AWS says no");
    }
}
