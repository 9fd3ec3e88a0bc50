//! What requests that do not succeed mean.

use super::*;

#[test]
fn the_code_and_the_status_tell_what_a_failure_means() {
    for (code, status, kind) in [
        (Some("ThrottlingException"), 400, FailureKind::Throttled),
        (Some("Throttling"), 400, FailureKind::Throttled),
        (None, 429, FailureKind::Throttled),
        (Some("InternalServerException"), 500, FailureKind::Unclear),
        (None, 503, FailureKind::Unclear),
        (None, 500, FailureKind::Unclear),
        (None, 499, FailureKind::Refused),
        (Some("RequestTimeout"), 400, FailureKind::Unclear),
        (Some("ExpiredTokenException"), 403, FailureKind::Expired),
        (Some("ExpiredToken"), 400, FailureKind::Expired),
        (Some("RequestExpired"), 400, FailureKind::Expired),
        (Some("UnrecognizedClientException"), 403, FailureKind::NotOn),
        (Some("InvalidClientTokenId"), 403, FailureKind::NotOn),
        (Some("RegionDisabledException"), 403, FailureKind::NotOn),
        (Some("LimitExceededException"), 400, FailureKind::Refused),
        (Some("LimitExceededException"), 429, FailureKind::Throttled),
        (
            Some("SubscriptionRequiredException"),
            403,
            FailureKind::Refused,
        ),
        (Some("OptInRequired"), 403, FailureKind::Refused),
        (Some("AccessDeniedException"), 403, FailureKind::Denied),
        (Some("AccessDenied"), 403, FailureKind::Denied),
        (Some("ResourceNotFoundException"), 404, FailureKind::Missing),
        (Some("ConflictException"), 409, FailureKind::Refused),
        (
            Some("ServiceQuotaExceededException"),
            402,
            FailureKind::Refused,
        ),
    ] {
        assert_eq!(
            of_service(code, None, status).kind,
            kind,
            "{code:?} {status}"
        );
    }
}

#[test]
fn where_awss_words_leave_open_what_to_do_ours_follow() {
    for (code, word) in [
        ("RegionDisabledException", "IAM's account settings"),
        ("SubscriptionRequiredException", "signing up"),
        ("OptInRequired", "signing up"),
        ("LimitExceeded", "Service Quotas"),
    ] {
        let failure = of_service(Some(code), Some("because"), 403);
        let begins = format!("{code}: because (");
        assert!(failure.text.starts_with(&begins), "{failure}");
        assert!(failure.text.contains(word), "{failure}");
    }
    assert!(
        !of_service(Some("LimitExceeded"), None, 429)
            .text
            .contains("Quotas")
    );
}

#[test]
fn a_refusal_that_does_not_count_is_not_recorded_as_throttled() {
    for kind in [
        FailureKind::Stale,
        FailureKind::Crowded,
        FailureKind::NotSent,
    ] {
        let failure = Failure::own(kind, "X", "because");
        assert_eq!(failure.result(), CallResult::NotDone, "{kind:?}");
    }
    let stale = Failure::own(FailureKind::Stale, "X", "because");
    assert_eq!(stale.answer(Operation::CreateMembers), Answer::NotDone);
    let throttled = Failure::own(FailureKind::Throttled, "X", "because");
    assert_eq!(throttled.result(), CallResult::Throttled);
}

#[test]
fn an_email_in_awss_words_is_masked() {
    let words = "root@example.com is in use, and so is <Ops@example.org>";
    let failure = of_service(Some("X"), Some(words), 400);
    assert!(!failure.text.contains("root@"), "{failure}");
    assert!(!failure.text.contains("Ops@"), "{failure}");
    assert!(failure.text.contains("r***@example.com"), "{failure}");
}

#[test]
fn a_failure_says_what_aws_said() {
    assert_eq!(
        &*of_service(Some("X"), Some("because"), 400).text,
        "X: because"
    );
    assert_eq!(&*of_service(None, None, 418).text, "HTTP status 418");
}

const KINDS: [FailureKind; 14] = [
    FailureKind::Throttled,
    FailureKind::Unclear,
    FailureKind::Silent,
    FailureKind::Stale,
    FailureKind::NoKeys,
    FailureKind::Barred,
    FailureKind::Crowded,
    FailureKind::Expired,
    FailureKind::NotOn,
    FailureKind::Denied,
    FailureKind::Missing,
    FailureKind::InTheWay,
    FailureKind::Refused,
    FailureKind::NotSent,
];

fn kinds(are: impl Fn(&Failure) -> bool) -> Vec<FailureKind> {
    let failed = KINDS.map(|kind| Failure::own(kind, "X", "because"));
    failed
        .iter()
        .filter(|it| are(it))
        .map(|it| it.kind)
        .collect()
}

#[test]
fn what_may_pass_what_is_silent_and_what_is_denied_are_told_by_the_kind() {
    assert_eq!(
        kinds(Failure::is_transient),
        [
            FailureKind::Throttled,
            FailureKind::Unclear,
            FailureKind::Silent,
            FailureKind::Stale,
            FailureKind::Barred,
            FailureKind::Crowded,
        ]
    );
    assert_eq!(
        kinds(Failure::is_silent),
        [FailureKind::Silent, FailureKind::Barred]
    );
    assert_eq!(kinds(Failure::is_denied), [FailureKind::Denied]);
    assert_eq!(
        kinds(|it| it.passing() == Some(Passing::Propagation)),
        [FailureKind::Denied]
    );
    assert_eq!(
        kinds(|it| it.passing() == Some(Passing::Graph)),
        [FailureKind::Missing, FailureKind::InTheWay]
    );
}

#[test]
fn the_plan_is_told_what_became_of_a_request() {
    for kind in KINDS {
        let failure = Failure::own(kind, "X", "because");
        let call = failure.call(Operation::CreateMembers);
        assert_eq!((call.kind, &*call.code), (kind, "X"));
        let wanted = match kind {
            FailureKind::Throttled => Answer::Throttled,
            FailureKind::Unclear | FailureKind::Crowded => Answer::Unclear(call.into()),
            FailureKind::Silent | FailureKind::Barred => Answer::Silent(call.into()),
            FailureKind::Stale | FailureKind::NotSent => Answer::NotDone,
            _ => Answer::Refused(
                Refusal {
                    call,
                    passing: failure.passing(),
                }
                .into(),
            ),
        };
        assert_eq!(failure.answer(Operation::CreateMembers), wanted, "{kind:?}");
    }
}

#[test]
fn a_conflict_of_create_graph_is_a_graph_in_the_way() {
    let conflict = of_service(Some("ConflictException"), Some("because"), 409);
    let refused = conflict.clone().of_create_graph();
    assert_eq!(refused.kind, FailureKind::InTheWay);
    assert_eq!(refused.text, conflict.text);
    let denied = of_service(Some("AccessDeniedException"), None, 403).of_create_graph();
    assert_eq!(denied.kind, FailureKind::Denied);
}

#[test]
fn a_failure_in_other_words_is_the_same_failure() {
    let failure = of_service(Some("X"), Some("because"), 400);
    let said = failure.clone().saying("something else");
    assert_eq!(&*said.text, "something else");
    assert_eq!(
        (said.kind, said.code, said.words),
        (failure.kind, failure.code, failure.words)
    );
}

#[test]
fn an_answer_without_words_is_its_code_alone() {
    let failure = of_service(Some("X"), Some(""), 400);
    assert_eq!((&*failure.text, failure.words), ("X", None));
}

/// An answer with that status and these headers.
fn answer(status: u16, headers: &[(&'static str, &'static str)]) -> HttpResponse {
    let status = aws_smithy_runtime_api::http::StatusCode::try_from(status).unwrap();
    let mut answer = HttpResponse::new(status, aws_smithy_types::body::SdkBody::empty());
    for (name, value) in headers {
        answer.headers_mut().insert(*name, *value);
    }
    answer
}

#[test]
fn what_something_on_the_way_answers_is_none_of_awss() {
    let html = [("content-type", "text/html; charset=utf-8")];
    let portal = [(
        "location",
        "https://portal.example.com/sign-in?mail=root@example.com",
    )];
    for (status, headers, kind, words) in [
        (
            407,
            &[][..],
            FailureKind::Barred,
            "user name and a password",
        ),
        (302, &portal[..], FailureKind::Barred, "portal.example.com"),
        (200, &html[..], FailureKind::Barred, "HTML page"),
        (403, &html[..], FailureKind::Barred, "HTTP status 403"),
        // A gateway has its moments.
        (429, &html[..], FailureKind::Unclear, "HTTP status 429"),
        (502, &html[..], FailureKind::Unclear, "HTTP status 502"),
    ] {
        let failure = foreign(&answer(status, headers)).unwrap();
        assert_eq!(failure.kind, kind, "{status}");
        assert!(failure.text.contains(words), "{failure}");
        assert!(!failure.text.contains("root@"), "{failure}");
        assert!(!failure.text.contains("sign-in"), "{failure}");
    }
    let own = [("content-type", "application/json")];
    for (status, headers) in [(403, &own[..]), (503, &own[..]), (301, &[][..])] {
        assert!(foreign(&answer(status, headers)).is_none(), "{status}");
    }
    let nowhere = answer(307, &[("location", "/elsewhere")]);
    assert!(foreign(&nowhere).unwrap().text.contains("another place"));
}
