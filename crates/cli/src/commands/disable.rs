//! `disable`: members, or whole graphs, go.

use std::path::PathBuf;

use anyhow::Result;
use fleet::roster::Roster;

use super::change::{self, Files, Permit};
use crate::args::{DisableArgs, ReachArgs, SelectArgs};
use crate::display::Output;
use crate::exit::Exit;
use crate::roster_file;
use crate::settings::{Leave, SettingsFile, Wanted};

/// Removes the accounts of the file, or everything.
///
/// # Errors
///
/// When it could not be done, was refused or declined; nothing was changed then.
pub(crate) async fn run(args: DisableArgs, file: &SettingsFile, output: Output) -> Result<Exit> {
    let path = args.file;
    let wanted = wanted(args.reach, args.select, file, args.delete_graphs, &path)?;
    let permit = Permit {
        yes: args.yes,
        max_removals: args.max_removals,
        confirm: args.confirm,
    };
    permit.check(&wanted.reach, output)?;
    let journal = args.journal.file.or_else(|| file.journal.clone());
    let files = Files::check(args.reports, journal, path.as_deref())?;
    let roster = roster(&wanted, path)?;
    change::run(wanted, roster, permit, files, output).await
}

/// What is wanted, with a file or without.
pub(super) fn wanted(
    reach: ReachArgs,
    select: SelectArgs,
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
