//! Who was removed in the last hours: limits count over time, so that several uploads cannot do what
//! one may not.

use std::collections::BTreeSet;

use fleet::account::AccountId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error::StepError;
use crate::function::Function;

/// Where it lies.
const KEY: &str = "state/removals.json";

/// Who was removed, or was about to be.
#[derive(Debug, Serialize, Deserialize)]
struct Removals {
    removals: Vec<Removal>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Removal {
    account: AccountId,
    at: Timestamp,
    execution: String,
}

/// The accounts that other executions removed within the window.
///
/// # Errors
/// Where the bucket does not tell.
pub(crate) async fn recent(
    function: &Function,
    execution: &str,
) -> Result<BTreeSet<AccountId>, StepError> {
    let known = function.store.read::<Removals>(KEY).await?;
    let known = known.map_or_else(Vec::new, |read| read.value.removals);
    let since = since(function);
    let counts = |it: &Removal| it.at > since && it.execution != execution;
    let known = known.into_iter().filter(counts);
    Ok(known.map(|it| it.account).collect())
}

/// Writes down whom an execution is about to remove: before it does, so that a run that is killed
/// counts, too.
///
/// # Errors
/// Where the bucket does not take it.
pub(crate) async fn enter(
    function: &Function,
    execution: &str,
    accounts: BTreeSet<AccountId>,
) -> Result<(), StepError> {
    if accounts.is_empty() {
        return Ok(());
    }
    let (at, since) = (function.platform.clock.timestamp(), since(function));
    let new = accounts.into_iter().map(|account| Removal {
        account,
        at,
        execution: execution.to_owned(),
    });
    let new: Vec<_> = new.collect();
    // Only who has the turn writes here; a kill in between may have left the last answer unknown.
    for _ in 0..5 {
        let (known, mark) = match function.store.read::<Removals>(KEY).await? {
            Some(read) => (read.value.removals, Some(read.mark)),
            None => (Vec::new(), None),
        };
        let others = known
            .into_iter()
            .filter(|it| it.at > since && it.execution != execution);
        let removals = others.chain(new.iter().cloned()).collect();
        let removals = Removals { removals };
        let written = match mark {
            Some(mark) => function.store.replace(KEY, &removals, &mark).await?,
            None => function.store.write_new(KEY, &removals).await?,
        };
        if written {
            return Ok(());
        }
    }
    Err(StepError::failed(format!(
        "{} changes all the time: nothing was removed",
        function.store.uri(KEY)
    )))
}

fn since(function: &Function) -> Timestamp {
    let now = function.platform.clock.timestamp();
    let since = now.checked_sub(function.settings.removal_window);
    since.unwrap_or(Timestamp::MIN)
}
