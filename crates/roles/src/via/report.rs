//! How a run ended, as it is reported.

use std::collections::BTreeMap;
use std::sync::Arc;

use engine::Failure;
use fleet::account::AccountId;
use fleet::report::Ended;

use super::plan::{Found, Own, State};
use super::remains::and_remains;
use super::{Changes, End, Looked, Via};
use crate::plan::{Plan, Step};
use crate::report::{AccountReport, Outcome, ViaReport};
use crate::rollout::{Done, action, blocked};

impl Via {
    /// What would be done.
    #[must_use]
    pub fn propose(&self, looked: &Looked, plan: &Plan, changes: &Changes) -> Done {
        let account = |(account, step): (&AccountId, &Step)| AccountReport {
            account_id: *account,
            stack: stack(looked.finds.get(account)),
            action: action(step),
            outcome: None,
            assumable: None,
            changes: what(looked, step, *account, changes),
            reason: blocked(step),
            cause: looked.finds.get(account).and_then(Found::cause),
        };
        self.report(Ended::Complete, plan.iter().map(account).collect())
    }

    /// How far each account is, and whether its role can be assumed, where it is the administrator who asks.
    pub async fn status(&self, looked: &Looked) -> Done {
        let accounts = looked.finds.keys().copied().collect();
        let tried = match self.is_the_administrator() {
            true => self.tried(&accounts).await,
            false => BTreeMap::new(),
        };
        let account = |(account, found): (&AccountId, &Found)| {
            let tried = tried.get(account);
            let reason = behind(found).or_else(|| refused(tried));
            let outcome = match &reason {
                None => Outcome::Unchanged,
                Some(_) => Outcome::Failed,
            };
            AccountReport {
                account_id: *account,
                stack: stack(Some(found)),
                action: crate::report::Action::Look,
                outcome: Some(outcome),
                assumable: tried.map(Result::is_ok),
                changes: Vec::new(),
                reason: reason.or_else(|| left(found)),
                cause: found.cause(),
            }
        };
        self.report(Ended::Complete, looked.finds.iter().map(account).collect())
    }

    /// How it ended.
    pub(super) fn done(
        &self,
        looked: &Looked,
        plan: &Plan,
        ends: &BTreeMap<AccountId, End>,
        over: Option<Ended>,
    ) -> Done {
        let account = |(account, step): (&AccountId, &Step)| {
            let (outcome, reason) = self.outcome(step, ends.get(account), over);
            let found = looked.finds.get(account);
            AccountReport {
                account_id: *account,
                stack: match outcome {
                    Outcome::Made | Outcome::Updated => Some("CURRENT"),
                    Outcome::Removed => None,
                    _ => stack(found),
                },
                action: action(step),
                outcome: Some(outcome),
                assumable: None,
                changes: Vec::new(),
                reason,
                cause: found.and_then(Found::cause),
            }
        };
        let accounts: Vec<_> = plan.iter().map(account).collect();
        let waits = accounts
            .iter()
            .any(|it| it.outcome == Some(Outcome::Waiting));
        let ended = over.filter(|_| waits).unwrap_or(Ended::Complete);
        self.report(ended, accounts)
    }

    fn outcome(
        &self,
        step: &Step,
        end: Option<&End>,
        over: Option<Ended>,
    ) -> (Outcome, Option<Arc<str>>) {
        let done = match step {
            Step::Keep => return (Outcome::Unchanged, None),
            Step::Leave(why) => return (Outcome::Unchanged, Some(why.clone())),
            Step::Blocked(why) => return (Outcome::Failed, Some(why.clone())),
            Step::Make => Outcome::Made,
            Step::Update => Outcome::Updated,
            Step::Remove => Outcome::Removed,
        };
        match end {
            Some(End::Done) => (done, None),
            Some(End::NothingToDo) => (Outcome::Unchanged, None),
            Some(End::Failed(why)) => (Outcome::Failed, Some(why.clone())),
            Some(End::GoesOn) => {
                let stack = &self.stack;
                let why = format!(
                    "the operation with its stack {stack} goes on in AWS: run again to see how it ended"
                );
                (Outcome::Waiting, Some(why.into()))
            }
            Some(End::NotBegun(left)) => not_begun(left.as_ref(), over),
            None => not_begun(None, over),
        }
    }

    fn report(&self, ended: Ended, accounts: Vec<AccountReport>) -> Done {
        Done {
            ended,
            error: None,
            stack_set: None,
            via: Some(ViaReport {
                role: self.role.to_string(),
                stack: self.stack.clone(),
                region: self.wanted.home.clone(),
            }),
            accounts,
        }
    }
}

/// An account whose turn did not come, and what stays in it.
fn not_begun(left: Option<&Failure>, over: Option<Ended>) -> (Outcome, Option<Arc<str>>) {
    let (outcome, why) = match over {
        Some(_) => (
            Outcome::Waiting,
            "not begun before the run ended: run again",
        ),
        None => (
            Outcome::Failed,
            "not tried: too many others had failed before",
        ),
    };
    let why = left.map_or_else(|| why.into(), |left| and_remains(why, left));
    (outcome, Some(why))
}

/// How far the stack is, in the words that CloudFormation has for stacks of StackSets.
fn stack(found: Option<&Found>) -> Option<&'static str> {
    let Some(Found::Ours(own)) = found else {
        return None;
    };
    Some(match &own.state {
        State::Stands if own.differences.is_empty() => "CURRENT",
        State::Stands | State::Busy(_) | State::Failed(_) => "OUTDATED",
        State::Stuck(_) => "INOPERABLE",
    })
}

/// What would change in an account, by CloudFormation's word, and in what its stack differs now.
fn what(looked: &Looked, step: &Step, account: AccountId, changes: &Changes) -> Vec<String> {
    let mut lines = Vec::new();
    if let (Some(Found::Ours(own)), Step::Make | Step::Update) = (looked.finds.get(&account), step)
    {
        if let State::Failed(why) = &own.state {
            lines.push(format!("{why}; it is deleted first"));
        } else if !own.differences.is_empty() {
            lines.push(format!("differs in: {}", own.differences.join(", ")));
        }
    }
    lines.extend(changes.of(account));
    lines
}

/// Why an account is not as wanted.
fn behind(found: &Found) -> Option<Arc<str>> {
    match found {
        Found::Nothing => Some("there is no role: run `roles deploy`".into()),
        Found::Theirs(_) => None,
        Found::Closed { why, .. } => Some(why.clone()),
        Found::Ours(Own { state, differences }) => match state {
            State::Stands if differences.is_empty() => None,
            State::Stands => {
                let differences = differences.join(", ");
                Some(format!("its stack differs in: {differences}; run `roles deploy`").into())
            }
            State::Failed(why) | State::Busy(why) | State::Stuck(why) => Some(why.clone()),
        },
    }
}

fn refused(tried: Option<&Result<(), Failure>>) -> Option<Arc<str>> {
    tried?.as_ref().err().map(|failure| failure.text.clone())
}

fn left(found: &Found) -> Option<Arc<str>> {
    match found {
        Found::Theirs(why) => Some(why.clone()),
        _ => None,
    }
}
