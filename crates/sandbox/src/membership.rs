//! Memberships: one account in one behavior graph.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::clock::later;

/// One account in one behavior graph.
#[derive(Debug)]
pub(crate) struct Membership {
    pub(crate) email: Box<str>,
    pub(crate) invited: Timestamp,
    pub(crate) updated: Timestamp,
    pub(crate) status: Status,
    /// Why an account that accepted cannot contribute.
    pub(crate) disabled: Option<Disabled>,
    /// Whether its organization put it there, without an invitation.
    pub(crate) of_organization: bool,
    /// From when on lists show it.
    pub(crate) visible: Timestamp,
    /// How often it was verified before.
    pub(crate) attempt: u64,
    /// When the verification ends, and whether id and e-mail belong together.
    pub(crate) verification: Option<(Timestamp, bool)>,
}

/// How far a membership is, in AWS's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    /// Detective checks that account id and e-mail belong together.
    VerificationInProgress,
    /// They do not, so no invitation was sent.
    VerificationFailed,
    /// The invitation waits for an answer.
    Invited,
    /// The account contributes to the graph.
    Enabled,
    /// The account accepted, but cannot contribute.
    AcceptedButDisabled,
}

/// Why an account that accepted cannot contribute, in AWS's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Disabled {
    /// Its data would be too much for the graph.
    VolumeTooHigh,
    /// Nobody knows how much data it would send.
    VolumeUnknown,
}

impl Membership {
    /// A membership that begins `now` with that status, and is seen at once.
    pub(crate) fn new(email: &str, status: Status, now: Timestamp) -> Membership {
        Membership {
            email: email.into(),
            invited: now,
            updated: now,
            status,
            disabled: None,
            of_organization: false,
            visible: now,
            attempt: 0,
            verification: None,
        }
    }

    /// Ends the verification if it is due.
    pub(crate) fn settle(&mut self, now: Timestamp) {
        if let Some((end, belongs)) = self.verification.filter(|(end, _)| *end <= now) {
            let status = if belongs {
                Status::Invited
            } else {
                Status::VerificationFailed
            };
            self.verification = None;
            self.become_at(status, end);
        }
    }

    /// Whether the invitation was left unanswered for too long.
    pub(crate) fn is_forgotten(&self, lifetime: Option<Duration>, now: Timestamp) -> bool {
        self.status == Status::Invited
            && lifetime.is_some_and(|lifetime| later(self.updated, lifetime) <= now)
    }

    /// Whether the account sees that it was invited.
    pub(crate) fn was_invited(&self, now: Timestamp) -> bool {
        self.visible <= now
            && !matches!(
                self.status,
                Status::VerificationInProgress | Status::VerificationFailed
            )
    }

    /// Moves on to another status.
    pub(crate) fn become_at(&mut self, status: Status, now: Timestamp) {
        self.status = status;
        self.updated = now;
        self.disabled = None;
    }

    /// Contributes from now on, or says why it cannot.
    pub(crate) fn contribute(&mut self, obstacle: Option<Disabled>, now: Timestamp) {
        self.become_at(
            if obstacle.is_some() {
                Status::AcceptedButDisabled
            } else {
                Status::Enabled
            },
            now,
        );
        self.disabled = obstacle;
    }
}
