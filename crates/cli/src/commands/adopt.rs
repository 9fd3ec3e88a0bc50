//! `adopt`: a file of the accounts that are members now.

use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result, bail};
use fleet::adopt::Adopted;
use fleet::report::StatusReport;
use fleet::roster::Roster;
use tempfile::NamedTempFile;
use tokio_util::sync::CancellationToken;

use super::fleet_session::{Accounts, FleetSession};
use crate::args::{AdoptArgs, Service};
use crate::display::{self, Output};
use crate::document::{self, Adoption};
use crate::exit::Exit;
use crate::settings::{Reach, SettingsFile};
use crate::signals;

/// Looks, and writes down who is there.
///
/// # Errors
///
/// When there is nobody, or the file cannot be written.
pub(crate) async fn run(mut args: AdoptArgs, file: &SettingsFile, output: Output) -> Result<Exit> {
    // As everywhere: a dash is stdout, and no file of that name.
    args.file = args.file.filter(|path| path != Path::new("-"));
    if output.is_json() && args.file.is_none() {
        bail!(
            "--output json needs the name of a file for the accounts, whose e-mail addresses stand nowhere else"
        );
    }
    if let Some(path) = args.file.as_deref().filter(|path| path.exists()) {
        bail!(
            "{}: it is there already; name another file",
            document::shown(path)
        );
    }
    let reach = Reach::of(&args.reach, file)?;
    let stop = signals::listen(output, signals::MAY_FINISH)?;
    let found = match args.from {
        Service::Detective => of_detective(reach, stop, output).await?,
        Service::GuardDuty => of_guardduty(reach, stop, output).await?,
    };
    hand_over(&found, args.file.as_deref(), output)
}

/// Who is there, and what could not be read.
struct Found {
    adopted: Adopted,
    unread: Vec<String>,
}

async fn of_detective(reach: Reach, stop: CancellationToken, output: Output) -> Result<Found> {
    let session = FleetSession::open(reach, Accounts::all(Roster::default()), stop, output).await?;
    let mut run = session.run();
    session.look(&mut run).await?;
    Ok(Found {
        adopted: run.adopted(),
        unread: unread(&session.status(&run)),
    })
}

#[cfg(feature = "guardduty")]
async fn of_guardduty(reach: Reach, stop: CancellationToken, output: Output) -> Result<Found> {
    let session = FleetSession::open_with_guardduty(reach, stop, output).await?;
    let mut run = session.run();
    // One after the other: progress shows one thing.
    let guardduty = session.guardduty_members().await;
    session.look(&mut run).await?;
    let silent = guardduty.iter().filter_map(|region| {
        let error = region.found.as_ref().err()?;
        Some(format!(
            "GuardDuty in {} could not be read, and its members are missing: {error}",
            region.region
        ))
    });
    let mut silent: Vec<_> = silent.collect();
    silent.extend(unread(&session.status(&run)));
    Ok(Found {
        adopted: run.adopted_from(&guardduty),
        unread: silent,
    })
}

#[cfg(not(feature = "guardduty"))]
async fn of_guardduty(_: Reach, _: CancellationToken, _: Output) -> Result<Found> {
    bail!(
        "--from guardduty: this build leaves GuardDuty's SDK out: build it without `--no-default-features`, or take a release"
    )
}

/// Regions whose behavior graph could not be read.
fn unread(status: &StatusReport) -> Vec<String> {
    let unread = status.regions.iter().filter_map(|region| {
        let error = region.error.as_ref()?;
        Some(format!(
            "{} could not be read, and its members are missing: {error}",
            region.region
        ))
    });
    unread.collect()
}

fn hand_over(found: &Found, file: Option<&Path>, output: Output) -> Result<Exit> {
    let Found { adopted, unread } = found;
    let notes = [unread.clone(), adopted.notes.clone()].concat();
    let accounts = adopted.roster.members.len();
    for note in &notes {
        output.always(&(display::note(note, output.message_width()) + "\n"));
    }
    if accounts == 0 {
        bail!("no member has an e-mail address: there is nothing to write");
    }
    match file {
        Some(path) => {
            write(path, &adopted.roster.to_csv())?;
            output.message(&format!(
                "{accounts} accounts written to {}\n",
                document::shown(path)
            ));
            let document = Adoption::new(accounts, notes);
            output.result(&document, |_| String::new())?;
        }
        None => output.raw(&adopted.roster.to_csv())?,
    }
    Ok(if unread.is_empty() && adopted.left_out == 0 {
        Exit::Fine
    } else {
        Exit::NotAsWanted
    })
}

/// Scope or not at all, for nobody else to read, and never over another file.
fn write(path: &Path, csv: &str) -> Result<()> {
    let failed = || format!("cannot write {}", document::shown(path));
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let mut file = NamedTempFile::new_in(folder.unwrap_or(Path::new("."))).with_context(failed)?;
    file.write_all(csv.as_bytes()).with_context(failed)?;
    file.persist_noclobber(path).with_context(failed)?;
    Ok(())
}
