//! What answers requests: the world, what became of it, and the time in it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, header};
use jiff::Timestamp;

use crate::bucket::Station;
use crate::caller::Caller;
use crate::calls::Kind;
use crate::clock::{Clock, later, since};
use crate::identity::Identity;
use crate::service_request::ServiceRequest;
use crate::state::State;
use crate::target::{Nowhere, Target};
use crate::weather::Forecast;
use crate::wire::{CommonError, Failure};
use crate::world::{Effect, World};

/// What answers requests.
#[derive(Debug)]
pub(crate) struct Emulator {
    clock: Clock,
    identity: Option<Identity>,
    // A mutex of the standard library: it is never held across an await.
    life: Mutex<Life>,
}

/// A world that goes on.
#[derive(Debug)]
pub(crate) struct Life {
    pub(crate) world: Arc<World>,
    pub(crate) state: State,
    /// How far its time is ahead of the clock's.
    advanced: Duration,
}

/// What a client gets for its request.
#[derive(Debug)]
pub enum Reply {
    /// A response.
    Response(Response<Bytes>),
    /// The connection is cut without one.
    Cut,
    /// The connection stays open, but nothing ever comes.
    Silence,
}

impl Emulator {
    /// Starts the world.
    pub(crate) fn new(world: World, clock: Clock, identity: Option<Identity>) -> Emulator {
        let state = State::of(&world, clock.now());
        Emulator {
            clock,
            identity,
            life: Mutex::new(Life {
                world: Arc::new(world),
                state,
                advanced: Duration::ZERO,
            }),
        }
    }

    pub(crate) fn clock(&self) -> Clock {
        self.clock
    }

    /// What is, and since when: the life of the world and the time in it.
    pub(crate) fn life(&self) -> (MutexGuard<'_, Life>, Timestamp) {
        // Every operation checks before it changes, so a state that a panic left behind is whole.
        let life = self.life.lock().unwrap_or_else(PoisonError::into_inner);
        let now = later(self.clock.now(), life.advanced);
        (life, now)
    }

    /// Answers a request to a service of AWS.
    pub(crate) async fn answer(&self, request: Request<Bytes>) -> Reply {
        let target = match Target::of(&request) {
            Ok(target) => target,
            Err(Nowhere::Refused(failure, protocol)) => {
                let (mut life, _) = self.life();
                let id = life.request_id_of_stranger();
                return Reply::Response(failure.into_response(protocol, &id));
            }
            Err(Nowhere::Unreachable) => return Reply::Cut,
        };
        let _in_flight = InFlight::begin(self);
        let caller = self.caller(&request, &target).await;
        let forecast = self.forecast(&target, caller.as_ref().ok());
        let way_in = forecast.latency / 2;
        self.clock.sleep(way_in).await;
        let mut reply = self.reply(&request, &target, caller, &forecast);
        if let Reply::Response(response) = &mut reply {
            self.date(response);
        }
        self.clock.sleep(forecast.latency - way_in).await;
        reply
    }

    /// Says what time it is.
    fn date(&self, response: &mut Response<Bytes>) {
        let now = self.life().1.strftime("%a, %d %b %Y %H:%M:%S GMT");
        if let Ok(now) = HeaderValue::from_str(&now.to_string()) {
            response.headers_mut().insert(header::DATE, now);
        }
    }

    /// Who calls, as far as the sandbox or its identity service knows.
    async fn caller(&self, request: &Request<Bytes>, target: &Target) -> Result<Caller, Failure> {
        let (known, administrator) = {
            let (life, _) = self.life();
            let administrator = life.world.administrator;
            let Some(scope) = &target.scope else {
                return Ok(Caller::unsigned(request, administrator));
            };
            let known = Caller::known(&scope.key, &life.world, &life.state);
            (known.ok_or(&scope.key), administrator)
        };
        let unknown = || CommonError::UnknownKey.of(target.service);
        match (known, &self.identity) {
            (Ok(caller), _) => Ok(caller),
            (Err(_), None) => Err(unknown()),
            (Err(key), Some(identity)) => {
                let account = identity.account_of(key, administrator, self.clock).await;
                // The reason is for whoever set the sandbox up, not for a program.
                let account =
                    account.map_err(|error| Failure::internal(format!("sandbox: {error}")))?;
                account.map(Caller::of_account).ok_or_else(unknown)
            }
        }
    }

    fn forecast(&self, target: &Target, caller: Option<&Caller>) -> Forecast {
        let (mut life, now) = self.life();
        match (caller, target.operation) {
            (Some(caller), Some(operation)) => {
                let Life { world, state, .. } = &mut *life;
                let station = Station::of(caller.account, target.region, operation);
                let elapsed = since(state.started, now);
                Forecast::of(station, world, state, elapsed)
            }
            _ => Forecast {
                latency: life.world.latency,
                effect: None,
                request_id: life.request_id_of_stranger(),
            },
        }
    }

    /// What happens once the request is there.
    fn reply(
        &self,
        request: &Request<Bytes>,
        target: &Target,
        caller: Result<Caller, Failure>,
        forecast: &Forecast,
    ) -> Reply {
        let (mut life, now) = self.life();
        let Life { world, state, .. } = &mut *life;
        let kind = Kind {
            service: target.service,
            operation: target.operation.map(|operation| operation.name),
            region: target.region,
            account: caller.as_ref().ok().map(|caller| caller.account),
            outcome: "ok",
        };
        state.close_accounts(now);
        let arrived = ServiceRequest {
            world,
            now,
            elapsed: since(state.started, now),
            request,
            target,
            request_id: &forecast.request_id,
        };
        let result = match forecast.effect {
            Some(effect @ (Effect::CutBefore | Effect::Silence)) => Err(effect),
            effect => Ok((arrived.result(caller, effect, state), effect)),
        };
        let (outcome, reply) = match result {
            Err(Effect::Silence) => ("silence", Reply::Silence),
            Err(_) => ("cut_before", Reply::Cut),
            Ok((_, Some(Effect::CutAfter))) => ("cut_after", Reply::Cut),
            Ok((Ok(answer), _)) => (
                "ok",
                Reply::Response(answer.into_response(&forecast.request_id)),
            ),
            Ok((Err(failure), _)) => (
                failure.code,
                Reply::Response(
                    failure.into_response(target.service.protocol(), &forecast.request_id),
                ),
            ),
        };
        let reply = match reply {
            // A head has no body, not even that of an error.
            Reply::Response(response) if request.method() == Method::HEAD => {
                Reply::Response(response.map(|_| Bytes::new()))
            }
            reply => reply,
        };
        state.calls.record(now, Kind { outcome, ..kind });
        reply
    }
}

impl Life {
    /// Begins again, with another world if there is one. The time goes on.
    pub(crate) fn begin_again(&mut self, world: Option<World>, now: Timestamp) {
        if let Some(world) = world {
            self.world = Arc::new(world);
        }
        self.state = State::of(&self.world, now);
    }

    /// Lets time pass at once.
    pub(crate) fn advance(&mut self, duration: Duration) {
        self.advanced = self.advanced.saturating_add(duration);
    }

    fn request_id_of_stranger(&mut self) -> String {
        let administrator = self.world.administrator;
        self.state.request_id_of_stranger(administrator)
    }
}

/// A call that is being answered. It is over when this is dropped.
struct InFlight<'a>(&'a Emulator);

impl InFlight<'_> {
    fn begin(emulator: &Emulator) -> InFlight<'_> {
        emulator.life().0.state.calls.begin();
        InFlight(emulator)
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.life().0.state.calls.end();
    }
}
