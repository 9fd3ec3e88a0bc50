//! What facts mean.

mod chance;
mod edges;

use std::collections::{BTreeMap, BTreeSet};

use pretty_assertions::assert_eq;

use super::*;
use crate::account::{AccountId, Region};
use crate::cause::{Cause, FailedCall, FailureKind, MemberRole};
use crate::event::Operation;
use crate::language::Language;
use crate::region_table::Partition;
use crate::report::{CheckReport, Ended, InvalidLine, VERSION, Verdict};

const US: &str = "us-east-1";
const EU: &str = "eu-west-1";
const NOW: &str = "2026-01-10T00:00:00Z";

fn id(n: u16) -> AccountId {
    format!("{n:012}").parse().unwrap()
}

fn header() -> Header {
    Header {
        version: VERSION,
        kind: "check".to_owned(),
        operation: "check".to_owned(),
        run_id: "r-1".to_owned(),
        administrator: id(999),
        started: NOW.parse().unwrap(),
        invalid_lines: Vec::new(),
        notes: Vec::new(),
        labels: Default::default(),
        origin: Default::default(),
    }
}

fn graph(region: &str) -> GraphFacts {
    GraphFacts {
        region: Region::new(region),
        graph_arn: None,
        error: None,
        why: Default::default(),
        members: 0,
        enabled: 0,
        to_invite: 2,
        without_room: Vec::new(),
        bytes_per_day: 0,
        blocked: Vec::new(),
    }
}

/// An account in which everything is as it should be.
fn fine() -> MemberFacts {
    let regions: BTreeSet<_> = [EU, US].map(Region::new).into();
    let each = regions.iter().cloned();
    MemberFacts {
        role: RoleFacts::Ready,
        invitations: each
            .map(|region| (region, Answer::Is(Vec::new())))
            .collect(),
        guardduty: BTreeMap::new(),
        regions: Answer::Is(regions.clone()),
        wanted: regions,
    }
}

/// Two accounts in two Regions, all as it should be.
fn facts() -> Facts {
    Facts {
        caller: "arn:aws:iam::000000000999:user/security".to_owned(),
        administrator: id(999),
        partition: Partition::Aws,
        accounts: 2,
        expired: Vec::new(),
        now: NOW.parse().unwrap(),
        guardduty: false,
        trusted: Trusted::Unknown,
        graphs: vec![graph(EU), graph(US)],
        members: [(id(1), fine()), (id(2), fine())].into(),
    }
}

fn failed<T>(kind: FailureKind, operation: Operation, words: &str) -> Answer<T> {
    let code = match kind {
        FailureKind::Denied => "AccessDenied",
        FailureKind::NotOn => "UnrecognizedClientException",
        _ => "InternalServerError",
    };
    Answer::Failed(FailedCall::new(operation, kind, code, Some(words)))
}

/// What [`MemberFacts::regions`] comes to.
fn denied_regions<T>() -> Answer<T> {
    failed(FailureKind::Denied, Operation::ListRegions, "no")
}

fn no_role(words: &str) -> RoleFacts {
    let Answer::<()>::Failed(error) = failed(FailureKind::Denied, Operation::AssumeRole, words)
    else {
        panic!("it failed")
    };
    RoleFacts::Failed(Cause::RoleNotAssumed {
        role: MemberRole {
            partition: Partition::Aws,
            name: MemberRole::DEFAULT.into(),
            external_id: false,
        },
        error,
    })
}

/// What is found beside what is as it should be, as `level topic accounts regions`.
fn found(facts: &Facts) -> Vec<(Level, Topic, usize, usize)> {
    let findings = judge(&header(), facts).into_iter();
    let findings = findings.filter(|it| it.level != Level::Ok);
    findings
        .map(|it| (it.level, it.topic, it.accounts.len(), it.regions.len()))
        .collect()
}

fn only(facts: &Facts) -> Finding {
    let mut findings = judge(&header(), facts);
    findings.retain(|it| it.level != Level::Ok);
    assert_eq!(findings.len(), 1, "{findings:#?}");
    findings.remove(0)
}

fn first(facts: &mut Facts) -> &mut MemberFacts {
    facts.members.get_mut(&id(1)).unwrap()
}

#[test]
fn where_all_is_well_each_topic_is_one_finding() {
    let topics: Vec<_> = judge(&header(), &facts())
        .into_iter()
        .map(|it| (it.level, it.topic))
        .collect();
    let all = [
        Topic::File,
        Topic::Caller,
        // The administrator's, and the members'.
        Topic::Regions,
        Topic::Regions,
        // There is none yet, and there will be room.
        Topic::Graph,
        Topic::Graph,
        Topic::Role,
        Topic::Calls,
        Topic::Invitations,
    ];
    assert_eq!(topics, all.map(|topic| (Level::Ok, topic)));
}

#[test]
fn a_bad_line_is_a_problem_with_its_number() {
    let mut header = header();
    let reason = "the account id has 11 digits".to_owned();
    header.invalid_lines.push(InvalidLine { line: 7, reason });
    let findings = judge(&header, &facts());
    assert_eq!(
        (findings[0].topic, findings[0].level),
        (Topic::File, Level::Problem)
    );
    assert!(findings[0].what.starts_with("line 7: "));
}

#[test]
fn a_role_that_cannot_be_assumed_is_a_problem_of_its_account_alone() {
    let mut facts = facts();
    first(&mut facts).role = no_role("no");
    let finding = only(&facts);
    assert_eq!(
        (finding.topic, finding.level),
        (Topic::Role, Level::Problem)
    );
    assert_eq!(finding.accounts, [id(1)]);
    assert!(
        finding
            .what
            .contains("arn:aws:iam::000000000001:role/detective-fleet/")
    );
    assert!(finding.todo.unwrap().contains("deploy/member-role.yaml"));
}

#[test]
fn where_no_role_can_be_assumed_it_is_said_once_and_not_blamed_on_the_members() {
    let mut facts = facts();
    for (account, member) in &mut facts.members {
        member.role = no_role(&format!("{account} may not"));
    }
    let finding = only(&facts);
    assert_eq!(finding.accounts, [id(1), id(2)]);
    let what = "Cannot assume the role detective-fleet/DetectiveFleetMember in 2 accounts. ";
    assert!(finding.what.starts_with(what), "{}", finding.what);
    assert!(finding.todo.unwrap().contains("in every account"));
}

#[test]
fn a_region_that_is_off_in_a_member_is_a_problem_there() {
    let mut facts = facts();
    first(&mut facts).regions = Answer::Is([Region::new(US)].into());
    first(&mut facts).invitations.remove(&Region::new(EU));
    let finding = only(&facts);
    assert_eq!(
        (finding.topic, finding.level),
        (Topic::Regions, Level::Problem)
    );
    assert_eq!(
        finding.what,
        "eu-west-1 is not switched on in 000000000001."
    );
    let todo = finding.todo.unwrap();
    assert!(todo.contains("--expected 000000000001/eu-west-1"), "{todo}");
}

#[test]
fn a_denied_harmless_question_is_advice_with_the_statement_to_add() {
    let mut facts = facts();
    first(&mut facts).regions = denied_regions();
    let finding = only(&facts);
    assert_eq!(
        (finding.topic, finding.level),
        (Topic::Calls, Level::Advice)
    );
    let todo = finding.todo.unwrap();
    assert!(todo.contains("arn:aws:account::"), "{todo}");
    assert!(todo.contains("account:ListRegions"), "{todo}");

    let mut facts = self::facts();
    let denied = failed(FailureKind::Denied, Operation::ListInvitations, "no");
    first(&mut facts)
        .invitations
        .insert(Region::new(US), denied);
    let finding = only(&facts);
    assert_eq!(
        (finding.topic, finding.level),
        (Topic::Calls, Level::Advice)
    );
    assert!(finding.todo.unwrap().contains("detective:ListInvitations"));
}

#[test]
fn a_region_that_does_not_know_the_role_is_off_there_or_nearly() {
    let mut facts = facts();
    first(&mut facts).regions = denied_regions();
    let off = failed(FailureKind::NotOn, Operation::ListInvitations, "no");
    first(&mut facts).invitations.insert(Region::new(EU), off);
    assert_eq!(
        found(&facts),
        [
            (Level::Problem, Topic::Regions, 1, 1),
            (Level::Advice, Topic::Calls, 1, 0)
        ]
    );
}

#[test]
fn who_else_invites_is_worth_knowing_and_our_own_invitation_is_not() {
    let mut facts = facts();
    let by = |administrator| Invitation {
        administrator,
        status: "INVITED".into(),
    };
    let both = Answer::Is(vec![by(id(999)), by(id(998))]);
    first(&mut facts).invitations.insert(Region::new(US), both);
    let finding = only(&facts);
    assert_eq!(
        (finding.topic, finding.level),
        (Topic::Invitations, Level::Advice)
    );
    assert!(finding.what.starts_with("000000000998 invites"));
    assert_eq!(
        (finding.accounts, finding.regions),
        (vec![id(1)], vec![Region::new(US)])
    );
}

#[test]
fn a_graph_is_full_nearly_full_or_has_room() {
    for (members, new, out, found_there) in [
        (0, 1079, 0, None),
        (1000, 80, 0, Some(Level::Advice)),
        (1100, 100, 0, Some(Level::Advice)),
        (1199, 2, 1, Some(Level::Problem)),
    ] {
        let mut facts = facts();
        let graph = &mut facts.graphs[0];
        (graph.members, graph.to_invite) = (members, new);
        graph.without_room = (0..out).map(|n| id(n + 2)).collect();
        let levels: Vec<_> = found(&facts).into_iter().map(|it| it.0).collect();
        assert_eq!(levels, Vec::from_iter(found_there), "{members} and {new}");
    }
}

#[test]
fn much_data_is_told_before_it_is_too_much() {
    for (bytes, level) in [
        (7_900_000_000_000, None),
        (8_000_000_000_000, Some(Level::Advice)),
        (10_000_000_000_000, Some(Level::Problem)),
    ] {
        let mut facts = facts();
        facts.graphs[1].bytes_per_day = bytes;
        let findings = judge(&header(), &facts);
        let graph = findings.iter().filter(|it| it.topic == Topic::Graph);
        let bad: Vec<_> = graph
            .clone()
            .filter(|it| it.level != Level::Ok)
            .map(|it| it.level)
            .collect();
        assert_eq!(bad, Vec::from_iter(level), "{bytes}");
        // Everywhere it is said that this is a lower bound.
        let mut volumes = graph.filter(|it| it.what.contains("TB a day"));
        assert!(volumes.all(|it| it.what.contains("a lower bound")));
    }
}

#[test]
fn what_the_plan_cannot_do_and_what_cannot_be_read_are_problems() {
    let mut facts = facts();
    facts.graphs[0]
        .blocked
        .push((id(2), Cause::wrong_email(None)));
    facts.graphs[1].error = Some("no connection".into());
    assert_eq!(
        found(&facts),
        [
            (Level::Problem, Topic::Graph, 0, 1),
            (Level::Problem, Topic::Members, 1, 1)
        ]
    );
}

#[test]
fn guardduty_is_never_more_than_advice() {
    let asked = |answer: Answer<GuardDuty>| {
        let mut facts = facts();
        facts.guardduty = true;
        for member in facts.members.values_mut() {
            let each = member.wanted.iter().cloned();
            member.guardduty = each.map(|region| (region, answer.clone())).collect();
        }
        facts
    };
    let since = |text: &str| Answer::Is(GuardDuty::On(text.parse().unwrap()));
    assert_eq!(found(&asked(since("2026-01-08T00:00:00Z"))), []);
    for answer in [
        since("2026-01-08T00:00:01Z"),
        Answer::Is(GuardDuty::Off),
        failed(FailureKind::Denied, Operation::ListDetectors, "no"),
        failed(FailureKind::Unclear, Operation::ListDetectors, "no"),
        failed(FailureKind::NotOn, Operation::ListDetectors, "no"),
        Answer::Open,
    ] {
        let finding = only(&asked(answer.clone()));
        assert_eq!(
            (finding.topic, finding.level),
            (Topic::GuardDuty, Level::Advice),
            "{answer:?}"
        );
        if let Answer::Is(_) = answer {
            let words = "before 2024 Detective demanded 48 hours; today it is advice, since its findings are part of what Detective ingests";
            assert!(finding.what.ends_with(words), "{}", finding.what);
        }
    }
}

#[test]
fn guardduty_is_not_spoken_of_unless_it_was_asked() {
    let findings = judge(&header(), &facts());
    assert!(findings.iter().all(|it| it.topic != Topic::GuardDuty));
}

#[test]
fn what_was_not_answered_is_a_problem_and_said_once() {
    let mut facts = facts();
    for member in facts.members.values_mut() {
        *member = MemberFacts {
            wanted: member.wanted.clone(),
            ..MemberFacts::default()
        };
    }
    assert_eq!(found(&facts), [(Level::Problem, Topic::Role, 2, 0)]);
    for member in facts.members.values_mut() {
        member.role = RoleFacts::Ready;
    }
    assert_eq!(found(&facts), [(Level::Problem, Topic::Regions, 2, 0)]);
}

#[test]
fn an_email_in_awss_words_is_masked() {
    let mut facts = facts();
    let text = "User: arn:aws:sts::1:assumed-role/X/jo@example.com is not authorized";
    let Answer::<()>::Failed(error) = failed(FailureKind::Refused, Operation::AssumeRole, text)
    else {
        panic!("it failed")
    };
    facts.graphs[0]
        .blocked
        .push((id(2), Cause::CallRefused { error }));
    assert!(only(&facts).what.contains("j***@example.com"));
}

#[test]
fn acceptances_are_unproven_until_everybody_is_enabled() {
    let mut facts = facts();
    assert!(has_unproven_acceptances(&facts));
    for graph in &mut facts.graphs {
        graph.enabled = 2;
    }
    assert!(!has_unproven_acceptances(&facts));
}

fn report(facts: &Facts, ended: Ended) -> CheckReport {
    let finished = NOW.parse().unwrap();
    CheckReport::of(header(), facts, finished, ended, BTreeMap::new())
}

#[test]
fn a_problem_is_what_makes_the_exit_status() {
    let mut facts = facts();
    let verdict = |facts: &Facts| report(facts, Ended::Complete).verdict();
    assert_eq!(verdict(&facts), Verdict::AsWanted);
    first(&mut facts).regions = denied_regions();
    assert_eq!(verdict(&facts), Verdict::AsWanted);
    first(&mut facts).role = no_role("no");
    assert_eq!(verdict(&facts), Verdict::NotAsWanted);
    assert_eq!(
        report(&facts, Ended::Interrupted).verdict(),
        Verdict::Interrupted
    );
}

#[test]
fn the_document_has_the_shape_that_is_documented() {
    let mut facts = facts();
    first(&mut facts).role = no_role("no");
    let document = serde_json::to_value(report(&facts, Ended::Complete)).unwrap();
    let keys: Vec<_> = document.as_object().unwrap().keys().cloned().collect();
    let expected = [
        "administrator",
        "caller",
        "calls",
        "ended",
        "findings",
        "finished",
        "invalid_lines",
        "kind",
        "notes",
        "operation",
        "partition",
        "regions",
        "run_id",
        "started",
        "summary",
        "version",
    ];
    assert_eq!(keys, expected);
    let findings = document["findings"].as_array().unwrap();
    let problem = findings.iter().find(|it| it["level"] == "problem").unwrap();
    let golden = serde_json::json!({
        "topic": "role", "level": "problem",
        "what": "Cannot assume the role detective-fleet/DetectiveFleetMember in 000000000001. \
                 AWS does not say which it is: the role is missing, its trust policy or its external \
                 id does not fit, or the account is suspended (tried: \
                 arn:aws:iam::000000000001:role/detective-fleet/DetectiveFleetMember, \
                 without an external id).",
        "todo": "Deploy the role there (deploy/member-role.yaml) with this administrator and \
                 external id; a role of another name needs --role-name.",
        "command": "detective-fleet roles deploy accounts.csv --account 000000000001",
        "cause": "role-not-assumed",
        "details": {
            "role": {
                "partition": "aws", "name": "detective-fleet/DetectiveFleetMember",
                "external_id": false
            },
            "error": {
                "operation": "sts:AssumeRole", "kind": "denied", "code": "AccessDenied",
                "example": "no"
            }
        },
        "accounts": ["000000000001"], "regions": []
    });
    assert_eq!(*problem, golden);
    let golden = serde_json::json!({
        "region": "eu-west-1", "graph_arn": null, "error": null, "members": 0, "enabled": 0,
        "to_invite": 2, "without_room": [], "bytes_per_day": 0
    });
    assert_eq!(document["regions"][0], golden);
    let read: CheckReport = serde_json::from_value(document).unwrap();
    assert_eq!(read.verdict(), Verdict::NotAsWanted);
}

#[test]
fn what_is_found_of_graphs_and_of_the_list_has_japanese() {
    let mut facts = facts();
    facts.accounts = 3;
    facts.expired = vec![
        "expected: 111122223333/eu-south-1@2026-01-01 has ended and does not count any more; remove it, or give it a new day".to_owned(),
    ];
    facts.graphs[0].members = 1_150;
    facts.graphs[1].bytes_per_day = 8_500_000_000_000;
    facts.graphs.push(GraphFacts {
        bytes_per_day: 11_000_000_000_000,
        ..graph("eu-north-1")
    });
    for trusted in [
        Trusted::WithinReach("a/Role".into()),
        Trusted::OutOfReach("a/Role".into()),
    ] {
        facts.trusted = trusted;
        facts.members.get_mut(&id(1)).unwrap().role = no_role("denied");
        let findings = judge(&header(), &facts);
        assert!(findings.len() > 8, "{findings:?}");
        for finding in findings {
            let of_a_cause = finding.cause.as_ref().map(|_| String::new());
            let what = of_a_cause.unwrap_or(finding.what);
            for words in [Some(what), finding.todo].into_iter().flatten() {
                let retold = Language::Japanese.retell(&words);
                let is_japanese = retold.contains(|c| ('ぁ'..='ん').contains(&c));
                assert!(words.is_empty() || is_japanese, "{words}");
            }
        }
    }
}
