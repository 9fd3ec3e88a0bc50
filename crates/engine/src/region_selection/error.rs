//! Why there are no Regions to work in.

use std::sync::Arc;

use fleet::account::Region;
use fleet::region_table::Partition;

/// Why there are no Regions to work in. Nothing has been changed then.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegionError {
    /// A name that AWS does not have.
    #[error("there is no Region {name:?}{}", suggestion.as_ref().map(|name| format!(": did you mean {name}?")).unwrap_or_default())]
    Unknown {
        /// What was typed.
        name: String,
        /// What may have been meant.
        suggestion: Option<&'static str>,
    },
    /// A Region of another part of AWS, with accounts of its own.
    #[error(
        "{name} is a Region of the partition {theirs}, and these credentials are of {ours}: a run works in one partition; use credentials of an account there"
    )]
    AnotherPartition {
        /// The Region.
        name: String,
        /// Its partition.
        theirs: &'static str,
        /// The credentials' partition.
        ours: Partition,
    },
    /// A Region that is not on.
    #[error(
        "{0} is not switched on in the administrator account: switch it on in its account settings, or leave it out"
    )]
    Off(Region),
    /// Nothing is left.
    #[error(
        "no Region is left to work in: the selection excludes every Region that is on and has Detective"
    )]
    None,
    /// AWS could not be asked.
    #[error("cannot ask which Regions are on (account:ListRegions): {0}")]
    Unanswered(Arc<str>),
}
