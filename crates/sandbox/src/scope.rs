//! What a signature says of its request: the key, and where the request goes. Signatures are not
//! verified.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, header};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

use crate::clock::{earlier, later};
use crate::service::Service;
use crate::wire::{Failure, parameter, signature_refused};

/// What the credential of a signature says: `KEY/date/region/service/aws4_request`.
#[derive(Debug)]
pub(crate) struct Scope {
    pub(crate) key: String,
    pub(crate) region: String,
    pub(crate) service: String,
    pub(crate) token: Option<String>,
    /// When it was signed.
    signed: Option<Timestamp>,
    /// How long a presigned request counts.
    lifetime: Option<Duration>,
}

/// The credential of a request cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Incomplete;

impl Scope {
    /// Reads the signature of a request, be it in its headers or, of a presigned request, in its
    /// URL. An unsigned request has none.
    pub(crate) fn of(request: &Request<Bytes>) -> Result<Option<Scope>, Incomplete> {
        let header = |name| {
            let value = request.headers().get(name)?;
            Some(value.to_str().unwrap_or_default().to_owned())
        };
        let query = request.uri().query().unwrap_or_default();
        let presigned = |name| parameter(query, b"", name);
        if let Some(authorization) = header(header::AUTHORIZATION.as_str()) {
            let credential = credential(&authorization).ok_or(Incomplete)?;
            let mut scope = Scope::read(credential)?;
            scope.token = header("x-amz-security-token");
            scope.signed = header("x-amz-date").as_deref().and_then(time);
            return Ok(Some(scope));
        }
        let Some(credential) = presigned("X-Amz-Credential") else {
            return Ok(None);
        };
        let mut scope = Scope::read(&credential)?;
        scope.token = presigned("X-Amz-Security-Token");
        scope.signed = presigned("X-Amz-Date").as_deref().and_then(time);
        let seconds = presigned("X-Amz-Expires").and_then(|text| text.parse().ok());
        scope.lifetime = seconds.map(Duration::from_secs);
        Ok(Some(scope))
    }

    /// Checks that the request was signed no longer ago, and no further ahead of time, than `lifetime`
    /// allows (IAM user guide, signing requests; the words are those that clients report).
    pub(crate) fn check_time(
        &self,
        service: Service,
        lifetime: Duration,
        now: Timestamp,
    ) -> Result<(), Failure> {
        // What has no time cannot be too old; clients always send one.
        let Some(signed) = self.signed else {
            return Ok(());
        };
        let minutes = lifetime.as_secs() / 60;
        let first = earlier(now, self.lifetime.unwrap_or(lifetime));
        let last = later(now, lifetime);
        let message = if signed < first {
            let (signed, first, now) = (text(signed), text(first), text(now));
            format!(
                "Signature expired: {signed} is now earlier than {first} ({now} - {minutes} min.)"
            )
        } else if signed > last {
            let (signed, last, now) = (text(signed), text(last), text(now));
            format!(
                "Signature not yet current: {signed} is still later than {last} ({now} + {minutes} min.)"
            )
        } else {
            return Ok(());
        };
        Err(signature_refused(service, message))
    }

    fn read(credential: &str) -> Result<Scope, Incomplete> {
        let parts: Vec<&str> = credential.split('/').collect();
        let [key, _, region, service, "aws4_request"] = parts[..] else {
            return Err(Incomplete);
        };
        Ok(Scope {
            key: key.to_owned(),
            region: region.to_owned(),
            service: service.to_owned(),
            token: None,
            signed: None,
            lifetime: None,
        })
    }
}

fn credential(authorization: &str) -> Option<&str> {
    authorization
        .strip_prefix("AWS4-HMAC-SHA256")?
        .split(',')
        .find_map(|part| part.trim().strip_prefix("Credential="))
}

/// A time as signatures have it: `20261128T180000Z`.
fn time(text: &str) -> Option<Timestamp> {
    let time = DateTime::strptime("%Y%m%dT%H%M%SZ", text).ok()?;
    Offset::UTC.to_timestamp(time).ok()
}

fn text(time: Timestamp) -> String {
    time.strftime("%Y%m%dT%H%M%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCOPE: &str = "AKIA/20260101/us-east-1/detective/aws4_request";

    fn scope(uri: &str, authorization: Option<&str>) -> Result<Option<Scope>, Incomplete> {
        let mut request = Request::builder().uri(uri);
        if let Some(authorization) = authorization {
            request = request.header("authorization", authorization);
        }
        Scope::of(&request.body(Bytes::new()).unwrap())
    }

    #[test]
    fn the_scope_names_key_region_and_service() {
        let text = format!("AWS4-HMAC-SHA256 Credential={SCOPE}, SignedHeaders=host, Signature=0");
        let scope = scope("/", Some(&text)).unwrap().unwrap();
        assert_eq!(
            [scope.key, scope.region, scope.service],
            ["AKIA", "us-east-1", "detective"]
        );
    }

    #[test]
    fn a_presigned_request_has_it_in_its_url() {
        let uri = format!(
            "/?X-Amz-Credential={}&X-Amz-Security-Token=a%2Bb",
            SCOPE.replace('/', "%2F")
        );
        let scope = scope(&uri, None).unwrap().unwrap();
        assert_eq!(scope.service, "detective");
        assert_eq!(scope.token.as_deref(), Some("a+b"));
    }

    #[test]
    fn anything_else_is_not_a_scope() {
        assert!(scope("/", None).unwrap().is_none());
        for text in [
            "",
            "Bearer x",
            "AWS4-HMAC-SHA256 Credential=a/b/c/d",
            "AWS4-HMAC-SHA256 Credential=a/b/c/d/e",
        ] {
            assert_eq!(scope("/", Some(text)).unwrap_err(), Incomplete, "{text}");
        }
    }
}
