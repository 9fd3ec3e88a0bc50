//! `disable`: members, or whole graphs, go.

use std::path::PathBuf;

use anyhow::Result;
use fleet::roster::Roster;
use fleet::saved::Goal;

use super::change::{self, Files, Permit};
use super::saved::Execution;
use crate::args::{DisableArgs, ReachArgs, SelectArgs};
use crate::display::Output;
use crate::exit::Exit;
use crate::roster_file;
use crate::settings::{Leave, SettingsFile, Wanted, given};

/// Removes the accounts of the file, or everything.
///
/// # Errors
///
/// When it could not be done, was refused or declined; nothing was changed then.
pub(crate) async fn run(args: DisableArgs, file: &SettingsFile, output: Output) -> Result<Exit> {
    let path = args.file;
    let mut select = args.select;
    let mut delete_graphs = args.delete_graphs;
    let mut saved = match &args.plan {
        Some(plan) => {
            let given = given::for_disable(&args.reach, &select, file, delete_graphs);
            let read = |administrator| match &path {
                Some(path) => roster_file::read(path, administrator),
                None => Ok(Roster::default()),
            };
            let execution = Execution::begin(plan, &given, read)?;
            let settings = &execution.saved.settings;
            given::take_selection(&mut select, settings)?;
            delete_graphs = settings.goal == Goal::DeleteGraphs;
            Some(execution)
        }
        None => None,
    };
    let mut wanted = wanted(&args.reach, &select, file, delete_graphs, &path)?;
    if let Some(execution) = &saved {
        execution.reach(&mut wanted.reach);
    }
    let permit = Permit {
        yes: args.yes,
        max_removals: args.max_removals,
        confirm: args.confirm,
    };
    permit.check(&wanted.reach, output)?;
    let journal = args.journal.file.or_else(|| file.settings.journal.clone());
    let files = Files::check(args.reports.or(file), journal, path.as_deref())?;
    let files = files.apart_from_plan(args.plan.as_deref())?;
    let roster = match &mut saved {
        Some(execution) => execution.take_roster(),
        None => roster(&wanted, path)?,
    };
    change::run(wanted, roster, permit, files, saved, output).await
}

/// What is wanted, with a file or without.
pub(super) fn wanted(
    reach: &ReachArgs,
    select: &SelectArgs,
    file: &SettingsFile,
    delete_graphs: bool,
    path: &Option<PathBuf>,
) -> Result<Wanted> {
    let leave = if delete_graphs {
        let listed = path.is_some();
        Leave::Nothing { listed }
    } else {
        Leave::Graphs
    };
    Wanted::leaving(reach, select, file, leave)
}

/// The accounts; none where there is no file.
pub(super) fn roster(wanted: &Wanted, path: Option<PathBuf>) -> Result<Roster> {
    let read = path.map(|path| roster_file::read(&path, wanted.reach.connection.admin_account));
    Ok(read.transpose()?.unwrap_or_default())
}
