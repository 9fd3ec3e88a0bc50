//! The sandbox: from a request to a reply, without a socket.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use serde_json::{Value, json};

use crate::bucket::Station;
use crate::caller::Caller;
use crate::calls::Kind;
use crate::clock::Clock;
use crate::identity::Identity;
use crate::show;
use crate::state::State;
use crate::target::{Nowhere, Target};
use crate::visit::Visit;
use crate::weather::Forecast;
use crate::wire::{Failure, Trouble, response};
use crate::world::{Effect, World};

/// An emulated AWS. Clones are the same one.
#[derive(Clone, Debug)]
pub struct Sandbox(Arc<Inside>);

#[derive(Debug)]
struct Inside {
    world: World,
    clock: Clock,
    identity: Option<Identity>,
    // A mutex of the standard library: it is never held across an await.
    state: Mutex<State>,
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

impl Sandbox {
    /// Starts the world.
    pub fn new(world: World, clock: Clock) -> Sandbox {
        Sandbox::start(world, clock, None)
    }

    /// Starts the world and asks `identity` for the accounts behind keys that are not the world's.
    pub fn with_identity(world: World, clock: Clock, identity: Identity) -> Sandbox {
        Sandbox::start(world, clock, Some(identity))
    }

    fn start(world: World, clock: Clock, identity: Option<Identity>) -> Sandbox {
        let state = Mutex::new(State::of(&world, clock.now()));
        Sandbox(Arc::new(Inside {
            world,
            clock,
            identity,
            state,
        }))
    }

    /// The administrator's account id.
    pub fn administrator(&self) -> String {
        self.0.world.administrator.to_string()
    }

    /// A long-lived access key of the administrator: its id and its secret.
    pub fn access_key(&self) -> (String, String) {
        self.lock().access_key.clone()
    }

    /// The members as a roster lists them: account ids and e-mails.
    pub fn roster(&self) -> Vec<(String, String)> {
        self.0
            .world
            .roster()
            .map(|(id, email)| (id.to_string(), email.to_owned()))
            .collect()
    }

    /// The world as it is now: what `GET /_sandbox/state` shows.
    pub fn state(&self) -> Value {
        show::state(&self.0.world, &mut self.lock(), self.0.clock.now())
    }

    /// What was called: what `GET /_sandbox/calls` shows.
    pub fn calls(&self) -> Value {
        self.lock().calls.to_json()
    }

    /// Lets the world begin again: what `POST /_sandbox/reset` does. The time goes on.
    pub fn reset(&self) {
        *self.lock() = State::of(&self.0.world, self.0.clock.now());
    }

    /// Answers a request as AWS would.
    pub async fn handle(&self, request: Request<Bytes>) -> Reply {
        if let Some(page) = request.uri().path().strip_prefix("/_sandbox/") {
            return Reply::Response(self.page(request.method(), page));
        }
        let target = match Target::of(&request) {
            Ok(target) => target,
            Err(Nowhere::Refused(failure, protocol)) => {
                let id = self.request_id_of_stranger();
                return Reply::Response(failure.into_response(protocol, &id));
            }
            Err(Nowhere::Unreachable) => return Reply::Cut,
        };
        let _in_flight = InFlight::begin(self);
        let caller = self.caller(&request, &target).await;
        let forecast = self.forecast(&target, caller.as_ref().ok());
        let way_in = forecast.latency / 2;
        self.0.clock.sleep(way_in).await;
        let reply = self.reply(&request, &target, caller, &forecast);
        self.0.clock.sleep(forecast.latency - way_in).await;
        reply
    }

    /// The page of that name under `/_sandbox/`.
    fn page(&self, method: &Method, name: &str) -> Response<Bytes> {
        let (status, body) = match (name, method.as_str()) {
            ("state", "GET") => (StatusCode::OK, self.state()),
            ("calls", "GET") => (StatusCode::OK, self.calls()),
            ("reset", "POST") => {
                self.reset();
                (StatusCode::OK, json!({}))
            }
            ("state" | "calls" | "reset", _) => (StatusCode::METHOD_NOT_ALLOWED, json!({})),
            _ => (
                StatusCode::NOT_FOUND,
                json!({ "pages": ["state", "calls", "reset"] }),
            ),
        };
        response(status, "application/json", body.to_string().into(), "")
    }

    /// Who calls, as far as the sandbox or its identity service knows.
    async fn caller(&self, request: &Request<Bytes>, target: &Target) -> Result<Caller, Failure> {
        let Some(scope) = &target.scope else {
            return Ok(Caller::unsigned(request, self.0.world.administrator));
        };
        let known = Caller::known(&scope.key, &self.0.world, &self.lock());
        let unknown = || Trouble::UnknownKey.of(target.service);
        match (known, &self.0.identity) {
            (Some(caller), _) => Ok(caller),
            (None, None) => Err(unknown()),
            (None, Some(identity)) => {
                let account = identity
                    .account_of(&scope.key, self.0.world.administrator, self.0.clock)
                    .await;
                // The reason is for whoever set the sandbox up, not for a program.
                let account =
                    account.map_err(|error| Failure::internal(format!("sandbox: {error}")))?;
                account.map(Caller::of_account).ok_or_else(unknown)
            }
        }
    }

    fn forecast(&self, target: &Target, caller: Option<&Caller>) -> Forecast {
        let mut state = self.lock();
        match (caller, target.operation) {
            (Some(caller), Some(operation)) => {
                let station = Station::of(caller.account, target.region, operation);
                Forecast::of(station, &self.0.world, &mut state, self.0.clock.elapsed())
            }
            _ => Forecast {
                latency: self.0.world.latency,
                effect: None,
                request_id: state.request_id_of_stranger(self.0.world.administrator),
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
        let (world, now) = (&self.0.world, self.0.clock.now());
        let mut state = self.lock();
        let kind = Kind {
            service: target.service,
            operation: target.operation.map(|operation| operation.name),
            region: target.region,
            account: caller.as_ref().ok().map(|caller| caller.account),
            outcome: "ok",
        };
        let visit = Visit {
            world,
            now,
            request,
            target,
            request_id: &forecast.request_id,
        };
        let result = match forecast.effect {
            Some(effect @ (Effect::CutBefore | Effect::Silence)) => Err(effect),
            effect => Ok((visit.result(caller, effect, &mut state), effect)),
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

    pub(crate) fn clock(&self) -> Clock {
        self.0.clock
    }

    fn request_id_of_stranger(&self) -> String {
        let administrator = self.0.world.administrator;
        self.lock().request_id_of_stranger(administrator)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Every operation checks before it changes, so a state that a panic left behind is whole.
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A call that is being answered. It is over when this is dropped.
struct InFlight<'a>(&'a Sandbox);

impl InFlight<'_> {
    fn begin(sandbox: &Sandbox) -> InFlight<'_> {
        sandbox.lock().calls.begin();
        InFlight(sandbox)
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.lock().calls.end();
    }
}
