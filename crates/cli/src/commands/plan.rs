//! `plan`: what would change.

use anyhow::Result;
use fleet::report::PlanReport;

use super::ground::{Accounts, Ground};
use crate::args::PlanArgs;
use crate::display::{self, Output};
use crate::document::ReportFiles;
use crate::exit::Exit;
use crate::roster_file;
use crate::settings::{SettingsFile, Wanted};
use crate::signals;

/// Looks, and says what would change.
///
/// # Errors
///
/// When it could not be found out.
pub(crate) async fn run(args: PlanArgs, file: &SettingsFile, output: Output) -> Result<Exit> {
    let wanted = Wanted::of(args.fleet, file)?;
    let roster = roster_file::read(&args.file, wanted.reach.connection.admin_account)?;
    let accounts = Accounts::of(roster, &wanted)?;
    let files = ReportFiles::open(&args.reports.files)?;
    let stop = signals::listen(output, signals::MAY_FINISH)?;
    let ground = Ground::open(wanted.reach, accounts, stop, output).await?;
    let mut run = ground.run();
    ground.look(&mut run).await?;
    let plan = ground.plan(&run);
    files.write(&plan)?;
    output.result(&plan, |width| display::plan(&plan, width))?;
    Ok(exit(&plan, args.detailed_exitcode))
}

fn exit(plan: &PlanReport, detailed: bool) -> Exit {
    match (plan.has_trouble(), detailed) {
        (true, true) => Exit::CouldNot,
        (true, false) => Exit::NotAsWanted,
        (false, true) if plan.changes_anything() => Exit::Changes,
        (false, _) => Exit::Fine,
    }
}
