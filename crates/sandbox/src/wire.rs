//! What goes over the wire: answers and failures, in the dialect of each service.

mod common_error;
mod failure;
mod query;
mod xml;

use std::borrow::Cow;

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode};
use serde::Serialize;

pub(crate) use self::common_error::{
    CommonError, denied_by_policy, incomplete_signature, not_emulated, signature_refused,
    throttled, unsigned,
};
pub(crate) use self::failure::Failure;
pub(crate) use self::query::{parameter, parameters};
pub(crate) use self::xml::Element;

/// What an operation answers when it succeeds.
#[derive(Debug)]
pub(crate) struct Answer {
    status: StatusCode,
    content_type: Cow<'static, str>,
    headers: Vec<(&'static str, String)>,
    body: Bytes,
}

impl Answer {
    /// 200 without a body: what operations without an output shape answer (API reference of
    /// StartMonitoringMember and UpdateDatasourcePackages).
    pub(crate) fn empty() -> Answer {
        Answer {
            status: StatusCode::OK,
            content_type: "application/json".into(),
            headers: Vec::new(),
            body: Bytes::new(),
        }
    }

    /// A JSON document.
    pub(crate) fn json(output: &impl Serialize) -> Result<Answer, Failure> {
        let body = serde_json::to_vec(output).map_err(|error| {
            Failure::internal(format!("the sandbox cannot write its answer: {error}"))
        })?;
        Ok(Answer {
            body: body.into(),
            ..Answer::empty()
        })
    }

    /// A JSON document in the JSON 1.1 protocol.
    pub(crate) fn json_1_1(output: &impl Serialize) -> Result<Answer, Failure> {
        Ok(Answer {
            content_type: "application/x-amz-json-1.1".into(),
            ..Answer::json(output)?
        })
    }

    /// An XML document, as the query protocol has it.
    pub(crate) fn xml(document: &Element) -> Answer {
        Answer {
            content_type: "text/xml".into(),
            body: document.to_string().into(),
            ..Answer::empty()
        }
    }

    /// The same with another status.
    pub(crate) fn with_status(self, status: StatusCode) -> Answer {
        Answer { status, ..self }
    }

    /// The same with one more header.
    pub(crate) fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Answer {
        self.headers.push((name, value.into()));
        self
    }

    /// The same with another body.
    pub(crate) fn with_body(self, body: Bytes) -> Answer {
        Answer { body, ..self }
    }

    /// The same with another type of body.
    pub(crate) fn with_content_type(self, content_type: String) -> Answer {
        Answer {
            content_type: content_type.into(),
            ..self
        }
    }

    pub(crate) fn into_response(self, request_id: &str) -> Response<Bytes> {
        let mut response = response(self.status, &self.content_type, self.body, request_id);
        for (name, value) in self.headers {
            // What a client sent as a header comes back as one.
            if let Ok(value) = HeaderValue::from_str(&value) {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }
}

pub(crate) fn response(
    status: StatusCode,
    content_type: &str,
    body: Bytes,
    id: &str,
) -> Response<Bytes> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    if let Ok(content_type) = HeaderValue::from_str(content_type) {
        headers.insert(http::header::CONTENT_TYPE, content_type);
    }
    // What is refused before it is known where it goes has none.
    if let (false, Ok(id)) = (id.is_empty(), HeaderValue::from_str(id)) {
        headers.insert("x-amzn-requestid", id);
    }
    response
}
