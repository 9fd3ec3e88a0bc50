use pretty_assertions::assert_eq;

use super::*;
use crate::account::{Email, GraphArn};
use crate::attempts::Attempts;
use crate::desired::{Others, Settings};
use crate::member::{Member, MemberStatus, Since};
use crate::plan::plan;

fn id(n: usize) -> AccountId {
    format!("{n:012}").parse().unwrap()
}

fn region(name: &str, members: impl IntoIterator<Item = usize>) -> Observation {
    let mut observation = Observation::of(Region::new(name));
    observation.saw_graph(Some(GraphArn::new("arn")));
    let round = observation.begin_look();
    for n in members {
        let member = Member {
            status: MemberStatus::Enabled,
            email: None,
            disabled_reason: None,
            organization: false,
            since: Since::default(),
            volumes: Vec::new(),
        };
        observation.saw_member(round, id(n), Some(member));
    }
    observation.saw_whole_list(round);
    observation
}

/// The roster names the accounts up to `listed`.
fn fleet(listed: usize, purpose: Purpose, others: Others) -> Fleet {
    let email: Email = "root@example.com".parse().unwrap();
    Fleet {
        administrator: "555555555555".parse().unwrap(),
        members: (0..listed).map(|n| (id(n), email.clone())).collect(),
        settings: Settings {
            purpose,
            others,
            ..Settings::default()
        },
    }
}

fn judged(
    fleet: &Fleet,
    regions: &[Observation],
    bad_lines: usize,
    consent: Consent,
) -> Vec<Refusal> {
    let plans: Vec<_> = regions
        .iter()
        .map(|observation| plan(fleet, observation, &Attempts::default()))
        .collect();
    let before = Before::default();
    judge(
        fleet,
        regions.iter().zip(&plans),
        bad_lines,
        consent,
        &before,
    )
}

fn consent(max_removals: Option<usize>, word: Word) -> Consent {
    Consent { max_removals, word }
}

fn removals_of(refusals: &[Refusal]) -> Option<(usize, usize, usize)> {
    refusals.iter().find_map(|refusal| match refusal {
        Refusal::TooMany {
            removals,
            members,
            most,
            ..
        } => Some((*removals, *members, *most)),
        _ => None,
    })
}

#[test]
fn what_only_adds_is_never_refused() {
    let fleet = fleet(3, Purpose::Enable, Others::Leave);
    assert_eq!(
        judged(&fleet, &[region("a", 0..90)], 7, Consent::default()),
        []
    );
}

#[test]
fn a_bad_line_refuses_everything_that_removes() {
    for (purpose, others) in [
        (Purpose::Disable, Others::Leave),
        (Purpose::Enable, Others::Remove),
        (Purpose::DeleteGraphs, Others::Leave),
    ] {
        let fleet = fleet(3, purpose, others);
        let refusals = judged(&fleet, &[region("a", [])], 1, consent(Some(9), Word::Typed));
        assert_eq!(refusals, [Refusal::BadLines(1)]);
        assert!(!refusals[0].can_be_confirmed());
    }
}

#[test]
fn five_accounts_or_a_tenth_may_go() {
    for (removed, members, most) in [
        (5, 5, None),
        (6, 6, Some(5)),
        (5, 80, None),
        (8, 80, None),
        (9, 80, Some(8)),
        (9, 89, Some(8)),
        (9, 90, None),
    ] {
        let fleet = fleet(removed, Purpose::Disable, Others::Leave);
        let refusals = judged(&fleet, &[region("a", 0..members)], 0, Consent::default());
        let expected = most.map(|most| (removed, members, most));
        assert_eq!(removals_of(&refusals), expected, "{removed} of {members}");
    }
}

#[test]
fn accounts_are_counted_once_over_all_regions() {
    let fleet = fleet(6, Purpose::Disable, Others::Leave);
    let same = [region("a", 0..5), region("b", 0..5)];
    assert_eq!(judged(&fleet, &same, 0, Consent::default()), []);
    // No Region for itself removes more than five.
    let apart = [region("a", 0..3), region("b", 3..6)];
    let refusals = judged(&fleet, &apart, 0, Consent::default());
    assert_eq!(removals_of(&refusals), Some((6, 6, 5)));
}

#[test]
fn a_limit_that_was_set_is_the_limit_and_a_person_may_lift_it() {
    let fleet = fleet(9, Purpose::Enable, Others::Remove);
    let regions = [region("a", 0..20)];
    for (max_removals, word, refused) in [
        (None, Word::None, true),
        (Some(10), Word::None, true),
        (Some(11), Word::None, false),
        (None, Word::Written, true),
        (None, Word::Typed, false),
    ] {
        let refusals = judged(&fleet, &regions, 0, consent(max_removals, word));
        assert_eq!(
            removals_of(&refusals).is_some(),
            refused,
            "{max_removals:?} {word:?}"
        );
    }
    let few = [region("a", [9])];
    let refusals = judged(&fleet, &few, 0, consent(Some(0), Word::None));
    assert_eq!(removals_of(&refusals), Some((1, 1, 0)));
    assert!(refusals[0].can_be_confirmed());
}

#[test]
fn the_end_of_graphs_wants_the_administrators_id() {
    let fleet = fleet(0, Purpose::DeleteGraphs, Others::Remove);
    let regions = [region("a", 0..20), region("b", [])];
    let graphs = |refusals: &[Refusal]| {
        let ends = |it: &Refusal| matches!(it, Refusal::EndsDetective { graphs: 2, .. });
        refusals.iter().any(ends)
    };
    assert!(graphs(&judged(&fleet, &regions, 0, Consent::default())));
    assert!(graphs(&judged(
        &fleet,
        &regions,
        0,
        consent(Some(20), Word::None)
    )));
    assert_eq!(
        judged(&fleet, &regions, 0, consent(None, Word::Written)),
        []
    );
    assert_eq!(judged(&fleet, &regions, 0, consent(None, Word::Typed)), []);
    let refusals = judged(&fleet, &regions, 0, consent(Some(19), Word::Written));
    assert_eq!(removals_of(&refusals), Some((20, 20, 19)));
}

#[test]
fn a_graph_with_others_in_it_is_not_for_confirming() {
    let fleet = fleet(3, Purpose::DeleteGraphs, Others::Leave);
    let regions = [region("a", 0..3), region("b", 0..4)];
    let refusals = judged(&fleet, &regions, 0, consent(None, Word::Typed));
    assert_eq!(refusals, [Refusal::Outsiders(vec![Region::new("b")])]);
    assert!(!refusals[0].can_be_confirmed());
}

#[test]
fn a_failed_entry_that_is_replaced_is_no_removal() {
    let mut fleet = fleet(9, Purpose::Enable, Others::Remove);
    fleet.settings.retry_failed = true;
    let mut observation = region("a", 0..9);
    let round = observation.begin_look();
    for n in 0..9 {
        let member = observation
            .look(id(n))
            .and_then(|look| look.member)
            .cloned();
        let failed = member.map(|member| Member {
            status: MemberStatus::VerificationFailed,
            ..member
        });
        observation.saw_member(round, id(n), failed);
    }
    assert_eq!(
        judged(&fleet, &[observation], 0, consent(Some(0), Word::None)),
        []
    );
}

#[test]
fn each_refusal_says_what_to_do() {
    let administrator = "555555555555".parse().unwrap();
    for (refusal, says) in [
        (Refusal::BadLines(2), "correct them"),
        (
            Refusal::TooMany {
                purpose: Purpose::Enable,
                removals: 9,
                members: 20,
                most: 5,
                before: None,
            },
            "--max-removals 9",
        ),
        (
            Refusal::EndsDetective {
                graphs: 3,
                administrator,
            },
            "--confirm 555555555555",
        ),
        (
            Refusal::Outsiders(vec![Region::new("eu-west-1")]),
            "in eu-west-1",
        ),
    ] {
        assert!(refusal.to_string().contains(says), "{refusal}");
    }
}

#[test]
fn the_role_is_taken_from_few_accounts_or_from_as_many_as_were_said() {
    let written = |max_removals| Consent {
        max_removals,
        word: Word::None,
    };
    let refused = |removals, roles, consent| !judge_roles(removals, roles, 0, consent).is_empty();
    assert!(!refused(5, 5, Consent::default()));
    assert!(refused(6, 20, Consent::default()));
    assert!(!refused(10, 100, Consent::default()));
    assert!(!refused(6, 20, written(Some(6))));
    assert!(refused(2, 20, written(Some(1))));
    let typed = Consent {
        word: Word::Typed,
        ..Consent::default()
    };
    assert!(!refused(20, 20, typed));
    assert_eq!(judge_roles(1, 20, 2, typed), [Refusal::BadLines(2)]);
}

#[test]
fn what_was_removed_before_counts_once_and_so_do_those_who_were_members() {
    let fleet = fleet(0, Purpose::Enable, Others::Remove);
    let regions = [region("a", 0..3)];
    let plans = [plan(&fleet, &regions[0], &Attempts::default())];
    let judged = |removed: std::ops::Range<usize>, members| {
        let before = Before {
            removed: removed.map(id).collect(),
            members,
            hours: Some(24),
        };
        let regions = regions.iter().zip(&plans);
        judge(&fleet, regions, 0, Consent::default(), &before)
    };
    // Two before and three now; one of those before is there again.
    assert_eq!(judged(2..5, 0), []);
    let [
        Refusal::TooMany {
            purpose: _,
            removals: 6,
            members: 6,
            most: 5,
            before: Some((3, 24)),
        },
    ] = judged(3..6, 0)[..]
    else {
        panic!("{:?}", judged(3..6, 0));
    };
    // A tenth of those who were members when this began.
    assert_eq!(judged(3..6, 60), []);
    // Nothing is planned: nothing is refused.
    let idle = [region("a", 0..0)];
    let plans = [plan(&fleet, &idle[0], &Attempts::default())];
    let before = Before {
        removed: (0..9).map(id).collect(),
        ..Before::default()
    };
    assert_eq!(
        judge(
            &fleet,
            idle.iter().zip(&plans),
            0,
            Consent::default(),
            &before
        ),
        []
    );
}

#[test]
fn where_a_saved_plan_is_executed_a_new_plan_is_the_way_out() {
    let outsiders = Refusal::Outsiders(["eu-west-1", "us-east-1"].map(Region::new).into());
    assert_eq!(
        outsiders.of_saved_plan(),
        "the behavior graph has members that the file does not name in eu-west-1, us-east-1: make a new plan, which leaves those Regions out, or whose file names the members (detective-fleet adopt lists them)"
    );
    let lines = Refusal::BadLines(2);
    assert_eq!(
        lines.of_saved_plan(),
        format!("{lines}, and make a new plan")
    );
    let many = Refusal::TooMany {
        purpose: Purpose::Disable,
        removals: 6,
        members: 6,
        most: 5,
        before: None,
    };
    assert_eq!(many.of_saved_plan(), many.to_string());
}

#[test]
fn each_purpose_has_a_question_of_its_own() {
    let asked = |purpose| {
        let many = Refusal::TooMany {
            purpose,
            removals: 6,
            members: 6,
            most: 5,
            before: None,
        };
        many.to_string()
    };
    for (purpose, question) in [
        (Purpose::Enable, ": is the file complete? If so"),
        (Purpose::Disable, ": are all of them meant to leave? If so"),
        (
            Purpose::DeleteGraphs,
            ": is Detective meant to end for all of them? If so",
        ),
    ] {
        assert!(asked(purpose).contains(question), "{}", asked(purpose));
    }
    let fleet = fleet(6, Purpose::Disable, Others::Leave);
    let refusals = judged(&fleet, &[region("us-east-1", 0..6)], 0, Consent::default());
    let [Refusal::TooMany { purpose, .. }] = refusals[..] else {
        panic!("{refusals:?}");
    };
    assert_eq!(purpose, Purpose::Disable);
}
