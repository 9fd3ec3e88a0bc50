//! Whether an execution may still change AWS: while its list is the newest.

use std::sync::OnceLock;
use std::time::Duration;

use engine::{Gate, clock};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::error::StepError;
use crate::run::Manifest;
use crate::store::{Newest, Store};

/// Why a pass may not change anything any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Shut {
    /// A newer version of the list took over.
    Superseded,
    /// Nobody could say whether one has.
    Blind,
}

/// Asks the bucket before each change, for all Regions at once.
#[derive(Debug)]
pub(crate) struct NewestList {
    store: Store,
    key: String,
    version: String,
    /// When the last answer was asked for. Whoever waits for this lock is served by that answer, too.
    asked: Mutex<Option<Instant>>,
    shut: OnceLock<Shut>,
}

impl NewestList {
    #[must_use]
    pub(crate) fn of(manifest: &Manifest, store: &Store) -> Self {
        Self {
            store: store.clone(),
            key: manifest.key.clone(),
            version: manifest.version.clone(),
            asked: Mutex::default(),
            shut: OnceLock::new(),
        }
    }

    /// Whether the list is still the newest; a deletion is newer, too.
    ///
    /// # Errors
    /// Where the bucket does not say.
    pub(crate) async fn is_newest(&self) -> Result<bool, StepError> {
        let newest = self.store.newest(&self.key).await?;
        Ok(newest == Newest::Version(self.version.clone()))
    }

    /// Why nothing may be changed any more.
    pub(crate) fn shut(&self) -> Option<&Shut> {
        self.shut.get()
    }

    async fn look(&self, age: Duration) -> Result<(), String> {
        let came = clock::now();
        let mut asked = self.asked.lock().await;
        if asked.is_some_and(|asked| asked + age >= came) {
            return Ok(());
        }
        let now = clock::now();
        let (shut, why) = match self.is_newest().await {
            Ok(true) => {
                *asked = Some(now);
                return Ok(());
            }
            Ok(false) => (
                Shut::Superseded,
                format!("a newer version of {} took over", self.key),
            ),
            Err(error) => (
                Shut::Blind,
                format!(
                    "it cannot be told whether {} is the newest: {error}",
                    self.key
                ),
            ),
        };
        tracing::warn!("{why}");
        // The first reason counts.
        let _ = self.shut.set(shut);
        Err(why)
    }
}

impl Gate for NewestList {
    fn ask(&self, age: Duration) -> BoxFuture<'_, Result<(), String>> {
        self.look(age).boxed()
    }
}
