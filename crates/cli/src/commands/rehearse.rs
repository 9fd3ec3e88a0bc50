//! `rehearse`: the whole job against an emulated AWS in this process.

use std::net::SocketAddr;

use anyhow::{Context, Result};
use engine::Endpoint;
use fleet::report::{PlanReport, Report};
use fleet::roster::Roster;
use sandbox::{Clock, Sandbox, World};
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::change::{self, Files};
use super::ground::{Accounts, Ground};
use super::sandbox as served;
use crate::args::{ReachArgs, RehearseArgs};
use crate::display::{self, Output};
use crate::document::ReportFiles;
use crate::exit::Exit;
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
    let files = Files::check(args.reports, args.journal, args.file.as_deref())?;
    let stop = signals::listen(output, signals::MAY_FINISH)?;
    let mut world = match (&args.scenario, &given) {
        (Some(path), _) => served::scenario(path)?,
        (None, Some(roster)) => world_of(roster),
        (None, None) => World::of_size(MADE_UP),
    };
    served::set_pace(&mut world, &args.pace, output)?;
    output.text(|width| display::curtain(world.latency, world.verification, width))?;
    let emulated = Emulated::start(world).await?;
    let roster = match given {
        Some(roster) => roster,
        None => emulated.roster()?,
    };
    let (reach, accounts) = (emulated.reach()?, Accounts::all(roster));
    let ground = Ground::open_with_journal(reach, accounts, stop, output, files.journal).await?;
    perform(&ground, &files.reports, output).await
}

async fn perform(ground: &Ground, files: &ReportFiles, output: Output) -> Result<Exit> {
    let mut run = ground.run();
    if !output.is_json() {
        ground.look(&mut run).await?;
        let plan = ground.plan(&run);
        output.text(|width| display::plan(&plan, width))?;
        output.text(|_| display::act("Enabling"))?;
    }
    let report = ground.reconcile(&mut run).await;
    let exit = change::close(&report, files, output);
    if output.is_json() || exit == Exit::Interrupted || report.error.is_some() {
        return Ok(exit);
    }
    let again = look_again(ground, &report, output).await?;
    Ok(if again.changes_anything() && exit == Exit::Fine {
        Exit::NotAsWanted
    } else {
        exit
    })
}

/// Shows what there is now and what it cost, and that nothing is left to do.
async fn look_again(ground: &Ground, report: &Report, output: Output) -> Result<PlanReport> {
    let mut run = ground.run();
    ground.look(&mut run).await?;
    let status = ground.status(&run);
    output.text(|_| display::act("Looking at the result"))?;
    output.text(|width| display::matrix(&status, width))?;
    output.text(|_| display::act("What it cost"))?;
    output.text(|_| display::costs(report))?;
    output.text(|_| display::act("Planning again"))?;
    run.forget();
    ground.look(&mut run).await?;
    let plan = ground.plan(&run);
    output.text(|width| display::second_plan(&plan, report, width))?;
    Ok(plan)
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

    fn reach(&self) -> Result<Reach> {
        let (access_key_id, secret_access_key) = self.sandbox.access_key();
        let url = format!("http://{}", self.address);
        // The settings file is about the real AWS.
        let mut reach = Reach::of(ReachArgs::default(), &SettingsFile::default())?;
        reach.connection.endpoint = Some(Endpoint {
            url,
            access_key_id,
            secret_access_key,
        });
        Ok(reach)
    }
}
