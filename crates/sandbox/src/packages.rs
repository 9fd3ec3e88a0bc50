//! Data source packages of a behavior graph.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Packages by their state, and when they came to be in it.
#[derive(Clone, Debug)]
pub(crate) struct Packages(pub(crate) BTreeMap<Package, Ingest>);

/// A data source package, in AWS's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Package {
    /// What every graph has.
    DetectiveCore,
    /// Audit logs of EKS.
    EksAudit,
    /// Findings of Security Hub.
    #[serde(rename = "ASFF_SECURITYHUB_FINDING")]
    SecurityHubFinding,
}

/// Whether a package's data flows, in AWS's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum IngestState {
    /// It does.
    Started,
    /// It does not any more.
    Stopped,
}

/// The state of a package and its last changes.
#[derive(Clone, Debug)]
pub(crate) struct Ingest {
    pub(crate) state: IngestState,
    pub(crate) changes: BTreeMap<IngestState, Timestamp>,
}

impl Packages {
    /// The packages of a fresh graph: the core alone (seen against live AWS, Alchemy's tests).
    pub(crate) fn new(now: Timestamp) -> Packages {
        let mut packages = Packages(BTreeMap::new());
        packages.turn(Package::DetectiveCore, IngestState::Started, now);
        packages
    }

    /// Which state each is in.
    pub(crate) fn states(&self) -> BTreeMap<Package, IngestState> {
        self.0
            .iter()
            .map(|(package, ingest)| (*package, ingest.state))
            .collect()
    }

    /// Starts or stops a package, if that is not its state already.
    pub(crate) fn turn(&mut self, package: Package, state: IngestState, now: Timestamp) {
        let ingest = self.0.entry(package).or_insert_with(|| Ingest {
            state,
            changes: BTreeMap::from([(state, now)]),
        });
        if ingest.state != state {
            ingest.state = state;
            ingest.changes.insert(state, now);
        }
    }
}
