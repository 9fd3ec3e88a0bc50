//! A clock that is wrong, or a request that was signed before a laptop slept or a function was frozen:
//! AWS refuses it for its signature, and says what time it is.
//!
//! AWS takes a signature for five minutes
//! (docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html).

use std::time::{Duration, SystemTime};

use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use jiff::civil;
use jiff::tz::TimeZone;

use crate::clock::Clock;

/// So far apart, the time is why a signature was refused. The SDKs have the same threshold.
const TOO_FAR: Duration = Duration::from_secs(4 * 60);

/// What AWS calls a signature that does not hold, for whatever reason.
const REFUSED_SIGNATURE: [&str; 6] = [
    "AuthFailure",
    "InvalidSignatureException",
    "RequestExpired",
    "RequestInTheFuture",
    "RequestTimeTooSkewed",
    "SignatureDoesNotMatch",
];

/// A refusal of a request that was signed for another time than AWS's.
#[derive(Clone, Copy, Debug)]
struct WrongTime;

/// When the request was signed, as its header says.
pub(crate) fn signed_at(request: &HttpRequest) -> Option<SystemTime> {
    let header = request.headers().get("x-amz-date")?;
    let time = civil::DateTime::strptime("%Y%m%dT%H%M%SZ", header).ok()?;
    let time = TimeZone::UTC.to_timestamp(time).ok()?;
    SystemTime::try_from(time).ok()
}

/// Marks a refusal of a request that was signed for another time, and corrects the clock by it.
pub(crate) fn learn(answer: &mut HttpResponse, signed: Option<SystemTime>, clock: &Clock) {
    let refused = matches!(answer.status().as_u16(), 400 | 401 | 403) && is_of_aws(answer);
    let (Some(signed), Some(date)) = (signed, date(answer)) else {
        return;
    };
    if refused && apart(signed, date) > TOO_FAR {
        clock.correct(date);
        answer.add_extension(WrongTime);
    }
}

/// Whether the answer refuses a signature because it was of another time.
pub(crate) fn explains(answer: &HttpResponse, code: Option<&str>) -> bool {
    answer.extension::<WrongTime>().is_some()
        && code.is_some_and(|code| REFUSED_SIGNATURE.contains(&code))
}

/// Something on the way has a clock of its own.
fn is_of_aws(answer: &HttpResponse) -> bool {
    let names = ["x-amzn-requestid", "x-amz-request-id"];
    names.iter().any(|name| answer.headers().contains_key(name))
}

fn date(answer: &HttpResponse) -> Option<SystemTime> {
    // An answer of a cache is as old as it says.
    if answer.headers().contains_key("age") {
        return None;
    }
    let header = answer.headers().get("date")?;
    let date = DateTime::from_str(header, Format::HttpDate).ok()?;
    SystemTime::try_from(date).ok()
}

fn apart(one: SystemTime, other: SystemTime) -> Duration {
    one.duration_since(other)
        .unwrap_or_else(|error| error.duration())
}

#[cfg(test)]
mod tests {
    use aws_smithy_runtime_api::http::StatusCode;
    use aws_smithy_types::body::SdkBody;

    use super::*;

    const DATE: &str = "Tue, 15 Nov 1994 08:12:31 GMT";

    fn answer(status: u16, date: Option<&str>) -> HttpResponse {
        let status = StatusCode::try_from(status).unwrap();
        let mut answer = HttpResponse::new(status, SdkBody::empty());
        answer.headers_mut().insert("x-amzn-requestid", "1");
        if let Some(date) = date {
            answer.headers_mut().insert("date", date.to_owned());
        }
        answer
    }

    fn signed(time: &str) -> Option<SystemTime> {
        let mut request = HttpRequest::empty();
        request.headers_mut().insert("x-amz-date", time.to_owned());
        signed_at(&request)
    }

    #[test]
    fn a_refusal_of_a_signature_of_another_time_corrects_the_clock() {
        let then = signed("19941115T081231Z").unwrap();
        for (time, status, date, explained) in [
            ("19941115T081731Z", 403, Some(DATE), true),
            ("19941115T080731Z", 400, Some(DATE), true),
            ("19941115T081531Z", 403, Some(DATE), false),
            ("19941115T081731Z", 200, Some(DATE), false),
            ("19941115T081731Z", 403, None, false),
            ("yesterday", 403, Some(DATE), false),
        ] {
            let clock = Clock::starting_at(SystemTime::UNIX_EPOCH);
            let mut answer = answer(status, date);
            learn(&mut answer, signed(time), &clock);
            let code = Some("InvalidSignatureException");
            assert_eq!(
                explains(&answer, code),
                explained,
                "{time} {status} {date:?}"
            );
            assert!(!explains(&answer, Some("AccessDeniedException")));
            let corrected = apart(clock.time(), then) < Duration::from_secs(1);
            assert_eq!(corrected, explained, "{time} {status} {date:?}");
        }
    }

    #[test]
    fn the_clock_of_a_proxy_is_its_own() {
        let clock = Clock::starting_at(SystemTime::UNIX_EPOCH);
        let mut answer = answer(403, Some(DATE));
        answer.headers_mut().remove("x-amzn-requestid");
        learn(&mut answer, signed("19941115T081731Z"), &clock);
        assert!(clock.time() < signed("19941115T081231Z").unwrap());
    }

    #[test]
    fn the_date_of_a_cache_is_old() {
        let clock = Clock::starting_at(SystemTime::UNIX_EPOCH);
        let mut answer = answer(403, Some(DATE));
        answer.headers_mut().insert("age", "10");
        learn(&mut answer, signed("19941115T081731Z"), &clock);
        assert!(!explains(&answer, Some("RequestTimeTooSkewed")));
    }
}
