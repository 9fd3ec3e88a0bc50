//! The calls of CloudFormation, and its answers as [`crate::plan`] has them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::config::http::HttpResponse;
use aws_sdk_cloudformation::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_cloudformation::types::{
    Capability, Parameter, PermissionModels, StackInstanceDetailedStatus, StackInstanceStatus,
    StackInstanceSummary, StackSetOperationPreferences, StackSetOperationResultStatus,
    StackSetOperationStatus,
};
use engine::Failure;
use fleet::account::{AccountId, Region};
use stacks::is;

use crate::definition::{Definition, Found, TEMPLATE};
use crate::plan::{Leave, Stack, Stacks, Status};

/// The StackSet and its stacks, as they are now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// The StackSet; `None` where there is none.
    pub set: Option<Found>,
    /// Its stacks.
    pub stacks: Stacks,
}

/// How an operation went for one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AccountResult {
    pub(crate) finished: bool,
    pub(crate) succeeded: bool,
    pub(crate) reason: Option<Arc<str>>,
}

/// CloudFormation, for one StackSet.
#[derive(Clone, Debug)]
pub(crate) struct CloudFormation {
    client: Client,
    name: String,
}

/// An operation with the StackSet. Ours have ids of our own, so that a request whose answer was lost can be sent again.
pub(crate) type OperationId = String;

impl CloudFormation {
    pub(crate) fn new(client: Client, name: &str) -> Self {
        let name = name.to_owned();
        Self { client, name }
    }

    /// `cloudformation:DescribeStackSet`
    pub(crate) async fn stack_set(&self) -> Result<Option<Found>, Failure> {
        let asked = self.client.describe_stack_set().stack_set_name(&self.name);
        let output = match told("DescribeStackSet", asked.send().await) {
            Err(failure) if is(&failure, "StackSetNotFound") => return Ok(None),
            output => output?,
        };
        Ok(output.stack_set.map(|set| Found {
            description: set.description.unwrap_or_default(),
            template: set.template_body.unwrap_or_default(),
            parameters: set
                .parameters
                .unwrap_or_default()
                .into_iter()
                .filter_map(|it| Some((it.parameter_key?, it.parameter_value.unwrap_or_default())))
                .collect(),
            administration_role: set.administration_role_arn.unwrap_or_default(),
            execution_role: set.execution_role_name.unwrap_or_default(),
            self_managed: set.permission_model != Some(PermissionModels::ServiceManaged),
        }))
    }

    /// `cloudformation:ListStackInstances`
    async fn stacks(&self) -> Result<Stacks, Failure> {
        let asked = self
            .client
            .list_stack_instances()
            .stack_set_name(&self.name);
        let mut pages = asked.into_paginator().send();
        let mut stacks = Stacks::new();
        while let Some(page) = pages.next().await {
            for summary in told("ListStackInstances", page)?
                .summaries
                .unwrap_or_default()
            {
                if let Some((account, stack)) = stack(summary) {
                    stacks.entry(account).or_default().push(stack);
                }
            }
        }
        Ok(stacks)
    }

    /// What there is.
    pub(crate) async fn look(&self) -> Result<Seen, Failure> {
        let Some(set) = self.stack_set().await? else {
            return Ok(Seen::default());
        };
        Ok(Seen {
            set: Some(set),
            stacks: self.stacks().await?,
        })
    }

    /// `cloudformation:CreateStackSet`
    pub(crate) async fn create(&self, wanted: &Definition) -> Result<(), Failure> {
        let request = self
            .client
            .create_stack_set()
            .stack_set_name(&self.name)
            .description(wanted.description())
            .template_body(TEMPLATE)
            .set_parameters(Some(parameters(wanted)))
            .capabilities(Capability::CapabilityNamedIam)
            .permission_model(PermissionModels::SelfManaged)
            .administration_role_arn(wanted.administration_role_arn())
            .execution_role_name(&wanted.execution_role);
        told("CreateStackSet", request.send().await).map(|_| ())
    }

    /// `cloudformation:UpdateStackSet`: the StackSet, and its stacks in these accounts.
    pub(crate) async fn update(
        &self,
        operation: OperationId,
        wanted: &Definition,
        accounts: &BTreeSet<AccountId>,
        preferences: StackSetOperationPreferences,
    ) -> Result<(), Failure> {
        let mut request = self
            .client
            .update_stack_set()
            .stack_set_name(&self.name)
            .operation_id(operation)
            .description(wanted.description())
            .template_body(TEMPLATE)
            .set_parameters(Some(parameters(wanted)))
            .capabilities(Capability::CapabilityNamedIam)
            .administration_role_arn(wanted.administration_role_arn())
            .execution_role_name(&wanted.execution_role);
        // Without accounts it would be all of them; it is asked for none only where there are none.
        if !accounts.is_empty() {
            request = request
                .set_accounts(Some(names(accounts)))
                .regions(wanted.home.as_str())
                .operation_preferences(preferences);
        }
        told("UpdateStackSet", request.send().await).map(|_| ())
    }

    /// `cloudformation:CreateStackInstances`
    pub(crate) async fn make(
        &self,
        operation: OperationId,
        home: &Region,
        accounts: &BTreeSet<AccountId>,
        preferences: StackSetOperationPreferences,
    ) -> Result<(), Failure> {
        let request = self
            .client
            .create_stack_instances()
            .stack_set_name(&self.name)
            .operation_id(operation)
            .set_accounts(Some(names(accounts)))
            .regions(home.as_str())
            .operation_preferences(preferences);
        told("CreateStackInstances", request.send().await).map(|_| ())
    }

    /// `cloudformation:DeleteStackInstances`
    pub(crate) async fn delete(
        &self,
        operation: OperationId,
        home: &Region,
        accounts: &BTreeSet<AccountId>,
        leave: Leave,
        preferences: StackSetOperationPreferences,
    ) -> Result<(), Failure> {
        let request = self
            .client
            .delete_stack_instances()
            .stack_set_name(&self.name)
            .operation_id(operation)
            .set_accounts(Some(names(accounts)))
            .regions(home.as_str())
            .retain_stacks(leave == Leave::Stacks)
            .operation_preferences(preferences);
        told("DeleteStackInstances", request.send().await).map(|_| ())
    }

    /// `cloudformation:ListStackSetOperations`: one that is under way; the newest come first.
    pub(crate) async fn under_way(&self) -> Result<Option<OperationId>, Failure> {
        let asked = self.client.list_stack_set_operations();
        let output = asked.stack_set_name(&self.name).send().await;
        let output = match told("ListStackSetOperations", output) {
            Err(failure) if is(&failure, "StackSetNotFound") => return Ok(None),
            output => output?,
        };
        let operations = output.summaries.unwrap_or_default().into_iter();
        let mut going = operations.filter(|it| it.status.as_ref().is_some_and(is_going_on));
        Ok(going.next().and_then(|it| it.operation_id))
    }

    /// `cloudformation:DescribeStackSetOperation`: whether it goes on.
    pub(crate) async fn goes_on(&self, operation: &str) -> Result<bool, Failure> {
        let asked = self.client.describe_stack_set_operation();
        let asked = asked.stack_set_name(&self.name).operation_id(operation);
        let output = told("DescribeStackSetOperation", asked.send().await)?;
        let status = output.stack_set_operation.and_then(|it| it.status);
        Ok(status.as_ref().is_some_and(is_going_on))
    }

    /// `cloudformation:ListStackSetOperationResults`: how it went so far.
    pub(crate) async fn results(
        &self,
        operation: &str,
    ) -> Result<BTreeMap<AccountId, AccountResult>, Failure> {
        let asked = self.client.list_stack_set_operation_results();
        let asked = asked.stack_set_name(&self.name).operation_id(operation);
        let mut pages = asked.into_paginator().send();
        let mut results = BTreeMap::new();
        while let Some(page) = pages.next().await {
            for it in told("ListStackSetOperationResults", page)?
                .summaries
                .unwrap_or_default()
            {
                let Some(account) = it.account.as_deref().and_then(|it| it.parse().ok()) else {
                    continue;
                };
                let status = it.status;
                let succeeded = status == Some(StackSetOperationResultStatus::Succeeded);
                let ended = [
                    StackSetOperationResultStatus::Failed,
                    StackSetOperationResultStatus::Cancelled,
                ];
                let finished = succeeded || status.as_ref().is_some_and(|it| ended.contains(it));
                let cancelled = status == Some(StackSetOperationResultStatus::Cancelled);
                let reason = why(it.status_reason.as_deref()).or_else(|| {
                    cancelled.then(|| "cancelled: too many others had failed before".into())
                });
                let result = AccountResult {
                    finished,
                    succeeded,
                    reason,
                };
                results.insert(account, result);
            }
        }
        Ok(results)
    }
}

/// What the templates leave out of what AWS documents for those who start operations.
const WIDEN_STARTING: &str = ". If you have the policy RolloutPolicy, AWS may want more than it holds: deploy stackset-administration.yaml again with DocumentedMinimum=true";

/// What they leave out for the execution role.
const WIDEN_EXECUTION: &str = ". If that is the execution role, AWS may want more than it holds: deploy stackset-execution.yaml in that account again with DocumentedMinimum=true";

/// What came back, with the name of the call where it is an error.
fn told<T, E>(call: &str, answer: Result<T, SdkError<E, HttpResponse>>) -> Result<T, Failure>
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    stacks::told(call, answer).map_err(|failure| match failure.is_denied() {
        true => {
            let text = format!("{}{WIDEN_STARTING}", failure.text);
            failure.saying(text)
        }
        false => failure,
    })
}

fn is_going_on(status: &StackSetOperationStatus) -> bool {
    use StackSetOperationStatus::{Queued, Running, Stopping};
    matches!(status, Queued | Running | Stopping)
}

fn names(accounts: &BTreeSet<AccountId>) -> Vec<String> {
    accounts.iter().map(ToString::to_string).collect()
}

fn parameters(wanted: &Definition) -> Vec<Parameter> {
    let parameters = wanted.parameters().into_iter();
    parameters
        .map(|(name, value)| {
            Parameter::builder()
                .parameter_key(name)
                .parameter_value(value)
                .build()
        })
        .collect()
}

/// Why an account failed. AWS has no code for it: where its words say that a role may not do something, they
/// are told what can be done about it.
fn why(words: Option<&str>) -> Option<Arc<str>> {
    let words = stacks::words(words)?;
    if words.contains("not authorized to perform") {
        return Some(format!("{}{WIDEN_EXECUTION}", words.trim_end_matches('.')).into());
    }
    Some(words)
}

fn stack(summary: StackInstanceSummary) -> Option<(AccountId, Stack)> {
    let account = summary.account.as_deref()?.parse().ok()?;
    let detail = summary
        .stack_instance_status
        .and_then(|it| it.detailed_status);
    let suspended = detail == Some(StackInstanceDetailedStatus::SkippedSuspendedAccount);
    let reason = why(summary.status_reason.as_deref())
        .or_else(|| suspended.then(|| "the account is suspended".into()));
    let status = match summary.status {
        Some(StackInstanceStatus::Current) => Status::Current,
        Some(StackInstanceStatus::Inoperable) => Status::Inoperable,
        // A status that is not known yet is not "as wanted".
        _ => Status::Outdated,
    };
    let stack = Stack {
        region: Region::new(summary.region.as_deref()?),
        status,
        exists: summary.stack_id.is_some_and(|it| !it.is_empty()),
        reason,
    };
    Some((account, stack))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_or_stops_is_not_over() {
        use StackSetOperationStatus as Is;
        for going in [Is::Queued, Is::Running, Is::Stopping] {
            assert!(is_going_on(&going), "{going:?}");
        }
        for over in [Is::Succeeded, Is::Failed, Is::Stopped] {
            assert!(!is_going_on(&over), "{over:?}");
        }
    }

    #[test]
    fn what_aws_refuses_the_execution_role_is_told_with_what_to_do() {
        let words = "User: arn:aws:sts::222222222222:assumed-role/x/y is not authorized to perform: s3:GetObject.";
        let told = why(Some(words)).unwrap();
        assert!(told.contains("DocumentedMinimum=true"), "{told}");
        let told = why(Some("Account 222222222222 should have 'x' role")).unwrap();
        assert!(!told.contains("DocumentedMinimum"), "{told}");
        assert_eq!(why(Some(" ")), None);
    }
}
