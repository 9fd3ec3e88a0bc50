//! Credentials that end under way, and clocks that are wrong.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use fleet::desired::Purpose;
use fleet::guard::{Consent, Word};
use fleet::report::Report;
use http::{HeaderValue, Request, Response};
use jiff::{SignedDuration, Timestamp};
use sandbox::{Reply, World};
use sandbox_connector::Answer;

use crate::stage::{Instead, Stage, calls};

const ROLE: &str = "detective-fleet/DetectiveFleetMember";
const HOUR: Duration = Duration::from_secs(3600);

fn stage(more: &str) -> Stage {
    let world = format!("size = 3\nverification = \"2h\"\n{more}");
    let mut stage = Stage::of(World::from_toml(&world).unwrap()).in_regions(&["us-east-1"]);
    stage.timeout = 3 * HOUR;
    stage.admin_role = Some(ROLE);
    stage
}

/// Whether the administrator's own role is assumed.
fn is_of_the_administrator(request: &Request<Bytes>, administrator: &str) -> bool {
    let body = std::str::from_utf8(request.body()).unwrap();
    body.contains("Action=AssumeRole") && body.contains(&format!("iam%3A%3A{administrator}%3A"))
}

/// What STS answers that takes a request for nothing.
pub(crate) fn refusal_of_sts(code: &str, status: u16) -> Answer {
    let body = format!(
        "<ErrorResponse><Error><Code>{code}</Code><Message>no</Message></Error></ErrorResponse>"
    );
    refusal_with(code, status, body)
}

/// STS refuses.
pub(crate) fn denied() -> Answer {
    refusal_of_sts("AccessDenied", 403)
}

/// What Detective and the Account service answer.
fn refusal(code: &str, status: u16) -> Answer {
    refusal_with(code, status, "{}".to_owned())
}

fn refusal_with(code: &str, status: u16, body: String) -> Answer {
    let response = Response::builder()
        .status(status)
        .header("x-amzn-errortype", code)
        .header("x-amzn-requestid", "1")
        .body(Bytes::from(body));
    Answer::Reply(Reply::Response(response.unwrap()))
}

/// Counts how often the administrator's role is assumed, and answers in the place of STS what `answer` has
/// for the time since the beginning.
fn counting(
    stage: &mut Stage,
    answer: impl Fn(Duration) -> Option<Answer> + Send + Sync + 'static,
) -> Arc<AtomicUsize> {
    let count = Arc::new(AtomicUsize::new(0));
    let (counted, administrator) = (count.clone(), stage.sandbox.administrator());
    let begun = engine::clock::Clock::system();
    stage.instead = Instead::interfering(move |request| {
        if !is_of_the_administrator(request, &administrator) {
            return None;
        }
        counted.fetch_add(1, Ordering::Relaxed);
        answer(begun.elapsed())
    });
    count
}

#[tokio::test(start_paused = true)]
async fn the_administrators_session_of_an_hour_is_renewed_before_it_ends() {
    let mut stage = stage("");
    let assumed = counting(&mut stage, |_| None);
    let report = stage.enable().await;
    assert_eq!((report.summary.enabled, report.error), (3, None));
    // At the beginning, and each 55 minutes of the two hours.
    assert_eq!(assumed.load(Ordering::Relaxed), 3);
}

#[tokio::test(start_paused = true)]
async fn a_members_session_of_an_hour_is_renewed_before_anything_is_accepted_with_it() {
    let report = stage("").enable().await;
    assert_eq!((report.summary.enabled, report.error.clone()), (3, None));
    // After two hours: with the keys of the beginning each would be refused first.
    assert_eq!(calls(&report, "detective:AcceptInvitation"), 3);
    assert!(
        calls(&report, "sts:AssumeRole") > 3 + 3,
        "{:?}",
        report.calls
    );
}

#[tokio::test(start_paused = true)]
async fn a_renewal_that_fails_leaves_the_keys_that_are_good() {
    let mut stage = stage("");
    let down = |now: Duration| (HOUR - Duration::from_secs(300)..HOUR).contains(&now);
    let assumed = counting(&mut stage, move |now| {
        down(now).then(|| refusal_of_sts("ServiceUnavailable", 503))
    });
    let report = stage.enable().await;
    assert_eq!((report.summary.enabled, report.error), (3, None));
    // Every 30 s for the five minutes, and not for each request.
    let assumed = assumed.load(Ordering::Relaxed);
    assert!((6..=20).contains(&assumed), "{assumed}");
}

#[tokio::test(start_paused = true)]
async fn a_renewal_that_never_succeeds_ends_the_run_once_the_keys_have_expired() {
    let mut stage = stage("");
    let late = |now: Duration| now > HOUR - Duration::from_secs(300);
    let assumed = counting(&mut stage, move |now| {
        late(now).then(|| refusal_of_sts("AccessDenied", 403))
    });
    let report = stage.enable().await;
    assert_eq!(report.summary.enabled, 0);
    let error = report.error.unwrap();
    assert!(error.contains("cannot assume"), "{error}");
    let assumed = assumed.load(Ordering::Relaxed);
    assert!((6..=20).contains(&assumed), "{assumed}");
}

/// Refuses the first requests with this path for their token.
fn expired_at(path: &'static str, times: usize) -> (Instead, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    let instead = Instead::interfering(move |request| {
        if request.uri().path() != path {
            return None;
        }
        let before = counted.fetch_add(1, Ordering::Relaxed);
        (before < times).then(|| refusal("ExpiredTokenException", 403))
    });
    (instead, count)
}

/// What the administrator calls in a run that makes everything anew, and in one that takes it back.
const PATHS: [(&str, Purpose); 6] = [
    ("/graphs/list", Purpose::Enable),
    ("/graph", Purpose::Enable),
    ("/graph/members", Purpose::Enable),
    ("/graph/members/list", Purpose::Enable),
    ("/graph/members/removal", Purpose::Disable),
    ("/graph/removal", Purpose::DeleteGraphs),
];

/// A run on a stage where there is something to be done about that.
async fn played(
    admin_role: Option<&'static str>,
    path: &'static str,
    purpose: Purpose,
    times: usize,
) -> (Report, usize) {
    let world = World::from_toml("size = 3\nverification = \"0s\"").unwrap();
    let mut stage = Stage::of(world).in_regions(&["us-east-1"]);
    stage.admin_role = admin_role;
    if purpose != Purpose::Enable {
        assert_eq!(stage.enable().await.summary.enabled, 3);
    }
    stage.fleet.settings.purpose = purpose;
    let (instead, count) = expired_at(path, times);
    stage.instead = instead;
    let consent = Consent {
        max_removals: Some(10),
        word: Word::Typed,
    };
    let report = stage.remove(consent).await.unwrap();
    (report, count.load(Ordering::Relaxed))
}

#[tokio::test(start_paused = true)]
async fn keys_that_aws_takes_for_expired_are_looked_at_anew_at_any_operation() {
    for (path, purpose) in PATHS {
        let (report, count) = played(Some(ROLE), path, purpose, 1).await;
        assert_eq!(report.error, None, "{path} {purpose:?}");
        assert_eq!(report.summary.failed, 0, "{path} {purpose:?}");
        assert!(count > 1, "{path} {purpose:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn keys_that_stay_expired_are_one_error_of_the_run_at_any_operation() {
    for (path, purpose) in PATHS {
        let (report, count) = played(Some(ROLE), path, purpose, usize::MAX).await;
        let error = report.error.unwrap_or_default();
        assert!(
            error.contains("sign in again"),
            "{path} {purpose:?} {error} {count} {:?}",
            report.regions
        );
        // What was reached is looked at once more at the end.
        assert!((2..=3).contains(&count), "{path} {purpose:?} {count}");
        // A key that has no end by itself has no newer one.
        let (report, count) = played(None, path, purpose, usize::MAX).await;
        assert!(report.error.is_some(), "{path} {purpose:?}");
        assert!((1..=2).contains(&count), "{path} {purpose:?} {count}");
    }
}

/// AWS's clock is so much ahead of the machine's, from then on.
fn ahead(stage: &mut Stage, ahead: SignedDuration, after: Duration) -> Arc<AtomicUsize> {
    let refused = Arc::new(AtomicUsize::new(0));
    let counted = refused.clone();
    let begun = engine::clock::Clock::starting_at(stage.epoch);
    stage.instead = Instead::interfering(move |request| {
        let now = begun.timestamp();
        let ahead = if begun.elapsed() < after {
            SignedDuration::ZERO
        } else {
            ahead
        };
        let signed = Timestamp::strptime(
            "%Y%m%dT%H%M%SZ %z",
            format!(
                "{} +0000",
                request.headers()["x-amz-date"].to_str().unwrap()
            ),
        );
        let skew = signed.unwrap().duration_until(now + ahead).abs();
        if skew < SignedDuration::from_mins(5) {
            // The sandbox has its own clock, and looks at the time, too.
            let stamp = now.strftime("%Y%m%dT%H%M%SZ").to_string();
            let stamp = HeaderValue::from_str(&stamp).unwrap();
            request.headers_mut().insert("x-amz-date", stamp);
            return None;
        }
        counted.fetch_add(1, Ordering::Relaxed);
        let date = (now + ahead).strftime("%a, %d %b %Y %H:%M:%S GMT");
        let code = "InvalidSignatureException";
        let answer = match request.uri().path() {
            "/" => refusal_of_sts(code, 403),
            _ => refusal(code, 403),
        };
        let Answer::Reply(Reply::Response(mut refusal)) = answer else {
            return None;
        };
        let date = HeaderValue::from_str(&date.to_string()).unwrap();
        refusal.headers_mut().insert("date", date);
        Some(Answer::Reply(Reply::Response(refusal)))
    });
    refused
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_wrong_is_corrected_by_aws() {
    for (ahead, behind) in [(HOUR, Duration::ZERO), (Duration::ZERO, HOUR)] {
        for times in [1, 30] {
            let mut stage = stage("[unkind]\nsignature_lifetime = \"5m\"");
            stage.epoch = stage.epoch + ahead * times - behind * times;
            let report = stage.enable().await;
            assert_eq!((report.summary.enabled, report.error.clone()), (3, None));
            // Who is calling is asked first, and alone: nothing else was refused.
            assert_eq!(calls(&report, "sts:GetCallerIdentity"), 2);
            assert_eq!(calls(&report, "detective:CreateGraph"), 1);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_jumps_in_the_middle_of_a_run_is_corrected_by_aws() {
    for minutes in [-20, 20] {
        let mut stage = stage("");
        let jump = SignedDuration::from_mins(minutes);
        let refused = ahead(&mut stage, jump, Duration::from_secs(1800));
        let report = stage.enable().await;
        assert_eq!(report.error, None, "{minutes}");
        assert_eq!(report.summary.enabled, 3, "{minutes}");
        let refused = refused.load(Ordering::Relaxed);
        assert!((1..=3).contains(&refused), "{minutes}: {refused}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_key_that_is_really_wrong_ends_at_once() {
    for code in ["SignatureDoesNotMatch", "InvalidSignatureException"] {
        let mut stage = stage("");
        let count = Arc::new(AtomicUsize::new(0));
        let counted = count.clone();
        stage.instead = Instead::interfering(move |_| {
            counted.fetch_add(1, Ordering::Relaxed);
            Some(refusal_of_sts(code, 403))
        });
        let error = stage.connect(&Arc::default()).await.unwrap_err();
        assert!(error.to_string().contains(code), "{error}");
        assert_eq!(count.load(Ordering::Relaxed), 1);
    }
}

/// The administrator's role was made so long ago that STS knows of it then.
fn stage_with_a_young_role(known_after: &str) -> Stage {
    let world = format!(
        "size = 3\nlatency = \"100ms\"\n[accounts.555555555555]\nroles = [{{ name = \"Young\", known_after = \"{known_after}\" }}]\n"
    );
    let mut stage = Stage::of(World::from_toml(&world).unwrap()).in_regions(&["us-east-1"]);
    stage.admin_role = Some("Young");
    stage.fleet.settings.patience = Duration::from_secs(15);
    stage
}

#[tokio::test(start_paused = true)]
async fn an_administrators_role_that_was_made_just_now_is_asked_for_again() {
    let report = stage_with_a_young_role("10s").enable().await;
    assert_eq!(report.summary.enabled, 3);
    let begun = engine::clock::now();
    let stage = stage_with_a_young_role("1h");
    let error = stage.connect(&Arc::default()).await.unwrap_err();
    assert!(error.to_string().contains("role/Young"), "{error}");
    assert!(begun.elapsed() < Duration::from_secs(17));
    let mut stage = stage_with_a_young_role("1h");
    stage.fleet.settings.patience = Duration::ZERO;
    let recorder = Arc::default();
    assert!(stage.connect(&recorder).await.is_err());
    // In the caller's name, and in nobody's.
    assert_eq!(recorder.calls()["sts:AssumeRole"], 2);
}

#[tokio::test(start_paused = true)]
async fn the_external_id_is_sent_to_members_and_to_no_other_role() {
    let world = "size = 3\nroles = [{ name = \"detective-fleet/DetectiveFleetMember\", external_id = \"seven\" }]\n[accounts.555555555555]\nroles = [{ name = \"Own\", external_id = \"never sent\" }, { name = \"Plain\" }]\n";
    for (external_id, enabled) in [(Some("seven"), 3), (Some("eight"), 0), (None, 0)] {
        let mut stage = Stage::of(World::from_toml(world).unwrap()).in_regions(&["us-east-1"]);
        stage.admin_role = Some("Plain");
        stage.external_id = external_id;
        stage.fleet.settings.patience = Duration::ZERO;
        let report = stage.enable().await;
        assert_eq!(report.summary.enabled, enabled, "{external_id:?}");
        assert_eq!(report.summary.failed, 3 - enabled, "{external_id:?}");
    }
}
