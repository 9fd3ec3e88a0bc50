//! The first step: what is to be done, and whether it may be done now.

mod permit;
mod work;

use permit::Consented;
pub(crate) use permit::{before, consent, others, prunes, prunes_list, words};
use work::{Work, admit};

use std::sync::Arc;

use engine::{Access, Run};
use fleet::account::{Email, Region};
use fleet::desired::Purpose;
use fleet::label::Labels;
use fleet::origin::{ListOrigin, Origin, PlanOrigin, sha256};
use fleet::report::{InvalidLine, Recorder};
use fleet::roster::{Roster, RosterError};
use fleet::saved::Stale;
use jiff::Timestamp;
use serde_json::Value;

use crate::approval::{self, Proposal, Standing};
use crate::claim;
use crate::error::StepError;
use crate::executed;
use crate::function::{Function, Next, Pass, Prepared};
use crate::question;
use crate::run::{Manifest, Refused, manifest_key, refused_key, removals_key};
use crate::seal::{Seal, Sealed};
use crate::store::Newest;
use crate::trigger::{Place, Trigger, planned_list};
use crate::{lease, roles};

/// Which execution, and how far it is.
#[derive(Clone, Copy, Debug)]
pub struct Began<'a> {
    /// Its name.
    pub execution: &'a str,
    /// When it began.
    pub entered: Timestamp,
    /// What the removals hash to that somebody was asked to approve.
    pub asked: Option<&'a Seal>,
}

/// How long to wait for another execution before asking again.
const BUSY_SECONDS: u64 = 30;

/// An upload that is to be worked with.
pub(crate) struct Upload {
    pub(crate) place: Place,
    pub(crate) key: String,
    pub(crate) version: String,
    /// The list: the upload itself, but where a saved plan is executed.
    pub(crate) list: String,
    pub(crate) drift: bool,
}

/// What became known before it ended.
#[derive(Default)]
struct Known {
    list: Option<ListOrigin>,
    plan: Option<PlanOrigin>,
}

/// Why it ends here.
enum Stop {
    /// There is nothing to do, or another execution does it.
    Duplicate,
    /// The drift run is due before anybody has uploaded the list.
    NoList,
    /// A newer version of the list took over, or another execution has the drift run.
    Superseded(String),
    /// It cannot be done.
    Error(StepError, Vec<InvalidLine>),
}

impl From<StepError> for Stop {
    fn from(error: StepError) -> Self {
        Self::Error(error, Vec::new())
    }
}

/// Finds out what is to be done, and whether now.
///
/// # Errors
/// Where it cannot be written down what it came to: also why nothing can be done, for the report.
pub async fn prepare(
    function: &Function,
    began: Began<'_>,
    event: &Value,
) -> Result<Prepared, StepError> {
    let execution = began.execution;
    let trigger = Trigger::read(event);
    let mut known = Known::default();
    let stop = match begin(function, began, &trigger, &mut known).await {
        Ok(prepared) => return Ok(prepared),
        Err(stop) => stop,
    };
    let key = trigger.as_ref().ok();
    let key = key.map(|it| it.key(&function.settings.authoritative_key).to_owned());
    let list = trigger.as_ref().ok();
    let list = list.map(|it| it.list(&function.settings.authoritative_key, None));
    let place = key.as_deref().and_then(|key| Place::of(key).ok().flatten());
    let mut of_plan = known.plan;
    let list = known.list.or(list);
    // It may name the upload, and that may be called after somebody.
    let mut refused = |name, text: &str, invalid_lines, stale: Option<Box<Stale>>| Refused {
        name,
        text: Email::mask_in(text),
        operation: place.map(|place| place.operation),
        key: key.clone(),
        invalid_lines,
        notes: executed::notes(stale.as_deref()),
        origin: Origin {
            plan: of_plan.take().map(|plan| PlanOrigin {
                stale: stale.map(|it| *it),
                ..plan
            }),
            ..origin().by(list.clone())
        },
    };
    let (outcome, refused) = match stop {
        Stop::Duplicate => return Ok(nothing(Next::Duplicate)),
        Stop::NoList => {
            tracing::info!(execution, "there is no list yet, and nothing to do");
            return Ok(nothing(Next::NoList));
        }
        Stop::Superseded(text) => (Next::Superseded, refused(None, &text, Vec::new(), None)),
        Stop::Error(error, lines) => {
            let refused = refused(Some(error.name), &error.text, lines, error.stale);
            tracing::error!(execution, name = error.name.as_str(), "{}", refused.text);
            (Next::Refused, refused)
        }
    };
    let place = refused_key(execution);
    let seal = function.store.write(&place, &refused).await;
    // That it cannot be written down is the lesser trouble.
    let seal = seal.map_err(|error| StepError {
        name: refused.name.unwrap_or(error.name),
        text: format!("{} ({error})", refused.text),
        ..error
    })?;
    Ok(Prepared {
        sealed: Some(seal),
        ..nothing(outcome)
    })
}

/// What documents say of this program.
pub(crate) fn origin() -> Origin {
    Origin::of_version(env!("CARGO_PKG_VERSION"))
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
        sealed: None,
        asked: None,
        question: None,
        wait_seconds: BUSY_SECONDS,
    }
}

async fn begin(
    function: &Function,
    began: Began<'_>,
    trigger: &Result<Trigger, StepError>,
    known: &mut Known,
) -> Result<Prepared, Stop> {
    let Began {
        execution,
        entered,
        asked,
    } = began;
    let trigger = trigger.as_ref().map_err(Clone::clone)?;
    let proposal = match asked {
        Some(seal) => Some((seal, approval::proposal(function, execution, seal).await?)),
        None => None,
    };
    if let Some((_, proposal)) = &proposal {
        known.plan = proposal.plan.clone();
        known.list = proposal.list.clone();
    }
    let pinned = proposal.as_ref().map(|(_, it)| it.version.as_str());
    let upload = identify(function, execution, trigger, pinned).await?;
    let approved = match proposal {
        Some((seal, proposal)) => match approval::standing(function, seal, proposal).await? {
            Standing::Open { wait_seconds } => return Ok(still_asked(seal, wait_seconds)),
            Standing::Approved(approved) => Some(*approved),
        },
        None => None,
    };
    let executed = admit(function, &upload, trigger, known).await?;
    let list_version = executed.as_ref().map(|(_, version)| version.clone());
    let list_version = list_version.unwrap_or_else(|| upload.version.clone());
    let bytes = read(function, &upload.list, &list_version).await?;
    let roster = parse(function, &bytes)?;
    let sha256 = sha256(&bytes);
    let list = match &executed {
        Some((executed, _)) => executed.list().cloned(),
        None => Some(ListOrigin {
            version: Some(list_version.clone()),
            ..trigger.list(&upload.key, Some(&sha256))
        }),
    };
    permit::permit(function, &upload, &roster).await?;
    // Whoever waited for an approval has not waited for his turn.
    let since = approved
        .as_ref()
        .map_or(entered, |it| it.approval.at.max(entered));
    if !upload.place.plan_only && !take_turn(function, execution, since).await? {
        return Ok(Prepared {
            asked: asked.cloned(),
            ..nothing(Next::Busy)
        });
    }
    let work = Work {
        upload,
        sha256,
        list_version,
        executed: executed.map(|(executed, _)| executed),
        roster: Roster { list, ..roster },
        approved,
    };
    Ok(set_out(function, began, work).await?)
}

/// Begins the run, or asks people whether it may.
async fn set_out(function: &Function, began: Began<'_>, work: Work) -> Result<Prepared, StepError> {
    let execution = began.execution;
    let manifest = match look(function, began, work).await? {
        Found::Ready(manifest) => *manifest,
        Found::ToApprove(proposal, labels) => {
            return ask(function, execution, &proposal, &labels).await;
        }
    };
    let place = manifest_key(execution);
    let seal = function.store.write(&place, &manifest).await?;
    let prepared = go(execution, &manifest, seal);
    tracing::info!(
        execution,
        accounts = prepared.accounts,
        regions = prepared.regions,
        "a run begins"
    );
    Ok(prepared)
}

fn still_asked(seal: &Seal, wait_seconds: u64) -> Prepared {
    Prepared {
        asked: Some(seal.clone()),
        wait_seconds,
        ..nothing(Next::Asked)
    }
}

/// Writes down who would go, lets others have their turn meanwhile, and has people asked.
async fn ask(
    function: &Function,
    execution: &str,
    proposal: &Proposal,
    labels: &Labels,
) -> Result<Prepared, StepError> {
    let key = removals_key(execution);
    let seal = function.store.write(&key, proposal).await?;
    lease::release(&function.store, execution).await?;
    tracing::info!(
        execution,
        accounts = proposal.removals.len(),
        "removals wait for an approval"
    );
    Ok(Prepared {
        question: Some(question::of(
            proposal,
            labels,
            &function.store,
            &seal,
            function.settings.language,
        )),
        asked: Some(seal),
        wait_seconds: approval::SHORT_WAIT,
        ..nothing(Next::Approve)
    })
}

/// What AWS was found to be like.
enum Found {
    /// The run can begin.
    Ready(Box<Manifest>),
    /// Somebody has to approve these removals first; the accounts have names.
    ToApprove(Box<Proposal>, Labels),
}

/// Asks AWS what the run is about; where members are to be removed, asks the guard rails too.
async fn look(function: &Function, began: Began<'_>, work: Work) -> Result<Found, StepError> {
    let execution = began.execution;
    let recorder = Arc::new(Recorder::default());
    let aws = function
        .connect(execution, Access::Look, recorder.clone())
        .await?;
    let chosen = aws.regions(&work.regions(function)).await;
    let chosen = chosen.map_err(|error| StepError::failed(error.to_string()))?;
    let Place {
        operation,
        plan_only,
        ..
    } = work.upload.place;
    let prune = prunes(function, &work.upload);
    let fleet = function.fleet(&work.roster, operation, others(prune), &chosen.regions)?;
    let fleet = Arc::new(fleet);
    let expired: Vec<_> = fleet.settings.exceptions.expired().collect();
    let mut agreed = None;
    if (fleet.removes() || work.executed.is_some()) && !plan_only {
        let mut run = Run::new(&aws, fleet.clone(), &chosen.regions);
        run.count(before(function, execution).await?);
        match permit::agree(function, execution, &work, &mut run).await? {
            Consented::Agreed(it) => agreed = Some(it),
            Consented::NotYet(leaving) => {
                let labels = Labels::of(&work.roster);
                let of = work.about(execution, aws.administrator(), &chosen.regions);
                let proposal = Proposal::new(function, of, leaving);
                return Ok(Found::ToApprove(Box::new(proposal), labels));
            }
        }
    }
    let mut without_role = Vec::new();
    if function.settings.manage_roles && fleet.settings.purpose == Purpose::Enable && !plan_only {
        without_role = roles::missing(&aws, &work.accounts_to_accept()).await;
    }
    let size = group_size(function, plan_only, chosen.regions.len());
    let groups = chosen.regions.chunks(size.max(1));
    let left = permit::invited_again(function, &work, agreed.as_ref()).await?;
    let notes = [work.roster.notes.clone(), chosen.notes, expired].concat();
    let notes = [notes, work.notes(), Vec::from_iter(left)].concat();
    Ok(Found::Ready(Box::new(Manifest {
        header: work.header(began, &aws, notes),
        began: function.platform.clock.timestamp(),
        operation,
        plan_only,
        executes: work.executes(),
        drift: work.upload.drift,
        key: work.upload.key,
        version: work.upload.version,
        sha256: work.sha256,
        accounts: work.roster.members.keys().copied().collect(),
        groups: groups.map(<[Region]>::to_vec).collect(),
        without_role,
        prune,
        agreed,
        record: recorder.record_so_far(),
    })))
}

/// How many Regions one invocation holds. A plan tells what the guard rails say, and they are asked
/// of all Regions at once.
fn group_size(function: &Function, plan_only: bool, all: usize) -> usize {
    if plan_only {
        all
    } else {
        function.settings.regions_per_pass
    }
}

fn go(execution: &str, manifest: &Manifest, seal: Seal) -> Prepared {
    let first = |group| Pass {
        execution: execution.to_owned(),
        group,
        pass: 1,
        sealed: Sealed {
            manifest: seal.clone(),
            progress: None,
        },
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
        sealed: Some(seal),
        asked: None,
        question: None,
        wait_seconds: 0,
    }
}

/// Which upload this is about, if it is this execution's and nothing newer has come since. An event that
/// names no version is about the newest when it came, or about the one that people were asked about.
async fn identify(
    function: &Function,
    execution: &str,
    trigger: &Trigger,
    pinned: Option<&str>,
) -> Result<Upload, Stop> {
    let key = trigger.key(&function.settings.authoritative_key).to_owned();
    let occasion = match trigger {
        Trigger::Upload { .. } => "upload".to_owned(),
        Trigger::Schedule { time } => format!("schedule-{time}"),
    };
    let Some(place) = Place::of(&key)? else {
        return Err(Stop::Duplicate);
    };
    let drift = trigger.is_drift();
    let newest = function.store.newest(&key).await?;
    let version = match (trigger.version().or(pinned), &newest) {
        (Some(version), _) => version.to_owned(),
        (None, Newest::Version(version)) => version.clone(),
        (None, Newest::Never) if drift => return Err(Stop::NoList),
        (None, Newest::Gone | Newest::Never) => {
            return Err(StepError::bad_input(format!(
                "{key} is not in the bucket: upload the list of accounts under that name"
            ))
            .into());
        }
    };
    let claimed = claim::place(&key, &version, &occasion);
    match claim::claim(&function.store, &claimed, execution).await? {
        None => {}
        // Nobody misses an upload that another execution works with; a drift run is missed.
        Some(holder) if drift => {
            let object = function.store.uri(&claimed);
            return Err(Stop::Superseded(format!(
                "the execution {holder} has this drift run: nothing was changed by this one. If there is no execution of that name, find out who wrote {object}"
            )));
        }
        Some(_) => return Err(Stop::Duplicate),
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
        list: planned_list(&key)
            .filter(|_| place.executes)
            .unwrap_or_else(|| key.clone()),
        key,
        version,
        drift,
    })
}

fn deleted(key: &str) -> Stop {
    Stop::Superseded(format!("{key} was deleted: nothing was changed"))
}

async fn read(function: &Function, list: &str, version: &str) -> Result<Vec<u8>, Stop> {
    let bytes = function.store.upload(list, version).await?;
    bytes.ok_or_else(|| deleted(list))
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
    let now = function.platform.clock.timestamp();
    if lease::take(&function.store, execution, now).await? {
        return Ok(true);
    }
    let waited = now.duration_since(entered).unsigned_abs();
    if waited < function.settings.wait_limit {
        return Ok(false);
    }
    Err(StepError::failed(format!(
        "another execution has been changing AWS all the time: look at the state machine's executions and at {}, and upload the file again",
        function.store.uri(lease::KEY)
    )))
}
