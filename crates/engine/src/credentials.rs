//! Credentials of one account, renewed beside the work before they expire.
//!
//! SDK clients keep no credentials of their own here: its identity cache holds 64 entries, and there
//! are 1,200 members.

#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use fleet::account::Email;
use fleet::event::Operation;
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};

use crate::clock::{self, Clock};
use crate::events::Events;
use crate::failure::{Failure, FailureKind, innermost};
use crate::sts::{self, RoleToAssume};

/// Credentials are renewed this long before they expire: longer than an operation may take.
const RENEW_BEFORE: Duration = Duration::from_secs(300);

/// With less than this left they are not handed out without another try to get newer ones first: an
/// attempt may take 10 s.
const LAST_MOMENT: Duration = Duration::from_secs(15);

/// Who hands out credentials that do not last is not asked more often than this.
const APART: Duration = Duration::from_secs(30);

/// How long a provider may take: a program that waits for somebody must not hold up a run for ever.
const PATIENCE: Duration = Duration::from_secs(60);

/// How often a provider is asked once there is nothing else left.
const TRIES: u32 = 3;

/// A fresh look for AWS's sake is worth it once in this time: who is refused again is refused for good.
const ANEW_APART: Duration = Duration::from_secs(60);

/// Whether credentials are good for another operation.
pub(crate) fn are_fresh(credentials: &Credentials, now: SystemTime) -> bool {
    left(credentials, now) > RENEW_BEFORE
}

/// How long credentials are good for.
fn left(credentials: &Credentials, now: SystemTime) -> Duration {
    credentials.expiry().map_or(Duration::MAX, |expiry| {
        expiry.duration_since(now).unwrap_or_default()
    })
}

/// One account's credentials. Clones share them.
#[derive(Clone, Debug)]
pub(crate) struct Keys {
    source: Arc<Source>,
    clock: Clock,
    state: Arc<Mutex<State>>,
}

/// Where credentials come from.
#[derive(Debug)]
pub(crate) enum Source {
    /// The SDK's providers: environment, profile, SSO, container, instance.
    Provider {
        provider: SharedCredentialsProvider,
        /// What to do where they have none.
        advice: String,
    },
    /// A role, assumed with somebody's credentials.
    Role {
        sts: aws_sdk_sts::Client,
        role: Box<RoleToAssume>,
        caller: Keys,
        events: Events,
    },
}

type Renewal = Shared<BoxFuture<'static, Result<Credentials, Failure>>>;

#[derive(Debug, Default)]
struct State {
    known: Option<Credentials>,
    /// When the ones that are known came.
    resolved: Option<SystemTime>,
    /// When newer ones were asked for last.
    asked: Option<SystemTime>,
    /// When AWS refused some, and others were looked for.
    anew: Option<SystemTime>,
    renewal: Option<Renewal>,
}

/// What is to be done for somebody who wants credentials.
enum Next {
    Use(Credentials),
    /// Newer ones are asked for beside the work.
    UseAndRenew(Credentials, Renewal),
    /// Newer ones are waited for; where they do not come, these are still good.
    Renew(Renewal, Option<Credentials>),
}

impl Keys {
    pub(crate) fn new(source: Source, clock: Clock) -> Self {
        Self {
            source: Arc::new(source),
            clock,
            state: Arc::default(),
        }
    }

    /// The credentials. They are renewed in good time, beside the work as long as they are good; where
    /// that does not succeed, they are handed out until they expire.
    pub(crate) async fn get(&self) -> Result<Credentials, Failure> {
        match self.next() {
            Next::Use(known) => Ok(known),
            Next::UseAndRenew(known, renewal) => {
                tokio::spawn(renewal);
                Ok(known)
            }
            Next::Renew(renewal, known) => match (renewal.await, known) {
                (Err(_), Some(known)) => Ok(known),
                (renewed, _) => renewed,
            },
        }
    }

    /// AWS says that credentials which were handed out are past their time. Says whether others may be
    /// had: a fresh look before giving up, for a clock that stood still and for a session that was
    /// ended early.
    pub(crate) fn refused(&self, key_id: &str) -> bool {
        let now = self.clock.time();
        let mut state = lock(&self.state);
        match &state.known {
            Some(known) if known.access_key_id() == key_id => {
                let may_change = known.expiry().is_some();
                if !may_change || is_within(ANEW_APART, state.anew, now) {
                    return false;
                }
                state.known = None;
                state.anew = Some(now);
                true
            }
            // There are newer ones already, or soon.
            _ => true,
        }
    }

    fn next(&self) -> Next {
        let now = self.clock.time();
        let mut state = lock(&self.state);
        let Some(known) = state.known.clone() else {
            let tries = if state.anew.is_some() { TRIES } else { 1 };
            return Next::Renew(self.renewal(&mut state, tries), None);
        };
        match left(&known, now) {
            long if long > RENEW_BEFORE => Next::Use(known),
            some if some > Duration::ZERO && is_within(APART, state.asked, now) => Next::Use(known),
            // By our clock they have run out, and they came a moment ago: AWS knows better.
            Duration::ZERO if is_within(APART, state.resolved, now) => Next::Use(known),
            some if some > LAST_MOMENT && state.renewal.is_some() => Next::Use(known),
            some if some > LAST_MOMENT => Next::UseAndRenew(known, self.renewal(&mut state, 1)),
            Duration::ZERO => Next::Renew(self.renewal(&mut state, TRIES), None),
            _ => Next::Renew(self.renewal(&mut state, 1), Some(known)),
        }
    }

    /// The renewal that is under way; where there is none, it begins.
    fn renewal(&self, state: &mut State, tries: u32) -> Renewal {
        if let Some(renewal) = &state.renewal {
            return renewal.clone();
        }
        state.asked = Some(self.clock.time());
        let (source, clock) = (self.source.clone(), self.clock.clone());
        // Not the state itself, which would never be dropped while nobody waits for the renewal.
        let there = Arc::downgrade(&self.state);
        let renewal = async move {
            let renewed = source.resolve_patiently(tries).await;
            learn(&there, &renewed, &clock);
            renewed
        };
        let renewal = renewal.boxed().shared();
        state.renewal = Some(renewal.clone());
        renewal
    }
}

fn learn(state: &Weak<Mutex<State>>, renewed: &Result<Credentials, Failure>, clock: &Clock) {
    let Some(state) = state.upgrade() else {
        return;
    };
    let mut state = lock(&state);
    state.renewal = None;
    match renewed {
        Ok(credentials) => {
            state.known = Some(credentials.clone());
            state.resolved = Some(clock.time());
        }
        Err(failure) => tracing::debug!("credentials were not renewed: {failure}"),
    }
}

/// Whether that was less than so long ago. A clock that went back says nothing.
fn is_within(span: Duration, then: Option<SystemTime>, now: SystemTime) -> bool {
    let ago = then.and_then(|then| now.duration_since(then).ok());
    ago.is_some_and(|ago| ago < span)
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    // Every change is a few assignments: a panic elsewhere leaves nothing half done.
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Source {
    /// Asks up to so many times, where that may help.
    async fn resolve_patiently(&self, tries: u32) -> Result<Credentials, Failure> {
        let mut resolved = self.resolve().await;
        for n in 1..tries {
            let again = |it: &Failure| it.is_transient() || it.kind == FailureKind::NoKeys;
            if !resolved.as_ref().is_err_and(again) {
                break;
            }
            clock::sleep(Duration::from_secs(n.into())).await;
            resolved = self.resolve().await;
        }
        resolved
    }

    async fn resolve(&self) -> Result<Credentials, Failure> {
        match self {
            Self::Provider { provider, advice } => provide(provider, advice).await,
            Self::Role {
                sts,
                role,
                caller,
                events,
            } => {
                let keys = caller.get().await?;
                let key_id = keys.access_key_id().to_owned();
                let result = sts::assume(sts, role, keys).await;
                events.called(None, Operation::AssumeRole, result.as_ref().map(|_| ()));
                result.map_err(|failure| failure.of_keys(caller, &key_id))
            }
        }
    }
}

async fn provide(
    provider: &SharedCredentialsProvider,
    advice: &str,
) -> Result<Credentials, Failure> {
    tokio::select! {
        biased;
        provided = provider.provide_credentials() => provided.map_err(|error| {
            let why = Email::mask_in(&innermost(&error));
            Failure::no_keys(format!("no AWS credentials were found ({why}): {advice}"))
        }),
        () = clock::sleep(PATIENCE) => Err(Failure::no_keys(format!(
            "no AWS credentials were found (who hands them out has not answered within {} s): {advice}",
            PATIENCE.as_secs()
        ))),
    }
}

impl Failure {
    /// What it means for whoever asked with these keys of `keys`: AWS takes them for expired, and
    /// others may be had.
    pub(crate) fn of_keys(self, keys: &Keys, key_id: &str) -> Self {
        if self.kind == FailureKind::Expired && keys.refused(key_id) {
            Self {
                kind: FailureKind::Stale,
                ..self
            }
        } else {
            self
        }
    }
}

impl ProvideCredentials for Keys {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async {
            self.get().await.map_err(CredentialsError::provider_error)
        })
    }
}
