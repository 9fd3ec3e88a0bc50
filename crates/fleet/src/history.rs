//! What happened to memberships and behavior graphs, told from the documents and journals of many runs.
//!
//! A report says what a run found and what it did; between two reports, AWS and people may have done
//! something, too. What no run here did is told as that: nothing is made up to fill a gap.

mod chapter;
mod filter;
mod journal;
mod past;
mod teller;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;

pub use chapter::{Chapter, Passage};
pub use filter::HistoryFilter;
pub use journal::{JournalLine, Journals};
pub use past::{Head, Past, PastMember, PastOutcome, PastRegion};
pub use teller::Teller;

use crate::account::{AccountId, GraphArn, Region};
use crate::event::Deed;
use crate::label::Labels;
use crate::member::MemberStatus;
use crate::origin::Origin;

/// What happened, the earliest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HistoryReport {
    /// [`crate::report::VERSION`].
    pub version: u32,
    /// `history`.
    pub kind: &'static str,
    /// Whose behavior graphs it is about.
    pub administrators: BTreeSet<AccountId>,
    /// The earliest and the latest time that a document or a journal speaks of.
    pub from: Option<Timestamp>,
    /// See [`HistoryReport::from`].
    pub until: Option<Timestamp>,
    /// How many things happened, and by whom.
    pub summary: HistorySummary,
    /// Each run that something is known of, the earliest first.
    pub runs: Vec<RunRecord>,
    /// What happened, the earliest first.
    pub changes: Vec<Change>,
    /// Files that could not be used.
    pub unreadable: Vec<Unreadable>,
    /// What is worth knowing and no failure.
    pub notes: Vec<String>,
    /// What the lists say of their accounts; the latest list counts.
    #[serde(skip_serializing_if = "Labels::is_empty")]
    pub labels: Labels,
    /// The program that told it.
    #[serde(flatten)]
    pub origin: Origin,
}

/// How many things happened, and by whom: the sum of the four is all of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct HistorySummary {
    /// Reports and statuses that were read, each run once.
    pub documents: u64,
    /// Accounts that they speak of.
    pub accounts: u64,
    /// Regions that they speak of.
    pub regions: u64,
    /// Changes by a run.
    pub by_run: u64,
    /// Changes that only AWS makes.
    pub by_aws: u64,
    /// Changes that no run did whose report or journal is here.
    pub elsewhere: u64,
    /// What was there already when it was first seen.
    pub first_seen: u64,
}

/// One run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RunRecord {
    /// Told apart from every other run.
    pub run_id: Arc<str>,
    /// `enable`, `disable` or `status`; `null` where only its journal is there.
    pub operation: Option<String>,
    /// Whose behavior graphs it worked on; `null` where only its journal is there.
    pub administrator: Option<AccountId>,
    /// When it began.
    pub started: Timestamp,
    /// When it ended; `null` where that is not known.
    pub finished: Option<Timestamp>,
    /// How it ended, as its report says; `null` without one: it was killed, or its report is missing.
    pub ended: Option<String>,
    /// What ended it for every Region at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// How many of the changes here are its own.
    pub changes: u64,
    /// Who made it, and by which list.
    #[serde(flatten)]
    pub origin: Origin,
}

/// Something that happened to one membership, or to one behavior graph.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// When, at the latest: the time of the deed where a run did it, what AWS says where it says so,
    /// otherwise when it was seen.
    pub at: Timestamp,
    /// When it had not happened yet, where the time is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Timestamp>,
    /// Where.
    pub region: Region,
    /// Whose membership; `null` for the behavior graph itself.
    pub account_id: Option<AccountId>,
    /// What the list calls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Arc<str>>,
    /// Who the list says is responsible for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<Arc<str>>,
    /// What happened.
    #[serde(flatten)]
    pub what: What,
    /// By whom.
    pub by: Author,
    /// The run that did it, or that saw it.
    pub run_id: Arc<str>,
    /// What AWS calls the requests that did it, as the journal has them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub request_ids: Vec<Arc<str>>,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum What {
    /// A membership went from one status to another; the same one where it was made anew.
    Membership {
        /// What it was; `null` where that is not known.
        from: Option<Standpoint>,
        /// What it became; `null` where that is not known.
        to: Option<Standpoint>,
        /// What the run did, in its order.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        deeds: Vec<Deed>,
    },
    /// A behavior graph was made or deleted, or another one is in its place: its data is gone then.
    Graph {
        /// What it was; `null` where there was none, or where that is not known.
        from: Option<GraphArn>,
        /// What it became; `null` where there is none.
        to: Option<GraphArn>,
    },
    /// Something about the behavior graph was changed, such as its tags.
    Settings {
        /// What, as the report has it.
        change: String,
    },
}

/// A membership as it is, or that there is none.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standpoint {
    /// The account is no member.
    NoMember,
    /// Its status.
    Member(MemberStatus),
}

impl From<Option<MemberStatus>> for Standpoint {
    fn from(status: Option<MemberStatus>) -> Self {
        status.map_or(Self::NoMember, Self::Member)
    }
}

impl Standpoint {
    /// As in JSON: AWS's name, or `NO_MEMBER`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::NoMember => "NO_MEMBER",
            Self::Member(status) => status.as_str(),
        }
    }
}

impl fmt::Display for Standpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoMember => f.write_str("no member"),
            Self::Member(status) => status.fmt(f),
        }
    }
}

impl Serialize for Standpoint {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// By whom something was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Author {
    /// By nobody whose report or journal is here.
    Elsewhere,
    /// By AWS: a verification ended, or AWS stopped or resumed taking data.
    Aws,
    /// By a run, as its report or its journal says.
    Run,
    /// Nobody knows: it was so when it was first seen.
    FirstSeen,
}

impl Author {
    /// As in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Aws => "aws",
            Self::Elsewhere => "elsewhere",
            Self::FirstSeen => "first_seen",
        }
    }
}

/// A file that could not be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unreadable {
    /// Its name.
    pub file: String,
    /// Why.
    pub why: String,
}
