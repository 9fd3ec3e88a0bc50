//! The calls of STS.

use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sdk_sts::config::Config;
use fleet::account::AccountId;
use fleet::region::Partition;

use crate::failure::{Cause, Failure};

/// A role, and what is needed to assume it.
#[derive(Clone, Debug)]
pub(crate) struct RoleToAssume {
    pub(crate) arn: String,
    pub(crate) external_id: Option<String>,
}

impl RoleToAssume {
    pub(crate) fn new(
        partition: Partition,
        account: AccountId,
        role_name: &str,
        external_id: Option<String>,
    ) -> Self {
        let arn = format!("arn:{}:iam::{account}:role/{role_name}", partition.name());
        Self { arn, external_id }
    }
}

/// Who somebody is.
#[derive(Clone, Debug)]
pub(crate) struct Identity {
    pub(crate) account: AccountId,
    pub(crate) arn: String,
}

/// The name that CloudTrail in the other account shows.
const SESSION_NAME: &str = "detective-fleet";

/// `sts:AssumeRole`, for the default hour: the most that a chained role can have.
pub(crate) async fn assume(
    sts: &aws_sdk_sts::Client,
    role: &RoleToAssume,
    caller: Credentials,
) -> Result<Credentials, Failure> {
    let output = sts
        .assume_role()
        .role_arn(&role.arn)
        .role_session_name(SESSION_NAME)
        .set_external_id(role.external_id.clone())
        .customize()
        .config_override(Config::builder().credentials_provider(caller))
        .send()
        .await
        .map_err(|error| explain(Failure::from(error), &role.arn))?;
    let given = output
        .credentials
        .ok_or_else(|| Failure::unclear("STS answered without credentials"))?;
    let expiry = SystemTime::try_from(given.expiration)
        .map_err(|_| Failure::unclear("STS answered with an expiry that is no time"))?;
    Ok(Credentials::new(
        given.access_key_id,
        given.secret_access_key,
        Some(given.session_token),
        Some(expiry),
        "AssumeRole",
    ))
}

/// STS gives one AccessDenied for every reason.
fn explain(failure: Failure, arn: &str) -> Failure {
    let text = match failure.cause {
        // Nothing is known of the role then.
        _ if failure.is_transient() => {
            format!("AssumeRole of {arn} was not answered: {}", failure.text)
        }
        Cause::Denied => format!(
            "cannot assume {arn}: role missing, trust or external id wrong, or account suspended; AWS does not say which"
        ),
        _ => format!("cannot assume {arn}: {}", failure.text),
    };
    failure.saying(text)
}

/// `sts:GetCallerIdentity`
pub(crate) async fn identity(
    sts: &aws_sdk_sts::Client,
    caller: Credentials,
) -> Result<Identity, Failure> {
    let output = sts
        .get_caller_identity()
        .customize()
        .config_override(Config::builder().credentials_provider(caller))
        .send()
        .await?;
    let account = output
        .account
        .as_deref()
        .and_then(|account| account.parse().ok());
    match (account, output.arn) {
        (Some(account), Some(arn)) => Ok(Identity { account, arn }),
        _ => Err(Failure::unclear("STS answered without an account")),
    }
}
