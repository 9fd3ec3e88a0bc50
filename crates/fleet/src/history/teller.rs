//! From documents, in the order of their time, to what happened between and in them.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use jiff::Timestamp;

use super::journal::JournalRun;
use super::{
    Author, Change, HistoryReport, HistorySummary, Journals, Past, PastMember, PastRegion,
    RunRecord, Standpoint, Unreadable, What,
};
use crate::account::{AccountId, GraphArn, Region};
use crate::event::Deed;
use crate::label::Labels;
use crate::member::MemberStatus;
use crate::origin::Origin;
use crate::report::VERSION;

/// Takes in documents in the order of their time, and tells what happened.
#[derive(Debug)]
pub struct Teller {
    journals: Journals,
    /// Runs of the journals without a report, the earliest last.
    unreported: Vec<(Timestamp, Arc<str>)>,
    /// What is known so far.
    memberships: HashMap<Key, Known>,
    graphs: HashMap<(AccountId, Region), KnownGraph>,
    labels: Labels,
    runs: Vec<RunRecord>,
    changes: Vec<Change>,
    documents: u64,
    partial: u64,
}

/// A membership of one administrator.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    administrator: AccountId,
    region: Region,
    account: AccountId,
}

#[derive(Clone, Debug)]
struct Known {
    /// `None` where a run did something to it and nobody looked since.
    place: Option<Standpoint>,
    updated: Option<Timestamp>,
    at: Timestamp,
}

#[derive(Clone, Debug)]
struct KnownGraph {
    arn: Option<GraphArn>,
    at: Timestamp,
}

/// The run whose document is being read.
#[derive(Clone, Debug)]
struct Reading {
    run_id: Arc<str>,
    administrator: AccountId,
    started: Timestamp,
    finished: Timestamp,
}

impl Teller {
    /// Begins with the journals and with the runs that documents will be there of.
    #[must_use]
    pub fn new(journals: Journals, reported: &BTreeSet<&str>) -> Self {
        let runs = journals.runs.iter();
        let unreported = runs.filter(|(run, _)| !reported.contains(&***run));
        let mut unreported: Vec<_> = unreported
            .map(|(run, it)| (it.started, Arc::clone(run)))
            .collect();
        unreported.sort();
        unreported.reverse();
        Self {
            journals,
            unreported,
            memberships: HashMap::new(),
            graphs: HashMap::new(),
            labels: Labels::default(),
            runs: Vec::new(),
            changes: Vec::new(),
            documents: 0,
            partial: 0,
        }
    }

    /// Takes in the next document; none that began earlier may follow.
    pub fn take(&mut self, past: Past) {
        let past = past.harmless();
        self.runs_without_report(Some(past.started));
        self.documents += 1;
        let reading = Reading {
            run_id: past.run_id.into(),
            administrator: past.administrator,
            started: past.started,
            finished: past.finished.unwrap_or(past.started),
        };
        if !past.labels.is_empty() {
            self.labels = past.labels;
        }
        self.partial += u64::from(!past.only.is_empty());
        for region in &past.regions {
            self.region(&reading, region);
        }
        self.runs.push(RunRecord {
            run_id: reading.run_id,
            operation: Some(past.operation),
            administrator: Some(past.administrator),
            started: past.started,
            finished: past.finished,
            ended: past.ended,
            error: past.error,
            changes: 0,
            origin: past.origin,
        });
    }

    /// The end of the story.
    #[must_use]
    pub fn tell(mut self, unreadable: Vec<Unreadable>, origin: Origin) -> HistoryReport {
        self.runs_without_report(None);
        let mut changes = self.changes;
        for change in &mut changes {
            let id = change.account_id;
            change.name = id.and_then(|id| self.labels.name(id).cloned());
            change.owner = id.and_then(|id| self.labels.owner(id).cloned());
        }
        // Stable: what one run did at one time stays in the order of Regions and accounts.
        changes.sort_by_key(|change| change.at);
        let starts = self.runs.iter().map(|run| run.started);
        let ends = self
            .runs
            .iter()
            .map(|run| run.finished.unwrap_or(run.started));
        let administrators = self.runs.iter().filter_map(|run| run.administrator);
        let notes = notes(&self.runs, &self.journals, self.partial);
        let mut report = HistoryReport {
            version: VERSION,
            kind: "history",
            administrators: administrators.collect(),
            from: starts.min(),
            until: ends.max(),
            summary: HistorySummary {
                documents: self.documents,
                ..HistorySummary::default()
            },
            runs: self.runs,
            changes,
            unreadable,
            notes,
            labels: self.labels,
            origin,
        };
        report.count();
        report
    }

    fn region(&mut self, reading: &Reading, region: &PastRegion) {
        let failed = region.error.is_some();
        if !failed || region.graph_arn.is_some() {
            self.graph(reading, region);
        }
        for member in &region.members {
            if member.was_looked_at(failed) {
                self.membership(reading, &region.region, member);
            }
        }
    }

    fn graph(&mut self, reading: &Reading, region: &PastRegion) {
        let place = (reading.administrator, region.region.clone());
        let known = KnownGraph {
            arn: region.graph_arn.clone(),
            at: reading.finished,
        };
        let last = self.graphs.insert(place, known);
        let (created, deleted) = (
            region.changes.iter().any(|it| it == CREATED),
            region.changes.iter().any(|it| it == DELETED),
        );
        let now = &region.graph_arn;
        let change = |from: &Option<GraphArn>, to: &Option<GraphArn>, by| {
            let what = What::Graph {
                from: from.clone(),
                to: to.clone(),
            };
            reading.change(&region.region, what, by)
        };
        match last {
            None if created || deleted => {
                self.changes.push(Change {
                    at: reading.finished,
                    ..change(&None, now, Author::Run)
                });
            }
            None if now.is_some() => self.changes.push(change(&None, now, Author::FirstSeen)),
            Some(last) if last.arn != *now => {
                let made_anew = created && last.arn.is_some();
                if made_anew || !(created || deleted) {
                    let to = if made_anew { &None } else { now };
                    self.changes.push(Change {
                        after: Some(last.at),
                        ..change(&last.arn, to, Author::Elsewhere)
                    });
                }
                if created || deleted {
                    let from = if created { &None } else { &last.arn };
                    self.changes.push(Change {
                        at: reading.finished,
                        ..change(from, now, Author::Run)
                    });
                }
            }
            None | Some(_) => {}
        }
        let settings = region.changes.iter();
        for text in settings.filter(|it| *it != CREATED && *it != DELETED) {
            let what = What::Settings {
                change: text.clone(),
            };
            self.changes.push(Change {
                at: reading.finished,
                ..reading.change(&region.region, what, Author::Run)
            });
        }
    }

    fn membership(&mut self, reading: &Reading, region: &Region, member: &PastMember) {
        let key = Key {
            administrator: reading.administrator,
            region: region.clone(),
            account: member.account_id,
        };
        let now = Standpoint::from(member.status.clone());
        // A status has no status before.
        let before = match member.outcome {
            None => now.clone(),
            Some(_) => Standpoint::from(member.before.clone()),
        };
        let known = Known {
            place: Some(now.clone()),
            updated: member.updated,
            at: reading.finished,
        };
        let last = self.memberships.insert(key, known);
        let meanwhile = match last {
            Some(last) => reading.meanwhile(region, member, &last, &before),
            None => reading.first_seen(region, member, &before),
        };
        self.changes.extend(meanwhile);
        let done = member.done.in_order();
        if let Some((_, at)) = done.last() {
            let deeds: Vec<Deed> = done.iter().map(|(deed, _)| *deed).collect();
            let (run, account) = (&reading.run_id, member.account_id);
            let request_ids = self.journals.requests(run, region, account, &deeds);
            self.changes.push(Change {
                at: *at,
                request_ids,
                ..reading.membership(region, account, Some(before), now, deeds)
            });
        } else if before != now {
            let by = author(&before, &now);
            self.changes.push(Change {
                at: member.updated.unwrap_or(reading.finished),
                after: Some(reading.started).filter(|_| member.updated.is_none()),
                by,
                ..reading.membership(region, member.account_id, Some(before), now, Vec::new())
            });
        }
    }

    /// Tells of the runs that began before then and have a journal only.
    fn runs_without_report(&mut self, until: Option<Timestamp>) {
        while let Some((started, _)) = self.unreported.last() {
            if until.is_some_and(|until| *started > until) {
                return;
            }
            let Some((_, run_id)) = self.unreported.pop() else {
                return;
            };
            let Some(run) = self.journals.runs.get(&run_id).cloned() else {
                return;
            };
            self.run_without_report(run_id, run);
        }
    }

    fn run_without_report(&mut self, run_id: Arc<str>, mut run: JournalRun) {
        // A run that only accepted does not say for whom.
        let earlier = self.runs.iter().rev().find_map(|it| it.administrator);
        let Some(administrator) = run.administrator.or(earlier) else {
            self.runs.push(RunRecord::of_journal(run_id, run));
            return;
        };
        let reading = Reading {
            run_id: Arc::clone(&run_id),
            administrator,
            started: run.started,
            finished: run.last,
        };
        for (region, accounts) in std::mem::take(&mut run.deeds) {
            for (account, mut deeds) in accounts {
                deeds.sort_by_key(|it| it.at);
                let Some(last) = deeds.last() else { continue };
                let key = Key {
                    administrator,
                    region: region.clone(),
                    account,
                };
                let place = (last.deed == Deed::Removed).then_some(Standpoint::NoMember);
                let known = Known {
                    place: place.clone(),
                    updated: None,
                    at: last.at,
                };
                let at = last.at;
                let before = self.memberships.insert(key, known);
                let what = What::Membership {
                    from: before.and_then(|it| it.place),
                    to: place,
                    deeds: deeds.iter().map(|it| it.deed).collect(),
                };
                self.changes.push(Change {
                    at,
                    account_id: Some(account),
                    request_ids: deeds.into_iter().filter_map(|it| it.request).collect(),
                    ..reading.change(&region, what, Author::Run)
                });
            }
        }
        self.runs.push(RunRecord::of_journal(run_id, run));
    }
}

impl RunRecord {
    fn of_journal(run_id: Arc<str>, run: JournalRun) -> Self {
        Self {
            run_id,
            operation: None,
            administrator: run.administrator,
            started: run.started,
            finished: None,
            ended: None,
            error: None,
            changes: 0,
            origin: run.origin,
        }
    }
}

impl Reading {
    /// What happened to a membership between the last document that spoke of it and this run.
    fn meanwhile(
        &self,
        region: &Region,
        member: &PastMember,
        last: &Known,
        before: &Standpoint,
    ) -> Option<Change> {
        let updated = member.updated.filter(|_| member.done.is_nothing());
        let between = updated.filter(|at| *at > last.at && *at <= self.started);
        let by = match &last.place {
            Some(place) if place != before => author(place, before),
            // It left and came back, or the like: AWS says that it changed since.
            Some(_) if between.is_some() && last.updated != member.updated => Author::Elsewhere,
            Some(_) => return None,
            None => Author::FirstSeen,
        };
        let (from, account) = (last.place.clone(), member.account_id);
        Some(Change {
            at: between.unwrap_or(self.started),
            after: Some(last.at).filter(|_| between.is_none()),
            by,
            ..self.membership(region, account, from, before.clone(), Vec::new())
        })
    }

    /// A membership that no document spoke of before.
    fn first_seen(
        &self,
        region: &Region,
        member: &PastMember,
        before: &Standpoint,
    ) -> Option<Change> {
        let is_as_before = member.done.is_nothing()
            && (member.outcome.is_none() || member.status == member.before);
        let since = member
            .updated
            .filter(|at| is_as_before && *at < self.started);
        (*before != Standpoint::NoMember).then(|| Change {
            at: since.unwrap_or(self.started),
            by: Author::FirstSeen,
            ..self.membership(region, member.account_id, None, before.clone(), Vec::new())
        })
    }

    /// Something that this run did to a membership, as of its beginning.
    fn membership(
        &self,
        region: &Region,
        account: AccountId,
        from: Option<Standpoint>,
        to: Standpoint,
        deeds: Vec<Deed>,
    ) -> Change {
        let to = Some(to);
        let what = What::Membership { from, to, deeds };
        Change {
            account_id: Some(account),
            ..self.change(region, what, Author::Run)
        }
    }

    /// Something that happened, as of the beginning of this run.
    fn change(&self, region: &Region, what: What, by: Author) -> Change {
        Change {
            at: self.started,
            after: None,
            region: region.clone(),
            account_id: None,
            name: None,
            owner: None,
            what,
            by,
            run_id: Arc::clone(&self.run_id),
            request_ids: Vec::new(),
        }
    }
}

/// How a report says that a run made a behavior graph, or deleted it.
const CREATED: &str = "graph created";
const DELETED: &str = "graph deleted";

/// Who may have changed this, where no run did.
///
/// A verification ends by AWS alone, and so does whether an account that has accepted may contribute
/// (docs.aws.amazon.com/detective/latest/APIReference/API_MemberDetail.html, `Status`).
fn author(from: &Standpoint, to: &Standpoint) -> Author {
    use MemberStatus::{
        AcceptedButDisabled, Enabled, Invited, VerificationFailed, VerificationInProgress,
    };
    let (Standpoint::Member(from), Standpoint::Member(to)) = (from, to) else {
        return Author::Elsewhere;
    };
    match (from, to) {
        (VerificationInProgress, Invited | VerificationFailed)
        | (Enabled, AcceptedButDisabled)
        | (AcceptedButDisabled, Enabled) => Author::Aws,
        _ => Author::Elsewhere,
    }
}

fn notes(runs: &[RunRecord], journals: &Journals, partial: u64) -> Vec<String> {
    let mut notes = Vec::new();
    for run in runs.iter().filter(|run| run.operation.is_none()) {
        let open = journals.runs.get(&run.run_id).map_or(0, |it| it.open);
        let unheard = match open {
            0 => String::new(),
            1 => "; the answer to 1 request was never heard".to_owned(),
            n => format!("; the answers to {n} requests were never heard"),
        };
        notes.push(format!(
            "run {} has a journal and no report: it was killed, or its report is not here{unheard}",
            run.run_id
        ));
    }
    if partial > 0 {
        notes.push(format!(
            "{partial} of the documents show only some memberships (--only)"
        ));
    }
    notes
}
