//! GuardDuty: whether it is on, and since when. After the service model (botocore 1.43.11).

use http::StatusCode;
use jiff::Timestamp;
use serde_json::json;

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
    let (_, created) = detector(call, state).filter(|(id, _)| *id == call.segment()).ok_or_else(|| {
        let message = "The request is rejected because the input detectorId is not owned by the current account.";
        Failure::new(StatusCode::BAD_REQUEST, "BadRequestException", message).with("type", "InvalidInputException")
    })?;
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
