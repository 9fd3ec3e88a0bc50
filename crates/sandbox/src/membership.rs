//! Memberships: one account in one behavior graph.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One account in one behavior graph.
#[derive(Debug)]
pub(crate) struct Membership {
    pub(crate) email: Box<str>,
    pub(crate) invited: Timestamp,
    pub(crate) updated: Timestamp,
    pub(crate) status: Status,
    /// When the verification ends, and whether id and e-mail belong together.
    verification: Option<(Timestamp, bool)>,
}

/// How far a membership is, in AWS's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Status {
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

impl Membership {
    /// A membership whose verification begins `now`, ends at `verified` and has that result.
    pub(crate) fn invited(
        email: &str,
        now: Timestamp,
        verified: Timestamp,
        belongs: bool,
    ) -> Membership {
        let mut membership = Membership {
            email: email.into(),
            invited: now,
            updated: now,
            status: Status::VerificationInProgress,
            verification: Some((verified, belongs)),
        };
        membership.settle(now);
        membership
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

    /// Moves on to another status.
    pub(crate) fn become_at(&mut self, status: Status, now: Timestamp) {
        self.status = status;
        self.updated = now;
    }
}
