//! `man`: the manual pages.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use clap::CommandFactory;
use fleet::command_line::CommandLine;
use fleet::language::Language;

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
    let was_there = folder.exists();
    let written = write(folder);
    if written.is_err() && !was_there {
        // Where somebody else has put something into it by now, that stays.
        let _ = fs::remove_dir(folder);
    }
    written.with_context(|| {
        format!(
            "cannot write the manual pages to {}",
            document::shown(folder)
        )
    })?;
    let page = folder.join("detective-fleet.1").display().to_string();
    let read = CommandLine::begin("man -l").path(&page);
    let put_in = read.to_put_in(Language::English);
    output.message(&format!(
        "The manual pages are in {}: {}\n{}",
        document::shown(folder),
        read.text(),
        put_in.map(|it| it + "\n").unwrap_or_default()
    ));
    Ok(Exit::Fine)
}

/// Writes all pages, or none: each has its name once all of them are whole.
fn write(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    let beside = tempfile::Builder::new()
        .prefix(".detective-fleet-")
        .tempdir_in(folder)?;
    let pages = pages()?;
    for (name, text) in &pages {
        fs::write(beside.path().join(name), text).with_context(|| name.clone())?;
    }
    for name in pages.keys() {
        fs::rename(beside.path().join(name), folder.join(name)).with_context(|| name.clone())?;
    }
    Ok(())
}

/// The pages by the names of their files.
fn pages() -> Result<BTreeMap<String, Vec<u8>>> {
    let mut pages = BTreeMap::new();
    let mut command = Cli::command();
    // What a page is called is known once the whole is built.
    command.build();
    let mut commands = vec![command];
    while let Some(command) = commands.pop() {
        let seen = command.get_subcommands().filter(|it| !it.is_hide_set());
        commands.extend(seen.cloned());
        let page = clap_mangen::Man::new(command);
        let mut text = Vec::new();
        page.render(&mut text)?;
        pages.insert(page.get_filename(), text);
    }
    Ok(pages)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_that_is_seen_has_a_page() {
        let pages = pages().unwrap();
        for command in Cli::command().get_subcommands() {
            let page = format!("detective-fleet-{}.1", command.get_name());
            assert_eq!(pages.contains_key(&page), !command.is_hide_set(), "{page}");
        }
    }
}
