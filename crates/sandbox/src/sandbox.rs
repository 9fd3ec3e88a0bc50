//! The sandbox: the emulator, and the pages under `/_sandbox/` that show and steer it.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use serde_json::{Value, json};

use crate::clock::Clock;
use crate::dump;
use crate::emulator::{Emulator, Life, Reply};
use crate::identity::Identity;
use crate::state_document;
use crate::wire::response;
use crate::world::{World, duration};

/// The pages, and how each is asked for.
const PAGES: [(&str, &str); 7] = [
    ("advance", "POST"),
    ("calls", "GET"),
    ("health", "GET"),
    ("reset", "POST"),
    ("state", "GET"),
    ("world", "GET"),
    ("world", "POST"),
];

/// An emulated AWS. Clones are the same one.
#[derive(Clone, Debug)]
pub struct Sandbox(Arc<Emulator>);

impl Sandbox {
    /// Starts the world.
    pub fn new(world: World, clock: Clock) -> Sandbox {
        Sandbox(Arc::new(Emulator::new(world, clock, None)))
    }

    /// Starts the world and asks `identity` for the accounts behind keys that are not the world's.
    pub fn with_identity(world: World, clock: Clock, identity: Identity) -> Sandbox {
        Sandbox(Arc::new(Emulator::new(world, clock, Some(identity))))
    }

    /// The administrator's account id.
    pub fn administrator(&self) -> String {
        self.0.life().0.world.administrator.to_string()
    }

    /// A long-lived access key of the administrator: its id and its secret.
    pub fn access_key(&self) -> (String, String) {
        self.0.life().0.state.access_key.clone()
    }

    /// The members as a roster lists them: account ids and e-mails.
    pub fn roster(&self) -> Vec<(String, String)> {
        let (life, _) = self.0.life();
        life.world
            .roster()
            .map(|(id, email)| (id.to_string(), email.to_owned()))
            .collect()
    }

    /// The world as it is now: what `GET /_sandbox/state` shows.
    pub fn state(&self) -> Value {
        let (mut life, now) = self.0.life();
        let Life { world, state, .. } = &mut *life;
        state.close_accounts(now);
        state_document::of(world, state, now)
    }

    /// What was called: what `GET /_sandbox/calls` shows.
    pub fn calls(&self) -> Value {
        self.0.life().0.state.calls.to_json()
    }

    /// Lets the world begin again: what `POST /_sandbox/reset` does. The time goes on.
    pub fn reset(&self) {
        let (mut life, now) = self.0.life();
        life.begin_again(None, now);
    }

    /// Lets time pass at once: what `POST /_sandbox/advance` does. Sessions expire, verifications
    /// end and members are tried to be enabled as if it had passed.
    pub fn advance(&self, duration: Duration) {
        self.0.life().0.advance(duration);
    }

    /// Begins another world in the place of this one: what `POST /_sandbox/world` does.
    pub fn load(&self, world: World) {
        let (mut life, now) = self.0.life();
        life.begin_again(Some(world), now);
    }

    /// The world as it is now, as a file that begins where it is: what `GET /_sandbox/world` shows.
    ///
    /// # Errors
    ///
    /// If the world cannot be written as TOML, which is a mistake of the sandbox.
    pub fn dump(&self) -> Result<String, toml::ser::Error> {
        let (mut life, now) = self.0.life();
        let Life { world, state, .. } = &mut *life;
        state.close_accounts(now);
        toml::to_string(&dump::world(world, state, now))
    }

    /// Answers a request as AWS would.
    pub async fn handle(&self, request: Request<Bytes>) -> Reply {
        match request.uri().path().strip_prefix("/_sandbox/") {
            Some(page) => Reply::Response(self.page(request.method(), page, request.body())),
            None => self.0.answer(request).await,
        }
    }

    /// The page of that name under `/_sandbox/`.
    fn page(&self, method: &Method, name: &str, body: &Bytes) -> Response<Bytes> {
        let body = std::str::from_utf8(body).unwrap_or_default();
        let done = (StatusCode::OK, json!({}));
        let refused = |error: String| (StatusCode::BAD_REQUEST, json!({ "error": error }));
        let (status, answer) = match (name, method.as_str()) {
            ("state", "GET") => (StatusCode::OK, self.state()),
            ("calls", "GET") => (StatusCode::OK, self.calls()),
            ("health", "GET") => (StatusCode::OK, json!({ "status": "ok" })),
            ("reset", "POST") => {
                self.reset();
                done
            }
            ("advance", "POST") => match duration::parse(body.trim()) {
                Ok(duration) => {
                    self.advance(duration);
                    done
                }
                Err(error) => refused(error),
            },
            ("world", "POST") => match World::from_toml(body) {
                Ok(world) => {
                    self.load(world);
                    done
                }
                Err(error) => refused(error.to_string()),
            },
            ("world", "GET") => match self.dump() {
                Ok(text) => return response(StatusCode::OK, "application/toml", text.into(), ""),
                Err(error) => (
                    StatusCode::INTERNAL_SERVER_ERROR,
                    json!({ "error": error.to_string() }),
                ),
            },
            _ if PAGES.iter().any(|(page, _)| *page == name) => {
                (StatusCode::METHOD_NOT_ALLOWED, json!({}))
            }
            _ => {
                let pages = PAGES.map(|(page, method)| format!("{method} /_sandbox/{page}"));
                (StatusCode::NOT_FOUND, json!({ "pages": pages }))
            }
        };
        response(status, "application/json", answer.to_string().into(), "")
    }

    pub(crate) fn clock(&self) -> Clock {
        self.0.clock()
    }
}
