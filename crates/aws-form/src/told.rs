//! Errors of the SDKs.

use std::sync::Arc;

use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use engine::Failure;

/// An error with the name of the call.
pub(crate) fn told<E>(call: &str, error: SdkError<E>) -> Failure
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let failure = Failure::from(error);
    let text: Arc<str> = format!("{call}: {}", failure.text).into();
    failure.saying(text)
}
