//! What a change set would change.

use std::sync::Arc;

use aws_sdk_cloudformation::types::ResourceChange;
use engine::Failure;
use fleet::report::Ended;
use serde::Serialize;

/// What became of the wish for a change set.
#[derive(Clone, Debug)]
pub enum Prepared {
    /// It is ready, and would change this.
    Ready(Vec<Change>),
    /// CloudFormation finds nothing to change.
    NothingToDo,
    /// It cannot be, for this reason.
    Refused(Arc<str>),
    /// There is none: the request for it did not arrive, or somebody has deleted it. With it what was answered instead, where
    /// that was no answer.
    Missing(Option<Failure>),
    /// CloudFormation was not finished when the waiting ended.
    Over(Ended),
}

/// One resource that would be changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// AWS's word for it: `Add`, `Modify`, `Remove`, `Import` or `Dynamic`.
    pub action: String,
    /// The logical id of the resource in the template.
    pub resource: String,
    /// The type of the resource, such as `AWS::IAM::Role`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Whether another one takes its place.
    pub replacement: Replacement,
    /// The properties that change.
    pub properties: Vec<String>,
}

/// Whether another resource takes the place of one that changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Replacement {
    /// It stays.
    No,
    /// CloudFormation does not know before.
    Perhaps,
    /// It does.
    Yes,
}

impl Change {
    pub(crate) fn of(change: ResourceChange) -> Self {
        let unknown = || "?".to_owned();
        let action = change.action.as_ref().map(|it| it.as_str().to_owned());
        let replacement = match change.replacement.as_ref().map(|it| it.as_str()) {
            Some("True") => Replacement::Yes,
            Some("Conditional") => Replacement::Perhaps,
            _ => Replacement::No,
        };
        let details = change.details.unwrap_or_default().into_iter();
        let mut properties: Vec<_> = details.filter_map(|it| it.target?.name).collect();
        properties.sort_unstable();
        properties.dedup();
        Self {
            action: action.unwrap_or_else(unknown),
            resource: change.logical_resource_id.unwrap_or_else(unknown),
            kind: change.resource_type.unwrap_or_else(unknown),
            replacement,
            properties,
        }
    }
}

/// AWS has no code for it: these are the words by which the AWS CLI knows it (`aws cloudformation deploy`,
/// awscli/customizations/cloudformation/deployer.py).
pub(crate) fn says_that_nothing_changes(reason: Option<&str>) -> bool {
    let words = [
        "The submitted information didn't contain changes.",
        "No updates are to be performed",
    ];
    reason.is_some_and(|reason| words.iter().any(|it| reason.contains(it)))
}
