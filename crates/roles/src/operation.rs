//! One operation with the StackSet: begun when its turn has come, and waited for.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use aws_sdk_cloudformation::types::StackSetOperationPreferences;
use engine::Failure;
use engine::clock::Clock;
use fleet::account::AccountId;
use fleet::report::Ended;
use stacks::{Wait, is, new_id};
use tokio_util::sync::CancellationToken;

use crate::cloudformation::{AccountResult, CloudFormation, OperationId};

/// How often a request is sent again whose answer says nothing, or never came.
const TRIES: u32 = 3;

/// How far an operation goes, and for how long it is waited for.
#[derive(Clone, Debug)]
pub struct Limits {
    /// In how many accounts at a time.
    pub at_a_time: u16,
    /// How many accounts may fail before the others are not tried any more; `None`: all.
    pub may_fail: Option<u32>,
    /// How long is waited in all.
    pub timeout: Duration,
    /// Somebody does not want to wait any more.
    pub stop: CancellationToken,
}

impl Limits {
    /// What ends the waiting.
    pub(crate) fn wait(&self, clock: &Clock, deadline: Duration) -> Wait {
        Wait {
            clock: clock.clone(),
            deadline,
            stop: self.stop.clone(),
        }
    }
}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress<'a> {
    /// Another operation with the StackSet is under way, and only one can be.
    Another(&'a str),
    /// So many accounts of so many are done.
    Accounts(u64, u64),
    /// It is waited until so many new roles can be assumed.
    Assuming(u64),
}

/// Is told how far it is.
pub type OnProgress<'a> = &'a (dyn Fn(Progress<'_>) + Send + Sync);

/// How an operation was left.
#[derive(Clone, Debug)]
pub(crate) struct Operated {
    pub(crate) id: Option<OperationId>,
    pub(crate) results: BTreeMap<AccountId, AccountResult>,
    /// [`Ended::Complete`] where it came to its end; else it goes on in AWS.
    pub(crate) ended: Ended,
}

/// What operations of one run have in common.
pub(crate) struct Operator<'a> {
    pub(crate) aws: &'a CloudFormation,
    pub(crate) clock: Clock,
    /// When the clock says so, it is over.
    pub(crate) deadline: Duration,
    pub(crate) limits: &'a Limits,
    pub(crate) on_progress: OnProgress<'a>,
}

impl Operator<'_> {
    pub(crate) fn preferences(
        &self,
        accounts: &BTreeSet<AccountId>,
    ) -> StackSetOperationPreferences {
        // As many as there are: no account that fails holds up another.
        let all = u32::try_from(accounts.len()).unwrap_or(u32::MAX);
        let tolerated = self.limits.may_fail.unwrap_or(all).min(all);
        let tolerated = i32::try_from(tolerated).unwrap_or(i32::MAX);
        // AWS wants no more at a time than may fail and one.
        let at_a_time = i32::from(self.limits.at_a_time).min(tolerated.saturating_add(1));
        StackSetOperationPreferences::builder()
            .failure_tolerance_count(tolerated)
            .max_concurrent_count(at_a_time.max(1))
            .build()
    }

    /// Begins an operation as soon as no other is under way, and waits for its end. `begin` is given its id.
    pub(crate) async fn run<F>(
        &self,
        accounts: &BTreeSet<AccountId>,
        begin: impl Fn(OperationId) -> F,
    ) -> Result<Operated, Failure>
    where
        F: Future<Output = Result<(), Failure>>,
    {
        let id = new_id();
        let mut unanswered = 0;
        loop {
            if let Some(ended) = self.over() {
                return Ok(Operated::not_begun(ended));
            }
            match begin(id.clone()).await {
                Ok(()) => return self.wait(id, accounts.len()).await,
                // A request of ours came through before, and its answer did not.
                Err(failure) if is(&failure, "OperationIdAlreadyExists") => {
                    return self.wait(id, accounts.len()).await;
                }
                Err(failure) if is(&failure, "OperationInProgress") => {
                    // One that ended meanwhile leaves no trace here; then the next try goes through.
                    let other = self.aws.under_way().await?.unwrap_or_default();
                    if other == id {
                        return self.wait(id, accounts.len()).await;
                    }
                    let ended = self.wait_for_other(&other).await?;
                    if ended != Ended::Complete {
                        return Ok(Operated::not_begun(ended));
                    }
                }
                Err(failure) if failure.is_transient() && unanswered < TRIES => {
                    unanswered += 1;
                    if let Some(ended) = self.pause(self.clock.elapsed()).await {
                        return Ok(Operated::not_begun(ended));
                    }
                }
                Err(failure) => return Err(failure),
            }
        }
    }

    /// Waits until no operation is under way.
    pub(crate) async fn settle(&self) -> Result<Ended, Failure> {
        while let Some(other) = self.aws.under_way().await? {
            let ended = self.wait_for_other(&other).await?;
            if ended != Ended::Complete {
                return Ok(ended);
            }
        }
        Ok(Ended::Complete)
    }

    async fn wait_for_other(&self, operation: &str) -> Result<Ended, Failure> {
        (self.on_progress)(Progress::Another(operation));
        let begun = self.clock.elapsed();
        loop {
            if let Some(ended) = self.pause(begun).await {
                return Ok(ended);
            }
            if operation.is_empty() || !self.aws.goes_on(operation).await? {
                return Ok(Ended::Complete);
            }
        }
    }

    async fn wait(&self, id: OperationId, all: usize) -> Result<Operated, Failure> {
        let begun = self.clock.elapsed();
        loop {
            let goes_on = self.aws.goes_on(&id).await?;
            let results = self.aws.results(&id).await?;
            let done = results.values().filter(|it| it.finished).count();
            (self.on_progress)(Progress::Accounts(done as u64, all as u64));
            let ended = if goes_on {
                self.pause(begun).await
            } else {
                Some(Ended::Complete)
            };
            if let Some(ended) = ended {
                let id = Some(id);
                return Ok(Operated { id, results, ended });
            }
        }
    }

    async fn pause(&self, begun: Duration) -> Option<Ended> {
        let wait = self.limits.wait(&self.clock, self.deadline);
        wait.pause(begun).await
    }

    fn over(&self) -> Option<Ended> {
        self.limits.wait(&self.clock, self.deadline).over()
    }
}

impl Operated {
    fn not_begun(ended: Ended) -> Self {
        Self {
            id: None,
            results: BTreeMap::new(),
            ended,
        }
    }
}
