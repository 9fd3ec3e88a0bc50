//! What became of the AWS form: JSON version 1, kind `aws`.

use std::collections::BTreeMap;
use std::sync::Arc;

use fleet::account::{Email, Region};
use fleet::report::{Ended, Header, Verdict};
use jiff::Timestamp;
use serde::Serialize;
use stacks::{Change, ResourceFailure};

use crate::artifact::{Artifact, said_by_key};
use crate::checkup::{Alarm, Subscription};
use crate::package::version;
use crate::runs::{LastRun, RunState};
use crate::template::ParameterChange;

/// What a run came to.
#[derive(Clone, Debug, Serialize)]
pub struct FormReport {
    /// Who, what and when; `kind` is `aws`, `operation` is `deploy`, `status` or `remove`.
    #[serde(flatten)]
    pub header: Header,
    /// When the run ended.
    pub finished: Timestamp,
    /// How it ended.
    pub ended: Ended,
    /// Nothing was changed: this is what would be.
    pub dry_run: bool,
    /// The stack.
    pub stack: StackReport,
    /// The code of the function.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub function: Option<FunctionReport>,
    /// The bucket of the artifacts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bucket: Option<BucketReport>,
    /// What lies there for the stack.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub artifacts: Vec<ArtifactReport>,
    /// The parameters that change; e-mails are masked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parameters: Vec<ParameterChange>,
    /// What CloudFormation would change, or has changed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
    /// With which resources it failed, the first one first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub failures: Vec<ResourceFailure>,
    /// What the stack gives.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub outputs: BTreeMap<String, String>,
    /// Who is told what came of each run; `null` where that was not found out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subscriptions: Option<Vec<Subscription>>,
    /// The alarms; `null` where they were not read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alarms: Option<Vec<Alarm>>,
    /// The last run of each list, and those since that have left no report; `null` where they were not read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub runs: Option<Vec<LastRun>>,
    /// What stays when the stack goes, and how to delete it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub kept: Vec<String>,
    /// What ended it before its time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Arc<str>>,
    /// What needs action.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub needs_action: Vec<String>,
    /// What to do next.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub next: Vec<String>,
}

/// The stack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StackReport {
    /// Its name.
    pub name: String,
    /// Its Region.
    pub region: Region,
    /// AWS's status of it; `null` where there is none.
    pub status: Option<String>,
    /// When its last operation began.
    pub changed: Option<Timestamp>,
    /// What was planned.
    pub action: Action,
    /// How it ended; `null` with `dry_run`.
    pub outcome: Option<Outcome>,
}

/// What was planned for the stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// It is to be made.
    Make,
    /// It is to be updated.
    Update,
    /// It is to be removed.
    Remove,
    /// Nothing has to be done.
    Keep,
    /// It is looked at.
    Look,
}

/// How it ended for the stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was done.
    Done,
    /// It was as wanted already.
    Unchanged,
    /// AWS is not finished.
    Waiting,
    /// It failed.
    Failed,
    /// AWS has not said what became of it.
    Unknown,
}

/// The code of the function.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FunctionReport {
    /// The name of its zip; an e-mail in it is masked.
    pub file: String,
    /// The release that the name says; `null` where it says none.
    pub release: Option<String>,
    /// The SHA-256 of the zip, as `sha256sum` writes it.
    pub sha256: String,
    /// Whether Lambda runs just that; `null` where that was not found out.
    pub runs: Option<bool>,
}

/// The bucket of the artifacts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BucketReport {
    /// Its name.
    pub name: String,
    /// Whether this run makes it, or would.
    pub is_new: bool,
}

/// Something that lies there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ArtifactReport {
    /// Its key; an e-mail in it is masked.
    pub key: String,
    /// How large it is.
    pub bytes: usize,
    /// Its SHA-256.
    pub sha256: String,
    /// Whether this run uploads it, or would.
    pub is_new: bool,
}

impl ArtifactReport {
    /// What there is to say of an artifact.
    #[must_use]
    pub fn of(artifact: &Artifact, is_new: bool) -> Self {
        Self {
            key: Email::mask_in(&artifact.key),
            bytes: artifact.bytes(),
            sha256: artifact.sha256(),
            is_new,
        }
    }
}

impl FunctionReport {
    /// What the key of the zip says; `None` where somebody else chose the key.
    #[must_use]
    pub fn of_key(key: &str) -> Option<Self> {
        let (sum, name) = said_by_key(key)?;
        Some(Self {
            file: Email::mask_in(name),
            release: version(name).map(str::to_owned),
            sha256: sum.to_owned(),
            runs: None,
        })
    }
}

impl FormReport {
    fn has_runs_under_way(&self) -> bool {
        let mut runs = self.runs.iter().flatten();
        runs.any(|it| it.state == RunState::UnderWay)
    }

    /// What the exit status says.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        let outcome = self.stack.outcome;
        let failed =
            matches!(outcome, Some(Outcome::Failed | Outcome::Unknown)) || self.error.is_some();
        if self.ended == Ended::Interrupted {
            Verdict::Interrupted
        } else if failed || !self.needs_action.is_empty() {
            Verdict::NotAsWanted
        } else if self.ended != Ended::Complete
            || outcome == Some(Outcome::Waiting)
            || self.has_runs_under_way()
        {
            Verdict::Waiting
        } else {
            Verdict::AsWanted
        }
    }
}
