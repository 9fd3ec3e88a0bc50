//! What ends a step, by the names that the state machine and its history have for it.

use fleet::saved::Stale;
use lambda_runtime::Diagnostic;
use serde::{Deserialize, Serialize};

/// Why a step, or the whole execution, did not end well.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Name {
    /// What was uploaded cannot be worked with, as a whole or in a line: correct it, upload it again.
    #[serde(rename = "DetectiveFleet.BadInput")]
    BadInput,
    /// Somebody has to approve removals, and nobody did in time, or there is more to remove since.
    #[serde(rename = "DetectiveFleet.NotApproved")]
    NotApproved,
    /// A saved plan is not executed: it is another one than this stack wrote, it is too old, or something
    /// has moved since.
    #[serde(rename = "DetectiveFleet.PlanRefused")]
    PlanRefused,
    /// Something is not as wanted.
    #[serde(rename = "DetectiveFleet.Failed")]
    Failed,
    /// AWS is not finished, and waiting for it has ended.
    #[serde(rename = "DetectiveFleet.StillWaiting")]
    StillWaiting,
}

impl Name {
    /// As the state machine has it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BadInput => "DetectiveFleet.BadInput",
            Self::NotApproved => "DetectiveFleet.NotApproved",
            Self::PlanRefused => "DetectiveFleet.PlanRefused",
            Self::Failed => "DetectiveFleet.Failed",
            Self::StillWaiting => "DetectiveFleet.StillWaiting",
        }
    }
}

/// A step that could not be done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct StepError {
    /// What kind of trouble it is.
    pub name: Name,
    /// What happened and what to do, for people.
    pub text: String,
    /// An object in the bucket is not what this program wrote there.
    pub foreign: bool,
    /// Why a saved plan is not executed, as data.
    pub stale: Option<Box<Stale>>,
}

impl StepError {
    /// What was uploaded cannot be worked with.
    pub fn bad_input(text: impl Into<String>) -> Self {
        Self {
            name: Name::BadInput,
            ..Self::failed(text)
        }
    }

    /// A saved plan is not executed.
    pub(crate) fn plan_refused(text: impl Into<String>) -> Self {
        Self {
            name: Name::PlanRefused,
            ..Self::failed(text)
        }
    }

    /// Nobody approved it.
    pub fn not_approved(text: impl Into<String>) -> Self {
        Self {
            name: Name::NotApproved,
            ..Self::failed(text)
        }
    }

    /// Something else went wrong.
    pub fn failed(text: impl Into<String>) -> Self {
        Self {
            name: Name::Failed,
            text: text.into(),
            foreign: false,
            stale: None,
        }
    }

    /// An object in the bucket is not what this program wrote there.
    pub(crate) fn foreign(text: impl Into<String>) -> Self {
        Self {
            foreign: true,
            ..Self::failed(text)
        }
    }
}

/// Lambda reports a type's path as the error's name unless it is told another.
impl From<StepError> for Diagnostic {
    fn from(error: StepError) -> Self {
        Self {
            error_type: error.name.as_str().to_owned(),
            error_message: error.text,
        }
    }
}
