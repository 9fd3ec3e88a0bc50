//! All that `audit` says of a plan that is bent, and nothing else.

use std::collections::BTreeSet;
use std::sync::Arc;

use pretty_assertions::assert_eq;

use super::world::{ARN, World, id, lost, member, region};
use crate::account::{AccountId, GraphArn, Region};
use crate::attempts::{Answer, MemberRequest, RegionRequest};
use crate::audit::audit;
use crate::bounds::Bounds;
use crate::cause::Cause;
use crate::desired::{Others, Purpose};
use crate::member::{Member, MemberStatus};
use crate::plan::{Chore, GraphStep, Kind, Plan, Step};

/// What is said of the plan of that world, bent.
fn said(world: &World, bend: impl FnOnce(&mut Plan)) -> Vec<String> {
    let mut plan = world.plan();
    bend(&mut plan);
    audit(&world.fleet, &world.observation, &world.attempts, &plan)
}

fn nothing(_: &mut Plan) {}

fn enabled() -> Member {
    member(MemberStatus::Enabled)
}

/// Account 1 is listed, and account 7 is a member that nobody listed.
fn with_another(others: Others) -> World {
    let mut world = World::empty(1).sees(7, enabled());
    world.fleet.settings.others = others;
    world
}

fn agreed(account: AccountId, region: &Region) -> Others {
    Others::Agreed([(account, region.clone())].into())
}

/// The plan does nothing about an account.
fn forget(account: AccountId) -> impl FnOnce(&mut Plan) {
    move |plan| {
        plan.steps.remove(&account);
        plan.kinds.values_mut().for_each(|accounts| {
            accounts.remove(&account);
        });
    }
}

/// The plan removes an account.
fn remove(account: AccountId) -> impl FnOnce(&mut Plan) {
    move |plan| {
        plan.steps.insert(account, Step::Remove);
        plan.kinds.entry(Kind::Remove).or_default().insert(account);
    }
}

fn delete(plan: &mut Plan) {
    plan.graph = GraphStep::Delete;
}

#[test]
fn whoever_is_to_be_removed_is_planned() {
    let not_planned = ["000000000007: not planned"];
    for others in [Others::Remove, agreed(id(7), &region())] {
        assert_eq!(said(&with_another(others), forget(id(7))), not_planned);
    }
    // It is known to be gone, and the report says so.
    let mut gone = World::empty(1);
    gone.fleet.settings.others = agreed(id(7), &region());
    gone.observation.begin_look();
    assert_eq!(said(&gone, forget(id(7))), not_planned);
}

#[test]
fn nobody_else_is_removed() {
    let stranger = "000000000007: not in the roster";
    for others in [Others::Leave, agreed(id(7), &Region::new("eu-west-1"))] {
        assert_eq!(said(&with_another(others), remove(id(7))), [stranger]);
    }
    let organization = Member {
        organization: true,
        ..enabled()
    };
    let mut world = World::empty(1).sees(7, organization);
    world.fleet.settings.others = Others::Remove;
    assert_eq!(said(&world, remove(id(7))), [stranger]);
    let mut closed = with_another(Others::Remove);
    closed.fleet.settings.closed.insert(id(7));
    assert_eq!(said(&closed, remove(id(7))), [stranger]);
}

#[test]
fn who_was_asked_to_be_removed_may_stay_in_the_plan_when_it_is_gone() {
    let mut world = World::empty(1);
    world.fleet.settings.others = Others::Remove;
    let gone = |plan: &mut Plan| {
        plan.steps.insert(id(7), Step::Gone);
        plan.kinds.entry(Kind::Gone).or_default().insert(id(7));
    };
    assert_eq!(said(&world, gone), ["000000000007: not in the roster"]);
    let mut invited = world.clone();
    invited.attempts.sent(MemberRequest::Invite, id(7));
    assert_eq!(said(&invited, gone), ["000000000007: not in the roster"]);
    let newest = world.observation.newest();
    world.attempts.sent(MemberRequest::Remove, id(7));
    world
        .attempts
        .answered(MemberRequest::Remove, id(7), lost(), newest);
    assert_eq!(said(&world, gone), [""; 0]);
    world.fleet.settings.others = Others::Leave;
    assert_eq!(said(&world, gone), ["000000000007: not in the roster"]);
}

#[test]
fn a_graph_is_deleted_where_that_was_asked_and_nobody_else_is_in_it() {
    let ending = |mut world: World| {
        world.fleet.settings.purpose = Purpose::DeleteGraphs;
        world
    };
    let said = |world: &World| {
        let mut plan = world.plan();
        delete(&mut plan);
        audit(&world.fleet, &world.observation, &world.attempts, &plan)
    };
    let nobody_asked = ["the graph: deleted, and nobody asked for it"];
    assert_eq!(said(&World::empty(0)), nobody_asked);
    assert_eq!(said(&ending(World::empty(0))), [""; 0]);
    let none = said(&ending(World::bare(0)));
    assert!(none.contains(&"the graph: deleted, and there is none".to_owned()));
    let mut unseen = ending(World::unseen(0));
    unseen.observation.saw_graph(Some(GraphArn::new(ARN)));
    let blind = ["the graph: deleted without a look at who is in it"];
    assert_eq!(said(&unseen), blind);
    let with_others = ["the graph: deleted with others in it"];
    assert_eq!(said(&ending(with_another(Others::Leave))), with_others);
    assert_eq!(said(&ending(with_another(Others::Remove))), [""; 0]);
    let listed = ending(World::with(MemberStatus::Enabled));
    assert_eq!(said(&listed), [""; 0]);
    let mut kept = listed;
    kept.fleet.settings.expected.insert((id(1), region()));
    assert_eq!(said(&kept), with_others);
    let twice = ending(World::empty(0)).region_sent(RegionRequest::DeleteGraph);
    assert_eq!(said(&twice), ["the graph: deleted twice"]);
}

#[test]
fn a_graph_is_not_made_where_a_run_makes_none() {
    let mut world = World::bare(1);
    let why = Cause::GraphMissing;
    let planned = world.plan();
    world.fleet.settings.no_new_graph.insert(region(), why);
    let findings = audit(&world.fleet, &world.observation, &world.attempts, &planned);
    assert_eq!(findings, ["the graph: made where none may be"]);
}

fn names(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(ToString::to_string).collect()
}

fn start(named: &[&str], new: &[&str]) -> Chore {
    Chore::StartPackages {
        named: names(named),
        new: names(new),
    }
}

fn tag(key: &str, value: &str) -> Chore {
    Chore::Tag([(key.to_owned(), value.to_owned())].into())
}

/// Whether `audit` says that nobody asked for that, in a world where tags and a package are wanted and another
/// package is started.
fn is_asked(world: &World, chore: Chore) -> bool {
    let text = format!("the graph: nobody asked to {chore}");
    let findings = said(world, |plan| plan.chores.due = vec![chore]);
    assert!(findings.is_empty() || findings == [text], "{findings:?}");
    findings.is_empty()
}

#[test]
fn a_graph_has_no_chores_that_nobody_asked_for() {
    let unwanted = World::empty(0);
    let mut wanted = World::empty(0);
    let settings = &mut wanted.fleet.settings;
    settings.tags.insert("team".to_owned(), "x".to_owned());
    settings.packages = names(&["EKS_AUDIT"]);
    let started = names(&["DETECTIVE_CORE", "ASFF_SECURITYHUB_FINDING"]);
    wanted.observation.saw_packages(Some(started));
    wanted.observation.saw_tags(Some(Default::default()));
    for chore in [Chore::ReadTags, Chore::ReadPackages, tag("team", "x")] {
        assert!(!is_asked(&unwanted, chore.clone()), "{chore:?}");
        assert!(is_asked(&wanted, chore.clone()), "{chore:?}");
        let mut disabling = wanted.clone();
        disabling.fleet.settings.purpose = Purpose::Disable;
        assert!(!is_asked(&disabling, chore.clone()), "{chore:?}");
    }
    assert!(!is_asked(&wanted, tag("team", "y")));
    assert!(!is_asked(&wanted, tag("other", "x")));
    assert!(!is_asked(&wanted, Chore::Tag(Default::default())));
    let both = ["EKS_AUDIT", "ASFF_SECURITYHUB_FINDING"];
    assert!(is_asked(&wanted, start(&both, &["EKS_AUDIT"])));
    // What is started would be lost, nothing would be started, and something that nobody wants.
    assert!(!is_asked(&wanted, start(&["EKS_AUDIT"], &["EKS_AUDIT"])));
    assert!(!is_asked(&wanted, start(&both, &[])));
    assert!(!is_asked(&wanted, start(&both, &["OTHER"])));
}

#[test]
fn a_tag_is_removed_with_prune_and_where_nobody_wants_it() {
    let mut world = World::empty(0);
    world
        .fleet
        .settings
        .tags
        .insert("team".to_owned(), "x".to_owned());
    world.observation.saw_tags(Some(Default::default()));
    let untag = |key: &str| Chore::Untag(names(&[key]));
    assert!(!is_asked(&world, untag("old")));
    world.fleet.settings.others = Others::Remove;
    assert!(is_asked(&world, untag("old")));
    assert!(!is_asked(&world, untag("team")));
    assert!(!is_asked(&world, untag("aws:createdBy")));
}

/// So many accounts are listed, and so many others are members.
fn crowd(listed: u16, members: u16) -> World {
    let mut world = World::empty(listed);
    let round = world.observation.begin_look();
    for n in 0..members {
        let seen = Some(enabled());
        world.observation.saw_member(round, id(2_000 + n), seen);
    }
    world.observation.saw_whole_list(round);
    world
}

#[test]
fn a_graph_is_filled_and_not_overfilled() {
    let full = ["the graph: 1 are invited to 1200 members"];
    assert_eq!(said(&crowd(1, 1_199), nothing), [""; 0]);
    let invite = |plan: &mut Plan| {
        plan.steps.insert(id(1), Step::Invite { batch: 50 });
        plan.kinds.clear();
        plan.kinds.entry(Kind::Invite).or_default().insert(id(1));
    };
    assert_eq!(said(&crowd(1, 1_200), invite), full);
    let keep_out = |plan: &mut Plan| {
        let cause = Cause::GraphFull { ahead: 0 };
        plan.steps.insert(id(1), Step::blocked(cause));
        plan.kinds.clear();
        plan.kinds.entry(Kind::Blocked).or_default().insert(id(1));
    };
    assert_eq!(said(&crowd(1, 1_200), keep_out), [""; 0]);
    let room = ["the graph: 0 are invited to 1199 members"];
    assert_eq!(said(&crowd(1, 1_199), keep_out), room);
}

#[test]
fn a_role_is_assumed_for_whom_it_is_of_use() {
    let world = World::empty(3);
    let needlessly = |n| format!("{}: its role is assumed needlessly", id(n));
    for (step, kind) in [
        (Step::Right, Kind::Right),
        (Step::Gone, Kind::Gone),
        (Step::Skipped, Kind::Skipped),
        (Step::blocked(Cause::RegionOff), Kind::Blocked),
    ] {
        let useless = |plan: &mut Plan| {
            plan.steps.insert(id(2), step);
            plan.kinds.entry(Kind::Invite).or_default().remove(&id(2));
            plan.kinds.entry(kind).or_default().insert(id(2));
        };
        let findings = said(&world, useless);
        assert!(findings.contains(&needlessly(2)), "{findings:?}");
    }
    let stranger = |plan: &mut Plan| {
        plan.kinds.entry(Kind::NeedsRole).or_default().insert(id(9));
    };
    let findings = said(&world, stranger);
    assert!(findings.contains(&needlessly(9)), "{findings:?}");
}

#[test]
fn nothing_is_sent_that_a_saved_plan_does_not_hold() {
    let not_held = |world: &World, bend: fn(&mut Plan)| {
        let mut world = world.clone();
        let mut plan = world.plan();
        bend(&mut plan);
        world.fleet.settings.bounds = Some(Arc::new(Bounds::default()));
        let findings = audit(&world.fleet, &world.observation, &world.attempts, &plan);
        let of_bounds = findings
            .iter()
            .filter(|it| it.starts_with("not in the saved plan"));
        of_bounds.cloned().collect::<Vec<_>>().join("; ")
    };
    let disabled = World::with(MemberStatus::AcceptedButDisabled);
    for (world, operation) in [
        (World::empty(1), "CreateMembers"),
        (World::corrected(), "DeleteMembers"),
        (World::invited(), "AcceptInvitation"),
        (disabled, "StartMonitoringMember"),
        (World::bare(1), "CreateGraph"),
    ] {
        let found = not_held(&world, nothing);
        assert!(found.contains(operation), "{operation}: {found}");
    }
    assert!(not_held(&World::empty(0), delete).contains("DeleteGraph"));
    let tagged = |plan: &mut Plan| plan.chores.due = vec![tag("team", "x")];
    assert!(not_held(&World::empty(0), tagged).contains("TagResource"));
    let reads = |plan: &mut Plan| plan.chores.due = vec![Chore::ReadTags];
    assert_eq!(not_held(&World::empty(0), reads), "");
    let right = World::with(MemberStatus::Enabled);
    assert_eq!(not_held(&right, nothing), "");
}

/// What is said of account 1 where that is its step.
fn faults(world: &World, step: Step) -> Vec<String> {
    let findings = said(world, |plan| {
        plan.steps.insert(id(1), step);
    });
    let mine = format!("{}: ", id(1));
    let faults = findings.iter().filter_map(|it| it.strip_prefix(&mine));
    let faults = faults.filter(|it| !it.contains("is of the kinds"));
    let faults = faults.filter(|it| !it.contains("needlessly"));
    let name = |it: &str| it.split(": ").next().unwrap_or_default().to_owned();
    faults.map(name).collect()
}

#[test]
fn a_member_is_started_once_where_aws_disabled_it() {
    let disabled = || World::with(MemberStatus::AcceptedButDisabled);
    let fault = "started, and not ACCEPTED_BUT_DISABLED, or a second time";
    assert_eq!(faults(&disabled(), Step::Start), [""; 0]);
    for status in [MemberStatus::Invited, MemberStatus::VerificationFailed] {
        assert_eq!(faults(&World::with(status), Step::Start), [fault]);
    }
    assert_eq!(faults(&World::empty(1), Step::Start), [fault]);
    let again = disabled().got(MemberRequest::Start, lost()).looks(1);
    assert_eq!(faults(&again, Step::Start), [fault]);
}

#[test]
fn who_is_to_leave_is_removed_and_called_gone_when_it_is_absent() {
    let leaving = |mut world: World| {
        world.fleet.settings.purpose = Purpose::Disable;
        world
    };
    let there = leaving(World::with(MemberStatus::Enabled));
    assert_eq!(faults(&there, Step::Remove), [""; 0]);
    assert_eq!(
        faults(&there, Step::Gone),
        ["called gone, and wanted or still there"]
    );
    assert_eq!(
        faults(&there, Step::Right),
        ["called right, and not ENABLED"]
    );
    let absent = leaving(World::empty(1));
    assert_eq!(faults(&absent, Step::Gone), [""; 0]);
    let batch = 50;
    assert_eq!(
        faults(&absent, Step::Invite { batch }),
        ["to leave, and brought in"]
    );
    assert_eq!(
        faults(&World::empty(1), Step::Gone),
        ["called gone, and wanted or still there"]
    );
    let unseen = leaving(World::unseen(1));
    assert_eq!(
        faults(&unseen, Step::Gone),
        ["called gone, and wanted or still there"]
    );
}

#[test]
fn a_failed_verification_is_removed_once_where_another_try_was_asked_for() {
    let failed = || World::with(MemberStatus::VerificationFailed);
    let fault = ["removed, and no failed verification of another e-mail"];
    assert_eq!(faults(&failed(), Step::Remove), fault);
    let again = |mut world: World| {
        world.fleet.settings.retry_failed = true;
        world
    };
    assert_eq!(faults(&again(failed()), Step::Remove), [""; 0]);
    let invited = failed().got(MemberRequest::Invite, Answer::Done);
    assert_eq!(faults(&again(invited.looks(1)), Step::Remove), fault);
    let accepted = failed().got(MemberRequest::Accept, Answer::Done);
    assert_eq!(faults(&again(accepted.looks(1)), Step::Remove), [""; 0]);
    let in_progress = World::with(MemberStatus::VerificationInProgress);
    assert_eq!(faults(&again(in_progress), Step::Remove), fault);
    let nameless = Member {
        email: None,
        ..member(MemberStatus::VerificationFailed)
    };
    let nameless = World::empty(1).sees(1, nameless);
    assert_eq!(faults(&nameless, Step::Remove), fault);
}

#[test]
fn what_was_throttled_may_be_sent_again_at_once() {
    for (world, step, request) in [
        (
            World::empty(1),
            Step::Invite { batch: 50 },
            MemberRequest::Invite,
        ),
        (World::invited(), Step::Accept, MemberRequest::Accept),
        (World::corrected(), Step::Remove, MemberRequest::Remove),
        (
            World::with(MemberStatus::AcceptedButDisabled),
            Step::Start,
            MemberRequest::Start,
        ),
    ] {
        for answer in [Answer::Throttled, Answer::NotDone] {
            let world = world.clone().got(request, answer);
            assert_eq!(faults(&world, step.clone()), [""; 0], "{request:?}");
        }
        let blind = world.clone().got(request, lost());
        let found = faults(&blind, step.clone());
        assert!(
            found.contains(&"sent again without a look since its last answer".to_owned()),
            "{request:?}: {found:?}"
        );
        let busy = faults(&world.sent(request), step);
        assert!(
            busy.contains(&"sent while something is under way".to_owned()),
            "{request:?}: {busy:?}"
        );
    }
}
