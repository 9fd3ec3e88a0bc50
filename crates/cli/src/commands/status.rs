//! `status`: every account in every Region, as it is now; or again and again.

use std::path::Path;
use std::time::Duration;

use anyhow::{Result, bail};
use engine::{Run, clock};
use fleet::report::{Selection, StatusReport};
use fleet::roster::Roster;

use super::fleet_session::{Accounts, FleetSession};
use crate::args::{Format, StatusArgs};
use crate::display::{self, Output, Watched};
use crate::document::{ROSTER, ReportFiles};
use crate::exit::Exit;
use crate::roster_file;
use crate::settings::{Reach, SettingsFile, expected};
use crate::signals::{self, Interrupted};

/// Between two looks.
const INTERVAL: Duration = Duration::from_secs(30);

/// What is looked at, and where it goes.
struct View {
    session: FleetSession,
    selection: Selection,
    files: ReportFiles,
    output: Output,
    /// A line for each membership.
    long: bool,
}

/// Looks, and says what is there.
///
/// # Errors
///
/// When it could not be found out.
pub(crate) async fn run(args: StatusArgs, file: &SettingsFile, output: Output) -> Result<Exit> {
    if args.watch && output.format() != Format::Text {
        bail!("--watch shows what there is to people, again and again: leave out --output");
    }
    let reach = Reach::of(&args.reach, file)?;
    let expected = expected(&args.expected, file);
    let roster = roster(args.file.as_deref(), &reach)?;
    let files = ReportFiles::check(args.reports.or(file))?;
    let files = files.apart_from(ROSTER, args.file.as_deref())?;
    let accounts = args.account.into_iter().flat_map(|list| list.0);
    let standings = args.only.into_iter().flat_map(|list| list.0);
    let selection = Selection {
        accounts: accounts.collect(),
        standings: standings.map(|shown| shown.0).collect(),
    };
    let interval = args.interval.map_or(INTERVAL, |interval| interval.0);
    let (told, shown) = if args.watch {
        // It is there to be interrupted, and shows for itself how far it is.
        ("", output.without_progress())
    } else {
        (signals::MAY_FINISH, output)
    };
    let stop = signals::listen(output, told)?;
    let view = View {
        session: FleetSession::open(reach, Accounts::all_but(roster, expected), stop, shown)
            .await?,
        selection,
        files,
        output,
        long: args.long,
    };
    if args.watch {
        view.watch(interval).await
    } else {
        view.once().await
    }
}

fn roster(path: Option<&Path>, reach: &Reach) -> Result<Roster> {
    let read = path.map(|path| roster_file::read(path, reach.connection.admin_account));
    Ok(read.transpose()?.unwrap_or_default())
}

impl View {
    async fn once(&self) -> Result<Exit> {
        let status = self.look(&mut self.session.run()).await?;
        match self.output.format() {
            Format::Csv => {
                self.output.raw(&display::csv(&status)?)?;
                // There is no place for them in the table.
                for bad in &status.header.invalid_lines {
                    let text = format!("line {}: {}", bad.line, bad.reason);
                    self.output.always(&text);
                }
            }
            Format::Markdown => self.output.raw(&display::markdown(&status))?,
            Format::Text | Format::Json => {
                self.output.result(&status, |width| match self.long {
                    true => display::memberships(&status) + &display::status(&status, width),
                    false => display::status(&status, width),
                })?;
            }
        }
        self.files.write(&status)?;
        // A misspelt account is not as wanted, whatever the others are like.
        let chosen = !self.selection.accounts.is_empty() && self.selection.standings.is_empty();
        let nobody = status.regions.iter().all(|it| it.members.is_empty());
        Ok(match status.verdict().into() {
            Exit::Fine if chosen && nobody => Exit::NotAsWanted,
            exit => exit,
        })
    }

    /// Looks at everything.
    async fn look(&self, run: &mut Run) -> Result<StatusReport> {
        let began = self.session.clock().timestamp();
        self.session.look(run).await?;
        let mut status = self.session.status(run).only(&self.selection);
        // A watch makes a document of every look.
        status.header.started = began;
        Ok(status)
    }

    /// Looks again and again until it is interrupted; whatever else ends it is an error.
    async fn watch(&self, interval: Duration) -> Result<Exit> {
        let watched = self
            .output
            .results_may_move()
            .then(|| Watched::open(self.output));
        let ended = self.look_again_and_again(watched.as_ref(), interval).await;
        if let Some(status) = watched.and_then(Watched::close) {
            self.output.text(|width| display::status(&status, width))?;
        }
        match ended {
            Err(error) if error.is::<Interrupted>() => Ok(Exit::Interrupted),
            ended => ended,
        }
    }

    async fn look_again_and_again(
        &self,
        watched: Option<&Watched>,
        interval: Duration,
    ) -> Result<Exit> {
        let mut run = self.session.run();
        loop {
            let status = self.look(&mut run).await?;
            self.files.write(&status)?;
            match watched {
                Some(watched) => watched.show(status, interval),
                // Where nothing can change in its place, one status follows the other.
                None => {
                    let at = status.header.started;
                    let text = display::status(&status, self.output.width());
                    if !self
                        .output
                        .is_read(&format!("{} {text}\n", display::moment(at)))?
                    {
                        return Ok(Exit::Fine);
                    }
                }
            }
            let pause = clock::sleep(interval);
            signals::unless_interrupted(self.session.stop(), pause).await?;
            if let Some(watched) = watched {
                watched.look();
            }
            run.forget();
            self.session.begin_again();
        }
    }
}
