//! The bucket: what people upload, and what executions write down.

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::get_object::GetObjectOutput;
use aws_sdk_s3::operation::head_object::HeadObjectOutput;
use aws_sdk_s3::operation::put_object::builders::PutObjectFluentBuilder;
use aws_sdk_s3::primitives::ByteStream;
use engine::clock;
use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::StepError;
use crate::seal::Seal;

/// What most objects are.
const JSON: &str = "application/json";

/// The most bytes of an upload: as much as a roster may have.
const MOST_BYTES: i64 = 5 * 1024 * 1024;

/// The most bytes of a saved plan: more than that of 1,200 accounts in 25 Regions has.
const MOST_PLAN_BYTES: i64 = 64 * 1024 * 1024;

/// How long to wait, again and again, while S3 is busy with another write that has a condition: it says
/// 409 then, which means to send it again (Amazon S3 API reference, PutObject).
const PAUSES: [Duration; 6] = [
    Duration::from_millis(100),
    Duration::from_millis(200),
    Duration::from_millis(400),
    Duration::from_millis(800),
    Duration::from_millis(1_600),
    Duration::from_millis(3_200),
];

/// The bucket of the stack.
#[derive(Clone, Debug)]
pub struct Store {
    client: Client,
    bucket: Arc<str>,
}

/// An object that was read, and the mark that changes with it.
#[derive(Clone, Debug)]
pub struct Read<T> {
    /// What it says.
    pub value: T,
    /// Its entity tag.
    pub mark: String,
    /// When it was written, as S3 says.
    pub written: Timestamp,
}

/// An object that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its key.
    pub key: String,
    /// When it was written, as S3 says.
    pub written: Timestamp,
}

/// The newest version of an upload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Newest {
    /// It is this one.
    Version(String),
    /// It was deleted.
    Gone,
    /// It was never there.
    Never,
}

impl Store {
    /// The bucket with that name.
    #[must_use]
    pub fn new(client: Client, bucket: &str) -> Self {
        Self {
            client,
            bucket: bucket.into(),
        }
    }

    /// Its name.
    #[must_use]
    pub fn bucket(&self) -> &str {
        &self.bucket
    }

    /// Where an object is, for people.
    #[must_use]
    pub fn uri(&self, key: &str) -> String {
        format!("s3://{}/{key}", self.bucket)
    }

    /// The newest version of an upload.
    ///
    /// # Errors
    /// Where S3 does not say.
    pub async fn newest(&self, key: &str) -> Result<Newest, StepError> {
        let head = self.client.head_object().bucket(&*self.bucket).key(key);
        let mut answer = head.clone().send().await;
        // Nothing says why HEAD is refused: it may be for the time of the signature, where a function was
        // frozen, and the SDK goes by S3's time from then on.
        if answer.as_ref().is_err_and(is_refused_without_words) {
            answer = head.send().await;
        }
        let deleted = answer.as_ref().is_err_and(is_deletion);
        Ok(match found(answer, key)? {
            Some(head) => Newest::Version(version(&head)),
            None if deleted => Newest::Gone,
            None => Newest::Never,
        })
    }

    /// One version of an upload; `None` where it is not there any more.
    ///
    /// # Errors
    /// Where it is too large, or S3 does not hand it out.
    pub async fn upload(&self, key: &str, version: &str) -> Result<Option<Vec<u8>>, StepError> {
        let get = self.client.get_object().bucket(&*self.bucket).key(key);
        let object = found(get.version_id(version).send().await, key)?;
        bounded(
            object,
            key,
            MOST_BYTES,
            "5 MiB; is it the list of accounts?",
        )
        .await
    }

    /// A saved plan, in that version or as it is now; `None` where it is not there.
    ///
    /// # Errors
    /// Where it is too large, or S3 does not hand it out.
    pub async fn saved_plan(
        &self,
        key: &str,
        version: Option<&str>,
    ) -> Result<Option<Vec<u8>>, StepError> {
        let get = self.client.get_object().bucket(&*self.bucket).key(key);
        let get = get.set_version_id(version.map(str::to_owned));
        let object = found(get.send().await, key)?;
        bounded(object, key, MOST_PLAN_BYTES, "64 MiB; is it a saved plan?").await
    }

    /// What is there under keys that begin so.
    ///
    /// # Errors
    /// Where S3 does not say.
    pub async fn list(&self, prefix: &str) -> Result<Vec<Listed>, StepError> {
        let list = self.client.list_objects_v2().bucket(&*self.bucket);
        let mut pages = list.prefix(prefix).into_paginator().send();
        let mut listed = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| trouble(prefix, &error))?;
            listed.extend(page.contents().iter().filter_map(|object| {
                let written = object.last_modified()?.as_nanos();
                Some(Listed {
                    key: object.key()?.to_owned(),
                    written: Timestamp::from_nanosecond(written).ok()?,
                })
            }));
        }
        Ok(listed)
    }

    /// What an execution wrote down; `None` where there is nothing.
    ///
    /// # Errors
    /// Where S3 does not hand it out, or it is not what it should be.
    pub async fn read<T: DeserializeOwned>(&self, key: &str) -> Result<Option<Read<T>>, StepError> {
        let get = self.client.get_object().bucket(&*self.bucket).key(key);
        let Some(object) = found(get.send().await, key)? else {
            return Ok(None);
        };
        let mark = object.e_tag().unwrap_or_default().to_owned();
        let written = object.last_modified().map(|it| it.as_nanos());
        let written = written.and_then(|it| Timestamp::from_nanosecond(it).ok());
        let bytes = collect(object.body, key).await?;
        Ok(Some(Read {
            value: self.parse(key, &bytes)?,
            mark,
            written: written.unwrap_or(Timestamp::MIN),
        }))
    }

    /// What an earlier step of the same execution wrote down, and nobody since.
    ///
    /// # Errors
    /// Where S3 does not hand it out, or it is not that.
    pub async fn read_sealed<T: DeserializeOwned>(
        &self,
        key: &str,
        seal: &Seal,
    ) -> Result<T, StepError> {
        let get = self.client.get_object().bucket(&*self.bucket).key(key);
        let Some(object) = found(get.send().await, key)? else {
            return Err(self.foreign(key, "is gone, and this run did not delete it"));
        };
        let bytes = collect(object.body, key).await?;
        if Seal::of(&bytes) != *seal {
            return Err(self.foreign(key, "is not what this run wrote there"));
        }
        self.parse(key, &bytes)
    }

    fn parse<T: DeserializeOwned>(&self, key: &str, bytes: &[u8]) -> Result<T, StepError> {
        serde_json::from_slice(bytes).map_err(|error| {
            let at = format!("line {}, column {}", error.line(), error.column());
            self.foreign(
                key,
                &format!("is not what this program writes there ({at})"),
            )
        })
    }

    /// Somebody else has written there.
    pub(crate) fn foreign(&self, key: &str, what: &str) -> StepError {
        StepError::foreign(format!(
            "{} {what}. Nothing was changed because of it: find out who wrote it (its versions, CloudTrail), delete it, and upload the list again",
            self.uri(key)
        ))
    }

    /// Writes something down; what it hashes to.
    ///
    /// # Errors
    /// Where S3 does not take it.
    pub async fn write<T: Serialize>(&self, key: &str, value: &T) -> Result<Seal, StepError> {
        let body = self.json(key, value)?;
        let seal = Seal::of(&body);
        self.put_bytes(key, body, JSON, Condition::None).await?;
        Ok(seal)
    }

    /// Writes a page down, for people to open.
    ///
    /// # Errors
    /// Where S3 does not take it.
    pub async fn write_page(&self, key: &str, page: String) -> Result<(), StepError> {
        let put = self.put_bytes(
            key,
            page.into_bytes(),
            "text/html; charset=utf-8",
            Condition::None,
        );
        put.await.map(|_| ())
    }

    /// Writes a document down that is text already, byte by byte.
    ///
    /// # Errors
    /// Where S3 does not take it.
    pub async fn write_text(&self, key: &str, text: String) -> Result<(), StepError> {
        let put = self.put_bytes(key, text.into_bytes(), JSON, Condition::None);
        put.await.map(|_| ())
    }

    /// Writes something down that is not there yet; says whether it was not.
    ///
    /// # Errors
    /// Where S3 does not take it.
    pub async fn write_new<T: Serialize>(&self, key: &str, value: &T) -> Result<bool, StepError> {
        self.put(key, value, Condition::Absent).await
    }

    /// Writes something down that nobody has changed since it was read; says whether nobody had.
    ///
    /// # Errors
    /// Where S3 does not take it.
    pub async fn replace<T: Serialize>(
        &self,
        key: &str,
        value: &T,
        mark: &str,
    ) -> Result<bool, StepError> {
        self.put(key, value, Condition::Unchanged(mark)).await
    }

    async fn put<T: Serialize>(
        &self,
        key: &str,
        value: &T,
        condition: Condition<'_>,
    ) -> Result<bool, StepError> {
        let body = self.json(key, value)?;
        self.put_bytes(key, body, JSON, condition).await
    }

    fn json<T: Serialize>(&self, key: &str, value: &T) -> Result<Vec<u8>, StepError> {
        serde_json::to_vec(value)
            .map_err(|error| StepError::failed(format!("{}: {error}", self.uri(key))))
    }

    async fn put_bytes(
        &self,
        key: &str,
        body: Vec<u8>,
        content_type: &str,
        condition: Condition<'_>,
    ) -> Result<bool, StepError> {
        let mut pauses = PAUSES.into_iter();
        loop {
            let put = self.request(key, body.clone(), content_type, &condition);
            let error = match put.send().await {
                Ok(_) => return Ok(true),
                Err(error) => error,
            };
            match (status(&error), pauses.next()) {
                // Somebody else was first: unless it was this one, and the answer was lost.
                (412, _) => return self.holds(key, &body).await,
                (409, Some(pause)) => clock::sleep(pause).await,
                _ => return Err(trouble(key, &error)),
            }
        }
    }

    fn request(
        &self,
        key: &str,
        body: Vec<u8>,
        content_type: &str,
        condition: &Condition<'_>,
    ) -> PutObjectFluentBuilder {
        let put = self.client.put_object().bucket(&*self.bucket).key(key);
        let put = put.content_type(content_type).body(ByteStream::from(body));
        match condition {
            Condition::None => put,
            Condition::Absent => put.if_none_match("*"),
            Condition::Unchanged(mark) => put.if_match(*mark),
        }
    }

    /// Whether an object has just that content.
    async fn holds(&self, key: &str, content: &[u8]) -> Result<bool, StepError> {
        let get = self.client.get_object().bucket(&*self.bucket).key(key);
        match found(get.send().await, key)? {
            Some(object) => Ok(collect(object.body, key).await? == content),
            None => Ok(false),
        }
    }
}

enum Condition<'a> {
    None,
    Absent,
    Unchanged(&'a str),
}

fn version(head: &HeadObjectOutput) -> String {
    // What S3 calls the only version where none are kept.
    head.version_id().unwrap_or("null").to_owned()
}

/// What is in an object, where it is not too large.
async fn bounded(
    object: Option<GetObjectOutput>,
    key: &str,
    most: i64,
    words: &str,
) -> Result<Option<Vec<u8>>, StepError> {
    let Some(object) = object else {
        return Ok(None);
    };
    if object.content_length().unwrap_or_default() > most {
        return Err(StepError::bad_input(format!(
            "{key} is larger than {words}"
        )));
    }
    Ok(Some(collect(object.body, key).await?))
}

async fn collect(body: ByteStream, key: &str) -> Result<Vec<u8>, StepError> {
    let bytes = body.collect().await;
    let bytes = bytes.map_err(|error| StepError::failed(format!("cannot read {key}: {error}")))?;
    Ok(bytes.to_vec())
}

fn status<E>(error: &SdkError<E>) -> u16 {
    error.raw_response().map_or(0, |raw| raw.status().as_u16())
}

fn is_refused_without_words<E: ProvideErrorMetadata>(error: &SdkError<E>) -> bool {
    error.code().is_none() && status(error) == 403
}

/// The newest version is the mark of a deletion
/// (docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html, `x-amz-delete-marker`).
fn is_deletion<E>(error: &SdkError<E>) -> bool {
    let mark = error
        .raw_response()
        .and_then(|raw| raw.headers().get("x-amz-delete-marker"));
    mark.is_some_and(|mark| mark.eq_ignore_ascii_case("true"))
}

fn found<T, E>(result: Result<T, SdkError<E>>, key: &str) -> Result<Option<T>, StepError>
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    match result {
        Ok(found) => Ok(Some(found)),
        // A version that is a deletion answers 405.
        Err(error) if matches!(status(&error), 404 | 405) => Ok(None),
        Err(error) => Err(trouble(key, &error)),
    }
}

fn trouble<E>(key: &str, error: &SdkError<E>) -> StepError
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let what = match (error.code(), error.message(), status(error)) {
        (Some(code), Some(message), _) => format!("{code}: {message}"),
        (Some(code), None, _) => code.to_owned(),
        // HeadObject has no body, and so no words.
        (None, _, 403) => "access denied".to_owned(),
        (None, _, 0) => "no answer".to_owned(),
        (None, _, status) => format!("HTTP status {status}"),
    };
    StepError::failed(format!(
        "S3, {key}: {}",
        fleet::account::Email::mask_in(&what)
    ))
}

#[cfg(test)]
mod tests {
    use aws_sdk_s3::error::ErrorMetadata;
    use aws_sdk_s3::operation::put_object::PutObjectError;
    use aws_smithy_runtime_api::http::{Response, StatusCode};
    use aws_smithy_types::body::SdkBody;

    use super::*;

    fn told(metadata: ErrorMetadata, status: u16) -> String {
        let status = StatusCode::try_from(status).unwrap();
        let raw = Response::new(status, SdkBody::empty());
        let error = SdkError::service_error(PutObjectError::generic(metadata), raw);
        trouble("enable/a.csv", &error).text
    }

    #[test]
    fn s3s_words_are_told_without_e_mails() {
        let words = ErrorMetadata::builder().code("AccessDenied");
        let words = words.message("no root@example.com here").build();
        let expected = "S3, enable/a.csv: AccessDenied: no r***@example.com here";
        assert_eq!(told(words, 403), expected);
        let nothing = || ErrorMetadata::builder().build();
        assert_eq!(told(nothing(), 403), "S3, enable/a.csv: access denied");
        assert_eq!(told(nothing(), 503), "S3, enable/a.csv: HTTP status 503");
    }
}
