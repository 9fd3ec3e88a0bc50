//! What was called, for tests and for the curious.

use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

use crate::account::AccountId;
use crate::operation::full_name;
use crate::region::Region;
use crate::service::Service;

/// How many of the latest calls are shown one by one.
const RECENT: usize = 1_000;

/// What was called since the sandbox started.
#[derive(Debug, Default)]
pub(crate) struct Calls {
    counts: BTreeMap<Kind, u64>,
    recent: VecDeque<Recent>,
    sessions: VecDeque<Assumed>,
    in_flight: u64,
    peak: u64,
}

/// Calls that differ in nothing that is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Kind {
    pub(crate) service: Service,
    /// The operation, if there is such a one.
    pub(crate) operation: Option<&'static str>,
    pub(crate) region: Region,
    /// The caller, if its key is known.
    pub(crate) account: Option<AccountId>,
    /// `ok`, the code of an error, `cut` or `silence`.
    pub(crate) outcome: &'static str,
}

#[derive(Debug)]
struct Recent {
    at: Timestamp,
    kind: Kind,
}

/// A session that was handed out, as CloudTrail tells it.
#[derive(Debug, Serialize)]
pub(crate) struct Assumed {
    pub(crate) at: Timestamp,
    /// Who asked for it, by ARN.
    pub(crate) by: String,
    /// Its own ARN.
    pub(crate) session: String,
    pub(crate) source_identity: Option<String>,
    /// The policy that it is limited to, where one came with the request.
    pub(crate) policy: Option<String>,
}

/// A line of the counts.
#[derive(Serialize)]
struct Count {
    operation: String,
    region: Region,
    account: Option<AccountId>,
    outcome: &'static str,
    count: u64,
}

impl Calls {
    /// A call begins to be answered.
    pub(crate) fn begin(&mut self) {
        self.in_flight += 1;
        self.peak = self.peak.max(self.in_flight);
    }

    /// A call is not being answered any more, be it because the client gave up.
    pub(crate) fn end(&mut self) {
        // A reset in between forgot that it began.
        self.in_flight = self.in_flight.saturating_sub(1);
    }

    /// How a call ended.
    pub(crate) fn record(&mut self, at: Timestamp, kind: Kind) {
        *self.counts.entry(kind).or_default() += 1;
        if self.recent.len() == RECENT {
            self.recent.pop_front();
        }
        self.recent.push_back(Recent { at, kind });
    }

    /// A session was handed out.
    pub(crate) fn assumed(&mut self, assumed: Assumed) {
        if self.sessions.len() == RECENT {
            self.sessions.pop_front();
        }
        self.sessions.push_back(assumed);
    }

    /// All of it as JSON: totals by operation, as the product's reports have them; the same by
    /// Region, account and outcome; and the latest calls and sessions in their order.
    pub(crate) fn to_json(&self) -> Value {
        let mut totals: BTreeMap<String, u64> = BTreeMap::new();
        for (kind, count) in &self.counts {
            *totals.entry(kind.full_name()).or_default() += count;
        }
        let counts: Vec<Count> = self
            .counts
            .iter()
            .map(|(kind, count)| kind.counted(*count))
            .collect();
        let recent: Vec<Value> = self.recent.iter().map(Recent::to_json).collect();
        json!({
            "total": totals.values().sum::<u64>(),
            "in_flight": self.in_flight,
            "peak_in_flight": self.peak,
            "operations": totals,
            "counts": counts,
            "recent": recent,
            "sessions": self.sessions,
        })
    }
}

impl Kind {
    fn full_name(&self) -> String {
        full_name(self.service, self.operation.unwrap_or("unknown"))
    }

    fn counted(self, count: u64) -> Count {
        let Kind {
            region,
            account,
            outcome,
            ..
        } = self;
        Count {
            operation: self.full_name(),
            region,
            account,
            outcome,
            count,
        }
    }
}

impl Recent {
    fn to_json(&self) -> Value {
        let Kind {
            region,
            account,
            outcome,
            ..
        } = self.kind;
        let at = format!("{:.3}", self.at);
        json!({ "at": at, "operation": self.kind.full_name(), "region": region, "account": account, "outcome": outcome })
    }
}
