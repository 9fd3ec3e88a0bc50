//! What a request that did not succeed means for the next step.
//!
//! Decisions go by the kind of failure and AWS's error code; the words are for people.

#[cfg(test)]
mod tests;

use std::error::Error;
use std::sync::Arc;

use aws_runtime::retries::classifiers::{THROTTLING_ERRORS, TRANSIENT_ERRORS};
use aws_sdk_detective::operation::RequestId;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use fleet::account::Email;
use fleet::attempts::{Answer, Refusal};
pub(crate) use fleet::cause::FailureKind;
use fleet::cause::{FailedCall, advice, answered, ours};
use fleet::event::{CallResult, Operation};
use fleet::patience::Passing;
use http_body_util::LengthLimitError;

use crate::{body, skew, transport};

/// A request that did not succeed.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{text}")]
pub struct Failure {
    /// What it means.
    pub(crate) kind: FailureKind,
    /// AWS's error code; ours where AWS did not answer.
    pub code: Arc<str>,
    /// AWS's own words, or ours: e-mails are masked.
    pub(crate) words: Option<Arc<str>>,
    /// What happened, for people, with what can be done about it.
    pub text: Arc<str>,
    /// What AWS calls the request, where AWS answered.
    pub(crate) request_id: Option<Arc<str>>,
}

impl Failure {
    /// A final answer in our own words.
    pub(crate) fn refused(code: &str, text: impl Into<Arc<str>>) -> Self {
        Self::own(FailureKind::Refused, code, text)
    }

    /// Anything else in our own words.
    fn own(kind: FailureKind, code: &str, text: impl Into<Arc<str>>) -> Self {
        let text = text.into();
        Self {
            kind,
            code: code.into(),
            words: Some(text.clone()),
            text,
            request_id: None,
        }
    }

    /// An answer that does not say what became of the request.
    #[must_use]
    pub fn unclear(text: impl Into<Arc<str>>) -> Self {
        Self::own(FailureKind::Unclear, ours::UNCLEAR, text)
    }

    /// Nobody to make the request as.
    pub(crate) fn no_keys(why: impl Into<Arc<str>>) -> Self {
        Self::own(FailureKind::NoKeys, ours::NO_CREDENTIALS, why)
    }

    /// No connection, or no answer in time.
    pub(crate) fn silent(text: &str) -> Self {
        Self::own(FailureKind::Silent, ours::NO_ANSWER, text)
    }

    /// Something on the way lets no connection through.
    pub(crate) fn barred(text: &str) -> Self {
        Self::own(FailureKind::Barred, ours::NO_WAY, text)
    }

    /// This process had no descriptor left for a connection.
    pub(crate) fn crowded(text: &str) -> Self {
        Self::own(FailureKind::Crowded, ours::TOO_MANY_OPEN_FILES, text)
    }

    /// A request that was not made after all.
    pub(crate) fn not_sent(why: impl Into<Arc<str>>) -> Self {
        Self::own(FailureKind::NotSent, ours::NOT_SENT, why)
    }

    /// What became of a call, with its name before the words, such as `s3:PutObject`.
    #[must_use]
    pub fn of_call<E>(call: &str, error: SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    {
        let failure = Self::from(error);
        let text = format!("{call}: {}", failure.text);
        failure.saying(text)
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
            self.kind,
            FailureKind::Throttled
                | FailureKind::Unclear
                | FailureKind::Silent
                | FailureKind::Barred
                | FailureKind::Crowded
                | FailureKind::Stale
        )
    }

    /// Whether AWS may have done what was asked all the same: it has not said that it has not.
    #[must_use]
    pub fn is_unanswered(&self) -> bool {
        matches!(
            self.kind,
            FailureKind::Unclear | FailureKind::Silent | FailureKind::Barred
        )
    }

    /// Whether nobody was there to answer.
    pub(crate) fn is_silent(&self) -> bool {
        matches!(self.kind, FailureKind::Silent | FailureKind::Barred)
    }

    /// Whether AWS says that the caller may not do this.
    #[must_use]
    pub fn is_denied(&self) -> bool {
        self.kind == FailureKind::Denied
    }

    /// How an event names it.
    pub(crate) fn result(&self) -> CallResult {
        match self.kind {
            FailureKind::Throttled => CallResult::Throttled,
            // These say nothing about the request, and are no answer to it.
            FailureKind::Crowded | FailureKind::Stale | FailureKind::NotSent => CallResult::NotDone,
            FailureKind::Unclear => CallResult::Unclear,
            FailureKind::Silent | FailureKind::Barred => CallResult::Silent,
            FailureKind::NoKeys
            | FailureKind::Expired
            | FailureKind::NotOn
            | FailureKind::Denied
            | FailureKind::Missing
            | FailureKind::InTheWay
            | FailureKind::Refused => CallResult::Refused,
        }
    }

    /// Why it may pass by itself, if it may.
    fn passing(&self) -> Option<Passing> {
        match self.kind {
            FailureKind::Denied => Some(Passing::Propagation),
            FailureKind::Missing | FailureKind::InTheWay => Some(Passing::Graph),
            _ => None,
        }
    }

    /// The same failure of CreateGraph, where a conflict may be the graph before that is being deleted.
    pub(crate) fn of_create_graph(self) -> Self {
        let kind = match &*self.code {
            "ConflictException" => FailureKind::InTheWay,
            _ => self.kind,
        };
        Self { kind, ..self }
    }

    /// The call that failed, as data.
    #[must_use]
    pub fn call(&self, operation: Operation) -> FailedCall {
        FailedCall::new(operation, self.kind, &self.code, self.words.as_deref())
    }

    /// What the plan is told.
    pub(crate) fn answer(&self, operation: Operation) -> Answer {
        let call = self.call(operation);
        match self.result() {
            // It ends with the run, and is told then.
            _ if self.kind == FailureKind::Crowded => Answer::Unclear(call.into()),
            CallResult::NotDone => Answer::NotDone,
            CallResult::Throttled => Answer::Throttled,
            CallResult::Unclear => Answer::Unclear(call.into()),
            CallResult::Silent => Answer::Silent(call.into()),
            CallResult::Ok | CallResult::Refused => Answer::Refused(
                Refusal {
                    call,
                    passing: self.passing(),
                }
                .into(),
            ),
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
            kind: FailureKind::Stale,
            ..failure
        }
    } else {
        failure
    }
}

fn of_service(code: Option<&str>, message: Option<&str>, status: u16) -> Failure {
    let name = code.map_or_else(|| format!("HTTP status {status}"), str::to_owned);
    let kind = match code.unwrap_or_default() {
        _ if status == 429 => FailureKind::Throttled,
        // A quota that is full, unless AWS says 429: asking again more slowly does not empty it.
        "LimitExceeded" | "LimitExceededException" => FailureKind::Refused,
        code if THROTTLING_ERRORS.contains(&code) => FailureKind::Throttled,
        code if TRANSIENT_ERRORS.contains(&code) => FailureKind::Unclear,
        _ if status >= 500 => FailureKind::Unclear,
        "ExpiredToken" | "ExpiredTokenException" | "RequestExpired" => FailureKind::Expired,
        "UnrecognizedClientException" | "InvalidClientTokenId" | "RegionDisabledException" => {
            FailureKind::NotOn
        }
        "AccessDenied" | "AccessDeniedException" => FailureKind::Denied,
        "ResourceNotFoundException" => FailureKind::Missing,
        _ => FailureKind::Refused,
    };
    // AWS quotes e-mails, and the name of a role session often is one.
    let words = message
        .filter(|words| !words.is_empty())
        .map(Email::mask_in);
    let mut text = answered(&name, words.as_deref());
    if let Some(advice) = advice(kind, &name) {
        text = format!("{text} ({advice})");
    }
    Failure {
        kind,
        code: name.into(),
        words: words.map(Into::into),
        text: text.into(),
        request_id: None,
    }
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
