//! What happened in the last operation with a stack.

use std::collections::BTreeSet;
use std::sync::Arc;

use aws_sdk_cloudformation::types::StackEvent;
use serde::Serialize;

use crate::answer::words;

/// The events of one operation, the oldest first.
#[derive(Clone, Debug, Default)]
pub struct Operation(pub(crate) Vec<Event>);

/// What happened to one resource, or to the stack itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub(crate) is_stack: bool,
    pub(crate) resource: String,
    pub(crate) kind: String,
    pub(crate) status: String,
    pub(crate) reason: Option<Arc<str>>,
}

/// A resource with which something could not be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ResourceFailure {
    /// Its logical id in the template.
    pub resource: String,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// AWS's status of it.
    pub status: String,
    /// Why, in AWS's words.
    pub reason: Option<Arc<str>>,
}

impl Event {
    pub(crate) fn of(event: StackEvent) -> Self {
        let id = event.physical_resource_id.as_deref().unwrap_or_default();
        let status = event.resource_status.as_ref().map(|it| it.as_str());
        Self {
            is_stack: !id.is_empty() && event.stack_id.as_deref() == Some(id),
            status: status.unwrap_or_default().to_owned(),
            reason: words(event.resource_status_reason.as_deref()),
            resource: event.logical_resource_id.unwrap_or_default(),
            kind: event.resource_type.unwrap_or_default(),
        }
    }

    /// Whether the operation begins with it.
    pub(crate) fn begins(&self) -> bool {
        let begins = [
            "CREATE_IN_PROGRESS",
            "UPDATE_IN_PROGRESS",
            "DELETE_IN_PROGRESS",
        ];
        self.is_stack && begins.contains(&self.status.as_str())
    }
}

impl Operation {
    /// What failed, in that order: what comes later may have failed because of what came first.
    #[must_use]
    pub fn failures(&self) -> Vec<ResourceFailure> {
        let failed = |it: &&Event| it.status.ends_with("_FAILED");
        let of = |it: &Event| ResourceFailure {
            resource: it.resource.clone(),
            kind: it.kind.clone(),
            status: it.status.clone(),
            reason: it.reason.clone(),
        };
        let resources = self.0.iter().filter(|it| !it.is_stack).filter(failed);
        let resources: Vec<_> = resources.map(of).collect();
        if !resources.is_empty() {
            return resources;
        }
        let stack = self.0.iter().filter(|it| it.is_stack).filter(failed);
        stack.map(of).take(1).collect()
    }

    /// With how many resources it is done.
    #[must_use]
    pub fn done(&self) -> u64 {
        let done = self
            .0
            .iter()
            .filter(|it| !it.is_stack && it.status.ends_with("_COMPLETE"));
        let done: BTreeSet<_> = done.map(|it| &it.resource).collect();
        done.len() as u64
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    fn event(resource: &str, status: &str) -> Event {
        Event {
            is_stack: resource == "stack",
            resource: resource.to_owned(),
            kind: "AWS::IAM::Role".to_owned(),
            status: status.to_owned(),
            reason: Some(format!("{resource} is {status}").into()),
        }
    }

    #[test]
    fn what_failed_first_comes_first_and_the_stack_only_where_nothing_else_did() {
        let stack = event("stack", "CREATE_FAILED");
        let all = [
            event("stack", "CREATE_IN_PROGRESS"),
            event("A", "CREATE_COMPLETE"),
            event("B", "CREATE_FAILED"),
            event("C", "CREATE_FAILED"),
            stack.clone(),
        ];
        assert!(all[0].begins() && !all[1].begins());
        let operation = Operation(all.to_vec());
        let failed: Vec<_> = operation
            .failures()
            .iter()
            .map(|it| it.resource.clone())
            .collect();
        assert_eq!(failed, ["B", "C"]);
        assert_eq!(operation.done(), 1);
        let alone = Operation(vec![stack]).failures();
        assert_eq!(alone.len(), 1);
        assert_eq!(alone[0].reason.as_deref(), Some("stack is CREATE_FAILED"));
    }
}
