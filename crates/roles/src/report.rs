//! What became of each account: JSON version 1, kind `roles`.

use std::sync::Arc;

use fleet::account::{AccountId, Region};
use fleet::cause::Cause;
use fleet::report::{Ended, Header, Verdict};
use jiff::Timestamp;
use serde::Serialize;

/// What a run came to.
#[derive(Clone, Debug, Serialize)]
pub struct RolesReport {
    /// Who, what and when; `kind` is `roles`, `operation` is `deploy`, `status` or `remove`.
    #[serde(flatten)]
    pub header: Header,
    /// When the run ended.
    pub finished: Timestamp,
    /// How it ended.
    pub ended: Ended,
    /// Nothing was changed: this is what would be.
    pub dry_run: bool,
    /// What ended it before its time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Arc<str>>,
    /// The StackSet, where the role is rolled out by one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stack_set: Option<StackSetReport>,
    /// With which role of each account its own stack is deployed, where there is no StackSet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub via: Option<ViaReport>,
    /// Totals over all accounts.
    pub summary: Summary,
    /// Each account that the roster names.
    pub accounts: Vec<AccountReport>,
}

/// The StackSet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StackSetReport {
    /// Its name.
    pub name: String,
    /// Its Region, and that of its stacks.
    pub region: Region,
    /// Whether it is there, and what this run did to it (with `dry_run`: would do).
    pub state: SetState,
    /// In what it differed from what is wanted.
    pub differences: Vec<String>,
    /// Accounts in it that the roster does not name: they are left alone.
    pub others: usize,
}

/// How the role is deployed without a StackSet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ViaReport {
    /// The role of each account that is used for it.
    pub role: String,
    /// The name of the stack.
    pub stack: String,
    /// The Region of the stacks.
    pub region: Region,
}

/// Whether the StackSet is there, and what became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SetState {
    /// There is none.
    Missing,
    /// This run made it.
    Created,
    /// This run updated it.
    Updated,
    /// This run left it as it was.
    Unchanged,
}

/// One account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AccountReport {
    /// Which.
    pub account_id: AccountId,
    /// Its stack as CloudFormation last said: `CURRENT`, `OUTDATED`, `INOPERABLE`; `null` for none.
    pub stack: Option<&'static str>,
    /// What was planned.
    pub action: Action,
    /// How it ended; `null` with `dry_run`.
    pub outcome: Option<Outcome>,
    /// Whether the role could be assumed; `null` where that was not tried.
    pub assumable: Option<bool>,
    /// What CloudFormation says that it would change in the account, or has changed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<String>,
    /// Why it is not as wanted, and what to do; or why it is left alone.
    pub reason: Option<Arc<str>>,
    /// The same as data, where it is the role and not what CloudFormation says.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
}

/// What was planned for an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Its role is to be made.
    Make,
    /// Its role is to be brought up to date.
    Update,
    /// Its role is to be removed.
    Remove,
    /// Nothing has to be done.
    Keep,
    /// The role is there by somebody else's doing.
    Leave,
    /// Nothing can be done.
    Blocked,
    /// It is looked at.
    Look,
}

/// How it ended for an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The role was made.
    Made,
    /// The role was brought up to date.
    Updated,
    /// The role was removed.
    Removed,
    /// It was as wanted already.
    Unchanged,
    /// AWS is not finished, or it was not begun in time.
    Waiting,
    /// It is not as wanted.
    Failed,
}

/// Totals over all accounts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// All of them.
    pub accounts: usize,
    /// Those that are as wanted now.
    pub as_wanted: usize,
    /// Those that this run changed (with `dry_run`: would change).
    pub changed: usize,
    /// Those that AWS is not finished with.
    pub waiting: usize,
    /// Those that are not as wanted (with `dry_run`: cannot be).
    pub failed: usize,
}

impl Summary {
    /// The totals of these accounts.
    #[must_use]
    pub fn of(accounts: &[AccountReport]) -> Self {
        use Outcome::{Failed, Made, Removed, Unchanged, Updated, Waiting};
        let count = |wanted: &dyn Fn(&AccountReport) -> bool| {
            accounts.iter().filter(|it| wanted(it)).count()
        };
        let would = |it: &AccountReport| match it.action {
            Action::Make | Action::Update | Action::Remove => Made,
            Action::Keep | Action::Leave | Action::Look => Unchanged,
            Action::Blocked => Failed,
        };
        let ended = |it: &AccountReport| it.outcome.unwrap_or_else(|| would(it));
        let done = [Made, Updated, Removed];
        Self {
            accounts: accounts.len(),
            as_wanted: count(&|it| it.outcome.is_some() && ![Waiting, Failed].contains(&ended(it))),
            changed: count(&|it| done.contains(&ended(it))),
            waiting: count(&|it| ended(it) == Waiting),
            failed: count(&|it| ended(it) == Failed),
        }
    }
}

impl RolesReport {
    /// What the exit status says.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        let lines = !self.header.invalid_lines.is_empty();
        if self.ended == Ended::Interrupted {
            Verdict::Interrupted
        } else if self.error.is_some() || self.summary.failed > 0 || lines {
            Verdict::NotAsWanted
        } else if self.ended != Ended::Complete || self.summary.waiting > 0 {
            Verdict::Waiting
        } else {
            Verdict::AsWanted
        }
    }
}
