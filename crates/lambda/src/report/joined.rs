//! What all groups of an execution came to, as one record.

use fleet::account::Region;
use fleet::cause::Cause;
use fleet::event::{Conclusion, Event, EventKind, Sink};
use fleet::report::{Ended, Record, Recorder};

use crate::error::StepError;
use crate::function::{Function, GroupResult};
use crate::message;
use crate::run::{Manifest, Outcome, Progress, baseline_key, progress_key};

/// What all groups came to.
pub(super) struct Joined {
    pub(super) recorder: Recorder,
    pub(super) ended: Ended,
    pub(super) error: Option<String>,
}

/// Puts together what the passes over all groups wrote down.
///
/// # Errors
/// Where the bucket cannot be read.
pub(super) async fn join(
    function: &Function,
    manifest: &Manifest,
    results: &[GroupResult],
) -> Result<Joined, StepError> {
    let mut joined = Joined {
        recorder: Recorder::resume(manifest.record.clone()),
        ended: Ended::Complete,
        error: None,
    };
    for (group, regions) in manifest.groups.iter().enumerate() {
        match progress(function, manifest, results, group).await? {
            Ok(progress) => {
                let failed = results
                    .iter()
                    .any(|it| it.group == group && it.error.is_some());
                joined.add(progress);
                if failed {
                    // A later pass did not come to its end: what it did is not known.
                    joined.error.get_or_insert(unfinished(results, group));
                }
            }
            Err(why) => {
                let baseline = baseline(function, manifest, group).await?;
                joined.recorder.join(baseline);
                give_up(function, &joined.recorder, manifest, regions, &why);
            }
        }
    }
    Ok(joined)
}

/// What the last pass over a group wrote down, or why there is nothing to go by.
///
/// # Errors
/// Where the bucket cannot be read.
pub(super) async fn progress(
    function: &Function,
    manifest: &Manifest,
    results: &[GroupResult],
    group: usize,
) -> Result<Result<Progress, String>, StepError> {
    let result = results.iter().find(|result| result.group == group);
    let Some(left) = result.and_then(|result| result.sealed.progress.as_ref()) else {
        return Ok(Err(unfinished(results, group)));
    };
    let key = progress_key(&manifest.header.run_id, group, left.pass);
    match function.store.read_sealed(&key, &left.seal).await {
        Ok(progress) => Ok(Ok(progress)),
        Err(error) if error.foreign => Ok(Err(error.text)),
        Err(error) => Err(error),
    }
}

/// What a group was like before anything was changed, where that was written down.
async fn baseline(
    function: &Function,
    manifest: &Manifest,
    group: usize,
) -> Result<Record, StepError> {
    let key = baseline_key(&manifest.header.run_id, group);
    match function.store.read::<Record>(&key).await {
        Ok(baseline) => Ok(baseline.map(|it| it.value).unwrap_or_default()),
        // The pass that met it has said so.
        Err(error) if error.foreign => Ok(Record::default()),
        Err(error) => Err(error),
    }
}

impl Joined {
    fn add(&mut self, progress: Progress) {
        self.recorder.join(progress.record);
        self.error = self.error.take().or(progress.error);
        self.ended = match (progress.outcome, self.ended) {
            (Outcome::Superseded, _) | (_, Ended::Superseded) => Ended::Superseded,
            (Outcome::GaveUp | Outcome::Waiting, _) => Ended::Timeout,
            (Outcome::Settled, ended) => ended,
        };
    }
}

/// Why a group did not come to an end of its own.
fn unfinished(results: &[GroupResult], group: usize) -> String {
    let result = results.iter().find(|result| result.group == group);
    match result.and_then(|result| result.error.as_ref()) {
        Some(error) => message::cause(error),
        None => "the work in this Region was not begun".to_owned(),
    }
}

/// No pass over these Regions came to its end: what it did is not known.
fn give_up(
    function: &Function,
    recorder: &Recorder,
    manifest: &Manifest,
    regions: &[Region],
    why: &str,
) {
    let cause = Cause::other(why);
    for region in regions {
        for account in &manifest.accounts {
            let kind = EventKind::Concluded {
                account: *account,
                conclusion: Conclusion::Failed,
                cause: Some(cause.clone()),
            };
            tell(function, recorder, region, kind);
        }
        let cause = Some(cause.clone());
        tell(function, recorder, region, EventKind::RegionEnded { cause });
    }
}

/// Tells the record of something that the engine does not know of.
fn tell(function: &Function, sink: &dyn Sink, region: &Region, kind: EventKind) {
    let event = Event {
        region: Some(region.clone()),
        number: 0,
        at: function.platform.clock.timestamp(),
        kind,
    };
    if let Err(error) = sink.record(&event) {
        tracing::warn!(%error, "an event was not kept");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(outcomes: &[Outcome]) -> Ended {
        let mut joined = Joined {
            recorder: Recorder::default(),
            ended: Ended::Complete,
            error: None,
        };
        for outcome in outcomes {
            joined.add(Progress {
                pass: 1,
                outcome: *outcome,
                error: None,
                record: Record::default(),
                attempts: Default::default(),
                plan: Vec::new(),
                graph_changes: Default::default(),
                notes: Vec::new(),
            });
        }
        joined.ended
    }

    #[test]
    fn a_run_ended_as_the_worst_of_its_groups_whatever_their_order() {
        use Outcome::{GaveUp, Settled, Superseded, Waiting};
        for (outcomes, ended) in [
            ([Settled, Settled], Ended::Complete),
            ([Settled, GaveUp], Ended::Timeout),
            ([GaveUp, Settled], Ended::Timeout),
            ([Waiting, Settled], Ended::Timeout),
            ([Superseded, Settled], Ended::Superseded),
            ([Superseded, GaveUp], Ended::Superseded),
            ([GaveUp, Superseded], Ended::Superseded),
        ] {
            assert_eq!(joined(&outcomes), ended, "{outcomes:?}");
        }
    }
}
