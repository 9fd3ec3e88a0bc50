//! The report: JSON version 1, a fold of the events.

mod alike;
mod checked;
mod email;
mod headcount;
mod now;
mod number;
mod organization;
mod planned;
mod recorder;
mod selection;
#[cfg(test)]
mod tests;
mod why;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use alike::{
    Trouble, name_regions, name_regions_in, places, region_troubles, region_troubles_in, troubles,
};
pub use checked::{CheckReport, CheckSummary};
pub use headcount::{Aim, Counted, Headcount, Reached};
pub use now::{Graphs, MemberNow, RegionNow, StatusReport, StatusSummary};
pub use number::{counted, number};
pub use planned::{Action, MemberPlan, PlanReport, PlanSummary, RegionPlan};
pub use recorder::{Record, Recorder};
pub use selection::{Selection, Standing};
pub use why::Why;

use crate::account::{AccountId, GraphArn, Region};
use crate::cause::Cause;
use crate::event::Deed;
use crate::label::Labels;
use crate::language::Language;
use crate::member::{MemberStatus, Since};
use crate::moment::Moment;
use crate::origin::Origin;
use crate::roster::BadLine;

/// The version of every document in this module. Fields and values are added without a new one.
pub const VERSION: u32 = 1;

/// What every document says of the run that made it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// [`VERSION`].
    pub version: u32,
    /// `run`, `plan`, `status` or `check`.
    pub kind: String,
    /// `enable` or `disable`; otherwise as `kind`.
    pub operation: String,
    /// Told apart from every other run.
    pub run_id: String,
    /// The account that owns the behavior graphs.
    pub administrator: AccountId,
    /// When the run began.
    pub started: Timestamp,
    /// Lines of the roster that could not be used.
    pub invalid_lines: Vec<InvalidLine>,
    /// What is worth knowing and no failure.
    pub notes: Vec<String>,
    /// What the list says of its accounts, by id.
    #[serde(default, skip_serializing_if = "Labels::is_empty")]
    pub labels: Labels,
    /// Who made it, and by which list.
    #[serde(flatten)]
    pub origin: Origin,
}

impl Header {
    /// How many lines of the list could not be used, as a sentence; none where all could be.
    #[must_use]
    pub(crate) fn bad_lines(&self, language: Language) -> Option<String> {
        match (self.invalid_lines.len() as u64, language) {
            (0, _) => None,
            (1, Language::English) => Some("1 line of the list cannot be used.".to_owned()),
            (n, Language::English) => {
                Some(format!("{} lines of the list cannot be used.", number(n)))
            }
            (n, Language::Japanese) => {
                Some(format!("一覧に、使えない行が {} 行あります。", number(n)))
            }
        }
    }
}

/// A line of the roster that could not be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvalidLine {
    /// Its number, from 1.
    pub line: u64,
    /// What is wrong, and what to do.
    pub reason: String,
}

impl From<&BadLine> for InvalidLine {
    fn from(bad: &BadLine) -> Self {
        Self {
            line: bad.line,
            reason: bad.reason.clone(),
        }
    }
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// Nothing was left to do.
    Complete,
    /// Its time was over.
    Timeout,
    /// A signal ended it.
    Interrupted,
    /// A newer roster took over.
    Superseded,
}

/// What a run came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Who, what and when.
    #[serde(flatten)]
    pub header: Header,
    /// When the run ended.
    pub finished: Timestamp,
    /// How it ended.
    pub ended: Ended,
    /// Nothing waits for AWS any more.
    pub settled: bool,
    /// What ended the run for every Region at once, such as credentials that expired.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Totals over all memberships.
    pub summary: Summary,
    /// Each Region, by name.
    pub regions: Vec<RegionReport>,
    /// How many requests were sent, by `service:Operation`.
    pub calls: BTreeMap<String, u64>,
}

/// Totals over all memberships: every one is counted in exactly one outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// All of them.
    pub memberships: u64,
    /// Those whose status is ENABLED at the end, changed or not.
    pub enabled: u64,
    /// Those that this run changed.
    pub changed: u64,
    /// Those that this run removed.
    #[serde(default)]
    pub removed: u64,
    /// Those that AWS is not finished with.
    pub waiting: u64,
    /// Those that are not as wanted.
    pub failed: u64,
    /// Those that flags or `expected` left out.
    pub skipped: u64,
}

/// How a Region ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RegionState {
    /// Nothing is left to do there.
    Settled,
    /// AWS is not finished with something.
    Waiting,
    /// Something in it needs action, and something is as wanted or waits.
    Partial,
    /// The Region failed as a whole, or nothing in it was reached.
    Failed,
    /// Nothing was wanted there.
    Skipped,
}

/// One Region.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegionReport {
    /// Its name.
    pub region: Region,
    /// The behavior graph, where there is one.
    pub graph_arn: Option<GraphArn>,
    /// How it ended.
    pub state: RegionState,
    /// Why the Region as a whole failed, and what to do.
    pub error: Option<Arc<str>>,
    /// The same as data.
    #[serde(flatten)]
    pub why: Why,
    /// What this run changed in the Region itself.
    pub changes: Vec<String>,
    /// What is not as wanted about the behavior graph itself, such as its tags, with what to do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub amiss: Vec<Arc<str>>,
    /// The same as data.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub amiss_causes: Vec<Cause>,
    /// When this run had nothing left to do there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished: Option<Timestamp>,
    /// Its memberships, by account id.
    pub members: Vec<MemberReport>,
}

/// How a membership ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It is ENABLED, and was not before.
    Enabled,
    /// It was as wanted already.
    Unchanged,
    /// A failed entry was replaced, and it is ENABLED now.
    Repaired,
    /// It is no member any more.
    Removed,
    /// AWS is not finished.
    Waiting,
    /// It is not as wanted.
    Failed,
    /// Flags or `expected` left it out.
    Skipped,
}

impl Outcome {
    fn reached(self) -> Reached {
        match self {
            Self::Enabled | Self::Unchanged | Self::Repaired | Self::Removed => Reached::AsWanted,
            Self::Waiting => Reached::Waiting,
            Self::Failed => Reached::NeedsAction,
            Self::Skipped => Reached::LeftOut,
        }
    }
}

/// One membership.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberReport {
    /// Whose.
    pub account_id: AccountId,
    /// What the list calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Arc<str>>,
    /// Who the list says is responsible for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Arc<str>>,
    /// Its status as last seen; `null` for no member.
    pub status: Option<MemberStatus>,
    /// Its status when the run began.
    pub before: Option<MemberStatus>,
    /// How it ended.
    pub outcome: Outcome,
    /// Why it is not as wanted, and what to do.
    pub reason: Option<Arc<str>>,
    /// The same as data.
    #[serde(flatten)]
    pub why: Why,
    /// Since when its status is what it was last seen to be, as AWS says it.
    #[serde(default, flatten)]
    pub since: Since,
    /// When this run did what to it; left out where it did nothing.
    #[serde(default, skip_serializing_if = "Done::is_nothing")]
    pub done: Done,
}

impl MemberReport {
    /// Why it is not as wanted, where it says so.
    #[must_use]
    pub fn cause(&self) -> Option<Cause> {
        self.why.cause_or(self.reason.as_deref())
    }
}

impl RegionReport {
    /// Why the Region as a whole failed.
    #[must_use]
    pub fn cause(&self) -> Option<Cause> {
        self.why.cause_or(self.error.as_deref())
    }

    /// What is not as wanted about the behavior graph itself.
    #[must_use]
    pub fn causes_amiss(&self) -> Vec<Cause> {
        if self.amiss_causes.is_empty() {
            self.amiss.iter().map(|it| Cause::other(it)).collect()
        } else {
            self.amiss_causes.clone()
        }
    }
}

/// When a run did what to a membership, the last time of each, to the millisecond.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Done {
    /// DeleteMembers, or DeleteGraph with everybody in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub removed: Option<Moment>,
    /// CreateMembers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invited: Option<Moment>,
    /// AcceptInvitation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accepted: Option<Moment>,
    /// StartMonitoringMember.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started: Option<Moment>,
}

impl Done {
    /// Whether the run did nothing to the membership.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// Each deed with its time, the earliest first.
    #[must_use]
    pub fn in_order(&self) -> Vec<(Deed, Timestamp)> {
        let deeds = [
            (Deed::Removed, self.removed),
            (Deed::Invited, self.invited),
            (Deed::Accepted, self.accepted),
            (Deed::Started, self.started),
        ];
        let mut done: Vec<_> = deeds
            .into_iter()
            .filter_map(|(deed, at)| Some((deed, at?.into())))
            .collect();
        done.sort_by_key(|(_, at)| *at);
        done
    }
}

/// What the exit status says of a run that could be done, the first that applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It was interrupted.
    Interrupted,
    /// Something is not as wanted.
    NotAsWanted,
    /// Nothing failed, but AWS is not finished.
    Waiting,
    /// Everything is as wanted.
    AsWanted,
}

impl Report {
    /// What it comes to in accounts.
    #[must_use]
    pub fn headcount(&self) -> Headcount {
        let (lost, read): (Vec<_>, Vec<_>) = self
            .regions
            .iter()
            .partition(|region| region.error.is_some());
        let everybody = lost.iter().flat_map(|region| &region.members);
        let everybody = everybody.filter(|member| member.outcome != Outcome::Skipped);
        let everybody = everybody.map(|member| member.account_id);
        let counted = read.iter().flat_map(|region| {
            let members = region.members.iter();
            members.map(|member| Counted {
                account: member.account_id,
                region: &region.region,
                reached: member.outcome.reached(),
                cause: member.cause(),
            })
        });
        let lost = lost.iter().map(|region| region.region.clone()).collect();
        Headcount::of(counted, everybody, lost)
    }

    /// The verdict: in accounts, and what else is not as wanted, as a sentence or more.
    #[must_use]
    pub fn in_accounts(&self) -> String {
        self.told_in(Language::English)
    }

    /// The verdict in accounts, in that language.
    #[must_use]
    pub fn told_in(&self, language: Language) -> String {
        let aim = match self.header.operation.as_str() {
            "disable" => Aim::Disable,
            _ => Aim::Enable,
        };
        let early = self.early(language);
        let is_worked = !self.regions.is_empty() || early.is_none();
        let reached = is_worked.then(|| self.headcount().sentence_in(language, aim));
        let amiss = self.regions.iter().filter(|it| !it.amiss.is_empty());
        let amiss = match (amiss.count() as u64, language) {
            (0, _) => None,
            (1, Language::English) => Some("1 behavior graph needs action.".to_owned()),
            (n, Language::English) => Some(format!("{} behavior graphs need action.", number(n))),
            (n, Language::Japanese) => {
                Some(format!("{} 件の動作グラフに対応が必要です。", number(n)))
            }
        };
        let bad_lines = self.header.bad_lines(language);
        let sentences = [early.map(str::to_owned), reached, amiss, bad_lines];
        language.join(sentences.into_iter().flatten())
    }

    /// That it did not come to its end.
    fn early(&self, language: Language) -> Option<&'static str> {
        let [english, japanese] = match (self.ended, &self.error) {
            (Ended::Interrupted, _) => ["The run was interrupted.", "実行は中断されました。"],
            (Ended::Superseded, _) => [
                "A newer list of accounts took over.",
                "新しい一覧に引き継がれました。",
            ],
            (Ended::Complete | Ended::Timeout, Some(_)) => {
                ["The run was ended early.", "実行は途中で終わりました。"]
            }
            (Ended::Complete | Ended::Timeout, None) => return None,
        };
        Some(match language {
            Language::English => english,
            Language::Japanese => japanese,
        })
    }

    /// What the exit status says.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        let region_failed = self
            .regions
            .iter()
            .any(|region| matches!(region.state, RegionState::Failed | RegionState::Partial));
        if self.ended == Ended::Interrupted {
            Verdict::Interrupted
        } else if self.error.is_some() || region_failed || !self.header.invalid_lines.is_empty() {
            Verdict::NotAsWanted
        } else if !self.settled {
            Verdict::Waiting
        } else {
            Verdict::AsWanted
        }
    }
}
