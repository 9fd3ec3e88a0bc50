//! Waiting for a verification to end.

use std::fmt;
use std::time::Duration;

use engine::clock;
use tokio::time::Instant;

use crate::call::{Entry, Refusal};
use crate::run::{Halt, OFTEN, Run};
use crate::stage::Member;

/// How long a verification may take. AWS's own scripts give up after three minutes.
const WITHIN: Duration = Duration::from_secs(600);
/// For how long it is looked every second.
const CLOSELY: Duration = Duration::from_secs(60);
/// How often it is looked afterwards.
const SELDOM: Duration = Duration::from_secs(5);
/// How long a member may take to be listed.
pub(super) const LISTED_WITHIN: Duration = Duration::from_secs(60);
/// In so many looks in a row somebody is not listed who was.
const GONE_AFTER: u32 = 3;

/// How a verification ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verified {
    /// The account is invited.
    Invited,
    /// The address is not that of its root user.
    Failed,
    /// It was, or should have been, listed, and is not.
    Gone,
    /// Something else: the status.
    Otherwise(String),
    /// It did not end in time.
    NotYet,
}

impl fmt::Display for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Invited => "INVITED",
            Self::Failed => "VERIFICATION_FAILED",
            Self::Gone => "not listed",
            Self::Otherwise(status) => status,
            Self::NotYet => "still going on after 10 minutes",
        })
    }
}

/// How a verification went.
#[derive(Clone, Debug)]
pub(super) struct Verification {
    pub(super) ended: Verified,
    /// How long that took.
    pub(super) took: Duration,
    /// After how long the member was listed, if it was.
    pub(super) listed_after: Option<Duration>,
    /// How many looks it took.
    pub(super) looks: u32,
}

impl Run<'_> {
    /// What ListMembers says of the member.
    pub(super) async fn entry(&self, member: &Member) -> Result<Option<Entry>, Refusal> {
        let mut members = self.caller().list_members(&self.graph).await?;
        Ok(members.remove(&member.party.account.to_string()))
    }

    /// The member's status, once it is listed; none if it is not before long.
    pub(super) async fn once_listed(&self, member: &Member) -> Result<Option<String>, Halt> {
        let begun = clock::now();
        while begun.elapsed() < LISTED_WITHIN {
            if let Ok(Some(entry)) = self.entry(member).await {
                return Ok(Some(entry.status));
            }
            self.pause(OFTEN).await?;
        }
        Ok(None)
    }

    /// Waits until a verification ends that began then.
    pub(super) async fn verified(
        &self,
        member: &Member,
        begun: Instant,
    ) -> Result<Verification, Halt> {
        let (mut listed_after, mut missing, mut looks) = (None, 0, 0);
        loop {
            let entry = self.entry(member).await;
            let entry = entry.map_err(|refusal| Halt::Cannot(refusal.why()))?;
            let took = begun.elapsed();
            looks += 1;
            missing = if entry.is_some() { 0 } else { missing + 1 };
            if entry.is_some() {
                listed_after.get_or_insert(took);
            }
            let ended = match entry.as_ref().map(|entry| &*entry.status) {
                Some("INVITED") => Some(Verified::Invited),
                Some("VERIFICATION_FAILED") => Some(Verified::Failed),
                Some("VERIFICATION_IN_PROGRESS") => None,
                Some(other) => Some(Verified::Otherwise(other.to_owned())),
                None if listed_after.is_some() => (missing >= GONE_AFTER).then_some(Verified::Gone),
                None => (took >= LISTED_WITHIN).then_some(Verified::Gone),
            };
            let late = (took >= WITHIN).then_some(Verified::NotYet);
            if let Some(ended) = ended.or(late) {
                return Ok(Verification {
                    ended,
                    took,
                    listed_after,
                    looks,
                });
            }
            self.pause(if took < CLOSELY { OFTEN } else { SELDOM })
                .await?;
        }
    }
}
