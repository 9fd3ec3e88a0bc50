//! One operation with the stack: what it would change, how far it is, how it ended, and what stands in its way.

use std::sync::Arc;

use engine::Failure;
use fleet::account::Region;
use fleet::report::Ended;
use stacks::{Change, Described, Kind, ResourceFailure};

/// A change set that waits for somebody to agree to it.
#[derive(Clone, Debug)]
pub struct Draft {
    pub(crate) token: String,
    pub(crate) kind: Kind,
    /// There was no stack before, not even an empty one.
    pub(crate) is_first: bool,
    /// What it would change.
    pub changes: Vec<Change>,
}

/// What became of the wish for a change set.
#[derive(Clone, Debug)]
pub enum Drafted {
    /// It is ready.
    Ready(Draft),
    /// CloudFormation finds nothing to change.
    NothingToDo,
    /// It was not ready before that, and was taken back.
    Over {
        /// What ended the waiting.
        ended: Ended,
        /// Why the change set may stay, where it may: it changes nothing.
        left: Option<Failure>,
    },
}

/// How an operation ended.
#[derive(Clone, Debug)]
pub enum End {
    /// As it should; without a stack where it was taken down.
    Done(Option<Described>),
    /// It failed.
    Failed {
        /// The stack, where it is there.
        now: Option<Described>,
        /// What failed, the first one first.
        failures: Vec<ResourceFailure>,
    },
    /// It goes on in AWS, and is not waited for any more.
    GoesOn {
        /// The stack, as it was seen last, where it was seen since.
        now: Option<Described>,
        /// What ended the waiting.
        ended: Ended,
    },
    /// It was not begun, and nothing was changed.
    NotBegun(Failure),
    /// Whether it has begun is not known.
    Unknown {
        /// What is known of it.
        failure: Failure,
        /// What ended the waiting.
        ended: Ended,
    },
}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress<'a> {
    /// Another operation with the stack, of that status, is under way.
    Another(&'a str),
    /// So many resources are done, of so many.
    Resources {
        /// So many.
        done: u64,
        /// All of them.
        all: u64,
    },
}

/// Is told how far it is.
pub type OnProgress<'a> = &'a (dyn Fn(Progress<'_>) + Send + Sync);

/// The stack, once no operation with it is under way.
#[derive(Clone, Debug)]
pub struct Settled {
    /// What there is.
    pub now: Option<Described>,
    /// [`Ended::Complete`] where nothing is under way any more.
    pub ended: Ended,
}

/// Why nothing can be deployed to a stack that is so, and what to do; `remove` is the command that takes this stack down.
#[must_use]
pub fn stands_in_the_way(
    name: &str,
    region: &Region,
    now: &Described,
    remove: &str,
) -> Option<Arc<str>> {
    let status = now.status.as_str();
    let said = now.reason.as_deref().map(|it| format!(" ({it})"));
    let said = said.unwrap_or_default();
    let advice = match status {
        "UPDATE_ROLLBACK_FAILED" => {
            "an update failed, and so did going back: put right what the stack's events name, choose Continue update rollback in the CloudFormation console, and run again".to_owned()
        }
        "CREATE_FAILED" | "ROLLBACK_FAILED" | "DELETE_FAILED" => {
            format!("run `{remove}` first, which says what stands in the way, and then this again")
        }
        _ => return None,
    };
    Some(format!("the stack {name} in {region} is {status}{said}: {advice}").into())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use aws_sdk_cloudformation::types::StackStatus;

    use super::*;

    #[test]
    fn a_stack_that_is_stuck_comes_with_what_to_do() {
        let advice = |status: StackStatus| {
            let now = Described {
                id: String::new(),
                status,
                reason: Some("because".into()),
                parameters: BTreeMap::new(),
                outputs: BTreeMap::new(),
                changed: None,
            };
            let remove = "detective-fleet aws remove --stack fleet";
            stands_in_the_way("fleet", &Region::new("us-east-1"), &now, remove)
        };
        for (status, word) in [
            (
                StackStatus::UpdateRollbackFailed,
                "Continue update rollback",
            ),
            (
                StackStatus::RollbackFailed,
                "`detective-fleet aws remove --stack fleet`",
            ),
            (
                StackStatus::DeleteFailed,
                "`detective-fleet aws remove --stack fleet`",
            ),
            (
                StackStatus::CreateFailed,
                "`detective-fleet aws remove --stack fleet`",
            ),
        ] {
            let advice = advice(status).unwrap();
            assert!(
                advice.contains(word) && advice.contains("(because)"),
                "{advice}"
            );
        }
        for fine in [
            StackStatus::CreateComplete,
            StackStatus::UpdateRollbackComplete,
            StackStatus::RollbackComplete,
            StackStatus::ReviewInProgress,
        ] {
            assert_eq!(advice(fine), None);
        }
    }
}
