//! How a rollout ended for one account.

use std::sync::Arc;

use fleet::report::Ended;

use super::Work;
use crate::cloudformation::AccountResult;
use crate::plan::{Stack, Status, Step};
use crate::report::Outcome;

/// How it ended for one account, by its stack as it is now.
pub(super) fn ended(
    step: &Step,
    stack: Option<&Stack>,
    seen: bool,
    work: &Work,
    result: Option<&AccountResult>,
) -> (Outcome, Option<Arc<str>>) {
    let is_current = stack.is_some_and(|it| it.status == Status::Current);
    let succeeded = result.is_some_and(|it| it.succeeded);
    let done = match step {
        Step::Blocked(reason) => return (Outcome::Failed, Some(reason.clone())),
        Step::Keep => return (Outcome::Unchanged, None),
        Step::Leave(reason) => return (Outcome::Unchanged, Some(reason.clone())),
        Step::Make => (is_current || succeeded && !seen).then_some(Outcome::Made),
        // It was CURRENT before, too, where the StackSet is what changes.
        Step::Update => (succeeded && (is_current || !seen)).then_some(Outcome::Updated),
        Step::Remove => (stack.is_none() || succeeded && !seen).then_some(Outcome::Removed),
    };
    if let Some(done) = done {
        return (done, None);
    }
    let is_over = result.is_some_and(|it| it.finished);
    if work.ended != Ended::Complete && !is_over {
        return (Outcome::Waiting, Some(waiting(work)));
    }
    if let Some(error) = &work.error {
        return (Outcome::Failed, Some(error.text.clone()));
    }
    let said = result.and_then(|it| it.reason.clone());
    let why = stack.map_or_else(|| said.clone(), |it| Some(lacking(it, said.clone())));
    let unsaid = || "CloudFormation gives no reason: look at the StackSet's operations".into();
    (Outcome::Failed, Some(why.unwrap_or_else(unsaid)))
}

fn waiting(work: &Work) -> Arc<str> {
    match &work.going {
        Some(operation) => {
            format!("operation {operation} goes on in AWS: run again to see how it ended").into()
        }
        None => "not begun before the run ended: run again".into(),
    }
}

/// What is wrong with a stack that is there.
pub(super) fn lacking(stack: &Stack, said: Option<Arc<str>>) -> Arc<str> {
    let why = said.or_else(|| stack.reason.clone());
    let status = stack.status.as_str();
    why.unwrap_or_else(|| {
        format!("its stack is {status}, and CloudFormation gives no reason: look at the stack in the account, and run `roles deploy` again").into()
    })
}
