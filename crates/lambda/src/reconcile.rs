//! One pass over a group of Regions: as far as AWS lets it, until only waiting is left.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use engine::{Finish, Limit, Run, clock};
use fleet::account::Region;
use fleet::attempts::Attempts;
use fleet::event::Sink;
use fleet::fleet::Others;
use fleet::guard::Consent;
use fleet::report::{Ended, Record};
use fleet::roster::Roster;
use tokio_util::sync::CancellationToken;

use crate::drift;
use crate::error::StepError;
use crate::function::{Function, Pass, Passed};
use crate::lease;
use crate::metrics;
use crate::prepare::{consent, hash, others, words};
use crate::run::{Manifest, Outcome, Progress, baseline_key, manifest_key, progress_key};
use crate::store::Newest;
use crate::watch::{PATIENCE, Watch};

/// How often it is asked whether the list is still the newest.
const CHECK: Duration = Duration::from_secs(2);
/// The shortest wait, and the longest.
const WAITS: (u64, u64) = (30, 300);

/// Why a pass was told to end before its time.
enum Told {
    /// Only waiting was left.
    OnlyWaits,
    /// A newer version of the list took over.
    Superseded,
    /// Nobody could say whether one has.
    Blind,
}

/// Brings a group of Regions as far as it gets now.
///
/// # Errors
/// Where that could not be begun, or not be written down.
pub async fn reconcile(function: &Function, pass: &Pass) -> Result<Passed, StepError> {
    let manifest = manifest(function, pass).await?;
    let (record, attempts) = earlier(function, pass).await?;
    let watch = Arc::new(Watch::resume(record, function.clock));
    let Some(roster) = still_wanted(function, pass, &manifest).await? else {
        let progress = Progress {
            pass: pass.pass,
            outcome: Outcome::Superseded,
            error: None,
            record: watch.recorder.record_so_far(),
            attempts,
            plan: Vec::new(),
            notes: Vec::new(),
        };
        return end(function, pass, &progress, 0).await;
    };
    let aws = function.connect(watch.clone()).await?;
    let regions = regions(&manifest, pass)?;
    let others = match &manifest.agreed {
        Some(agreed) if manifest.prune => Others::Agreed(agreed.others.clone()),
        _ => others(manifest.prune && manifest.plan_only),
    };
    let fleet = Arc::new(function.fleet(&roster, manifest.operation, others));
    let mut run = Run::new(&aws, fleet, regions);
    run.resume(attempts);
    let work = Work {
        function,
        pass,
        manifest: &manifest,
        watch: &watch,
    };
    let (progress, wait) = work.go(&mut run).await?;
    metrics::pass(function, &watch);
    end(function, pass, &progress, wait).await
}

async fn manifest(function: &Function, pass: &Pass) -> Result<Manifest, StepError> {
    let key = manifest_key(&pass.execution);
    let manifest = function.store.read::<Manifest>(&key).await?;
    let missing = || StepError::failed(format!("{} is missing", function.store.uri(&key)));
    manifest.map(|read| read.value).ok_or_else(missing)
}

fn regions<'a>(manifest: &'a Manifest, pass: &Pass) -> Result<&'a [Region], StepError> {
    let group = manifest.groups.get(pass.group);
    group
        .map(Vec::as_slice)
        .ok_or_else(|| StepError::failed(format!("there is no group {}", pass.group)))
}

type Earlier = (Record, BTreeMap<Region, Attempts>);

/// What earlier passes left; after one that was killed, what it found before it changed anything.
async fn earlier(function: &Function, pass: &Pass) -> Result<Earlier, StepError> {
    let progress = progress_key(&pass.execution, pass.group);
    if let Some(progress) = function.store.read::<Progress>(&progress).await? {
        return Ok((progress.value.record, progress.value.attempts));
    }
    let baseline = baseline_key(&pass.execution, pass.group);
    let record = function.store.read(&baseline).await?.map(|read| read.value);
    Ok((record.unwrap_or_default(), BTreeMap::new()))
}

/// The list, if it is still the newest and this execution may still change AWS.
async fn still_wanted(
    function: &Function,
    pass: &Pass,
    manifest: &Manifest,
) -> Result<Option<Roster>, StepError> {
    let Manifest { key, version, .. } = manifest;
    let now = function.clock.timestamp();
    if !manifest.plan_only && !lease::renew(&function.store, &pass.execution, now).await? {
        return Err(StepError::failed(
            "another execution took over because this one was silent for too long: upload the file again",
        ));
    }
    if !is_newest(function, manifest).await? {
        return Ok(None);
    }
    let Some(bytes) = function.store.upload(key, version).await? else {
        return Ok(None);
    };
    if hash(&bytes) != manifest.sha256 {
        return Err(StepError::failed(format!(
            "{key} is not what it was when this began"
        )));
    }
    let roster = Roster::parse(&bytes, Some(function.account));
    roster
        .map(Some)
        .map_err(|error| StepError::bad_input(error.to_string()))
}

async fn is_newest(function: &Function, manifest: &Manifest) -> Result<bool, StepError> {
    let newest = function.store.newest(&manifest.key).await?;
    Ok(newest == Newest::Version(manifest.version.clone()))
}

struct Work<'a> {
    function: &'a Function,
    pass: &'a Pass,
    manifest: &'a Manifest,
    watch: &'a Arc<Watch>,
}

impl Work<'_> {
    async fn go(&self, run: &mut Run) -> Result<(Progress, u64), StepError> {
        let stop = CancellationToken::new();
        let looked = run.observe(&self.limit(&stop)).await;
        if self.manifest.plan_only || looked.error.is_some() {
            return Ok((self.progress(run, looked.error, Outcome::Settled), 0));
        }
        self.hold_back(run).await?;
        let baseline = baseline_key(&self.pass.execution, self.pass.group);
        let found = self.watch.recorder.record_so_far();
        self.function.store.write_new(&baseline, &found).await?;
        let (finish, told) = self.change(run, &stop).await;
        let (outcome, wait) = self.outcome(&finish, told.as_ref());
        Ok((self.progress(run, finish.error, outcome), wait))
    }

    fn progress(&self, run: &Run, error: Option<String>, outcome: Outcome) -> Progress {
        let only = self.manifest.plan_only;
        let lines = self.manifest.header.invalid_lines.len();
        let refusals = only.then(|| run.judge(lines, consent(self.function)));
        let refusals = refusals.filter(|refusals| !refusals.is_empty());
        Progress {
            pass: self.pass.pass,
            outcome,
            error,
            record: self.watch.recorder.record_so_far(),
            attempts: run.attempts(),
            plan: if only { run.plan() } else { Vec::new() },
            notes: refusals
                .map(|refusals| words(&refusals))
                .into_iter()
                .collect(),
        }
    }

    /// Leaves out the Regions where this run may change nothing.
    async fn hold_back(&self, run: &mut Run) -> Result<(), StepError> {
        let fail = (&**self.watch as &dyn Sink, &*self.manifest.accounts);
        if self.manifest.drift {
            let held = drift::objections(self.function, run).await?;
            drift::hold_back(self.function, run, fail, &held);
        }
        if let Some(agreed) = &self.manifest.agreed {
            let mut held = run.now(true);
            held.retain(|now| !agreed.regions.contains(&now.region));
            let held = held.into_iter().map(|now| (now.region, unread(now.error)));
            drift::hold_back(self.function, run, fail, &held.collect());
            // They were asked over all Regions; here there may be some of them only.
            let asked = Consent {
                max_removals: Some(usize::MAX),
                ..Consent::default()
            };
            run.agree(0, asked)
                .map_err(|refusals| StepError::failed(words(&refusals)))?;
        }
        Ok(())
    }

    fn limit(&self, stop: &CancellationToken) -> Limit {
        // What is under way at the end may finish, and what came of it has to be written down.
        let margin = (self.function.time / 4).min(Duration::from_secs(20));
        Limit {
            timeout: self.function.time_left().saturating_sub(margin),
            stop: stop.clone(),
        }
    }

    async fn change(&self, run: &mut Run, stop: &CancellationToken) -> (Finish, Option<Told>) {
        let limit = self.limit(stop);
        let work = run.reconcile(&limit);
        let told = self.told();
        tokio::pin!(work, told);
        tokio::select! {
            finish = &mut work => (finish, None),
            told = &mut told => {
                stop.cancel();
                (work.await, Some(told))
            }
        }
    }

    /// Ends when the pass had better end.
    async fn told(&self) -> Told {
        let newer = async {
            loop {
                clock::sleep(CHECK).await;
                match is_newest(self.function, self.manifest).await {
                    Ok(true) => {}
                    Ok(false) => return Told::Superseded,
                    Err(error) => {
                        tracing::warn!(%error, "cannot tell whether the list is the newest");
                        return Told::Blind;
                    }
                }
            }
        };
        tokio::select! {
            told = newer => told,
            () = self.watch.only_waits(PATIENCE) => Told::OnlyWaits,
        }
    }

    /// What comes next, and after how long.
    fn outcome(&self, finish: &Finish, told: Option<&Told>) -> (Outcome, u64) {
        let header = self.manifest.header.clone();
        let now = self.function.clock.timestamp();
        let report = self
            .watch
            .recorder
            .report(header, now, Ended::Complete, None);
        let settled = finish.error.is_some() || report.summary.waiting == 0;
        let wait = match told {
            Some(Told::OnlyWaits | Told::Blind) => wait_seconds(self.pass.pass),
            // The time of the invocation was over, not the work.
            Some(Told::Superseded) | None => 1,
        };
        let waited = now.duration_since(self.manifest.began).unsigned_abs();
        let outcome = match told {
            Some(Told::Superseded) => Outcome::Superseded,
            _ if settled => Outcome::Settled,
            _ if waited + Duration::from_secs(wait) > self.function.settings.wait_limit => {
                Outcome::GaveUp
            }
            _ => Outcome::Waiting,
        };
        (outcome, wait)
    }
}

/// Why nothing is done in a Region that the guard rails could not judge.
fn unread(still: Option<Arc<str>>) -> String {
    let why = "the Region could not be read when the guard rails were asked, so that nobody was removed there: upload the list again";
    still.map_or_else(|| why.to_owned(), |still| format!("{why} ({still})"))
}

/// Half as long again after each pass.
fn wait_seconds(pass: u32) -> u64 {
    let (shortest, longest) = WAITS;
    let mut wait = shortest;
    for _ in 1..pass.min(20) {
        wait = (wait * 3 / 2).min(longest);
    }
    wait
}

async fn end(
    function: &Function,
    pass: &Pass,
    progress: &Progress,
    wait_seconds: u64,
) -> Result<Passed, StepError> {
    let key = progress_key(&pass.execution, pass.group);
    function.store.write(&key, progress).await?;
    tracing::info!(
        execution = pass.execution,
        group = pass.group,
        pass = pass.pass,
        outcome = ?progress.outcome,
        "a pass ended"
    );
    Ok(Passed {
        next: Pass {
            pass: pass.pass + 1,
            ..pass.clone()
        },
        outcome: progress.outcome,
        settled: progress.outcome == Outcome::Settled,
        again: progress.outcome == Outcome::Waiting,
        wait_seconds,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_from_half_a_minute_to_five() {
        let waits: Vec<_> = (1..9).map(wait_seconds).collect();
        assert_eq!(waits, [30, 45, 67, 100, 150, 225, 300, 300]);
    }
}
