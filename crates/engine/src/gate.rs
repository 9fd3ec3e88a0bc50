//! Whether a run may still change anything: asked before each change.

use std::fmt;
use std::time::Duration;

use futures_util::future::BoxFuture;

/// How old the answer may be that an acceptance goes by: there is one for each membership, so that
/// asking anew for each would cost more than accepting.
pub(crate) const SOON: Duration = Duration::from_secs(2);

/// Somebody who knows whether a run may still change anything.
pub trait Gate: fmt::Debug + Send + Sync {
    /// Asked before each change. An answer that was asked for up to `age` ago will do.
    ///
    /// # Errors
    /// Why not: the change is not made, and nothing new is started in any Region.
    fn ask(&self, age: Duration) -> BoxFuture<'_, Result<(), String>>;
}
