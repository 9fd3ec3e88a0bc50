//! What CloudFormation answers, and what it is asked with.

use std::sync::Arc;

use aws_sdk_cloudformation::config::http::HttpResponse;
use aws_sdk_cloudformation::error::{ProvideErrorMetadata, SdkError};
use engine::Failure;
use fleet::account::Email;

/// What came back, with the name of the call where it is an error.
///
/// # Errors
///
/// The answer's own.
pub fn told<T, E>(call: &str, answer: Result<T, SdkError<E, HttpResponse>>) -> Result<T, Failure>
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    answer.map_err(|error| Failure::of_call(&format!("cloudformation:{call}"), error))
}

/// Whether AWS gave this error; some services put `Exception` after the name of its shape.
#[must_use]
pub fn is(failure: &Failure, code: &str) -> bool {
    failure.code.trim_end_matches("Exception") == code
}

/// AWS's words, without e-mails; none where there are none.
#[must_use]
pub fn words(words: Option<&str>) -> Option<Arc<str>> {
    let words = words.filter(|it| !it.trim().is_empty());
    words.map(|it| Email::mask_in(it.trim()).into())
}

/// An id that no other operation has, of the letters that CloudFormation takes (`[a-zA-Z0-9][-a-zA-Z0-9]*`, 128 at most).
#[must_use]
pub fn new_id() -> String {
    format!("detective-fleet-{:032x}", fastrand::u128(..))
}
