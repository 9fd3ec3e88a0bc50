//! Who calls, told from the key of the signature.

use std::time::Duration;

use bytes::Bytes;
use http::Request;
use jiff::Timestamp;

use crate::account::AccountId;
use crate::region::Region;
use crate::scope::Scope;
use crate::service::Service;
use crate::state::{Session, State};
use crate::wire::{CommonError, Failure, parameter};
use crate::world::World;

/// Who calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Caller {
    pub(crate) account: AccountId,
    /// The session of a role, if it is not a long-lived key.
    pub(crate) session: Option<Session>,
}

impl Caller {
    /// The owner of a long-lived key.
    pub(crate) fn of_account(account: AccountId) -> Caller {
        Caller {
            account,
            session: None,
        }
    }

    /// An unsigned request counts as one of the account whose role it asks for.
    pub(crate) fn unsigned(request: &Request<Bytes>, otherwise: AccountId) -> Caller {
        let query = request.uri().query().unwrap_or_default();
        let role = parameter(query, request.body(), "RoleArn").unwrap_or_default();
        let account = role.split(':').nth(4).and_then(|id| id.parse().ok());
        Caller::of_account(account.unwrap_or(otherwise))
    }

    /// Who has that key, as far as the sandbox itself knows.
    pub(crate) fn known(key: &str, world: &World, state: &State) -> Option<Caller> {
        if let Some(session) = state.sessions.get(key) {
            return Some(Caller {
                account: session.account,
                session: Some(session.clone()),
            });
        }
        if key == state.access_key.0 {
            return Some(Caller::of_account(world.administrator));
        }
        // As in MiniStack: a key of twelve digits is that account.
        key.parse()
            .ok()
            .filter(|id| world.accounts.contains_key(id))
            .map(Caller::of_account)
    }

    /// Checks that the credentials count here and now. That they do not in an opt-in Region that is
    /// off, or with a session of version 1 in one that is on, looks the same (README of
    /// amazon-detective-multiaccount-scripts; aws-nuke, issue 1062).
    pub(crate) fn admit(
        &self,
        scope: &Scope,
        service: Service,
        region: Region,
        world: &World,
        now: Timestamp,
        elapsed: Duration,
    ) -> Result<(), Failure> {
        if world.is_closed(self.account, elapsed) {
            return Err(CommonError::UnknownKey.of(service));
        }
        if let Some(lifetime) = world.unkind.signature_lifetime {
            scope.check_time(service, lifetime, now)?;
        }
        if let Some(session) = &self.session {
            let version_1_abroad = session.version_1 && region.is_opt_in();
            if scope.token.as_deref() != Some(session.token.as_str()) || version_1_abroad {
                return Err(CommonError::UnknownKey.of(service));
            }
            if session.expires <= now {
                return Err(CommonError::Expired.of(service));
            }
        }
        if world.is_on(self.account, region, elapsed) {
            Ok(())
        } else {
            Err(CommonError::UnknownKey.of(service))
        }
    }

    /// The caller as IAM names it.
    pub(crate) fn arn(&self) -> String {
        match &self.session {
            Some(session) => session.arn(),
            None => format!("arn:aws:iam::{}:user/sandbox", self.account),
        }
    }
}
