//! Who calls, told from the credential scope of the signature. Signatures are not verified.

use http::{HeaderMap, StatusCode, header};

use crate::account::AccountId;
use crate::operation::Service;
use crate::region::Region;
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
            return Err(Failure::new(
                StatusCode::FORBIDDEN,
                "MissingAuthenticationTokenException",
                "Missing Authentication Token",
            ));
        };
        let parts = authorization.to_str().ok().and_then(credential).ok_or_else(|| {
            Failure::new(
                StatusCode::BAD_REQUEST,
                "IncompleteSignatureException",
                "Authorization header requires 'Credential' parameter of the form KEY/DATE/REGION/SERVICE/aws4_request.",
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
    /// Who has that key, as far as the sandbox itself knows.
    pub(crate) fn known(scope: &Scope, world: &World, state: &State) -> Option<Caller> {
        if let Some(session) = state.sessions.get(&scope.key) {
            return Some(Caller {
                account: session.account,
                session: Some(session.clone()),
            });
        }
        let account = if scope.key == state.access_key.0 {
            world.administrator
        } else {
            // As in MiniStack: a key of twelve digits is that account.
            scope
                .key
                .parse()
                .ok()
                .filter(|id| world.accounts.contains_key(id))?
        };
        Some(Caller {
            account,
            session: None,
        })
    }

    /// Checks that the credentials count here and now.
    pub(crate) fn admit(
        &self,
        scope: &Scope,
        service: Service,
        region: Region,
        world: &World,
        now: jiff::Timestamp,
    ) -> Result<(), Failure> {
        if let Some(session) = &self.session {
            if scope.token.as_deref() != Some(session.token.as_str()) {
                return Err(Failure::of(service, Trouble::UnknownKey));
            }
            if session.expires <= now {
                return Err(Failure::of(service, Trouble::Expired));
            }
        }
        // An opt-in Region that is off does not know anybody of that account.
        if world.is_on(self.account, region) {
            Ok(())
        } else {
            Err(Failure::of(service, Trouble::UnknownKey))
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
        let text = "AWS4-HMAC-SHA256 Credential=AKIA/20260101/us-east-1/detective/aws4_request, SignedHeaders=host, Signature=0";
        assert_eq!(
            credential(text),
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
