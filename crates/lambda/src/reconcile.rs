//! One pass over a group of Regions: as far as AWS lets it, until only waiting is left.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use engine::{Access, Finish, Limit, Run};
use fleet::account::Region;
use fleet::attempts::Attempts;
use fleet::bounds::Bounds;
use fleet::desired::Others;
use fleet::guard::Before;
use fleet::origin::sha256;
use fleet::report::{Ended, Record};
use fleet::roster::Roster;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::approval::Removed;
use crate::drift;
use crate::error::StepError;
use crate::executed::Executed;
use crate::function::{Function, Pass, Passed};
use crate::gate::{NewestList, Shut};
use crate::lease;
use crate::metrics;
use crate::pass_recorder::{PATIENCE, PassRecorder};
use crate::prepare::{Upload, before, consent, others, prunes, words};
use crate::run::{
    Begun, Manifest, Outcome, Progress, baseline_key, begun_key, manifest_key, progress_key,
};
use crate::seal::{Left, Sealed};
use crate::trigger::{Operation, Place, Trigger};

/// The shortest wait, and the longest.
const WAITS: (u64, u64) = (30, 300);

const APPROVAL: &str = "somebody has to approve these removals before they are made (the stack's parameter ApproveRemovals)";

const UNREAD: &str = "the Region could not be read when the guard rails were asked, so that nobody was removed there: upload the list again";

const PLAN_UNREAD: &str = "the Region could not be read when the saved plan was compared with AWS, so that nothing was done there: copy the plan again";

/// Brings a group of Regions as far as it gets now.
///
/// # Errors
/// Where that could not be begun, or not be written down.
pub async fn reconcile(
    function: &Function,
    pass: &Pass,
    event: &Value,
) -> Result<Passed, StepError> {
    let manifest = manifest(function, pass).await?;
    let upload = upload(function, pass, &manifest, event)?;
    let (record, attempts) = earlier(function, pass).await?;
    let sink = Arc::new(PassRecorder::resume(
        record,
        function.platform.clock.clone(),
    ));
    let list = Arc::new(NewestList::of(&manifest, &function.store));
    let bounds = bounds(function, &manifest).await?;
    let Some(roster) = still_wanted(function, pass, &upload, &manifest, &list).await? else {
        let progress = Progress {
            pass: pass.pass,
            outcome: Outcome::Superseded,
            error: None,
            record: sink.recorder.record_so_far(),
            attempts,
            plan: Vec::new(),
            graph_changes: BTreeMap::new(),
            notes: Vec::new(),
        };
        return end(function, pass, &progress, 0).await;
    };
    let makes = upload.place.operation == Operation::Enable && !upload.place.plan_only;
    let access = if makes { Access::Enable } else { Access::Look };
    let connect = function.connect(&pass.execution, access, sink.clone());
    let aws = connect.await?;
    let aws = aws.through(list.clone());
    let regions = regions(&manifest, pass)?;
    let prune = manifest.prune && prunes(function, &upload);
    let others = match &manifest.agreed {
        Some(agreed) if prune => Others::Agreed(agreed.others.clone()),
        _ => others(prune && upload.place.plan_only),
    };
    let all = manifest.groups.concat();
    let mut fleet = function.fleet(&roster, upload.place.operation, others, &all)?;
    fleet.settings.approved = approved(function, &manifest);
    fleet.settings.bounds = bounds.map(Arc::new);
    if upload.drift {
        fleet.settings.no_new_graph = drift::no_new_graphs(function, regions).await?;
    }
    let removes = fleet.removes();
    let mut run = Run::new(&aws, Arc::new(fleet), regions);
    run.resume(attempts);
    if removes {
        run.count(removed(function, pass, &manifest, &sink).await?);
    }
    let work = Work {
        function,
        pass,
        plan_only: upload.place.plan_only,
        bad_lines: roster.invalid.len(),
        manifest: &manifest,
        sink: &sink,
        list: &list,
    };
    let (progress, wait) = work.go(&mut run).await?;
    metrics::pass(function, &sink);
    end(function, pass, &progress, wait).await
}

/// Who may be removed, where somebody has to approve that: also where it was switched on since.
fn approved(function: &Function, manifest: &Manifest) -> Option<Removed> {
    let agreed = manifest.agreed.as_ref();
    let approved = agreed.and_then(|agreed| agreed.approved.clone());
    let has_to_be = function.settings.approve_removals && !manifest.plan_only;
    approved.or_else(|| has_to_be.then(Removed::new))
}

/// What may be done at most, where a saved plan is executed. Where it is gone, the list is not the newest.
async fn bounds(function: &Function, manifest: &Manifest) -> Result<Option<Bounds>, StepError> {
    let Some(executes) = &manifest.executes else {
        return Ok(None);
    };
    let (key, version) = (&manifest.key, &manifest.version);
    let executed = Executed::read(function, key, version, None).await?;
    match executed {
        None => Ok(Some(Bounds::default())),
        Some(executed) if executed.sha256 == executes.sha256 => Ok(Some(executed.saved.bounds())),
        Some(_) => Err(StepError::failed(format!(
            "{key} is not what it was when this began"
        ))),
    }
}

async fn manifest(function: &Function, pass: &Pass) -> Result<Manifest, StepError> {
    let key = manifest_key(&pass.execution);
    let seal = &pass.sealed.manifest;
    function.store.read_sealed(&key, seal).await
}

/// What is to be done, as the execution's own input has it; the manifest has to be about that.
fn upload(
    function: &Function,
    pass: &Pass,
    manifest: &Manifest,
    event: &Value,
) -> Result<Upload, StepError> {
    let trigger = Trigger::read(event)?;
    let key = trigger.key(&function.settings.authoritative_key);
    let place = Place {
        operation: manifest.operation,
        plan_only: manifest.plan_only,
        executes: manifest.executes.is_some(),
    };
    let of_that_version = |version: &str| version == manifest.version;
    let is_it = key == manifest.key
        && trigger.version().is_none_or(of_that_version)
        && trigger.is_drift() == manifest.drift;
    match Place::of(key)? {
        Some(asked) if is_it && asked == place => Ok(Upload {
            place: asked,
            key: key.to_owned(),
            version: manifest.version.clone(),
            list: match &manifest.executes {
                Some(executes) => executes.list.clone(),
                None => key.to_owned(),
            },
            drift: trigger.is_drift(),
        }),
        _ => {
            let key = manifest_key(&pass.execution);
            Err(function.store.foreign(&key, "is about another upload"))
        }
    }
}

/// What the guard rails count besides what this pass plans: whom other executions removed of late, and
/// whom this one did.
async fn removed(
    function: &Function,
    pass: &Pass,
    manifest: &Manifest,
    sink: &PassRecorder,
) -> Result<Before, StepError> {
    let mut before = before(function, &pass.execution).await?;
    before.removed.extend(sink.recorder.record_so_far().gone());
    before.members = manifest.agreed.as_ref().map_or(0, |agreed| agreed.members);
    Ok(before)
}

fn regions<'a>(manifest: &'a Manifest, pass: &Pass) -> Result<&'a [Region], StepError> {
    let group = manifest.groups.get(pass.group);
    group
        .map(Vec::as_slice)
        .ok_or_else(|| StepError::failed(format!("there is no group {}", pass.group)))
}

type Earlier = (Record, BTreeMap<Region, Attempts>);

/// What earlier passes left. Where this one was begun before, it was killed, and did what it did not
/// say: what it found before it changed anything tells that.
async fn earlier(function: &Function, pass: &Pass) -> Result<Earlier, StepError> {
    let place = begun_key(&pass.execution, pass.group, pass.pass);
    let begun = Begun {
        invocation: function.invocation.clone(),
    };
    let killed = !function.store.write_new(&place, &begun).await?;
    let (record, attempts) = left(function, pass).await?;
    let record = if killed { record.interrupted() } else { record };
    Ok((record, attempts))
}

async fn left(function: &Function, pass: &Pass) -> Result<Earlier, StepError> {
    if let Some(left) = &pass.sealed.progress {
        let key = progress_key(&pass.execution, pass.group, left.pass);
        let progress: Progress = function.store.read_sealed(&key, &left.seal).await?;
        return Ok((progress.record, progress.attempts));
    }
    // Before the first pass has ended its hash travels nowhere yet. Nothing goes by it but the report.
    let baseline = baseline_key(&pass.execution, pass.group);
    let record = function.store.read(&baseline).await?.map(|read| read.value);
    Ok((record.unwrap_or_default(), BTreeMap::new()))
}

/// The list, if it is still the newest and this execution may still change AWS.
async fn still_wanted(
    function: &Function,
    pass: &Pass,
    upload: &Upload,
    manifest: &Manifest,
    list: &NewestList,
) -> Result<Option<Roster>, StepError> {
    let (key, version) = match &manifest.executes {
        Some(executes) => (&executes.list, &executes.list_version),
        None => (&upload.key, &upload.version),
    };
    let now = function.platform.clock.timestamp();
    if !upload.place.plan_only && !lease::renew(&function.store, &pass.execution, now).await? {
        return Err(StepError::failed(
            "another execution took over because this one was silent for too long: upload the file again",
        ));
    }
    if !list.is_newest().await? {
        return Ok(None);
    }
    let Some(bytes) = function.store.upload(key, version).await? else {
        return Ok(None);
    };
    if sha256(&bytes) != manifest.sha256 {
        return Err(StepError::failed(format!(
            "{key} is not what it was when this began"
        )));
    }
    let roster = Roster::parse(&bytes, Some(function.account));
    roster
        .map(Some)
        .map_err(|error| StepError::bad_input(error.to_string()))
}

struct Work<'a> {
    function: &'a Function,
    pass: &'a Pass,
    plan_only: bool,
    bad_lines: usize,
    manifest: &'a Manifest,
    sink: &'a Arc<PassRecorder>,
    list: &'a NewestList,
}

impl Work<'_> {
    async fn go(&self, run: &mut Run) -> Result<(Progress, u64), StepError> {
        let stop = CancellationToken::new();
        let looked = run.observe(&self.limit(&stop)).await;
        if self.plan_only || looked.error.is_some() {
            return Ok((self.progress(run, looked.error, Outcome::Settled), 0));
        }
        self.hold_back(run)?;
        if let Some(why) = self.too_many_new(run) {
            return Err(StepError::bad_input(why));
        }
        let baseline = baseline_key(&self.pass.execution, self.pass.group);
        let found = self.sink.recorder.record_so_far();
        self.function.store.write_new(&baseline, &found).await?;
        let (finish, only_waits) = self.change(run, &stop).await;
        // That the gate was shut is not what went wrong with the run.
        let error = finish.error.filter(|_| self.list.shut().is_none());
        let (outcome, wait) = self.outcome(error.is_some(), only_waits);
        Ok((self.progress(run, error, outcome), wait))
    }

    fn progress(&self, run: &Run, error: Option<String>, outcome: Outcome) -> Progress {
        let only = self.plan_only;
        let refusals = only.then(|| run.judge(self.bad_lines, consent(self.function)));
        let refusals = refusals.filter(|refusals| !refusals.is_empty());
        Progress {
            pass: self.pass.pass,
            outcome,
            error,
            record: self.sink.recorder.record_so_far(),
            attempts: run.attempts(),
            plan: if only { run.plan() } else { Vec::new() },
            graph_changes: match only {
                true => run.graph_changes(),
                false => BTreeMap::new(),
            },
            notes: refusals
                .map(|refusals| words(&refusals))
                .into_iter()
                .chain(only.then(|| self.too_many_new(run)).flatten())
                .chain((only && self.needs_approval(run)).then(|| APPROVAL.to_owned()))
                .collect(),
        }
    }

    /// Closes the Regions where this run may change nothing, and asks the guard rails again.
    fn hold_back(&self, run: &mut Run) -> Result<(), StepError> {
        if let Some(agreed) = &self.manifest.agreed {
            let why = match &self.manifest.executes {
                Some(_) => PLAN_UNREAD,
                None => UNREAD,
            };
            run.close(why, |region| !agreed.regions.contains(region));
            run.agree(self.bad_lines, consent(self.function))
                .map_err(|refusals| StepError::bad_input(words(&refusals)))?;
        }
        Ok(())
    }

    /// Whether somebody would have to approve what a plan removes.
    fn needs_approval(&self, run: &Run) -> bool {
        self.function.settings.approve_removals && !run.removals().is_empty()
    }

    /// Why so many accounts are not invited by one upload, whatever passes it takes.
    fn too_many_new(&self, run: &Run) -> Option<String> {
        let invited = self.sink.recorder.record_so_far().invited();
        let all = run.invitations().union(&invited).count();
        let most = self.function.settings.max_invitations;
        (all > most).then(|| {
            format!(
                "this would invite {all} accounts, and {most} may be by one upload: is the list right? If so, set the stack's parameter MaxInvitations to {all}, and upload it again"
            )
        })
    }

    fn limit(&self, stop: &CancellationToken) -> Limit {
        // What is under way at the end may finish in half of it; what came of it has to be written down.
        let margin = (self.function.time * 2 / 5).min(Duration::from_secs(20));
        Limit {
            timeout: self.function.time_left().saturating_sub(margin),
            grace: (margin / 2).min(Limit::GRACE),
            stop: stop.clone(),
        }
    }

    /// Ends early where only waiting is left, and says so.
    async fn change(&self, run: &mut Run, stop: &CancellationToken) -> (Finish, bool) {
        let limit = self.limit(stop);
        let work = run.reconcile(&limit);
        tokio::pin!(work);
        tokio::select! {
            finish = &mut work => (finish, false),
            () = self.sink.only_waits(PATIENCE) => {
                stop.cancel();
                (work.await, true)
            }
        }
    }

    /// What comes next, and after how long.
    fn outcome(&self, failed: bool, only_waits: bool) -> (Outcome, u64) {
        let header = self.manifest.header.clone();
        let now = self.function.platform.clock.timestamp();
        let report = self
            .sink
            .recorder
            .report(header, now, Ended::Complete, None);
        let shut = self.list.shut();
        let settled = failed || (report.summary.waiting == 0 && shut.is_none());
        let wait = if only_waits || shut.is_some() {
            wait_seconds(self.pass.pass)
        } else {
            // The time of the invocation was over, not the work.
            1
        };
        let waited = now.duration_since(self.manifest.began).unsigned_abs();
        let outcome = match shut {
            Some(Shut::Superseded) => Outcome::Superseded,
            _ if settled => Outcome::Settled,
            _ if waited + Duration::from_secs(wait) > self.function.settings.wait_limit => {
                Outcome::GaveUp
            }
            _ => Outcome::Waiting,
        };
        (outcome, wait)
    }
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
    let key = progress_key(&pass.execution, pass.group, pass.pass);
    let seal = function.store.write(&key, progress).await?;
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
            sealed: Sealed {
                progress: Some(Left {
                    pass: pass.pass,
                    seal,
                }),
                ..pass.sealed.clone()
            },
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
