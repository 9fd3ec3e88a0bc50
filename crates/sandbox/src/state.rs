//! What changes while the sandbox runs.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::Timestamp;

use crate::account::AccountId;
use crate::bucket::Buckets;
use crate::calls::Calls;
use crate::clock::later;
use crate::graph::{Graph, GraphArn};
use crate::policy::Policy;
use crate::random::RandomStream;
use crate::region::Region;
use crate::s3::Objects;
use crate::world::World;

/// How long an expired session is remembered, so that its owner is told that it expired.
const SESSION_MEMORY: Duration = Duration::from_secs(3600);

/// What changes while the sandbox runs.
#[derive(Debug)]
pub(crate) struct State {
    /// When it began.
    pub(crate) started: Timestamp,
    /// A long-lived key of the administrator: its id and its secret.
    pub(crate) access_key: (String, String),
    /// Sessions by access key id.
    pub(crate) sessions: BTreeMap<String, Session>,
    /// Behavior graphs by Region and administrator, of whom each has at most one.
    pub(crate) graphs: BTreeMap<(Region, AccountId), Graph>,
    /// Until when graphs that were deleted are in the queue for it.
    pub(crate) deleting: BTreeMap<(Region, AccountId), Timestamp>,
    /// The accounts that an organization made its administrators, and since when.
    pub(crate) delegated: BTreeMap<Region, (AccountId, Timestamp)>,
    /// What is in S3.
    pub(crate) objects: Objects,
    /// The accounts that will be closed, and when.
    pub(crate) closing: BTreeSet<(Timestamp, AccountId)>,
    pub(crate) calls: Calls,
    pub(crate) buckets: Buckets,
    /// How often something that needs fresh randomness happened.
    counts: BTreeMap<(AccountId, Option<Region>, &'static str), u64>,
    seed: u64,
}

/// A session of an assumed role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Session {
    pub(crate) account: AccountId,
    /// The role with its path.
    pub(crate) role: String,
    pub(crate) name: String,
    pub(crate) token: String,
    pub(crate) expires: Timestamp,
    /// Whether it is of no use in opt-in Regions, as sessions of the global endpoint are.
    pub(crate) version_1: bool,
    /// The policies that limit it, if any were passed.
    pub(crate) policies: Option<Vec<Policy>>,
    /// In whose name it is: that stays with every session that is made with it.
    pub(crate) source_identity: Option<String>,
}

impl State {
    /// A state without anything in it.
    pub(crate) fn empty(world: &World, now: Timestamp) -> State {
        let mut random =
            RandomStream::of(world.seed, Some(world.administrator), None, "access key", 0);
        State {
            started: now,
            access_key: (format!("AKIA{}", random.base32(16)), random.secret(40)),
            sessions: BTreeMap::new(),
            graphs: BTreeMap::new(),
            deleting: BTreeMap::new(),
            delegated: BTreeMap::new(),
            objects: Objects::new(),
            closing: BTreeSet::new(),
            calls: Calls::default(),
            buckets: Buckets::new(),
            counts: BTreeMap::new(),
            seed: world.seed,
        }
    }

    /// Closes the accounts whose time has come: they leave all graphs, and theirs are deleted.
    pub(crate) fn close_accounts(&mut self, now: Timestamp) {
        while let Some((_, id)) = self.closing.first().filter(|(at, _)| *at <= now).copied() {
            self.closing.pop_first();
            self.graphs
                .retain(|(_, administrator), _| *administrator != id);
            for graph in self.graphs.values_mut() {
                graph.members.remove(&id);
            }
        }
    }

    /// Fresh randomness for something that happens to `account`, and how often it has by now.
    pub(crate) fn random_stream(
        &mut self,
        account: AccountId,
        region: Option<Region>,
        purpose: &'static str,
    ) -> (u64, RandomStream) {
        let count = self.counts.entry((account, region, purpose)).or_default();
        *count += 1;
        (
            *count,
            RandomStream::of(self.seed, Some(account), region, purpose, *count),
        )
    }

    /// The id of a request whose caller is not known.
    pub(crate) fn request_id_of_stranger(&mut self, administrator: AccountId) -> String {
        self.random_stream(administrator, None, "stranger").1.uuid()
    }

    /// Keeps a session that was just issued, and forgets those that ended long ago.
    pub(crate) fn remember(&mut self, key: String, session: Session, now: Timestamp) {
        if self.sessions.len() % 1024 == 1023 {
            self.sessions
                .retain(|_, session| later(session.expires, SESSION_MEMORY) > now);
        }
        self.sessions.insert(key, session);
    }

    /// The graph of that ARN, brought up to `now`.
    pub(crate) fn graph(
        &mut self,
        arn: &GraphArn,
        world: &World,
        now: Timestamp,
    ) -> Option<&mut Graph> {
        let graph = self
            .graphs
            .get_mut(&(arn.region, arn.administrator))
            .filter(|graph| graph.arn == *arn)?;
        graph.settle(world, self.started, now);
        Some(graph)
    }

    /// A new graph of that administrator, which must not have one.
    pub(crate) fn new_graph(
        &mut self,
        region: Region,
        administrator: AccountId,
        now: Timestamp,
    ) -> &mut Graph {
        let (_, mut random) = self.random_stream(administrator, Some(region), "graph");
        let arn = GraphArn {
            region,
            administrator,
            id: random.id(),
        };
        self.graphs
            .entry((region, administrator))
            .or_insert_with(|| Graph::new(arn, now))
    }
}

impl Session {
    /// The session as IAM names it.
    pub(crate) fn arn(&self) -> String {
        format!(
            "arn:aws:sts::{}:assumed-role/{}/{}",
            self.account,
            self.role_name(),
            self.name
        )
    }

    /// The name of its role without the path.
    pub(crate) fn role_name(&self) -> &str {
        self.role.rsplit('/').next().unwrap_or(&self.role)
    }
}
