//! `enable`: make it so, after asking.

use anyhow::Result;

use super::change::{self, Files, Permit};
use super::saved::Execution;
use crate::args::EnableArgs;
use crate::display::Output;
use crate::exit::Exit;
use crate::roster_file;
use crate::settings::{SettingsFile, Wanted, given};

/// Enables the accounts of the file.
///
/// # Errors
///
/// When it could not be done, was refused or declined; nothing was changed then.
pub(crate) async fn run(args: EnableArgs, file: &SettingsFile, output: Output) -> Result<Exit> {
    let mut fleet = args.fleet;
    let roster = |administrator| roster_file::read(&args.file, administrator);
    let mut saved = match &args.plan {
        Some(path) => {
            let given = given::for_enable(&fleet, file)?;
            let execution = Execution::begin(path, &given, roster)?;
            given::take(&mut fleet, &execution.saved.settings)?;
            Some(execution)
        }
        None => None,
    };
    let mut wanted = Wanted::of(&fleet, file)?;
    if let Some(execution) = &saved {
        execution.reach(&mut wanted.reach);
    }
    let permit = Permit {
        yes: args.yes,
        max_removals: args.max_removals,
        confirm: None,
    };
    permit.check(&wanted.reach, output)?;
    let roster = match &mut saved {
        Some(execution) => execution.take_roster(),
        None => roster(wanted.reach.connection.admin_account)?,
    };
    let files = Files::check(
        args.reports.or(file),
        args.journal.file.or_else(|| file.settings.journal.clone()),
        Some(&args.file),
    )?
    .apart_from_plan(args.plan.as_deref())?;
    change::run(wanted, roster, permit, files, saved, output).await
}
