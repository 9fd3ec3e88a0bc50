//! One request that reached its service: what comes of it.

use std::time::Duration;

use bytes::Bytes;
use http::Request;
use jiff::Timestamp;

use crate::call::Call;
use crate::caller::Caller;
use crate::operation::Operation;
use crate::permission::check_policies;
use crate::router::handler;
use crate::s3;
use crate::service::Service;
use crate::state::State;
use crate::target::Target;
use crate::wire::{Answer, CommonError, Failure, denied_by_policy, throttled};
use crate::world::{Effect, World};

/// One request that reached its service.
pub(crate) struct ServiceRequest<'a> {
    pub(crate) world: &'a World,
    pub(crate) now: Timestamp,
    /// How long after the start that is.
    pub(crate) elapsed: Duration,
    pub(crate) request: &'a Request<Bytes>,
    pub(crate) target: &'a Target,
    pub(crate) request_id: &'a str,
}

impl ServiceRequest<'_> {
    /// What comes of it: credentials are looked at first, then whether the weather lets it through,
    /// then the request itself.
    pub(crate) fn result(
        &self,
        caller: Result<Caller, Failure>,
        effect: Option<Effect>,
        state: &mut State,
    ) -> Result<Answer, Failure> {
        let Target {
            scope,
            service,
            region,
            ..
        } = self.target;
        let caller = caller?;
        if let Some(scope) = scope {
            caller.admit(scope, *service, *region, self.world, self.now, self.elapsed)?;
        }
        let unknown = || CommonError::UnknownOperation.of(*service);
        let operation = self.target.operation.ok_or_else(unknown)?;
        if let Some(failure) = effect.and_then(|effect| self.trouble(effect, &caller, operation)) {
            return Err(failure);
        }
        let call = Call {
            world: self.world,
            now: self.now,
            elapsed: self.elapsed,
            caller: &caller,
            region: *region,
            operation,
            path: self.request.uri().path(),
            query: self.request.uri().query().unwrap_or_default(),
            headers: self.request.headers(),
            body: self.request.body(),
            request_id: self.request_id,
            global_host: self.target.global_host,
        };
        check_policies(&call)?;
        let answer = handler(operation).ok_or_else(unknown)?(&call, state);
        let quotes = self.world.unkind.quoting_errors && *service == Service::Detective;
        answer.map_err(|failure| match quotes {
            true => failure.quoting(call.body),
            false => failure,
        })
    }

    fn trouble(&self, effect: Effect, caller: &Caller, operation: &Operation) -> Option<Failure> {
        let service = self.target.service;
        match effect {
            Effect::Throttle => Some(throttled(
                service,
                operation.declares_throttling(),
                self.world.unverified.throttling_error,
            )),
            Effect::Conflict => {
                let can_be = service != Service::S3 || s3::is_conditional(self.request.headers());
                can_be.then(|| CommonError::Conflict.of(service))
            }
            Effect::ServerError => Some(CommonError::ServerError.of(service)),
            Effect::Denied => Some(denied_by_policy(
                service,
                &caller.arn(),
                &operation.full_name(),
                "with an explicit deny in a service control policy",
            )),
            Effect::NotFound => Some(CommonError::NotFound.of(service)),
            Effect::ExpiredToken => Some(CommonError::Expired.of(service)),
            Effect::CutBefore | Effect::CutAfter | Effect::Silence => None,
        }
    }
}
