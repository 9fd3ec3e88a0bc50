//! Who calls, told from the credential scope of the signature. Signatures are not verified.

use http::{HeaderMap, StatusCode, header};
use jiff::Timestamp;

use crate::account::AccountId;
use crate::region::Region;
use crate::service::Service;
use crate::state::{Session, State};
use crate::wire::{Failure, Trouble};
use crate::world::World;

/// What the `Authorization` header says: `Credential=KEY/date/region/service/aws4_request`.
#[derive(Debug)]
pub(crate) struct Scope {
    pub(crate) key: String,
    pub(crate) region: String,
    pub(crate) service: String,
    pub(crate) token: Option<String>,
}

/// Who calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Caller {
    pub(crate) account: AccountId,
    /// The session of a role, if it is not a long-lived key.
    pub(crate) session: Option<Session>,
}

impl Scope {
    /// Reads the headers of a signed request.
    pub(crate) fn of(headers: &HeaderMap) -> Result<Scope, Failure> {
        let Some(authorization) = headers.get(header::AUTHORIZATION) else {
            let code = "MissingAuthenticationTokenException";
            return Err(Failure::new(
                StatusCode::FORBIDDEN,
                code,
                "Missing Authentication Token",
            ));
        };
        let parts = authorization
            .to_str()
            .ok()
            .and_then(credential)
            .ok_or_else(|| {
                let form = "AWS4-HMAC-SHA256 Credential=KEY/DATE/REGION/SERVICE/aws4_request";
                let message =
                    format!("Authorization header requires a credential of the form {form}.");
                Failure::new(
                    StatusCode::BAD_REQUEST,
                    "IncompleteSignatureException",
                    message,
                )
            })?;
        let [key, _, region, service, _] = parts.map(str::to_owned);
        let token = headers
            .get("x-amz-security-token")
            .and_then(|token| token.to_str().ok())
            .map(str::to_owned);
        Ok(Scope {
            key,
            region,
            service,
            token,
        })
    }
}

fn credential(authorization: &str) -> Option<[&str; 5]> {
    let parameters = authorization.strip_prefix("AWS4-HMAC-SHA256")?;
    let credential = parameters
        .split(',')
        .find_map(|part| part.trim().strip_prefix("Credential="))?;
    let parts: Vec<&str> = credential.split('/').collect();
    parts
        .try_into()
        .ok()
        .filter(|parts: &[&str; 5]| parts[4] == "aws4_request")
}

impl Caller {
    /// The owner of a long-lived key.
    pub(crate) fn of_account(account: AccountId) -> Caller {
        Caller {
            account,
            session: None,
        }
    }

    /// Who has that key, as far as the sandbox itself knows.
    pub(crate) fn known(key: &str, world: &World, state: &State) -> Option<Caller> {
        if let Some(session) = state.sessions.get(key) {
            return Some(Caller {
                account: session.account,
                session: Some(session.clone()),
            });
        }
        if key == state.access_key.0 {
            return Some(Caller::of_account(world.administrator));
        }
        // As in MiniStack: a key of twelve digits is that account.
        key.parse()
            .ok()
            .filter(|id| world.accounts.contains_key(id))
            .map(Caller::of_account)
    }

    /// Checks that the credentials count here and now. That they do not in an opt-in Region that is
    /// off, or with a session of version 1 in one that is on, looks the same (README of
    /// amazon-detective-multiaccount-scripts; aws-nuke, issue 1062).
    pub(crate) fn admit(
        &self,
        scope: &Scope,
        service: Service,
        region: Region,
        world: &World,
        now: Timestamp,
    ) -> Result<(), Failure> {
        if let Some(session) = &self.session {
            let version_1_abroad = session.version_1 && region.is_opt_in();
            if scope.token.as_deref() != Some(session.token.as_str()) || version_1_abroad {
                return Err(Trouble::UnknownKey.of(service));
            }
            if session.expires <= now {
                return Err(Trouble::Expired.of(service));
            }
        }
        if world.is_on(self.account, region) {
            Ok(())
        } else {
            Err(Trouble::UnknownKey.of(service))
        }
    }

    /// The caller as IAM names it.
    pub(crate) fn arn(&self) -> String {
        match &self.session {
            Some(session) => session.arn(),
            None => format!("arn:aws:iam::{}:user/sandbox", self.account),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scope_names_key_region_and_service() {
        let scope = "AKIA/20260101/us-east-1/detective/aws4_request";
        let text = format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0");
        assert_eq!(
            credential(&text),
            Some(["AKIA", "20260101", "us-east-1", "detective", "aws4_request"])
        );
    }

    #[test]
    fn anything_else_is_not_a_scope() {
        for text in [
            "",
            "Bearer x",
            "AWS4-HMAC-SHA256 Credential=a/b/c/d",
            "AWS4-HMAC-SHA256 Credential=a/b/c/d/e",
        ] {
            assert_eq!(credential(text), None, "{text}");
        }
    }
}
