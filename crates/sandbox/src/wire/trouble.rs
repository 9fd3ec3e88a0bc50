//! Errors that every service has, whatever each calls them.

use http::StatusCode;

use super::Failure;
use crate::service::Service;
use crate::world::unverified::ThrottlingError;

/// Errors that every service has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
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
}

impl Trouble {
    /// What `service` says of it.
    pub(crate) fn of(self, service: Service) -> Failure {
        match self {
            Trouble::UnknownKey => {
                // AWS knowledge center, iam-validate-access-credentials, for STS; README of
                // amazon-detective-multiaccount-scripts for Detective.
                let code = if service == Service::Sts {
                    "InvalidClientTokenId"
                } else {
                    "UnrecognizedClientException"
                };
                let message = "The security token included in the request is invalid.";
                Failure::new(forbidden(service), code, message)
            }
            Trouble::Expired => {
                let code = if service == Service::Sts {
                    "ExpiredToken"
                } else {
                    "ExpiredTokenException"
                };
                Failure::new(
                    forbidden(service),
                    code,
                    "The security token included in the request is expired",
                )
            }
            Trouble::NotFound => Failure::new(
                StatusCode::NOT_FOUND,
                "ResourceNotFoundException",
                "The requested resource was not found.",
            ),
            Trouble::UnknownOperation => unknown_operation(service),
            Trouble::ServerError => server_error(service),
        }
    }
}

/// That a policy does not allow `action`. The same words are used by all services (IAM user guide,
/// troubleshoot_access-denied).
pub(crate) fn denied_by_policy(service: Service, user: &str, action: &str) -> Failure {
    let code = if service == Service::Sts {
        "AccessDenied"
    } else {
        "AccessDeniedException"
    };
    let message = format!(
        "User: {user} is not authorized to perform: {action} with an explicit deny in a service control policy"
    );
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
        Service::Detective if by_model => Failure::too_many(MESSAGE),
        Service::Detective | Service::GuardDuty => {
            Failure::new(StatusCode::BAD_REQUEST, "ThrottlingException", MESSAGE)
        }
    }
}

fn unknown_operation(service: Service) -> Failure {
    let (status, code) = match service {
        Service::Sts => (StatusCode::BAD_REQUEST, "InvalidAction"),
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
