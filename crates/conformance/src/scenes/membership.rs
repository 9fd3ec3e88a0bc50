//! What a member that has accepted tells.

use std::time::Duration;

use engine::clock;

use super::invitation::{IN_PROGRESS, NOTHING_TO_ACCEPT};
use super::{CONFLICT, INVALID, QUOTA};
use crate::call::Entry;
use crate::question::{
    DISASSOCIATE_DISABLED, GUARDDUTY, LISTED_GRAPHS, MONITORING_ENABLED_MEMBER,
    MONITORING_WITHOUT_ROOM, SECOND_ACCEPT,
};
use crate::run::{Halt, OFTEN, Run};
use crate::stage::Member;

/// How long it may take until the member has accepted.
const WITHIN: Duration = Duration::from_secs(120);

const ENABLED: &str = "ENABLED";
const WITHOUT_ROOM: &str = "ACCEPTED_BUT_DISABLED";

impl Run<'_> {
    pub(super) async fn acceptance(&mut self, member: &Member) -> Result<(), Halt> {
        let answer = member.party.caller.accept(&self.graph).await;
        // It is looked at whatever the answer was: an answer can be lost.
        let Some(entry) = self.accepted(member).await? else {
            let why = match answer {
                Ok(()) => "the member accepted, and its status did not change".to_owned(),
                Err(refusal) => format!("AcceptInvitation: {}", refusal.why()),
            };
            return Err(Halt::Cannot(why));
        };
        self.guardduty(member, &entry).await;
        match member.party.caller.accept(&self.graph).await {
            Ok(()) => self.is(&SECOND_ACCEPT, "succeeds"),
            Err(refusal) => self.refused(&SECOND_ACCEPT, &refusal, &NOTHING_TO_ACCEPT),
        }
        self.listed_graphs(member).await;
        if entry.status == ENABLED {
            self.enabled(member).await;
        } else {
            self.without_room(member).await;
        }
        Ok(())
    }

    /// The member once it has accepted.
    async fn accepted(&self, member: &Member) -> Result<Option<Entry>, Halt> {
        let begun = clock::now();
        while begun.elapsed() < WITHIN {
            let entry = self.entry(member).await.ok().flatten();
            let is_there = |entry: &Entry| !matches!(&*entry.status, "INVITED" | IN_PROGRESS);
            if let Some(entry) = entry.filter(is_there) {
                return Ok(Some(entry));
            }
            self.pause(OFTEN).await?;
        }
        Ok(None)
    }

    async fn guardduty(&mut self, member: &Member, entry: &Entry) {
        let unknown = entry.disabled_reason.as_deref() == Some("VOLUME_UNKNOWN");
        match member.party.is_without_guardduty().await {
            Ok(true) if entry.status == ENABLED => self.is(&GUARDDUTY, "not_needed"),
            Ok(true) if unknown => self.is(&GUARDDUTY, "needed"),
            Ok(true) => self.open(&GUARDDUTY, "the member has no room for another reason"),
            Ok(false) => self.open(&GUARDDUTY, "GuardDuty is on in the accounts"),
            Err(why) => self.open(&GUARDDUTY, &why),
        }
    }

    async fn listed_graphs(&mut self, member: &Member) {
        match member.party.caller.list_graphs().await {
            Ok(graphs) if graphs.contains(&self.graph) => {
                self.is(&LISTED_GRAPHS, "memberships_too");
            }
            Ok(_) => self.is(&LISTED_GRAPHS, "own"),
            Err(refusal) => self.refused(&LISTED_GRAPHS, &refusal, &[]),
        }
    }

    async fn enabled(&mut self, member: &Member) {
        let account = member.party.account;
        match self.caller().monitor(&self.graph, account).await {
            Ok(()) => self.is(&MONITORING_ENABLED_MEMBER, "succeeds"),
            Err(refusal) => {
                let meanings = [(CONFLICT, "conflict"), (INVALID, "invalid")];
                self.refused(&MONITORING_ENABLED_MEMBER, &refusal, &meanings);
            }
        }
        for question in [&MONITORING_WITHOUT_ROOM, &DISASSOCIATE_DISABLED] {
            self.open(question, "the member was ENABLED");
        }
    }

    async fn without_room(&mut self, member: &Member) {
        self.open(&MONITORING_ENABLED_MEMBER, "the member was not ENABLED");
        let account = member.party.account;
        match self.caller().monitor(&self.graph, account).await {
            Ok(()) => match self.entry(member).await {
                Ok(Some(entry)) if entry.status == WITHOUT_ROOM => {
                    self.is(&MONITORING_WITHOUT_ROOM, "stays_disabled");
                }
                _ => self.open(&MONITORING_WITHOUT_ROOM, "there was room after all"),
            },
            Err(refusal) => {
                let meanings = [(QUOTA, "quota_exceeded")];
                self.refused(&MONITORING_WITHOUT_ROOM, &refusal, &meanings);
            }
        }
        match member.party.caller.disassociate(&self.graph).await {
            Ok(()) => self.is(&DISASSOCIATE_DISABLED, "removed"),
            Err(refusal) => {
                self.refused(&DISASSOCIATE_DISABLED, &refusal, &[(CONFLICT, "conflict")]);
            }
        }
    }
}
