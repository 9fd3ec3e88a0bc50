//! CreateMembers: inviting accounts, or enabling those of the organization.

use std::time::Duration;

use serde::Deserialize;
use serde_json::json;

use super::check::BATCH;
use super::shapes::{MemberDetail, UnprocessedAccount};
use crate::account::AccountId;
use crate::call::Call;
use crate::clock::later;
use crate::graph::{GIGABYTES, Graph, MEMBERS};
use crate::membership::{Membership, Status};
use crate::random::RandomStream;
use crate::state::State;
use crate::wire::{Answer, Failure};
use crate::world::unverified::{
    AdministratorAsMember, EmailCase, FailedMemberAgain, ListedMemberAgain, MalformedAccount,
    WrongEmailAtOnce,
};

/// The only reason that is known word for word (public code that looks for it).
const ALREADY_A_MEMBER: &str = "Account is already a member";
/// INFERRED: the administrator is refused alone, not with its batch. UNVERIFIED wording.
const IS_THE_ADMINISTRATOR: &str = "Account is the administrator account of the behavior graph";
/// UNVERIFIED wording.
const MALFORMED: &str = "Account id or email address is not valid";

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct CreateMembers {
    graph_arn: Option<String>,
    accounts: Option<Vec<AccountInput>>,
    message: Option<String>,
    /// Mails are never sent, but the member has to be of the right type.
    #[serde(rename = "DisableEmailNotification")]
    _quiet: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AccountInput {
    account_id: Option<String>,
    email_address: Option<String>,
}

/// An account to invite.
struct Candidate {
    id: AccountId,
    email: String,
}

/// Invites accounts. Those that are members already come back as unprocessed, except that one
/// whose verification failed is verified again.
pub(crate) fn create(call: &Call<'_>, state: &mut State) -> Result<Answer, Failure> {
    let input: CreateMembers = call.input()?;
    let (candidates, mut unprocessed) = candidates(call, &input)?;
    let started = state.started;
    let graph = call.own_graph(input.graph_arn, state)?;
    check_administrator(call, graph, &candidates)?;
    check_listed(call, graph, &candidates)?;
    check_quota(call, graph, &candidates)?;
    let mut invited = Vec::new();
    for Candidate { id, email } in candidates {
        if let Some(reason) = refusal(call, graph, id) {
            unprocessed.push(UnprocessedAccount::new(call, &id, reason));
            continue;
        }
        let membership = if is_of_organization(call, graph, id) {
            let mut membership = Membership::new(&email, Status::Enabled, call.now);
            membership.of_organization = true;
            membership.contribute(graph.obstacle(id, call.world, started, call.now), call.now);
            membership
        } else {
            invitation(call, graph, id, &email)
        };
        graph.members.insert(id, membership);
        invited.push(id);
    }
    let members: Vec<_> = invited
        .into_iter()
        .filter_map(|id| Some(MemberDetail::of(call, graph, id, graph.members.get(&id)?)))
        .collect();
    Answer::json(&json!({ "Members": members, "UnprocessedAccounts": unprocessed }))
}

fn candidates(
    call: &Call<'_>,
    input: &CreateMembers,
) -> Result<(Vec<Candidate>, Vec<UnprocessedAccount>), Failure> {
    let accounts = call.required("Accounts", input.accounts.as_ref())?;
    call.length("Accounts", accounts.len(), 1, BATCH)?;
    if let Some(message) = &input.message {
        call.length("Message", message.chars().count(), 1, 1_000)?;
    }
    let mut good: Vec<Candidate> = Vec::new();
    let mut bad = Vec::new();
    for account in accounts {
        match candidate(call, account) {
            // The second entry of an account finds what the first one made. UNVERIFIED.
            Ok(candidate) if good.iter().any(|other| other.id == candidate.id) => {
                bad.push(UnprocessedAccount::new(
                    call,
                    &candidate.id,
                    ALREADY_A_MEMBER,
                ));
            }
            Ok(candidate) => good.push(candidate),
            Err(_) if call.world.unverified.malformed_account == MalformedAccount::Unprocessed => {
                let id = account.account_id.clone().unwrap_or_default();
                bad.push(UnprocessedAccount::new(call, &id, MALFORMED));
            }
            Err(failure) => return Err(failure),
        }
    }
    Ok((good, bad))
}

/// Accounts of an organization may come without an e-mail although the model says that it is
/// required (terraform-provider-aws, issue 23459).
fn candidate(call: &Call<'_>, account: &AccountInput) -> Result<Candidate, Failure> {
    let id = call.required("Accounts.AccountId", account.account_id.as_deref())?;
    let id = call.account_id("Accounts.AccountId", id)?;
    let email = match (&account.email_address, &call.world.organization) {
        (None, Some(organization)) if organization.has(id) => String::new(),
        (email, _) => {
            let email = call.required("Accounts.EmailAddress", email.clone())?;
            call.email("Accounts.EmailAddress", &email)?;
            email
        }
    };
    Ok(Candidate { id, email })
}

fn check_administrator(
    call: &Call<'_>,
    graph: &Graph,
    candidates: &[Candidate],
) -> Result<(), Failure> {
    let invalid = call.world.unverified.administrator_as_member == AdministratorAsMember::Invalid;
    if invalid
        && candidates
            .iter()
            .any(|candidate| candidate.id == graph.arn.administrator)
    {
        return Err(call.wrong("Accounts", "must not contain the administrator account."));
    }
    Ok(())
}

fn check_listed(call: &Call<'_>, graph: &Graph, candidates: &[Candidate]) -> Result<(), Failure> {
    let invalid = call.world.unverified.listed_member_again == ListedMemberAgain::Invalid;
    let is_listed = |it: &Candidate| refusal(call, graph, it.id) == Some(ALREADY_A_MEMBER);
    if invalid && candidates.iter().any(is_listed) {
        return Err(call.wrong("Accounts", "must not contain member accounts."));
    }
    Ok(())
}

fn check_quota(call: &Call<'_>, graph: &Graph, candidates: &[Candidate]) -> Result<(), Failure> {
    let new = candidates
        .iter()
        .filter(|it| !graph.members.contains_key(&it.id) && it.id != graph.arn.administrator);
    let message = if graph.members.len() + new.count() > MEMBERS {
        format!("A behavior graph cannot have more than {MEMBERS} member accounts.")
    } else if graph.volume(call.world) > GIGABYTES {
        "The current volume ingested is above the limit of 10 TB per day.".to_owned()
    } else {
        return Ok(());
    };
    Err(quota_exceeded(message))
}

/// 402 after the service model; what `Resources` holds is UNVERIFIED.
pub(super) fn quota_exceeded(message: impl Into<String>) -> Failure {
    Failure::new(
        http::StatusCode::PAYMENT_REQUIRED,
        "ServiceQuotaExceededException",
        message,
    )
    .with("Resources", json!(["member accounts"]))
}

fn refusal(call: &Call<'_>, graph: &Graph, id: AccountId) -> Option<&'static str> {
    if id == graph.arn.administrator {
        return Some(IS_THE_ADMINISTRATOR);
    }
    let membership = graph.members.get(&id)?;
    let retried = call.world.unverified.failed_member_again == FailedMemberAgain::Retried;
    (membership.status != Status::VerificationFailed || !retried).then_some(ALREADY_A_MEMBER)
}

fn is_of_organization(call: &Call<'_>, graph: &Graph, id: AccountId) -> bool {
    graph.organization.is_some()
        && call
            .world
            .organization
            .as_ref()
            .is_some_and(|organization| organization.has(id))
}

/// A membership whose verification begins now. How long it takes is a matter of chance, with a stream
/// for each account and attempt, so that it does not depend on what else is in the batch.
fn invitation(call: &Call<'_>, graph: &Graph, id: AccountId, email: &str) -> Membership {
    let world = call.world;
    let before = graph.members.get(&id);
    let attempt = before.map_or(0, |before| before.attempt + 1);
    let purpose = format!("verification for {}", graph.arn.administrator);
    let mut random = RandomStream::of(world.seed, Some(id), Some(call.region), &purpose, attempt);
    let mut duration = random.spread(world.verification, world.verification_spread);
    if random.happens(world.verified_at_once) {
        duration = Duration::ZERO;
    }
    let visible = later(
        call.now,
        random.spread(world.visibility, world.visibility_spread),
    );
    let belongs = world
        .accounts
        .get(&id)
        .is_some_and(|account| is_same(call, &account.email, email));
    // INFERRED: nobody can be asked whose address it is.
    let belongs = belongs && !world.is_closed(id, call.elapsed);
    let mut membership = Membership::new(email, Status::VerificationInProgress, call.now);
    membership.attempt = attempt;
    // One that was there before stays visible.
    membership.visible = before.map_or(visible, |before| before.visible);
    membership.verification = Some((later(call.now, duration), belongs));
    if belongs || world.unverified.wrong_email_at_once == WrongEmailAtOnce::Failed {
        membership.settle(call.now);
    }
    membership
}

fn is_same(call: &Call<'_>, own: &str, given: &str) -> bool {
    match call.world.unverified.email_case {
        EmailCase::Ignored => own.eq_ignore_ascii_case(given),
        EmailCase::Counts => own == given,
    }
}
