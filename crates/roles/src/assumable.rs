//! Whether the roles that were made just now can be assumed: IAM tells all of AWS about a new role within
//! seconds and not at once, and whoever deploys roles enables next.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use engine::{Aws, Failure, JUST_MADE, clock};
use fleet::account::AccountId;
use fleet::report::Ended;

use crate::definition::Definition;
use crate::operation::{Limits, OnProgress, Progress};
use crate::report::{AccountReport, Outcome};
use crate::rollout::{Done, Rollout};
use crate::via::Via;

impl Rollout {
    /// Waits until the roles that were made can be assumed, for a minute at most, and names those that
    /// cannot. Gives back what is worth knowing where that could not be tried.
    pub async fn wait_until_assumable(
        &self,
        done: &mut Done,
        limits: &Limits,
        on_progress: OnProgress<'_>,
    ) -> Option<String> {
        wait(&self.aws, &self.wanted, done, limits, on_progress).await
    }
}

impl Via {
    /// Waits until the roles that were made can be assumed, for a minute at most, and names those that
    /// cannot. Gives back what is worth knowing where that could not be tried.
    pub async fn wait_until_assumable(
        &self,
        done: &mut Done,
        limits: &Limits,
        on_progress: OnProgress<'_>,
    ) -> Option<String> {
        wait(&self.aws, &self.wanted, done, limits, on_progress).await
    }
}

/// Waits until the roles that were made can be assumed by the role that they trust, for a minute and not longer
/// than the run has, and names those that cannot. Gives back what is worth knowing where that could not be tried.
async fn wait(
    aws: &Aws,
    wanted: &Definition,
    done: &mut Done,
    limits: &Limits,
    on_progress: OnProgress<'_>,
) -> Option<String> {
    let made = made(&done.accounts);
    if made.is_empty() || done.ended != Ended::Complete {
        return None;
    }
    if wanted.administrator != aws.administrator() {
        return Some(untried("the administrator is another account"));
    }
    on_progress(Progress::Assuming(made.len() as u64));
    let patience = JUST_MADE.min(limits.timeout);
    let trusted = aws.becoming(&wanted.trusted);
    let tried = tokio::select! {
        biased;
        () = limits.stop.cancelled() => return Some(untried("it was interrupted")),
        tried = try_to_assume(&trusted, &made, patience) => tried,
        () = clock::sleep(patience + LAST_ANSWERS) => {
            return Some(untried("AWS has not answered in time"));
        }
    };
    match tried {
        Ok(tried) => {
            for account in &mut done.accounts {
                if let Some(tried) = tried.get(&account.account_id) {
                    tell(account, tried);
                }
            }
            None
        }
        Err(failure) => Some(untried(&failure.text)),
    }
}

async fn try_to_assume(
    trusted: &Aws,
    made: &BTreeSet<AccountId>,
    patience: Duration,
) -> Result<BTreeMap<AccountId, Result<(), Failure>>, Failure> {
    trusted.can_call().await?;
    Ok(trusted.try_roles(made, patience).await)
}

/// How long the answers of the last turn may take.
const LAST_ANSWERS: Duration = Duration::from_secs(5);

fn made(accounts: &[AccountReport]) -> BTreeSet<AccountId> {
    let made = accounts
        .iter()
        .filter(|it| it.outcome == Some(Outcome::Made));
    made.map(|it| it.account_id).collect()
}

fn tell(account: &mut AccountReport, tried: &Result<(), Failure>) {
    account.assumable = Some(tried.is_ok());
    if let Err(failure) = tried {
        account.outcome = Some(Outcome::Failed);
        let text = &failure.text;
        let reason = format!(
            "the role was made, and a minute later it could not be assumed ({text}): look at its trust policy and the external id; `roles status` tries again"
        );
        account.reason = Some(reason.into());
    }
}

fn untried(why: &str) -> String {
    format!(
        "whether the new roles can be assumed was not tried ({why}): AWS may take a minute to know of them; enable with --patience 60s, or see `roles status`"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Action;

    fn account(id: &str, outcome: Outcome) -> AccountReport {
        AccountReport {
            account_id: id.parse().unwrap(),
            stack: Some("CURRENT"),
            action: Action::Make,
            outcome: Some(outcome),
            assumable: None,
            changes: Vec::new(),
            reason: None,
            cause: None,
        }
    }

    #[test]
    fn those_that_were_made_are_tried_and_no_others() {
        let accounts = [
            account("111111111111", Outcome::Made),
            account("222222222222", Outcome::Unchanged),
            account("333333333333", Outcome::Failed),
        ];
        let made: Vec<_> = made(&accounts).into_iter().collect();
        assert_eq!(made, ["111111111111".parse().unwrap()]);
    }

    #[test]
    fn a_role_that_was_made_and_cannot_be_assumed_failed_and_says_why() {
        let mut ready = account("111111111111", Outcome::Made);
        tell(&mut ready, &Ok(()));
        assert_eq!(
            (ready.outcome, ready.assumable),
            (Some(Outcome::Made), Some(true))
        );
        let mut refused = account("111111111111", Outcome::Made);
        tell(&mut refused, &Err(Failure::unclear("AccessDenied")));
        assert_eq!(refused.outcome, Some(Outcome::Failed));
        assert_eq!(refused.assumable, Some(false));
        assert!(refused.reason.unwrap().contains("AccessDenied"));
    }
}
