//! What this run has tried about one membership.

use std::ops::{Deref, DerefMut};
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

/// The history of a request that is made of few memberships: it takes room only where it was made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seldom(Option<Box<Attempt>>);

impl Seldom {
    fn is_none(&self) -> bool {
        self.0.is_none()
    }

    /// The history, where there is one.
    pub(super) fn tried(&mut self) -> Option<&mut Attempt> {
        self.0.as_deref_mut()
    }
}

impl Deref for Seldom {
    type Target = Attempt;

    fn deref(&self) -> &Attempt {
        static NOT_TRIED: Attempt = Attempt::NONE;
        self.0.as_deref().unwrap_or(&NOT_TRIED)
    }
}

impl DerefMut for Seldom {
    fn deref_mut(&mut self) -> &mut Attempt {
        self.0.get_or_insert_default()
    }
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
    #[serde(default, skip_serializing_if = "Seldom::is_none")]
    pub remove: Seldom,
    /// StartMonitoringMember.
    #[serde(default, skip_serializing_if = "Seldom::is_none")]
    pub start: Seldom,
    /// The role that accepts.
    pub role: Role,
}

impl MemberAttempts {
    /// Whether any request about it is under way.
    #[must_use]
    pub fn is_under_way(&self) -> bool {
        self.each().iter().any(|attempt| attempt.under_way)
    }

    fn each(&self) -> [&Attempt; 4] {
        [&self.invite, &self.accept, &self.remove, &self.start]
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
