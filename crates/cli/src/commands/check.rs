//! `check`: will it work?

use anyhow::Result;

use super::fleet_session::{Accounts, FleetSession};
use crate::args::CheckArgs;
use crate::display::{self, Output};
use crate::document::{ROSTER, ReportFiles};
use crate::exit::Exit;
use crate::roster_file;
use crate::settings::{SettingsFile, Wanted, guardduty};
use crate::signals;

/// Asks, and says what would fail.
///
/// # Errors
///
/// When it could not be found out.
pub(crate) async fn run(args: CheckArgs, file: &SettingsFile, output: Output) -> Result<Exit> {
    let guardduty = guardduty(args.guardduty)?;
    let wanted = Wanted::of(&args.fleet, file)?;
    let roster = roster_file::read(&args.file, wanted.reach.connection.admin_account)?;
    let accounts = Accounts::of(roster, &wanted)?;
    let files = ReportFiles::check(args.reports.or(file))?.apart_from(ROSTER, Some(&args.file))?;
    let stop = signals::listen(output, signals::ONLY_READS)?;
    let session = FleetSession::open(wanted.reach, accounts, stop, output).await?;
    let report = session.check(guardduty).await?;
    output.result(&report, |width| display::check(&report, width))?;
    files.write(&report)?;
    Ok(report.verdict().into())
}
