//! Where a request goes: service, Region, operation.

use bytes::Bytes;
use http::{Request, header};

use crate::catalogue;
use crate::operation::Operation;
use crate::protocol::{Protocol, STS_VERSION, action, version};
use crate::region::Region;
use crate::scope::Scope;
use crate::service::Service;
use crate::wire::{Failure, incomplete_signature, not_emulated, unsigned};

/// Where a request goes.
#[derive(Debug)]
pub(crate) struct Target {
    /// What its signature says; operations that hand out the first key have none.
    pub(crate) scope: Option<Scope>,
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
    /// It does not say where it goes in a way that is understood. The answer is in the protocol
    /// that its sender most likely speaks.
    Refused(Failure, Protocol),
    /// There is no such service in that Region, so that its name does not exist.
    Unreachable,
}

impl Target {
    /// Reads where a request goes.
    pub(crate) fn of(request: &Request<Bytes>) -> Result<Target, Nowhere> {
        match Scope::of(request) {
            Ok(Some(scope)) => Target::signed(request, scope),
            Ok(None) => Target::unsigned(request),
            Err(_) => {
                let protocol = Protocol::guessed(request);
                Err(Nowhere::Refused(incomplete_signature(protocol), protocol))
            }
        }
    }

    fn signed(request: &Request<Bytes>, scope: Scope) -> Result<Target, Nowhere> {
        let service = Service::named(&scope.service).ok_or_else(|| {
            let other = Protocol::of_other(&scope.service);
            let protocol = other.unwrap_or_else(|| Protocol::guessed(request));
            Nowhere::Refused(not_emulated(protocol, &scope.service), protocol)
        })?;
        // A name that does not exist cannot be connected to.
        let region = Region::named(&scope.region).ok_or(Nowhere::Unreachable)?;
        if service == Service::Detective && !region.has_detective() {
            return Err(Nowhere::Unreachable);
        }
        Ok(Target {
            scope: Some(scope),
            service,
            region,
            operation: operation(service, request),
            global_host: host(request) == GLOBAL_STS,
        })
    }

    /// Only STS has operations that need no signature. Their Region is that of the host name.
    fn unsigned(request: &Request<Bytes>) -> Result<Target, Nowhere> {
        let protocol = Protocol::guessed(request);
        let of_sts = version(request).is_some_and(|version| version == STS_VERSION);
        let operation = operation(Service::Sts, request)
            .filter(|operation| of_sts && operation.is_unsigned())
            .ok_or_else(|| Nowhere::Refused(unsigned(protocol), protocol))?;
        let host = host(request);
        let named = host
            .strip_prefix("sts.")
            .and_then(|rest| rest.strip_suffix(".amazonaws.com"));
        let region = Region::named(named.unwrap_or(DEFAULT)).ok_or(Nowhere::Unreachable)?;
        Ok(Target {
            scope: None,
            service: Service::Sts,
            region,
            operation: Some(operation),
            global_host: host == GLOBAL_STS,
        })
    }
}

/// The name of the global endpoint of STS.
const GLOBAL_STS: &str = "sts.amazonaws.com";

/// The Region of unsigned requests that were sent to the sandbox's own address.
const DEFAULT: &str = "us-east-1";

fn host(request: &Request<Bytes>) -> &str {
    let host = request
        .headers()
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let host = host.or_else(|| request.uri().host()).unwrap_or_default();
    host.split(':').next().unwrap_or_default()
}

fn operation(service: Service, request: &Request<Bytes>) -> Option<&'static Operation> {
    match service.protocol() {
        Protocol::RestJson { .. } | Protocol::RestXml => {
            catalogue::routed(service, request.method(), request.uri().path())
        }
        Protocol::Json { target } => {
            let named = request.headers().get("x-amz-target")?.to_str().ok()?;
            catalogue::named(service, named.strip_prefix(target)?)
        }
        Protocol::Query { .. } | Protocol::Ec2 => catalogue::named(service, &action(request)?),
    }
}
