//! Investigations: no more than what it takes to return what was started.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::clock::later;

/// How long an investigation runs here; how long it really takes is UNVERIFIED.
const RUNS: Duration = Duration::from_secs(2);

/// An investigation that was started.
#[derive(Clone, Debug)]
pub(crate) struct Investigation {
    pub(crate) id: String,
    pub(crate) entity: String,
    pub(crate) entity_type: EntityType,
    pub(crate) created: Timestamp,
    pub(crate) scope: (Timestamp, Timestamp),
    pub(crate) state: InvestigationState,
}

/// What an investigation is about, in AWS's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum EntityType {
    IamRole,
    IamUser,
}

/// Whether somebody is done with it, in AWS's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum InvestigationState {
    Active,
    Archived,
}

impl EntityType {
    /// The type of the entity of that ARN, if it is one that can be investigated (user guide: IAM
    /// users and IAM roles).
    pub(crate) fn of(arn: &str) -> Option<EntityType> {
        let (_, resource) = arn.split_once(":iam::")?;
        let (_, resource) = resource.split_once(':')?;
        match resource.split_once('/')? {
            ("role", _) => Some(EntityType::IamRole),
            ("user", _) => Some(EntityType::IamUser),
            _ => None,
        }
    }
}

impl InvestigationState {
    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            InvestigationState::Active => "ACTIVE",
            InvestigationState::Archived => "ARCHIVED",
        }
    }
}

impl Investigation {
    /// `RUNNING`, and in the end always `SUCCESSFUL`.
    pub(crate) fn status(&self, now: Timestamp) -> &'static str {
        if later(self.created, RUNS) <= now {
            "SUCCESSFUL"
        } else {
            "RUNNING"
        }
    }

    /// There is nothing in an emulated account that could be severe.
    pub(crate) fn severity(&self, now: Timestamp) -> Option<&'static str> {
        (self.status(now) == "SUCCESSFUL").then_some("INFORMATIONAL")
    }
}
