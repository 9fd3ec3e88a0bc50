//! Shapes that several operations answer.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

use crate::account::AccountId;
use crate::call::Call;
use crate::graph::{Graph, GraphArn};
use crate::membership::{Disabled, Membership, Status};
use crate::packages::{IngestState, Package};
use crate::world::unverified::Reasons;

/// A request that names a graph and nothing else.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct OfGraph {
    pub(super) graph_arn: Option<String>,
}

/// A request about some accounts in a graph.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct OfAccounts {
    pub(super) graph_arn: Option<String>,
    pub(super) account_ids: Option<Vec<String>>,
}

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
    /// The old name of `administrator_id`.
    master_id: AccountId,
    status: Status,
    #[serde(skip_serializing_if = "Option::is_none")]
    disabled_reason: Option<Disabled>,
    invited_time: Time,
    updated_time: Time,
    invitation_type: &'static str,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    volume_usage_by_datasource_package: BTreeMap<Package, Usage>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    datasource_package_ingest_states: BTreeMap<Package, IngestState>,
}

/// How much data a member sends in a day.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Usage {
    volume_usage_in_bytes: u64,
    volume_usage_update_time: Time,
}

/// An account that a request names and that could not be worked on.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct UnprocessedAccount {
    account_id: String,
    reason: Cow<'static, str>,
}

impl UnprocessedAccount {
    /// The account and why it could not be worked on.
    pub(super) fn new(
        call: &Call<'_>,
        id: &impl ToString,
        reason: impl Into<Cow<'static, str>>,
    ) -> UnprocessedAccount {
        let id = id.to_string();
        let mut reason = reason_for(call, reason);
        if let Some(email) = sent_email(call, &id) {
            reason = format!("{reason} (account {id}, email {email})").into();
        }
        UnprocessedAccount {
            account_id: id,
            reason,
        }
    }
}

/// The e-mail address that the request has for an account, where errors quote what was sent.
fn sent_email(call: &Call<'_>, id: &str) -> Option<String> {
    if !call.world.unkind.quoting_errors {
        return None;
    }
    let request: Value = call.input().ok()?;
    let accounts = request.get("Accounts")?.as_array()?;
    let account = accounts.iter().find(|account| account["AccountId"] == id)?;
    account["EmailAddress"].as_str().map(str::to_owned)
}

/// Why something could not be worked on, in the words that the world has for that.
pub(super) fn reason_for(
    call: &Call<'_>,
    reason: impl Into<Cow<'static, str>>,
) -> Cow<'static, str> {
    match call.world.unverified.reasons {
        Reasons::Known => reason.into(),
        Reasons::Other => "The request for this entry could not be completed.".into(),
    }
}

impl<'a> MemberDetail<'a> {
    /// What `graph` says of `account`.
    pub(super) fn of(
        call: &Call<'_>,
        graph: &Graph,
        account: AccountId,
        membership: &'a Membership,
    ) -> MemberDetail<'a> {
        let contributes = membership.status == Status::Enabled;
        MemberDetail {
            account_id: account,
            email_address: &membership.email,
            graph_arn: graph.arn,
            administrator_id: graph.arn.administrator,
            master_id: graph.arn.administrator,
            status: membership.status,
            disabled_reason: membership.disabled,
            invited_time: Time(membership.invited),
            updated_time: Time(membership.updated),
            invitation_type: if membership.of_organization {
                "ORGANIZATION"
            } else {
                "INVITATION"
            },
            volume_usage_by_datasource_package: if contributes {
                usage(call, account, membership)
            } else {
                BTreeMap::new()
            },
            datasource_package_ingest_states: if contributes {
                graph.packages.states()
            } else {
                BTreeMap::new()
            },
        }
    }
}

fn usage(call: &Call<'_>, account: AccountId, membership: &Membership) -> BTreeMap<Package, Usage> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "casts from floats saturate"
    )]
    let bytes = (call.world.gigabytes(account) * 1e9) as u64;
    let usage = Usage {
        volume_usage_in_bytes: bytes,
        volume_usage_update_time: Time(membership.updated),
    };
    BTreeMap::from([(Package::DetectiveCore, usage)])
}
