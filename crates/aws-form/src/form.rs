//! The stack of the AWS form: look, draft, execute, take down.

use std::collections::BTreeMap;

use aws_config::SdkConfig;
use aws_sdk_cloudformation::Client;
use engine::{Aws, Failure};
use fleet::account::{AccountId, Region};
use fleet::region_table::Partition;
use fleet::report::Ended;
use stacks::{
    Described, Kind, Parameter, Prepared, Resource, Stack, Standing, Wait, Wanted, new_id,
};

use crate::artifact::BucketName;
use crate::artifacts::{self, Artifacts};
use crate::operation::{Draft, Drafted, End, OnProgress, Progress, Settled};
use crate::runs::{self, LastRun};
use crate::template::Template;

/// Parameters of the template that it has always had.
const ALWAYS_THERE: [&str; 3] = ["AuthoritativeKey", "DriftSchedule", "MemberRoleName"];

/// The AWS form in one account and Region.
#[derive(Clone, Debug)]
pub struct Form {
    pub(crate) config: SdkConfig,
    pub(crate) region: Region,
    account: AccountId,
    partition: Partition,
    stack: Stack,
}

impl Form {
    /// Nothing is asked yet.
    #[must_use]
    pub fn new(aws: &Aws, region: Region, stack: &str) -> Self {
        let config = aws.service(&region);
        Self {
            stack: Stack::new(Client::new(&config), stack),
            config,
            region,
            account: aws.administrator(),
            partition: aws.partition(),
        }
    }

    /// The bucket of that name, for artifacts.
    #[must_use]
    pub fn artifacts(&self, bucket: BucketName) -> Artifacts {
        let region = self.region.clone();
        Artifacts::new(&self.config, bucket, self.account, region, self.partition)
    }

    /// What there is.
    ///
    /// # Errors
    /// Where CloudFormation does not say.
    pub async fn look(&self) -> Result<Option<Described>, Failure> {
        self.stack.describe().await
    }

    /// What there is, once no operation is under way.
    ///
    /// # Errors
    /// Where CloudFormation does not say.
    pub async fn settle(
        &self,
        wait: &Wait,
        on_progress: OnProgress<'_>,
    ) -> Result<Settled, Failure> {
        let begun = wait.now();
        loop {
            let now = self.look().await?;
            let ended = match &now {
                Some(it) if it.standing() == Standing::Busy => {
                    on_progress(Progress::Another(it.status.as_str()));
                    match wait.pause(begun).await {
                        None => continue,
                        Some(ended) => ended,
                    }
                }
                _ => Ended::Complete,
            };
            return Ok(Settled { now, ended });
        }
    }

    /// What the stack has.
    ///
    /// # Errors
    /// Where CloudFormation does not say.
    pub async fn resources(&self) -> Result<Vec<Resource>, Failure> {
        self.stack.resources().await
    }

    /// The last run of each list.
    ///
    /// # Errors
    /// Where S3 does not say.
    pub async fn last_runs(&self, bucket: &str) -> Result<Vec<LastRun>, Failure> {
        let client = artifacts::client(&self.config);
        runs::last_runs(&client, bucket, &self.account.to_string()).await
    }

    /// Has CloudFormation say what would change. Nothing is changed by that; but where there is no stack yet, there is an
    /// empty one that waits for its first change set.
    ///
    /// # Errors
    /// Where CloudFormation takes no such change set; none is left then.
    pub async fn draft(
        &self,
        template: &Template,
        parameters: &BTreeMap<String, Parameter>,
        now: Option<&Described>,
        wait: &Wait,
    ) -> Result<Drafted, Failure> {
        let kind = match now.map(Described::standing) {
            None | Some(Standing::Review) => Kind::Create,
            _ => Kind::Update,
        };
        let mut draft = Draft {
            token: new_id(),
            kind,
            is_first: now.is_none(),
            changes: Vec::new(),
        };
        let wanted = Wanted {
            template: &template.body,
            parameters,
        };
        self.stack.prepare(&wanted, kind, &draft.token).await?;
        let drafted = self.drafted(&mut draft, wait).await;
        if matches!(drafted, Ok(Drafted::Ready(_))) {
            return drafted;
        }
        // It would stay for ever; where it does, it is in nobody's way.
        let _ = self.withdraw(&draft).await;
        drafted
    }

    async fn drafted(&self, draft: &mut Draft, wait: &Wait) -> Result<Drafted, Failure> {
        let begun = wait.now();
        loop {
            match self.stack.prepared(&draft.token).await? {
                Prepared::Ready(changes) => {
                    draft.changes = changes;
                    return Ok(Drafted::Ready(draft.clone()));
                }
                Prepared::NothingToDo => return Ok(Drafted::NothingToDo),
                Prepared::Refused(reason) => {
                    return Err(Failure::unclear(format!("CloudFormation: {reason}")));
                }
                Prepared::Pending => {
                    if let Some(ended) = wait.pause(begun).await {
                        return Ok(Drafted::Over(ended));
                    }
                }
            }
        }
    }

    /// Takes the change set back, and with it a stack that is there for its sake alone: one that still waits for its first
    /// change set, and that somebody else has not deployed meanwhile.
    ///
    /// # Errors
    /// Where it stays. It changes nothing then.
    pub async fn withdraw(&self, draft: &Draft) -> Result<(), Failure> {
        let waits = |now: &Described| now.standing() == Standing::Review;
        match self.look().await?.filter(waits) {
            Some(now) if draft.is_first => self.stack.called(&now.id).delete().await,
            _ => self.stack.drop_change_set(&draft.token).await,
        }
    }

    /// Whether a stack has what each version of the template has, so that it is no stack of somebody else's. One that waits
    /// for its first change set has nothing yet.
    #[must_use]
    pub fn is_of_template(now: &Described) -> bool {
        let has = |name: &&str| now.parameters.contains_key(*name);
        now.standing() == Standing::Review || ALWAYS_THERE.iter().all(has)
    }

    /// Does what the change set says, and waits for the end.
    ///
    /// # Errors
    /// Where CloudFormation does not begin.
    pub async fn execute(
        &self,
        draft: &Draft,
        before: Option<&Described>,
        wait: &Wait,
        on_progress: OnProgress<'_>,
    ) -> Result<End, Failure> {
        let all = draft.changes.len() as u64;
        self.stack.execute(&draft.token).await?;
        // What still looks as before has not begun.
        let before = before.filter(|_| draft.kind == Kind::Update);
        let is_over = |now: &Described| match now.standing() {
            Standing::Busy | Standing::Review => false,
            _ => before.is_none_or(|it| (&it.status, &it.changed) != (&now.status, &now.changed)),
        };
        let watched = self.stack.clone();
        let ended = self.watch(&watched, all, wait, on_progress, |now| {
            now.is_none_or(is_over)
        });
        self.ended(&watched, ended.await, |now| {
            now.is_some_and(Described::ended_well)
        })
        .await
    }

    /// Takes the stack down, and waits for the end.
    ///
    /// # Errors
    /// Where CloudFormation does not begin.
    pub async fn remove(
        &self,
        now: &Described,
        wait: &Wait,
        on_progress: OnProgress<'_>,
    ) -> Result<End, Failure> {
        let all = self.resources().await.map_or(0, |it| it.len() as u64);
        // By its ARN, which it answers to once it is gone, too: another one of that name stays.
        let watched = self.stack.called(&now.id);
        watched.delete().await?;
        let is_over =
            |now: Option<&Described>| now.is_none_or(|it| it.status.as_str() == "DELETE_FAILED");
        let ended = self.watch(&watched, all, wait, on_progress, is_over);
        self.ended(&watched, ended.await, |now| now.is_none()).await
    }

    async fn watch(
        &self,
        stack: &Stack,
        all: u64,
        wait: &Wait,
        on_progress: OnProgress<'_>,
        is_over: impl Fn(Option<&Described>) -> bool,
    ) -> Result<Result<Option<Described>, Ended>, Failure> {
        let begun = wait.now();
        loop {
            match stack.describe().await {
                Ok(now) if is_over(now.as_ref()) => return Ok(Ok(now)),
                Ok(_) => {
                    let operation = stack.last_operation().await.unwrap_or_default();
                    let done = operation.done().min(all);
                    on_progress(Progress::Resources { done, all });
                }
                // The operation goes on whether somebody looks or not.
                Err(failure) if failure.is_transient() => {}
                Err(failure) => return Err(failure),
            }
            if let Some(ended) = wait.pause(begun).await {
                return Ok(Err(ended));
            }
        }
    }

    async fn ended(
        &self,
        stack: &Stack,
        watched: Result<Result<Option<Described>, Ended>, Failure>,
        is_well: impl Fn(Option<&Described>) -> bool,
    ) -> Result<End, Failure> {
        Ok(match watched? {
            Err(ended) => End::GoesOn(ended),
            Ok(now) if is_well(now.as_ref()) => End::Done(now),
            Ok(now) => {
                let operation = stack.last_operation().await.unwrap_or_default();
                End::Failed {
                    failures: operation.failures(),
                    now,
                }
            }
        })
    }
}
