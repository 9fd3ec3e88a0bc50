//! The calls of CloudFormation for one stack.

use std::collections::BTreeMap;

use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::types::{
    Capability, ChangeSetStatus, ChangeSetType, Parameter as Given, TemplateStage,
};
use engine::Failure;

use crate::answer::{is, told, words};
use crate::change::{Change, Prepared, says_that_nothing_changes};
use crate::described::Described;
use crate::events::{Event, Operation};

/// One stack.
#[derive(Clone, Debug)]
pub struct Stack {
    client: Client,
    /// Its name, or its ARN.
    name: String,
}

/// How a stack is wanted.
#[derive(Clone, Debug)]
pub struct Wanted<'a> {
    /// The template: up to 51,200 bytes.
    pub template: &'a str,
    /// What it is given.
    pub parameters: &'a BTreeMap<String, Parameter>,
}

/// What a parameter of a template is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Parameter {
    /// This.
    Value(String),
    /// What the stack has now.
    Previous,
}

/// Whether a stack is to be made or to be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// There is none, or only change sets for one.
    Create,
    /// It stands.
    Update,
}

/// A resource that a stack has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// Its logical id in the template.
    pub logical: String,
    /// What AWS calls it: a name or an ARN, depending on its type.
    pub physical: String,
    /// Its type, such as `AWS::IAM::Role`.
    pub kind: String,
}

impl Stack {
    /// The stack with that name, or that ARN. Nothing is asked yet.
    #[must_use]
    pub fn new(client: Client, name: &str) -> Self {
        let name = name.to_owned();
        Self { client, name }
    }

    /// The same, by another name or by its ARN.
    #[must_use]
    pub fn called(&self, name: &str) -> Self {
        Self::new(self.client.clone(), name)
    }

    /// Its name, or its ARN.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// `cloudformation:DescribeStacks`. AWS has no error code of its own for a stack that is not there: the request is a
    /// good one, so that its ValidationError says that.
    ///
    /// # Errors
    /// Where CloudFormation does not say.
    pub async fn describe(&self) -> Result<Option<Described>, Failure> {
        let asked = self.client.describe_stacks().stack_name(&self.name).send();
        let output = match told("DescribeStacks", asked.await) {
            Err(failure) if is(&failure, "ValidationError") => return Ok(None),
            output => output?,
        };
        let stack = output.stacks.unwrap_or_default().into_iter().next();
        // A stack that is deleted answers to its ARN only.
        let stands = |it: &Described| it.status.as_str() != "DELETE_COMPLETE";
        Ok(stack.and_then(Described::of).filter(stands))
    }

    /// `cloudformation:GetTemplate`, as it was handed in.
    ///
    /// # Errors
    /// Where CloudFormation does not hand it out.
    pub async fn template(&self) -> Result<String, Failure> {
        let asked = self.client.get_template().stack_name(&self.name);
        let asked = asked.template_stage(TemplateStage::Original).send().await;
        Ok(told("GetTemplate", asked)?
            .template_body
            .unwrap_or_default())
    }

    /// `cloudformation:DescribeStackResources`: the stack of this Region that has a resource of that type. As with
    /// stacks, a ValidationError says that there is none.
    ///
    /// # Errors
    /// Where CloudFormation does not say.
    pub async fn owner(&self, physical: &str, kind: &str) -> Result<Option<String>, Failure> {
        let asked = self.client.describe_stack_resources();
        let asked = asked.physical_resource_id(physical).send().await;
        let output = match told("DescribeStackResources", asked) {
            Err(failure) if is(&failure, "ValidationError") => return Ok(None),
            output => output?,
        };
        let mut resources = output.stack_resources.unwrap_or_default().into_iter();
        let is_it = |it: &aws_sdk_cloudformation::types::StackResource| {
            it.physical_resource_id.as_deref() == Some(physical)
                && it.resource_type.as_deref() == Some(kind)
        };
        Ok(resources.find(is_it).and_then(|it| it.stack_name))
    }

    /// `cloudformation:ListStackResources`: those that are there.
    ///
    /// # Errors
    /// Where CloudFormation does not say.
    pub async fn resources(&self) -> Result<Vec<Resource>, Failure> {
        let asked = self.client.list_stack_resources().stack_name(&self.name);
        let mut pages = asked.into_paginator().send();
        let mut resources = Vec::new();
        while let Some(page) = pages.next().await {
            let page = told("ListStackResources", page)?;
            let there = page.stack_resource_summaries.unwrap_or_default();
            resources.extend(there.into_iter().filter_map(|it| {
                let status = it.resource_status.as_ref().map_or("", |it| it.as_str());
                (status != "DELETE_COMPLETE").then_some(Resource {
                    logical: it.logical_resource_id?,
                    physical: it.physical_resource_id?,
                    kind: it.resource_type?,
                })
            }));
        }
        Ok(resources)
    }

    /// `cloudformation:CreateChangeSet`; its name is `token`.
    ///
    /// # Errors
    /// Where CloudFormation takes no such change set.
    pub(crate) async fn make_change_set(
        &self,
        wanted: &Wanted<'_>,
        kind: Kind,
        token: &str,
    ) -> Result<(), Failure> {
        let kind = match kind {
            Kind::Create => ChangeSetType::Create,
            Kind::Update => ChangeSetType::Update,
        };
        let parameters = wanted.parameters.iter();
        let parameters = parameters.map(|(name, given)| {
            let it = Given::builder().parameter_key(name);
            match given {
                Parameter::Value(value) => it.parameter_value(value).build(),
                Parameter::Previous => it.use_previous_value(true).build(),
            }
        });
        let request = self
            .client
            .create_change_set()
            .stack_name(&self.name)
            .change_set_name(token)
            .change_set_type(kind)
            .client_token(token)
            .template_body(wanted.template)
            .set_parameters(Some(parameters.collect()))
            .capabilities(Capability::CapabilityNamedIam);
        match told("CreateChangeSet", request.send().await) {
            // A request of ours came through before, and its answer did not.
            Err(failure) if is(&failure, "AlreadyExists") => Ok(()),
            answer => answer.map(|_| ()),
        }
    }

    /// `cloudformation:DescribeChangeSet`: what became of it; `None` where CloudFormation is not finished.
    ///
    /// # Errors
    /// Where CloudFormation does not say.
    pub(crate) async fn change_set(&self, token: &str) -> Result<Option<Prepared>, Failure> {
        let asked = self.client.describe_change_set().stack_name(&self.name);
        let asked = asked.change_set_name(token);
        let mut output = match told("DescribeChangeSet", asked.clone().send().await) {
            Err(failure) if is_not_there(&failure) => return Ok(Some(Prepared::Missing(None))),
            output => output?,
        };
        let reason = words(output.status_reason.as_deref());
        match output.status {
            Some(ChangeSetStatus::CreateComplete) => {}
            Some(ChangeSetStatus::Failed) if says_that_nothing_changes(reason.as_deref()) => {
                return Ok(Some(Prepared::NothingToDo));
            }
            Some(ChangeSetStatus::Failed) => {
                return Ok(Some(Prepared::Refused(reason.unwrap_or_else(|| {
                    "CloudFormation could not make the change set, and gives no reason".into()
                }))));
            }
            _ => return Ok(None),
        }
        let mut changes = Vec::new();
        loop {
            let page = output.changes.take().unwrap_or_default().into_iter();
            changes.extend(page.filter_map(|it| it.resource_change).map(Change::of));
            let Some(next) = output.next_token.take() else {
                return Ok(Some(Prepared::Ready(changes)));
            };
            let next = asked.clone().next_token(next).send().await;
            output = told("DescribeChangeSet", next)?;
        }
    }

    /// `cloudformation:DescribeChangeSet`: whether what a change set says was begun. One that is being executed stays.
    ///
    /// # Errors
    /// Where CloudFormation does not say.
    pub(crate) async fn was_begun(&self, token: &str) -> Result<bool, Failure> {
        let asked = self.client.describe_change_set().stack_name(&self.name);
        let output = match told(
            "DescribeChangeSet",
            asked.change_set_name(token).send().await,
        ) {
            Err(failure) if is_not_there(&failure) => return Ok(false),
            output => output?,
        };
        let status = output.execution_status.as_ref().map(|it| it.as_str());
        Ok(status.is_some_and(|it| it.starts_with("EXECUTE_")))
    }

    /// `cloudformation:ExecuteChangeSet`
    ///
    /// # Errors
    /// Where CloudFormation does not begin.
    pub(crate) async fn execute(&self, token: &str) -> Result<(), Failure> {
        let request = self.client.execute_change_set().stack_name(&self.name);
        let request = request.change_set_name(token).client_request_token(token);
        told("ExecuteChangeSet", request.send().await).map(|_| ())
    }

    /// `cloudformation:DeleteChangeSet`; one that is not there is no error.
    ///
    /// # Errors
    /// Where it stays.
    pub(crate) async fn drop_change_set(&self, token: &str) -> Result<(), Failure> {
        let request = self.client.delete_change_set().stack_name(&self.name);
        let answer = request.change_set_name(token).send().await;
        match told("DeleteChangeSet", answer) {
            Err(failure) if is_not_there(&failure) => Ok(()),
            answer => answer.map(|_| ()),
        }
    }

    /// `cloudformation:ListChangeSets`: the names of those of the stack with that ARN which nobody has deleted.
    ///
    /// # Errors
    /// Where CloudFormation does not say.
    pub(crate) async fn change_sets(&self, id: &str) -> Result<Vec<String>, Failure> {
        let asked = self.client.list_change_sets().stack_name(&self.name);
        let mut pages = asked.into_paginator().send();
        let mut names = Vec::new();
        while let Some(page) = pages.next().await {
            let there = told("ListChangeSets", page)?.summaries.unwrap_or_default();
            names.extend(there.into_iter().filter_map(|it| {
                let status = it.status.as_ref().map_or("", |it| it.as_str());
                let is_there = it.stack_id.as_deref() == Some(id) && !status.starts_with("DELETE_");
                it.change_set_name.filter(|_| is_there)
            }));
        }
        Ok(names)
    }

    /// `cloudformation:DeleteStack`
    ///
    /// # Errors
    /// Where CloudFormation does not begin.
    pub(crate) async fn delete(&self) -> Result<(), Failure> {
        let request = self.client.delete_stack().stack_name(&self.name);
        told("DeleteStack", request.send().await).map(|_| ())
    }

    /// `cloudformation:DescribeStackEvents`: what happened since the last operation began.
    ///
    /// # Errors
    /// Where CloudFormation does not say.
    pub async fn last_operation(&self) -> Result<Operation, Failure> {
        let asked = self.client.describe_stack_events().stack_name(&self.name);
        let mut events = Vec::new();
        let mut output = told("DescribeStackEvents", asked.clone().send().await)?;
        loop {
            // The newest come first.
            for event in output.stack_events.take().unwrap_or_default() {
                let event = Event::of(event);
                let begins = event.begins();
                events.push(event);
                if begins {
                    events.reverse();
                    return Ok(Operation(events));
                }
            }
            let Some(next) = output.next_token.take() else {
                events.reverse();
                return Ok(Operation(events));
            };
            let next = asked.clone().next_token(next).send().await;
            output = told("DescribeStackEvents", next)?;
        }
    }
}

/// Whether there is no such change set, or no such stack: the requests are good ones, so that a ValidationError says that.
fn is_not_there(failure: &Failure) -> bool {
    is(failure, "ChangeSetNotFound") || is(failure, "ValidationError")
}
