//! Credentials of one account, resolved once and renewed before they expire.
//!
//! SDK clients keep no credentials of their own here: its identity cache holds 64 entries, and there
//! are 1,200 members.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use fleet::account::Email;
use fleet::event::Operation;
use tokio::sync::Mutex;

use crate::clock::Clock;
use crate::events::Events;
use crate::failure::{Cause, Failure, innermost};
use crate::sts::{self, RoleToAssume};

/// Credentials are renewed this long before they expire: longer than an operation may take.
const RENEW_BEFORE: Duration = Duration::from_secs(300);

/// Whether credentials are good for another operation.
pub(crate) fn are_fresh(credentials: &Credentials, now: SystemTime) -> bool {
    credentials
        .expiry()
        .is_none_or(|expiry| expiry > now + RENEW_BEFORE)
}

/// One account's credentials.
#[derive(Debug)]
pub(crate) struct Keys {
    source: Source,
    clock: Clock,
    known: Mutex<Option<Credentials>>,
}

#[derive(Debug)]
enum Source {
    /// What the SDK's chain finds: environment, profile, SSO, container, instance.
    Chain(SharedCredentialsProvider),
    /// A role, assumed with somebody's credentials.
    Role {
        sts: aws_sdk_sts::Client,
        role: RoleToAssume,
        caller: Arc<Keys>,
        events: Events,
    },
}

impl Keys {
    pub(crate) fn of_chain(provider: SharedCredentialsProvider, clock: Clock) -> Self {
        Self {
            source: Source::Chain(provider),
            clock,
            known: Mutex::new(None),
        }
    }

    pub(crate) fn of_role(
        sts: aws_sdk_sts::Client,
        role: RoleToAssume,
        caller: Arc<Self>,
        (clock, events): (Clock, Events),
    ) -> Self {
        let source = Source::Role {
            sts,
            role,
            caller,
            events,
        };
        Self {
            source,
            clock,
            known: Mutex::new(None),
        }
    }

    /// The credentials, renewed if they are about to expire. Whoever comes while that is under way
    /// waits for it.
    pub(crate) async fn get(&self) -> Result<Credentials, Failure> {
        let mut known = self.known.lock().await;
        if let Some(credentials) = known
            .as_ref()
            .filter(|known| are_fresh(known, self.clock.time()))
        {
            return Ok(credentials.clone());
        }
        let credentials = self.resolve().await?;
        *known = Some(credentials.clone());
        Ok(credentials)
    }

    async fn resolve(&self) -> Result<Credentials, Failure> {
        match &self.source {
            Source::Chain(provider) => provider.provide_credentials().await.map_err(|error| {
                let why = Email::mask_in(&innermost(&error));
                tracing::debug!("no credentials: {why}");
                Failure { cause: Cause::Expired, code: "NoCredentials".into(), request_id: None, text: format!("no AWS credentials were found ({why}): set AWS_PROFILE or --profile, sign in with `aws sso login`, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY").into() }
            }),
            Source::Role { sts, role, caller, events } => {
                let caller = Box::pin(caller.get()).await?;
                let result = sts::assume(sts, role, caller).await;
                events.called(None, Operation::AssumeRole, result.as_ref().map(|_| ()));
                result
            }
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
