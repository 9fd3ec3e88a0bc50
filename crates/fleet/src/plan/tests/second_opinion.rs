//! What `audit` says of plans that are wrong: of another world, or bent by hand.

use super::world::{World, id, member, role_failed};
use crate::attempts::{Answer, MemberRequest, RegionRequest, Role};
use crate::audit::audit;
use crate::cause::Cause;
use crate::member::MemberStatus;
use crate::plan::{GraphStep, Kind, Plan, Step};

fn findings(plan: &Plan, world: &World) -> Vec<String> {
    audit(&world.fleet, &world.observation, &world.attempts, plan)
}

/// The plan of one world is not that of the other, and `audit` says why.
#[track_caller]
fn objects(planned: &World, actual: &World, to: &str) {
    let findings = findings(&planned.plan(), actual);
    let found = findings.iter().any(|finding| finding.contains(to));
    assert!(found, "not {to:?} but {findings:?}");
}

fn enabled() -> World {
    World::with(MemberStatus::Enabled)
}

#[test]
fn a_plan_is_of_the_roster_and_of_the_whole_roster() {
    objects(
        &World::empty(2),
        &World::empty(1),
        "000000000002: not in the roster",
    );
    objects(
        &World::empty(1),
        &World::empty(2),
        "000000000002: not planned",
    );
}

#[test]
fn nothing_enabled_is_touched() {
    for planned in [World::empty(1), World::invited(), World::corrected()] {
        objects(&planned, &enabled(), "ENABLED, and touched");
    }
}

#[test]
fn nothing_is_called_right_that_is_not_enabled() {
    objects(&enabled(), &World::invited(), "called right");
}

#[test]
fn nothing_is_accepted_that_is_not_invited_or_has_no_role() {
    let to = "accepted without an invitation";
    objects(&World::invited(), &World::empty(1), to);
    objects(&World::invited(), &World::with(MemberStatus::Invited), to);
    objects(&World::invited(), &World::unseen(1), to);
}

#[test]
fn nothing_is_invited_that_stands_in_the_list_or_is_not_known() {
    objects(
        &World::empty(1),
        &World::invited(),
        "not known to be absent",
    );
    objects(
        &World::empty(1),
        &World::unseen(1),
        "not known to be absent",
    );
}

#[test]
fn nothing_is_removed_but_a_failed_verification_of_another_email() {
    let same = World::with(MemberStatus::VerificationFailed);
    objects(&World::corrected(), &same, "removed, and no failed");
    objects(
        &World::corrected(),
        &World::invited(),
        "removed, and no failed",
    );
}

#[test]
fn nothing_under_way_is_sent_again() {
    for (request, world) in [
        (MemberRequest::Invite, World::empty(1)),
        (MemberRequest::Accept, World::invited()),
        (MemberRequest::Remove, World::corrected()),
    ] {
        let busy = world.clone().sent(request);
        objects(&world, &busy, "while something is under way");
        let blind = world.clone().got(request, Answer::Done);
        objects(&world, &blind, "without a look since");
    }
}

#[test]
fn nothing_expected_to_stay_out_is_planned() {
    let mut out = World::empty(1);
    let pair = (id(1), out.observation.region().clone());
    out.fleet.settings.expected.insert(pair);
    objects(&World::empty(1), &out, "against the settings");
    objects(&out, &World::empty(1), "against the settings");
}

#[test]
fn a_graph_is_made_once_and_only_where_none_is() {
    let bare = World::bare(1);
    let to = "none is known to be missing";
    objects(&bare, &World::empty(1), to);
    objects(&bare, &World::unseen(1), to);
    let making = World::bare(1).region_sent(RegionRequest::CreateGraph);
    objects(&bare, &making, "made twice");
    let looking = World::unseen(1).region_sent(RegionRequest::FindGraph);
    objects(&World::unseen(1), &looking, "looked for twice");
}

#[test]
fn a_role_is_not_assumed_again() {
    for role in [Role::Asked, Role::Ready, role_failed()] {
        objects(&World::empty(1), &World::empty(1).role(role), "needlessly");
    }
}

/// A plan of one invitation, bent.
#[track_caller]
fn objects_to(bend: impl FnOnce(&mut Plan), to: &str) {
    let world = World::empty(60);
    let mut plan = world.plan();
    bend(&mut plan);
    let findings = findings(&plan, &world);
    let found = findings.iter().any(|finding| finding.contains(to));
    assert!(found, "not {to:?} but {findings:?}");
}

#[test]
fn a_membership_is_of_one_kind_and_of_the_kind_of_its_step() {
    let also = |plan: &mut Plan| {
        plan.kinds.entry(Kind::Accept).or_default().insert(id(1));
    };
    objects_to(also, "is of the kinds [Invite, Accept]");
    objects_to(|plan| plan.kinds.clear(), "is of the kinds []");
    let another = |plan: &mut Plan| {
        plan.steps.insert(id(1), Step::Accept);
    };
    objects_to(another, "Accept is of the kinds [Invite]");
    let stranger = |plan: &mut Plan| {
        plan.kinds.entry(Kind::Right).or_default().insert(id(99));
    };
    objects_to(stranger, "000000000099: not in the roster");
}

#[test]
fn batches_are_of_what_aws_takes_and_what_a_refusal_allows() {
    let batches_of = |size| {
        move |plan: &mut Plan| {
            for (_, step) in plan.steps.iter_mut() {
                *step = Step::Invite { batch: size };
            }
        }
    };
    objects_to(batches_of(60), "takes more than AWS does");
    objects_to(batches_of(0), "is empty, and some are due");
}

#[test]
fn what_is_blocked_has_a_reason_without_an_email() {
    let block = |text: &'static str| {
        move |plan: &mut Plan| {
            let status = text.into();
            let cause = Cause::UnknownStatus { status };
            plan.steps.insert(id(1), Step::blocked(cause));
        }
    };
    objects_to(block("of root@example.com"), "an e-mail in the reason");
    let nothing = GraphStep::Blocked(Cause::other(" "));
    objects_to(
        |plan| plan.graph = nothing,
        "the graph: blocked without a reason",
    );
    let masked = Step::blocked(Cause::UnknownStatus {
        status: "of r***@example.com, or @ all".into(),
    });
    let mut plan = World::empty(1).plan();
    plan.steps.insert(id(1), masked);
    let findings = findings(&plan, &World::empty(1));
    assert!(
        !findings.iter().any(|finding| finding.contains("reason")),
        "{findings:?}"
    );
}

#[test]
fn a_graph_is_not_made_for_nobody() {
    let actual = World::bare(0);
    let mut plan = actual.plan();
    plan.graph = GraphStep::Create;
    assert_eq!(findings(&plan, &actual), ["the graph: made for nobody"]);
}

#[test]
fn a_sound_plan_is_not_objected_to() {
    for world in [
        World::empty(120),
        World::bare(3),
        World::unseen(2),
        enabled(),
    ] {
        assert_eq!(findings(&world.plan(), &world), Vec::<String>::new());
    }
    let stranger = World::empty(1).sees(7, member(MemberStatus::Invited));
    assert_eq!(findings(&stranger.plan(), &stranger), Vec::<String>::new());
}
