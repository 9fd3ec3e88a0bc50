//! One execution at a time changes AWS: who holds the lease object, until it expires.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error::StepError;
use crate::function::Function;
use crate::store::{Read, Store};

/// Where it lies.
pub(crate) const KEY: &str = "state/lease.json";

/// Longer than a pass and the longest wait after it: each pass renews it. Whatever a lease says, it is
/// not believed for longer than that after it was written.
const LASTS: Duration = Duration::from_secs(30 * 60);

/// Who may change AWS, and for how long.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Lease {
    holder: String,
    until: Timestamp,
}

impl Lease {
    fn of(execution: &str, now: Timestamp) -> Self {
        Self {
            holder: execution.to_owned(),
            until: now.saturating_add(LASTS).unwrap_or(Timestamp::MAX),
        }
    }
}

impl Read<Lease> {
    /// Whether somebody has his turn by it.
    fn holds(&self, now: Timestamp) -> bool {
        let believed = self.written.saturating_add(LASTS);
        self.value.until.min(believed.unwrap_or(Timestamp::MAX)) > now
    }
}

/// Takes the lease, or renews it; says whether the execution has it now.
///
/// # Errors
/// Where the bucket does not tell.
pub async fn take(store: &Store, execution: &str, now: Timestamp) -> Result<bool, StepError> {
    let free = |lease: Option<&Read<Lease>>| {
        lease.is_none_or(|lease| lease.value.holder == execution || !lease.holds(now))
    };
    write(store, Lease::of(execution, now), free).await
}

/// Whether this execution still has it, renewed for another pass. One that it has lost may not be
/// taken back: somebody else has changed AWS since.
///
/// # Errors
/// Where the bucket does not tell.
pub async fn renew(store: &Store, execution: &str, now: Timestamp) -> Result<bool, StepError> {
    let mine = |lease: Option<&Read<Lease>>| lease.is_some_and(|it| it.value.holder == execution);
    write(store, Lease::of(execution, now), mine).await
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
    let now = function.platform.clock.timestamp();
    let held = renew(&function.store, execution, now).await?;
    Ok(Turn { held })
}

/// Gives the lease back, if the execution has it.
///
/// # Errors
/// Where the bucket does not take it.
pub async fn release(store: &Store, execution: &str) -> Result<(), StepError> {
    let mine = |lease: Option<&Read<Lease>>| lease.is_some_and(|it| it.value.holder == execution);
    let over = Lease {
        holder: execution.to_owned(),
        until: Timestamp::UNIX_EPOCH,
    };
    write(store, over, mine).await.map(|_| ())
}

/// Writes the lease where that may be; says whether it was. Passes of one execution do so at one time:
/// whoever was second looks again.
async fn write(
    store: &Store,
    lease: Lease,
    may: impl Fn(Option<&Read<Lease>>) -> bool,
) -> Result<bool, StepError> {
    for _ in 0..5 {
        let there = store.read::<Lease>(KEY).await?;
        if !may(there.as_ref()) {
            return Ok(false);
        }
        let written = match there {
            None => store.write_new(KEY, &lease).await?,
            Some(there) => store.replace(KEY, &lease, &there.mark).await?,
        };
        if written {
            return Ok(true);
        }
    }
    Ok(false)
}
