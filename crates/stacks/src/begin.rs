//! Requests that change something, whose answer may be lost or be that of another try: CloudFormation is asked what came of
//! them.
//!
//! The SDK sends a request again whose answer was lost, and CloudFormation refuses the second one because of the first: so
//! not even a refusal says that nothing was begun.

use std::time::Duration;

use engine::{Failure, clock};

use crate::described::{Described, Standing};
use crate::stack::Stack;
use crate::wait::Wait;

/// How long taking back what was only prepared may last: long enough for three requests and their second tries, and no
/// longer than somebody who has pressed Ctrl-C waits.
const WITHDRAWAL: Duration = Duration::from_secs(20);

/// Whether an operation has begun.
#[derive(Clone, Debug)]
pub enum Begun {
    /// It has.
    Yes,
    /// It has not, for this reason.
    No(Failure),
    /// CloudFormation has answered neither the request nor the question what came of it.
    Unknown(Failure),
}

impl Stack {
    /// Executes a change set; where that has not begun, [`Stack::withdraw`]s it, so that it cannot begin any more.
    pub async fn begin(&self, token: &str, is_first: bool, wait: &Wait) -> Begun {
        let failure = match wait.finish(self.execute(token)).await {
            Ok(Ok(())) => return Begun::Yes,
            Ok(Err(failure)) => failure,
            Err(_) => unanswered("ExecuteChangeSet"),
        };
        let was_begun = async || self.was_begun(token).await;
        match asked(wait, was_begun).await {
            Ok(true) => return Begun::Yes,
            Ok(false) => {}
            Err(silence) => return Begun::Unknown(neither(&failure, &silence)),
        }
        match self.withdraw(token, is_first).await {
            Ok(()) => Begun::No(failure),
            // A request that came late may have begun it meanwhile.
            Err(left) => match asked(wait, was_begun).await {
                Ok(true) => Begun::Yes,
                Ok(false) => Begun::No(with_remains(&failure, &left)),
                Err(silence) => Begun::Unknown(neither(&failure, &silence)),
            },
        }
    }

    /// Deletes the stack, which was like that before.
    pub async fn begin_deletion(&self, before: &Described, wait: &Wait) -> Begun {
        let failure = match wait.finish(self.delete()).await {
            Ok(Ok(())) => return Begun::Yes,
            Ok(Err(failure)) => failure,
            Err(_) => unanswered("DeleteStack"),
        };
        match asked(wait, async || self.describe().await).await {
            Ok(Some(now)) if now.is_as(before) && !failure.is_unanswered() => Begun::No(failure),
            // Nothing takes back a request that is still under way.
            Ok(Some(now)) if now.is_as(before) => Begun::Unknown(late(&failure, &now)),
            Ok(_) => Begun::Yes,
            Err(silence) => Begun::Unknown(neither(&failure, &silence)),
        }
    }

    /// Takes a change set back, and, where `is_first` says that there was no stack before, the empty stack too: one that still
    /// waits for its first change set, because nobody has deployed it meanwhile. The change sets of others go with a stack:
    /// where there are any, somebody else is about to deploy it for the first time, and the stack stays.
    ///
    /// # Errors
    /// Where it stays, or may stay. It changes nothing then.
    pub async fn withdraw(&self, token: &str, is_first: bool) -> Result<(), Failure> {
        let withdrawn = async {
            self.drop_change_set(token).await?;
            if !is_first {
                return Ok(());
            }
            let waits = |now: &Described| now.standing() == Standing::Review;
            match self.describe().await?.filter(waits) {
                Some(now) if self.change_sets(&now.id).await?.is_empty() => {
                    self.called(&now.id).delete().await
                }
                _ => Ok(()),
            }
        };
        tokio::select! {
            biased;
            withdrawn = withdrawn => withdrawn,
            () = clock::sleep(WITHDRAWAL) => Err(unanswered("DeleteChangeSet")),
        }
    }
}

/// What CloudFormation says, once it does: a network that is away for a moment may come back.
async fn asked<T>(wait: &Wait, ask: impl AsyncFn() -> Result<T, Failure>) -> Result<T, Failure> {
    let begun = wait.now();
    loop {
        let silence = match wait.finish(ask()).await {
            Ok(Err(failure)) if failure.is_transient() => failure,
            Ok(answer) => return answer,
            Err(_) => Failure::unclear("no answer in time"),
        };
        if wait.pause(begun).await.is_some() {
            return Err(silence);
        }
    }
}

/// Nothing came back from a call, such as `DeleteStack`, by when it was waited for.
#[must_use]
pub fn unanswered(call: &str) -> Failure {
    Failure::unclear(format!("cloudformation:{call}: no answer in time"))
}

fn neither(failure: &Failure, silence: &Failure) -> Failure {
    Failure::unclear(format!(
        "{failure}; and whether it has begun all the same could not be found out: {silence}"
    ))
}

/// A failure that leaves a change set behind.
#[must_use]
pub fn with_remains(failure: &Failure, left: &Failure) -> Failure {
    let text = format!(
        "{failure}; a change set that was not executed may stay, which changes nothing ({left})"
    );
    failure.clone().saying(text)
}

fn late(failure: &Failure, now: &Described) -> Failure {
    Failure::unclear(format!(
        "{failure}; the stack is still {}, and may go yet if the request has arrived",
        now.status.as_str()
    ))
}
