//! What answers come to.

use super::*;
use crate::account::Region;
use crate::cause::FailureKind;
use crate::event::Operation;
use crate::observation::Observation;

fn failed(kind: FailureKind, code: &str) -> FailedCall {
    FailedCall::new(Operation::ListMembers, kind, code, Some("no"))
}

fn refused(code: &str) -> Answer {
    Answer::Refused(
        Refusal {
            call: failed(FailureKind::Refused, code),
            passing: None,
        }
        .into(),
    )
}

fn after(answers: &[Answer]) -> Attempt {
    let mut attempt = Attempt::default();
    for answer in answers {
        attempt.begin(Turn::default());
        attempt.end(answer.clone(), Round::default());
    }
    attempt
}

fn is_final(attempt: &Attempt) -> bool {
    matches!(attempt.verdict(Turn::default(), None), Verdict::Final(_))
}

#[test]
fn a_final_answer_is_believed_when_it_came_three_times_in_a_row() {
    let (a, b) = (refused("A"), refused("B"));
    let answers = [a.clone(), a.clone(), b, a.clone(), a.clone(), a];
    for few in 0..6 {
        assert!(!is_final(&after(&answers[..few])));
    }
    let attempt = after(&answers);
    let Verdict::Final(refusal) = attempt.verdict(Turn::default(), None) else {
        panic!("not final: {attempt:?}")
    };
    assert_eq!(&*refusal.call.code, "A");
}

#[test]
fn throttles_and_lost_answers_between_refusals_do_not_hide_them() {
    let (a, lost) = (
        refused("A"),
        Answer::Unclear(failed(FailureKind::Unclear, ours::UNCLEAR).into()),
    );
    let answers = [a.clone(), Answer::Throttled, a.clone(), lost, a];
    assert!(!is_final(&after(&answers[..4])));
    assert!(is_final(&after(&answers)));
}

#[test]
fn refusals_before_a_success_do_not_count() {
    let a = refused("A");
    let answers = [a.clone(), a.clone(), Answer::Done, a.clone(), a];
    assert!(!is_final(&after(&answers)));
}

#[test]
fn refusals_that_alternate_end_as_well() {
    let answers: Vec<_> = (0..REFUSED_AFTER)
        .map(|n| refused(["A", "B"][n as usize % 2]))
        .collect();
    assert!(!is_final(&after(&answers[1..])));
    assert!(is_final(&after(&answers)));
}

#[test]
fn what_batches_bring_back_on_one_look_is_one_answer_of_the_region() {
    let mut attempts = Attempts::default();
    for _ in 0..FINAL_AFTER {
        attempts.region_sent(RegionRequest::Change);
    }
    for _ in 0..FINAL_AFTER {
        attempts.region_answered(RegionRequest::Change, refused("A"), Round::default());
    }
    let change = attempts.region(RegionRequest::Change).unwrap();
    assert_eq!(change.refusals.all, 1);
    assert!(!is_final(change));
}

#[test]
fn a_change_that_the_region_refuses_was_asked_for_in_the_turn_that_it_is() {
    // Nothing of the Region's own was sent: it is refused in answers to requests about members.
    let asked = Asked::Region(RegionRequest::Change);
    let turn = Turn::default().and_last();
    let mut attempts = Attempts::default();
    attempts.saw_turn(asked, turn);
    attempts.region_answered(RegionRequest::Change, refused("A"), Round::default());
    let change = attempts.region(RegionRequest::Change).unwrap();
    assert_eq!(
        (change.turn, change.refusals.turn),
        (turn.number(), turn.number())
    );
}

#[test]
fn another_graph_opens_what_was_refused_because_of_the_one_before() {
    use RegionRequest::{Change, FindGraph, Look};
    let mut attempts = Attempts::default();
    for request in [Look, Change, FindGraph] {
        for n in 1..=FINAL_AFTER {
            let mut observation = Observation::of(Region::new("us-east-1"));
            let looks = (0..n).map(|_| observation.begin_look());
            attempts.region_answered(request, refused("A"), looks.last().unwrap());
        }
    }
    let is_final = |attempts: &Attempts, request| {
        matches!(attempts.region_verdict(request), Verdict::Final(_))
    };
    assert!(
        [Look, Change, FindGraph]
            .iter()
            .all(|it| is_final(&attempts, *it))
    );
    attempts.saw_another_graph();
    assert!(![Look, Change].iter().any(|it| is_final(&attempts, *it)));
    assert!(is_final(&attempts, FindGraph));
}

#[test]
fn what_was_tried_is_found_by_its_request() {
    let account = "000000000001".parse().unwrap();
    for request in [
        MemberRequest::Invite,
        MemberRequest::Accept,
        MemberRequest::Remove,
        MemberRequest::Start,
    ] {
        let mut attempts = Attempts::default();
        attempts.sent(request, account);
        let tried = attempts.member(account).unwrap();
        assert!(tried.is_under_way());
        assert_eq!(tried.to(request).sent, 1);
    }
}

#[test]
fn only_a_refusal_says_that_it_may_pass() {
    let refusal = Refusal {
        call: failed(FailureKind::Denied, "A"),
        passing: Some(Passing::Graph),
    };
    let passes = Answer::Refused(refusal.into());
    assert_eq!(passes.passing(), Some(Passing::Graph));
    let silent = Answer::Silent(failed(FailureKind::Silent, ours::NO_ANSWER).into());
    for other in [refused("A"), silent, Answer::Done, Answer::Throttled] {
        assert_eq!(other.passing(), None);
    }
}

#[test]
fn who_answers_is_given_up_no_longer() {
    let mut attempts = Attempts::default();
    let silent = Answer::Silent(failed(FailureKind::Silent, ours::NO_ANSWER).into());
    for questions in 1..=2 {
        attempts.region_sent(RegionRequest::FindGraph);
        attempts.region_answered(RegionRequest::FindGraph, silent.clone(), Round::default());
        let tried = attempts.unheard().unwrap();
        assert_eq!((tried.questions, tried.silences), (questions, questions));
    }
    attempts.give_up("silent".into());
    // Whoever asks again takes it back, and says why it was so.
    assert_eq!(attempts.ask_again(), Some("silent".into()));
    assert_eq!(attempts.given_up(), None);
    attempts.give_up("silent".into());
    attempts.region_answered(RegionRequest::FindGraph, Answer::Done, Round::default());
    assert_eq!((attempts.given_up(), attempts.unheard()), (None, None));
}

#[test]
fn a_region_was_heard_when_anything_came_back() {
    let mut attempts = Attempts::default();
    attempts.region_answered(
        RegionRequest::FindGraph,
        Answer::Silent(failed(FailureKind::Silent, ours::NO_ANSWER).into()),
        Round::default(),
    );
    assert!(!attempts.was_heard());
    attempts.region_answered(
        RegionRequest::FindGraph,
        Answer::Throttled,
        Round::default(),
    );
    assert!(attempts.was_heard());
}

/// 1,200 accounts in 21 Regions are 25,200 of them: what is rare is kept elsewhere, not in each.
#[test]
fn what_is_kept_of_a_membership_is_small() {
    assert!(size_of::<Attempt>() <= 72, "{}", size_of::<Attempt>());
    let all = size_of::<MemberAttempts>();
    assert!(all <= 4 * 72 + 16, "{all}");
}
