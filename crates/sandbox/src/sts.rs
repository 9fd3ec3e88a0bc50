//! STS: who am I, and assuming roles. Query protocol, XML replies, after the service model
//! (botocore 1.43.11).

use std::time::Duration;

use http::{Method, StatusCode};
use jiff::Timestamp;

use crate::account::AccountId;
use crate::call::Call;
use crate::clock::later;
use crate::operation::{Operation, Service};
use crate::state::{Session, State};
use crate::wire::{Answer, Element, Failure, Trouble};

pub(crate) const NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";

pub(crate) static OPERATIONS: [Operation; 2] = [
    operation("AssumeRole", assume_role),
    operation("GetCallerIdentity", get_caller_identity),
];

const fn operation(
    name: &'static str,
    effect: fn(&Call<'_>, &mut State) -> Result<Answer, Failure>,
) -> Operation {
    Operation {
        name,
        method: Method::POST,
        path: "/",
        effect,
    }
}

/// The parameters of a query request, from the URL or the body.
pub(crate) fn parameter(query: &str, body: &[u8], name: &str) -> Option<String> {
    form_urlencoded::parse(query.as_bytes())
        .chain(form_urlencoded::parse(body))
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}

fn get_caller_identity(call: &Call<'_>, _: &mut State) -> Result<Answer, Failure> {
    let caller = call.caller;
    let user = match &caller.session {
        Some(session) => format!("{}:{}", role_id(session), session.name),
        None => "AIDASANDBOXSANDBOX000".to_owned(),
    };
    Ok(reply(
        call,
        "GetCallerIdentityResponse",
        "GetCallerIdentityResult",
        vec![
            Element::text("UserId", user),
            Element::text("Account", caller.account.to_string()),
            Element::text("Arn", caller.arn()),
        ],
    ))
}

fn assume_role(call: &Call<'_>, state: &mut State) -> Result<Answer, Failure> {
    let arn = required(call, "RoleArn")?;
    let name = required(call, "RoleSessionName")?;
    let duration = duration(call)?;
    let (account, role) = role_of(&arn).ok_or_else(|| invalid(&format!("{arn} is invalid")))?;
    check_trust(call, account, role, &arn)?;
    // AWS knowledge center, iam-validate-access-credentials: the Region has to be on in both.
    if !call.world.is_on(account, call.region) {
        return Err(Failure::of(Service::Sts, Trouble::UnknownKey));
    }
    let mut luck = state.luck(account, None, "session");
    let session = Session {
        account,
        role: role.to_owned(),
        name,
        token: luck.secret(344),
        expires: later(call.now, duration),
    };
    let key = format!("ASIA{}", luck.base32(16));
    let answer = credentials(call, &session, &key, luck.secret(40));
    state.remember(key, session, call.now);
    Ok(answer)
}

fn credentials(call: &Call<'_>, session: &Session, key: &str, secret: String) -> Answer {
    let credentials = vec![
        Element::text("AccessKeyId", key),
        Element::text("SecretAccessKey", secret),
        Element::text("SessionToken", session.token.as_str()),
        Element::text("Expiration", iso(session.expires)),
    ];
    let user = vec![
        Element::text(
            "AssumedRoleId",
            format!("{}:{}", role_id(session), session.name),
        ),
        Element::text("Arn", session.arn()),
    ];
    reply(
        call,
        "AssumeRoleResponse",
        "AssumeRoleResult",
        vec![
            Element::of("Credentials", credentials),
            Element::of("AssumedRoleUser", user),
        ],
    )
}

/// A missing role, a trust policy and an external id that do not fit all look the same.
fn check_trust(call: &Call<'_>, account: AccountId, name: &str, arn: &str) -> Result<(), Failure> {
    let external_id = parameter(call.query, call.body, "ExternalId");
    let caller = call.caller;
    let trusted = call.world.role(account, name).is_some_and(|role| {
        let by_account = if role.trusts.is_empty() {
            caller.account == call.world.administrator
        } else {
            role.trusts.contains(&caller.account)
        };
        let by_role = role.trusts_role.as_ref().is_none_or(|trusted| {
            caller
                .session
                .as_ref()
                .is_some_and(|session| session.role == *trusted)
        });
        by_account
            && by_role
            && role
                .external_id
                .as_ref()
                .is_none_or(|id| external_id.as_ref() == Some(id))
    });
    if trusted {
        return Ok(());
    }
    let message = format!(
        "User: {} is not authorized to perform: sts:AssumeRole on resource: {arn}",
        caller.arn()
    );
    Err(Failure::new(StatusCode::FORBIDDEN, "AccessDenied", message))
}

fn duration(call: &Call<'_>) -> Result<Duration, Failure> {
    let Some(text) = parameter(call.query, call.body, "DurationSeconds") else {
        return Ok(Duration::from_secs(3600));
    };
    text.parse()
        .ok()
        .filter(|seconds| (900..=43_200).contains(seconds))
        .map(Duration::from_secs)
        .ok_or_else(|| invalid("DurationSeconds must be between 900 and 43200"))
}

fn role_of(arn: &str) -> Option<(AccountId, &str)> {
    let (account, role) = arn.strip_prefix("arn:aws:iam::")?.split_once(":role/")?;
    Some((account.parse().ok()?, role))
}

fn role_id(session: &Session) -> String {
    let mut hash = crate::luck::Fnv::new();
    hash.add(session.account.to_string().as_bytes());
    hash.add(session.role.as_bytes());
    format!("AROA{:017}", hash.0 % 100_000_000_000_000_000)
}

fn required(call: &Call<'_>, name: &str) -> Result<String, Failure> {
    parameter(call.query, call.body, name).filter(|value| !value.is_empty()).ok_or_else(|| {
        invalid(&format!("1 validation error detected: Value null at '{name}' failed to satisfy constraint: Member must not be null"))
    })
}

fn invalid(message: &str) -> Failure {
    Failure::new(StatusCode::BAD_REQUEST, "ValidationError", message)
}

fn iso(time: Timestamp) -> String {
    format!("{time:.0}")
}

fn reply(
    call: &Call<'_>,
    response: &'static str,
    result: &'static str,
    members: Vec<Element>,
) -> Answer {
    let metadata = Element::of(
        "ResponseMetadata",
        vec![Element::text("RequestId", call.request_id)],
    );
    Answer::xml(
        &Element::of(response, vec![Element::of(result, members), metadata])
            .in_namespace(NAMESPACE),
    )
}
