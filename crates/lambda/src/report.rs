//! The last step: what came of it, written down and put into words.

mod joined;

use std::collections::BTreeMap;

use fleet::account::Region;
use fleet::cause::{Cause, Place};
use fleet::report::{Ended, Header, PlanReport, Recorder, RegionPlan, Report, VERSION, Why};
use serde::Serialize;

use joined::{join, progress};

use crate::error::{Name, StepError};
use crate::function::{self, Caught, Function, GroupResult, Next};
use crate::links::Console;
use crate::message::{self, Said};
use crate::news::{News, Remembered};
use crate::prepare::origin;
use crate::run::{
    COVERED_KEY, Manifest, Outcome, Refused, causes_key, latest_key, manifest_key, page_key,
    refused_key, report_key, saved_plan_key,
};
use crate::trigger::Operation;
use crate::{drift, lease, metrics, news, roles, saved};

/// What `report` answers: what is told to people, and how the execution ends.
#[derive(Clone, Debug, Serialize)]
pub struct Reported {
    /// The execution's error; `None` where it ends well.
    pub error: Option<Name>,
    /// One line: what SNS has as the subject.
    pub subject: String,
    /// The message.
    pub message: String,
    /// Where the report lies.
    pub report: String,
}

/// Says what came of an execution.
///
/// # Errors
/// Where it could not be written down.
pub async fn report(
    function: &Function,
    execution: &str,
    arn: &str,
    ended: function::Ended,
) -> Result<Reported, StepError> {
    let console = Console::of(arn);
    let reported = write(function, execution, console.as_ref(), ended).await;
    // Whatever came of it, the next one may go on.
    match lease::release(&function.store, execution).await {
        Err(error) if error.foreign => tracing::warn!("{error}"),
        released => released?,
    }
    let told = reported.as_ref().map(|reported| reported.subject.as_str());
    tracing::info!(execution, told = told.unwrap_or("nothing"), "a run ended");
    reported
}

async fn write(
    function: &Function,
    execution: &str,
    console: Option<&Console>,
    function::Ended {
        error,
        roles_error,
        results,
        prepared,
    }: function::Ended,
) -> Result<Reported, StepError> {
    let store = &function.store;
    let prepared = prepared.and_then(|prepared| Some((prepared.outcome, prepared.sealed?)));
    let read = match prepared {
        Some((Next::Go, seal)) => {
            let key = manifest_key(execution);
            let manifest = store.read_sealed(&key, &seal).await;
            manifest.map(|it| Read::Begun(Box::new(it)))
        }
        Some((_, seal)) => {
            let key = refused_key(execution);
            let refused = store.read_sealed(&key, &seal).await;
            refused.map(|it| Read::NotBegun(Box::new(it)))
        }
        None => Ok(Read::NotBegun(Box::new(lost(error.as_ref())))),
    };
    match read {
        Ok(Read::NotBegun(refused)) => not_begun(function, execution, console, *refused).await,
        Ok(Read::Begun(manifest)) if manifest.plan_only => {
            plan(function, &manifest, console, &results).await
        }
        Ok(Read::Begun(mut manifest)) => {
            let mut error = error;
            match roles::notes(store, execution, roles_error.as_ref()).await {
                Ok(notes) => manifest.header.notes.extend(notes),
                Err(foreign) if foreign.foreign => error = error.or(Some(foreign.into())),
                Err(other) => return Err(other),
            }
            run(function, &manifest, console, error, &results).await
        }
        Err(error) if error.foreign => {
            not_begun(function, execution, console, failed(error.text)).await
        }
        Err(error) => Err(error),
    }
}

/// What the first step wrote down.
enum Read {
    Begun(Box<Manifest>),
    NotBegun(Box<Refused>),
}

/// The first step did not come to an end of its own.
fn lost(error: Option<&Caught>) -> Refused {
    failed(error.map_or_else(
        || "the execution ended before anything was begun".to_owned(),
        message::cause,
    ))
}

fn failed(text: String) -> Refused {
    Refused {
        name: Some(Name::Failed),
        text,
        operation: None,
        key: None,
        invalid_lines: Vec::new(),
        origin: origin(),
        notes: Vec::new(),
    }
}

async fn not_begun(
    function: &Function,
    execution: &str,
    console: Option<&Console>,
    refused: Refused,
) -> Result<Reported, StepError> {
    let now = function.platform.clock.timestamp();
    let operation = refused.operation.unwrap_or(Operation::Enable);
    let header = Header {
        version: VERSION,
        kind: "run".to_owned(),
        operation: operation.as_str().to_owned(),
        run_id: execution.to_owned(),
        administrator: function.account,
        started: now,
        invalid_lines: refused.invalid_lines,
        notes: refused.notes,
        labels: Default::default(),
        origin: refused.origin,
    };
    let ended = match refused.name {
        Some(_) => Ended::Complete,
        None => Ended::Superseded,
    };
    let report = Recorder::default().report(header, now, ended, Some(refused.text));
    let key = report_key(execution);
    write_down(function, &key, &report).await?;
    let (news, _) = News::of(&report, None);
    let said = Said {
        key: refused.key.as_deref(),
        report: &function.store.uri(&key),
        drift: false,
        news: &news,
        console,
        language: function.settings.language,
    };
    Ok(message::run(&report, refused.name, said))
}

async fn plan(
    function: &Function,
    manifest: &Manifest,
    console: Option<&Console>,
    results: &[GroupResult],
) -> Result<Reported, StepError> {
    let recorder = Recorder::resume(manifest.record.clone());
    let mut regions = Vec::new();
    let mut superseded = false;
    let mut changes = BTreeMap::new();
    let mut header = manifest.header.clone();
    for (group, names) in manifest.groups.iter().enumerate() {
        match progress(function, manifest, results, group).await? {
            Ok(progress) => {
                recorder.join(progress.record);
                superseded |= progress.outcome == Outcome::Superseded;
                regions.extend(progress.plan);
                changes.extend(progress.graph_changes);
                header.notes.extend(progress.notes);
            }
            Err(why) => {
                regions.extend(names.iter().map(|name| unread(name, &why)));
            }
        }
    }
    let report = PlanReport::of(header, regions, recorder.calls());
    let key = report_key(&manifest.header.run_id);
    write_down(function, &key, &report).await?;
    let mut execute = None;
    if !superseded {
        let latest = latest_key(&manifest.key);
        write_down(function, &latest, &report).await?;
        let saved = saved::plan(function, manifest, report.clone(), changes);
        if let Some(saved) = saved? {
            for report in [&key, &latest] {
                let key = saved_plan_key(report);
                function.store.write_text(&key, saved.clone()).await?;
            }
            execute = saved::command(function, manifest);
        }
    }
    let uri = function.store.uri(&key);
    let said = Said {
        key: Some(&manifest.key),
        report: &uri,
        drift: false,
        news: &News::default(),
        console,
        language: function.settings.language,
    };
    Ok(message::plan(&report, execute.as_deref(), said))
}

fn unread(region: &Region, why: &str) -> RegionPlan {
    let (error, why) = Why::of(Some(&Cause::other(why)), &Place::region(region));
    RegionPlan {
        region: region.clone(),
        graph_arn: None,
        create_graph: false,
        delete_graph: false,
        changes: Vec::new(),
        error,
        why,
        members: Vec::new(),
    }
}

async fn run(
    function: &Function,
    manifest: &Manifest,
    console: Option<&Console>,
    error: Option<Caught>,
    results: &[GroupResult],
) -> Result<Reported, StepError> {
    let mut joined = join(function, manifest, results).await?;
    if joined.error.is_none() {
        joined.error = error.map(|error| message::cause(&error));
    }
    let now = function.platform.clock.timestamp();
    let header = manifest.header.clone();
    let mut report = joined
        .recorder
        .report(header, now, joined.ended, joined.error);
    let superseded = report.ended == Ended::Superseded;
    if manifest.drift {
        compare(function, manifest, &mut report).await?;
    }
    let made_again = made_again(function, &report).await?;
    let last = remembered(function, manifest).await?;
    let (mut news, now_known) = News::of(&report, last.as_ref());
    news.made_again = made_again;
    let key = report_key(&manifest.header.run_id);
    write_down(function, &key, &report).await?;
    // Whoever has the turn now knows better.
    if !superseded && has_the_turn(function, &manifest.header.run_id, now).await? {
        keep(function, manifest, &report).await?;
        let key = causes_key(&manifest.key);
        function.store.write(&key, &now_known).await?;
    }
    metrics::report(function, &report);
    let uri = function.store.uri(&key);
    let said = Said {
        key: Some(&manifest.key),
        report: &uri,
        drift: manifest.drift,
        news: &news,
        console,
        language: function.settings.language,
    };
    let name = match message::error_of(&report) {
        Some(_) if is_refused(results) => Some(Name::BadInput),
        name => name,
    };
    Ok(message::run(&report, name, said))
}

/// Compares what a drift run found with the last report of the same list.
async fn compare(
    function: &Function,
    manifest: &Manifest,
    report: &mut Report,
) -> Result<(), StepError> {
    let key = latest_key(&manifest.key);
    match function.store.read::<Report>(&key).await {
        Ok(None) => {}
        Ok(Some(last)) => {
            let vanished = drift::vanished(&last.value, report);
            report.header.notes.extend(vanished);
            let unseen = drift::out_of_sight(&last.value, report);
            report.header.notes.extend(unseen);
        }
        // This run's takes its place.
        Err(error) if error.foreign => report.error = report.error.take().or(Some(error.text)),
        Err(error) => return Err(error),
    }
    Ok(())
}

/// The Regions whose behavior graph had to be made again: a report before had one.
async fn made_again(function: &Function, report: &Report) -> Result<Vec<Region>, StepError> {
    match drift::covered(function).await {
        Ok(covered) => Ok(news::made_again(&covered, report)),
        // It is written anew, and names a graph for no other purpose here.
        Err(error) if error.foreign => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// What needed action at the end of the last run of the same list.
async fn remembered(
    function: &Function,
    manifest: &Manifest,
) -> Result<Option<Remembered>, StepError> {
    let read = function.store.read(&causes_key(&manifest.key)).await;
    match read {
        Ok(remembered) => Ok(remembered.map(|it| it.value)),
        // All is told as new then, and this run's takes its place.
        Err(error) if error.foreign => {
            tracing::warn!("{error}");
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// Whether what was uploaded was refused everywhere.
fn is_refused(results: &[GroupResult]) -> bool {
    let refused = |it: &GroupResult| {
        let error = it.error.as_ref();
        error.is_some_and(|error| error.error == Name::BadInput.as_str())
    };
    !results.is_empty() && results.iter().all(refused)
}

async fn has_the_turn(
    function: &Function,
    execution: &str,
    now: jiff::Timestamp,
) -> Result<bool, StepError> {
    match lease::renew(&function.store, execution, now).await {
        Err(error) if error.foreign => Ok(false),
        renewed => renewed,
    }
}

/// Writes a report down twice: for programs, and beside it as a page for people.
async fn write_down(
    function: &Function,
    key: &str,
    report: &(impl Serialize + page::Paged),
) -> Result<(), StepError> {
    function.store.write(key, report).await?;
    let page = page::html(report, function.settings.language);
    let page = page.map_err(|error| StepError::failed(error.to_string()))?;
    function.store.write_page(&page_key(key), page).await
}

/// What later executions go by.
async fn keep(function: &Function, manifest: &Manifest, report: &Report) -> Result<(), StepError> {
    write_down(function, &latest_key(&manifest.key), report).await?;
    if manifest.operation == Operation::Enable && !manifest.drift {
        let mut covered = match drift::covered(function).await {
            // It is written anew.
            Err(error) if error.foreign => drift::Covered::new(),
            covered => covered?,
        };
        drift::cover(&mut covered, report);
        function.store.write(COVERED_KEY, &covered).await?;
    }
    Ok(())
}
