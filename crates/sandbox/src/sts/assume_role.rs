//! Assuming roles with a key.

use std::time::Duration;

use http::StatusCode;

use super::session::{Wanted, check_characters};
use super::{check_length, invalid};
use crate::call::Call;
use crate::clock::later;
use crate::permission::check_action;
use crate::state::State;
use crate::wire::{Answer, Failure};
use crate::world::Role;

/// How long a session lasts at most that was assumed with another one (IAM user guide, role
/// chaining).
const CHAINED: Duration = Duration::from_secs(3600);

pub(crate) fn assume_role(call: &Call<'_>, state: &mut State) -> Result<Answer, Failure> {
    let mut wanted = Wanted::read(call)?;
    let external_id = external_id(call)?;
    if call.caller.session.is_some() && wanted.duration > CHAINED {
        return Err(invalid(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
        ));
    }
    // A missing role, one that STS does not know yet, a trust policy or an external id that does not
    // fit, and a suspended account all look the same.
    let role = wanted
        .role(call)
        .filter(|role| later(state.started, role.known_after) <= call.now)
        .filter(|role| trusts(role, call, external_id.as_deref()))
        .ok_or_else(|| denied(call, &wanted.arn))?;
    wanted.source_identity = named(call, &wanted, role)?;
    let granted = wanted.grant(call, state, role)?;
    let mut members = vec![granted.credentials(), granted.user()];
    members.extend(granted.source_identity());
    members.extend(granted.packed());
    Ok(call.xml("AssumeRoleResponse", "AssumeRoleResult", members))
}

fn external_id(call: &Call<'_>) -> Result<Option<String>, Failure> {
    let Some(id) = call.parameter("ExternalId") else {
        return Ok(None);
    };
    check_length("ExternalId", &id, 2, 1224)?;
    check_characters("ExternalId", &id, r"+=,.@:/-", r"[\w+=,.@:\/-]*")?;
    Ok(Some(id))
}

/// In whose name the session is: what was set once cannot be changed, and every role on the way has to
/// allow it (IAM user guide, id_credentials_temp_control-access_monitor).
fn named(call: &Call<'_>, wanted: &Wanted, role: &Role) -> Result<Option<String>, Failure> {
    let own = call.caller.session.as_ref();
    let own = own.and_then(|session| session.source_identity.clone());
    let name = match (own, wanted.source_identity.clone()) {
        (None, None) => return Ok(None),
        (Some(own), Some(other)) if own != other => None,
        (Some(name), _) | (None, Some(name)) => Some(name),
    };
    let action = "sts:SetSourceIdentity";
    if name.is_none() || role.no_source_identity {
        return Err(not_authorized(call, action, &wanted.arn));
    }
    check_action(call, action)?;
    Ok(name)
}

fn denied(call: &Call<'_>, role: &str) -> Failure {
    not_authorized(call, "sts:AssumeRole", role)
}

fn not_authorized(call: &Call<'_>, action: &str, role: &str) -> Failure {
    let user = call.caller.arn();
    let message =
        format!("User: {user} is not authorized to perform: {action} on resource: {role}");
    Failure::new(StatusCode::FORBIDDEN, "AccessDenied", message)
}

fn trusts(role: &Role, call: &Call<'_>, external_id: Option<&str>) -> bool {
    let caller = call.caller;
    let by_account = if role.trusts.is_empty() {
        role.identity_provider.is_none() && caller.account == call.world.administrator
    } else {
        role.trusts.contains(&caller.account)
    };
    let own_role = caller.session.as_ref().map(|session| session.role.as_str());
    let by_role = role.trusts_role.is_none() || role.trusts_role.as_deref() == own_role;
    let by_id = role.external_id.is_none() || role.external_id.as_deref() == external_id;
    by_account && by_role && by_id
}
