//! AWS as this run reaches it: who is asking, who is the administrator, and the clients.

use std::sync::Arc;
use std::time::Duration;

use aws_config::{Region as SdkRegion, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_types::retry::RetryConfig;
use backon::{ExponentialBuilder, Retryable};
use fleet::account::{AccountId, Region};
use fleet::event::{Operation, Sink};
use fleet::region::{Partition, UnsupportedPartition, find};
use tokio::sync::Semaphore;

use crate::clock::{self, Clock};
use crate::connection::{Connection, Ground, RoleName};
use crate::credentials::Keys;
use crate::events::Events;
use crate::failure::{Cause, Failure};
use crate::halt::Halt;
use crate::sts::{self, Identity, RoleToAssume};

/// Why AWS cannot be worked with at all. Nothing has been changed then.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// No credentials, or STS cannot be reached.
    #[error("cannot ask AWS who is calling: {0}")]
    Identity(Arc<str>),
    /// The administrator's role cannot be assumed.
    #[error("{0}")]
    AdminRole(Arc<str>),
    /// The caller is not the administrator.
    #[error(
        "the credentials are those of account {caller} ({arn}), not of the administrator {administrator}: use another profile, or name a role of the administrator with --admin-role"
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
}

/// AWS as one run reaches it. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Aws(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    config: SdkConfig,
    sts: aws_sdk_sts::Client,
    keys: Arc<Keys>,
    caller: Identity,
    administrator: AccountId,
    partition: Partition,
    connection: Connection,
    ground: Ground,
    events: Events,
    halt: Halt,
    permits: Arc<Semaphore>,
}

impl Aws {
    /// Finds out who is calling and becomes the administrator.
    ///
    /// # Errors
    /// Where that is not possible; the message says what to do.
    pub async fn connect(
        connection: Connection,
        sink: Arc<dyn Sink>,
    ) -> Result<Self, ConnectError> {
        Self::connect_on(Ground::real(), connection, sink).await
    }

    /// The same, on another ground than the network.
    ///
    /// # Errors
    /// As [`Aws::connect`].
    pub async fn connect_on(
        ground: Ground,
        connection: Connection,
        sink: Arc<dyn Sink>,
    ) -> Result<Self, ConnectError> {
        let config = connection.load(&ground).await;
        let halt = Halt::default();
        let events = Events::new(sink, ground.clock, halt.clone());
        let sts = aws_sdk_sts::Client::from_conf(
            aws_sdk_sts::config::Builder::from(&config)
                .region(SdkRegion::new(sts_region(&config)))
                .retry_config(RetryConfig::disabled())
                .identity_cache(aws_sdk_sts::config::IdentityCache::no_cache())
                .build(),
        );
        let own = Arc::new(own_keys(&config, ground.clock)?);
        let caller = who_is_calling(&sts, &own, &events).await?;
        let partition = Partition::from_name(caller.arn.split(':').nth(1).unwrap_or_default())?;
        let administrator = connection.admin_account.unwrap_or(caller.account);
        let keys = administrators_keys(
            &connection,
            (&caller, administrator, partition),
            own,
            (&sts, &ground, &events),
        )
        .await?;
        let permits = Arc::new(Semaphore::new(
            connection.max_concurrency.clamp(1, Semaphore::MAX_PERMITS),
        ));
        let inner = Inner {
            config,
            sts,
            keys,
            caller,
            administrator,
            partition,
            connection,
            ground,
            events,
            halt,
            permits,
        };
        Ok(Self(Arc::new(inner)))
    }

    /// The account that owns the behavior graphs.
    #[must_use]
    pub fn administrator(&self) -> AccountId {
        self.0.administrator
    }

    /// The ARN of who is calling.
    #[must_use]
    pub fn caller(&self) -> &str {
        &self.0.caller.arn
    }

    /// The part of AWS that this is.
    #[must_use]
    pub fn partition(&self) -> Partition {
        self.0.partition
    }

    /// The clock that the run goes by.
    #[must_use]
    pub fn clock(&self) -> Clock {
        self.0.ground.clock
    }

    pub(crate) fn seed(&self) -> u64 {
        self.0.ground.seed
    }

    pub(crate) fn events(&self) -> &Events {
        &self.0.events
    }

    pub(crate) fn halt(&self) -> &Halt {
        &self.0.halt
    }

    pub(crate) fn permits(&self) -> &Arc<Semaphore> {
        &self.0.permits
    }

    pub(crate) fn sts(&self) -> &aws_sdk_sts::Client {
        &self.0.sts
    }

    /// The administrator's credentials.
    pub(crate) async fn keys(&self) -> Result<Credentials, Failure> {
        self.0.keys.get().await
    }

    /// The administrator's credentials; without them, nothing can go on anywhere.
    pub(crate) async fn keys_or_halt(&self) -> Result<Credentials, Failure> {
        let keys = self.keys().await;
        if let Err(failure) = &keys
            && !failure.is_transient()
        {
            self.halt().stop(failure.text.to_string());
        }
        keys
    }

    /// AWS says that the administrator's credentials are past their time.
    pub(crate) fn halt_if_expired(&self, failure: &Failure) {
        if failure.cause == Cause::Expired {
            self.halt().stop(format!("the administrator's credentials have expired ({}): sign in again, and run again; what was reached stays", failure.text));
        }
    }

    /// The role that accepts in a member.
    pub(crate) fn member_role(&self, member: AccountId) -> RoleToAssume {
        let Connection {
            role_name,
            external_id,
            ..
        } = &self.0.connection;
        RoleToAssume::new(
            self.0.partition,
            member,
            role_name.as_str(),
            external_id.clone(),
        )
    }

    /// A client for one Region; credentials come with each operation.
    pub(crate) fn detective(&self, region: &Region) -> aws_sdk_detective::Client {
        // Without the SDK's own retries: a change whose answer was lost has to be looked at, not sent
        // again, and every throttle has to be seen to slow down where AWS says so. It also leaves the
        // SDK's retry quota alone, which all members of a Region would share.
        let config = aws_sdk_detective::config::Builder::from(&self.0.config)
            .region(SdkRegion::new(region.as_str().to_owned()))
            .retry_config(RetryConfig::disabled())
            .identity_cache(aws_sdk_detective::config::IdentityCache::no_cache())
            .build();
        aws_sdk_detective::Client::from_conf(config)
    }

    /// A client of the Account service, which is global.
    pub(crate) fn account(&self) -> aws_sdk_account::Client {
        let config = aws_sdk_account::config::Builder::from(&self.0.config)
            .region(SdkRegion::new(sts_region(&self.0.config)))
            .retry_config(RetryConfig::disabled())
            .identity_cache(aws_sdk_account::config::IdentityCache::no_cache())
            .build();
        aws_sdk_account::Client::from_conf(config)
    }
}

/// Asks again a few times where that may help: for questions that everything else waits for.
pub(crate) async fn patiently<T, F>(seed: u64, ask: impl FnMut() -> F) -> Result<T, Failure>
where
    F: Future<Output = Result<T, Failure>>,
{
    let delays = ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(200))
        .with_max_times(3)
        .with_jitter_seed(seed)
        .with_jitter();
    // A silent endpoint has taken 10 s already.
    ask.retry(delays)
        .sleep(clock::sleep)
        .when(|failure| failure.is_transient() && failure.cause != Cause::Silent)
        .await
}

/// The Regional STS endpoint of a Region that every account has on. Its tokens are valid in all
/// Regions, and one of an opt-in Region would refuse members that do not have it
/// (docs.aws.amazon.com/sdkref/latest/guide/feature-sts-regionalized-endpoints.html).
fn sts_region(config: &SdkConfig) -> String {
    let configured = config
        .region()
        .map_or("us-east-1", |region| region.as_ref());
    match find(configured) {
        Some(entry) if entry.opt_in => "us-east-1".to_owned(),
        _ => configured.to_owned(),
    }
}

fn own_keys(config: &SdkConfig, clock: Clock) -> Result<Keys, ConnectError> {
    let provider: SharedCredentialsProvider = config
        .credentials_provider()
        .ok_or_else(|| ConnectError::Identity("no credentials are configured".into()))?;
    Ok(Keys::of_chain(provider, clock))
}

async fn who_is_calling(
    sts: &aws_sdk_sts::Client,
    own: &Keys,
    events: &Events,
) -> Result<Identity, ConnectError> {
    let ask = || async {
        let credentials = own.get().await?;
        let result = sts::identity(sts, credentials).await;
        events.called(
            None,
            Operation::GetCallerIdentity,
            result.as_ref().map(|_| ()),
        );
        result
    };
    patiently(0, ask).await.map_err(|failure| {
        ConnectError::Identity(match failure.cause {
            Cause::Expired if &*failure.code != "NoCredentials" => {
                format!("{}: sign in again", failure.text).into()
            }
            Cause::NotOn => format!(
                "{}: the access key is unknown to AWS, or switched off",
                failure.text
            )
            .into(),
            Cause::Silent => format!(
                "{}: is the network up, and is AWS_ENDPOINT_URL right?",
                failure.text
            )
            .into(),
            _ => failure.text,
        })
    })
}

async fn administrators_keys(
    connection: &Connection,
    (caller, administrator, partition): (&Identity, AccountId, Partition),
    own: Arc<Keys>,
    (sts, ground, events): (&aws_sdk_sts::Client, &Ground, &Events),
) -> Result<Arc<Keys>, ConnectError> {
    match &connection.admin_role {
        Some(role) if !is_session_of(caller, administrator, role) => {
            let role = RoleToAssume::new(partition, administrator, role.as_str(), None);
            let keys = Arc::new(Keys::of_role(
                sts.clone(),
                role,
                own,
                (ground.clock, events.clone()),
            ));
            let assume = || async { keys.get().await };
            patiently(ground.seed, assume)
                .await
                .map_err(|failure| ConnectError::AdminRole(failure.text))?;
            Ok(keys)
        }
        None if caller.account != administrator => Err(ConnectError::NotTheAdministrator {
            caller: caller.account,
            arn: caller.arn.clone(),
            administrator,
        }),
        _ => Ok(own),
    }
}

/// Whether the caller has the administrator's role already: a role need not trust itself.
fn is_session_of(caller: &Identity, administrator: AccountId, role: &RoleName) -> bool {
    let session = format!(":assumed-role/{}/", role.base());
    caller.account == administrator && caller.arn.contains(&session)
}
