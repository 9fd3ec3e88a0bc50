//! The function: one step of an execution for each invocation.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use engine::{Access, Aws, Connection, Platform};
use fleet::account::{AccountId, Region};
use fleet::assembly::{Expected, Parts};
use fleet::desired::{Fleet, Others, Purpose};
use fleet::event::Sink;
use fleet::roster::Roster;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::StepError;
use crate::run::Outcome;
use crate::seal::{Seal, Sealed};
use crate::settings::Settings;
use crate::store::Store;
use crate::trigger::Operation;
use crate::{lease, prepare, reconcile, report, roles};

/// What the state machine asks for.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum Step {
    /// Find out what is to be done, and whether now.
    Prepare {
        /// The execution's name.
        execution: String,
        /// When it began.
        entered: jiff::Timestamp,
        /// What started it.
        event: Value,
        /// What the removals hash to that somebody was asked to approve.
        #[serde(default)]
        asked: Option<Seal>,
    },
    /// One pass over a group of Regions.
    Reconcile {
        /// Which.
        #[serde(flatten)]
        pass: Pass,
        /// What started the execution.
        event: Value,
    },
    /// Try the roles that CloudFormation has made, and write down those that it has not.
    Roles {
        /// The execution's name.
        execution: String,
        /// A page of what CloudFormation says.
        results: Rolled,
    },
    /// Keep the turn, while CloudFormation makes roles.
    Turn {
        /// The execution's name.
        execution: String,
    },
    /// Say what came of it.
    Report {
        /// The execution's name.
        execution: String,
        /// Its ARN, for links.
        #[serde(default)]
        execution_arn: String,
        /// What the state machine knows of it.
        ended: Ended,
    },
}

/// One pass over a group of Regions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pass {
    /// The execution's name.
    pub execution: String,
    /// Which group of the manifest.
    pub group: usize,
    /// Which pass over it, from 1.
    pub pass: u32,
    /// What it goes by.
    pub sealed: Sealed,
}

/// How an operation with the StackSet went, as `cloudformation:ListStackSetOperationResults` says.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Rolled {
    /// Each account.
    #[serde(default)]
    pub summaries: Vec<RolledAccount>,
}

/// How it went in one account.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct RolledAccount {
    /// Which.
    pub account: AccountId,
    /// `SUCCEEDED`, or another word.
    pub status: String,
    /// Why.
    #[serde(default)]
    pub status_reason: Option<String>,
}

/// What the state machine knows at the end.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Ended {
    /// What ended it before its time.
    #[serde(default)]
    pub error: Option<Caught>,
    /// Why roles were not made, where that ended before its time.
    #[serde(default)]
    pub roles_error: Option<Caught>,
    /// How each group ended.
    #[serde(default)]
    pub results: Vec<GroupResult>,
    /// What `prepare` answered last.
    #[serde(default)]
    pub prepared: Option<Begun>,
}

/// What `prepare` answered, as the state machine has it.
#[derive(Clone, Debug, Deserialize)]
pub struct Begun {
    /// What came next.
    pub outcome: Next,
    /// What it wrote down hashes to.
    #[serde(default)]
    pub sealed: Option<Seal>,
}

/// An error as Step Functions has it.
#[derive(Clone, Debug, Deserialize)]
pub struct Caught {
    /// Its name.
    #[serde(rename = "Error")]
    pub error: String,
    /// Its text: what the function answered, where it is a function's.
    #[serde(rename = "Cause", default)]
    pub cause: String,
}

impl From<StepError> for Caught {
    fn from(error: StepError) -> Self {
        Self {
            error: error.name.as_str().to_owned(),
            cause: error.text,
        }
    }
}

/// How a group ended, as the state machine has it.
#[derive(Clone, Debug, Deserialize)]
pub struct GroupResult {
    /// Which.
    pub group: usize,
    /// What ended it before its time.
    #[serde(default)]
    pub error: Option<Caught>,
    /// What its last pass left that came to its end.
    pub sealed: Sealed,
}

/// What `prepare` answers.
#[derive(Clone, Debug, Serialize)]
pub struct Prepared {
    /// What comes next.
    pub outcome: Next,
    /// What is to be done.
    pub operation: Option<Operation>,
    /// The uploaded list.
    pub key: Option<String>,
    /// Its version.
    pub version: Option<String>,
    /// What its content hashes to.
    pub sha256: Option<String>,
    /// How many accounts it names.
    pub accounts: usize,
    /// In how many Regions.
    pub regions: usize,
    /// Accounts that are to get a role first; none where that is not this stack's business.
    pub roles: Vec<AccountId>,
    /// The first pass over each group of them.
    pub groups: Vec<Pass>,
    /// What it wrote down hashes to: the manifest, or why nothing was begun.
    pub sealed: Option<Seal>,
    /// What the removals hash to that somebody was asked to approve.
    pub asked: Option<Seal>,
    /// What people are asked, once.
    pub question: Option<Question>,
    /// How long to wait before asking again.
    pub wait_seconds: u64,
}

/// What people are asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Question {
    /// One line: what SNS has as the subject.
    pub subject: String,
    /// The message.
    pub message: String,
}

/// What comes after `prepare`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Next {
    /// The passes.
    Go,
    /// Another execution is changing AWS: ask again.
    Busy,
    /// Somebody has to approve removals: people are asked.
    Approve,
    /// Nobody has yet: look again.
    Asked,
    /// Another execution has this event, or it means nothing: the end.
    Duplicate,
    /// A newer version of the list took over: the report.
    Superseded,
    /// The drift run is due, and nobody has uploaded the list yet: the end.
    NoList,
    /// It cannot be done: the report.
    Refused,
}

/// What a pass answers; its next one is asked for by handing this back.
#[derive(Clone, Debug, Serialize)]
pub struct Passed {
    /// The next pass.
    #[serde(flatten)]
    pub next: Pass,
    /// How this one ended.
    pub outcome: Outcome,
    /// Nothing waits for AWS any more.
    pub settled: bool,
    /// Whether there is to be another.
    pub again: bool,
    /// After how long.
    pub wait_seconds: u64,
}

/// What one invocation stands on.
#[derive(Clone, Debug)]
pub struct Function {
    /// What the stack's parameters say.
    pub settings: Settings,
    /// The bucket.
    pub store: Store,
    /// The wire and the time of this invocation.
    pub platform: Platform,
    /// What Lambda calls this invocation: no two have one name.
    pub invocation: String,
    /// The account that the function is in: the administrator.
    pub account: AccountId,
    /// How long this invocation may go on.
    pub time: Duration,
}

impl Function {
    /// Does what the state machine asks for.
    ///
    /// # Errors
    /// Where that could not be done; it has the name that the state machine knows it by.
    pub async fn step(&self, step: Step) -> Result<Value, StepError> {
        // On the heap: all that a step holds would be too large for the type of the handler.
        Box::pin(self.take(step)).await
    }

    async fn take(&self, step: Step) -> Result<Value, StepError> {
        match step {
            Step::Prepare {
                execution,
                entered,
                event,
                asked,
            } => {
                let began = prepare::Began {
                    execution: &execution,
                    entered,
                    asked: asked.as_ref(),
                };
                answer(prepare::prepare(self, began, &event).await?)
            }
            Step::Reconcile { pass, event } => {
                answer(reconcile::reconcile(self, &pass, &event).await?)
            }
            Step::Roles { execution, results } => {
                answer(roles::tried(self, &execution, &results).await?)
            }
            Step::Turn { execution } => answer(lease::keep(self, &execution).await?),
            Step::Report {
                execution,
                execution_arn,
                ended,
            } => answer(report::report(self, &execution, &execution_arn, ended).await?),
        }
    }

    /// AWS as the administrator, in sessions of that execution that may do no more than this.
    pub(crate) async fn connect(
        &self,
        execution: &str,
        access: Access,
        sink: Arc<dyn Sink>,
    ) -> Result<Aws, StepError> {
        let connection = Connection {
            access,
            run: Some(execution.to_owned()),
            ..self.settings.connection.clone()
        };
        let connect = Aws::connect_on(self.platform.clone(), connection, sink).await;
        connect.map_err(|error| StepError::failed(error.to_string()))
    }

    /// What is wanted of the accounts of a list, and of others, in these Regions.
    ///
    /// # Errors
    /// Where the stack's setting excepts what does not exist.
    pub(crate) fn fleet(
        &self,
        roster: &Roster,
        operation: Operation,
        others: Others,
        regions: &[Region],
    ) -> Result<Fleet, StepError> {
        let parts = Parts {
            administrator: self.account,
            roster,
            left_out: &BTreeMap::new(),
            settings: fleet::desired::Settings {
                purpose: match operation {
                    Operation::Enable => Purpose::Enable,
                    Operation::Disable => Purpose::Disable,
                },
                others,
                ..self.settings.fleet.clone()
            },
            expected: Expected::OfEveryList(&self.settings.expected),
            regions,
            now: self.platform.clock.timestamp(),
        };
        parts
            .assemble()
            .map_err(|error| StepError::failed(format!("the stack's setting EXPECTED: {error}")))
    }

    /// How long this invocation may still go on.
    pub(crate) fn time_left(&self) -> Duration {
        self.time.saturating_sub(self.platform.clock.elapsed())
    }
}

fn answer(value: impl Serialize) -> Result<Value, StepError> {
    serde_json::to_value(value).map_err(|error| StepError::failed(error.to_string()))
}
