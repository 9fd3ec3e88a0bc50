//! What a caller may do: the policies of its role and of its session.

use crate::call::Call;
use crate::policy::{Question, Verdict};
use crate::wire::{Failure, denied_by_policy};

/// Checks that the policies of the caller's role and session let it make that call.
pub(crate) fn check_policies(call: &Call<'_>) -> Result<(), Failure> {
    // "No permissions are required to perform this operation" (STS API reference).
    if call.operation.name == "GetCallerIdentity" {
        return Ok(());
    }
    check_action(call, &call.operation.full_name())
}

/// The same for one action, of which a call may need several.
pub(crate) fn check_action(call: &Call<'_>, action: &str) -> Result<(), Failure> {
    let Some(session) = &call.caller.session else {
        return Ok(());
    };
    let role = call.world.role(session.account, &session.role);
    if role.is_some_and(|role| call.elapsed < role.allowed_after) {
        let reason = format!("because no identity-based policy allows the {action} action");
        let user = call.caller.arn();
        return Err(denied_by_policy(
            call.operation.service,
            &user,
            action,
            &reason,
        ));
    }
    let Some(policies) = &session.policies else {
        return Ok(());
    };
    let resource = call.resource();
    let context = [
        ("aws:RequestedRegion", call.region.name().to_owned()),
        ("aws:PrincipalAccount", call.caller.account.to_string()),
        ("aws:PrincipalArn", call.caller.arn()),
        ("aws:SecureTransport", "true".to_owned()),
    ];
    let question = Question {
        action,
        resource: &resource,
        context: &context,
    };
    let reason = match Verdict::of(policies, &question) {
        Verdict::Allowed => return Ok(()),
        Verdict::NotAllowed => format!("because no session policy allows the {action} action"),
        Verdict::Denied => "with an explicit deny in a session policy".to_owned(),
    };
    let action = if resource == "*" {
        action.to_owned()
    } else {
        format!("{action} on resource: {resource}")
    };
    Err(denied_by_policy(
        call.operation.service,
        &call.caller.arn(),
        &action,
        &reason,
    ))
}
