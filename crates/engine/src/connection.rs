//! How to reach AWS: what the caller decides, before anything is asked.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use aws_config::{AppName, BehaviorVersion, SdkConfig};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use fleet::account::AccountId;
use fleet::partial_settings::{BadSetting, PartialSettings};

use crate::body::Bounded;
use crate::clock::Clock;
use crate::descriptors::Share;
use crate::http::{self, NetworkError};
use crate::mfa::MfaCodes;
use crate::narrow::Access;

/// How to reach AWS, and with which roles.
#[derive(Clone, Debug)]
pub struct Connection {
    /// The profile of the AWS configuration files; `None` for the SDK's own choice.
    pub profile: Option<String>,
    /// The administrator; `None` for the caller's own account.
    pub admin_account: Option<AccountId>,
    /// A role in the administrator, for a caller who is elsewhere.
    pub admin_role: Option<RoleName>,
    /// The role in every member.
    pub role_name: RoleName,
    /// Who is asked for the code of an MFA device that a profile names; `None`: nobody can be.
    pub mfa: Option<Arc<dyn MfaCodes>>,
    /// What the member role's trust policy wants as `sts:ExternalId`: 2 to 1,224 characters.
    pub external_id: Option<String>,
    /// How long `admin_role` is asked for again where that is refused: it may have been made just now.
    pub patience: Duration,
    /// The most requests that are under way at one time.
    pub max_concurrency: usize,
    /// What the run is going to do: sessions of roles may do no more.
    pub access: Access,
    /// What the run is called: its sessions carry that name.
    pub run: Option<String>,
    /// An AWS other than the SDK's configuration names.
    pub endpoint: Option<Endpoint>,
}

impl Connection {
    /// The connection that was set, for looking.
    ///
    /// # Errors
    ///
    /// Where a role is named by what is no name of one.
    pub fn of(set: &PartialSettings) -> Result<Self, BadSetting> {
        let role_name = set.role_name.as_deref().unwrap_or(MEMBER_ROLE);
        let admin_role = set.admin_role.as_deref();
        let profile = set.profile.clone();
        Ok(Self {
            // An empty name, as of a variable that is not set, names none.
            profile: profile.filter(|name| !name.is_empty()),
            admin_account: set.admin_account,
            admin_role: admin_role
                .map(|name| role("admin-role", name))
                .transpose()?,
            role_name: role("role-name", role_name)?,
            mfa: None,
            external_id: set.external_id.as_ref().map(|id| id.0.clone()),
            patience: set.patience(),
            max_concurrency: set.max_concurrency(),
            access: Access::Look,
            run: None,
            endpoint: None,
        })
    }
}

fn role(name: &'static str, value: &str) -> Result<RoleName, BadSetting> {
    value.parse().map_err(|why: NotARoleName| BadSetting {
        name,
        value: Some(value.to_owned()),
        why: why.to_string(),
    })
}

/// The address of an emulated AWS, and the key to it.
#[derive(Clone)]
pub struct Endpoint {
    /// Such as `http://127.0.0.1:4566`.
    pub url: String,
    /// A long-lived key of the administrator.
    pub access_key_id: String,
    /// Its secret.
    pub secret_access_key: String,
    /// How far its time is ahead of the machine's.
    pub ahead: Duration,
}

impl Endpoint {
    /// What the time is there.
    #[must_use]
    pub fn clock(&self) -> Clock {
        Clock::ahead_by(self.ahead)
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

/// The role in every member, as `deploy/member-role.yaml` makes it.
pub const MEMBER_ROLE: &str = "detective-fleet/DetectiveFleetMember";

/// The role of the administrator that the role in members trusts, unless its template is told otherwise.
pub const ADMINISTRATOR_ROLE: &str = "detective-fleet/DetectiveFleetAdministrator";

/// The name of an IAM role, with its path where it has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleName(String);

/// Why a text is not the name of a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a role is given by its name, such as detective-fleet/DetectiveFleetMember: up to 64 letters, digits and +=,.@_- (not its ARN)"
)]
pub struct NotARoleName;

impl FromStr for RoleName {
    type Err = NotARoleName;

    /// IAM's rules: a path of up to 512 characters, a name of up to 64 of `[\w+=,.@-]`.
    fn from_str(text: &str) -> Result<Self, NotARoleName> {
        let text = text.trim_matches('/');
        let (path, name) = text.rsplit_once('/').unwrap_or(("", text));
        let is_of = |text: &str, more: &str| {
            text.chars()
                .all(|c| c.is_ascii_alphanumeric() || more.contains(c))
        };
        let fits = (1..=64).contains(&name.len()) && path.len() <= 510;
        if fits && is_of(name, "+=,.@_-") && is_of(path, "+=,.@_-/") && !text.contains("//") {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotARoleName)
        }
    }
}

impl fmt::Display for RoleName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl RoleName {
    /// Path and name, as a role's ARN has them.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name alone, as the ARN of a session has it.
    #[must_use]
    pub fn base(&self) -> &str {
        self.0.rsplit_once('/').map_or(&self.0, |(_, name)| name)
    }
}

/// What a run stands on: the wire and the clock. A simulation brings its own.
#[derive(Clone, Debug)]
pub struct Platform {
    /// What carries requests.
    pub http: SharedHttpClient,
    /// What tells the time.
    pub clock: Clock,
    /// What jitter is drawn from.
    pub seed: u64,
}

impl Platform {
    /// The network as the environment and the profile describe it, and the machine's clock.
    ///
    /// # Errors
    /// Where what they say of the network cannot be used.
    pub async fn real(profile: Option<&str>, share: Share) -> Result<Self, NetworkError> {
        let http = http::network(profile, share.idle_per_host).await?;
        Ok(Self::with(http))
    }

    /// The same for an AWS that is emulated on this machine: no proxy is on the way, and TLS is not spoken.
    #[must_use]
    pub(crate) fn emulated(share: Share) -> Self {
        Self::with(http::loopback(share.idle_per_host))
    }

    fn with(http: SharedHttpClient) -> Self {
        let clock = Clock::system();
        // Two processes that start in one nanosecond may back off alike; nothing else depends on it.
        let seed = clock.timestamp().as_nanosecond() as u64;
        Self { http, clock, seed }
    }
}

/// An attempt may take 10 s, so that an endpoint that never answers is noticed; AWS's slowest
/// ordinary answers stay far below.
pub(crate) fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(5))
        .operation_attempt_timeout(Duration::from_secs(10))
        .operation_timeout(Duration::from_secs(30))
        .build()
}

/// What the user agent of every request says: product and version.
pub const APP_NAME: &str = concat!("detective-fleet-", env!("CARGO_PKG_VERSION"));

impl Connection {
    /// The SDK's own configuration: endpoints and Region are its business. Whose credentials are
    /// used is not in it ([`crate::credentials`]).
    pub(crate) async fn load(&self, platform: &Platform) -> SdkConfig {
        let http = SharedHttpClient::new(Bounded(platform.http.clone(), platform.clock.clone()));
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .http_client(http)
            .time_source(platform.clock.clone())
            // The clock corrects itself, once for all Regions ([`crate::skew`]).
            .disable_clock_skew_correction(true)
            // Ours, whatever the environment says: it also has modes that this SDK does not know.
            .retry_config(RetryConfig::standard())
            .timeout_config(timeouts());
        if let Ok(name) = AppName::new(APP_NAME) {
            loader = loader.app_name(name);
        }
        if let Some(profile) = &self.profile {
            loader = loader.profile_name(profile);
        }
        if let Some(endpoint) = &self.endpoint {
            loader = loader.endpoint_url(&endpoint.url).region("us-east-1");
        }
        loader.load().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_a_name_with_or_without_a_path() {
        for good in ["DetectiveFleetMember", "/a/b/Name", "a_b+=,.@-"] {
            assert!(good.parse::<RoleName>().is_ok(), "{good}");
        }
        for bad in [
            "",
            "a b",
            "a//b",
            "arn:aws:iam::111111111111:role/x",
            &"x".repeat(65),
        ] {
            assert!(bad.parse::<RoleName>().is_err(), "{bad}");
        }
        assert_eq!(
            "/a/b/Name".parse::<RoleName>().unwrap().as_str(),
            "a/b/Name"
        );
        assert_eq!("/a/b/Name".parse::<RoleName>().unwrap().base(), "Name");
    }
}
