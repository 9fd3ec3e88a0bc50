//! What the administrator does with members.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::check::BATCH;
use super::page::PageRequest;
use super::shapes::{MemberDetail, UnprocessedAccount};
use crate::account::AccountId;
use crate::call::Call;
use crate::clock::later;
use crate::graph::Graph;
use crate::membership::{Membership, Status};
use crate::state::State;
use crate::wire::{Answer, Failure};

/// The only reason that is known word for word (public code that looks for it).
const ALREADY_A_MEMBER: &str = "Account is already a member";
/// UNVERIFIED wording.
const NOT_A_MEMBER: &str = "Account is not a member";
/// INFERRED: the administrator is refused alone, not with its batch. UNVERIFIED wording.
const IS_THE_ADMINISTRATOR: &str = "Account is the administrator account of the behavior graph";
/// A graph can have that many members (service model, ServiceQuotaExceededException).
const QUOTA: usize = 1_200;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct CreateMembers {
    graph_arn: Option<String>,
    accounts: Option<Vec<AccountInput>>,
    message: Option<String>,
    #[serde(rename = "DisableEmailNotification")]
    _quiet: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AccountInput {
    account_id: Option<String>,
    email_address: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct OfAccounts {
    graph_arn: Option<String>,
    account_ids: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListMembers {
    graph_arn: Option<String>,
    #[serde(flatten)]
    page: PageRequest,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct MemberList<'a> {
    member_details: Vec<MemberDetail<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

/// An account to invite, checked.
struct Candidate {
    id: AccountId,
    email: String,
}

/// Invites accounts. Those that are members already come back as unprocessed, except that one
/// whose verification failed is verified again.
pub(super) fn create(call: &Call<'_>, state: &mut State) -> Result<Answer, Failure> {
    let input: CreateMembers = call.input()?;
    let candidates = candidates(call, &input)?;
    let graph = call.own_graph(input.graph_arn, state)?;
    check_quota(graph, &candidates)?;
    let mut invited = Vec::new();
    let mut unprocessed = Vec::new();
    for Candidate { id, email } in candidates {
        if let Some(reason) = refusal(graph, id) {
            unprocessed.push(UnprocessedAccount {
                account_id: id,
                reason,
            });
        } else {
            graph.members.insert(id, invite(call, id, &email));
            invited.push(id);
        }
    }
    let members: Vec<_> = details(graph, invited.into_iter()).collect();
    Answer::json(&json!({ "Members": members, "UnprocessedAccounts": unprocessed }))
}

pub(super) fn list(call: &Call<'_>, state: &mut State) -> Result<Answer, Failure> {
    let input: ListMembers = call.input()?;
    let page = input.page.read::<AccountId>(call, 200)?;
    let graph = &*call.own_graph(input.graph_arn, state)?;
    let from = page
        .after
        .map_or(std::ops::Bound::Unbounded, std::ops::Bound::Excluded);
    let rest = graph.members.range((from, std::ops::Bound::Unbounded));
    let (entries, next_token) = page.of(call, rest, |(id, _)| **id);
    let member_details = entries
        .into_iter()
        .map(|(id, membership)| MemberDetail::of(graph, *id, membership))
        .collect();
    Answer::json(&MemberList {
        member_details,
        next_token,
    })
}

/// Accounts that are not members come back as unprocessed (seen against live AWS, Alchemy's tests).
pub(super) fn get(call: &Call<'_>, state: &mut State) -> Result<Answer, Failure> {
    let input: OfAccounts = call.input()?;
    let ids = call.account_ids(input.account_ids, BATCH)?;
    let graph = &*call.own_graph(input.graph_arn, state)?;
    let (members, strangers): (Vec<_>, Vec<_>) = ids
        .into_iter()
        .partition(|id| graph.members.contains_key(id));
    let members: Vec<_> = details(graph, members.into_iter()).collect();
    Answer::json(
        &json!({ "MemberDetails": members, "UnprocessedAccounts": not_members(strangers) }),
    )
}

pub(super) fn delete(call: &Call<'_>, state: &mut State) -> Result<Answer, Failure> {
    let input: OfAccounts = call.input()?;
    let ids = call.account_ids(input.account_ids, BATCH)?;
    let graph = call.own_graph(input.graph_arn, state)?;
    let (members, strangers): (Vec<_>, Vec<_>) = ids
        .into_iter()
        .partition(|id| graph.members.remove(id).is_some());
    Answer::json(&json!({ "AccountIds": members, "UnprocessedAccounts": not_members(strangers) }))
}

fn candidates(call: &Call<'_>, input: &CreateMembers) -> Result<Vec<Candidate>, Failure> {
    let accounts = call.required("Accounts", input.accounts.as_ref())?;
    call.length("Accounts", accounts.len(), 1, BATCH)?;
    if let Some(message) = &input.message {
        call.length("Message", message.chars().count(), 1, 1_000)?;
    }
    accounts
        .iter()
        .map(|account| candidate(call, account))
        .collect()
}

fn candidate(call: &Call<'_>, account: &AccountInput) -> Result<Candidate, Failure> {
    let id = call.required("Accounts.AccountId", account.account_id.as_deref())?;
    let email = call.required("Accounts.EmailAddress", account.email_address.clone())?;
    call.email("Accounts.EmailAddress", &email)?;
    Ok(Candidate {
        id: call.account_id("Accounts.AccountId", id)?,
        email,
    })
}

fn check_quota(graph: &Graph, candidates: &[Candidate]) -> Result<(), Failure> {
    let new = candidates
        .iter()
        .filter(|candidate| refusal(graph, candidate.id).is_none());
    if graph.members.len() + new.count() <= QUOTA {
        return Ok(());
    }
    let message = format!("A behavior graph cannot have more than {QUOTA} member accounts.");
    // 402, and what `Resources` holds is UNVERIFIED.
    Err(Failure::new(
        http::StatusCode::PAYMENT_REQUIRED,
        "ServiceQuotaExceededException",
        message,
    )
    .with("Resources", json!(["member accounts"])))
}

fn refusal(graph: &Graph, id: AccountId) -> Option<&'static str> {
    if id == graph.arn.administrator {
        return Some(IS_THE_ADMINISTRATOR);
    }
    let membership = graph.members.get(&id)?;
    (membership.status != Status::VerificationFailed).then_some(ALREADY_A_MEMBER)
}

fn invite(call: &Call<'_>, id: AccountId, email: &str) -> Membership {
    let belongs = call
        .world
        .accounts
        .get(&id)
        .is_some_and(|account| account.email.eq_ignore_ascii_case(email));
    Membership::invited(
        email,
        call.now,
        later(call.now, call.world.verification),
        belongs,
    )
}

fn details<'a>(
    graph: &'a Graph,
    ids: impl Iterator<Item = AccountId>,
) -> impl Iterator<Item = MemberDetail<'a>> {
    ids.filter_map(|id| {
        graph
            .members
            .get(&id)
            .map(|membership| MemberDetail::of(graph, id, membership))
    })
}

fn not_members(ids: Vec<AccountId>) -> Vec<UnprocessedAccount> {
    ids.into_iter()
        .map(|account_id| UnprocessedAccount {
            account_id,
            reason: NOT_A_MEMBER,
        })
        .collect()
}
