//! Errors that every service has, whatever each calls them.

use http::StatusCode;

use super::Failure;
use crate::protocol::Protocol;
use crate::service::Service;
use crate::world::unverified::ThrottlingError;

/// Errors that every service has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CommonError {
    /// The access key belongs to nobody, or does not count in that Region.
    UnknownKey,
    /// The session is over.
    Expired,
    /// There is no such operation.
    UnknownOperation,
    /// What was named is not there.
    NotFound,
    /// The service has a problem of its own.
    ServerError,
    /// Another request for the same thing is under way.
    Conflict,
}

impl CommonError {
    /// What `service` says of it.
    pub(crate) fn of(self, service: Service) -> Failure {
        match self {
            CommonError::UnknownKey => {
                // AWS knowledge center, iam-validate-access-credentials, for STS; README of
                // amazon-detective-multiaccount-scripts for Detective.
                let code = match service {
                    Service::Sts => "InvalidClientTokenId",
                    Service::S3 => "InvalidAccessKeyId",
                    _ => "UnrecognizedClientException",
                };
                let message = "The security token included in the request is invalid.";
                Failure::new(forbidden(service), code, message)
            }
            CommonError::Expired => {
                let code = match service {
                    Service::Sts | Service::S3 => "ExpiredToken",
                    _ => "ExpiredTokenException",
                };
                Failure::new(
                    forbidden(service),
                    code,
                    "The security token included in the request is expired",
                )
            }
            CommonError::NotFound => Failure::new(
                StatusCode::NOT_FOUND,
                "ResourceNotFoundException",
                "The requested resource was not found.",
            ),
            CommonError::UnknownOperation => unknown_operation(service),
            CommonError::ServerError => server_error(service),
            // Amazon S3 API reference, PutObject: to be sent again.
            CommonError::Conflict if service == Service::S3 => Failure::new(
                StatusCode::CONFLICT,
                "ConditionalRequestConflict",
                "The conditional request cannot succeed due to a conflicting operation against this resource.",
            ),
            CommonError::Conflict => Failure::conflict(
                "Another request for the same resource is being worked on. Try again later.",
            ),
        }
    }
}

/// That a request has no signature.
pub(crate) fn unsigned(protocol: Protocol) -> Failure {
    let (code, message) = match protocol {
        Protocol::RestJson { .. } | Protocol::Json { .. } => (
            "MissingAuthenticationTokenException",
            "Missing Authentication Token",
        ),
        Protocol::Query { .. } => (
            "MissingAuthenticationToken",
            "Request is missing Authentication Token",
        ),
        Protocol::Ec2 => (
            "MissingParameter",
            "The request must contain the parameter AWSAccessKeyId",
        ),
        Protocol::RestXml => ("AccessDenied", "Access Denied"),
    };
    let status = match protocol {
        Protocol::Json { .. } | Protocol::Ec2 => StatusCode::BAD_REQUEST,
        Protocol::RestJson { .. } | Protocol::Query { .. } | Protocol::RestXml => {
            StatusCode::FORBIDDEN
        }
    };
    Failure::new(status, code, message)
}

/// That the credential of a signature cannot be read.
pub(crate) fn incomplete_signature(protocol: Protocol) -> Failure {
    let code = match protocol {
        Protocol::RestJson { .. } | Protocol::Json { .. } => "IncompleteSignatureException",
        Protocol::Query { .. } => "IncompleteSignature",
        Protocol::Ec2 => "AuthFailure",
        Protocol::RestXml => "AuthorizationHeaderMalformed",
    };
    let form = "AWS4-HMAC-SHA256 Credential=KEY/DATE/REGION/SERVICE/aws4_request";
    let message = format!("Authorization header requires a credential of the form {form}.");
    Failure::new(StatusCode::BAD_REQUEST, code, message)
}

/// That a request was signed too long ago, or too far ahead of time.
pub(crate) fn signature_refused(service: Service, message: String) -> Failure {
    let (code, message) = match service.protocol() {
        Protocol::RestXml => (
            "RequestTimeTooSkewed",
            "The difference between the request time and the current time is too large.".to_owned(),
        ),
        Protocol::Query { .. } | Protocol::Ec2 => ("SignatureDoesNotMatch", message),
        Protocol::RestJson { .. } | Protocol::Json { .. } => ("InvalidSignatureException", message),
    };
    Failure::new(forbidden(service), code, message)
}

/// That a service is not emulated.
pub(crate) fn not_emulated(protocol: Protocol, service: &str) -> Failure {
    let (status, code) = match protocol {
        Protocol::RestJson { .. } => (StatusCode::NOT_FOUND, "UnknownOperationException"),
        Protocol::Json { .. } => (StatusCode::BAD_REQUEST, "UnknownOperationException"),
        Protocol::Query { .. } | Protocol::Ec2 => (StatusCode::BAD_REQUEST, "InvalidAction"),
        Protocol::RestXml => (StatusCode::NOT_IMPLEMENTED, "NotImplemented"),
    };
    let message = format!("The sandbox does not emulate the service `{service}`.");
    Failure::new(status, code, message)
}

/// That a policy does not allow `action`, and which. The same words are used by all services (IAM user guide,
/// troubleshoot_access-denied).
pub(crate) fn denied_by_policy(
    service: Service,
    user: &str,
    action: &str,
    reason: &str,
) -> Failure {
    let code = match service {
        Service::Sts | Service::S3 => "AccessDenied",
        _ => "AccessDeniedException",
    };
    let message = format!("User: {user} is not authorized to perform: {action} {reason}");
    Failure::new(forbidden(service), code, message)
}

/// That there were too many requests. `declared` says whether the operation's model has an error
/// for that.
pub(crate) fn throttled(service: Service, declared: bool, error: ThrottlingError) -> Failure {
    const MESSAGE: &str = "Rate exceeded";
    let by_model = declared || error == ThrottlingError::TooManyRequestsException;
    match service {
        // AWS knowledge center, iam-sts-throttling-error.
        Service::Sts => Failure::new(StatusCode::BAD_REQUEST, "Throttling", MESSAGE),
        Service::Organizations => {
            Failure::new(StatusCode::BAD_REQUEST, "TooManyRequestsException", MESSAGE)
        }
        Service::Account => Failure::too_many(MESSAGE),
        Service::S3 => Failure::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "SlowDown",
            "Please reduce your request rate.",
        ),
        Service::Detective if by_model => Failure::too_many(MESSAGE),
        Service::Detective | Service::GuardDuty => {
            Failure::new(StatusCode::BAD_REQUEST, "ThrottlingException", MESSAGE)
        }
    }
}

fn unknown_operation(service: Service) -> Failure {
    let (status, code) = match service {
        Service::Sts => (StatusCode::BAD_REQUEST, "InvalidAction"),
        Service::S3 => (StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed"),
        Service::Organizations => (StatusCode::BAD_REQUEST, "UnknownOperationException"),
        Service::Account | Service::Detective | Service::GuardDuty => {
            (StatusCode::NOT_FOUND, "UnknownOperationException")
        }
    };
    Failure::new(status, code, "The service has no such operation.")
}

fn server_error(service: Service) -> Failure {
    let code = match service {
        Service::Sts => "InternalFailure",
        Service::S3 => "InternalError",
        Service::Account | Service::Detective => "InternalServerException",
        Service::GuardDuty => "InternalServerErrorException",
        Service::Organizations => "ServiceException",
    };
    Failure::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        code,
        "The request was valid, but failed.",
    )
}

/// The JSON 1.1 protocol answers 400 to everything that is the client's fault.
fn forbidden(service: Service) -> StatusCode {
    if service == Service::Organizations {
        StatusCode::BAD_REQUEST
    } else {
        StatusCode::FORBIDDEN
    }
}
