//! Runs that have left no report of their list: refused, failed, under way, waiting for somebody, or lost. What they wrote
//! down in the bucket says which (`lambda::run` names the files).

mod claims;
#[cfg(test)]
mod tests;
mod trace;

use std::collections::BTreeSet;
use std::time::Duration;

use engine::Failure;
use jiff::Timestamp;

use self::claims::Claims;
use self::trace::{Said, Trace, traces};
use crate::package::{hex, sha256};
use crate::runs::{LastRun, Listed, RunBucket, RunState};

/// Where runs write down what they do, each under its name.
const RUNS: &str = "runs/";

/// A run writes something down in each pass, and no pass lasts longer with the wait after it: as long as its lease.
const SILENCE: Duration = Duration::from_secs(30 * 60);

/// No run waits longer for its turn: the most that the template allows (`WaitLimitMinutes`), and a start.
const TURN: Duration = Duration::from_secs(190 * 60);

/// The newest report of a list is written right after that of the run, by the same invocation: as long as Lambda lets it.
const INVOCATION: Duration = Duration::from_secs(15 * 60);

/// So many runs without a report are looked into, those that wait for an approval first, then the newest: each is a
/// request.
const MOST: usize = 20;

/// So many runs with a report that is no list's newest are looked into, the newest first.
const MOST_REPORTED: usize = 50;

/// The runs that have left no report of their list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreported {
    /// The newest first.
    pub runs: Vec<LastRun>,
    /// So many more were not looked into.
    pub left_out: usize,
}

/// The runs that have left no report of their list, as far as it has had none since.
///
/// # Errors
///
/// Where S3 does not say.
pub(crate) async fn unreported(
    bucket: RunBucket<'_>,
    reported: &[LastRun],
    now: Timestamp,
) -> Result<Unreported, Failure> {
    let traces = traces(&bucket.list(RUNS).await?);
    let mut claims = Claims::of(bucket).await?;
    let mut runs = claims.silent(&traces, now).await?;
    let open = open(&traces, now);
    let replaced = replaced(&traces, reported, now);
    let left_out = open.len().saturating_sub(MOST) + replaced.left_out;
    for trace in open.into_iter().take(MOST) {
        let key = format!("{RUNS}{}/{}", trace.run, trace.file());
        let bytes = bucket.bytes(&key).await?.unwrap_or_default();
        let mut said: Said = serde_json::from_slice(&bytes).unwrap_or_default();
        if said.key.is_none() {
            said.key = claims.list_of(&trace.run, trace.at).await?;
        }
        let state = trace.state(now);
        if state == RunState::WaitsForApproval {
            let approvals = bucket.list(&approved(&trace.run, &bytes)).await?;
            said.is_approved = !approvals.is_empty();
        }
        runs.extend(trace.told(state, said, bucket, now));
    }
    for trace in replaced.traces {
        if let Some(said) = ended_badly(&mut claims, reported, trace).await? {
            runs.extend(trace.told(RunState::Failed, said, bucket, now));
        }
    }
    runs.sort_by_key(|it| std::cmp::Reverse(it.at));
    let runs = of_interest(runs, reported);
    Ok(Unreported { runs, left_out })
}

/// Those without a report of their list, those that wait for an approval first.
fn open(traces: &[Trace], now: Timestamp) -> Vec<&Trace> {
    let open = traces.iter();
    let mut open: Vec<_> = open
        .filter(|it| it.state(now) != RunState::Reported)
        .collect();
    open.sort_by_key(|it| it.state(now) != RunState::WaitsForApproval);
    open
}

/// Runs with a report that no list has as its newest.
struct Replaced<'a> {
    traces: Vec<&'a Trace>,
    /// So many more are not looked into.
    left_out: usize,
}

/// Those with a report that no list has as its newest: another one took its place, or it never was.
fn replaced<'a>(traces: &'a [Trace], reported: &[LastRun], now: Timestamp) -> Replaced<'a> {
    let mut ended: Vec<_> = traces
        .iter()
        .filter(|it| it.state(now) == RunState::Reported)
        .collect();
    for latest in reported {
        // The same bytes, written right after it: each is that of one run, and the traces begin with the newest.
        let is_that = |report: &Listed| {
            let is_after = report.at <= latest.at;
            is_after
                && is_within(report.at, INVOCATION, latest.at)
                && report.size == latest.stored.size
        };
        let found = ended
            .iter()
            .position(|it| it.report.as_ref().is_some_and(is_that));
        if let Some(found) = found {
            ended.remove(found);
        }
    }
    let rest = ended.iter().skip(MOST_REPORTED);
    // What every list has had a report since is of the past, and a bucket keeps many of those.
    let left_out = rest.filter(|it| !is_settled(None, it.at, reported)).count();
    ended.truncate(MOST_REPORTED);
    Replaced {
        traces: ended,
        left_out,
    }
}

/// What a run said that ended with an error, where its list has had no report since.
async fn ended_badly(
    claims: &mut Claims<'_>,
    reported: &[LastRun],
    trace: &Trace,
) -> Result<Option<Said>, Failure> {
    let bucket = claims.bucket;
    let place = |file: &str| format!("{RUNS}{}/{file}", trace.run);
    // A manifest that is not the run's own names another list: it counts where no claim says which.
    let key = match claims.list_of(&trace.run, trace.at).await? {
        None => {
            let manifest: Option<Said> = bucket.read(&place("manifest.json")).await?;
            manifest.and_then(|it| it.key)
        }
        claimed => claimed,
    };
    if key.is_some() && is_settled(key.as_deref(), trace.at, reported) {
        return Ok(None);
    }
    let said: Option<Said> = bucket.read(&place("report.json")).await?;
    let is_bad = |it: &Said| it.error.is_some() && it.ended.as_deref() != Some("superseded");
    let Some(said) = said.filter(is_bad) else {
        return Ok(None);
    };
    Ok(Some(Said { key, ..said }))
}

/// Where approvals of that lie which has been written down: under the SHA-256 of it (`lambda::approval`).
fn approved(run: &str, removals: &[u8]) -> String {
    format!("approve/{run}/{}/", hex(&sha256(removals)))
}

/// Those after which their list has had no report. Of those that have ended, the newest of each list.
fn of_interest(mut runs: Vec<LastRun>, reported: &[LastRun]) -> Vec<LastRun> {
    let is_open =
        |it: &LastRun| matches!(it.state, RunState::UnderWay | RunState::WaitsForApproval);
    let mut told = BTreeSet::new();
    runs.retain(|it| {
        if is_open(it) {
            return true;
        }
        let key = it.stored.key.as_deref();
        !is_settled(key, it.at, reported) && key.is_none_or(|key| told.insert(key.to_owned()))
    });
    runs
}

/// Whether the list has had a report since; where it is not known which list that is, whether all have.
fn is_settled(key: Option<&str>, at: Timestamp, reported: &[LastRun]) -> bool {
    let since = match key {
        Some(_) => reported
            .iter()
            .filter(|of| of.stored.key.as_deref() == key)
            .map(|of| of.at)
            .max(),
        None => reported.iter().map(|it| it.at).min(),
    };
    since.is_some_and(|since| since >= at)
}

fn is_within(at: Timestamp, time: Duration, now: Timestamp) -> bool {
    now.duration_since(at).unsigned_abs() <= time
}
