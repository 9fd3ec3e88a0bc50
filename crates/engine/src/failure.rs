//! What a request that did not succeed means for the next step.
//!
//! Decisions go by the kind of failure and AWS's error code; the words are for people.

use std::error::Error;
use std::sync::Arc;

use aws_runtime::retries::classifiers::{THROTTLING_ERRORS, TRANSIENT_ERRORS};
use aws_sdk_detective::operation::RequestId;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use fleet::account::Email;
use fleet::attempts::{Answer, Refusal};
use fleet::event::CallResult;
use fleet::patience::Passing;
use http_body_util::LengthLimitError;

use crate::{body, skew, transport};

/// What a failure means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    /// Asked too fast: nothing happened.
    Throttled,
    /// AWS's own error, or a connection that was cut: it may have happened.
    Unclear,
    /// No connection, or no answer in time.
    Silent,
    /// The signature or the token is of another time: nothing happened, and the next request has a
    /// new one.
    Stale,
    /// There are no credentials to sign with.
    NoKeys,
    /// Something on the way lets no connection through: a proxy that refuses, or a certificate that
    /// cannot be believed.
    Barred,
    /// This process had no descriptor left for a connection: nothing happened, and AWS is not to blame.
    Crowded,
    /// The credentials' time is over.
    Expired,
    /// The credentials are not valid in this Region: it is not switched on in their account, or
    /// their token is one of the global STS endpoint. AWS gives one error for both
    /// (UnrecognizedClientException, InvalidClientTokenId).
    NotOn,
    /// Not allowed.
    Denied,
    /// What was named does not exist.
    Missing,
    /// What is being deleted is in the way of a new one.
    InTheWay,
    /// Any other final answer.
    Refused,
    /// The run may not change anything any more: it was not asked for.
    NotSent,
}

/// A request that did not succeed.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{text}")]
pub struct Failure {
    /// What it means.
    pub(crate) cause: Cause,
    /// AWS's error code; ours where AWS did not answer.
    pub code: Arc<str>,
    /// What happened, for people: e-mails are masked.
    pub text: Arc<str>,
    /// What AWS calls the request, where AWS answered.
    pub(crate) request_id: Option<Arc<str>>,
}

impl Failure {
    /// A final answer in our own words.
    pub(crate) fn refused(code: &str, text: impl Into<Arc<str>>) -> Self {
        Self {
            cause: Cause::Refused,
            code: code.into(),
            text: text.into(),
            request_id: None,
        }
    }

    /// An answer that does not say what became of the request.
    #[must_use]
    pub fn unclear(text: impl Into<Arc<str>>) -> Self {
        Self {
            cause: Cause::Unclear,
            code: "Unclear".into(),
            text: text.into(),
            request_id: None,
        }
    }

    /// Nobody to make the request as.
    pub(crate) fn no_keys(why: impl Into<Arc<str>>) -> Self {
        Self {
            cause: Cause::NoKeys,
            ..Self::refused("NoCredentials", why)
        }
    }

    /// No connection, or no answer in time.
    pub(crate) fn silent(text: &str) -> Self {
        Self {
            cause: Cause::Silent,
            ..Self::refused("NoAnswer", text)
        }
    }

    /// Something on the way lets no connection through.
    pub(crate) fn barred(text: &str) -> Self {
        Self {
            cause: Cause::Barred,
            ..Self::refused("NoWay", text)
        }
    }

    /// This process had no descriptor left for a connection.
    pub(crate) fn crowded(text: &str) -> Self {
        Self {
            cause: Cause::Crowded,
            ..Self::refused("TooManyOpenFiles", text)
        }
    }

    /// A request that was not made after all.
    pub(crate) fn not_sent(why: impl Into<Arc<str>>) -> Self {
        Self {
            cause: Cause::NotSent,
            ..Self::refused("NotSent", why)
        }
    }

    /// The same failure in other words.
    #[must_use]
    pub fn saying(mut self, text: impl Into<Arc<str>>) -> Self {
        self.text = text.into();
        self
    }

    /// Whether asking again, later, may help.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(
            self.cause,
            Cause::Throttled
                | Cause::Unclear
                | Cause::Silent
                | Cause::Barred
                | Cause::Crowded
                | Cause::Stale
        )
    }

    /// Whether nobody was there to answer.
    pub(crate) fn is_silent(&self) -> bool {
        matches!(self.cause, Cause::Silent | Cause::Barred)
    }

    /// Whether AWS says that the caller may not do this.
    #[must_use]
    pub fn is_denied(&self) -> bool {
        self.cause == Cause::Denied
    }

    /// How an event names it.
    pub(crate) fn result(&self) -> CallResult {
        match self.cause {
            // Fewer at a time is what helps against the first two; the last was not looked at either.
            Cause::Throttled | Cause::Crowded | Cause::Stale => CallResult::Throttled,
            Cause::Unclear => CallResult::Unclear,
            Cause::Silent | Cause::Barred => CallResult::Silent,
            Cause::NoKeys
            | Cause::Expired
            | Cause::NotOn
            | Cause::Denied
            | Cause::Missing
            | Cause::InTheWay
            | Cause::Refused
            | Cause::NotSent => CallResult::Refused,
        }
    }

    /// Why it may pass by itself, if it may.
    fn passing(&self) -> Option<Passing> {
        match self.cause {
            Cause::Denied => Some(Passing::Propagation),
            Cause::Missing | Cause::InTheWay => Some(Passing::Graph),
            _ => None,
        }
    }

    /// The same failure of CreateGraph, where a conflict may be the graph before that is being deleted.
    pub(crate) fn of_create_graph(self) -> Self {
        let cause = match &*self.code {
            "ConflictException" => Cause::InTheWay,
            _ => self.cause,
        };
        Self { cause, ..self }
    }

    /// What the plan is told.
    pub(crate) fn answer(&self) -> Answer {
        if self.cause == Cause::NotSent {
            return Answer::NotDone;
        }
        if self.cause == Cause::Crowded {
            // It ends with the run, and is told then.
            return Answer::Unclear(self.text.clone());
        }
        match self.result() {
            CallResult::Throttled => Answer::Throttled,
            CallResult::Unclear => Answer::Unclear(self.text.clone()),
            CallResult::Silent => Answer::Silent(self.text.clone()),
            CallResult::Ok | CallResult::Refused => Answer::Refused(Refusal {
                code: self.code.clone(),
                text: self.text.clone(),
                passing: self.passing(),
            }),
        }
    }
}

impl<E> From<SdkError<E, HttpResponse>> for Failure
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    fn from(error: SdkError<E, HttpResponse>) -> Self {
        let mut failure = match &error {
            SdkError::ServiceError(service) => match foreign(service.raw()) {
                Some(foreign) => foreign,
                None => of_answer(service.err(), service.raw()),
            },
            SdkError::TimeoutError(_) => Self::silent("no answer in time"),
            SdkError::DispatchFailure(failure) if failure.is_timeout() => {
                Self::silent("no answer in time")
            }
            SdkError::DispatchFailure(failure) => {
                transport::failure(failure.as_connector_error().and_then(Error::source))
            }
            SdkError::ResponseError(_) if is_too_long(&error) => Self::unclear(format!(
                "an answer of more than {} MiB, which is longer than any of AWS's",
                body::MOST / (1024 * 1024)
            )),
            SdkError::ResponseError(response) => foreign(response.raw()).unwrap_or_else(|| {
                let status = response.raw().status().as_u16();
                Self::unclear(format!(
                    "an answer that is not AWS's (HTTP status {status})"
                ))
            }),
            _ => Self::refused(
                "RequestNotBuilt",
                format!("the request could not be made: {}", innermost(&error)),
            ),
        };
        failure.request_id = error.request_id().map(Into::into);
        tracing::debug!(code = %failure.code, request_id = failure.request_id.as_deref(), "request failed: {}", failure.text);
        failure
    }
}

/// What is no answer of AWS's, but of something on the way: a proxy, a gateway, the page of a portal.
fn foreign(answer: &HttpResponse) -> Option<Failure> {
    let status = answer.status().as_u16();
    let text = match (status, answer.headers().get("location")) {
        (407, _) => transport::WANTS_A_PASSWORD.to_owned(),
        (300..400, Some(location)) => format!(
            "HTTP status {status} leads to {}, and AWS never leads elsewhere: a portal of the network wants you to sign in, or the endpoint is not AWS's",
            host_of(location)
        ),
        _ if is_html(answer) => format!(
            "an HTML page in place of AWS's answer (HTTP status {status}): a proxy or a gateway on the way answered it; are HTTPS_PROXY and the endpoint right?"
        ),
        _ => return None,
    };
    // A gateway has its moments, as AWS has.
    Some(match status {
        429 | 500.. => Failure::unclear(text),
        _ => Failure::barred(&text),
    })
}

fn is_html(answer: &HttpResponse) -> bool {
    let content = answer.headers().get("content-type").unwrap_or_default();
    content.trim_start().starts_with("text/html")
}

/// Where it leads without the rest, which may be long and hold what is nobody's business.
fn host_of(location: &str) -> String {
    let uri: Option<http::Uri> = location.parse().ok();
    let host = uri.as_ref().and_then(|uri| uri.host());
    host.unwrap_or("another place").to_owned()
}

fn of_answer(error: &impl ProvideErrorMetadata, answer: &HttpResponse) -> Failure {
    let code = error.code();
    let failure = of_service(code, error.message(), answer.status().as_u16());
    if skew::explains(answer, code) {
        Failure {
            cause: Cause::Stale,
            ..failure
        }
    } else {
        failure
    }
}

fn of_service(code: Option<&str>, message: Option<&str>, status: u16) -> Failure {
    let name = code.map_or_else(|| format!("HTTP status {status}"), str::to_owned);
    let cause = match code.unwrap_or_default() {
        _ if status == 429 => Cause::Throttled,
        // A quota that is full, unless AWS says 429: asking again more slowly does not empty it.
        "LimitExceeded" | "LimitExceededException" => Cause::Refused,
        code if THROTTLING_ERRORS.contains(&code) => Cause::Throttled,
        code if TRANSIENT_ERRORS.contains(&code) => Cause::Unclear,
        _ if status >= 500 => Cause::Unclear,
        "ExpiredToken" | "ExpiredTokenException" | "RequestExpired" => Cause::Expired,
        "UnrecognizedClientException" | "InvalidClientTokenId" | "RegionDisabledException" => {
            Cause::NotOn
        }
        "AccessDenied" | "AccessDeniedException" => Cause::Denied,
        "ResourceNotFoundException" => Cause::Missing,
        _ => Cause::Refused,
    };
    let mut text = match message {
        // AWS quotes e-mails, and the name of a role session often is one.
        Some(message) if !message.is_empty() => format!("{name}: {}", Email::mask_in(message)),
        _ => name.clone(),
    };
    if let (Some(advice), Cause::NotOn | Cause::Refused) = (advice(&name), cause) {
        text = format!("{text} ({advice})");
    }
    Failure {
        cause,
        code: name.into(),
        text: text.into(),
        request_id: None,
    }
}

/// What AWS's own words leave open (docs.aws.amazon.com/detective/latest/APIReference/CommonErrors.html,
/// docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_enable-regions.html).
fn advice(code: &str) -> Option<&'static str> {
    Some(match code {
        "RegionDisabledException" => {
            "STS is switched off for this Region in the account: switch it on in IAM's account settings"
        }
        "SubscriptionRequiredException" | "OptInRequired" => {
            "the account has not finished signing up: complete its registration (payment, telephone, support plan) in the console; after that it can take a day"
        }
        "LimitExceeded" | "LimitExceededException" => {
            "a quota of the account is full: see Service Quotas"
        }
        _ => return None,
    })
}

fn is_too_long(error: &(dyn Error + 'static)) -> bool {
    std::iter::successors(Some(error), |&error| error.source())
        .any(|error| error.is::<LengthLimitError>())
}

pub(crate) fn innermost(error: &(dyn Error + 'static)) -> String {
    std::iter::successors(Some(error), |&error| error.source())
        .last()
        .unwrap_or(error)
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_and_the_status_tell_what_a_failure_means() {
        for (code, status, cause) in [
            (Some("ThrottlingException"), 400, Cause::Throttled),
            (Some("Throttling"), 400, Cause::Throttled),
            (None, 429, Cause::Throttled),
            (Some("InternalServerException"), 500, Cause::Unclear),
            (None, 503, Cause::Unclear),
            (Some("ExpiredTokenException"), 403, Cause::Expired),
            (Some("UnrecognizedClientException"), 403, Cause::NotOn),
            (Some("RegionDisabledException"), 403, Cause::NotOn),
            (Some("LimitExceededException"), 400, Cause::Refused),
            (Some("LimitExceededException"), 429, Cause::Throttled),
            (Some("SubscriptionRequiredException"), 403, Cause::Refused),
            (Some("OptInRequired"), 403, Cause::Refused),
            (Some("AccessDeniedException"), 403, Cause::Denied),
            (Some("ResourceNotFoundException"), 404, Cause::Missing),
            (Some("ConflictException"), 409, Cause::Refused),
            (Some("ServiceQuotaExceededException"), 402, Cause::Refused),
        ] {
            assert_eq!(
                of_service(code, None, status).cause,
                cause,
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
}
