//! What `enable` and `disable` have in common: look, ask, make it so, and tell.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Result, bail};
use engine::Run;
use fleet::account::AccountId;
use fleet::guard::{Consent, Refusal, Word};
use fleet::report::{Action, PlanReport, RegionPlan, Report, Verdict};
use fleet::roster::Roster;
use tokio_util::sync::CancellationToken;

use super::fleet_session::{self, Accounts, FleetSession};
use super::saved::Execution;
use crate::args::ReportArgs;
use crate::display::{self, Output};
use crate::document;
use crate::document::{ROSTER, ReportFiles, is_same};
use crate::exit::Exit;
use crate::journal::JournalFile;
use crate::settings::{Reach, Wanted};
use crate::signals;

/// How long an answer may take before what it was given to may be out of date.
pub(super) const FRESH: Duration = Duration::from_secs(60);

/// What was agreed to with the command.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Permit {
    /// Do not ask.
    pub yes: bool,
    /// So many accounts may be removed.
    pub max_removals: Option<usize>,
    /// The administrator, to say that graphs are meant to be deleted.
    pub confirm: Option<AccountId>,
}

impl Permit {
    /// Makes sure that there is somebody to ask, or nobody needs to be.
    ///
    /// # Errors
    ///
    /// When the run could not go on without asking.
    pub(crate) fn check(&self, reach: &Reach, output: Output) -> Result<()> {
        if self.yes && reach.connection.admin_account.is_none() {
            bail!(
                "--yes needs --admin-account: a wrong profile would otherwise change another administrator in every Region, or make a new one"
            );
        }
        if self.yes && !reach.names_administrator {
            bail!(
                "--yes needs --admin-account, or a settings file that is named with --config: the one in this directory may be anybody's"
            );
        }
        if !self.yes && !output.can_ask() {
            bail!(
                "there is no terminal to ask on; say --yes, with --admin-account, to go on without being asked"
            );
        }
        Ok(())
    }

    /// What the guard rails are told of it.
    ///
    /// # Errors
    ///
    /// When it was given for another administrator.
    pub(crate) fn consent(&self, administrator: AccountId) -> Result<Consent> {
        if let Some(confirmed) = self.confirm.filter(|id| *id != administrator) {
            bail!(
                "--confirm {confirmed}: the administrator is {administrator}, nothing was changed"
            );
        }
        let written = self.confirm.map_or(Word::None, |_| Word::Written);
        Ok(Consent {
            max_removals: self.max_removals,
            word: written,
        })
    }
}

/// What a run writes.
#[derive(Debug)]
pub(crate) struct Files {
    /// What it came to.
    pub reports: ReportFiles,
    /// What it changes, as it changes it.
    pub journal: Option<JournalFile>,
}

/// What a saved plan is called where another file would take its place.
const SAVED_PLAN: &str = "the saved plan";

impl Files {
    /// Makes sure that all of them can be written, and that none of them is another, or the list of
    /// accounts.
    ///
    /// # Errors
    ///
    /// When that is not so.
    pub(crate) fn check(
        reports: ReportArgs,
        journal: Option<PathBuf>,
        roster: Option<&Path>,
    ) -> Result<Self> {
        let reports = ReportFiles::check(reports)?.apart_from(ROSTER, roster)?;
        let both = |journal: &&PathBuf| roster.is_some_and(|roster| is_same(journal, roster));
        if let Some(journal) = journal.as_ref().filter(both) {
            bail!(
                "--journal {}: this is {ROSTER}; name another file",
                document::shown(journal)
            );
        }
        let journal = journal.map(JournalFile::open).transpose()?;
        let reports = reports.apart_from("the journal", journal.as_ref().map(JournalFile::path))?;
        Ok(Self { reports, journal })
    }

    /// Makes sure that none of them is the saved plan: what was reviewed is kept.
    ///
    /// # Errors
    ///
    /// When one is.
    pub(crate) fn apart_from_plan(self, plan: Option<&Path>) -> Result<Self> {
        let reports = self.reports.apart_from(SAVED_PLAN, plan)?;
        let journal = self.journal.as_ref().map(JournalFile::path);
        let both = journal.filter(|journal| plan.is_some_and(|plan| is_same(journal, plan)));
        if let Some(journal) = both {
            bail!(
                "--journal {}: this is {SAVED_PLAN}; name another file",
                document::shown(journal)
            );
        }
        Ok(Self { reports, ..self })
    }
}

/// Makes it so, once it was agreed to.
///
/// # Errors
///
/// When it could not be done, was refused or declined; nothing was changed then.
pub(crate) async fn run(
    wanted: Wanted,
    roster: Roster,
    permit: Permit,
    files: Files,
    saved: Option<Execution>,
    output: Output,
) -> Result<Exit> {
    let accounts = Accounts::of(roster, &wanted)?;
    let stop = signals::listen(output, signals::MAY_FINISH)?;
    let opened =
        FleetSession::open_with_journal(wanted.reach, accounts, stop, output, files.journal).await;
    let mut session = opened?;
    let mut run = session.run();
    let consent = permit.consent(session.administrator())?;
    if let Some(execution) = &saved {
        session.executes(execution.origin());
        execution
            .agree(&session, &mut run, permit, consent, output)
            .await?;
    } else if !permit.yes {
        agree(&session, &mut run, consent, output).await?;
    } else if session.removes() {
        session.look(&mut run).await?;
        if !session.judge(&run, consent).is_empty() {
            output.beside_question(|width| display::plan(&session.plan(&run), width));
        }
        session.agree(&mut run, consent)?;
    }
    let report = session.reconcile(run).await;
    Ok(close(&report, &files.reports, output))
}

/// Shows the plan and asks, and again where the answer took so long that the plan has changed.
async fn agree(
    session: &FleetSession,
    run: &mut Run,
    consent: Consent,
    output: Output,
) -> Result<()> {
    session.look(run).await?;
    let mut plan = session.plan(run);
    loop {
        output.beside_question(|width| display::plan(&plan, width));
        let typed = Consent {
            word: Word::Typed,
            ..consent
        };
        if !plan.changes_anything() {
            return session.agree(run, typed);
        }
        let refusals = session.judge(run, consent);
        let asked = session.clock().elapsed();
        ask(session.stop(), session.administrator(), refusals, output).await?;
        if session.clock().elapsed().saturating_sub(asked) <= FRESH {
            return session.agree(run, typed);
        }
        run.forget();
        session.look(run).await?;
        let now = session.plan(run);
        if same(&plan, &now) {
            return session.agree(run, typed);
        }
        output.always("\nMeanwhile something else has changed. The plan is now:\n\n");
        plan = now;
    }
}

/// Asks for a yes; where the guard rails want more than that, for the administrator's account id.
pub(super) async fn ask(
    stop: &CancellationToken,
    administrator: AccountId,
    refusals: Vec<Refusal>,
    output: Output,
) -> Result<()> {
    if !refusals.iter().all(Refusal::can_be_confirmed) {
        return Err(fleet_session::refused(&refusals));
    }
    let administrator = administrator.to_string();
    let (question, agrees) = if refusals.is_empty() {
        (
            "Do you want to make these changes?".to_owned(),
            display::YES,
        )
    } else {
        output.beside_question(|width| display::refusals(&refusals, width));
        let question = "If all of this is meant, enter the administrator's account id.".to_owned();
        (question, administrator.as_str())
    };
    let answer = display::ask(&question, agrees);
    if !signals::unless_interrupted(stop, answer).await? {
        bail!("not agreed to: nothing was changed");
    }
    Ok(())
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
        let touched =
            |it: &&RegionPlan| it.create_graph || it.delete_graph || !it.changes.is_empty();
        let graphs = plan
            .regions
            .iter()
            .filter(touched)
            .map(|region| (region.region.clone(), None));
        members.chain(graphs).collect()
    };
    steps(one) == steps(other)
}

/// Hands the report over. Where that fails the run was done all the same, and something is not as
/// wanted.
pub(crate) fn close(report: &Report, files: &ReportFiles, output: Output) -> Exit {
    let shown = output.result(report, |width| display::run(report, width));
    handed_over(files.write(report).and(shown), report.verdict(), output)
}

/// The exit status of a run whose report was handed over, or could not be.
pub(crate) fn handed_over(handed_over: Result<()>, verdict: Verdict, output: Output) -> Exit {
    match (handed_over, Exit::from(verdict)) {
        (Ok(()), exit) => exit,
        (Err(error), exit) => {
            output.always(&display::error(&error, output.message_width()));
            if exit == Exit::Interrupted {
                exit
            } else {
                Exit::NotAsWanted
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::display::fixture;

    #[test]
    fn plans_are_the_same_when_the_same_would_be_done() {
        let plan = |who: usize| {
            fixture::plan(3, move |n, _| match n {
                n if n == who => (Action::Unchanged, None),
                2 => (Action::Blocked, Some("no".into())),
                _ => (Action::Accept, None),
            })
        };
        assert!(same(&plan(0), &plan(0)));
        assert!(!same(&plan(0), &plan(1)));
        // A graph that is made or ends is a change, even where no member is.
        for change in [
            |region: &mut RegionPlan| region.create_graph = true,
            |region: &mut RegionPlan| region.delete_graph = true,
            |region: &mut RegionPlan| region.changes.push("tags".to_owned()),
        ] {
            let mut changed = plan(0);
            change(&mut changed.regions[0]);
            assert!(!same(&plan(0), &changed));
        }
        // What cannot be done is not done differently for another reason.
        assert!(same(
            &plan(7),
            &fixture::plan(3, |n, _| match n {
                2 => (Action::Blocked, Some("never".into())),
                _ => (Action::Accept, None),
            })
        ));
    }
}
