//! `plan`: what would change.

use anyhow::Result;
use fleet::command_line::{CommandLine, Flags, Taker};
use fleet::guard::{Consent, Refusal};
use fleet::language::Language;
use fleet::report::PlanReport;
use fleet::saved::{Goal, SavedPlan};
use serde::Serialize;

use super::disable;
use super::fleet_session::{Accounts, FleetSession};
use crate::args::{Format, PlanArgs};
use crate::display::{self, Output};
use crate::document::{self, ROSTER, ReportFiles};
use crate::exit::Exit;
use crate::saved_file::SavedFile;
use crate::settings::{SettingsFile, Wanted, given};
use crate::signals;
use crate::values::PlanExpires;

/// Looks, and says what would change.
///
/// # Errors
///
/// When it could not be found out.
pub(crate) async fn run(args: PlanArgs, file: &SettingsFile, output: Output) -> Result<Exit> {
    let wanted = if args.disable {
        let fleet = &args.fleet;
        disable::wanted(
            &fleet.reach,
            &fleet.select,
            file,
            args.delete_graphs,
            &args.file,
        )?
    } else {
        Wanted::of(&args.fleet, file)?
    };
    let out = args.out.map(|path| {
        SavedFile::check(
            path,
            args.file.as_deref(),
            file.path.as_deref(),
            &args.reports.files,
        )
    });
    let out = out.transpose()?;
    let settings = out.is_some().then(|| given::to_save(&wanted)).transpose()?;
    let files = ReportFiles::check(args.reports.or(file))?;
    let files = files.apart_from(ROSTER, args.file.as_deref())?;
    let listed = args.file.as_ref().map(|it| it.display().to_string());
    let roster = disable::roster(&wanted, args.file)?;
    let accounts = Accounts::of(roster, &wanted)?;
    let stop = signals::listen(output, signals::MAY_FINISH)?;
    let session = FleetSession::open(wanted.reach, accounts, stop, output).await?;
    let mut run = session.run();
    session.look(&mut run).await?;
    let mut plan = session.plan(&run);
    let refusals = session.judge(&run, Consent::default());
    let note = |refusal: &Refusal| format!("to go ahead it has to be allowed: {refusal}");
    plan.header.notes.extend(refusals.iter().map(note));
    print(&plan, &plan, output)?;
    files.write(&plan)?;
    let exit = exit(&plan, args.detailed_exitcode);
    if let Some((out, settings)) = out.zip(settings) {
        let expires = args.plan_expires.unwrap_or(PlanExpires::DEFAULT);
        let expires = plan.header.started.checked_add(expires.0)?;
        let saved = SavedPlan::of(plan, settings, run.graph_changes(), expires);
        out.write(&saved)?;
        let width = output.message_width();
        let executes = executes(&saved, &out, listed.as_deref(), &file.typed);
        output.message(&saved_as(&saved, &out, &executes, width));
    }
    Ok(exit)
}

/// Prints a plan, or a document that has more than that.
///
/// # Errors
///
/// When stdout cannot be written.
pub(super) fn print(document: &impl Serialize, plan: &PlanReport, output: Output) -> Result<()> {
    match output.format() {
        Format::Markdown => output.raw(&display::plan_markdown(plan)),
        Format::Text | Format::Json | Format::Csv => {
            output.result(document, |width| display::plan(plan, width))
        }
    }
}

/// What to do with the file. A command in one piece can be copied, however long it is.
fn saved_as(saved: &SavedPlan, out: &SavedFile, executes: &CommandLine, width: usize) -> String {
    let path = document::shown(out.path());
    let said = format!(
        "The plan is saved in {path}. Until {:.0} this executes just that:",
        saved.expires
    );
    let put_in = executes.to_put_in(Language::English);
    let put_in = put_in.map(|it| format!("\n{}\n", display::wrapped(&it, width, "", "  ")));
    format!(
        "{}\n\n  {}\n{}",
        display::wrapped(&said, width, "", "  "),
        executes.text(),
        put_in.unwrap_or_default()
    )
}

/// The command that executes the plan. The settings are in there, and the rest has to be typed again.
fn executes(
    saved: &SavedPlan,
    out: &SavedFile,
    listed: Option<&str>,
    typed: &Flags,
) -> CommandLine {
    let goal = saved.settings.goal;
    let line = CommandLine::of(&goal.to_string());
    let line = match listed {
        Some(path) => line.path(path),
        None => line,
    };
    let line = line.words("--plan").path(&out.path().display().to_string());
    line.flags(
        typed,
        match goal {
            Goal::Enable => Taker::EnablePlan,
            Goal::Disable | Goal::DeleteGraphs => Taker::Caller,
        },
    )
}

/// The exit status of a plan.
pub(super) fn exit(plan: &PlanReport, detailed: bool) -> Exit {
    match (plan.has_trouble(), detailed) {
        (true, true) => Exit::CouldNot,
        (true, false) => Exit::NotAsWanted,
        (false, true) if plan.changes_anything() => Exit::Changes,
        (false, _) => Exit::Fine,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::display::fixture;
    use fleet::report::Action;

    #[test]
    fn the_detailed_exit_status_is_that_of_terraform() {
        for (action, plain, detailed) in [
            (Action::Unchanged, Exit::Fine, Exit::Fine),
            (Action::Invite, Exit::Fine, Exit::Changes),
            (Action::Wait, Exit::Fine, Exit::Changes),
            (Action::Blocked, Exit::NotAsWanted, Exit::CouldNot),
        ] {
            let plan = fixture::plan(2, |_, _| (action, None));
            assert_eq!(
                (exit(&plan, false), exit(&plan, true)),
                (plain, detailed),
                "{action:?}"
            );
        }
    }
}
