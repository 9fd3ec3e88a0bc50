//! One execution at a time changes AWS: who holds the lease object, until it expires.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error::StepError;
use crate::function::Function;
use crate::store::Store;

/// Where it lies.
const KEY: &str = "state/lease.json";

/// Longer than a pass and the longest wait after it: each pass renews it.
const LASTS: Duration = Duration::from_secs(30 * 60);

/// Who may change AWS, and for how long.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Lease {
    holder: String,
    until: Timestamp,
}

/// Takes the lease, or renews it; says whether the execution has it now.
///
/// # Errors
/// Where the bucket does not tell.
pub async fn take(store: &Store, execution: &str, now: Timestamp) -> Result<bool, StepError> {
    let mine = Lease {
        holder: execution.to_owned(),
        until: now.saturating_add(LASTS).unwrap_or(Timestamp::MAX),
    };
    // Passes of one execution renew it at one time: whoever was second looks again.
    for _ in 0..5 {
        let taken = match store.read::<Lease>(KEY).await? {
            None => store.write_new(KEY, &mine).await?,
            Some(lease) if lease.value.holder != execution && lease.value.until > now => {
                return Ok(false);
            }
            Some(lease) => store.replace(KEY, &mine, &lease.mark).await?,
        };
        if taken {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether this execution still has it, renewed for another pass. One that it has lost may not be
/// taken back: somebody else has changed AWS since.
///
/// # Errors
/// Where the bucket does not tell.
pub async fn renew(store: &Store, execution: &str, now: Timestamp) -> Result<bool, StepError> {
    match store.read::<Lease>(KEY).await? {
        Some(lease) if lease.value.holder == execution => take(store, execution, now).await,
        _ => Ok(false),
    }
}

/// Whether this execution has its turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Turn {
    /// Where it is lost, the passes notice it.
    held: bool,
}

/// Renews the lease between passes.
///
/// # Errors
/// Where the bucket does not tell.
pub async fn keep(function: &Function, execution: &str) -> Result<Turn, StepError> {
    let now = function.ground.clock.timestamp();
    let held = renew(&function.store, execution, now).await?;
    Ok(Turn { held })
}

/// Gives the lease back, if the execution has it.
///
/// # Errors
/// Where the bucket does not take it.
pub async fn release(store: &Store, execution: &str) -> Result<(), StepError> {
    let Some(lease) = store.read::<Lease>(KEY).await? else {
        return Ok(());
    };
    if lease.value.holder == execution {
        let over = Lease {
            until: Timestamp::UNIX_EPOCH,
            ..lease.value
        };
        store.replace(KEY, &over, &lease.mark).await?;
    }
    Ok(())
}
