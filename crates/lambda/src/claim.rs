//! Once: events are delivered at least once, and the first execution of an event claims it.

use serde::{Deserialize, Serialize};

use crate::error::StepError;
use crate::store::Store;

#[derive(Serialize, Deserialize)]
struct Claim {
    execution: String,
}

/// Claims an event for an execution; says whether it has it, now or since before.
///
/// # Errors
/// Where the bucket does not tell.
pub async fn claim(
    store: &Store,
    (key, version, trigger): (&str, &str, &str),
    execution: &str,
) -> Result<bool, StepError> {
    let place = format!("state/claims/{key}/{version}/{trigger}.json");
    let mine = Claim {
        execution: execution.to_owned(),
    };
    if store.write_new(&place, &mine).await? {
        return Ok(true);
    }
    let claim = store.read::<Claim>(&place).await?;
    Ok(claim.is_some_and(|claim| claim.value.execution == execution))
}
