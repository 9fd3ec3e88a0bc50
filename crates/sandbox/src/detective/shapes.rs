//! Shapes that several operations answer.

use jiff::Timestamp;
use serde::{Serialize, Serializer};

use crate::account::AccountId;
use crate::graph::{Graph, GraphArn};
use crate::membership::{Membership, Status};

/// A point in time as the service writes it: an ISO 8601 text with milliseconds.
pub(super) struct Time(pub(super) Timestamp);

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{:.3}", self.0))
    }
}

/// What the service says of a membership.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct MemberDetail<'a> {
    account_id: AccountId,
    email_address: &'a str,
    graph_arn: GraphArn,
    administrator_id: AccountId,
    master_id: AccountId,
    status: Status,
    invited_time: Time,
    updated_time: Time,
    invitation_type: &'static str,
}

/// An account that a request names and that could not be worked on.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct UnprocessedAccount {
    pub(super) account_id: AccountId,
    pub(super) reason: &'static str,
}

impl<'a> MemberDetail<'a> {
    /// What `graph` says of `account`.
    pub(super) fn of(
        graph: &Graph,
        account: AccountId,
        membership: &'a Membership,
    ) -> MemberDetail<'a> {
        MemberDetail {
            account_id: account,
            email_address: &membership.email,
            graph_arn: graph.arn,
            administrator_id: graph.arn.administrator,
            master_id: graph.arn.administrator,
            status: membership.status,
            invited_time: Time(membership.invited),
            updated_time: Time(membership.updated),
            invitation_type: "INVITATION",
        }
    }
}
