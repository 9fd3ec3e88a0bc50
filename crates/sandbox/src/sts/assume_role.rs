//! Assuming roles.

use std::time::Duration;

use http::StatusCode;

use super::{check_length, constraint, invalid, role_id};
use crate::account::AccountId;
use crate::call::Call;
use crate::clock::later;
use crate::region::Region;
use crate::service::Service;
use crate::state::{Session, State};
use crate::wire::{Answer, Element, Failure, Trouble};
use crate::world::Role;

/// How long a session lasts at most that was assumed with another one (IAM user guide, role
/// chaining), and how long it lasts if nothing is asked for.
const CHAINED: Duration = Duration::from_secs(3600);

/// What a caller asks for.
struct Wanted {
    arn: String,
    account: AccountId,
    role: String,
    session: String,
    external_id: Option<String>,
    duration: Duration,
}

pub(crate) fn assume_role(call: &Call<'_>, state: &mut State) -> Result<Answer, Failure> {
    let wanted = wanted(call)?;
    let role = trusting_role(call, &wanted, state)?;
    if wanted.duration > role.max_session {
        return Err(invalid(
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
        ));
    }
    // The Region has to be on in the role's account too (AWS knowledge center,
    // iam-validate-access-credentials).
    if !call.world.is_on(wanted.account, call.region) {
        return Err(Trouble::UnknownKey.of(Service::Sts));
    }
    let (_, mut luck) = state.luck(wanted.account, None, "session");
    let session = Session {
        account: wanted.account,
        role: wanted.role,
        name: wanted.session,
        token: luck.secret(344),
        expires: later(call.now, wanted.duration),
        version_1: is_version_1(call, wanted.account),
    };
    let key = format!("ASIA{}", luck.base32(16));
    let answer = granted(call, &session, &key, luck.secret(40));
    state.remember(key, session, call.now);
    Ok(answer)
}

fn wanted(call: &Call<'_>) -> Result<Wanted, Failure> {
    let arn = call.text_parameter("RoleArn", 20, 2048)?;
    let session = call.text_parameter("RoleSessionName", 2, 64)?;
    check_characters("RoleSessionName", &session, "+=,.@-", r"[\w+=,.@-]*")?;
    let external_id = call.parameter("ExternalId");
    if let Some(id) = &external_id {
        check_length("ExternalId", id, 2, 1224)?;
        check_characters("ExternalId", id, r"+=,.@:/-", r"[\w+=,.@:\/-]*")?;
    }
    let duration = duration(call)?;
    let (account, role) = role_of(&arn).ok_or_else(|| invalid(format!("{arn} is invalid")))?;
    Ok(Wanted {
        account,
        role,
        arn,
        session,
        external_id,
        duration,
    })
}

/// The role, if it is there and lets the caller assume it. A missing role, one that STS does not know
/// yet, a trust policy or an external id that does not fit, and a suspended account all look the same.
fn trusting_role<'a>(call: &Call<'a>, wanted: &Wanted, state: &State) -> Result<&'a Role, Failure> {
    let suspended = call
        .world
        .accounts
        .get(&wanted.account)
        .is_some_and(|account| account.suspended);
    let role = call
        .world
        .role(wanted.account, &wanted.role)
        .filter(|role| later(state.started, role.known_after) <= call.now)
        .filter(|role| !suspended && trusts(role, call, wanted));
    role.ok_or_else(|| {
        let user = call.caller.arn();
        let message = format!(
            "User: {user} is not authorized to perform: sts:AssumeRole on resource: {}",
            wanted.arn
        );
        Failure::new(StatusCode::FORBIDDEN, "AccessDenied", message)
    })
}

fn trusts(role: &Role, call: &Call<'_>, wanted: &Wanted) -> bool {
    let caller = call.caller;
    let by_account = if role.trusts.is_empty() {
        caller.account == call.world.administrator
    } else {
        role.trusts.contains(&caller.account)
    };
    let own_role = caller.session.as_ref().map(|session| session.role.as_str());
    let by_role = role.trusts_role.is_none() || role.trusts_role.as_deref() == own_role;
    let by_id = role.external_id.is_none() || role.external_id == wanted.external_id;
    by_account && by_role && by_id
}

fn duration(call: &Call<'_>) -> Result<Duration, Failure> {
    let Some(text) = call.parameter("DurationSeconds") else {
        return Ok(CHAINED);
    };
    let value = format!("'{text}'");
    let seconds: u64 = text
        .parse()
        .map_err(|_| constraint(&value, "DurationSeconds", "Member must be an integer"))?;
    let bound = match seconds {
        ..900 => "greater than or equal to 900",
        900..=43_200 => "",
        43_201.. => "less than or equal to 43200",
    };
    if !bound.is_empty() {
        return Err(constraint(
            &value,
            "DurationSeconds",
            &format!("Member must have value {bound}"),
        ));
    }
    if call.caller.session.is_some() && seconds > CHAINED.as_secs() {
        return Err(invalid(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
        ));
    }
    Ok(Duration::from_secs(seconds))
}

/// Sessions of the global endpoint are of version 1 unless the account chose otherwise (IAM user
/// guide, id_credentials_temp_enable-regions).
fn is_version_1(call: &Call<'_>, account: AccountId) -> bool {
    let global = call.global_host
        || (call.world.global_sts && Some(call.region) == Region::named("us-east-1"));
    global
        && call
            .world
            .accounts
            .get(&account)
            .is_none_or(|account| !account.version_2_tokens)
}

fn granted(call: &Call<'_>, session: &Session, key: &str, secret: String) -> Answer {
    let credentials = vec![
        Element::text("AccessKeyId", key),
        Element::text("SecretAccessKey", secret),
        Element::text("SessionToken", session.token.as_str()),
        Element::text("Expiration", format!("{:.0}", session.expires)),
    ];
    let user = vec![
        Element::text(
            "AssumedRoleId",
            format!("{}:{}", role_id(session), session.name),
        ),
        Element::text("Arn", session.arn()),
    ];
    let members = vec![
        Element::of("Credentials", credentials),
        Element::of("AssumedRoleUser", user),
    ];
    call.xml("AssumeRoleResponse", "AssumeRoleResult", members)
}

fn role_of(arn: &str) -> Option<(AccountId, String)> {
    let (account, role) = arn.strip_prefix("arn:aws:iam::")?.split_once(":role/")?;
    Some((account.parse().ok()?, role.to_owned()))
}

/// Checks that a text holds letters, digits, underscores and `more` only.
fn check_characters(name: &str, text: &str, more: &str, pattern: &str) -> Result<(), Failure> {
    if text
        .chars()
        .all(|it| it.is_ascii_alphanumeric() || it == '_' || more.contains(it))
    {
        return Ok(());
    }
    let what = format!("Member must satisfy regular expression pattern: {pattern}");
    Err(constraint(&format!("'{text}'"), name, &what))
}
