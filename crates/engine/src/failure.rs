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

use crate::body;

/// What a failure means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    /// Asked too fast: nothing happened.
    Throttled,
    /// AWS's own error, or a connection that was cut: it may have happened.
    Unclear,
    /// No connection, or no answer in time.
    Silent,
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
            Cause::Throttled | Cause::Unclear | Cause::Silent
        )
    }

    /// How an event names it.
    pub(crate) fn result(&self) -> CallResult {
        match self.cause {
            Cause::Throttled => CallResult::Throttled,
            Cause::Unclear => CallResult::Unclear,
            Cause::Silent => CallResult::Silent,
            Cause::Expired
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
            SdkError::ServiceError(service) => {
                let status = service.raw().status().as_u16();
                of_service(service.err().code(), service.err().message(), status)
            }
            SdkError::TimeoutError(_) => silent("no answer in time"),
            SdkError::DispatchFailure(failure) if failure.is_timeout() => {
                silent("no answer in time")
            }
            SdkError::DispatchFailure(failure) => {
                let source = failure.as_connector_error().and_then(Error::source);
                of_connection(source)
            }
            SdkError::ResponseError(_) if is_too_long(&error) => Self::unclear(format!(
                "an answer of more than {} MiB, which is longer than any of AWS's",
                body::MOST / (1024 * 1024)
            )),
            SdkError::ResponseError(response) => {
                let status = response.raw().status().as_u16();
                Self::unclear(format!(
                    "an answer that is not AWS's (HTTP status {status})"
                ))
            }
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

fn silent(text: &str) -> Failure {
    Failure {
        cause: Cause::Silent,
        code: "NoAnswer".into(),
        text: text.into(),
        request_id: None,
    }
}

fn of_service(code: Option<&str>, message: Option<&str>, status: u16) -> Failure {
    let name = code.map_or_else(|| format!("HTTP status {status}"), str::to_owned);
    let cause = match code.unwrap_or_default() {
        code if THROTTLING_ERRORS.contains(&code) => Cause::Throttled,
        _ if status == 429 => Cause::Throttled,
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
    let text = match message {
        // AWS quotes e-mails, and the name of a role session often is one.
        Some(message) if !message.is_empty() => format!("{name}: {}", Email::mask_in(message)),
        _ => name.clone(),
    };
    Failure {
        cause,
        code: name.into(),
        text: text.into(),
        request_id: None,
    }
}

/// Whether there was a connection decides: only then can the request have reached AWS.
fn of_connection(source: Option<&(dyn Error + 'static)>) -> Failure {
    let Some(source) = source else {
        return Failure::unclear("the connection was cut");
    };
    let chain = || std::iter::successors(Some(source), |&error| error.source());
    let connecting = chain().any(|error| {
        error
            .downcast_ref::<hyper_util::client::legacy::Error>()
            .is_some_and(|error| error.is_connect())
    });
    let innermost = innermost(source);
    if connecting {
        silent(&format!("no connection ({innermost})"))
    } else {
        Failure::unclear(format!("the connection was cut ({innermost})"))
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
    fn a_failure_says_what_aws_said() {
        assert_eq!(
            &*of_service(Some("X"), Some("because"), 400).text,
            "X: because"
        );
        assert_eq!(&*of_service(None, None, 418).text, "HTTP status 418");
    }
}
