//! `enable`: make it so, after asking.

use anyhow::Result;

use super::change::{self, Files, Permit};
use crate::args::EnableArgs;
use crate::display::Output;
use crate::exit::Exit;
use crate::roster_file;
use crate::settings::{SettingsFile, Wanted};

/// Enables the accounts of the file.
///
/// # Errors
///
/// When it could not be done, was refused or declined; nothing was changed then.
pub(crate) async fn run(args: EnableArgs, file: &SettingsFile, output: Output) -> Result<Exit> {
    let wanted = Wanted::of(args.fleet, file)?;
    let permit = Permit {
        yes: args.yes,
        max_removals: args.max_removals,
        confirm: None,
    };
    permit.check(&wanted.reach, output)?;
    let roster = roster_file::read(&args.file, wanted.reach.connection.admin_account)?;
    let files = Files::check(
        args.reports,
        args.journal.file.or_else(|| file.journal.clone()),
        Some(&args.file),
    )?;
    change::run(wanted, roster, permit, files, output).await
}
