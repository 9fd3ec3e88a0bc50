//! As much of S3 as keeps a program's state: objects with versions, and writes with conditions
//! (Amazon S3 API reference, API version 2006-03-01). Buckets need not be made. REST-XML, with the
//! bucket in the path.

mod list;
mod object;

use http::{HeaderMap, StatusCode, header};
use percent_encoding::percent_decode_str;

use crate::call::Call;
use crate::state::State;
use crate::wire::{Answer, Failure};

pub(crate) use self::list::list;
pub(crate) use self::object::Objects;
use self::object::{Content, Object, Version};

/// Whether a write depends on what is there: only such a one can be in conflict with another
/// (Amazon S3 user guide, conditional-writes).
pub(crate) fn is_conditional(headers: &HeaderMap) -> bool {
    headers.contains_key(header::IF_MATCH) || headers.contains_key(header::IF_NONE_MATCH)
}

/// Bucket and key.
fn place(call: &Call<'_>) -> (String, String) {
    let path = percent_decode_str(call.path.trim_start_matches('/')).decode_utf8_lossy();
    let (bucket, key) = path.split_once('/').unwrap_or((&path, ""));
    (bucket.to_owned(), key.to_owned())
}

/// An object, or one version of it.
pub(crate) fn get(call: &Call<'_>, state: &mut State) -> Result<Answer, Failure> {
    read(call, state).map(Content::answer)
}

/// The same without its bytes.
pub(crate) fn head(call: &Call<'_>, state: &mut State) -> Result<Answer, Failure> {
    read(call, state).map(Content::head)
}

fn read<'a>(call: &Call<'_>, state: &'a State) -> Result<&'a Content, Failure> {
    let place = place(call);
    let version = call.query("versionId").pop();
    let object = state.objects.get(&place);
    let found = match &version {
        Some(id) => object.and_then(|object| object.version(id)),
        None => object.and_then(Object::newest),
    };
    match found {
        Some(Version::Here(content)) => Ok(content),
        // The version that a deletion makes can be named, and not be read.
        Some(Version::Deleted { .. }) if version.is_some() => Err(Failure::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "MethodNotAllowed",
            "The specified method is not allowed against this resource.",
        )),
        None if version.is_some() && object.is_some() => Err(Failure::new(
            StatusCode::NOT_FOUND,
            "NoSuchVersion",
            "The specified version does not exist.",
        )),
        Some(Version::Deleted { .. }) | None => Err(no_such_key()),
    }
}

/// Writes a version.
pub(crate) fn put(call: &Call<'_>, state: &mut State) -> Result<Answer, Failure> {
    let place = place(call);
    let there = state.objects.get(&place).and_then(Object::content);
    let wanted = |name| call.headers.get(name).and_then(|it| it.to_str().ok());
    if wanted(header::IF_NONE_MATCH).is_some() && there.is_some() {
        return Err(precondition_failed());
    }
    if let Some(etag) = wanted(header::IF_MATCH) {
        let there = there.ok_or_else(no_such_key)?;
        if there.etag != etag {
            return Err(precondition_failed());
        }
    }
    let (_, mut random) = state.random_stream(call.caller.account, None, "version");
    let content_type = wanted(header::CONTENT_TYPE).unwrap_or("binary/octet-stream");
    let object = state.objects.entry(place).or_default();
    Ok(object.put(random.secret(32), content_type, call.body.clone(), call.now))
}

/// What is deleted stays as an older version.
pub(crate) fn delete(call: &Call<'_>, state: &mut State) -> Result<Answer, Failure> {
    let (_, mut random) = state.random_stream(call.caller.account, None, "version");
    let id = random.secret(32);
    let object = state.objects.entry(place(call)).or_default();
    object.delete(id.clone());
    Ok(Answer::empty()
        .with_status(StatusCode::NO_CONTENT)
        .with_header("x-amz-delete-marker", "true")
        .with_header("x-amz-version-id", id))
}

fn no_such_key() -> Failure {
    let message = "The specified key does not exist.";
    Failure::new(StatusCode::NOT_FOUND, "NoSuchKey", message)
}

fn precondition_failed() -> Failure {
    Failure::new(
        StatusCode::PRECONDITION_FAILED,
        "PreconditionFailed",
        "At least one of the pre-conditions you specified did not hold",
    )
}
