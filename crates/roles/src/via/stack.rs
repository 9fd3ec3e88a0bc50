//! The calls of CloudFormation in one member, for one stack.

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::types::{
    Capability, ChangeSetStatus, ChangeSetType, ResourceChange, StackStatus, TemplateStage,
};
use engine::Failure;

use super::plan::State;
use crate::cloudformation::{is, parameters, text, told};
use crate::definition::{Definition, TEMPLATE};

/// The one resource of the template.
const RESOURCE: &str = "MemberRole";

/// The stack in one member.
#[derive(Clone, Debug)]
pub(super) struct MemberStack {
    client: Client,
    name: String,
}

/// A stack as CloudFormation has it.
#[derive(Clone, Debug)]
pub(super) struct Described {
    pub(super) status: StackStatus,
    pub(super) reason: Option<Arc<str>>,
    pub(super) parameters: BTreeMap<String, String>,
}

/// A change set, ready to be executed.
#[derive(Clone, Debug)]
pub(super) struct ChangeSet {
    pub(super) name: String,
    /// What it would change, for people.
    pub(super) changes: Vec<String>,
}

/// What became of the wish for a change set.
#[derive(Clone, Debug)]
pub(super) enum Prepared {
    /// It is ready.
    Ready(ChangeSet),
    /// CloudFormation finds nothing to change.
    NothingToDo,
    /// CloudFormation is not finished.
    Pending,
    /// It cannot be, for this reason.
    Refused(Arc<str>),
}

impl MemberStack {
    pub(super) fn new(client: Client, name: &str) -> Self {
        let name = name.to_owned();
        Self { client, name }
    }

    /// `cloudformation:DescribeStacks`. AWS has no error code of its own for a stack that is not there: the request is a
    /// good one, so that its ValidationError says that.
    pub(super) async fn describe(&self) -> Result<Option<Described>, Failure> {
        let asked = self.client.describe_stacks().stack_name(&self.name).send();
        let output = match told("DescribeStacks", asked.await) {
            Err(failure) if is(&failure, "ValidationError") => return Ok(None),
            output => output?,
        };
        let stack = output.stacks.unwrap_or_default().into_iter().next();
        let described = stack.and_then(|stack| {
            let parameters = stack.parameters.unwrap_or_default().into_iter();
            let parameters = parameters
                .filter_map(|it| Some((it.parameter_key?, it.parameter_value.unwrap_or_default())));
            Some(Described {
                status: stack.stack_status?,
                reason: text(stack.stack_status_reason.as_deref()),
                parameters: parameters.collect(),
            })
        });
        // A stack that is deleted answers to its id only; here it is asked by its name.
        Ok(described.filter(|it| it.status != StackStatus::DeleteComplete))
    }

    /// `cloudformation:GetTemplate`, as it was handed in.
    pub(super) async fn template(&self) -> Result<String, Failure> {
        let asked = self.client.get_template().stack_name(&self.name);
        let asked = asked.template_stage(TemplateStage::Original).send().await;
        Ok(told("GetTemplate", asked)?
            .template_body
            .unwrap_or_default())
    }

    /// `cloudformation:DescribeStackResources`: the stack of this Region that has the role. As with stacks, a
    /// ValidationError says that there is none.
    pub(super) async fn owner(&self, role_name: &str) -> Result<Option<String>, Failure> {
        let asked = self.client.describe_stack_resources();
        let asked = asked.physical_resource_id(role_name).send().await;
        let output = match told("DescribeStackResources", asked) {
            Err(failure) if is(&failure, "ValidationError") => return Ok(None),
            output => output?,
        };
        let mut resources = output.stack_resources.unwrap_or_default().into_iter();
        let is_it = |it: &aws_sdk_cloudformation::types::StackResource| {
            it.physical_resource_id.as_deref() == Some(role_name)
                && it.resource_type.as_deref() == Some("AWS::IAM::Role")
        };
        Ok(resources.find(is_it).and_then(|it| it.stack_name))
    }

    /// `cloudformation:CreateChangeSet`; its name is `token`.
    pub(super) async fn prepare(
        &self,
        wanted: &Definition,
        kind: ChangeSetType,
        token: &str,
    ) -> Result<(), Failure> {
        let request = self
            .client
            .create_change_set()
            .stack_name(&self.name)
            .change_set_name(token)
            .change_set_type(kind)
            .client_token(token)
            .template_body(TEMPLATE)
            .set_parameters(Some(parameters(wanted)))
            .capabilities(Capability::CapabilityNamedIam);
        match told("CreateChangeSet", request.send().await) {
            // A request of ours came through before, and its answer did not.
            Err(failure) if is(&failure, "AlreadyExists") => Ok(()),
            answer => answer.map(|_| ()),
        }
    }

    /// `cloudformation:DescribeChangeSet`
    pub(super) async fn prepared(&self, name: &str) -> Result<Prepared, Failure> {
        let asked = self.client.describe_change_set().stack_name(&self.name);
        let output = told(
            "DescribeChangeSet",
            asked.change_set_name(name).send().await,
        )?;
        let reason = text(output.status_reason.as_deref());
        let changes = output.changes.unwrap_or_default().into_iter();
        let changes: Vec<_> = changes.filter_map(|it| it.resource_change).collect();
        Ok(match output.status {
            Some(ChangeSetStatus::CreateComplete) => match changes.iter().find(|it| is_strange(it)) {
                Some(strange) => Prepared::Refused(
                    format!("its change set would do more than change the role ({}): look at the stack {} in the account", shown(strange), self.name).into(),
                ),
                None => Prepared::Ready(ChangeSet {
                    name: name.to_owned(),
                    changes: changes.iter().map(shown).collect(),
                }),
            },
            Some(ChangeSetStatus::Failed) if says_that_nothing_changes(reason.as_deref()) => {
                Prepared::NothingToDo
            }
            Some(ChangeSetStatus::Failed) => Prepared::Refused(reason.unwrap_or_else(|| {
                "CloudFormation could not make the change set, and gives no reason".into()
            })),
            _ => Prepared::Pending,
        })
    }

    /// `cloudformation:ExecuteChangeSet`
    pub(super) async fn execute(&self, name: &str) -> Result<(), Failure> {
        let request = self.client.execute_change_set().stack_name(&self.name);
        let request = request.change_set_name(name).client_request_token(name);
        told("ExecuteChangeSet", request.send().await).map(|_| ())
    }

    /// `cloudformation:DeleteChangeSet`
    pub(super) async fn drop_change_set(&self, name: &str) -> Result<(), Failure> {
        let request = self.client.delete_change_set().stack_name(&self.name);
        told(
            "DeleteChangeSet",
            request.change_set_name(name).send().await,
        )
        .map(|_| ())
    }

    /// `cloudformation:DeleteStack`
    pub(super) async fn delete(&self) -> Result<(), Failure> {
        let request = self.client.delete_stack().stack_name(&self.name);
        told("DeleteStack", request.send().await).map(|_| ())
    }

    /// `cloudformation:DescribeStackEvents`: why the last operation failed; the newest come first. What failed because of
    /// something else says so, and comes after it.
    pub(super) async fn why(&self) -> Option<Arc<str>> {
        let asked = self.client.describe_stack_events().stack_name(&self.name);
        let events = asked.send().await.ok()?.stack_events.unwrap_or_default();
        let of_last = events.into_iter().take_while(|it| {
            let is_stack =
                it.physical_resource_id.is_some() && it.physical_resource_id == it.stack_id;
            let status = it.resource_status.as_ref().map_or("", |it| it.as_str());
            !(is_stack
                && [
                    "CREATE_IN_PROGRESS",
                    "UPDATE_IN_PROGRESS",
                    "DELETE_IN_PROGRESS",
                ]
                .contains(&status))
        });
        let failed = of_last.filter(|it| {
            let status = it.resource_status.as_ref().map_or("", |it| it.as_str());
            status.ends_with("_FAILED") && it.logical_resource_id.as_deref() == Some(RESOURCE)
        });
        failed
            .last()
            .and_then(|it| text(it.resource_status_reason.as_deref()))
    }
}

impl Described {
    /// How far the stack is; nothing where there is only a change set for one.
    pub(super) fn state(&self, name: &str) -> Option<State> {
        use StackStatus as Is;
        let status = self.status.as_str();
        let said = self.reason.as_deref().map(|it| format!(": {it}"));
        let said = said.unwrap_or_default();
        Some(match &self.status {
            Is::ReviewInProgress => return None,
            Is::CreateComplete
            | Is::UpdateComplete
            | Is::UpdateRollbackComplete
            | Is::ImportComplete
            | Is::ImportRollbackComplete => State::Stands,
            Is::RollbackComplete | Is::CreateFailed => {
                State::Failed(format!("its stack {name} is {status}{said}").into())
            }
            _ if status.ends_with("_IN_PROGRESS") => State::Busy(
                format!("an operation with its stack {name} is under way ({status}): run again").into(),
            ),
            _ => State::Stuck(
                format!("its stack {name} is {status}{said}: delete the stack in the account, and run again").into(),
            ),
        })
    }
}

/// Whether something else than the role would change.
fn is_strange(change: &ResourceChange) -> bool {
    change.resource_type.as_deref() != Some("AWS::IAM::Role")
        || change.logical_resource_id.as_deref() != Some(RESOURCE)
}

/// A change, for people: what, and in which properties.
fn shown(change: &ResourceChange) -> String {
    let action = change.action.as_ref().map_or("change", |it| it.as_str());
    let name = change.logical_resource_id.as_deref().unwrap_or("?");
    let kind = change.resource_type.as_deref().unwrap_or("?");
    let details = change.details.as_deref().unwrap_or_default().iter();
    let mut properties: Vec<_> = details
        .filter_map(|it| it.target.as_ref()?.name.as_deref())
        .collect();
    properties.sort_unstable();
    properties.dedup();
    let replaced = change
        .replacement
        .as_ref()
        .filter(|it| it.as_str() == "True");
    let mut text = format!("{action} {name} ({kind})");
    if !properties.is_empty() {
        text.push_str(": ");
        text.push_str(&properties.join(", "));
    }
    if replaced.is_some() {
        text.push_str("; it is replaced by another");
    }
    text
}

/// AWS has no code for it: these are the words by which the AWS CLI knows it (`aws cloudformation deploy`,
/// awscli/customizations/cloudformation/deployer.py).
fn says_that_nothing_changes(reason: Option<&str>) -> bool {
    let words = [
        "The submitted information didn't contain changes.",
        "No updates are to be performed",
    ];
    reason.is_some_and(|reason| words.iter().any(|it| reason.contains(it)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(status: StackStatus) -> Option<State> {
        let described = Described {
            status,
            reason: None,
            parameters: BTreeMap::new(),
        };
        described.state("stack")
    }

    #[test]
    fn each_status_says_what_can_be_done() {
        use StackStatus as Is;
        assert_eq!(state(Is::ReviewInProgress), None);
        for stands in [
            Is::CreateComplete,
            Is::UpdateComplete,
            Is::UpdateRollbackComplete,
        ] {
            assert_eq!(state(stands), Some(State::Stands));
        }
        assert!(matches!(
            state(Is::RollbackComplete),
            Some(State::Failed(_))
        ));
        for busy in [
            Is::CreateInProgress,
            Is::UpdateInProgress,
            Is::DeleteInProgress,
            Is::RollbackInProgress,
        ] {
            assert!(matches!(state(busy), Some(State::Busy(_))));
        }
        for stuck in [
            Is::DeleteFailed,
            Is::UpdateRollbackFailed,
            Is::RollbackFailed,
        ] {
            assert!(matches!(state(stuck), Some(State::Stuck(_))));
        }
    }

    #[test]
    fn more_than_the_role_is_strange() {
        let change = |kind: &str, id: &str| {
            ResourceChange::builder()
                .resource_type(kind)
                .logical_resource_id(id)
                .build()
        };
        assert!(!is_strange(&change("AWS::IAM::Role", RESOURCE)));
        assert!(is_strange(&change("AWS::IAM::Role", "Admin")));
        assert!(is_strange(&change("AWS::S3::Bucket", RESOURCE)));
    }
}
