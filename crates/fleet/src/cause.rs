//! Why something is not as wanted: data until it is shown.
//!
//! A [`Cause`] has a stable code and fields. What has the same cause in several accounts and Regions is
//! found by comparing [`Cause::key`], never by comparing texts, and [`Cause::told`] has the words, for
//! one membership or for many ([`Place`]). There are no other words for a cause anywhere.

mod brief;
mod call;
mod command;
mod japanese;
mod place;
#[cfg(test)]
mod tests;
mod told;
mod words;

use std::fmt;
use std::sync::Arc;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

pub use call::{FailedCall, FailureKind, advice, answered, ours};
pub use command::Command;
pub use place::Place;
pub use told::Told;
pub use words::not_assumed;

use crate::account::{AccountId, Email, GraphArn};
use crate::event::Operation;
use crate::language::Language;
use crate::member::MemberStatus;
use crate::region_table::Partition;

/// The role in members, without the account: its name with its path, and the partition.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct MemberRole {
    /// The part of AWS.
    pub partition: Partition,
    /// Such as `detective-fleet/DetectiveFleetMember`.
    pub name: Arc<str>,
    /// Whether an external id was presented.
    pub external_id: bool,
}

impl MemberRole {
    /// The role that the templates make, and that is assumed where nothing else is wanted.
    pub const DEFAULT: &str = "detective-fleet/DetectiveFleetMember";

    /// Its ARN in an account.
    #[must_use]
    pub fn arn(&self, account: AccountId) -> String {
        let Self {
            partition, name, ..
        } = self;
        format!("arn:{}:iam::{account}:role/{name}", partition.name())
    }
}

/// Why something is not as wanted. The account and the Region are where it was found, and no part of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "cause", content = "details", rename_all = "kebab-case")]
pub enum Cause {
    /// VERIFICATION_FAILED with the e-mail that the list has.
    WrongEmail {
        /// That e-mail, masked.
        email: Option<Arc<str>>,
    },
    /// ACCEPTED_BUT_DISABLED.
    AcceptedButDisabled {
        /// AWS's reason, such as `VOLUME_TOO_HIGH`.
        reason: Option<Arc<str>>,
        /// Why StartMonitoringMember did not help.
        error: Option<FailedCall>,
    },
    /// The list wants it as a member, and it is none.
    NotAMember,
    /// A status that this version does not know.
    UnknownStatus {
        /// AWS's name for it.
        status: Arc<str>,
    },
    /// The Region is not switched on in the member.
    RegionOff,
    /// The role in the member could not be assumed.
    RoleNotAssumed {
        /// The role that was tried.
        role: MemberRole,
        /// What STS answered.
        error: FailedCall,
    },
    /// The role could not be assumed, though its stack in the member is CURRENT. CloudFormation does not
    /// see what becomes of a stack's resources.
    RoleNotInStack {
        /// The role that was tried.
        role: MemberRole,
        /// What STS answered.
        error: FailedCall,
    },
    /// The role by which a stack is deployed in the member could not be assumed.
    DeployerNotAssumed {
        /// The role that was tried.
        role: MemberRole,
        /// What STS answered.
        error: FailedCall,
    },
    /// It is to be removed, somebody has to approve that, and nobody did: it joined since the approval
    /// was asked for.
    RemovalNotApproved,
    /// A call about a member was refused.
    CallRefused {
        /// Which, and what AWS answered.
        error: FailedCall,
    },
    /// AWS answers that a call succeeded, again and again, and nothing comes of it.
    NoEffect {
        /// Which.
        operation: Operation,
    },
    /// The behavior graph has no room.
    GraphFull {
        /// How many members are ahead.
        ahead: usize,
    },
    /// The graph has members that nobody agreed to remove, and would take them along.
    GraphHasOthers {
        /// How many.
        members: usize,
    },
    /// A call about the Region, or about the whole graph, did not succeed.
    RegionFailed {
        /// Which, and what AWS answered.
        error: FailedCall,
    },
    /// The Region never answered, and everything else was done by then.
    RegionSilent {
        /// How long it was waited for.
        seconds: u64,
    },
    /// The graph that there was is gone, and a drift run makes none.
    GraphGone {
        /// The one that there was.
        graph: Option<GraphArn>,
    },
    /// An upload covered the Region, it never had a graph, and a drift run makes none.
    GraphMissing,
    /// No upload has covered the Region, and a drift run makes no graph.
    RegionNotCovered,
    /// A change of the graph itself, such as its tags, was not made before the run ended.
    GraphNotChanged {
        /// Which, as an imperative: `set the tags team`.
        change: Arc<str>,
    },
    /// The run ended before the Region was read.
    RegionUnread,
    /// AWS compares account id and root e-mail.
    AwaitingVerification {
        /// The last answer that was no success.
        last: Option<FailedCall>,
    },
    /// AWS did what was asked, and its lists do not show it yet.
    NotShown {
        /// The last answer that was no success.
        last: Option<FailedCall>,
    },
    /// The graph was not deleted before the run ended.
    GraphNotDeleted {
        /// The last answer that was no success.
        last: Option<FailedCall>,
    },
    /// The role was not assumed before the run ended.
    RoleNotTried {
        /// The last answer that was no success.
        last: Option<FailedCall>,
    },
    /// The run ended before it was finished.
    Unfinished {
        /// The last answer that was no success.
        last: Option<FailedCall>,
    },
    /// A saved plan is executed, and does not hold what it would need.
    NotInPlan {
        /// What it would need.
        operation: Operation,
    },
    /// A defect of detective-fleet.
    Defect {
        /// What it was.
        error: Arc<str>,
    },
    /// The settings or the list say that it stays out.
    KnownException {
        /// The last day of that.
        until: Option<Date>,
        /// Why.
        reason: Option<Arc<str>>,
    },
    /// A member's role may not ask what a check wants to know.
    QuestionDenied {
        /// The part of AWS.
        partition: Partition,
        /// Which question, and what AWS answered.
        error: FailedCall,
    },
    /// A policy that is not the role's own denies Detective in the Region, acceptances most likely included.
    DetectiveDenied {
        /// The question that it denied.
        error: FailedCall,
    },
    /// What a check wants to know could not be found out.
    QuestionFailed {
        /// Which question, and what was answered.
        error: FailedCall,
    },
    /// Another administrator invites the account, too.
    AlsoInvited {
        /// Who.
        administrator: AccountId,
        /// Where that membership stands.
        status: MemberStatus,
    },
    /// Something that has no cause of its own here, in the words of whoever met it.
    Other {
        /// A sentence for people, e-mails masked.
        words: Arc<str>,
    },
}

impl Cause {
    /// The list has another e-mail than AWS.
    #[must_use]
    pub fn wrong_email(email: Option<&Email>) -> Self {
        Self::WrongEmail {
            email: email.map(|email| email.to_string().into()),
        }
    }

    /// A member that AWS did not enable.
    #[must_use]
    pub fn disabled(reason: Option<&str>, error: Option<FailedCall>) -> Self {
        Self::AcceptedButDisabled {
            reason: reason.map(|reason| Email::mask_in(reason).into()),
            error,
        }
    }

    /// Words that have no cause of their own.
    #[must_use]
    pub fn other(words: &str) -> Self {
        Self::Other {
            words: Email::mask_in(words).into(),
        }
    }

    /// The name of this kind of cause: it does not change from version to version.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::WrongEmail { .. } => "wrong-email",
            Self::AcceptedButDisabled { .. } => "accepted-but-disabled",
            Self::NotAMember => "not-a-member",
            Self::UnknownStatus { .. } => "unknown-status",
            Self::RegionOff => "region-off",
            Self::RoleNotAssumed { .. } => "role-not-assumed",
            Self::RoleNotInStack { .. } => "role-not-in-stack",
            Self::DeployerNotAssumed { .. } => "deployer-not-assumed",
            Self::RemovalNotApproved => "removal-not-approved",
            Self::CallRefused { .. } => "call-refused",
            Self::NoEffect { .. } => "no-effect",
            Self::GraphFull { .. } => "graph-full",
            Self::GraphHasOthers { .. } => "graph-has-others",
            Self::RegionFailed { .. } => "region-failed",
            Self::RegionSilent { .. } => "region-silent",
            Self::GraphGone { .. } => "graph-gone",
            Self::GraphMissing => "graph-missing",
            Self::RegionNotCovered => "region-not-covered",
            Self::GraphNotChanged { .. } => "graph-not-changed",
            Self::RegionUnread => "region-unread",
            Self::AwaitingVerification { .. } => "awaiting-verification",
            Self::NotShown { .. } => "not-shown",
            Self::GraphNotDeleted { .. } => "graph-not-deleted",
            Self::RoleNotTried { .. } => "role-not-tried",
            Self::Unfinished { .. } => "unfinished",
            Self::NotInPlan { .. } => "not-in-plan",
            Self::Defect { .. } => "defect",
            Self::KnownException { .. } => "known-exception",
            Self::QuestionDenied { .. } => "question-denied",
            Self::DetectiveDenied { .. } => "detective-denied",
            Self::QuestionFailed { .. } => "question-failed",
            Self::AlsoInvited { .. } => "also-invited",
            Self::Other { .. } => "other",
        }
    }

    /// What this has in common with the same cause of another account and Region: everything but what
    /// belongs to one membership, and AWS's free words.
    #[must_use]
    pub fn key(&self) -> Self {
        let last = |last: &Option<FailedCall>| last.as_ref().map(FailedCall::key);
        match self.clone() {
            Self::WrongEmail { .. } => Self::WrongEmail { email: None },
            Self::AcceptedButDisabled { reason, error } => Self::AcceptedButDisabled {
                reason,
                error: last(&error),
            },
            Self::RoleNotAssumed { role, error } => Self::RoleNotAssumed {
                role,
                error: error.key(),
            },
            Self::RoleNotInStack { role, error } => Self::RoleNotInStack {
                role,
                error: error.key(),
            },
            Self::DeployerNotAssumed { role, error } => Self::DeployerNotAssumed {
                role,
                error: error.key(),
            },
            Self::CallRefused { error } => Self::CallRefused { error: error.key() },
            Self::GraphFull { .. } => Self::GraphFull { ahead: 0 },
            Self::GraphHasOthers { .. } => Self::GraphHasOthers { members: 0 },
            Self::RegionFailed { error } => Self::RegionFailed { error: error.key() },
            Self::RegionSilent { .. } => Self::RegionSilent { seconds: 0 },
            Self::GraphGone { .. } => Self::GraphGone { graph: None },
            Self::AwaitingVerification { last: it } => {
                Self::AwaitingVerification { last: last(&it) }
            }
            Self::NotShown { last: it } => Self::NotShown { last: last(&it) },
            Self::GraphNotDeleted { last: it } => Self::GraphNotDeleted { last: last(&it) },
            Self::RoleNotTried { last: it } => Self::RoleNotTried { last: last(&it) },
            Self::Unfinished { last: it } => Self::Unfinished { last: last(&it) },
            Self::QuestionDenied { partition, error } => Self::QuestionDenied {
                partition,
                error: error.key(),
            },
            Self::DetectiveDenied { error } => Self::DetectiveDenied { error: error.key() },
            Self::QuestionFailed { error } => Self::QuestionFailed { error: error.key() },
            same @ (Self::UnknownStatus { .. }
            | Self::NotAMember
            | Self::RegionOff
            | Self::RemovalNotApproved
            | Self::NoEffect { .. }
            | Self::GraphMissing
            | Self::RegionNotCovered
            | Self::GraphNotChanged { .. }
            | Self::RegionUnread
            | Self::NotInPlan { .. }
            | Self::Defect { .. }
            | Self::KnownException { .. }
            | Self::AlsoInvited { .. }
            | Self::Other { .. }) => same,
        }
    }

    /// The words for it, for one membership or for many.
    #[must_use]
    pub fn told(&self, place: &Place) -> Told {
        words::told(self, place)
    }

    /// The same in that language; the command, and AWS's own words, are the same in each.
    #[must_use]
    pub fn told_in(&self, language: Language, place: &Place) -> Told {
        match language {
            Language::English => words::told(self, place),
            Language::Japanese => japanese::told(self, place),
        }
    }

    /// The same in a few words, for a line that has to be short: no sentence, and no advice.
    #[must_use]
    pub fn brief(&self, place: &Place) -> String {
        brief::brief(self, place)
    }

    /// The few words in that language.
    #[must_use]
    pub fn brief_in(&self, language: Language, place: &Place) -> String {
        match language {
            Language::English => brief::brief(self, place),
            Language::Japanese => japanese::brief(self, place),
        }
    }
}

/// Words that have no cause of their own.
impl From<&str> for Cause {
    fn from(words: &str) -> Self {
        Self::other(words)
    }
}

/// The words for it, wherever it was met: for logs.
impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.told(&Place::default()).in_one())
    }
}
