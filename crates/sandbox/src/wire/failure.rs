//! Errors, in the dialect of each service.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode};
use serde_json::{Value, json};

use super::Element;
use super::response;
use crate::operation::Service;

/// An error as a service answers it.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) status: StatusCode,
    pub(crate) code: &'static str,
    message: String,
    /// Members that the error has besides its message.
    more: Vec<(&'static str, Value)>,
}

/// Errors that every service has, whatever it calls them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// The access key belongs to nobody, or does not count in that Region.
    UnknownKey,
    /// The session is over.
    Expired,
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

    pub(crate) fn internal(message: &str) -> Failure {
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

    /// What `service` says of that trouble.
    pub(crate) fn of(service: Service, trouble: Trouble) -> Failure {
        let (code, message) = match (trouble, service) {
            // AWS knowledge center, "InvalidClientTokenId".
            (Trouble::UnknownKey, Service::Sts) => (
                "InvalidClientTokenId",
                "The security token included in the request is invalid.",
            ),
            // README of amazon-detective-multiaccount-scripts.
            (Trouble::UnknownKey, _) => (
                "UnrecognizedClientException",
                "The security token included in the request is invalid.",
            ),
            (Trouble::Expired, Service::Sts) => (
                "ExpiredToken",
                "The security token included in the request is expired",
            ),
            (Trouble::Expired, _) => (
                "ExpiredTokenException",
                "The security token included in the request is expired",
            ),
        };
        Failure::new(StatusCode::FORBIDDEN, code, message)
    }

    /// The error as `service` puts it.
    pub(crate) fn into_response(
        self,
        service: Option<Service>,
        request_id: &str,
    ) -> Response<Bytes> {
        match service {
            Some(Service::Sts) => self.into_xml(request_id),
            Some(Service::Detective) => self.into_json("Message", request_id),
            Some(Service::Account) | None => self.into_json("message", request_id),
        }
    }

    fn into_json(self, message_member: &str, request_id: &str) -> Response<Bytes> {
        let mut body = json!({ message_member: self.message });
        for (name, value) in self.more {
            body[name] = value;
        }
        let mut response = response(
            self.status,
            "application/json",
            body.to_string().into(),
            request_id,
        );
        response
            .headers_mut()
            .insert("x-amzn-errortype", HeaderValue::from_static(self.code));
        response
    }

    fn into_xml(self, request_id: &str) -> Response<Bytes> {
        let fault = if self.status.is_server_error() {
            "Receiver"
        } else {
            "Sender"
        };
        let error = Element::of(
            "Error",
            vec![
                Element::text("Type", fault),
                Element::text("Code", self.code),
                Element::text("Message", self.message),
            ],
        );
        let document = Element::of(
            "ErrorResponse",
            vec![error, Element::text("RequestId", request_id)],
        )
        .in_namespace(crate::sts::NAMESPACE);
        response(
            self.status,
            "text/xml",
            document.to_string().into(),
            request_id,
        )
    }
}
