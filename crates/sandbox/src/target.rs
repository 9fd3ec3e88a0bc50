//! Where a request goes: service, Region, operation.

use bytes::Bytes;
use http::{Request, StatusCode, header};

use crate::caller::Scope;
use crate::catalogue;
use crate::operation::Operation;
use crate::region::Region;
use crate::service::{Protocol, Service};
use crate::wire::{Failure, parameter};

/// Where a request goes.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) scope: Scope,
    pub(crate) service: Service,
    pub(crate) region: Region,
    /// The operation, if the service has such a one.
    pub(crate) operation: Option<&'static Operation>,
    /// Whether it was sent to the global endpoint of STS by name.
    pub(crate) global_host: bool,
}

/// Why a request goes nowhere.
#[derive(Debug)]
pub(crate) enum Nowhere {
    /// It does not say where it goes in a way that is understood.
    Refused(Failure),
    /// There is no such service in that Region, so that its name does not exist.
    Unreachable,
}

impl Target {
    /// Reads where a request goes.
    pub(crate) fn of(request: &Request<Bytes>) -> Result<Target, Nowhere> {
        let scope = Scope::of(request.headers()).map_err(Nowhere::Refused)?;
        let service = Service::named(&scope.service).ok_or_else(|| {
            let message = format!(
                "The sandbox does not emulate the service `{}`.",
                scope.service
            );
            Nowhere::Refused(Failure::new(
                StatusCode::NOT_FOUND,
                "UnknownOperationException",
                message,
            ))
        })?;
        // A name that does not exist cannot be connected to.
        let region = Region::named(&scope.region).ok_or(Nowhere::Unreachable)?;
        if service == Service::Detective && !region.has_detective() {
            return Err(Nowhere::Unreachable);
        }
        let operation = operation(service, request);
        let host = request
            .headers()
            .get(header::HOST)
            .and_then(|host| host.to_str().ok());
        let host = host.or_else(|| request.uri().host()).unwrap_or_default();
        let global_host = host.split(':').next() == Some("sts.amazonaws.com");
        Ok(Target {
            scope,
            service,
            region,
            operation,
            global_host,
        })
    }
}

fn operation(service: Service, request: &Request<Bytes>) -> Option<&'static Operation> {
    match service.protocol() {
        Protocol::RestJson { .. } => {
            catalogue::routed(service, request.method(), request.uri().path())
        }
        Protocol::Json { target } => {
            let named = request.headers().get("x-amz-target")?.to_str().ok()?;
            catalogue::named(service, named.strip_prefix(target)?)
        }
        Protocol::Query { .. } => {
            let query = request.uri().query().unwrap_or_default();
            catalogue::named(service, &parameter(query, request.body(), "Action")?)
        }
    }
}
