//! The first table of `decide`: what AWS said of a membership.

use pretty_assertions::assert_eq;

use super::world::{
    World, denied, email, failed, id, lost, member, refused, region, role_failed, role_refused,
    silent, text,
};
use crate::attempts::{Answer, MemberRequest, RegionRequest, Role};
use crate::cause::{Cause, FailureKind, Place, ours::LEFT_OUT};
use crate::event::Conclusion;
use crate::member::{Member, MemberStatus};
use crate::plan::{BATCH, Kind, Step, Wait};

use MemberRequest::{Accept, Invite, Remove, Start};

#[test]
fn a_pair_that_is_expected_to_stay_out_is_skipped_whatever_else_is_known() {
    for mut world in [World::unseen(1), World::with(MemberStatus::Enabled)] {
        world.fleet.settings.expected.insert((id(1), region()));
        world = world.region_got_thrice(RegionRequest::Look, &refused("Denied"));
        assert_eq!(world.step(), Step::Skipped);
    }
}

#[test]
fn a_region_that_cannot_be_read_blocks_its_memberships() {
    for request in [RegionRequest::FindGraph, RegionRequest::Look] {
        let world = World::invited().region_got_thrice(request, &refused("Denied"));
        assert_eq!(world.blocked(), "Denied: AWS says no");
    }
}

#[test]
fn a_region_that_was_given_up_in_silence_blocks_its_memberships() {
    let world = World::unseen(1).region_got_thrice(RegionRequest::FindGraph, &silent());
    // Silence itself decides nothing: others may not be done yet.
    assert_eq!(world.step(), Step::Wait(Wait::Look));
    assert_eq!(
        world.given_up().step(),
        Step::blocked("no answer in time".into())
    );
}

#[test]
fn a_region_that_answers_after_all_is_worked_in() {
    let world = World::unseen(1).given_up();
    let world = world.region_got(RegionRequest::FindGraph, Answer::Done);
    assert_eq!(world.step(), Step::Wait(Wait::Look));
}

#[test]
fn a_region_that_went_silent_after_an_answer_is_waited_for() {
    let world = World::unseen(1)
        .region_got(RegionRequest::FindGraph, lost())
        .region_got_thrice(RegionRequest::FindGraph, &silent());
    assert_eq!(world.step(), Step::Wait(Wait::Look));
}

#[test]
fn nothing_is_sent_for_an_account_while_a_request_is_under_way() {
    for request in [Invite, Accept, Remove] {
        for world in [World::empty(1), World::invited(), World::corrected()] {
            assert_eq!(world.sent(request).step(), Step::Wait(Wait::Answer));
        }
    }
}

#[test]
fn an_account_that_no_look_could_tell_of_waits_for_one() {
    assert_eq!(World::unseen(1).step(), Step::Wait(Wait::Look));
}

#[test]
fn an_enabled_account_is_right_whatever_was_tried() {
    let world = World::with(MemberStatus::Enabled).role(role_failed());
    let world = world.got_thrice(Accept, &refused("Conflict"));
    assert_eq!(world.step(), Step::Right);
}

#[test]
fn an_account_that_aws_does_not_enable_is_blocked_with_its_reason() {
    let disabled = |reason| Member {
        disabled_reason: reason,
        ..member(MemberStatus::AcceptedButDisabled)
    };
    for (reason, says) in [
        (text("VOLUME_TOO_HIGH"), "VOLUME_TOO_HIGH: "),
        (text("VOLUME_UNKNOWN"), "VOLUME_UNKNOWN: "),
        (text("NEW"), "NEW"),
        (None, "AWS gives no reason"),
    ] {
        let world = World::empty(1).sees(1, disabled(reason));
        // Once a run it is tried to be enabled, whatever comes of that.
        assert_eq!(world.step(), Step::Start);
        let throttled = world.clone().got(Start, Answer::Throttled);
        assert_eq!(throttled.step(), Step::Start);
        for answer in [Answer::Done, lost(), refused("Quota")] {
            let world = world.clone().got(Start, answer);
            assert_eq!(world.step(), Step::Wait(Wait::Look));
            world.looks(1).blocked();
        }
        let said = world.clone().got(Start, Answer::Done).looks(1).blocked();
        let says = format!("000000000001 accepted, but AWS did not enable it. {says}");
        assert!(said.starts_with(&says), "{said}");
        assert!(!said.contains("StartMonitoringMember"), "{said}");
        let said = world.got(Start, refused("Quota")).looks(1).blocked();
        assert!(
            said.starts_with(&says) && said.contains("(StartMonitoringMember: "),
            "{said}"
        );
    }
}

#[test]
fn a_state_that_we_do_not_know_blocks_and_is_named() {
    let world = World::with(MemberStatus::Other("PAUSED".into()));
    assert!(world.blocked().contains("PAUSED"));
}

#[test]
fn an_account_in_verification_waits_and_its_role_is_assumed_meanwhile() {
    let world = World::with(MemberStatus::VerificationInProgress);
    assert_eq!(world.step(), Step::Wait(Wait::Verification));
    assert_eq!(world.plan().count(Kind::NeedsRole), 1);
}

#[test]
fn a_failed_verification_of_the_rosters_email_is_blocked_and_not_removed() {
    let same = Member {
        email: Some("ROOT@example.com".parse().unwrap()),
        ..member(MemberStatus::VerificationFailed)
    };
    let unknown = Member {
        email: None,
        ..same.clone()
    };
    for entry in [same, unknown] {
        let said = World::empty(1).sees(1, entry).blocked();
        assert!(
            said.contains("000000000001 is not r***@example.com"),
            "{said}"
        );
    }
}

#[test]
fn a_failed_verification_of_another_email_is_removed() {
    assert_eq!(World::corrected().step(), Step::Remove);
}

#[test]
fn an_entry_that_failed_again_after_its_correction_is_blocked() {
    let mut world = World::corrected().got(Remove, Answer::Done);
    world = world.sees(1, member(MemberStatus::VerificationFailed));
    assert!(world.blocked().contains("r***@example.com"));
}

#[test]
fn an_account_where_the_region_is_off_is_blocked_with_the_line_to_add() {
    let mut world = World::invited();
    world.attempts.saw_off(id(1));
    let said = world.blocked();
    assert!(
        said.contains("--expected 000000000001/us-east-1 "),
        "{said}"
    );
}

#[test]
fn an_invited_account_is_accepted() {
    assert_eq!(World::invited().step(), Step::Accept);
}

#[test]
fn an_absent_account_is_invited_and_its_role_is_assumed_meanwhile() {
    let world = World::empty(1);
    assert_eq!(world.step(), Step::Invite { batch: BATCH });
    assert_eq!(world.plan().count(Kind::NeedsRole), 1);
}

#[test]
fn a_member_that_the_roster_does_not_name_is_left_alone() {
    for status in [
        MemberStatus::Invited,
        MemberStatus::Enabled,
        MemberStatus::VerificationFailed,
    ] {
        let world = World::empty(1).sees(9, member(status)).looks(1);
        assert_eq!(world.plan().step(id(9)), None);
        assert_eq!(world.plan().steps().count(), 1);
    }
}

#[test]
fn reasons_mask_the_emails_that_aws_quotes() {
    let text = "root@example.com is no good";
    let error = || failed(FailureKind::Refused, "No", text);
    for cause in [
        Cause::RegionFailed { error: error() },
        Cause::CallRefused { error: error() },
        Cause::disabled(Some(text), None),
        Cause::disabled(None, Some(error())),
        Cause::wrong_email(Some(&email("root"))),
        Cause::other(text),
    ] {
        let said = cause.told(&Place::one(id(1), &region())).in_one();
        assert!(said.contains("r***@example.com"), "{said}");
        assert!(!said.contains("root@"), "{said}");
    }
}

#[test]
fn a_run_that_ends_now_concludes_what_its_plan_says() {
    let concluded = |world: &World| {
        let plan = world.plan();
        let (conclusion, reason) = plan.conclusion(id(1), &world.attempts).unwrap();
        (conclusion, reason.map(|reason| reason.to_string()))
    };
    let verifying = World::with(MemberStatus::VerificationInProgress);
    let right = World::with(MemberStatus::Enabled);
    assert_eq!(concluded(&right), (Conclusion::Right, None));
    assert_eq!(concluded(&verifying), (Conclusion::Waiting, None));
    assert_eq!(concluded(&World::empty(1)), (Conclusion::Waiting, None));
    assert_eq!(
        World::empty(1).plan().conclusion(id(2), &right.attempts),
        None
    );
    let failed = World::with(MemberStatus::Other("X".into()));
    assert_eq!(concluded(&failed).0, Conclusion::Failed);
}

#[test]
fn a_role_that_failed_is_told_even_where_there_was_no_time_to_ask_again() {
    for status in [MemberStatus::VerificationInProgress, MemberStatus::Invited] {
        let world = World::with(status).role(role_refused());
        let (conclusion, reason) = world.plan().conclusion(id(1), &world.attempts).unwrap();
        assert_eq!(conclusion, Conclusion::Failed);
        assert_eq!(reason.unwrap().to_string(), "Cannot assume the role.");
    }
    let accepted = World::invited().got(Accept, lost()).role(role_refused());
    let concluded = accepted.plan().conclusion(id(1), &accepted.attempts);
    assert_eq!(concluded, Some((Conclusion::Waiting, None)));
}

#[test]
fn a_role_is_assumed_once_and_only_where_an_acceptance_is_ahead() {
    let verifying = || World::with(MemberStatus::VerificationInProgress);
    for role in [Role::Asked, Role::Ready, role_refused(), role_failed()] {
        assert_eq!(verifying().role(role).plan().count(Kind::NeedsRole), 0);
    }
    for world in [
        World::with(MemberStatus::Enabled),
        World::with(MemberStatus::VerificationFailed),
        World::with(MemberStatus::AcceptedButDisabled),
        World::unseen(1),
    ] {
        assert_eq!(world.plan().count(Kind::NeedsRole), 0);
    }
}

#[test]
fn what_was_refused_is_never_called_waiting() {
    for (world, request) in [
        (World::empty(1), Invite),
        (World::invited(), Accept),
        (World::corrected(), Remove),
    ] {
        for answer in [denied(), refused("Conflict"), refused(LEFT_OUT)] {
            for looks in [0, 1] {
                let world = world.clone().got(request, answer.clone()).looks(looks);
                let ended = world.plan().conclusion(id(1), &world.attempts).unwrap();
                assert_eq!(ended.0, Conclusion::Failed, "{request:?} {answer:?}");
                let reason = ended.1.unwrap().to_string();
                assert!(reason.contains("AWS says no"), "{reason}");
            }
        }
    }
    // It is refused because AWS is still comparing.
    let early = World::invited().got(Accept, refused("Conflict"));
    let early = early.sees(1, member(MemberStatus::VerificationInProgress));
    let ended = early.plan().conclusion(id(1), &early.attempts);
    assert_eq!(ended, Some((Conclusion::Waiting, None)));
}
