//! `enable`: make it so, after asking.

use std::time::Duration;

use anyhow::{Result, bail};
use engine::Run;
use fleet::report::{Action, PlanReport, Report};

use super::ground::{Accounts, Ground};
use crate::args::EnableArgs;
use crate::display::{self, Output};
use crate::document::ReportFiles;
use crate::exit::Exit;
use crate::roster_file;
use crate::settings::{SettingsFile, Wanted};
use crate::signals;

/// How long an answer may take before what it was given to may be out of date.
const FRESH: Duration = Duration::from_secs(60);

/// Enables the accounts of the file.
///
/// # Errors
///
/// When it could not be done, or was declined; nothing was changed then.
pub(crate) async fn run(args: EnableArgs, file: &SettingsFile, output: Output) -> Result<Exit> {
    let wanted = Wanted::of(args.fleet, file)?;
    let administrator = wanted.reach.connection.admin_account;
    if args.yes && administrator.is_none() {
        bail!(
            "--yes needs --admin-account: a wrong profile would otherwise make a new administrator in every Region"
        );
    }
    if !args.yes && !output.can_ask() {
        bail!(
            "there is no terminal to ask on; say --yes, with --admin-account, to go on without being asked"
        );
    }
    let roster = roster_file::read(&args.file, administrator)?;
    let accounts = Accounts::of(roster, &wanted)?;
    let files = ReportFiles::open(&args.reports.files)?;
    let stop = signals::listen(output, signals::MAY_FINISH)?;
    let ground = Ground::open(wanted.reach, accounts, stop, output).await?;
    let mut run = ground.run();
    if !args.yes {
        agree(&ground, &mut run, output).await?;
    }
    let report = ground.enable(&mut run).await;
    Ok(close(&report, files, output))
}

/// Shows the plan and asks, and again where the answer took so long that the plan has changed.
async fn agree(ground: &Ground, run: &mut Run, output: Output) -> Result<()> {
    ground.look(run).await?;
    let mut plan = ground.plan(run);
    loop {
        output.beside_question(|width| display::plan(&plan, width));
        if !plan.changes_anything() {
            return Ok(());
        }
        let asked = ground.clock().elapsed();
        let answer = display::ask("Do you want to make these changes?");
        if !signals::unless_interrupted(ground.stop(), answer).await? {
            bail!("not agreed to: nothing was changed");
        }
        if ground.clock().elapsed().saturating_sub(asked) <= FRESH {
            return Ok(());
        }
        run.forget();
        ground.look(run).await?;
        let now = ground.plan(run);
        if same(&plan, &now) {
            return Ok(());
        }
        output.always("\nMeanwhile something else has changed. The plan is now:\n\n");
        plan = now;
    }
}

/// Whether the same would be done.
fn same(one: &PlanReport, other: &PlanReport) -> bool {
    let steps = |plan: &PlanReport| -> Vec<_> {
        let members = plan.regions.iter().flat_map(|region| {
            let acted_on = |action| {
                !matches!(
                    action,
                    Action::Unchanged | Action::Blocked | Action::Skipped
                )
            };
            region
                .members
                .iter()
                .filter(move |member| acted_on(member.action))
                .map(|member| {
                    (
                        region.region.clone(),
                        Some((member.account_id, member.action)),
                    )
                })
        });
        let graphs = plan
            .regions
            .iter()
            .filter(|region| region.create_graph)
            .map(|region| (region.region.clone(), None));
        members.chain(graphs).collect()
    };
    steps(one) == steps(other)
}

/// Hands the report over. Where that fails the run was done all the same, and something is not as
/// wanted.
pub(crate) fn close(report: &Report, files: ReportFiles, output: Output) -> Exit {
    let shown = output.result(report, |width| display::run(report, width));
    let handed_over = files.write(report).and(shown);
    match (handed_over, Exit::from(report.verdict())) {
        (Ok(()), exit) => exit,
        (Err(error), exit) => {
            output.always(&display::error(&error));
            if exit == Exit::Interrupted {
                exit
            } else {
                Exit::NotAsWanted
            }
        }
    }
}
