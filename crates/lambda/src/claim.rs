//! Once: events are delivered at least once, and the first execution of an event claims it.

use serde::{Deserialize, Serialize};

use crate::error::StepError;
use crate::store::Store;

#[derive(Serialize, Deserialize)]
struct Claim {
    execution: String,
}

/// Where the claim of an event lies: of that version of a list, on that occasion.
#[must_use]
pub fn place(key: &str, version: &str, occasion: &str) -> String {
    format!("state/claims/{key}/{version}/{occasion}.json")
}

/// Claims an event for an execution; who else has it, where it does not have it now or since before.
///
/// # Errors
/// Where the bucket does not tell.
pub async fn claim(
    store: &Store,
    place: &str,
    execution: &str,
) -> Result<Option<String>, StepError> {
    let mine = Claim {
        execution: execution.to_owned(),
    };
    if store.write_new(place, &mine).await? {
        return Ok(None);
    }
    let claim = store.read::<Claim>(place).await?;
    let holder = claim.map_or_else(|| "another".to_owned(), |claim| claim.value.execution);
    Ok((holder != execution).then(|| name(&holder)))
}

/// What can be the name of an execution (Step Functions API reference, StartExecution), for people to
/// read.
fn name(text: &str) -> String {
    let fits = |c: &char| c.is_ascii_alphanumeric() || "-_.".contains(*c);
    text.chars().filter(fits).take(80).collect()
}
