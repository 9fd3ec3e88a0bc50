//! Organizations: whether there is one, and who is in it. JSON 1.1, after the service model
//! (botocore 1.43.11).

use http::StatusCode;
use serde::Deserialize;
use serde_json::json;

use crate::account::AccountId;
use crate::call::Call;
use crate::luck::Luck;
use crate::state::State;
use crate::wire::{Answer, Failure};
use crate::world::Organization;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListAccounts {
    next_token: Option<AccountId>,
    max_results: Option<usize>,
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

pub(crate) fn list_accounts(call: &Call<'_>, _: &mut State) -> Result<Answer, Failure> {
    let organization = own(call)?;
    if call.caller.account != organization.management {
        let message = "You don't have permissions to access this resource.";
        return Err(Failure::new(
            StatusCode::BAD_REQUEST,
            "AccessDeniedException",
            message,
        ));
    }
    let input: ListAccounts = call.input().map_err(|_| invalid())?;
    let size = input.max_results.unwrap_or(20);
    if !(1..=20).contains(&size) {
        return Err(invalid());
    }
    let accounts = call
        .world
        .accounts
        .iter()
        .filter(|(id, _)| organization.has(**id));
    let mut rest = accounts
        .filter(|(id, _)| input.next_token.is_none_or(|after| **id > after))
        .peekable();
    let page: Vec<_> = rest.by_ref().take(size).collect();
    let next = page
        .last()
        .filter(|_| rest.peek().is_some())
        .map(|(id, _)| **id);
    let accounts: Vec<_> = page
        .into_iter()
        .map(|(id, account)| {
            let status = if account.suspended { "SUSPENDED" } else { "ACTIVE" };
            json!({
                "Id": id, "Arn": arn(call, organization, *id), "Email": account.email, "Name": format!("account-{id}"),
                "Status": status, "State": status, "JoinedMethod": "INVITED",
            })
        })
        .collect();
    let mut answer = json!({ "Accounts": accounts });
    if let Some(next) = next {
        answer["NextToken"] = json!(next);
    }
    Answer::json_1_1(&answer)
}

fn own<'a>(call: &Call<'a>) -> Result<&'a Organization, Failure> {
    call.world
        .organization
        .as_ref()
        .filter(|it| it.has(call.caller.account))
        .ok_or_else(|| {
            let message = "Your account is not a member of an organization.";
            Failure::new(
                StatusCode::BAD_REQUEST,
                "AWSOrganizationsNotInUseException",
                message,
            )
        })
}

fn id(call: &Call<'_>) -> String {
    format!(
        "o-{}",
        Luck::of(call.world.seed, None, None, "organization", 0).hex(10)
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
    Failure::new(
        StatusCode::BAD_REQUEST,
        "InvalidInputException",
        "You specified an invalid value.",
    )
}
