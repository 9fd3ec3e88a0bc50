//! Errors, in the dialect of each service.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode};
use serde_json::{Value, json};

use super::{Element, response};
use crate::service::{Protocol, Service};

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

    /// The error as `service` puts it; without one, as AWS's front door does.
    pub(crate) fn into_response(
        self,
        service: Option<Service>,
        request_id: &str,
    ) -> Response<Bytes> {
        match service.map(Service::protocol) {
            Some(Protocol::Query { namespace }) => self.into_xml(namespace, request_id),
            Some(Protocol::Json { .. }) => {
                let code = self.code;
                self.with("__type", code).into_json(
                    "Message",
                    "application/x-amz-json-1.1",
                    request_id,
                )
            }
            Some(Protocol::RestJson { message }) => {
                self.into_json(message, "application/json", request_id)
            }
            None => self.into_json("message", "application/json", request_id),
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

    fn into_xml(self, namespace: &'static str, request_id: &str) -> Response<Bytes> {
        let fault = if self.status.is_server_error() {
            "Receiver"
        } else {
            "Sender"
        };
        let error = vec![
            Element::text("Type", fault),
            Element::text("Code", self.code),
            Element::text("Message", self.message),
        ];
        let document = vec![
            Element::of("Error", error),
            Element::text("RequestId", request_id),
        ];
        let document = Element::of("ErrorResponse", document).in_namespace(namespace);
        response(
            self.status,
            "text/xml",
            document.to_string().into(),
            request_id,
        )
    }
}
