//! What is said, where, and where nothing is: the edges of each finding.

use pretty_assertions::assert_eq;

use super::{US, facts, failed, first, graph, header, id, no_role, only};
use crate::account::{AccountId, Email, GraphArn, Region};
use crate::cause::{Cause, FailureKind};
use crate::check::{
    Answer, Facts, Finding, GraphFacts, GuardDuty, Invitation, Level, Topic, Trusted, judge,
};
use crate::desired::{Fleet, Settings};
use crate::event::Operation;
use crate::member::{Member, MemberStatus, Package, Since, Volume};
use crate::observation::Observation;
use crate::plan::{MOST_MEMBERS, plan};

/// What is as it should be about that topic.
fn fine(facts: &Facts, topic: Topic) -> Vec<Finding> {
    let mut findings = judge(&header(), facts);
    findings.retain(|it| it.level == Level::Ok && it.topic == topic);
    findings
}

fn accounts(facts: &Facts, topic: Topic) -> Vec<AccountId> {
    let findings = fine(facts, topic).into_iter();
    findings.flat_map(|it| it.accounts).collect()
}

/// Where the graph that words speak of is.
fn regions(facts: &Facts, words: &str) -> Vec<Region> {
    let findings = fine(facts, Topic::Graph).into_iter();
    let findings = findings.filter(|it| it.what.contains(words));
    findings.flat_map(|it| it.regions).collect()
}

#[test]
fn where_every_role_is_refused_it_is_said_which_one_they_trust() {
    for (trusted, todo) in [
        (Trusted::WithinReach("A".into()), "say --admin-role A: "),
        (Trusted::OutOfReach("A".into()), "the member role trusts A "),
        (Trusted::Unknown, "Deploy the role there "),
    ] {
        let mut facts = facts();
        facts.trusted = trusted;
        first(&mut facts).role = no_role("no");
        let said = only(&facts).todo.unwrap();
        assert!(said.starts_with(todo), "{said}");
    }
}

#[test]
fn what_was_not_answered_somewhere_is_not_called_answered() {
    let mut asked = facts();
    let denied = failed(FailureKind::Denied, Operation::ListInvitations, "no");
    let us = Region::new(US);
    first(&mut asked).invitations.insert(us.clone(), denied);
    assert_eq!(accounts(&asked, Topic::Calls), [id(2)]);
    assert_eq!(accounts(&asked, Topic::Invitations), [id(2)]);
    let mut others = facts();
    let invited = Answer::Is(vec![Invitation {
        administrator: id(998),
        status: "INVITED".into(),
    }]);
    first(&mut others).invitations.insert(us, invited);
    assert_eq!(accounts(&others, Topic::Calls), [id(1), id(2)]);
    assert_eq!(accounts(&others, Topic::Invitations), [id(2)]);
    let mut nowhere = facts();
    first(&mut nowhere).regions = Answer::Is([].into());
    for topic in [Topic::Calls, Topic::Invitations] {
        assert_eq!(accounts(&nowhere, topic), [id(2)]);
    }
    let mut blind = facts();
    first(&mut blind).regions = failed(FailureKind::Denied, Operation::ListRegions, "no");
    assert_eq!(accounts(&blind, Topic::Calls), [id(2)]);
    assert_eq!(accounts(&blind, Topic::Invitations), [id(1), id(2)]);
}

#[test]
fn a_question_that_failed_is_not_told_as_denied() {
    let is_denied = |cause: &Option<Cause>| matches!(cause, Some(Cause::QuestionDenied { .. }));
    for (kind, level) in [
        (FailureKind::Denied, Level::Advice),
        (FailureKind::Unclear, Level::Advice),
        (FailureKind::NotOn, Level::Problem),
    ] {
        let mut asked = facts();
        first(&mut asked).regions = failed(kind, Operation::ListRegions, "no");
        let finding = only(&asked);
        assert_eq!((finding.topic, finding.level), (Topic::Calls, level));
        let denied = kind == FailureKind::Denied;
        assert_eq!(is_denied(&finding.cause), denied, "{kind:?}");
        let mut guarded = facts();
        guarded.guardduty = true;
        let on = Answer::Is(GuardDuty::On(
            guarded.now - 100 * jiff::SignedDuration::from_hours(1),
        ));
        for member in guarded.members.values_mut() {
            let each = member.wanted.iter().cloned();
            member.guardduty = each.map(|region| (region, on.clone())).collect();
        }
        let answer = failed(kind, Operation::ListDetectors, "no");
        let asked = &mut first(&mut guarded).guardduty;
        asked.insert(Region::new(US), answer);
        assert_eq!(is_denied(&only(&guarded).cause), denied, "{kind:?}");
    }
}

#[test]
fn an_invitation_that_an_organization_denies_is_a_problem() {
    let words = "User: x is not authorized to perform: detective:ListInvitations with an explicit deny in a service control policy";
    let mut facts = facts();
    let denied = failed(FailureKind::Denied, Operation::ListInvitations, words);
    let us = Region::new(US);
    first(&mut facts).invitations.insert(us, denied);
    let finding = only(&facts);
    assert_eq!(
        (finding.topic, finding.level),
        (Topic::Calls, Level::Problem)
    );
    assert!(matches!(finding.cause, Some(Cause::DetectiveDenied { .. })));
}

#[test]
fn the_file_is_told_by_its_accounts_and_who_is_left_out() {
    for (all, what) in [(2, "2 accounts"), (5, "5 accounts, 3 of them left out")] {
        let mut facts = facts();
        facts.accounts = all;
        assert_eq!(fine(&facts, Topic::File)[0].what, what);
    }
    let mut one = facts();
    one.accounts = 1;
    one.members.remove(&id(2));
    assert_eq!(fine(&one, Topic::File)[0].what, "1 account");
}

#[test]
fn the_fullest_graph_is_told_with_what_is_listed_of_its_data() {
    for (bytes, listed) in [
        (0, "less than 0.1"),
        (1_290_000_000_000, "1.2"),
        (990_000_000_000, "0.9"),
    ] {
        let mut facts = facts();
        let full = &mut facts.graphs[0];
        (full.members, full.to_invite, full.bytes_per_day) = (10, 5, bytes);
        let words = format!(
            "room: the fullest behavior graph would have 15 of 1200 members; the listed members send {listed} of 10 TB a day"
        );
        assert_eq!(regions(&facts, &words).len(), 2, "{words}");
    }
}

#[test]
fn only_a_graph_that_has_room_and_little_data_is_said_to_have_room() {
    let room = |bend: fn(&mut GraphFacts)| {
        let mut facts = facts();
        bend(&mut facts.graphs[0]);
        regions(&facts, "room: ")
    };
    let us = [Region::new(US)];
    assert_eq!(room(|_| {}).len(), 2);
    assert_eq!(room(|it| it.members = 1_077).len(), 2);
    assert_eq!(room(|it| it.members = 1_078), us);
    assert_eq!(room(|it| it.bytes_per_day = 8_000_000_000_000), us);
    assert_eq!(room(|it| it.without_room = vec![id(2)]), us);
    assert_eq!(room(|it| it.error = Some("no".into())), us);
    // Who finds no room in one is not counted where the fullest is told.
    let mut crowded = facts();
    let full = &mut crowded.graphs[0];
    (full.members, full.without_room) = (1_199, vec![id(2)]);
    assert_eq!(regions(&crowded, "would have 1200 of 1200 members"), us);
    let mut facts = facts();
    (facts.graphs[0].members, facts.graphs[0].to_invite) = (1_000, 80);
    let words = "nearly full: the behavior graph would have 1080 of 1200 members";
    assert!(only(&facts).what.starts_with(words));
}

#[test]
fn a_graph_that_is_not_there_yet_is_told_and_one_that_could_not_be_read_is_not() {
    let mut facts = facts();
    facts.graphs[0].graph_arn = Some(GraphArn::new("arn"));
    facts.graphs.push(GraphFacts {
        error: Some("no answer".into()),
        ..graph("eu-north-1")
    });
    assert_eq!(regions(&facts, "no behavior graph yet"), [Region::new(US)]);
}

#[test]
fn levels_and_topics_are_called_as_in_json() {
    for level in [Level::Problem, Level::Advice, Level::Ok] {
        assert_eq!(serde_json::to_value(level).unwrap(), level.as_str());
    }
    for topic in [Topic::File, Topic::Caller, Topic::Members, Topic::GuardDuty] {
        assert_eq!(serde_json::to_value(topic).unwrap(), topic.as_str());
        assert_eq!(topic.to_string(), topic.as_str());
    }
}

#[test]
fn an_answer_that_is_none_stays_none_whatever_is_made_of_it() {
    let double = |it: Answer<u8>| it.map(|n| n * 2);
    assert_eq!(double(Answer::Is(4)), Answer::Is(8));
    assert_eq!(double(Answer::Open), Answer::Open);
    let failed = failed(FailureKind::Denied, Operation::ListRegions, "no");
    assert_eq!(double(failed.clone()), failed);
}

/// Accounts 1 to `listed` are wanted; of the members, those up to `enabled` are ENABLED.
fn seen(
    listed: u16,
    members: impl IntoIterator<Item = u16>,
    enabled: u16,
    cause: Option<&Cause>,
) -> GraphFacts {
    let email: Email = "root@example.com".parse().unwrap();
    let fleet = Fleet {
        administrator: id(999),
        members: (1..=listed).map(|n| (id(n), email.clone())).collect(),
        settings: Settings::default(),
    };
    let mut observation = Observation::of(Region::new(US));
    observation.saw_graph(Some(GraphArn::new("arn")));
    let round = observation.begin_look();
    for n in members {
        let status = match n <= enabled {
            true => MemberStatus::Enabled,
            false => MemberStatus::VerificationFailed,
        };
        let volume = Volume {
            package: Package::Core,
            bytes_per_day: u64::from(n),
            measured: None,
        };
        let member = Member {
            status,
            email: Some(email.clone()),
            disabled_reason: None,
            organization: false,
            since: Since::default(),
            volumes: vec![volume],
        };
        observation.saw_member(round, id(n), Some(member));
    }
    observation.saw_whole_list(round);
    let plan = plan(&fleet, &observation, &Default::default());
    GraphFacts::of(&fleet, &observation, &plan, cause)
}

#[test]
fn a_graph_is_counted_as_it_is_and_as_the_plan_would_make_it() {
    // One is ENABLED, one failed, and one is missing; account 7 is not in the list, and ENABLED.
    let facts = seen(3, [1, 2, 7], 1, None);
    assert_eq!((facts.members, facts.enabled, facts.to_invite), (3, 1, 1));
    assert_eq!(facts.bytes_per_day, 10);
    let blocked: Vec<_> = facts.blocked.iter().map(|it| it.0).collect();
    assert_eq!(blocked, [id(2)]);
    // What a Region as a whole has is not told of each account.
    let down = Cause::other("no answer");
    assert_eq!(seen(3, [1, 2, 7], 1, Some(&down)).blocked, []);
    assert_eq!(seen(1, [1, 2], 2, None).enabled, 1);
    let most = u16::try_from(MOST_MEMBERS).unwrap();
    let full = seen(2, 3..most + 2, 0, None);
    assert_eq!((full.to_invite, &full.without_room[..]), (2, &[id(2)][..]));
    assert_eq!(full.blocked, []);
}
