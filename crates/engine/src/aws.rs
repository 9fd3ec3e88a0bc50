//! AWS as this run reaches it: who is asking, who is the administrator, and the clients.

mod connect;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use aws_config::{Region as SdkRegion, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_types::retry::RetryConfig;
use backon::{ExponentialBuilder, Retryable};
use fleet::account::{AccountId, Region};
use fleet::cause::MemberRole;
use fleet::region_table::{Partition, find, partition_of};
use tokio::sync::Semaphore;

pub use connect::ConnectError;
use connect::Session;

use crate::clock::{self, Clock};
use crate::connection::{Connection, Platform, RoleName};
use crate::credentials::{Keys, Source};
use crate::events::Events;
use crate::failure::{Failure, FailureKind};
use crate::gate::Gate;
use crate::halt::Halt;
use crate::narrow::{self, Errand};
use crate::signature;
use crate::sts::{Identity, RoleToAssume};

/// AWS as one run reaches it. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Aws(Arc<Inner>, Option<Arc<dyn Gate>>);

#[derive(Clone, Debug)]
struct Inner {
    config: SdkConfig,
    sts: aws_sdk_sts::Client,
    session: Session,
    caller: Identity,
    administrator: AccountId,
    partition: Partition,
    connection: Connection,
    platform: Platform,
    events: Events,
    halt: Halt,
    permits: Arc<Semaphore>,
    /// Why the Account service cannot be reached from here, where that is known.
    no_account_service: Arc<OnceLock<Failure>>,
}

/// What a change does: what takes something away is done in a session of its own that may do nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ChangeKind {
    Make,
    RemoveMembers,
    DeleteGraph,
}

impl Aws {
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

    /// The Region that environment or profile name, if they name one.
    #[must_use]
    pub fn region(&self) -> Option<Region> {
        self.0.config.region().map(|it| Region::new(it.as_ref()))
    }

    /// The clock that the run goes by.
    #[must_use]
    pub fn clock(&self) -> Clock {
        self.0.platform.clock.clone()
    }

    /// The same AWS, where `gate` is asked before each change.
    #[must_use]
    pub fn through(self, gate: Arc<dyn Gate>) -> Self {
        Self(self.0, Some(gate))
    }

    pub(crate) fn seed(&self) -> u64 {
        self.0.platform.seed
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

    /// The most requests that are under way at one time.
    pub(crate) fn permits_at_most(&self) -> usize {
        self.0.connection.max_concurrency
    }

    /// The Account service is not asked again in this run.
    pub(crate) fn account_is_out_of_reach(&self, failure: &Failure) {
        // Whoever said so first was right.
        let _ = self.0.no_account_service.set(failure.clone());
    }

    /// Whether the Account service is there to be asked.
    pub(crate) fn has_account_service(&self) -> bool {
        self.0.partition != Partition::AwsUsGov && self.no_account_service().is_none()
    }

    /// Why the Account service is not asked.
    pub(crate) fn no_account_service(&self) -> Option<Failure> {
        self.0.no_account_service.get().cloned()
    }

    pub(crate) fn sts(&self) -> &aws_sdk_sts::Client {
        &self.0.sts
    }

    /// Calls something with the administrator's credentials, which are looked at anew where AWS
    /// says that they have expired.
    pub(crate) async fn with_keys<T, F>(
        &self,
        call: impl FnOnce(Credentials) -> F,
    ) -> Result<T, Failure>
    where
        F: Future<Output = Result<T, Failure>>,
    {
        let keys = &self.0.session.keys;
        calling(keys, keys.get().await?, call).await
    }

    /// The same; without credentials nothing can go on anywhere.
    pub(crate) async fn with_keys_or_halt<T, F>(
        &self,
        call: impl FnOnce(Credentials) -> F,
    ) -> Result<T, Failure>
    where
        F: Future<Output = Result<T, Failure>>,
    {
        self.with_or_halt(&self.0.session.keys, call).await
    }

    async fn with_or_halt<T, F>(
        &self,
        keys: &Keys,
        call: impl FnOnce(Credentials) -> F,
    ) -> Result<T, Failure>
    where
        F: Future<Output = Result<T, Failure>>,
    {
        let credentials = keys.get().await.inspect_err(|failure| {
            if !failure.is_transient() {
                self.halt().stop(failure.text.to_string());
            }
        })?;
        self.calling_or_halt(keys, credentials, call).await
    }

    /// The same in nobody's name: with credentials in a name, no role can be assumed that does not allow
    /// one. An administrator role that allows no session without a name has no others.
    pub(crate) async fn unnamed_or_halt<T, F>(
        &self,
        call: impl FnOnce(Credentials) -> F,
    ) -> Result<T, Failure>
    where
        F: Future<Output = Result<T, Failure>>,
    {
        let keys = &self.0.session.unnamed;
        match keys.get().await {
            Ok(credentials) => self.calling_or_halt(keys, credentials, call).await,
            Err(failure) if failure.is_transient() => Err(failure),
            Err(_) => self.with_keys_or_halt(call).await,
        }
    }

    async fn calling_or_halt<T, F>(
        &self,
        keys: &Keys,
        credentials: Credentials,
        call: impl FnOnce(Credentials) -> F,
    ) -> Result<T, Failure>
    where
        F: Future<Output = Result<T, Failure>>,
    {
        calling(keys, credentials, call).await.inspect_err(|failure| {
            if failure.kind == FailureKind::Expired {
                self.halt().stop(format!("the administrator's credentials have expired ({}): sign in again, and run again; what was reached stays", failure.text));
            }
        })
    }

    /// The same, for a change, in the session for changes of that kind.
    pub(crate) async fn with_keys_to<T, F>(
        &self,
        kind: ChangeKind,
        call: impl FnOnce(Credentials) -> F,
    ) -> Result<T, Failure>
    where
        F: Future<Output = Result<T, Failure>>,
    {
        self.may_change(Duration::ZERO).await?;
        let session = &self.0.session;
        let keys = match kind {
            ChangeKind::Make => &session.keys,
            ChangeKind::RemoveMembers => &session.removing,
            ChangeKind::DeleteGraph => &session.deleting,
        };
        self.with_or_halt(keys, call).await
    }

    /// Whether the run may still change something, as of at most `age` ago.
    pub(crate) async fn may_change(&self, age: Duration) -> Result<(), Failure> {
        let Some(gate) = &self.1 else {
            return Ok(());
        };
        gate.ask(age).await.map_err(|why| {
            self.halt().stop(why.clone());
            Failure::not_sent(why)
        })
    }

    /// The role that accepts in members, whatever the account.
    #[must_use]
    pub fn role_in_members(&self) -> MemberRole {
        let connection = &self.0.connection;
        MemberRole {
            partition: self.0.partition,
            name: connection.role_name.as_str().into(),
            external_id: connection.external_id.is_some(),
        }
    }

    /// The role in a member, to be assumed for that and in nobody's name.
    pub(crate) fn member_role(&self, member: AccountId, errand: Errand) -> RoleToAssume {
        let Connection {
            role_name,
            external_id,
            ..
        } = &self.0.connection;
        let sessions = self.session_name();
        let policy = narrow::member(errand, self.0.partition, self.0.administrator);
        RoleToAssume {
            external_id: external_id.clone(),
            policy: Some(policy),
            ..RoleToAssume::new(self.0.partition, member, role_name.as_str(), sessions)
        }
    }

    /// In whose name roles are assumed, where they let that be.
    pub(crate) fn source_identity(&self) -> Option<String> {
        signature::source_identity(&self.0.caller)
    }

    pub(crate) fn session_name(&self) -> String {
        signature::session_name(self.0.connection.run.as_deref())
    }

    /// The role that is assumed in each member.
    pub(crate) fn role_name(&self) -> &RoleName {
        &self.0.connection.role_name
    }

    /// The credentials that other roles are assumed with, in nobody's name: those roles need not allow one.
    pub(crate) fn unnamed_keys(&self) -> &Keys {
        &self.0.session.unnamed
    }

    /// Whether requests are made as this role of the administrator's account.
    pub(crate) fn works_as(&self, role: &RoleName) -> bool {
        match &self.0.connection.admin_role {
            Some(there) => there == role,
            None => connect::is_session_of(&self.0.caller, self.0.administrator, role),
        }
    }

    /// The same AWS as seen by another role of the administrator's account, which the one that is
    /// there now assumes; the same one again where it is that role already.
    #[must_use]
    pub fn becoming(&self, role: &RoleName) -> Self {
        let Inner {
            partition,
            administrator,
            ..
        } = *self.0;
        if self.works_as(role) {
            return self.clone();
        }
        let sessions = self.session_name();
        let source = Source::Role {
            sts: self.0.sts.clone(),
            role: Box::new(RoleToAssume::new(
                partition,
                administrator,
                role.as_str(),
                sessions,
            )),
            // That role may be anybody's, and need not allow a name.
            caller: self.0.session.unnamed.clone(),
            events: self.events().clone(),
        };
        let mut inner = (*self.0).clone();
        inner.session = Session::of(Keys::new(source, self.clock()));
        inner.connection.admin_role = Some(role.clone());
        Self(Arc::new(inner), self.1.clone())
    }

    /// The SDK's configuration for a service that is called as the administrator and that this crate
    /// does not know. Its own retries are on: for calls that have an idempotency token.
    #[must_use]
    pub fn service(&self, region: &Region) -> SdkConfig {
        let config = self.0.config.to_builder();
        config
            .region(SdkRegion::new(region.as_str().to_owned()))
            .credentials_provider(SharedCredentialsProvider::new(self.0.session.keys.clone()))
            .build()
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

    /// A client of GuardDuty for one Region, as for Detective.
    #[cfg(feature = "guardduty")]
    pub(crate) fn guardduty(&self, region: &Region) -> aws_sdk_guardduty::Client {
        let config = aws_sdk_guardduty::config::Builder::from(&self.0.config)
            .region(SdkRegion::new(region.as_str().to_owned()))
            .retry_config(RetryConfig::disabled())
            .identity_cache(aws_sdk_guardduty::config::IdentityCache::no_cache())
            .build();
        aws_sdk_guardduty::Client::from_conf(config)
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

async fn calling<T, F>(
    keys: &Keys,
    credentials: Credentials,
    call: impl FnOnce(Credentials) -> F,
) -> Result<T, Failure>
where
    F: Future<Output = Result<T, Failure>>,
{
    let key_id = credentials.access_key_id().to_owned();
    let answer = call(credentials).await;
    answer.map_err(|failure| failure.of_keys(keys, &key_id))
}

/// How long a network that is just coming up, or a name server with a hiccup, is given.
const COMING_UP: Duration = Duration::from_secs(2);

/// Asks again a few times where that may help: for questions that everything else waits for.
pub(crate) async fn patiently<T, F>(seed: u64, ask: impl FnMut() -> F) -> Result<T, Failure>
where
    F: Future<Output = Result<T, Failure>>,
{
    let delays = ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(200))
        .with_max_delay(Duration::from_secs(5))
        .with_max_times(8)
        .with_jitter_seed(seed)
        .with_jitter();
    let begun = clock::now();
    ask.retry(delays)
        .sleep(clock::sleep)
        .when(|failure| match failure.kind {
            // A network that is just coming up says no at once; a silent endpoint has taken 10 s.
            FailureKind::Silent => begun.elapsed() < COMING_UP,
            FailureKind::Barred => false,
            // It has been waited for already.
            FailureKind::Crowded => false,
            _ => failure.is_transient(),
        })
        .await
}

/// The Regional STS endpoint of a Region that every account has on. Its tokens are valid in all
/// Regions, and one of an opt-in Region would refuse members that do not have it
/// (docs.aws.amazon.com/sdkref/latest/guide/feature-sts-regionalized-endpoints.html).
fn sts_region(config: &SdkConfig) -> String {
    let configured = config.region().map(AsRef::as_ref);
    // A variable may be empty.
    let configured = configured
        .filter(|region: &&str| !region.is_empty())
        .unwrap_or("us-east-1");
    if needs_no_opt_in(configured) {
        configured.to_owned()
    } else {
        "us-east-1".to_owned()
    }
}

fn needs_no_opt_in(region: &str) -> bool {
    match find(region) {
        Some(entry) => !entry.opt_in,
        // Commercial Regions that are newer than our table all need it; other partitions know none that do.
        None => partition_of(region) != Some("aws"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sts_is_asked_in_a_region_that_every_account_has_on() {
        for (configured, asked) in [
            ("eu-central-1", "eu-central-1"),
            ("af-south-1", "us-east-1"),
            ("ap-newer-9", "us-east-1"),
            ("us-gov-west-1", "us-gov-west-1"),
            ("cn-north-1", "cn-north-1"),
        ] {
            let config = SdkConfig::builder().region(SdkRegion::new(configured));
            assert_eq!(sts_region(&config.build()), asked);
        }
        assert_eq!(sts_region(&SdkConfig::builder().build()), "us-east-1");
    }
}
