//! The calls of Detective. Each says what came back, in the words of the fleet, and is one request unless
//! a short list needs another page.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use aws_credential_types::Credentials;
use aws_sdk_detective::Client;
use aws_sdk_detective::config::{Builder, Config};
use aws_sdk_detective::operation::RequestId;
use aws_sdk_detective::primitives::DateTime;
use aws_sdk_detective::types::{
    Account, DatasourcePackageIngestDetail, DatasourcePackageIngestState, InvitationType,
    MemberDetail, UnprocessedAccount,
};
use fleet::account::{AccountId, Email, GraphArn};
use fleet::check::Invitation;
use fleet::desired::Settings;
use fleet::member::{Member, Since, Volume};
use jiff::Timestamp;

use crate::failure::Failure;

/// The most entries that ListMembers gives at once (Detective's service model).
const PAGE: i32 = 200;

/// A member, and what AWS says of it.
pub(crate) type Entry = (AccountId, Member);

/// Accounts that AWS left out of a batch, each with its words.
pub(crate) type LeftOut = Vec<(AccountId, String)>;

/// What AWS answered to a change, and what AWS calls the request.
#[derive(Clone, Debug)]
pub(crate) struct Answered<T> {
    pub(crate) told: T,
    pub(crate) request_id: Option<Arc<str>>,
}

impl<T> Answered<T> {
    fn new(output: &impl RequestId, told: T) -> Self {
        let request_id = output.request_id().map(Into::into);
        Self { told, request_id }
    }
}

fn with(credentials: Credentials) -> Builder {
    Config::builder().credentials_provider(credentials)
}

/// `detective:ListGraphs`: the one that the administrator has, if any. There is at most one in a
/// Region, but a page may be empty though more follow. `before` is told of each page before the last.
pub(crate) async fn find_graph(
    client: &Client,
    keys: Credentials,
    administrator: AccountId,
    before: impl Fn(),
) -> Result<Option<GraphArn>, Failure> {
    let mut token = None;
    loop {
        let call = client.list_graphs().set_next_token(token).customize();
        let page = call.config_override(with(keys.clone())).send().await?;
        let graphs = page.graph_list.unwrap_or_default().into_iter();
        let mut arns = graphs.filter_map(|graph| graph.arn.as_deref().map(GraphArn::new));
        let own = arns.find(|arn| arn.is_of(administrator));
        token = page.next_token.filter(|token| !token.is_empty());
        if own.is_some() || token.is_none() {
            return Ok(own);
        }
        before();
    }
}

/// `detective:CreateGraph`. Where one exists, AWS answers with that one.
pub(crate) async fn create_graph(
    client: &Client,
    keys: Credentials,
    settings: &Settings,
) -> Result<Answered<GraphArn>, Failure> {
    // An empty map is out of the service's range of 1 to 50.
    let tags = (!settings.tags.is_empty()).then(|| settings.tags.clone().into_iter().collect());
    let call = client.create_graph().set_tags(tags).customize();
    let output = call.config_override(with(keys)).send().await?;
    let arn = output.graph_arn().map(GraphArn::new);
    let arn =
        arn.ok_or_else(|| Failure::refused("NoArn", "AWS answered without the graph's ARN"))?;
    Ok(Answered::new(&output, arn))
}

/// One page of `detective:ListMembers`, and the token of the next.
pub(crate) async fn list_members(
    client: &Client,
    keys: Credentials,
    graph: &GraphArn,
    token: Option<String>,
) -> Result<(Vec<Entry>, Option<String>), Failure> {
    let call = client
        .list_members()
        .graph_arn(graph.as_str())
        .max_results(PAGE)
        .set_next_token(token);
    let page = call.customize().config_override(with(keys)).send().await?;
    Ok((
        entries(page.member_details),
        page.next_token.filter(|token| !token.is_empty()),
    ))
}

/// `detective:GetMembers`. An account that is not in the answer may be absent or have failed to be
/// read: only a whole list tells.
pub(crate) async fn get_members(
    client: &Client,
    keys: Credentials,
    graph: &GraphArn,
    accounts: &[AccountId],
) -> Result<Vec<Entry>, Failure> {
    let call = client.get_members().graph_arn(graph.as_str());
    let call = call.set_account_ids(Some(accounts.iter().map(ToString::to_string).collect()));
    let output = call.customize().config_override(with(keys)).send().await?;
    Ok(entries(output.member_details))
}

/// `detective:CreateMembers`: who is listed now, and who was left out. Being listed is not success:
/// a failed verification is listed too.
pub(crate) async fn create_members(
    client: &Client,
    keys: Credentials,
    graph: &GraphArn,
    settings: &Settings,
    invited: &[(AccountId, Email)],
) -> Result<Answered<(Vec<Entry>, LeftOut)>, Failure> {
    let mut call = client
        .create_members()
        .graph_arn(graph.as_str())
        .disable_email_notification(!settings.send_email)
        .set_message(settings.message.clone());
    for (account, email) in invited {
        let account = Account::builder()
            .account_id(account.to_string())
            .email_address(email.expose());
        let account = account
            .build()
            .map_err(|error| Failure::refused("RequestNotBuilt", error.to_string()))?;
        call = call.accounts(account);
    }
    let mut output = call.customize().config_override(with(keys)).send().await?;
    let told = (
        entries(output.members.take()),
        left_out(output.unprocessed_accounts.take()),
    );
    Ok(Answered::new(&output, told))
}

/// `detective:DeleteMembers`: who was removed, and who was left out.
pub(crate) async fn delete_members(
    client: &Client,
    keys: Credentials,
    graph: &GraphArn,
    accounts: &[AccountId],
) -> Result<Answered<(Vec<AccountId>, LeftOut)>, Failure> {
    let call = client.delete_members().graph_arn(graph.as_str());
    let call = call.set_account_ids(Some(accounts.iter().map(ToString::to_string).collect()));
    let mut output = call.customize().config_override(with(keys)).send().await?;
    let removed = output.account_ids().iter();
    let removed = removed.filter_map(|account| account.parse().ok()).collect();
    let told = (removed, left_out(output.unprocessed_accounts.take()));
    Ok(Answered::new(&output, told))
}

/// `detective:AcceptInvitation`, with the member's credentials.
pub(crate) async fn accept(
    client: &Client,
    keys: Credentials,
    graph: &GraphArn,
) -> Result<Answered<()>, Failure> {
    let call = client.accept_invitation().graph_arn(graph.as_str());
    let output = call.customize().config_override(with(keys)).send().await?;
    Ok(Answered::new(&output, ()))
}

/// One page of `detective:ListInvitations`, with the member's credentials, and the token of the next:
/// open and accepted invitations of all graphs of the Region.
pub(crate) async fn list_invitations(
    client: &Client,
    keys: Credentials,
    token: Option<String>,
) -> Result<(Vec<Invitation>, Option<String>), Failure> {
    let call = client
        .list_invitations()
        .max_results(PAGE)
        .set_next_token(token);
    let page = call.customize().config_override(with(keys)).send().await?;
    let invitation = |detail: MemberDetail| {
        Some(Invitation {
            administrator: detail.administrator_id?.parse().ok()?,
            status: detail.status?.as_str().into(),
        })
    };
    let invitations = page.invitations.unwrap_or_default();
    Ok((
        invitations.into_iter().filter_map(invitation).collect(),
        page.next_token.filter(|token| !token.is_empty()),
    ))
}

/// `detective:DeleteGraph`: its members go with it.
pub(crate) async fn delete_graph(
    client: &Client,
    keys: Credentials,
    graph: &GraphArn,
) -> Result<Answered<()>, Failure> {
    let call = client.delete_graph().graph_arn(graph.as_str());
    let output = call.customize().config_override(with(keys)).send().await?;
    Ok(Answered::new(&output, ()))
}

/// `detective:StartMonitoringMember`: success says that AWS tried, and not that it could.
pub(crate) async fn start_monitoring(
    client: &Client,
    keys: Credentials,
    graph: &GraphArn,
    account: AccountId,
) -> Result<Answered<()>, Failure> {
    let call = client
        .start_monitoring_member()
        .graph_arn(graph.as_str())
        .account_id(account.to_string());
    let output = call.customize().config_override(with(keys)).send().await?;
    Ok(Answered::new(&output, ()))
}

/// `detective:ListTagsForResource`.
pub(crate) async fn read_tags(
    client: &Client,
    keys: Credentials,
    graph: &GraphArn,
) -> Result<BTreeMap<String, String>, Failure> {
    let call = client.list_tags_for_resource().resource_arn(graph.as_str());
    let output = call.customize().config_override(with(keys)).send().await?;
    Ok(output.tags.unwrap_or_default().into_iter().collect())
}

/// `detective:TagResource`: adds tags, and changes those that are there.
pub(crate) async fn tag(
    client: &Client,
    keys: Credentials,
    graph: &GraphArn,
    tags: &BTreeMap<String, String>,
) -> Result<Answered<()>, Failure> {
    let call = client.tag_resource().resource_arn(graph.as_str());
    let call = call.set_tags(Some(tags.clone().into_iter().collect()));
    let output = call.customize().config_override(with(keys)).send().await?;
    Ok(Answered::new(&output, ()))
}

/// `detective:UntagResource`.
pub(crate) async fn untag(
    client: &Client,
    keys: Credentials,
    graph: &GraphArn,
    tags: &BTreeSet<String>,
) -> Result<Answered<()>, Failure> {
    let call = client.untag_resource().resource_arn(graph.as_str());
    let call = call.set_tag_keys(Some(tags.iter().cloned().collect()));
    let output = call.customize().config_override(with(keys)).send().await?;
    Ok(Answered::new(&output, ()))
}

/// `detective:ListDatasourcePackages`: those that are started. There are three in the world, but a
/// page may be shorter than asked for. `before` is told of each page before the last.
pub(crate) async fn read_packages(
    client: &Client,
    keys: Credentials,
    graph: &GraphArn,
    before: impl Fn(),
) -> Result<BTreeSet<String>, Failure> {
    let mut started = BTreeSet::new();
    let mut token = None;
    loop {
        let call = client
            .list_datasource_packages()
            .graph_arn(graph.as_str())
            .max_results(PAGE)
            .set_next_token(token);
        let config = with(keys.clone());
        let page = call.customize().config_override(config).send().await?;
        let packages = page.datasource_packages.unwrap_or_default();
        let names = packages
            .into_iter()
            .filter(|(_, detail)| is_started(detail))
            .map(|(package, _)| package.as_str().to_owned());
        started.extend(names);
        token = page.next_token.filter(|token| !token.is_empty());
        if token.is_none() {
            return Ok(started);
        }
        before();
    }
}

fn is_started(detail: &DatasourcePackageIngestDetail) -> bool {
    detail.datasource_package_ingest_state == Some(DatasourcePackageIngestState::Started)
}

/// `detective:UpdateDatasourcePackages`.
pub(crate) async fn start_packages(
    client: &Client,
    keys: Credentials,
    graph: &GraphArn,
    packages: &BTreeSet<String>,
) -> Result<Answered<()>, Failure> {
    let mut call = client
        .update_datasource_packages()
        .graph_arn(graph.as_str());
    for package in packages {
        call = call.datasource_packages(package.as_str().into());
    }
    let output = call.customize().config_override(with(keys)).send().await?;
    Ok(Answered::new(&output, ()))
}

fn entries(details: Option<Vec<MemberDetail>>) -> Vec<Entry> {
    details
        .unwrap_or_default()
        .into_iter()
        .filter_map(entry)
        .collect()
}

fn entry(detail: MemberDetail) -> Option<Entry> {
    let account = detail.account_id.as_deref()?.parse().ok()?;
    let volumes = volumes(&detail);
    let member = Member {
        status: detail.status?.as_str().into(),
        // Detective's older pattern took addresses that today's does not.
        email: detail.email_address.and_then(|email| email.parse().ok()),
        disabled_reason: detail.disabled_reason.map(|reason| reason.as_str().into()),
        organization: detail.invitation_type == Some(InvitationType::Organization),
        since: Since {
            invited: detail.invited_time.and_then(moment).map(Into::into),
            updated: detail.updated_time.and_then(moment).map(Into::into),
        },
        volumes,
    };
    Some((account, member))
}

/// Bytes a day, by data source package. (The flat field of the model is deprecated.)
fn volumes(detail: &MemberDetail) -> Vec<Volume> {
    let packages = detail.volume_usage_by_datasource_package.iter().flatten();
    let mut volumes: Vec<_> = packages
        .filter_map(|(package, usage)| {
            Some(Volume {
                package: package.as_str().into(),
                bytes_per_day: u64::try_from(usage.volume_usage_in_bytes?).ok()?,
                measured: usage.volume_usage_update_time.and_then(moment),
            })
        })
        .collect();
    // One for each membership, and most have one package.
    volumes.shrink_to_fit();
    volumes.sort_by(|one, other| one.package.cmp(&other.package));
    volumes
}

/// To the second, as AWS gives it; `None` for what is out of the range of times.
fn moment(at: DateTime) -> Option<Timestamp> {
    Timestamp::from_second(at.secs()).ok()
}

fn left_out(unprocessed: Option<Vec<UnprocessedAccount>>) -> LeftOut {
    let word = |account: UnprocessedAccount| {
        let reason = account.reason.as_deref().unwrap_or("AWS gave no reason");
        let reason = Email::mask_in(reason);
        Some((account.account_id?.parse().ok()?, reason))
    };
    unprocessed
        .unwrap_or_default()
        .into_iter()
        .filter_map(word)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_email_in_the_reason_of_a_left_out_account_is_masked() {
        let account = UnprocessedAccount::builder()
            .account_id("111122223333")
            .reason("root@example.com is another account's");
        let left_out = left_out(Some(vec![account.build()]));
        let account = "111122223333".parse().unwrap();
        let words = "r***@example.com is another account's".to_owned();
        assert_eq!(left_out, [(account, words)]);
    }
}
