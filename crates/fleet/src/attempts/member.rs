//! What this run has tried about one membership.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Attempt;
use crate::cause::Cause;
use crate::event::Operation;

/// A request about one membership.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum MemberRequest {
    /// CreateMembers.
    Invite,
    /// AcceptInvitation.
    Accept,
    /// DeleteMembers, or the end of the whole graph.
    Remove,
    /// StartMonitoringMember.
    Start,
}

impl MemberRequest {
    /// What AWS calls it.
    #[must_use]
    pub fn operation(self) -> Operation {
        match self {
            Self::Invite => Operation::CreateMembers,
            Self::Accept => Operation::AcceptInvitation,
            Self::Remove => Operation::DeleteMembers,
            Self::Start => Operation::StartMonitoringMember,
        }
    }
}

/// What is known of the role in a member.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Role {
    /// Nobody has tried.
    #[default]
    Unasked,
    /// It is being assumed.
    Asked,
    /// It was assumed.
    Ready,
    /// It was refused so far, and is asked for again.
    Refused {
        /// What was tried, and what came back.
        cause: Arc<Cause>,
    },
    /// It was refused for good, and AWS does not say why.
    Failed {
        /// What was tried, and what came back.
        cause: Arc<Cause>,
    },
}

/// What was tried about one membership.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberAttempts {
    /// CreateMembers.
    #[serde(default, skip_serializing_if = "Attempt::is_none")]
    pub invite: Attempt,
    /// AcceptInvitation.
    #[serde(default, skip_serializing_if = "Attempt::is_none")]
    pub accept: Attempt,
    /// DeleteMembers.
    #[serde(default, skip_serializing_if = "Attempt::is_none")]
    pub remove: Attempt,
    /// StartMonitoringMember.
    #[serde(default, skip_serializing_if = "Attempt::is_none")]
    pub start: Attempt,
    /// The role that accepts.
    pub role: Role,
}

impl MemberAttempts {
    /// Whether any request about it is under way.
    #[must_use]
    pub fn is_under_way(&self) -> bool {
        let Self {
            invite,
            accept,
            remove,
            start,
            ..
        } = self;
        [invite, accept, remove, start]
            .iter()
            .any(|sent| sent.under_way)
    }

    /// What was tried of that request.
    #[must_use]
    pub fn to(&self, request: MemberRequest) -> &Attempt {
        match request {
            MemberRequest::Invite => &self.invite,
            MemberRequest::Accept => &self.accept,
            MemberRequest::Remove => &self.remove,
            MemberRequest::Start => &self.start,
        }
    }

    pub(super) fn of(&mut self, request: MemberRequest) -> &mut Attempt {
        match request {
            MemberRequest::Invite => &mut self.invite,
            MemberRequest::Accept => &mut self.accept,
            MemberRequest::Remove => &mut self.remove,
            MemberRequest::Start => &mut self.start,
        }
    }
}
