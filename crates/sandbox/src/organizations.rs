//! Organizations: whether there is one, and who is in it. JSON 1.1, after the service model
//! (botocore 1.43.11).

use std::collections::BTreeMap;

use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::account::AccountId;
use crate::call::Call;
use crate::random::RandomStream;
use crate::state::State;
use crate::wire::{Answer, Failure};
use crate::world::Organization;

/// How many entries a page has at most.
const MOST: usize = 20;

/// The service principal by which Organizations knows Detective.
const DETECTIVE: &str = "detective.amazonaws.com";

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListAccounts {
    next_token: Option<AccountId>,
    max_results: Option<usize>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListDelegatedAdministrators {
    service_principal: Option<String>,
    next_token: Option<AccountId>,
    max_results: Option<usize>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DescribeAccount {
    account_id: Option<AccountId>,
}

pub(crate) fn describe_organization(call: &Call<'_>, _: &mut State) -> Result<Answer, Failure> {
    let organization = own(call)?;
    let management = organization.management;
    let email = call
        .world
        .accounts
        .get(&management)
        .map(|account| account.email.as_str());
    Answer::json_1_1(&json!({ "Organization": {
        "Id": id(call),
        "Arn": format!("arn:aws:organizations::{management}:organization/{}", id(call)),
        "FeatureSet": "ALL",
        "MasterAccountId": management,
        "MasterAccountArn": arn(call, organization, management),
        "MasterAccountEmail": email,
    } }))
}

pub(crate) fn list_accounts(call: &Call<'_>, state: &mut State) -> Result<Answer, Failure> {
    let organization = trusted(call, state)?;
    let ListAccounts {
        next_token,
        max_results,
    } = call.input().map_err(|_| invalid())?;
    let accounts = call.world.accounts.keys().copied();
    let accounts = accounts.filter(|id| organization.has(*id));
    let (page, next) = page(call, accounts, next_token, max_results)?;
    let accounts: Vec<_> = page
        .into_iter()
        .map(|id| account(call, organization, id))
        .collect();
    answer("Accounts", &accounts, next)
}

pub(crate) fn describe_account(call: &Call<'_>, state: &mut State) -> Result<Answer, Failure> {
    let organization = trusted(call, state)?;
    let input: DescribeAccount = call.input().map_err(|_| invalid())?;
    let id = input.account_id.ok_or_else(invalid)?;
    if !organization.has(id) || !call.world.accounts.contains_key(&id) {
        let message = "You specified an account that doesn't exist.";
        return Err(refused("AccountNotFoundException", message));
    }
    Answer::json_1_1(&json!({ "Account": account(call, organization, id) }))
}

/// Naming an account the administrator of Detective in any Region makes it a delegated
/// administrator (Detective administration guide, accounts-designate-org-admin-account).
pub(crate) fn list_delegated_administrators(
    call: &Call<'_>,
    state: &mut State,
) -> Result<Answer, Failure> {
    let organization = trusted(call, state)?;
    let ListDelegatedAdministrators {
        service_principal,
        next_token,
        max_results,
    } = call.input().map_err(|_| invalid())?;
    let mut since = BTreeMap::new();
    for (id, at) in state.delegated.values() {
        let first = since.entry(*id).or_insert(*at);
        *first = (*first).min(*at);
    }
    if service_principal.is_some_and(|service| service != DETECTIVE) {
        since.clear();
    }
    let (page, next) = page(call, since.keys().copied(), next_token, max_results)?;
    let administrators: Vec<_> = page
        .into_iter()
        .map(|id| {
            let mut administrator = account(call, organization, id);
            administrator["DelegationEnabledDate"] = json!(since[&id].as_second());
            administrator
        })
        .collect();
    answer("DelegatedAdministrators", &administrators, next)
}

/// A page of at most 20 accounts, and the token of the next one if there is one.
fn page(
    call: &Call<'_>,
    ids: impl Iterator<Item = AccountId>,
    after: Option<AccountId>,
    size: Option<usize>,
) -> Result<(Vec<AccountId>, Option<AccountId>), Failure> {
    let size = size.unwrap_or(MOST);
    if !(1..=MOST).contains(&size) {
        return Err(invalid());
    }
    let token = after.map(|after| after.to_string()).unwrap_or_default();
    let size = call.page_size(size, &token);
    let mut rest = ids
        .filter(|id| after.is_none_or(|after| *id > after))
        .peekable();
    let page: Vec<_> = rest.by_ref().take(size).collect();
    let next = page.last().filter(|_| rest.peek().is_some()).copied();
    Ok((page, next))
}

fn answer(name: &str, list: &[Value], next: Option<AccountId>) -> Result<Answer, Failure> {
    let mut answer = json!({ name: list });
    if let Some(next) = next {
        answer["NextToken"] = json!(next);
    }
    Answer::json_1_1(&answer)
}

fn account(call: &Call<'_>, organization: &Organization, id: AccountId) -> Value {
    let account = call.world.accounts.get(&id);
    let closed = call.world.is_closed(id, call.elapsed);
    let status = if closed || account.is_some_and(|account| account.suspended) {
        "SUSPENDED"
    } else {
        "ACTIVE"
    };
    json!({
        "Id": id,
        "Arn": arn(call, organization, id),
        "Email": account.map(|account| account.email.as_str()).unwrap_or_default(),
        "Name": format!("account-{id}"),
        "Status": status,
        "State": if closed { "CLOSED" } else { status },
        "JoinedMethod": "INVITED",
    })
}

/// The organization, if the caller is its management account or a delegated administrator: only
/// those may look at its accounts (Organizations API reference, ListAccounts).
fn trusted<'a>(call: &Call<'a>, state: &State) -> Result<&'a Organization, Failure> {
    let organization = own(call)?;
    let caller = call.caller.account;
    let delegated = state.delegated.values().any(|(id, _)| *id == caller);
    if caller == organization.management || delegated {
        return Ok(organization);
    }
    let message = "You don't have permissions to access this resource.";
    Err(refused("AccessDeniedException", message))
}

fn own<'a>(call: &Call<'a>) -> Result<&'a Organization, Failure> {
    call.world
        .organization
        .as_ref()
        .filter(|it| it.has(call.caller.account))
        .ok_or_else(|| {
            let message = "Your account is not a member of an organization.";
            refused("AWSOrganizationsNotInUseException", message)
        })
}

fn id(call: &Call<'_>) -> String {
    format!(
        "o-{}",
        RandomStream::of(call.world.seed, None, None, "organization", 0).hex(10)
    )
}

fn arn(call: &Call<'_>, organization: &Organization, account: AccountId) -> String {
    format!(
        "arn:aws:organizations::{}:account/{}/{account}",
        organization.management,
        id(call)
    )
}

fn invalid() -> Failure {
    refused("InvalidInputException", "You specified an invalid value.")
}

fn refused(code: &'static str, message: &str) -> Failure {
    Failure::new(StatusCode::BAD_REQUEST, code, message)
}
