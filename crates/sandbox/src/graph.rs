//! Behavior graphs.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

pub(crate) use self::arn::{GraphArn, NoGraph};
use crate::account::AccountId;
use crate::clock::later;
use crate::investigation::Investigation;
use crate::membership::{Disabled, Membership, Status};
use crate::packages::Packages;
use crate::world::World;
use crate::world::unverified::{FailedMembers, GuardDutyRule};

mod arn;

/// A graph can have that many members (service model, ServiceQuotaExceededException).
pub(crate) const MEMBERS: usize = 1_200;
/// A graph takes that much data in a day, in gigabytes (the same).
pub(crate) const GIGABYTES: f64 = 10_000.0;
/// Members that were not enabled get another chance that often (user guide,
/// graph-admin-unblock-account).
const RETRY: Duration = Duration::from_secs(3600);
/// How long GuardDuty had to be on until early 2024 (administration guide of December 2021,
/// detective-prerequisites).
const GUARDDUTY: Duration = Duration::from_secs(48 * 3600);

/// A behavior graph.
#[derive(Debug)]
pub(crate) struct Graph {
    pub(crate) arn: GraphArn,
    pub(crate) created: Timestamp,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) members: BTreeMap<AccountId, Membership>,
    pub(crate) packages: Packages,
    pub(crate) investigations: Vec<Investigation>,
    /// Whether it is the graph of an organization, and if so whether new accounts of that are
    /// members at once.
    pub(crate) organization: Option<bool>,
    /// When members that were not enabled get their next chance.
    retry: Timestamp,
}

impl Graph {
    /// A graph without members.
    pub(crate) fn new(arn: GraphArn, created: Timestamp) -> Graph {
        Graph {
            arn,
            created,
            tags: BTreeMap::new(),
            members: BTreeMap::new(),
            packages: Packages::new(created),
            investigations: Vec::new(),
            organization: None,
            retry: later(created, RETRY),
        }
    }

    /// Lets happen what was due until `now`.
    pub(crate) fn settle(&mut self, world: &World, started: Timestamp, now: Timestamp) {
        for membership in self.members.values_mut() {
            membership.settle(now);
        }
        if world.unverified.failed_members == FailedMembers::Dropped {
            self.members
                .retain(|_, membership| membership.status != Status::VerificationFailed);
        }
        let lifetime = world.unverified.invitation_lifetime;
        if lifetime.is_some() {
            self.members
                .retain(|_, membership| !membership.is_forgotten(lifetime, now));
        }
        if self.retry <= now {
            self.retry = later(now, RETRY);
            self.enable_waiting(world, started, now);
        }
    }

    /// A member that the lists show by now.
    pub(crate) fn visible_member(&self, id: AccountId, now: Timestamp) -> Option<&Membership> {
        self.members
            .get(&id)
            .filter(|membership| membership.visible <= now)
    }

    /// Why that account cannot contribute, if it cannot.
    pub(crate) fn obstacle(
        &self,
        id: AccountId,
        world: &World,
        started: Timestamp,
        now: Timestamp,
    ) -> Option<Disabled> {
        if needs_guardduty(world, id, started, now) {
            return Some(Disabled::VolumeUnknown);
        }
        let full = self.volume(world) + world.gigabytes(id) > GIGABYTES;
        full.then_some(Disabled::VolumeTooHigh)
    }

    /// What its members send in a day, in gigabytes.
    pub(crate) fn volume(&self, world: &World) -> f64 {
        let enabled = self
            .members
            .iter()
            .filter(|(_, membership)| membership.status == Status::Enabled);
        enabled.map(|(id, _)| world.gigabytes(*id)).sum()
    }

    /// Enables those that wait, in the order of their invitations, as far as there is room.
    fn enable_waiting(&mut self, world: &World, started: Timestamp, now: Timestamp) {
        let waiting = self
            .members
            .iter()
            .filter(|(_, it)| it.status == Status::AcceptedButDisabled);
        let mut waiting: Vec<_> = waiting
            .map(|(id, membership)| (membership.invited, *id))
            .collect();
        waiting.sort();
        for (_, id) in waiting {
            if self.obstacle(id, world, started, now).is_none()
                && let Some(membership) = self.members.get_mut(&id)
            {
                membership.contribute(None, now);
            }
        }
    }
}

/// Whether GuardDuty has not been on for long enough in that account, and that matters.
pub(crate) fn needs_guardduty(
    world: &World,
    id: AccountId,
    started: Timestamp,
    now: Timestamp,
) -> bool {
    let age = world
        .accounts
        .get(&id)
        .and_then(|account| account.guardduty());
    let missing = GUARDDUTY.saturating_sub(age.unwrap_or_default());
    world.unverified.guardduty == GuardDutyRule::Needed
        && (age.is_none() || later(started, missing) > now)
}
