//! `validate`: the file alone.

use anyhow::Result;

use crate::args::ValidateArgs;
use crate::display::{self, Output};
use crate::document::Validation;
use crate::exit::Exit;
use crate::roster_file;
use crate::settings::SettingsFile;

/// Says what is in the file.
///
/// # Errors
///
/// When it cannot be read, or has no good line.
pub(crate) fn run(args: &ValidateArgs, file: &SettingsFile, output: Output) -> Result<Exit> {
    let roster = roster_file::read(
        &args.file,
        args.admin_account.or(file.settings.admin_account),
    )?;
    let validation = Validation::of(&roster);
    output.result(&validation, |width| {
        display::validate(&args.file, &validation, width)
    })?;
    Ok(if roster.invalid.is_empty() {
        Exit::Fine
    } else {
        Exit::NotAsWanted
    })
}
