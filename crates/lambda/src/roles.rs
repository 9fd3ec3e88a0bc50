//! Accounts that are new in the list and have no role yet: who they are, and what came of it when the
//! state machine had CloudFormation make their roles.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use engine::{Access, Aws, JUST_MADE};
use fleet::account::{AccountId, Email};
use fleet::foreign::visible;
use serde::{Deserialize, Serialize};

use crate::error::StepError;
use crate::function::{Caught, Function, Rolled};
use crate::lease;
use crate::message;
use crate::run::roles_key;
use crate::store::Store;

/// Kept back from the invocation's time, to write down what came of it.
const RESERVE: Duration = Duration::from_secs(10);

/// More than CloudFormation says of one account.
const MOST_CHARS: usize = 1000;

/// Why each role could not be made, by account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NotMade(BTreeMap<AccountId, String>);

/// What a page of results came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Tried {
    /// Roles that can be assumed now.
    pub ready: usize,
    /// Those that cannot.
    pub failed: usize,
}

/// The accounts whose role cannot be assumed. What is not an answer of AWS's is no reason to make one.
pub(crate) async fn missing(aws: &Aws, accounts: &BTreeSet<AccountId>) -> Vec<AccountId> {
    let tried = aws.try_roles(accounts, Duration::ZERO).await;
    let missing = tried
        .iter()
        .filter(|(_, tried)| tried.as_ref().is_err_and(|it| !it.is_transient()));
    missing.map(|(account, _)| *account).collect()
}

/// Waits until the roles that were made can be assumed, for a minute, and writes down those that were
/// not made or still cannot.
///
/// # Errors
/// Where it could not be written down.
pub async fn tried(
    function: &Function,
    execution: &str,
    results: &Rolled,
) -> Result<Tried, StepError> {
    // Where the turn is lost, the passes notice it.
    lease::renew(
        &function.store,
        execution,
        function.platform.clock.timestamp(),
    )
    .await?;
    let key = roles_key(execution);
    let known = function.store.read::<NotMade>(&key).await?;
    let mut not_made = known.map_or_else(NotMade::default, |known| known.value);
    let failed = results.failed();
    let made = results.made();
    let aws = function.connect(
        execution,
        Access::Look,
        std::sync::Arc::new(fleet::report::Recorder::default()),
    );
    let patience = JUST_MADE.min(function.time_left().saturating_sub(RESERVE));
    let tried = aws.await?.try_roles(&made, patience).await;
    let refused = tried.into_iter().filter_map(|(account, tried)| {
        Some((
            account,
            tried.err().map(|failure| failure.text.to_string())?,
        ))
    });
    let failed: BTreeMap<_, _> = failed.into_iter().chain(refused).collect();
    let count = Tried {
        ready: results.summaries.len() - failed.len(),
        failed: failed.len(),
    };
    not_made.0.extend(failed);
    function.store.write(&key, &not_made).await?;
    tracing::info!(
        execution,
        ready = count.ready,
        failed = count.failed,
        "roles were made"
    );
    Ok(count)
}

/// What the report says of roles that could not be made.
///
/// # Errors
/// Where the bucket does not tell.
pub(crate) async fn notes(
    store: &Store,
    execution: &str,
    error: Option<&Caught>,
) -> Result<Vec<String>, StepError> {
    let known = store.read::<NotMade>(&roles_key(execution)).await?;
    let not_made = known.map_or_else(NotMade::default, |known| known.value);
    // Nothing binds the object to this execution: whatever it says is shown as words, and no more.
    let said = |(account, reason): (AccountId, String)| {
        let reason: String = reason.chars().take(MOST_CHARS).collect();
        let reason = visible(&Email::mask_in(&reason));
        format!("no role in {account}: {reason}")
    };
    let ended = error.map(|cause| {
        let why = Email::mask_in(&message::cause(cause));
        format!("roles could not be made by the StackSet: {why}")
    });
    Ok(ended
        .into_iter()
        .chain(not_made.0.into_iter().map(said))
        .collect())
}

impl Rolled {
    fn made(&self) -> BTreeSet<AccountId> {
        let made = self.summaries.iter().filter(|it| it.status == "SUCCEEDED");
        made.map(|it| it.account).collect()
    }

    fn failed(&self) -> BTreeMap<AccountId, String> {
        let failed = self.summaries.iter().filter(|it| it.status != "SUCCEEDED");
        failed
            .map(|it| {
                let unsaid = || format!("CloudFormation says {} and no reason", it.status);
                let reason = it.status_reason.as_deref().map(Email::mask_in);
                (it.account, reason.unwrap_or_else(unsaid))
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_read_as_step_functions_hands_it_on() {
        let page = serde_json::json!({"Summaries": [
            {"Account": "111111111111", "Region": "us-east-1", "Status": "SUCCEEDED"},
            {"Account": "222222222222", "Status": "FAILED", "StatusReason": "no role for root@example.com"},
            {"Account": "333333333333", "Status": "CANCELLED"},
        ], "NextToken": "x"});
        let page: Rolled = serde_json::from_value(page).unwrap();
        assert_eq!(page.made().len(), 1);
        let failed: Vec<_> = page.failed().into_values().collect();
        assert_eq!(
            failed,
            [
                "no role for r***@example.com",
                "CloudFormation says CANCELLED and no reason"
            ]
        );
    }
}
