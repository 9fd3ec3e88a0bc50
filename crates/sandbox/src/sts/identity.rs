//! Who calls, and whose key that is.

use super::{constraint, role_id};
use crate::call::Call;
use crate::caller::Caller;
use crate::state::State;
use crate::wire::{Answer, Element, Failure};

pub(crate) fn get_caller_identity(call: &Call<'_>, _: &mut State) -> Result<Answer, Failure> {
    let caller = call.caller;
    let user = match &caller.session {
        Some(session) => format!("{}:{}", role_id(session), session.name),
        None => "AIDASANDBOXSANDBOX000".to_owned(),
    };
    let members = vec![
        Element::text("UserId", user),
        Element::text("Account", caller.account.to_string()),
        Element::text("Arn", caller.arn()),
    ];
    Ok(call.xml(
        "GetCallerIdentityResponse",
        "GetCallerIdentityResult",
        members,
    ))
}

pub(crate) fn get_access_key_info(call: &Call<'_>, state: &mut State) -> Result<Answer, Failure> {
    let key = call.text_parameter("AccessKeyId", 16, 128)?;
    let owner = Caller::known(&key, call.world, state).ok_or_else(|| {
        constraint(
            &format!("'{key}'"),
            "AccessKeyId",
            "Member must be an access key",
        )
    })?;
    let account = vec![Element::text("Account", owner.account.to_string())];
    Ok(call.xml(
        "GetAccessKeyInfoResponse",
        "GetAccessKeyInfoResult",
        account,
    ))
}
