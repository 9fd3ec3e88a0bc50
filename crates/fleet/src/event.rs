//! What happens in a run, as a stream of numbered events per Region.
//!
//! Progress, log lines, the report and the exit status are all folds of this stream; nothing else is
//! kept of a run.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::account::{AccountId, GraphArn, Region};
use crate::cause::Cause;
use crate::member::{MemberStatus, Since};

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Event {
    /// Where; `None` for what belongs to the run as a whole.
    pub region: Option<Region>,
    /// Counts up from 1 within the Region, or within the run: with it, streams can be joined.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// What.
    #[serde(flatten)]
    pub kind: EventKind,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum EventKind {
    /// A request to AWS ended.
    Called {
        /// Which.
        operation: Operation,
        /// How.
        result: CallResult,
    },
    /// A request that changes something is about to be sent. Where the sink refuses this, it is not.
    Sending {
        /// Which.
        change: Arc<Change>,
    },
    /// A request that changes something has ended. One that was dropped with the run never does.
    Answered {
        /// The number of its [`EventKind::Sending`].
        sending: u64,
        /// Which.
        change: Arc<Change>,
        /// What AWS calls it, where AWS answered.
        request_id: Option<Arc<str>>,
        /// How it ended.
        result: CallResult,
        /// AWS's error code; ours where AWS did not answer.
        error: Option<Arc<str>>,
        /// The members that AWS left out of the batch.
        left_out: Vec<AccountId>,
    },
    /// The Region's behavior graph became known.
    Graph {
        /// Its ARN; `None` where there is none.
        arn: Option<GraphArn>,
        /// This run made it.
        made: bool,
    },
    /// A membership was seen in a status that it was not known to be in.
    Seen {
        /// Whose.
        account: AccountId,
        /// `None` where the account is not a member.
        status: Option<MemberStatus>,
        /// Since when it is so.
        #[serde(flatten)]
        since: Since,
    },
    /// AWS changed the behavior graph itself, as this run asked for.
    Changed {
        /// What, for people.
        change: Arc<str>,
    },
    /// Something about the behavior graph itself is not as wanted.
    Amiss {
        /// What.
        cause: Cause,
    },
    /// AWS did something to a membership that this run asked for.
    Did {
        /// Whose.
        account: AccountId,
        /// What.
        deed: Deed,
    },
    /// The answer to a change of a membership was lost: what is seen from here on may be its doing.
    Lost {
        /// Whose.
        account: AccountId,
    },
    /// What was seen of the Region does not count any more: it is looked at anew.
    Forgotten,
    /// Something was refused for a reason that may pass. It is asked again meanwhile.
    RefusedSoFar {
        /// What was refused.
        operation: Operation,
        /// For how long from now.
        seconds: u64,
    },
    /// A permission is lacking that nothing depends on: what it is for is done in another way.
    DoneWithout {
        /// What was denied.
        operation: Operation,
    },
    /// The run has ended for a membership.
    Concluded {
        /// Whose.
        account: AccountId,
        /// How.
        conclusion: Conclusion,
        /// Why, where it is not as wanted.
        cause: Option<Cause>,
    },
    /// The run has ended in a Region.
    RegionEnded {
        /// Why nothing more could be done there.
        cause: Option<Cause>,
    },
}

/// A request that changes something in AWS.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// What is asked for.
    pub operation: Operation,
    /// The account in whose name: the administrator, or the member that accepts.
    pub account: AccountId,
    /// The members that it is about, by account id; none where that account itself is meant.
    pub members: Vec<AccountId>,
}

/// A call of the AWS API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operation {
    /// `sts:GetCallerIdentity`
    GetCallerIdentity,
    /// `sts:AssumeRole`
    AssumeRole,
    /// `account:ListRegions`
    ListRegions,
    /// `account:GetRegionOptStatus`
    GetRegionOptStatus,
    /// `detective:ListGraphs`
    ListGraphs,
    /// `detective:CreateGraph`
    CreateGraph,
    /// `detective:ListMembers`
    ListMembers,
    /// `detective:GetMembers`
    GetMembers,
    /// `detective:CreateMembers`
    CreateMembers,
    /// `detective:DeleteMembers`
    DeleteMembers,
    /// `detective:AcceptInvitation`
    AcceptInvitation,
    /// `detective:ListInvitations`
    ListInvitations,
    /// `detective:DeleteGraph`
    DeleteGraph,
    /// `detective:StartMonitoringMember`
    StartMonitoringMember,
    /// `detective:ListTagsForResource`
    ListTagsForResource,
    /// `detective:TagResource`
    TagResource,
    /// `detective:UntagResource`
    UntagResource,
    /// `detective:ListDatasourcePackages`
    ListDatasourcePackages,
    /// `detective:UpdateDatasourcePackages`
    UpdateDatasourcePackages,
    /// `guardduty:ListDetectors`
    ListDetectors,
    /// `guardduty:GetDetector`
    GetDetector,
}

impl Operation {
    /// All of them.
    pub const ALL: [Self; 21] = [
        Self::GetCallerIdentity,
        Self::AssumeRole,
        Self::ListRegions,
        Self::GetRegionOptStatus,
        Self::ListGraphs,
        Self::CreateGraph,
        Self::ListMembers,
        Self::GetMembers,
        Self::CreateMembers,
        Self::DeleteMembers,
        Self::AcceptInvitation,
        Self::ListInvitations,
        Self::DeleteGraph,
        Self::StartMonitoringMember,
        Self::ListTagsForResource,
        Self::TagResource,
        Self::UntagResource,
        Self::ListDatasourcePackages,
        Self::UpdateDatasourcePackages,
        Self::ListDetectors,
        Self::GetDetector,
    ];

    /// The operation without its service, as AWS's documentation calls it.
    #[must_use]
    pub fn name(self) -> &'static str {
        let name = self.as_str();
        name.split_once(':').map_or(name, |(_, name)| name)
    }

    /// `service:Operation`, as in an IAM policy.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::GetCallerIdentity => "sts:GetCallerIdentity",
            Self::AssumeRole => "sts:AssumeRole",
            Self::ListRegions => "account:ListRegions",
            Self::GetRegionOptStatus => "account:GetRegionOptStatus",
            Self::ListGraphs => "detective:ListGraphs",
            Self::CreateGraph => "detective:CreateGraph",
            Self::ListMembers => "detective:ListMembers",
            Self::GetMembers => "detective:GetMembers",
            Self::CreateMembers => "detective:CreateMembers",
            Self::DeleteMembers => "detective:DeleteMembers",
            Self::AcceptInvitation => "detective:AcceptInvitation",
            Self::ListInvitations => "detective:ListInvitations",
            Self::DeleteGraph => "detective:DeleteGraph",
            Self::StartMonitoringMember => "detective:StartMonitoringMember",
            Self::ListTagsForResource => "detective:ListTagsForResource",
            Self::TagResource => "detective:TagResource",
            Self::UntagResource => "detective:UntagResource",
            Self::ListDatasourcePackages => "detective:ListDatasourcePackages",
            Self::UpdateDatasourcePackages => "detective:UpdateDatasourcePackages",
            Self::ListDetectors => "guardduty:ListDetectors",
            Self::GetDetector => "guardduty:GetDetector",
        }
    }
}

impl Serialize for Operation {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Operation {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        let known = Self::ALL.into_iter().find(|it| it.as_str() == name);
        known.ok_or_else(|| serde::de::Error::custom("an operation that is not known here"))
    }
}

/// How a request ended, in a word: events carry it, and the pace goes by it. An
/// [`Answer`](crate::attempts::Answer) is the same with what the plan has to know besides: the call that
/// failed, and whether its refusal may pass. It is kept with the attempts, where an event has no use for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CallResult {
    /// AWS did it.
    Ok,
    /// Asked too fast.
    Throttled,
    /// It was not looked at, for a reason that is not the request's: this machine's clock, its descriptors, or
    /// that it was not sent after all.
    NotDone,
    /// An error of AWS's own, or a cut connection.
    Unclear,
    /// Nothing came back.
    Silent,
    /// AWS said no.
    Refused,
}

/// What this run did to a membership.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    /// CreateMembers.
    Invited,
    /// AcceptInvitation.
    Accepted,
    /// DeleteMembers, or DeleteGraph with everybody in it.
    Removed,
    /// StartMonitoringMember.
    Started,
}

/// How the run ended for a membership.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Conclusion {
    /// As wanted.
    Right,
    /// No member, as wanted.
    Gone,
    /// AWS is not finished, or the run ended before it could be.
    Waiting,
    /// It cannot be as wanted.
    Failed,
    /// Known to stay out.
    Skipped,
}

/// Takes events as they happen.
pub trait Sink: Send + Sync {
    /// Takes one event. It is called in the middle of the run, so it has to be quick.
    ///
    /// # Errors
    /// Where the event could not be kept. The run then starts nothing new that changes AWS.
    fn record(&self, event: &Event) -> Result<(), SinkError>;
}

/// Why an event could not be kept.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct SinkError(pub String);
