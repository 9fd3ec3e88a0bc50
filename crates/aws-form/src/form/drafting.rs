//! What would change, as CloudFormation says it: a change set, and how it is taken back.

use std::collections::BTreeMap;

use engine::Failure;
use stacks::{Described, Kind, Parameter, Prepared, Standing, Wait, Wanted, new_id, with_remains};

use super::Form;
use crate::operation::{Draft, Drafted};
use crate::template::Template;

impl Form {
    /// Has CloudFormation say what would change. Nothing is changed by that; but where there is no stack yet, there is an
    /// empty one that waits for its first change set. Whatever else comes of it, both are taken back.
    ///
    /// # Errors
    /// Where CloudFormation takes no such change set.
    pub async fn draft(
        &self,
        template: &Template,
        parameters: &BTreeMap<String, Parameter>,
        now: Option<&Described>,
        wait: &Wait,
    ) -> Result<Drafted, Failure> {
        let kind = match now.map(Described::standing) {
            None | Some(Standing::Review) => Kind::Create,
            _ => Kind::Update,
        };
        let mut draft = Draft {
            token: new_id(),
            kind,
            is_first: now.is_none(),
            changes: Vec::new(),
        };
        let wanted = Wanted {
            template: &template.body,
            parameters,
        };
        let drafted = self.drafted(&mut draft, &wanted, wait).await;
        if matches!(drafted, Ok(Drafted::Ready(_))) {
            return drafted;
        }
        match (self.withdraw(&draft).await, drafted) {
            (Err(left), Ok(Drafted::Over { ended, .. })) => Ok(Drafted::Over {
                ended,
                left: Some(left),
            }),
            (Err(left), Err(failure)) => Err(with_remains(&failure, &left)),
            // One that changes nothing is in nobody's way where it stays.
            (_, drafted) => drafted,
        }
    }

    async fn drafted(
        &self,
        draft: &mut Draft,
        wanted: &Wanted<'_>,
        wait: &Wait,
    ) -> Result<Drafted, Failure> {
        let prepared = self.stack.prepare(wanted, draft.kind, &draft.token, wait);
        match prepared.await? {
            Prepared::Ready(changes) => {
                draft.changes = changes;
                Ok(Drafted::Ready(draft.clone()))
            }
            Prepared::NothingToDo => Ok(Drafted::NothingToDo),
            Prepared::Refused(reason) => Err(Failure::unclear(format!("CloudFormation: {reason}"))),
            Prepared::Missing(lost) => {
                let gone = "CloudFormation: the change set is gone, and this command has not deleted it: run again";
                Err(lost.unwrap_or_else(|| Failure::unclear(gone)))
            }
            Prepared::Over(ended) => Ok(Drafted::Over { ended, left: None }),
        }
    }

    /// Takes the change set back, and with it a stack that is there for its sake alone.
    ///
    /// # Errors
    /// Where it stays, or may stay. It changes nothing then.
    pub async fn withdraw(&self, draft: &Draft) -> Result<(), Failure> {
        self.stack.withdraw(&draft.token, draft.is_first).await
    }
}
