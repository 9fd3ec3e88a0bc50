//! What a signature says of its request: the key, and where the request goes. Signatures are not
//! verified.

use bytes::Bytes;
use http::{Request, header};

use crate::wire::parameter;

/// What the credential of a signature says: `KEY/date/region/service/aws4_request`.
#[derive(Debug)]
pub(crate) struct Scope {
    pub(crate) key: String,
    pub(crate) region: String,
    pub(crate) service: String,
    pub(crate) token: Option<String>,
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
            let token = header("x-amz-security-token");
            return Scope::read(credential, token).map(Some);
        }
        let Some(credential) = presigned("X-Amz-Credential") else {
            return Ok(None);
        };
        Scope::read(&credential, presigned("X-Amz-Security-Token")).map(Some)
    }

    fn read(credential: &str, token: Option<String>) -> Result<Scope, Incomplete> {
        let parts: Vec<&str> = credential.split('/').collect();
        let [key, _, region, service, "aws4_request"] = parts[..] else {
            return Err(Incomplete);
        };
        Ok(Scope {
            key: key.to_owned(),
            region: region.to_owned(),
            service: service.to_owned(),
            token,
        })
    }
}

fn credential(authorization: &str) -> Option<&str> {
    authorization
        .strip_prefix("AWS4-HMAC-SHA256")?
        .split(',')
        .find_map(|part| part.trim().strip_prefix("Credential="))
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
