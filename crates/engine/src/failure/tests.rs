//! What requests that do not succeed mean.

use std::time::SystemTime;

use aws_sdk_detective::operation::list_graphs::ListGraphsError;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::error::ErrorMetadata;

use super::*;
use crate::clock::Clock;

type Fault = SdkError<ListGraphsError, HttpResponse>;

fn json(status: u16) -> HttpResponse {
    answer(status, &[("content-type", "application/x-amz-json-1.1")])
}

fn html(status: u16) -> HttpResponse {
    answer(status, &[("content-type", " text/html; charset=utf-8")])
}

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

#[test]
fn what_the_sdk_could_not_do_is_told_by_what_came_of_it() {
    let told = |fault: Fault| {
        let failure = Failure::from(fault);
        (failure.kind, failure.text.to_string())
    };
    let silent = || (FailureKind::Silent, "no answer in time".to_owned());
    assert_eq!(told(Fault::timeout_error("late")), silent());
    let late = ConnectorError::timeout("late".into());
    assert_eq!(told(Fault::dispatch_failure(late)), silent());
    let (kind, text) = told(Fault::dispatch_failure(ConnectorError::io("reset".into())));
    assert_ne!(
        (kind, text.as_str()),
        (FailureKind::Silent, "no answer in time")
    );
    assert_eq!(
        told(Fault::response_error("no JSON", json(200))),
        (
            FailureKind::Unclear,
            "an answer that is not AWS's (HTTP status 200)".to_owned()
        )
    );
    let (kind, text) = told(Fault::response_error("no JSON", html(200)));
    assert_eq!(kind, FailureKind::Barred);
    assert!(text.starts_with("an HTML page"), "{text}");
    assert_eq!(
        told(Fault::construction_failure("no Region")),
        (
            FailureKind::Refused,
            "the request could not be made: no Region".to_owned()
        )
    );
}

#[test]
fn an_answer_of_the_service_is_awss_where_nothing_on_the_way_gave_it() {
    let refusal = || {
        let error = ErrorMetadata::builder().code("AccessDeniedException");
        ListGraphsError::generic(error.message("no").build())
    };
    let failure = Failure::from(Fault::service_error(refusal(), json(403)));
    assert_eq!(failure.kind, FailureKind::Denied);
    assert_eq!(&*failure.text, "AccessDeniedException: no");
    let named = Failure::of_call(
        "detective:ListGraphs",
        Fault::service_error(refusal(), json(403)),
    );
    assert_eq!(
        &*named.text,
        "detective:ListGraphs: AccessDeniedException: no"
    );
    let failure = Failure::from(Fault::service_error(refusal(), html(403)));
    assert_eq!(failure.kind, FailureKind::Barred);
}

#[test]
fn a_signature_that_was_refused_for_its_time_is_stale() {
    let refusal = ErrorMetadata::builder().code("InvalidSignatureException");
    let refusal = refusal.message("no").build();
    let mut late = answer(403, &[("x-amzn-requestid", "1")]);
    assert_eq!(of_answer(&refusal, &late).kind, FailureKind::Refused);
    let date = "Tue, 15 Nov 1994 08:12:31 GMT";
    late.headers_mut().insert("date", date);
    let clock = Clock::starting_at(SystemTime::UNIX_EPOCH);
    skew::learn(&mut late, Some(SystemTime::UNIX_EPOCH), &clock);
    let failure = of_answer(&refusal, &late);
    assert_eq!(failure.kind, FailureKind::Stale);
    assert_eq!(&*failure.text, "InvalidSignatureException: no");
}

/// An answer with that status and these headers.
fn answer(status: u16, headers: &[(&'static str, &'static str)]) -> HttpResponse {
    let status = StatusCode::try_from(status).unwrap();
    let mut answer = HttpResponse::new(status, SdkBody::empty());
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
