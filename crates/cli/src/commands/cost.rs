//! `cost`: what the memberships cost.

use std::collections::BTreeSet;

use anyhow::Result;
use fleet::cost::CostReport;
use fleet::roster::Roster;

use super::fleet_session::{Accounts, FleetSession};
use crate::args::{CostArgs, Format};
use crate::display::{self, Output};
use crate::document::{ROSTER, ReportFiles};
use crate::exit::Exit;
use crate::rates;
use crate::roster_file;
use crate::settings::{Reach, SettingsFile};
use crate::signals;
use crate::values::Usd;

/// Looks, and says what it costs.
///
/// # Errors
///
/// When it could not be found out.
pub(crate) async fn run(args: CostArgs, file: &SettingsFile, output: Output) -> Result<Exit> {
    let rates = rates::read(args.rates.as_deref())?;
    let reach = Reach::of(&args.reach, file)?;
    let roster = args.file.as_deref();
    let roster = roster.map(|path| roster_file::read(path, reach.connection.admin_account));
    let roster = roster.transpose()?;
    let files = ReportFiles::check(args.reports.or(file))?;
    let files = files.apart_from(ROSTER, args.file.as_deref())?;
    let stop = signals::listen(output, signals::ONLY_READS)?;
    let listed: Option<BTreeSet<_>> = roster
        .as_ref()
        .map(|roster| roster.members.keys().copied().collect());
    let accounts = Accounts::all(roster.unwrap_or_else(Roster::default));
    let session = FleetSession::open(reach, accounts, stop, output).await?;
    let mut run = session.run();
    session.look(&mut run).await?;
    let report = match listed {
        Some(listed) => session.cost(&run, rates).only(&listed),
        None => session.cost(&run, rates),
    };
    match output.format() {
        Format::Csv => output.raw(&display::cost_csv(&report)?)?,
        Format::Text | Format::Json | Format::Markdown => {
            output.result(&report, |width| display::cost(&report, width))?;
        }
    }
    files.write(&report)?;
    Ok(exit(&report, args.fail_over))
}

fn exit(report: &CostReport, most: Option<Usd>) -> Exit {
    let is_over = most.is_some_and(|Usd(most)| report.summary.usd_a_month > most);
    let unread = report.regions.iter().any(|region| region.error.is_some());
    if is_over || unread || !report.header.invalid_lines.is_empty() {
        Exit::NotAsWanted
    } else {
        Exit::Fine
    }
}
