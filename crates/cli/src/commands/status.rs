//! `status`: every account in every Region, as it is now.

use anyhow::Result;
use fleet::roster::Roster;

use super::ground::{Accounts, Ground};
use crate::args::StatusArgs;
use crate::display::{self, Output};
use crate::document::ReportFiles;
use crate::exit::Exit;
use crate::roster_file;
use crate::settings::{Reach, SettingsFile};
use crate::signals;

/// Looks, and says what is there.
///
/// # Errors
///
/// When it could not be found out.
pub(crate) async fn run(args: StatusArgs, file: &SettingsFile, output: Output) -> Result<Exit> {
    let reach = Reach::of(args.reach, file)?;
    let roster = match &args.file {
        Some(path) => roster_file::read(path, reach.connection.admin_account)?,
        None => Roster::default(),
    };
    let files = ReportFiles::open(&args.reports.files)?;
    let stop = signals::listen(output, signals::MAY_FINISH)?;
    let ground = Ground::open(reach, Accounts::all(roster), stop, output).await?;
    let mut run = ground.run();
    ground.look(&mut run).await?;
    let status = ground.status(&run);
    files.write(&status)?;
    output.result(&status, |width| display::status(&status, width))?;
    Ok(if status.summary.unread_regions == 0 {
        Exit::Fine
    } else {
        Exit::NotAsWanted
    })
}
