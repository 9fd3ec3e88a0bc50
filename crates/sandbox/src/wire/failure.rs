//! Errors, in the dialect of each service.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode};
use serde_json::{Value, json};

use super::{Element, response};
use crate::protocol::Protocol;

/// An error as a service answers it.
#[derive(Debug)]
pub(crate) struct Failure {
    status: StatusCode,
    pub(crate) code: &'static str,
    message: String,
    /// Members that the error has besides its message.
    more: Vec<(&'static str, Value)>,
}

impl Failure {
    /// An error with that status, code and message.
    pub(crate) fn new(
        status: StatusCode,
        code: &'static str,
        message: impl Into<String>,
    ) -> Failure {
        Failure {
            status,
            code,
            message: message.into(),
            more: Vec::new(),
        }
    }

    /// The same with one more member.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<Value>) -> Failure {
        self.more.push((name, value.into()));
        self
    }

    /// The same with what was sent in its message.
    pub(crate) fn quoting(self, request: &[u8]) -> Failure {
        let request = String::from_utf8_lossy(request);
        Failure {
            message: format!("{} Request: {request}", self.message),
            ..self
        }
    }

    pub(crate) fn internal(message: impl Into<String>) -> Failure {
        Failure::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "InternalServerException",
            message,
        )
    }

    pub(crate) fn conflict(message: impl Into<String>) -> Failure {
        Failure::new(StatusCode::CONFLICT, "ConflictException", message)
    }

    pub(crate) fn not_found(message: impl Into<String>) -> Failure {
        Failure::new(StatusCode::NOT_FOUND, "ResourceNotFoundException", message)
    }

    pub(crate) fn denied(message: impl Into<String>) -> Failure {
        Failure::new(StatusCode::FORBIDDEN, "AccessDeniedException", message)
    }

    pub(crate) fn invalid(message: impl Into<String>) -> Failure {
        Failure::new(StatusCode::BAD_REQUEST, "ValidationException", message)
    }

    pub(crate) fn too_many(message: impl Into<String>) -> Failure {
        Failure::new(
            StatusCode::TOO_MANY_REQUESTS,
            "TooManyRequestsException",
            message,
        )
    }

    /// The error in the form that `protocol` has for it.
    pub(crate) fn into_response(self, protocol: Protocol, request_id: &str) -> Response<Bytes> {
        match protocol {
            Protocol::Query { namespace } => {
                let kind = if self.status.is_server_error() {
                    "Receiver"
                } else {
                    "Sender"
                };
                let error = self.xml(vec![Element::text("Type", kind)]);
                let document = vec![error, Element::text("RequestId", request_id)];
                let document = Element::of("ErrorResponse", document).in_namespace(namespace);
                self.into_xml("text/xml", &document, request_id)
            }
            Protocol::Ec2 => {
                let errors = Element::of("Errors", vec![self.xml(Vec::new())]);
                let document = vec![errors, Element::text("RequestID", request_id)];
                self.into_xml("text/xml", &Element::of("Response", document), request_id)
            }
            Protocol::RestXml => {
                let document = self.xml(vec![Element::text("RequestId", request_id)]);
                self.into_xml("application/xml", &document, request_id)
            }
            Protocol::Json { .. } => {
                let code = self.code;
                self.with("__type", code).into_json(
                    "Message",
                    "application/x-amz-json-1.1",
                    request_id,
                )
            }
            Protocol::RestJson { message } => {
                self.into_json(message, "application/json", request_id)
            }
        }
    }

    fn into_json(
        self,
        message_member: &str,
        content_type: &'static str,
        request_id: &str,
    ) -> Response<Bytes> {
        let mut body = json!({ message_member: self.message });
        for (name, value) in self.more {
            body[name] = value;
        }
        let mut response = response(
            self.status,
            content_type,
            body.to_string().into(),
            request_id,
        );
        response
            .headers_mut()
            .insert("x-amzn-errortype", HeaderValue::from_static(self.code));
        response
    }

    /// The element that all XML protocols have, with what each has besides.
    fn xml(&self, mut more: Vec<Element>) -> Element {
        more.push(Element::text("Code", self.code));
        more.push(Element::text("Message", self.message.as_str()));
        Element::of("Error", more)
    }

    fn into_xml(self, content_type: &str, document: &Element, request_id: &str) -> Response<Bytes> {
        response(
            self.status,
            content_type,
            document.to_string().into(),
            request_id,
        )
    }
}
