//! Names of hosts to addresses.
//!
//! Each lookup of the system's resolver opens files and sockets of its own, and the hundreds of
//! connections of a run go to a few dozen hosts: each is looked up once for all who ask at one time.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use aws_smithy_runtime_api::client::dns::{DnsFuture, ResolveDns, ResolveDnsError};
use tokio::net::lookup_host;
use tokio::sync::{Mutex, Semaphore};
use tokio::time::Instant;

use crate::clock;

/// How long an answer is used again: far less than the 60 s for which AWS's name servers give theirs.
const FRESH: Duration = Duration::from_secs(10);

/// The most lookups under way at one time; each takes up to three descriptors.
pub(crate) const LOOKUPS: usize = 8;

/// What is known of one host, and since when.
type Known = Arc<Mutex<Option<(Instant, Vec<IpAddr>)>>>;

/// A resolver that asks the system's. Clones know the same hosts.
#[derive(Clone, Debug)]
pub(crate) struct Lookups {
    hosts: Arc<std::sync::Mutex<HashMap<String, Known>>>,
    permits: Arc<Semaphore>,
}

impl Default for Lookups {
    fn default() -> Self {
        Self {
            hosts: Arc::default(),
            permits: Arc::new(Semaphore::new(LOOKUPS)),
        }
    }
}

impl Lookups {
    fn known(&self, name: &str) -> Known {
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        hosts.entry(name.to_owned()).or_default().clone()
    }

    async fn look_up(&self, name: &str) -> Result<Vec<IpAddr>, ResolveDnsError> {
        let known = self.known(name);
        // Whoever asks for a host that is being looked up waits here, and finds it.
        let mut known = known.lock().await;
        if let Some((since, addresses)) = &*known
            && since.elapsed() < FRESH
        {
            return Ok(addresses.clone());
        }
        let _permit = self.permits.acquire().await;
        let found = lookup_host((name, 0)).await.map_err(ResolveDnsError::new)?;
        let addresses: Vec<_> = found.map(|address| address.ip()).collect();
        *known = Some((clock::now(), addresses.clone()));
        Ok(addresses)
    }
}

impl ResolveDns for Lookups {
    fn resolve_dns<'a>(&'a self, name: &'a str) -> DnsFuture<'a> {
        DnsFuture::new(self.look_up(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_host_is_looked_up_once_for_all_who_ask() {
        let lookups = Lookups::default();
        let found = lookups.resolve_dns("localhost").await.unwrap();
        assert!(found.iter().all(IpAddr::is_loopback), "{found:?}");
        // With no permit left, another lookup would wait for ever.
        let _all = lookups.permits.acquire_many(LOOKUPS as u32).await.unwrap();
        assert_eq!(
            lookups.clone().resolve_dns("localhost").await.unwrap(),
            found
        );
    }

    #[tokio::test]
    async fn a_name_that_is_nowhere_is_not_remembered() {
        let lookups = Lookups::default();
        assert!(lookups.resolve_dns("nowhere.invalid").await.is_err());
        assert!(lookups.known("nowhere.invalid").lock().await.is_none());
    }
}
