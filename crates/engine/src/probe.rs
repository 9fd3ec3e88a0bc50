//! Whether members' roles can really be assumed.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use fleet::account::AccountId;
use fleet::event::Operation;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;

use crate::aws::{Aws, patiently};
use crate::clock;
use crate::failure::{Cause, Failure};
use crate::sts;

/// How long a role that was just made may be refused: IAM tells all of AWS within seconds
/// (docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html: eventually consistent).
pub const JUST_MADE: Duration = Duration::from_secs(60);

impl Aws {
    /// Assumes the member's role in each account and asks who that is, all at once. A role that is
    /// refused is tried again for as long as `patience` allows.
    pub async fn try_roles(
        &self,
        accounts: &BTreeSet<AccountId>,
        patience: Duration,
    ) -> BTreeMap<AccountId, Result<(), Failure>> {
        let tries = accounts
            .iter()
            .map(|account| async { (*account, self.try_role(*account, patience).await) });
        tries.collect::<FuturesUnordered<_>>().collect().await
    }

    async fn try_role(&self, account: AccountId, patience: Duration) -> Result<(), Failure> {
        let begun = clock::now();
        let mut pause = Duration::from_secs(1);
        loop {
            let tried = patiently(self.seed(), || self.try_once(account)).await;
            let refused = tried.as_ref().is_err_and(|it| it.cause == Cause::Denied);
            if !refused || begun.elapsed() + pause > patience {
                return tried;
            }
            clock::sleep(pause).await;
            pause = (pause * 2).min(Duration::from_secs(8));
        }
    }

    async fn try_once(&self, account: AccountId) -> Result<(), Failure> {
        let _permit = self.permits().acquire().await;
        let events = self.events();
        let caller = self.keys().await?;
        let assumed = sts::assume(self.sts(), &self.member_role(account), caller).await;
        events.called(None, Operation::AssumeRole, assumed.as_ref().map(|_| ()));
        let identity = sts::identity(self.sts(), assumed?).await;
        let called = identity.as_ref().map(|_| ());
        events.called(None, Operation::GetCallerIdentity, called);
        let identity = identity?;
        if identity.account == account {
            return Ok(());
        }
        let text = format!(
            "the role's credentials are those of account {}",
            identity.account
        );
        Err(Failure::refused("AnotherAccount", text))
    }
}
