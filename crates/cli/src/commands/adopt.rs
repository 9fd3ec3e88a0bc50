//! `adopt`: a file of the accounts that are members now.

use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result, bail};
use fleet::adopt::Adopted;
use fleet::report::StatusReport;
use fleet::roster::Roster;
use tempfile::NamedTempFile;

use super::ground::{Accounts, Ground};
use crate::args::AdoptArgs;
use crate::display::{self, Output};
use crate::document::Adoption;
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
        bail!("{}: it is there already; name another file", path.display());
    }
    let reach = Reach::of(args.reach, file)?;
    let stop = signals::listen(output, signals::MAY_FINISH)?;
    let ground = Ground::open(reach, Accounts::all(Roster::default()), stop, output).await?;
    let mut run = ground.run();
    ground.look(&mut run).await?;
    hand_over(
        &run.adopted(),
        &ground.status(&run),
        args.file.as_deref(),
        output,
    )
}

fn hand_over(
    adopted: &Adopted,
    status: &StatusReport,
    file: Option<&Path>,
    output: Output,
) -> Result<Exit> {
    let unread = status.regions.iter().filter_map(|region| {
        let error = region.error.as_ref()?;
        Some(format!(
            "{} could not be read, and its members are missing: {error}",
            region.region
        ))
    });
    let unread: Vec<_> = unread.collect();
    let notes = [unread.clone(), adopted.notes.clone()].concat();
    let accounts = adopted.roster.members.len();
    for note in &notes {
        output.always(&(display::note(note, output.message_width()) + "\n"));
    }
    if accounts == 0 {
        bail!("no behavior graph has a member with an e-mail address: there is nothing to write");
    }
    match file {
        Some(path) => {
            write(path, &adopted.roster.to_csv())?;
            output.message(&format!(
                "{accounts} accounts written to {}\n",
                path.display()
            ));
            let document = Adoption::new(accounts, notes);
            output.result(&document, |_| String::new())?;
        }
        None => output.raw(&adopted.roster.to_csv())?,
    }
    Ok(if unread.is_empty() {
        Exit::Fine
    } else {
        Exit::NotAsWanted
    })
}

/// Scope or not at all, for nobody else to read, and never over another file.
fn write(path: &Path, csv: &str) -> Result<()> {
    let failed = || format!("cannot write {}", path.display());
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let mut file = NamedTempFile::new_in(folder.unwrap_or(Path::new("."))).with_context(failed)?;
    file.write_all(csv.as_bytes()).with_context(failed)?;
    file.persist_noclobber(path).with_context(failed)?;
    Ok(())
}
