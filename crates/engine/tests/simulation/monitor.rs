//! Looks over the shoulder of everybody who calls the sandbox, and at what each call changed.
//!
//! It reads requests, replies and the sandbox's own pages, and knows nothing of the product: what a
//! run was told is what the bytes of the replies say.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard};

use bytes::Bytes;
use engine::clock::now;
use http::Request;
use sandbox::{Reply, Sandbox};
use serde_json::Value;
use tokio::time::Instant;

use crate::asked::Asked;
use crate::reading::{Entry, Reading, text};
use crate::scenario::{ADMINISTRATOR, Scenario};
use crate::{rules, saved};

/// A membership of the administrator's own graph: Region and account.
pub(crate) type Place = (String, String);

/// More calls than this are a livelock.
const TOO_MANY: u64 = 30_000;

/// Who calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Actor {
    Run(usize),
    Others,
}

/// What a reply told a run of one membership.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    /// The number of the request that was answered with it: what was asked later counts.
    asked: u64,
    /// Which of the entries that this membership had, one after the other.
    pub(crate) which: Option<u64>,
    pub(crate) entry: Entry,
}

/// A request that was sent, and what its run had been told by then.
pub(crate) struct Sent {
    pub(crate) number: u64,
    pub(crate) told: BTreeMap<String, Told>,
}

/// What one run did.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    told: BTreeMap<Place, Told>,
    /// Requests by operation.
    pub(crate) calls: BTreeMap<&'static str, u64>,
    pub(crate) sent: u64,
    pub(crate) sent_after_clear: u64,
    pub(crate) in_flight: usize,
    /// Its journal has refused an event: it may change nothing any more.
    pub(crate) refused: bool,
    /// When it began.
    pub(crate) began: Option<Instant>,
    /// It makes the saved plan, or executes it.
    pub(crate) by_plan: bool,
}

pub(crate) struct Monitor {
    pub(crate) sandbox: Sandbox,
    pub(crate) scenario: Scenario,
    pub(crate) roster: BTreeMap<String, String>,
    inside: Mutex<Inside>,
}

#[derive(Default)]
pub(crate) struct Inside {
    /// The entries of the administrator's own graphs, numbered as they appeared.
    entries: BTreeMap<Place, u64>,
    appeared: u64,
    /// Whose the keys are that STS gave out.
    pub(crate) keys: BTreeMap<String, String>,
    /// Who changed something, in order.
    pub(crate) changes: Vec<(Actor, Instant)>,
    pub(crate) runs: Vec<Notes>,
    pub(crate) violations: Vec<Violation>,
    /// The document of the saved plan, once there is one.
    pub(crate) saved: Option<Value>,
}

/// An invariant that did not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Violation {
    pub(crate) rule: &'static str,
    pub(crate) text: String,
}

impl Monitor {
    pub(crate) fn new(sandbox: Sandbox, scenario: Scenario) -> Self {
        let listed = scenario.members.iter().filter(|member| member.in_roster);
        let roster = listed.map(|member| (member.id.clone(), member.roster_email().to_owned()));
        Self {
            roster: roster.collect(),
            sandbox,
            scenario,
            inside: Mutex::default(),
        }
    }

    pub(crate) fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap()
    }

    pub(crate) fn begin_run(&self, by_plan: bool) -> usize {
        let mut inside = self.inside();
        inside.runs.push(Notes {
            began: Some(now()),
            by_plan,
            ..Notes::default()
        });
        inside.runs.len() - 1
    }

    pub(crate) fn violated(&self, rule: &'static str, text: impl Into<String>) {
        self.inside().violations.push(Violation {
            rule,
            text: text.into(),
        });
    }

    /// A run sends a request.
    pub(crate) fn sent(&self, run: usize, asked: &Asked, is_clear: bool) -> Sent {
        let mut inside = self.inside();
        let notes = &mut inside.runs[run];
        notes.sent += 1;
        notes.sent_after_clear += u64::from(is_clear);
        *notes.calls.entry(asked.operation).or_default() += 1;
        notes.in_flight += 1;
        assert!(notes.sent < TOO_MANY, "a run that never ends");
        let told = asked.accounts().into_iter().filter_map(|account| {
            let told = notes.told.get(&(asked.region.clone(), account.clone()))?;
            Some((account, told.clone()))
        });
        let sent = Sent {
            number: notes.sent,
            told: told.collect(),
        };
        let violations = rules::on_sending(self, notes, asked);
        inside.violations.extend(violations);
        let unplanned = saved::on_sending(&inside, run, asked);
        inside.violations.extend(unplanned);
        sent
    }

    /// A request arrives. The sandbox's latency is zero, so nothing comes between the two readings.
    pub(crate) async fn arrives(
        &self,
        actor: Actor,
        asked: &Asked,
        sent: &Sent,
        request: Request<Bytes>,
    ) -> Reply {
        if !asked.changes_something() {
            return self.sandbox.handle(request).await;
        }
        let before = Reading::of(&self.sandbox);
        let reply = self.sandbox.handle(request).await;
        let after = Reading::of(&self.sandbox);
        let mut inside = self.inside();
        inside.count_entries(&before);
        if actor != Actor::Others {
            let violations = rules::on_arrival(self, &inside, asked, sent, &before, &after);
            inside.violations.extend(violations);
        }
        inside.count_entries(&after);
        if before != after {
            inside.changes.push((actor, now()));
        }
        reply
    }

    /// A reply gets back to the run.
    pub(crate) fn replied(&self, run: usize, asked: &Asked, sent: &Sent, reply: &Reply) {
        let Reply::Response(response) = reply else {
            return;
        };
        if !response.status().is_success() {
            return;
        }
        let mut inside = self.inside();
        if asked.operation == "AssumeRole" {
            let body = String::from_utf8_lossy(response.body()).into_owned();
            let key = body
                .split("<AccessKeyId>")
                .nth(1)
                .and_then(|rest| rest.split('<').next());
            let account = asked
                .role_arn
                .split(':')
                .nth(4)
                .unwrap_or_default()
                .to_owned();
            inside.keys.extend(key.map(|key| (key.to_owned(), account)));
            return;
        }
        let body: Value = serde_json::from_slice(response.body()).unwrap_or_default();
        for field in ["Members", "MemberDetails"] {
            for entry in body[field].as_array().into_iter().flatten() {
                inside.tell(run, &asked.region, sent.number, entry);
            }
        }
    }

    /// Whether anybody else changed something that came about, or came to be listed, since that run
    /// began.
    pub(crate) fn was_disturbed(&self, run: usize) -> bool {
        let inside = self.inside();
        let began = inside.runs[run].began;
        let (_, late) = self.scenario.climate.visibility;
        inside
            .changes
            .iter()
            .any(|(actor, at)| *actor != Actor::Run(run) && Some(*at + late) >= began)
    }
}

impl Inside {
    fn tell(&mut self, run: usize, region: &str, asked: u64, entry: &Value) {
        let place = (region.to_owned(), text(&entry["AccountId"]));
        let told = Told {
            asked,
            which: self.entries.get(&place).copied(),
            entry: Entry::of(&entry["Status"], &entry["EmailAddress"]),
        };
        let known = &mut self.runs[run].told;
        if known.get(&place).is_none_or(|known| known.asked <= asked) {
            known.insert(place, told);
        }
    }

    /// The entry that a membership has now.
    pub(crate) fn entry(&self, region: &str, account: &str) -> Option<u64> {
        self.entries
            .get(&(region.to_owned(), account.to_owned()))
            .copied()
    }

    fn count_entries(&mut self, reading: &Reading) {
        let own = reading
            .0
            .iter()
            .filter(|((_, administrator), _)| administrator == ADMINISTRATOR);
        let places: BTreeSet<Place> = own
            .flat_map(|((region, _), graph)| {
                graph
                    .members
                    .keys()
                    .map(|account| (region.clone(), account.clone()))
            })
            .collect();
        self.entries.retain(|place, _| places.contains(place));
        for place in places {
            let next = self.appeared + 1;
            if *self.entries.entry(place).or_insert(next) == next {
                self.appeared = next;
            }
        }
    }
}
