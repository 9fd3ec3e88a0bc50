//! From a request to a reply, without a socket.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use serde_json::Value;

use crate::call::Call;
use crate::caller::{Caller, Scope};
use crate::calls::Kind;
use crate::clock::Clock;
use crate::luck::Luck;
use crate::operation::{Operation, Service};
use crate::region::Region;
use crate::show;
use crate::state::State;
use crate::sts;
use crate::wire::{Answer, Failure, Trouble};
use crate::world::World;

/// An emulated AWS. Clones are the same one.
#[derive(Clone, Debug)]
pub struct Sandbox(Arc<Inside>);

#[derive(Debug)]
struct Inside {
    world: World,
    clock: Clock,
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

/// Where a request goes.
struct Target {
    scope: Scope,
    service: Service,
    region: Region,
    operation: Option<&'static Operation>,
}

impl Sandbox {
    /// Starts the world.
    pub fn new(world: World, clock: Clock) -> Sandbox {
        let state = Mutex::new(State::of(&world));
        Sandbox(Arc::new(Inside {
            world,
            clock,
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

    /// Answers a request as AWS would.
    pub async fn handle(&self, request: Request<Bytes>) -> Reply {
        if let Some(page) = request.uri().path().strip_prefix("/_sandbox/") {
            return Reply::Response(self.page(page));
        }
        let scope = match Scope::of(request.headers()) {
            Ok(scope) => scope,
            Err(failure) => return Reply::Response(failure.into_response(None, "")),
        };
        // A name that does not exist cannot be connected to.
        let Some(region) = Region::named(&scope.region) else {
            return Reply::Cut;
        };
        let Some(service) = Service::named(&scope.service) else {
            let message = format!(
                "The sandbox does not emulate the service `{}`.",
                scope.service
            );
            let failure = Failure::new(StatusCode::NOT_FOUND, "UnknownOperationException", message);
            return Reply::Response(failure.into_response(None, ""));
        };
        if service == Service::Detective && !region.has_detective() {
            return Reply::Cut;
        }
        let operation = operation(service, &request);
        let _in_flight = InFlight::begin(self);
        self.0.clock.sleep(self.0.world.latency).await;
        Reply::Response(self.respond(
            &request,
            &Target {
                scope,
                service,
                region,
                operation,
            },
        ))
    }

    fn respond(&self, request: &Request<Bytes>, target: &Target) -> Response<Bytes> {
        let now = self.0.clock.now();
        let mut state = self.lock();
        let caller = Caller::known(&target.scope, &self.0.world, &state);
        let request_id = request_id(&mut state, self.0.world.administrator);
        let answer = self.answer(request, target, caller.as_ref(), &mut state, &request_id);
        let kind = Kind {
            service: target.service,
            operation: target.operation.map(|operation| operation.name),
            region: target.region,
            account: caller.map(|caller| caller.account),
            outcome: answer
                .as_ref()
                .map_or_else(|failure| failure.code, |_| "ok"),
        };
        state.calls.record(now, kind);
        match answer {
            Ok(answer) => answer.into_response(&request_id),
            Err(failure) => failure.into_response(Some(target.service), &request_id),
        }
    }

    fn answer(
        &self,
        request: &Request<Bytes>,
        target: &Target,
        caller: Option<&Caller>,
        state: &mut State,
        request_id: &str,
    ) -> Result<Answer, Failure> {
        let now = self.0.clock.now();
        let world = &self.0.world;
        let caller = caller.ok_or_else(|| Failure::of(target.service, Trouble::UnknownKey))?;
        caller.admit(&target.scope, target.service, target.region, world, now)?;
        let operation = target
            .operation
            .ok_or_else(|| unknown_operation(target.service))?;
        let call = Call {
            world,
            now,
            caller,
            region: target.region,
            operation,
            path: request.uri().path(),
            query: request.uri().query().unwrap_or_default(),
            body: request.body(),
            request_id,
        };
        (operation.effect)(&call, state)
    }

    fn page(&self, page: &str) -> Response<Bytes> {
        let (status, body) = match page {
            "state" => (StatusCode::OK, self.state()),
            "calls" => (StatusCode::OK, self.calls()),
            _ => (StatusCode::NOT_FOUND, Value::Null),
        };
        crate::wire::response(status, "application/json", body.to_string().into(), "")
    }

    pub(crate) fn clock(&self) -> Clock {
        self.0.clock
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Every operation checks before it changes, so a state that a panic left behind is whole.
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A call that is being answered; it ends when this is dropped, however that comes about.
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

fn operation(service: Service, request: &Request<Bytes>) -> Option<&'static Operation> {
    match service {
        Service::Sts => {
            let query = request.uri().query().unwrap_or_default();
            service.operation(&sts::parameter(query, request.body(), "Action")?)
        }
        Service::Account | Service::Detective => {
            service.routed(request.method(), request.uri().path())
        }
    }
}

fn unknown_operation(service: Service) -> Failure {
    match service {
        Service::Sts => Failure::new(
            StatusCode::BAD_REQUEST,
            "InvalidAction",
            "Could not find operation",
        ),
        _ => Failure::new(
            StatusCode::NOT_FOUND,
            "UnknownOperationException",
            "Unknown operation",
        ),
    }
}

fn request_id(state: &mut State, administrator: crate::account::AccountId) -> String {
    let mut luck: Luck = state.luck(administrator, None, "request");
    [8, 4, 4, 4, 12].map(|digits| luck.hex(digits)).join("-")
}
