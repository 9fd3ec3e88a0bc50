//! The commands, one module each.

mod validate;

use anyhow::Result;

use crate::args::{Cli, Command};
use crate::display::Output;
use crate::exit::Exit;
use crate::manual;

/// Does what was asked for.
///
/// # Errors
///
/// When it could not be done; nothing was changed then.
pub(crate) fn run(cli: Cli, output: Output) -> Result<Exit> {
    match cli.command {
        Command::Validate(args) => validate::run(&args, output),
        Command::Manual => {
            output.raw(&manual::markdown())?;
            Ok(Exit::Fine)
        }
        _ => todo!(),
    }
}
