//! The stack of the AWS form: look, draft, execute, take down.

mod drafting;
mod running;

use aws_config::SdkConfig;
use aws_sdk_cloudformation::Client;
use engine::{Aws, Failure};
use fleet::account::{AccountId, Region};
use fleet::region_table::Partition;
use fleet::report::Ended;
use jiff::Timestamp;
use stacks::{Described, Resource, Stack, Standing, Wait};

use crate::artifact::BucketName;
use crate::artifacts::{self, Artifacts};
use crate::operation::{OnProgress, Progress, Settled};
use crate::runs::{self, LastRun, RunBucket};
use crate::unreported::{Unreported, unreported};

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
        let mut another = None;
        loop {
            let now = match wait.within(self.look()).await {
                Ok(now) => now?,
                Err(ended) => {
                    return Ok(Settled {
                        now: another,
                        ended,
                    });
                }
            };
            let ended = match &now {
                Some(it) if it.standing() == Standing::Busy => {
                    on_progress(Progress::Another(it.status.as_str()));
                    match wait.pause(begun).await {
                        None => {
                            another = now;
                            continue;
                        }
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
        let (client, owner) = (artifacts::client(&self.config), self.account.to_string());
        runs::last_runs(RunBucket {
            client: &client,
            name: bucket,
            owner: &owner,
        })
        .await
    }

    /// The runs that have left no report of their list since the last one that has.
    ///
    /// # Errors
    /// Where S3 does not say.
    pub async fn unreported_runs(
        &self,
        bucket: &str,
        reported: &[LastRun],
        now: Timestamp,
    ) -> Result<Unreported, Failure> {
        let (client, owner) = (artifacts::client(&self.config), self.account.to_string());
        let bucket = RunBucket {
            client: &client,
            name: bucket,
            owner: &owner,
        };
        unreported(bucket, reported, now).await
    }

    /// Whether a stack has what each version of the template has, so that it is no stack of somebody else's. One that waits
    /// for its first change set has nothing yet.
    #[must_use]
    pub fn is_of_template(now: &Described) -> bool {
        let has = |name: &&str| now.parameters.contains_key(*name);
        now.standing() == Standing::Review || ALWAYS_THERE.iter().all(has)
    }
}
