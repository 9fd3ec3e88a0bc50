//! Whether members' roles can really be assumed.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use aws_credential_types::Credentials;
use fleet::account::AccountId;
use fleet::attempts::Role;
use fleet::event::Operation;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::aws::{Aws, patiently};
use crate::failure::Failure;
use crate::narrow::Errand;
use crate::roles::Roles;
use crate::sts;

pub use fleet::patience::JUST_MADE;

impl Aws {
    /// Whether there are credentials to call AWS with: those of a role have to be assumed first.
    ///
    /// # Errors
    /// Why there are none.
    pub async fn can_call(&self) -> Result<(), Failure> {
        self.with_keys(|_| async { Ok(()) }).await
    }

    /// Assumes the member's role in each account and asks who that is, all at once. A role that is
    /// refused is asked for again for as long as `patience`.
    pub async fn try_roles(
        &self,
        accounts: &BTreeSet<AccountId>,
        patience: Duration,
    ) -> BTreeMap<AccountId, Result<(), Failure>> {
        let (newsroom, mut news) = mpsc::unbounded_channel();
        let (roles, assume) = Roles::new(self, vec![newsroom], patience, Errand::Nothing);
        let mut assumer = JoinSet::new();
        assumer.spawn(assume);
        for account in accounts {
            roles.ask(*account);
        }
        let mut tried = BTreeMap::new();
        let mut asked = FuturesUnordered::new();
        while tried.len() < accounts.len() {
            tokio::select! {
                biased;
                Some((account, identity)) = asked.next() => { tried.insert(account, identity); }
                Some((account, role)) = news.recv() => match role {
                    Role::Ready => asked.push(self.who_is(account, roles.credentials(account))),
                    Role::Failed { cause } => {
                        let failure = roles.failure(account);
                        let failure = failure.unwrap_or_else(|| Failure::unclear(cause.to_string()));
                        tried.insert(account, Err(failure));
                    }
                    Role::Unasked | Role::Asked | Role::Refused { .. } => {}
                },
                else => break,
            }
        }
        tried
    }

    async fn who_is(
        &self,
        account: AccountId,
        keys: Option<Credentials>,
    ) -> (AccountId, Result<(), Failure>) {
        let Some(keys) = keys else {
            let text = "the role's credentials were past their time before they were used";
            return (account, Err(Failure::unclear(text)));
        };
        // What was throttled together does not come back together.
        let seed = self.seed() ^ account.number();
        let identity = patiently(seed, || async {
            let _permit = self.permits().acquire().await;
            let identity = sts::identity(self.sts(), keys.clone()).await;
            let called = identity.as_ref().map(|_| ());
            let events = self.events();
            events.called(None, Operation::GetCallerIdentity, called);
            identity
        });
        let is_it = match identity.await {
            Ok(identity) if identity.account == account => Ok(()),
            Ok(identity) => {
                let other = identity.account;
                let text = format!("the role's credentials are those of account {other}");
                Err(Failure::refused("AnotherAccount", text))
            }
            Err(failure) => Err(failure),
        };
        (account, is_it)
    }
}
