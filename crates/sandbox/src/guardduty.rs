//! GuardDuty: whether it is on, and since when. After the service model (botocore 1.43.11).

use http::StatusCode;
use jiff::Timestamp;
use serde_json::json;

use crate::account::AccountId;
use crate::call::Call;
use crate::random::RandomStream;
use crate::state::State;
use crate::wire::{Answer, Failure};

pub(crate) fn list_detectors(call: &Call<'_>, state: &mut State) -> Result<Answer, Failure> {
    let ids: Vec<String> = detector(call, state)
        .map(|(id, _)| id)
        .into_iter()
        .collect();
    Answer::json(&json!({ "detectorIds": ids }))
}

pub(crate) fn get_detector(call: &Call<'_>, state: &mut State) -> Result<Answer, Failure> {
    let (_, created) = detector(call, state)
        .filter(|(id, _)| *id == call.segment())
        .ok_or_else(not_owned)?;
    let created = format!("{created:.3}");
    let role = "role/aws-service-role/guardduty.amazonaws.com/AWSServiceRoleForAmazonGuardDuty";
    Answer::json(&json!({
        "createdAt": created,
        "updatedAt": created,
        "findingPublishingFrequency": "SIX_HOURS",
        "serviceRole": format!("arn:aws:iam::{}:{role}", call.caller.account),
        "status": "ENABLED",
    }))
}

/// The members of the administrator; other accounts have none.
pub(crate) fn list_members(call: &Call<'_>, state: &mut State) -> Result<Answer, Failure> {
    let (id, created) = detector(call, state)
        .filter(|(id, _)| *id == call.segment())
        .ok_or_else(not_owned)?;
    let parameter = |name| call.query(name).into_iter().next();
    let size = match parameter("maxResults").map(|text| text.parse::<usize>()) {
        None => PAGE,
        Some(Ok(size)) if (1..=PAGE).contains(&size) => size,
        Some(_) => {
            return Err(invalid(
                "The request is rejected because the parameter maxResults has an invalid value.",
            ));
        }
    };
    let after = match parameter("nextToken").filter(|token| !token.is_empty()) {
        None => None,
        Some(token) => Some(token.parse::<AccountId>().map_err(|_| {
            invalid("The request is rejected because the parameter nextToken has an invalid value.")
        })?),
    };
    let administers = call.caller.account == call.world.administrator;
    let members = call.world.accounts.iter().filter_map(|(account, it)| {
        let member = it.guardduty_member.as_ref()?;
        let here = member.regions.is_empty() || member.regions.contains(&call.region);
        (administers && here && after.is_none_or(|after| *account > after))
            .then_some((*account, it, member))
    });
    let mut members = members.peekable();
    let size = call.page_size(size, &after.map(|it| it.to_string()).unwrap_or_default());
    let page: Vec<_> = members.by_ref().take(size).collect();
    let last = page.last().map(|(account, ..)| account.to_string());
    let token = last.filter(|_| members.peek().is_some());
    let created = format!("{created:.3}");
    let shown = page.iter().map(|(account, it, member)| {
        json!({
            "accountId": account,
            "detectorId": id,
            "masterId": call.caller.account,
            "administratorId": call.caller.account,
            "email": member.email.as_deref().unwrap_or(&it.email),
            "relationshipStatus": member.status.as_deref().unwrap_or("Enabled"),
            "invitedAt": created,
            "updatedAt": created,
        })
    });
    Answer::json(&json!({
        "members": shown.collect::<Vec<_>>(),
        "nextToken": token.unwrap_or_default(),
    }))
}

/// The most that a page of ListMembers has.
const PAGE: usize = 50;

fn not_owned() -> Failure {
    invalid(
        "The request is rejected because the input detectorId is not owned by the current account.",
    )
}

fn invalid(message: &str) -> Failure {
    Failure::new(StatusCode::BAD_REQUEST, "BadRequestException", message)
        .with("type", "InvalidInputException")
}

/// The detector of the caller in this Region, and when it was made.
fn detector(call: &Call<'_>, state: &State) -> Option<(String, Timestamp)> {
    let account = call.caller.account;
    let age = call.world.accounts.get(&account)?.guardduty()?;
    let id = RandomStream::of(
        call.world.seed,
        Some(account),
        Some(call.region),
        "detector",
        0,
    )
    .hex(32);
    Some((id, state.started.checked_sub(age).unwrap_or(Timestamp::MIN)))
}
