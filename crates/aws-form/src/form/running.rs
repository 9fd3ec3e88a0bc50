//! Operations with the stack, from their beginning to their end.

use engine::Failure;
use fleet::report::Ended;
use stacks::{Begun, Described, Kind, Stack, Standing, Wait};

use super::Form;
use crate::operation::{Draft, End, OnProgress, Progress};

/// How an operation was left.
struct Watched {
    /// The stack, as it was seen last.
    now: Option<Described>,
    /// [`Ended::Complete`] where the operation is over.
    ended: Ended,
}

impl Form {
    /// Does what the change set says, and waits for the end. Where it does not begin, the change set is taken back.
    ///
    /// # Errors
    /// Where it has begun, and CloudFormation does not say any more how it goes.
    pub async fn execute(
        &self,
        draft: &Draft,
        before: Option<&Described>,
        wait: &Wait,
        on_progress: OnProgress<'_>,
    ) -> Result<End, Failure> {
        let begun = self.stack.begin(&draft.token, draft.is_first, wait).await;
        if let Some(end) = not_begun(begun, wait) {
            return Ok(end);
        }
        let all = draft.changes.len() as u64;
        // What still looks as before has not begun.
        let before = before.filter(|_| draft.kind == Kind::Update);
        let is_over = |now: &Described| match now.standing() {
            Standing::Busy | Standing::Review => false,
            _ => before.is_none_or(|it| !now.is_as(it)),
        };
        let is_over = |now: Option<&Described>| now.is_none_or(is_over);
        let watched = watch(&self.stack, all, wait, on_progress, is_over).await?;
        let is_well = watched.now.as_ref().is_some_and(Described::ended_well);
        Ok(concluded(&self.stack, watched, is_well).await)
    }

    /// Takes the stack down, and waits for the end.
    ///
    /// # Errors
    /// Where it has begun, and CloudFormation does not say any more how it goes.
    pub async fn remove(
        &self,
        now: &Described,
        wait: &Wait,
        on_progress: OnProgress<'_>,
    ) -> Result<End, Failure> {
        let resources = wait.within(self.resources()).await;
        let all = resources.map_or(0, |it| it.map_or(0, |it| it.len() as u64));
        // By its ARN, which it answers to once it is gone, too: another one of that name stays.
        let stack = self.stack.called(&now.id);
        let begun = stack.begin_deletion(now, wait).await;
        if let Some(end) = not_begun(begun, wait) {
            return Ok(end);
        }
        let is_over =
            |now: Option<&Described>| now.is_none_or(|it| it.status.as_str() == "DELETE_FAILED");
        let watched = watch(&stack, all, wait, on_progress, is_over).await?;
        let is_well = watched.now.is_none();
        Ok(concluded(&stack, watched, is_well).await)
    }
}

fn not_begun(begun: Begun, wait: &Wait) -> Option<End> {
    match begun {
        Begun::Yes => None,
        Begun::No(failure) => Some(End::NotBegun(failure)),
        Begun::Unknown(failure) => Some(End::Unknown {
            failure,
            ended: wait.over().unwrap_or(Ended::Complete),
        }),
    }
}

async fn watch(
    stack: &Stack,
    all: u64,
    wait: &Wait,
    on_progress: OnProgress<'_>,
    is_over: impl Fn(Option<&Described>) -> bool,
) -> Result<Watched, Failure> {
    let begun = wait.now();
    let mut last = None;
    loop {
        let look = async {
            let now = stack.describe().await?;
            if !is_over(now.as_ref()) {
                let operation = stack.last_operation().await.unwrap_or_default();
                let done = operation.done().min(all);
                on_progress(Progress::Resources { done, all });
            }
            Ok(now)
        };
        match wait.within(look).await {
            Ok(Ok(now)) if is_over(now.as_ref()) => {
                let ended = Ended::Complete;
                return Ok(Watched { now, ended });
            }
            Ok(Ok(now)) => last = now,
            // The operation goes on whether somebody looks or not.
            Ok(Err::<_, Failure>(failure)) if failure.is_transient() => {}
            Ok(Err(failure)) => return Err(failure),
            Err(ended) => return Ok(Watched { now: last, ended }),
        }
        if let Some(ended) = wait.pause(begun).await {
            return Ok(Watched { now: last, ended });
        }
    }
}

async fn concluded(stack: &Stack, watched: Watched, is_well: bool) -> End {
    let Watched { now, ended } = watched;
    if ended != Ended::Complete {
        return End::GoesOn { now, ended };
    }
    if is_well {
        return End::Done(now);
    }
    let operation = stack.last_operation().await.unwrap_or_default();
    End::Failed {
        failures: operation.failures(),
        now,
    }
}
