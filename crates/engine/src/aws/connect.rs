//! Who is calling, and how the caller becomes the administrator.

use std::sync::Arc;
use std::time::Duration;

use aws_config::provider_config::ProviderConfig;
use aws_config::{Region as SdkRegion, SdkConfig};
use aws_smithy_types::retry::RetryConfig;
use fleet::account::{AccountId, Email};
use fleet::event::{EventKind, Operation, Sink};
use fleet::patience::Patience;
use fleet::region_table::{Partition, UnsupportedPartition};
use tokio::sync::Semaphore;

use super::{Aws, Inner, patiently, sts_region};
use crate::clock;
use crate::connection::{ADMINISTRATOR_ROLE, Connection, Platform, RoleName, timeouts};
use crate::credentials::{Keys, Source};
use crate::descriptors;
use crate::events::Events;
use crate::failure::{Failure, FailureKind};
use crate::halt::Halt;
use crate::http::{NetworkError, shown_endpoint};
use crate::narrow;
use crate::profile::{self, Found, Machine, ProfileError};
use crate::signature::{session_name, source_identity};
use crate::sts::{self, Identity, RoleToAssume};

/// Why AWS cannot be worked with at all. Nothing has been changed then.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// No credentials, or STS cannot be reached.
    #[error("cannot ask AWS who is calling: {0}")]
    Identity(Arc<str>),
    /// The AWS configuration files do not say whose credentials to use.
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// The administrator's role cannot be assumed.
    #[error("{0}")]
    AdminRole(Arc<str>),
    /// The caller is not the administrator.
    #[error(
        "the credentials are those of account {caller} ({arn}), not of the administrator {administrator}: use another profile, or name a role of the administrator with --admin-role, such as {ADMINISTRATOR_ROLE}"
    )]
    NotTheAdministrator {
        /// The caller's account.
        caller: AccountId,
        /// Who the caller is.
        arn: String,
        /// The account that was named.
        administrator: AccountId,
    },
    /// Detective is not there.
    #[error(transparent)]
    Partition(#[from] UnsupportedPartition),
    /// What the environment or the profile says of the network cannot be used.
    #[error(transparent)]
    Network(#[from] NetworkError),
}

impl Aws {
    /// Finds out who is calling and becomes the administrator.
    ///
    /// # Errors
    /// Where that is not possible; the message says what to do.
    pub async fn connect(
        mut connection: Connection,
        sink: Arc<dyn Sink>,
    ) -> Result<Self, ConnectError> {
        let share = descriptors::share(connection.max_concurrency, connection.endpoint.is_some());
        connection.max_concurrency = share.requests;
        let platform = match &connection.endpoint {
            Some(endpoint) => Platform {
                clock: endpoint.clock(),
                ..Platform::emulated(share)
            },
            None => Platform::real(connection.profile.as_deref(), share).await?,
        };
        Self::connect_on(platform, connection, sink).await
    }

    /// The same, on another platform than this machine.
    ///
    /// # Errors
    /// As [`Aws::connect`].
    pub async fn connect_on(
        platform: Platform,
        connection: Connection,
        sink: Arc<dyn Sink>,
    ) -> Result<Self, ConnectError> {
        let config = connection.load(&platform).await;
        let halt = Halt::default();
        let events = Events::new(sink, platform.clock.clone(), halt.clone());
        let sts = aws_sdk_sts::Client::from_conf(
            aws_sdk_sts::config::Builder::from(&config)
                .region(SdkRegion::new(sts_region(&config)))
                .retry_config(RetryConfig::disabled())
                .identity_cache(aws_sdk_sts::config::IdentityCache::no_cache())
                .build(),
        );
        let own = callers_keys(&connection, &config, &sts, &platform, &events).await?;
        let caller = who_is_calling(&sts, &own, &platform, &events, &endpoint(&config)).await?;
        let partition = Partition::from_name(caller.arn.split(':').nth(1).unwrap_or_default())?;
        let administrator = connection.admin_account.unwrap_or(caller.account);
        let administrators = Administrators {
            sessions: session_name(connection.run.as_deref()),
            source_identity: source_identity(&caller),
            sts: &sts,
            platform: &platform,
            events: &events,
        };
        let session = administrators
            .session(&connection, &caller, administrator, partition, own)
            .await?;
        let permits = Arc::new(Semaphore::new(
            connection.max_concurrency.clamp(1, Semaphore::MAX_PERMITS),
        ));
        let inner = Inner {
            config,
            sts,
            session,
            caller,
            administrator,
            partition,
            connection,
            platform,
            events,
            halt,
            permits,
            no_account_service: Arc::default(),
        };
        Ok(Self(Arc::new(inner), None))
    }
}

/// The caller's credentials: those of the configuration, and the roles that its profile names.
async fn callers_keys(
    connection: &Connection,
    config: &SdkConfig,
    sts: &aws_sdk_sts::Client,
    platform: &Platform,
    events: &Events,
) -> Result<Keys, ConnectError> {
    let Found {
        base,
        advice,
        roles,
    } = match &connection.endpoint {
        Some(endpoint) => Found::keys(&endpoint.access_key_id, &endpoint.secret_access_key),
        None => profile::find(connection.profile.as_deref(), &machine(config, platform)).await?,
    };
    let source = Source::Provider {
        provider: base,
        advice,
    };
    let base = Keys::new(source, platform.clock.clone());
    Ok(roles.into_iter().fold(base, |caller, role| {
        let source = Source::Role {
            sts: sts.clone(),
            role: Box::new(RoleToAssume::of_profile(
                role,
                session_name(connection.run.as_deref()),
                connection.mfa.clone(),
            )),
            caller,
            events: events.clone(),
        };
        Keys::new(source, platform.clock.clone())
    }))
}

fn machine(config: &SdkConfig, platform: &Platform) -> Machine {
    let provider = ProviderConfig::default()
        .with_time_source(platform.clock.clone())
        .with_retry_config(RetryConfig::standard())
        .with_timeout_config(timeouts())
        .with_use_fips(config.use_fips())
        .with_use_dual_stack(config.use_dual_stack());
    let http = config.http_client();
    Machine {
        config: match http {
            Some(http) => provider.with_http_client(http),
            None => provider,
        },
        region: SdkRegion::new(sts_region(config)),
    }
}

/// Where STS is asked, for people.
fn endpoint(config: &SdkConfig) -> String {
    let regional = || format!("STS in {}", sts_region(config));
    config.endpoint_url().map_or_else(regional, shown_endpoint)
}

async fn who_is_calling(
    sts: &aws_sdk_sts::Client,
    own: &Keys,
    platform: &Platform,
    events: &Events,
    endpoint: &str,
) -> Result<Identity, ConnectError> {
    let ask = || async {
        let credentials = own.get().await?;
        let key_id = credentials.access_key_id().to_owned();
        let result = sts::identity(sts, credentials).await;
        let result = result.map_err(|failure| failure.of_keys(own, &key_id));
        events.called(
            None,
            Operation::GetCallerIdentity,
            result.as_ref().map(|_| ()),
        );
        result
    };
    patiently(platform.seed, ask).await.map_err(|failure| {
        ConnectError::Identity(match failure.kind {
            FailureKind::Expired => format!("{}: sign in again", failure.text).into(),
            FailureKind::NotOn => format!(
                "{}: the access key is unknown to AWS, or switched off; keys of AWS GovCloud (US) are known in its Regions only: set AWS_REGION=us-gov-west-1",
                failure.text
            )
            .into(),
            FailureKind::Silent => format!(
                "{endpoint}: {}: is the network up, and is the endpoint right?",
                failure.text
            )
            .into(),
            _ => failure.text,
        })
    })
}

/// The administrator's credentials.
#[derive(Clone, Debug)]
pub(super) struct Session {
    /// For everything but removals. In the caller's name, where the role lets that be.
    pub(super) keys: Keys,
    /// The same in nobody's name, for roles that do not.
    pub(super) unnamed: Keys,
    /// To remove members, and for nothing else.
    pub(super) removing: Keys,
    /// To delete graphs, and for nothing else.
    pub(super) deleting: Keys,
}

impl Session {
    /// One and the same for everything.
    pub(super) fn of(keys: Keys) -> Self {
        Self {
            unnamed: keys.clone(),
            removing: keys.clone(),
            deleting: keys.clone(),
            keys,
        }
    }
}

/// How the administrator's role is assumed.
struct Administrators<'a> {
    sessions: String,
    source_identity: Option<String>,
    sts: &'a aws_sdk_sts::Client,
    platform: &'a Platform,
    events: &'a Events,
}

impl Administrators<'_> {
    async fn session(
        &self,
        connection: &Connection,
        caller: &Identity,
        administrator: AccountId,
        partition: Partition,
        own: Keys,
    ) -> Result<Session, ConnectError> {
        match &connection.admin_role {
            Some(role) if !is_session_of(caller, administrator, role) => {
                let (name, session) = (role.as_str(), self.sessions.clone());
                let role = RoleToAssume::new(partition, administrator, name, session);
                let members = connection.role_name.as_str();
                let policy = narrow::administrator(connection.access, partition, members);
                let role = RoleToAssume { policy, ..role };
                let assumed = self.patiently_assumed(&role, &own, connection.patience);
                let assumed = assumed.await;
                assumed.map_err(|failure| ConnectError::AdminRole(failure.text))
            }
            None if caller.account != administrator => Err(ConnectError::NotTheAdministrator {
                caller: caller.account,
                arn: Email::mask_in(&caller.arn),
                administrator,
            }),
            // The caller's own credentials are what they are.
            _ => Ok(Session::of(own)),
        }
    }

    /// The role, and again where it is refused: it may have been made just now.
    async fn patiently_assumed(
        &self,
        role: &RoleToAssume,
        own: &Keys,
        limit: Duration,
    ) -> Result<Session, Failure> {
        let events = self.events;
        let begun = clock::now();
        let mut patience: Option<Patience> = None;
        loop {
            let denied = match self.assumed(role, own).await {
                Err(failure) if failure.is_denied() && !limit.is_zero() => failure,
                answer => return answer,
            };
            let patience = patience.get_or_insert_with(|| {
                let (operation, seconds) = (Operation::AssumeRole, limit.as_secs());
                events.record(None, EventKind::RefusedSoFar { operation, seconds });
                Patience::begin(begun.elapsed(), limit)
            });
            let Some(next) = patience.next() else {
                return Err(denied);
            };
            clock::until(begun + next).await;
            patience.pass(begun.elapsed(), 1);
        }
    }

    /// The role in the caller's name; where that is refused, in nobody's. STS does not say whether it was
    /// for the name.
    async fn assumed(&self, role: &RoleToAssume, own: &Keys) -> Result<Session, Failure> {
        let unnamed = self.keys(role.clone(), own);
        if self.source_identity.is_some() {
            let named = RoleToAssume {
                source_identity: self.source_identity.clone(),
                ..role.clone()
            };
            let keys = self.keys(named.clone(), own);
            match self.try_out(&keys).await {
                Ok(()) => return Ok(self.session_of(&named, keys, unnamed, own)),
                Err(failure) if failure.kind == FailureKind::Denied => {}
                Err(failure) => return Err(failure),
            }
        }
        self.try_out(&unnamed).await?;
        Ok(self.session_of(role, unnamed.clone(), unnamed, own))
    }

    /// With sessions of their own for removals, which are made when they are wanted first: a run that removes
    /// nobody has none.
    fn session_of(&self, role: &RoleToAssume, keys: Keys, unnamed: Keys, own: &Keys) -> Session {
        let limited_to = |policy: String| {
            let policy = Some(policy);
            let role = RoleToAssume {
                policy,
                ..role.clone()
            };
            self.keys(role, own)
        };
        let (removing, deleting) = match &role.policy {
            Some(_) => (
                limited_to(narrow::removing()),
                limited_to(narrow::deleting()),
            ),
            None => (keys.clone(), keys.clone()),
        };
        Session {
            keys,
            unnamed,
            removing,
            deleting,
        }
    }

    fn keys(&self, role: RoleToAssume, own: &Keys) -> Keys {
        let source = Source::Role {
            sts: self.sts.clone(),
            role: Box::new(role),
            caller: own.clone(),
            events: self.events.clone(),
        };
        Keys::new(source, self.platform.clock.clone())
    }

    async fn try_out(&self, keys: &Keys) -> Result<(), Failure> {
        let assume = || async { keys.get().await };
        patiently(self.platform.seed, assume).await.map(|_| ())
    }
}

/// Whether the caller has the administrator's role already: a role need not trust itself.
pub(super) fn is_session_of(caller: &Identity, administrator: AccountId, role: &RoleName) -> bool {
    let session = format!(":assumed-role/{}/", role.base());
    caller.account == administrator && caller.arn.contains(&session)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_of_the_role_is_one_in_the_administrators_account_by_that_name() {
        let administrator = "111111111111";
        let role: RoleName = "path/Admin".parse().unwrap();
        for (account, arn, is_it) in [
            (
                administrator,
                "arn:aws:sts::111111111111:assumed-role/Admin/alice",
                true,
            ),
            (
                administrator,
                "arn:aws:sts::111111111111:assumed-role/Other/Admin",
                false,
            ),
            (
                administrator,
                "arn:aws:sts::111111111111:assumed-role/Admin2/alice",
                false,
            ),
            (administrator, "arn:aws:iam::111111111111:user/Admin", false),
            (
                "222222222222",
                "arn:aws:sts::222222222222:assumed-role/Admin/alice",
                false,
            ),
        ] {
            let caller = Identity {
                account: account.parse().unwrap(),
                arn: arn.to_owned(),
            };
            let administrator = administrator.parse().unwrap();
            assert_eq!(is_session_of(&caller, administrator, &role), is_it, "{arn}");
        }
    }
}
