//! `history`: what happened, told from reports and journals. AWS is not asked.

use anyhow::{Result, bail};
use fleet::account::Region;
use fleet::history::{HistoryFilter, HistoryReport};

use crate::archive::Archive;
use crate::args::{Format, HistoryArgs};
use crate::display::{self, Output};
use crate::document::ReportFiles;
use crate::exit::Exit;
use crate::settings::SettingsFile;

/// Reads, and tells.
///
/// # Errors
///
/// When there is nothing to read.
pub(crate) fn run(args: HistoryArgs, file: &SettingsFile, output: Output) -> Result<Exit> {
    let regions = args.regions.iter().flat_map(|list| &list.0);
    // `all` is what there is without the flag.
    let regions = regions
        .filter(|name| name.0 != "all")
        .map(|name| Region::new(&name.0));
    let filter = HistoryFilter {
        accounts: args.account.into_iter().flat_map(|list| list.0).collect(),
        regions: regions.collect(),
        since: args.since.map(|day| day.begin()),
        until: args.until.map(|day| day.end()),
    };
    if let (Some(since), Some(until)) = (filter.since, filter.until)
        && since >= until
    {
        bail!("--since {since} is not before --until {until}");
    }
    let mut files = ReportFiles::check(args.reports.or(file))?;
    let archive = Archive::open(&args.paths)?;
    for path in archive.files() {
        files = files.apart_from("one of the files that it is told from", Some(path))?;
    }
    let report = archive.tell().only(&filter);
    match output.format() {
        Format::Csv => output.raw(&display::history_csv(&report)?)?,
        Format::Text | Format::Json | Format::Markdown => {
            output.result(&report, |width| display::history(&report, width))?;
        }
    }
    files.write_as(&report, |language| page::history(&report, language))?;
    Ok(exit(&report))
}

/// What is missing from the story may be the very thing that was looked for.
fn exit(report: &HistoryReport) -> Exit {
    match report.unreadable.is_empty() {
        true => Exit::Fine,
        false => Exit::NotAsWanted,
    }
}
