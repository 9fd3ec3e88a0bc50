//! What is read of a report or a status of earlier days: less than is in it, so that a year is read
//! in seconds, and whatever later versions add does not matter.

use jiff::Timestamp;
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::account::{AccountId, Email, GraphArn, Region};
use crate::foreign::visible;
use crate::label::Labels;
use crate::member::MemberStatus;
use crate::origin::Origin;
use crate::report::{Done, Standing};

/// What tells documents apart and puts them in order.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Head {
    /// The version of the document.
    pub version: u32,
    /// `run`, `status`, and others.
    pub kind: String,
    /// Told apart from every other run.
    pub run_id: String,
    /// When the run began.
    pub started: Timestamp,
    /// When the run ended.
    #[serde(default)]
    pub finished: Option<Timestamp>,
}

impl Head {
    /// Whether it says how memberships were: a plan or a check does not.
    #[must_use]
    pub fn tells(&self) -> bool {
        matches!(self.kind.as_str(), "run" | "status")
    }
}

/// A report or a status.
#[derive(Clone, Debug, Deserialize)]
pub struct Past {
    /// `enable`, `disable` or `status`.
    pub operation: String,
    /// Told apart from every other run.
    pub run_id: String,
    /// The account that owns the behavior graphs.
    pub administrator: AccountId,
    /// When the run began.
    pub started: Timestamp,
    /// When the run ended; a status has no such time.
    #[serde(default)]
    pub finished: Option<Timestamp>,
    /// How the run ended.
    #[serde(default)]
    pub ended: Option<String>,
    /// What ended the run for every Region at once.
    #[serde(default)]
    pub error: Option<String>,
    /// What the list says of its accounts.
    #[serde(default)]
    pub labels: Labels,
    /// Only memberships that stood so are in it.
    #[serde(default)]
    pub only: Vec<Standing>,
    /// Each Region.
    pub regions: Vec<PastRegion>,
    /// Who made it, and by which list.
    #[serde(flatten)]
    pub origin: Origin,
}

/// One Region.
#[derive(Clone, Debug, Deserialize)]
pub struct PastRegion {
    /// Its name.
    pub region: Region,
    /// The behavior graph, where there was one.
    #[serde(default)]
    pub graph_arn: Option<GraphArn>,
    /// Whether something is wrong with the Region as a whole.
    #[serde(default)]
    pub error: Option<IgnoredAny>,
    /// What the run changed in the Region itself.
    #[serde(default)]
    pub changes: Vec<String>,
    /// Its memberships.
    pub members: Vec<PastMember>,
}

/// One membership.
#[derive(Clone, Debug, Deserialize)]
pub struct PastMember {
    /// Whose.
    pub account_id: AccountId,
    /// Its status at the end.
    #[serde(default)]
    pub status: Option<MemberStatus>,
    /// Its status when the run began.
    #[serde(default)]
    pub before: Option<MemberStatus>,
    /// How it ended; a status has no outcome.
    #[serde(default)]
    pub outcome: Option<PastOutcome>,
    /// When its status last changed, as AWS said it.
    #[serde(default)]
    pub updated: Option<Timestamp>,
    /// When the run did what to it.
    #[serde(default)]
    pub done: Done,
}

/// How a membership ended, as far as that matters here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PastOutcome {
    /// It was as wanted already.
    Unchanged,
    /// It became a member, or is one again.
    #[serde(alias = "repaired")]
    Enabled,
    /// It is no member any more.
    Removed,
    /// It was not as wanted.
    Failed,
    /// It may never have been looked at: AWS was not finished, or flags left it out.
    #[serde(other)]
    Other,
}

impl Past {
    /// A document may have been written by anybody: what it says can be shown.
    pub(super) fn harmless(mut self) -> Self {
        let in_place = |text: &mut String| *text = Email::mask_in(text);
        // Journals name it, too.
        self.run_id = visible(&self.run_id);
        in_place(&mut self.operation);
        self.ended.iter_mut().for_each(in_place);
        self.error.iter_mut().for_each(in_place);
        for region in &mut self.regions {
            region.region = Region::new(&Email::mask_in(region.region.as_str()));
            let graph = region.graph_arn.take();
            region.graph_arn = graph.map(|arn| GraphArn::new(&Email::mask_in(arn.as_str())));
            region.changes.iter_mut().for_each(in_place);
            for member in &mut region.members {
                for status in [&mut member.status, &mut member.before] {
                    if let Some(MemberStatus::Other(name)) = status {
                        *name = Email::mask_in(name).into();
                    }
                }
            }
        }
        self.labels = self.labels.harmless();
        self.origin = self.origin.harmless();
        self
    }
}

impl PastMember {
    /// Whether its absence was seen, and not only its status not known.
    pub(super) fn was_looked_at(&self, region_failed: bool) -> bool {
        if self.status.is_some() || self.before.is_some() || !self.done.is_nothing() {
            return true;
        }
        match self.outcome {
            None => true,
            Some(PastOutcome::Unchanged | PastOutcome::Enabled | PastOutcome::Removed) => true,
            Some(PastOutcome::Failed) => !region_failed,
            Some(PastOutcome::Other) => false,
        }
    }
}
