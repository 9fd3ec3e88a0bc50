//! The first step: what is to be done, and whether it may be done now.

mod permit;

pub(crate) use permit::{consent, others, words};

use std::fmt::Write;
use std::sync::Arc;

use engine::Run;
use fleet::account::Region;
use fleet::fleet::Purpose;
use fleet::report::{Header, InvalidLine, Recorder, VERSION};
use fleet::roster::{Roster, RosterError};
use jiff::Timestamp;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::claim::claim;
use crate::error::StepError;
use crate::function::{Function, Next, Pass, Prepared};
use crate::run::{Manifest, Refused, manifest_key, refused_key};
use crate::store::Newest;
use crate::trigger::{Place, Trigger};
use crate::{lease, roles};

/// How long to wait for another execution before asking again.
const BUSY_SECONDS: u64 = 30;

/// An upload that is to be worked with.
struct Upload {
    place: Place,
    key: String,
    version: String,
    drift: bool,
}

/// Why it ends here.
enum Stop {
    /// There is nothing to do, or another execution does it.
    Duplicate,
    /// The drift run is due before anybody has uploaded the list.
    NoList,
    /// A newer version of the list took over.
    Superseded(String),
    /// It cannot be done.
    Error(StepError, Vec<InvalidLine>),
}

impl From<StepError> for Stop {
    fn from(error: StepError) -> Self {
        Self::Error(error, Vec::new())
    }
}

/// What a list of accounts hashes to.
pub(crate) fn hash(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(64);
    for byte in Sha256::digest(bytes) {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// Finds out what is to be done, and whether now.
///
/// # Errors
/// Where it cannot be done; the reason is written down for the report.
pub async fn prepare(
    function: &Function,
    execution: &str,
    entered: Timestamp,
    event: &Value,
) -> Result<Prepared, StepError> {
    let trigger = Trigger::read(event);
    let stop = match begin(function, execution, entered, &trigger).await {
        Ok(prepared) => return Ok(prepared),
        Err(stop) => stop,
    };
    let key = match trigger {
        Ok(Trigger::Upload { key, .. }) => Some(key),
        Ok(Trigger::Schedule { .. }) => Some(function.settings.authoritative_key.clone()),
        Err(_) => None,
    };
    let place = key.as_deref().and_then(|key| Place::of(key).ok().flatten());
    let refused = |name, text, invalid_lines| Refused {
        name,
        text,
        operation: place.map(|place| place.operation),
        key: key.clone(),
        invalid_lines,
    };
    let (refused, answer) = match stop {
        Stop::Duplicate => return Ok(nothing(Next::Duplicate)),
        Stop::NoList => {
            tracing::info!(execution, "there is no list yet, and nothing to do");
            return Ok(nothing(Next::NoList));
        }
        Stop::Superseded(text) => (
            refused(None, text, Vec::new()),
            Ok(nothing(Next::Superseded)),
        ),
        Stop::Error(error, lines) => (
            refused(Some(error.name), error.text.clone(), lines),
            Err(error),
        ),
    };
    function
        .store
        .write(&refused_key(execution), &refused)
        .await?;
    answer
}

fn nothing(outcome: Next) -> Prepared {
    Prepared {
        outcome,
        operation: None,
        key: None,
        version: None,
        sha256: None,
        accounts: 0,
        regions: 0,
        roles: Vec::new(),
        groups: Vec::new(),
        wait_seconds: BUSY_SECONDS,
    }
}

async fn begin(
    function: &Function,
    execution: &str,
    entered: Timestamp,
    trigger: &Result<Trigger, StepError>,
) -> Result<Prepared, Stop> {
    let upload = identify(function, execution, trigger.as_ref().map_err(Clone::clone)?).await?;
    let bytes = read(function, &upload).await?;
    let sha256 = hash(&bytes);
    let roster = parse(function, &bytes)?;
    permit::permit(function, &upload, &roster).await?;
    if !upload.place.plan_only && !take_turn(function, execution, entered).await? {
        return Ok(nothing(Next::Busy));
    }
    let manifest = look(function, execution, (entered, upload, sha256, roster)).await?;
    let place = manifest_key(execution);
    function.store.write(&place, &manifest).await?;
    let prepared = go(execution, &manifest);
    tracing::info!(
        execution,
        accounts = prepared.accounts,
        regions = prepared.regions,
        "a run begins"
    );
    Ok(prepared)
}

/// Asks AWS what the run is about; where members are to be removed, asks the guard rails too.
async fn look(
    function: &Function,
    execution: &str,
    (entered, upload, sha256, roster): (Timestamp, Upload, String, Roster),
) -> Result<Manifest, StepError> {
    let recorder = Arc::new(Recorder::default());
    let aws = function.connect(recorder.clone()).await?;
    let chosen = aws.regions(&function.settings.regions).await;
    let chosen = chosen.map_err(|error| StepError::failed(error.to_string()))?;
    let Place {
        operation,
        plan_only,
    } = upload.place;
    let prune = permit::prunes(function, &upload);
    let fleet = Arc::new(function.fleet(&roster, operation, others(prune)));
    let mut agreed = None;
    if fleet.removes() && !plan_only {
        let mut run = Run::new(&aws, fleet.clone(), &chosen.regions);
        agreed = Some(permit::agree(function, &mut run, roster.invalid.len()).await?);
    }
    let mut without_role = Vec::new();
    if function.settings.manage_roles && fleet.settings.purpose == Purpose::Enable && !plan_only {
        without_role = roles::missing(&aws, &roster).await;
    }
    // A plan tells what the guard rails say, and they are asked of all Regions at once.
    let all = chosen.regions.len();
    let size = if plan_only {
        all
    } else {
        function.settings.regions_per_pass
    };
    let groups = chosen.regions.chunks(size.max(1));
    Ok(Manifest {
        header: Header {
            version: VERSION,
            kind: if plan_only { "plan" } else { "run" }.to_owned(),
            operation: operation.as_str().to_owned(),
            run_id: execution.to_owned(),
            administrator: aws.administrator(),
            started: entered,
            invalid_lines: roster.invalid.iter().map(Into::into).collect(),
            notes: [roster.notes, chosen.notes].concat(),
        },
        began: function.ground.clock.timestamp(),
        operation,
        plan_only,
        drift: upload.drift,
        key: upload.key,
        version: upload.version,
        sha256,
        accounts: roster.members.keys().copied().collect(),
        groups: groups.map(<[Region]>::to_vec).collect(),
        without_role,
        prune,
        agreed,
        record: recorder.record_so_far(),
    })
}

fn go(execution: &str, manifest: &Manifest) -> Prepared {
    let first = |group| Pass {
        execution: execution.to_owned(),
        group,
        pass: 1,
    };
    Prepared {
        outcome: Next::Go,
        operation: Some(manifest.operation),
        key: Some(manifest.key.clone()),
        version: Some(manifest.version.clone()),
        sha256: Some(manifest.sha256.clone()),
        accounts: manifest.accounts.len(),
        regions: manifest.groups.iter().map(Vec::len).sum(),
        roles: manifest.without_role.clone(),
        groups: (0..manifest.groups.len()).map(first).collect(),
        wait_seconds: 0,
    }
}

/// Which upload this is about, if it is this execution's and nothing newer has come since.
async fn identify(function: &Function, execution: &str, trigger: &Trigger) -> Result<Upload, Stop> {
    let (key, version, occasion) = match trigger {
        Trigger::Upload { key, version } => (key.clone(), version.clone(), "upload".to_owned()),
        Trigger::Schedule { time } => {
            let key = function.settings.authoritative_key.clone();
            (key, None, format!("schedule-{time}"))
        }
    };
    let Some(place) = Place::of(&key)? else {
        return Err(Stop::Duplicate);
    };
    let drift = matches!(trigger, Trigger::Schedule { .. });
    let newest = function.store.newest(&key).await?;
    let version = match (version, &newest) {
        (Some(version), _) => version,
        (None, Newest::Version(version)) => version.clone(),
        (None, Newest::Never) if drift => return Err(Stop::NoList),
        (None, Newest::Gone | Newest::Never) => {
            return Err(StepError::bad_input(format!(
                "{key} is not in the bucket: upload the list of accounts under that name"
            ))
            .into());
        }
    };
    if !claim(&function.store, (&key, &version, &occasion), execution).await? {
        return Err(Stop::Duplicate);
    }
    if newest != Newest::Version(version.clone()) {
        let what = match newest {
            Newest::Version(_) => "has a newer version",
            Newest::Gone | Newest::Never => "was deleted",
        };
        return Err(Stop::Superseded(format!(
            "{key} {what}: nothing was changed"
        )));
    }
    Ok(Upload {
        place,
        key,
        version,
        drift,
    })
}

async fn read(function: &Function, upload: &Upload) -> Result<Vec<u8>, Stop> {
    let bytes = function.store.upload(&upload.key, &upload.version).await?;
    bytes
        .ok_or_else(|| Stop::Superseded(format!("{} was deleted: nothing was changed", upload.key)))
}

fn parse(function: &Function, bytes: &[u8]) -> Result<Roster, Stop> {
    Roster::parse(bytes, Some(function.account)).map_err(|error| {
        let lines = error.invalid_lines().iter().map(Into::into).collect();
        Stop::Error(bad_list(&error), lines)
    })
}

fn bad_list(error: &RosterError) -> StepError {
    StepError::bad_input(error.to_string())
}

/// Whether it is this execution's turn to change AWS.
async fn take_turn(
    function: &Function,
    execution: &str,
    entered: Timestamp,
) -> Result<bool, StepError> {
    let now = function.ground.clock.timestamp();
    if lease::take(&function.store, execution, now).await? {
        return Ok(true);
    }
    let waited = now.duration_since(entered).unsigned_abs();
    if waited < function.settings.wait_limit {
        return Ok(false);
    }
    Err(StepError::failed(
        "another execution has been changing AWS all the time: look at the state machine's executions, and upload the file again",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_what_sha256sum_says() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(hash(b""), empty);
    }
}
