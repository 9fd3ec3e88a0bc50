//! From events to the report.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use litemap::LiteMap;
use serde::{Deserialize, Serialize};

use super::{
    Done, Ended, Header, MemberReport, Outcome, Reached, RegionReport, RegionState, Report,
    Summary, Why,
};
use crate::account::{AccountId, GraphArn, Region};
use crate::cause::{Cause, Place};
use crate::event::{Conclusion, Deed, Event, EventKind, Sink, SinkError};
use crate::member::{MemberStatus, Since};

/// A sink that keeps what the report needs, and no more.
#[derive(Debug, Default)]
pub struct Recorder(Mutex<RunRecord>);

/// What was recorded, for another process to go on with.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Record(RunRecord);

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct RunRecord {
    regions: BTreeMap<Region, RegionRecord>,
    calls: BTreeMap<Cow<'static, str>, u64>,
    /// What was denied and done in another way.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    without: BTreeSet<Cow<'static, str>>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct RegionRecord {
    graph_arn: Option<GraphArn>,
    changes: Vec<String>,
    amiss: Vec<Cause>,
    error: Option<Cause>,
    #[serde(default)]
    finished: Option<Timestamp>,
    /// When something last happened here.
    #[serde(default)]
    happened: Option<Timestamp>,
    members: LiteMap<AccountId, MemberRecord>,
    /// What was done here may not have been recorded.
    #[serde(default)]
    lost: bool,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct MemberRecord {
    /// The first status that was seen, and the last.
    seen: Option<(Option<MemberStatus>, Option<MemberStatus>)>,
    /// Since when it was as it was last seen.
    #[serde(default)]
    since: Since,
    #[serde(default)]
    done: Done,
    lost: bool,
    conclusion: Option<(Conclusion, Option<Box<Cause>>)>,
}

impl Sink for Recorder {
    fn record(&self, event: &Event) -> Result<(), SinkError> {
        self.lock().apply(event);
        Ok(())
    }
}

impl Record {
    /// The accounts that were members somewhere when this began, and are not there any more.
    #[must_use]
    pub fn gone(&self) -> BTreeSet<AccountId> {
        let members = self.0.regions.values().flat_map(|it| &it.members);
        let gone = members.filter(|(_, it)| matches!(it.seen, Some((Some(_), None))));
        gone.map(|(account, _)| *account).collect()
    }

    /// The accounts that this run invited somewhere.
    #[must_use]
    pub fn invited(&self) -> BTreeSet<AccountId> {
        let members = self.0.regions.values().flat_map(|it| &it.members);
        let invited = members.filter(|(_, it)| it.done.invited.is_some());
        invited.map(|(account, _)| *account).collect()
    }

    /// A process that went on with this was ended before it could say what it did: what is seen to
    /// have changed since then counts as done.
    #[must_use]
    pub fn interrupted(mut self) -> Self {
        for region in self.0.regions.values_mut() {
            region.lost = true;
            for (_, member) in region.members.iter_mut() {
                member.lost = true;
            }
        }
        self
    }
}

impl Recorder {
    /// Goes on with what another process recorded of the same Regions: what they were like before
    /// is still what that process saw, and how they ended is open again.
    #[must_use]
    pub fn resume(Record(mut fold): Record) -> Self {
        for region in fold.regions.values_mut() {
            region.error = None;
            region.amiss.clear();
            region.finished = None;
            for (_, member) in region.members.iter_mut() {
                member.conclusion = None;
            }
        }
        Self(Mutex::new(fold))
    }

    /// What was recorded so far.
    #[must_use]
    pub fn record_so_far(&self) -> Record {
        Record(self.lock().clone())
    }

    /// Adds what another process recorded of other Regions.
    pub fn join(&self, Record(other): Record) {
        let mut fold = self.lock();
        fold.regions.extend(other.regions);
        for (name, count) in other.calls {
            *fold.calls.entry(name).or_default() += count;
        }
        fold.without.extend(other.without);
    }

    /// A fold that panicked half way is still the best there is to report.
    fn lock(&self) -> MutexGuard<'_, RunRecord> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The report of what was recorded so far.
    #[must_use]
    pub fn report(
        &self,
        mut header: Header,
        finished: Timestamp,
        ended: Ended,
        error: Option<String>,
    ) -> Report {
        let fold = self.lock();
        let without = fold.without.iter();
        header.notes.extend(without.map(|it| done_without(it)));
        let regions: Vec<_> = fold
            .regions
            .iter()
            .map(|(name, region)| region.report(name, &header))
            .collect();
        let mut summary = Summary::default();
        for member in fold
            .regions
            .values()
            .flat_map(|region| region.members.values())
        {
            member.count(&mut summary);
        }
        Report {
            header,
            finished,
            ended,
            settled: error.is_none() && summary.waiting == 0,
            error,
            summary,
            regions,
            calls: fold.calls(),
        }
    }

    /// How many requests were sent so far, by `service:Operation`.
    #[must_use]
    pub fn calls(&self) -> BTreeMap<String, u64> {
        self.lock().calls()
    }
}

/// What is worth knowing where a permission is lacking that nothing depends on; it is GetMembers alone.
fn done_without(permission: &str) -> String {
    format!(
        "{permission} is denied to the administrator's credentials: whole lists are read in the place of a few members, which takes longer in a large behavior graph; allow it (docs/permissions.md)"
    )
}

impl RunRecord {
    fn calls(&self) -> BTreeMap<String, u64> {
        self.calls
            .iter()
            .map(|(name, count)| (name.to_string(), *count))
            .collect()
    }

    fn apply(&mut self, event: &Event) {
        if let EventKind::Called { operation, .. } = event.kind {
            let name = Cow::Borrowed(operation.as_str());
            *self.calls.entry(name).or_default() += 1;
        }
        if let EventKind::DoneWithout { operation } = event.kind {
            self.without.insert(Cow::Borrowed(operation.as_str()));
        }
        let Some(name) = &event.region else {
            return;
        };
        let region = match self.regions.get_mut(name) {
            Some(region) => region,
            None => self.regions.entry(name.clone()).or_default(),
        };
        region.apply(event);
    }
}

impl RegionRecord {
    fn apply(&mut self, event: &Event) {
        if !is_conclusion(&event.kind) {
            self.happened = self.happened.max(Some(event.at));
        }
        match &event.kind {
            EventKind::Called { .. }
            | EventKind::Sending { .. }
            | EventKind::Answered { .. }
            | EventKind::DoneWithout { .. }
            | EventKind::RefusedSoFar { .. } => {}
            EventKind::Graph { arn, made } => {
                let appeared = self.lost && self.graph_arn.is_none() && arn.is_some();
                self.graph_arn.clone_from(arn);
                let change = "graph created".to_owned();
                if (*made || appeared) && !self.changes.contains(&change) {
                    self.changes.push(change);
                }
            }
            EventKind::Changed { change } => self.changes.push(change.to_string()),
            EventKind::Amiss { cause } => self.amiss.push(cause.clone()),
            EventKind::RegionEnded { cause } => {
                self.error.clone_from(cause);
                // All Regions of a run are concluded together, when the last one is done.
                let at = self.happened.unwrap_or(event.at);
                self.finished = Some(to_the_millisecond(at));
            }
            EventKind::Seen {
                account,
                status,
                since,
            } => {
                let member = self.members.entry(*account).or_default();
                member.since = *since;
                let seen = &mut member.seen;
                let before = seen
                    .take()
                    .map_or_else(|| status.clone(), |(before, _)| before);
                *seen = Some((before, status.clone()));
            }
            EventKind::Did { account, deed } => {
                let member = self.members.entry(*account).or_default();
                let at = Some(event.at.into());
                match deed {
                    Deed::Removed => member.done.removed = at,
                    Deed::Invited => member.done.invited = at,
                    Deed::Accepted => member.done.accepted = at,
                    Deed::Started => member.done.started = at,
                }
            }
            EventKind::Lost { account } => {
                self.members.entry(*account).or_default().lost = true;
            }
            EventKind::Forgotten => *self = Self::default(),
            EventKind::Concluded {
                account,
                conclusion,
                cause,
            } => {
                let member = self.members.entry(*account).or_default();
                member.conclusion = Some((*conclusion, cause.clone().map(Box::new)));
            }
        }
    }

    fn report(&self, name: &Region, header: &Header) -> RegionReport {
        let concluded = self
            .members
            .iter()
            .filter(|(_, member)| member.conclusion.is_some())
            .map(|(account, member)| member.report(*account, name, header));
        // Nearly all are: a vector that grows by doubling would hold room for up to twice as many.
        let mut members = Vec::with_capacity(self.members.len());
        members.extend(concluded);
        let state = self.state(&members);
        let place = Place::region(name);
        let (error, mut why) = Why::of(self.error.as_ref(), &place);
        why.come_from(&header.origin, &place);
        let told = |cause: &Cause| cause.told(&place).in_one().into();
        RegionReport {
            region: name.clone(),
            graph_arn: self.graph_arn.clone(),
            state,
            error,
            why,
            changes: self.changes.clone(),
            amiss: self.amiss.iter().map(told).collect(),
            amiss_causes: self.amiss.clone(),
            finished: self.finished,
            members,
        }
    }
}

impl RegionRecord {
    fn state(&self, members: &[MemberReport]) -> RegionState {
        let any = |reached| members.iter().any(|it| it.outcome.reached() == reached);
        let needs_action = any(Reached::NeedsAction) || !self.amiss.is_empty();
        let is_somewhere = any(Reached::AsWanted) || any(Reached::Waiting);
        if self.error.is_some() || (needs_action && !is_somewhere) {
            RegionState::Failed
        } else if needs_action {
            RegionState::Partial
        } else if any(Reached::Waiting) {
            RegionState::Waiting
        } else if any(Reached::LeftOut) && !any(Reached::AsWanted) {
            RegionState::Skipped
        } else {
            RegionState::Settled
        }
    }
}

/// Whether nothing happened, and a run says what it came to.
fn is_conclusion(kind: &EventKind) -> bool {
    matches!(
        kind,
        EventKind::Concluded { .. } | EventKind::RegionEnded { .. }
    )
}

/// More than that nobody reads, and 25,200 memberships are written down.
fn to_the_millisecond(at: Timestamp) -> Timestamp {
    at.round(jiff::Unit::Millisecond).unwrap_or(at)
}

impl MemberRecord {
    fn status(&self) -> Option<&MemberStatus> {
        self.seen.as_ref().and_then(|(_, now)| now.as_ref())
    }

    /// Whether this run changed it. An answer that was lost leaves no deed behind, but what it did is
    /// seen.
    fn changed(&self) -> bool {
        let moved = matches!(&self.seen, Some((before, now)) if before != now);
        !self.done.is_nothing() || (self.lost && moved)
    }

    fn outcome(&self) -> Outcome {
        match self.conclusion.as_ref().map(|(conclusion, _)| conclusion) {
            Some(Conclusion::Right) if self.done.removed.is_some() => Outcome::Repaired,
            Some(Conclusion::Right) if self.changed() => Outcome::Enabled,
            Some(Conclusion::Gone) if self.changed() => Outcome::Removed,
            Some(Conclusion::Right | Conclusion::Gone) => Outcome::Unchanged,
            Some(Conclusion::Failed) => Outcome::Failed,
            Some(Conclusion::Skipped) => Outcome::Skipped,
            Some(Conclusion::Waiting) | None => Outcome::Waiting,
        }
    }

    fn report(&self, account_id: AccountId, region: &Region, header: &Header) -> MemberReport {
        let cause = self
            .conclusion
            .as_ref()
            .and_then(|(_, cause)| cause.as_deref());
        let place = Place::one(account_id, region);
        let (reason, mut why) = Why::of(cause, &place);
        why.come_from(&header.origin, &place);
        let labels = &header.labels;
        MemberReport {
            account_id,
            name: labels.name(account_id).cloned(),
            owner: labels.owner(account_id).cloned(),
            status: self.status().cloned(),
            before: self.seen.as_ref().and_then(|(before, _)| before.clone()),
            outcome: self.outcome(),
            reason,
            why,
            since: self.since,
            done: self.done,
        }
    }

    fn count(&self, summary: &mut Summary) {
        if self.conclusion.is_none() {
            return;
        }
        let outcome = self.outcome();
        summary.memberships += 1;
        summary.enabled += u64::from(self.status() == Some(&MemberStatus::Enabled));
        summary.changed += u64::from(self.changed());
        summary.removed += u64::from(outcome == Outcome::Removed);
        match outcome {
            Outcome::Waiting => summary.waiting += 1,
            Outcome::Failed => summary.failed += 1,
            Outcome::Skipped => summary.skipped += 1,
            Outcome::Enabled | Outcome::Unchanged | Outcome::Repaired | Outcome::Removed => {}
        }
    }
}
