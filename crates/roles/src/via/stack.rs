//! The stack in one member: what is special about it is that it has one role and nothing else.

use std::sync::Arc;

use aws_sdk_cloudformation::Client;
use engine::Failure;
use stacks::{
    Begun, Change, Described, Kind, Parameter, Prepared, Replacement, Stack, Standing, Wait, Wanted,
};

use super::plan::State;
use crate::definition::{Definition, TEMPLATE};
use crate::plan::Step;

/// The one resource of the template.
const RESOURCE: &str = "MemberRole";

/// The type of it.
const ROLE: &str = "AWS::IAM::Role";

/// The stack in one member.
#[derive(Clone, Debug)]
pub(super) struct MemberStack(Stack);

/// A change set, ready to be executed.
#[derive(Clone, Debug)]
pub(super) struct ChangeSet {
    pub(super) name: String,
    /// What it would change, for people.
    pub(super) changes: Vec<String>,
}

impl MemberStack {
    pub(super) fn new(client: Client, name: &str) -> Self {
        Self(Stack::new(client, name))
    }

    /// How it is; `None` where there is none.
    pub(super) async fn describe(&self) -> Result<Option<Described>, Failure> {
        self.0.describe().await
    }

    /// Its template, as it was handed in.
    pub(super) async fn template(&self) -> Result<String, Failure> {
        self.0.template().await
    }

    /// The stack of this Region that has the role.
    pub(super) async fn owner(&self, role_name: &str) -> Result<Option<String>, Failure> {
        self.0.owner(role_name, ROLE).await
    }

    /// What would change, by a change set that is called `token`; `None` where nothing would.
    ///
    /// # Errors
    /// Why there is no change set to be executed.
    pub(super) async fn prepare(
        &self,
        definition: &Definition,
        kind: Kind,
        token: &str,
        wait: &Wait,
    ) -> Result<Option<ChangeSet>, Arc<str>> {
        let parameters = definition.parameters().into_iter();
        let wanted = Wanted {
            template: TEMPLATE,
            parameters: &parameters
                .map(|(name, value)| (name, Parameter::Value(value)))
                .collect(),
        };
        let prepared = self.0.prepare(&wanted, kind, token, wait).await;
        match prepared.map_err(|failure| failure.text)? {
            Prepared::Ready(changes) => match changes.iter().find(|it| is_strange(it)) {
                Some(strange) => Err(
                    format!("its change set would do more than change the role ({}): look at the stack {} in the account", shown(strange), self.0.name()).into(),
                ),
                None => Ok(Some(ChangeSet {
                    name: token.to_owned(),
                    changes: changes.iter().map(shown).collect(),
                })),
            },
            Prepared::NothingToDo => Ok(None),
            Prepared::Refused(reason) => Err(reason),
            Prepared::Missing(_) => Err("its change set is gone: run again".into()),
            Prepared::Over(_) => Err(
                "CloudFormation had not made the change set when the run ended: run again".into(),
            ),
        }
    }

    /// Begins what the change set says.
    pub(super) async fn begin(&self, name: &str, kind: Kind, wait: &Wait) -> Begun {
        self.0.begin(name, kind == Kind::Create, wait).await
    }

    /// Takes a change set back, and with one that was to make the stack the empty stack.
    pub(super) async fn withdraw(&self, name: &str, kind: Kind) -> Result<(), Failure> {
        self.0.withdraw(name, kind == Kind::Create).await
    }

    /// Begins to delete the stack, where it is there.
    pub(super) async fn begin_deletion(&self, wait: &Wait) -> Result<Begun, Failure> {
        match self.describe().await? {
            Some(now) => Ok(self.0.begin_deletion(&now, wait).await),
            None => Ok(Begun::Yes),
        }
    }

    /// Why the last operation failed, where CloudFormation says so.
    pub(super) async fn why(&self) -> Option<Arc<str>> {
        let operation = self.0.last_operation().await.ok()?;
        let failures = operation.failures().into_iter();
        failures
            .filter(|it| it.resource == RESOURCE)
            .find_map(|it| it.reason)
    }
}

/// How far the stack is; nothing where there is only a change set for one.
pub(super) fn state(stack: &Described, name: &str) -> Option<State> {
    let status = stack.status.as_str();
    let said = stack.reason.as_deref().map(|it| format!(": {it}"));
    let said = said.unwrap_or_default();
    Some(match stack.standing() {
        Standing::Review => return None,
        Standing::Stands => State::Stands,
        Standing::NeverCame => State::Failed(format!("its stack {name} is {status}{said}").into()),
        Standing::Busy => State::Busy(
            format!("an operation with its stack {name} is under way ({status}): run again").into(),
        ),
        Standing::Stuck => State::Stuck(
            format!(
                "its stack {name} is {status}{said}: delete the stack in the account, and run again"
            )
            .into(),
        ),
    })
}

/// Whether the stack is to be made or to be changed.
pub(super) fn kind(step: &Step) -> Kind {
    match step {
        Step::Update => Kind::Update,
        _ => Kind::Create,
    }
}

/// Whether something else than the role would change.
fn is_strange(change: &Change) -> bool {
    change.kind != ROLE || change.resource != RESOURCE
}

/// A change, for people: what, and in which properties.
fn shown(change: &Change) -> String {
    let mut text = format!("{} {} ({})", change.action, change.resource, change.kind);
    if !change.properties.is_empty() {
        text.push_str(": ");
        text.push_str(&change.properties.join(", "));
    }
    if change.replacement == Replacement::Yes {
        text.push_str("; it is replaced by another");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_than_the_role_is_strange() {
        let change = |kind: &str, resource: &str| Change {
            action: "Modify".to_owned(),
            resource: resource.to_owned(),
            kind: kind.to_owned(),
            replacement: Replacement::No,
            properties: Vec::new(),
        };
        assert!(!is_strange(&change(ROLE, RESOURCE)));
        assert!(is_strange(&change(ROLE, "Admin")));
        assert!(is_strange(&change("AWS::S3::Bucket", RESOURCE)));
    }
}
