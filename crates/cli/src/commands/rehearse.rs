//! `rehearse`: the whole job against an emulated AWS in this process.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use engine::Endpoint;
use fleet::report::{PlanReport, Report};
use fleet::roster::Roster;
use sandbox::{Clock, Sandbox, World};
use serde::Serialize;
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::change::{self, Files};
use super::fleet_session::{Accounts, FleetSession};
use super::sandbox as served;
use crate::archive::Archive;
use crate::args::{ReachArgs, RehearseArgs};
use crate::display::{self, Output};
use crate::document::{self, ReportFiles};
use crate::exit::Exit;
use crate::rates;
use crate::roster_file;
use crate::settings::{Reach, SettingsFile};
use crate::signals;

/// How many accounts are made up.
const MADE_UP: usize = 80;

/// Plans, enables, looks, and plans again.
///
/// # Errors
///
/// When the file is of no use, or the emulated AWS cannot be reached.
pub(crate) async fn run(args: RehearseArgs, output: Output) -> Result<Exit> {
    let given = args
        .file
        .as_deref()
        .map(|path| roster_file::read(path, None))
        .transpose()?;
    if output.is_json() && args.month.is_some() {
        bail!(
            "--month shows a month to people: leave out --output, and read the files that it writes"
        );
    }
    let month = args.month.as_deref().map(Month::begin).transpose()?;
    let files = Files::check(args.reports, args.journal, args.file.as_deref())?;
    let stop = signals::listen(output, signals::MAY_FINISH)?;
    let mut world = match (&args.scenario, &given) {
        (Some(path), _) => served::scenario(path)?,
        (None, Some(roster)) => world_of(roster),
        (None, None) => World::of_size(MADE_UP),
    };
    if month.is_some() && args.scenario.is_none() {
        Month::make_eventful(&mut world);
    }
    served::set_pace(&mut world, &args.pace, output)?;
    output.text(|width| display::curtain(world.latency, world.verification, width))?;
    let emulated = Emulated::start(world).await?;
    let roster = match given {
        Some(roster) => roster,
        None => emulated.roster()?,
    };
    let (reach, accounts) = (emulated.reach(0)?, Accounts::all(roster.clone()));
    let opened =
        FleetSession::open_with_journal(reach, accounts, stop.clone(), output, files.journal);
    let session = opened.await?;
    let (report, exit) = perform(&session, &files.reports, output).await?;
    match month {
        Some(month) if exit != Exit::Interrupted && report.error.is_none() => {
            month.write(0, &report)?;
            month.play(&emulated, roster, stop, output).await?;
        }
        Some(_) | None => {}
    }
    Ok(exit)
}

async fn perform(
    session: &FleetSession,
    files: &ReportFiles,
    output: Output,
) -> Result<(Report, Exit)> {
    let mut run = session.run();
    if !output.is_json() {
        session.look(&mut run).await?;
        let plan = session.plan(&run);
        output.text(|width| display::plan(&plan, width))?;
        output.text(|_| display::act("Enabling"))?;
    }
    let report = session.reconcile(run).await;
    let exit = change::close(&report, files, output);
    if output.is_json() || exit == Exit::Interrupted || report.error.is_some() {
        return Ok((report, exit));
    }
    let again = look_again(session, &report, output).await?;
    let exit = match again.changes_anything() && exit == Exit::Fine {
        true => Exit::NotAsWanted,
        false => exit,
    };
    Ok((report, exit))
}

/// Shows what there is now and what it cost, and that nothing is left to do.
async fn look_again(session: &FleetSession, report: &Report, output: Output) -> Result<PlanReport> {
    let mut run = session.run();
    session.look(&mut run).await?;
    let status = session.status(&run);
    output.text(|_| display::act("Looking at the result"))?;
    output.text(|width| display::matrix(&status, width))?;
    output.text(|_| display::act("What it cost"))?;
    output.text(|_| display::costs(report))?;
    output.text(|_| display::act("Planning again"))?;
    run.forget();
    session.look(&mut run).await?;
    let plan = session.plan(&run);
    output.text(|width| display::second_plan(&plan, report, width))?;
    Ok(plan)
}

/// The month after a rehearsal, and the folder for its reports.
struct Month<'a> {
    folder: &'a Path,
}

impl<'a> Month<'a> {
    /// How many days are played: the free trial is over then.
    const DAYS: u32 = 31;

    /// The day on which an account is closed.
    const CLOSES: u32 = 9;

    /// Makes the folder.
    ///
    /// # Errors
    ///
    /// When it cannot be made, or has something in it: its history would be told, too.
    fn begin(folder: &'a Path) -> Result<Self> {
        let failed = || {
            format!(
                "--month {}: cannot make the folder",
                document::shown(folder)
            )
        };
        std::fs::create_dir_all(folder).with_context(failed)?;
        if std::fs::read_dir(folder)
            .with_context(failed)?
            .next()
            .is_some()
        {
            bail!(
                "--month {}: the folder is not empty; name a new one",
                document::shown(folder)
            );
        }
        Ok(Self { folder })
    }

    /// Has accounts send different amounts of data, and the last one leave on the way.
    fn make_eventful(world: &mut World) {
        const GIGABYTES_PER_DAY: [f64; 7] = [0.05, 0.2, 0.4, 0.9, 2.0, 4.5, 11.0];
        let volumes = GIGABYTES_PER_DAY.iter().cycle();
        for (account, volume) in world.accounts.values_mut().zip(volumes) {
            account.gigabytes_per_day = *volume;
        }
        let administrator = world.administrator;
        let mut members = world.accounts.iter_mut().rev();
        if let Some((_, account)) = members.find(|(id, _)| **id != administrator) {
            account.closes = Some(day(Self::CLOSES) - day(1) / 2);
        }
    }

    /// Looks once a day, and tells what came of it.
    async fn play(
        &self,
        emulated: &Emulated,
        roster: Roster,
        stop: CancellationToken,
        output: Output,
    ) -> Result<()> {
        let title = format!("Looking once a day, for {} days", Self::DAYS);
        output.text(|_| display::act(&title))?;
        let quiet = output.without_progress();
        let mut cost = None;
        for n in 1..=Self::DAYS {
            emulated.sandbox.advance(day(1));
            let (reach, accounts) = (emulated.reach(n)?, Accounts::all(roster.clone()));
            let session = FleetSession::open(reach, accounts, stop.clone(), quiet).await?;
            let mut run = session.run();
            session.look(&mut run).await?;
            self.write(n, &session.status(&run))?;
            if n == Self::DAYS {
                cost = Some(session.cost(&run, rates::read(None)?));
            }
        }
        let history = Archive::open(&[self.folder.to_owned()])?.tell();
        output.text(|width| display::history(&history, width))?;
        output.text(|_| display::act("What it costs a month"))?;
        if let Some(cost) = cost {
            output.text(|width| display::cost(&cost, width))?;
        }
        let end = format!("\nThe reports are in {}.\n", document::shown(self.folder));
        output.text(|_| end)
    }

    fn write(&self, n: u32, document: &impl Serialize) -> Result<()> {
        let path = self.folder.join(format!("day-{n:02}.json"));
        let text = document::json(document)?;
        document::replace(&path, |file| Ok(file.write_all(text.as_bytes())?))
    }
}

/// So many days.
fn day(n: u32) -> Duration {
    Duration::from_secs(24 * 3600) * n
}

/// A world of just those accounts with just those e-mails, and an administrator that is none of
/// them.
fn world_of(roster: &Roster) -> World {
    let administrator = (555_555_555_555_u64..)
        .filter_map(|id| format!("{id}").parse().ok())
        .find(|id| !roster.members.contains_key(id));
    let members = roster
        .in_file_order()
        .into_iter()
        .map(|(id, member)| (id.to_string(), member.email.expose().to_owned()));
    let administrator = administrator.map_or_else(String::new, |id| id.to_string());
    World::of_roster(&administrator, members)
}

/// An emulated AWS that is served while this lives.
struct Emulated {
    sandbox: Sandbox,
    address: SocketAddr,
    _stop: DropGuard,
    _served: JoinHandle<std::io::Result<()>>,
}

impl Emulated {
    async fn start(world: World) -> Result<Self> {
        let (listener, address) = served::listen(0).await?;
        let sandbox = Sandbox::new(world, Clock::system());
        let stop = CancellationToken::new();
        let serve = sandbox::serve(listener, sandbox.clone(), stop.clone().cancelled_owned());
        Ok(Self {
            sandbox,
            address,
            _stop: stop.drop_guard(),
            _served: tokio::spawn(serve),
        })
    }

    fn roster(&self) -> Result<Roster> {
        let lines: String = self
            .sandbox
            .roster()
            .into_iter()
            .map(|(id, email)| format!("{id},{email}\n"))
            .collect();
        Roster::parse(lines.as_bytes(), None).context("the made-up accounts")
    }

    /// The way there, so many days after it began.
    fn reach(&self, days: u32) -> Result<Reach> {
        let (access_key_id, secret_access_key) = self.sandbox.access_key();
        let url = format!("http://{}", self.address);
        // The settings file is about the real AWS.
        let mut reach = Reach::of(&ReachArgs::default(), &SettingsFile::default())?;
        reach.connection.endpoint = Some(Endpoint {
            url,
            access_key_id,
            secret_access_key,
            ahead: day(days),
        });
        Ok(reach)
    }
}
