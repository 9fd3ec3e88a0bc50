//! How a run finds what it made: by a tag on it, and by a file on this machine.

use fleet::account::{AccountId, Region};
use serde::{Deserialize, Serialize};

/// The key of the tag that everything bears that conformance makes.
pub const TAG: &str = "detective-fleet-conformance";

/// What a run writes down before it changes anything, so that the next one can delete what this one
/// could not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// The value of the tag: no other run has it.
    pub run: String,
    /// Where the graph is.
    pub region: Region,
    /// Whose graph it is.
    pub administrator: AccountId,
    /// Who may be a member of it.
    pub member: Option<AccountId>,
}
