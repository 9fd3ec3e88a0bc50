//! A stack as CloudFormation describes it.

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_sdk_cloudformation::primitives::DateTime;
use aws_sdk_cloudformation::types::{Stack, StackStatus};

use crate::answer::words;

/// A stack as CloudFormation has it.
#[derive(Clone, Debug)]
pub struct Described {
    /// Its ARN, which it answers to when it is deleted, too.
    pub id: String,
    /// AWS's status.
    pub status: StackStatus,
    /// Why it has that status, where AWS says so.
    pub reason: Option<Arc<str>>,
    /// What its template was given.
    pub parameters: BTreeMap<String, String>,
    /// What its template gives.
    pub outputs: BTreeMap<String, String>,
    /// When its last operation began; seconds since 1970.
    pub changed: Option<DateTime>,
}

/// What can be done with a stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// There is only a change set for one.
    Review,
    /// It stands.
    Stands,
    /// It never came to be: nothing is in it, and it has to go before it can.
    NeverCame,
    /// An operation with it is under way.
    Busy,
    /// Nothing can be done with it before somebody has put it right.
    Stuck,
}

impl Described {
    /// What AWS says, where it says how the stack is.
    pub(crate) fn of(stack: Stack) -> Option<Self> {
        let parameters = stack.parameters.unwrap_or_default().into_iter();
        let parameters = parameters
            .filter_map(|it| Some((it.parameter_key?, it.parameter_value.unwrap_or_default())));
        let outputs = stack.outputs.unwrap_or_default().into_iter();
        let outputs = outputs.filter_map(|it| Some((it.output_key?, it.output_value?)));
        Some(Self {
            id: stack.stack_id.unwrap_or_default(),
            status: stack.stack_status?,
            reason: words(stack.stack_status_reason.as_deref()),
            parameters: parameters.collect(),
            outputs: outputs.collect(),
            changed: stack.last_updated_time.or(stack.creation_time),
        })
    }

    /// What can be done with it.
    #[must_use]
    pub fn standing(&self) -> Standing {
        use StackStatus as Is;
        match &self.status {
            Is::ReviewInProgress => Standing::Review,
            Is::CreateComplete
            | Is::UpdateComplete
            | Is::UpdateRollbackComplete
            | Is::ImportComplete
            | Is::ImportRollbackComplete => Standing::Stands,
            Is::RollbackComplete | Is::CreateFailed => Standing::NeverCame,
            status if status.as_str().ends_with("_IN_PROGRESS") => Standing::Busy,
            _ => Standing::Stuck,
        }
    }

    /// Whether no operation has begun since.
    #[must_use]
    pub fn is_as(&self, before: &Self) -> bool {
        (&self.status, &self.changed) == (&before.status, &before.changed)
    }

    /// Whether the last operation made it what it was to become.
    #[must_use]
    pub fn ended_well(&self) -> bool {
        matches!(
            self.status,
            StackStatus::CreateComplete | StackStatus::UpdateComplete
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_status_says_what_can_be_done() {
        use StackStatus as Is;
        let standing = |status: StackStatus| {
            let stack = Stack::builder().stack_status(status).build();
            Described::of(stack).unwrap().standing()
        };
        assert_eq!(standing(Is::ReviewInProgress), Standing::Review);
        for stands in [
            Is::CreateComplete,
            Is::UpdateComplete,
            Is::UpdateRollbackComplete,
        ] {
            assert_eq!(standing(stands), Standing::Stands);
        }
        assert_eq!(standing(Is::RollbackComplete), Standing::NeverCame);
        for busy in [
            Is::CreateInProgress,
            Is::UpdateInProgress,
            Is::DeleteInProgress,
            Is::RollbackInProgress,
        ] {
            assert_eq!(standing(busy), Standing::Busy);
        }
        for stuck in [
            Is::DeleteFailed,
            Is::UpdateRollbackFailed,
            Is::RollbackFailed,
        ] {
            assert_eq!(standing(stuck), Standing::Stuck);
        }
    }
}
