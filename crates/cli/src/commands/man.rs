//! `man`: the manual pages.

use std::fs;

use anyhow::{Context, Result};
use clap::CommandFactory;

use crate::args::{Cli, ManArgs};
use crate::display::Output;
use crate::document;
use crate::exit::Exit;

/// Writes a page for each command, and one for all of them.
///
/// # Errors
///
/// When the folder cannot be made or written.
pub(crate) fn run(args: &ManArgs, output: Output) -> Result<Exit> {
    let folder = &args.folder;
    fs::create_dir_all(folder)
        .and_then(|()| clap_mangen::generate_to(Cli::command(), folder))
        .with_context(|| format!("cannot write the manual pages to {}", folder.display()))?;
    output.message(&format!(
        "The manual pages are in {}: man -l {}\n",
        document::shown(folder),
        document::typed(&folder.join("detective-fleet.1"))
    ));
    Ok(Exit::Fine)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_that_is_seen_has_a_page() {
        let folder = tempfile::tempdir().unwrap();
        clap_mangen::generate_to(Cli::command(), folder.path()).unwrap();
        for command in Cli::command().get_subcommands() {
            let page = format!("detective-fleet-{}.1", command.get_name());
            assert_eq!(
                folder.path().join(&page).exists(),
                !command.is_hide_set(),
                "{page}"
            );
        }
    }
}
