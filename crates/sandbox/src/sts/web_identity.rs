//! Assuming roles with the token of an identity provider: what a pipeline does that has no key of
//! AWS yet. Like those of requests, signatures of tokens are not verified.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::StatusCode;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::session::Wanted;
use crate::call::Call;
use crate::state::State;
use crate::wire::{Answer, Element, Failure};

/// What a token says: an OpenID Connect ID token.
#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    /// A text or a list of them.
    aud: Value,
    exp: i64,
}

pub(crate) fn assume_role_with_web_identity(
    call: &Call<'_>,
    state: &mut State,
) -> Result<Answer, Failure> {
    let wanted = Wanted::read(call)?;
    let token = call.text_parameter("WebIdentityToken", 4, 20_000)?;
    let claims = claims(&token)?;
    check_time(call, &claims)?;
    let provider = claims.iss.trim_start_matches("https://").to_owned();
    let role = wanted
        .role(call)
        .filter(|role| role.identity_provider.as_deref() == Some(provider.as_str()))
        .ok_or_else(|| {
            let message = "Not authorized to perform sts:AssumeRoleWithWebIdentity";
            Failure::new(StatusCode::FORBIDDEN, "AccessDenied", message)
        })?;
    let account = wanted.account;
    let granted = wanted.grant(call, state, role)?;
    let mut members = vec![
        granted.credentials(),
        Element::text("SubjectFromWebIdentityToken", claims.sub.as_str()),
        granted.user(),
    ];
    members.extend(granted.packed());
    let provider = format!("arn:aws:iam::{account}:oidc-provider/{provider}");
    members.push(Element::text("Provider", provider));
    members.push(Element::text("Audience", claims.audience()));
    Ok(call.xml(
        "AssumeRoleWithWebIdentityResponse",
        "AssumeRoleWithWebIdentityResult",
        members,
    ))
}

impl Claims {
    fn audience(&self) -> String {
        let first = self.aud.get(0).unwrap_or(&self.aud);
        first.as_str().unwrap_or_default().to_owned()
    }
}

fn claims(token: &str) -> Result<Claims, Failure> {
    let payload = match token.split('.').collect::<Vec<_>>()[..] {
        [_, payload, _] => URL_SAFE_NO_PAD.decode(payload).ok(),
        _ => None,
    };
    payload
        .and_then(|payload| serde_json::from_slice(&payload).ok())
        .ok_or_else(|| {
            let message = "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)";
            Failure::new(StatusCode::BAD_REQUEST, "InvalidIdentityToken", message)
        })
}

fn check_time(call: &Call<'_>, claims: &Claims) -> Result<(), Failure> {
    let end = Timestamp::from_second(claims.exp).unwrap_or(Timestamp::MAX);
    if call.now < end {
        return Ok(());
    }
    let message = format!(
        "Token expired: current date/time {} must be before the expiration date/time {}",
        call.now.as_second(),
        claims.exp
    );
    Err(Failure::new(
        StatusCode::BAD_REQUEST,
        "ExpiredTokenException",
        message,
    ))
}
