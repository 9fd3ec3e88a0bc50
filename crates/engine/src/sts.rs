//! The calls of STS.

use std::sync::Arc;
use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sdk_sts::config::Config;
use fleet::account::AccountId;
use fleet::cause::not_assumed;
use fleet::region_table::Partition;

use crate::failure::Failure;
use crate::mfa::{Device, MfaCodes};
use crate::profile::Role;

/// A role, and what is needed to assume it.
#[derive(Clone, Debug)]
pub(crate) struct RoleToAssume {
    pub(crate) arn: String,
    pub(crate) external_id: Option<String>,
    /// The name that CloudTrail shows of the session.
    pub(crate) session_name: String,
    /// In whose name the session is. The trust policies of this role and of each that is assumed with it
    /// have to allow that (`sts:SetSourceIdentity`).
    pub(crate) source_identity: Option<String>,
    /// How long the session is wanted, in seconds: 900 to 43,200, and an hour at most where the caller
    /// is a session itself. `None`: AWS's hour.
    pub(crate) seconds: Option<i32>,
    /// What the session may do at most; what the role may, where nothing is said.
    pub(crate) policy: Option<String>,
    /// The MFA device that the role's trust policy asks for.
    pub(crate) device: Option<Arc<Device>>,
}

impl RoleToAssume {
    /// A role that a profile names, in a session of that name where the profile has no other; who knows
    /// the code of its MFA device, if there is one.
    pub(crate) fn of_profile(
        role: Role,
        session_name: String,
        codes: Option<Arc<dyn MfaCodes>>,
    ) -> Self {
        let device = |serial: String| Arc::new(Device::new(&serial, codes));
        Self {
            arn: role.arn,
            external_id: role.external_id,
            session_name: role.session_name.unwrap_or(session_name),
            source_identity: None,
            seconds: role.seconds,
            policy: None,
            device: role.mfa_serial.map(device),
        }
    }

    pub(crate) fn new(
        partition: Partition,
        account: AccountId,
        role_name: &str,
        session_name: String,
    ) -> Self {
        let arn = format!("arn:{}:iam::{account}:role/{role_name}", partition.name());
        Self {
            arn,
            external_id: None,
            session_name,
            source_identity: None,
            seconds: None,
            policy: None,
            device: None,
        }
    }
}

/// Who somebody is.
#[derive(Clone, Debug)]
pub(crate) struct Identity {
    pub(crate) account: AccountId,
    pub(crate) arn: String,
}

/// `sts:AssumeRole`, for the default hour where nothing else is wanted: the most that a chained role
/// can have.
pub(crate) async fn assume(
    sts: &aws_sdk_sts::Client,
    role: &RoleToAssume,
    caller: Credentials,
) -> Result<Credentials, Failure> {
    let token = match &role.device {
        Some(device) => Some(device.token().await?),
        None => None,
    };
    let (serial, code) = token.map(|token| (token.serial, token.code)).unzip();
    let answer = sts
        .assume_role()
        .role_arn(&role.arn)
        .role_session_name(&role.session_name)
        .set_source_identity(role.source_identity.clone())
        .set_external_id(role.external_id.clone())
        .set_duration_seconds(role.seconds)
        .set_policy(role.policy.clone())
        .set_serial_number(serial)
        .set_token_code(code)
        .customize()
        .config_override(Config::builder().credentials_provider(caller))
        .send()
        .await
        .map_err(Failure::from);
    let is_final = answer
        .as_ref()
        .map_or_else(|it| !it.is_transient(), |_| true);
    if let Some(device) = role.device.as_ref().filter(|_| is_final) {
        device.spend();
    }
    let output = answer.map_err(|failure| explain(failure, role))?;
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

/// In the words for a role that somebody wants to work with. Those for a member's role go by what it is.
fn explain(failure: Failure, role: &RoleToAssume) -> Failure {
    let text = not_assumed(
        &role.arn,
        failure.kind,
        &failure.text,
        role.device.is_some(),
    );
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
