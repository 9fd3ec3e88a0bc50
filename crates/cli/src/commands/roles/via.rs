//! `roles --via`: the role in every member, by a role that is in each of them already.

use std::path::Path;

use anyhow::Result;
use fleet::guard::{self, Consent};
use fleet::roster::Roster;
use roles::via::{Changes, Looked, plan as via_plan};
use roles::{Plan, Step, Via, plan};

use super::{Stage, begin, close};
use crate::args::{DeployArgs, RemoveArgs, RolesStatusArgs, RolloutPaceArgs};
use crate::commands::change::Permit;
use crate::commands::fleet_session;
use crate::display::{self, Output, RolloutProgress};
use crate::document::{ROSTER, ReportFiles};
use crate::exit::Exit;
use crate::roster_file;
use crate::settings::SettingsFile;
use crate::settings::rollout::RolloutSettings;
use crate::signals::Interrupted;

/// Deploys the role's stack in each account.
///
/// # Errors
///
/// When it could not be done, was refused or declined; nothing was changed then.
pub(super) async fn deploy(args: DeployArgs, file: &SettingsFile, output: Output) -> Result<Exit> {
    let path = args.rollout.file.clone();
    let settings = RolloutSettings::of(args.rollout, file)?;
    let permit = Permit {
        yes: args.yes,
        max_removals: None,
        confirm: None,
    };
    let roster = begin(&settings, permit, args.dry_run, &path, output)?;
    let files = files(args.reports.files, &path)?;
    let stage = open(settings, roster, "deploy", output).await?;
    let looked = stage.counted(stage.look(!args.dry_run, &args.pace)).await?;
    let plan = via_plan::deploy(&looked.finds);
    if args.dry_run {
        let proposed = stage.way.propose(&looked, &plan, &Changes::default());
        return Ok(close(&stage.report(proposed, true), &files, output));
    }
    let changes = stage
        .counted(stage.prepare(&looked, &plan, &args.pace))
        .await;
    let plan = changes.corrected(plan);
    let agreed = stage.agree(permit, &looked, &plan, &changes).await;
    if let Err(declined) = agreed {
        let limits = stage.limits(&args.pace);
        let left = stage.way.withdraw(&looked, &plan, changes, &limits).await;
        for (account, why) in left {
            output.always(&format!(
                "A change set that was not executed stays in {account}: {why}\n"
            ));
        }
        return Err(declined);
    }
    let shown = RolloutProgress::new(output, stage.session.clock.clone(), "Deploying");
    let on_progress = |progress: roles::Progress<'_>| shown.tell(progress);
    let limits = stage.limits(&args.pace);
    let done = stage
        .way
        .deploy(&looked, &plan, changes, &limits, &on_progress);
    let mut done = stage.counted(done).await;
    let limits = stage.limits(&args.pace);
    let waited = stage
        .way
        .wait_until_assumable(&mut done, &limits, &on_progress);
    let untried = stage.counted(waited).await;
    shown.end();
    let mut report = stage.report(done, false);
    report.header.notes.extend(untried);
    Ok(close(&report, &files, output))
}

/// Takes the stacks back.
///
/// # Errors
///
/// When it could not be done, was refused or declined; nothing was changed then.
pub(super) async fn remove(args: RemoveArgs, file: &SettingsFile, output: Output) -> Result<Exit> {
    let path = args.rollout.file.clone();
    let settings = RolloutSettings::of(args.rollout, file)?;
    let permit = Permit {
        yes: args.yes,
        max_removals: args.max_removals,
        confirm: None,
    };
    let roster = begin(&settings, permit, args.dry_run, &path, output)?;
    let files = files(args.reports.files, &path)?;
    let stage = open(settings, roster, "remove", output).await?;
    let looked = stage.counted(stage.look(!args.dry_run, &args.pace)).await?;
    let plan = via_plan::remove(&looked.finds);
    let consent = permit.consent(stage.way.wanted().administrator)?;
    let removals = plan::with(&plan, &Step::Remove).len();
    let judged = |consent: Consent| {
        let bad_lines = stage.session.header.invalid_lines.len();
        guard::judge_roles(removals, via_plan::ours(&looked.finds), bad_lines, consent)
    };
    let refusals = judged(consent);
    let proposed = stage.way.propose(&looked, &plan, &Changes::default());
    let mut proposed = stage.report(proposed, true);
    if args.dry_run {
        let note = |it: &guard::Refusal| format!("to go ahead it has to be allowed: {it}");
        proposed.header.notes.extend(refusals.iter().map(note));
        return Ok(close(&proposed, &files, output));
    }
    if !permit.yes && removals > 0 {
        // Once the time is over nothing begins any more, and there is nothing to agree to.
        if !stage.is_over() {
            stage.ask(&proposed, refusals, output).await?;
        }
    } else if !refusals.is_empty() {
        output.beside_question(|width| display::roles(&proposed, width));
        return Err(fleet_session::refused(&refusals));
    }
    let shown = RolloutProgress::new(output, stage.session.clock.clone(), "Removing");
    let on_progress = |progress: roles::Progress<'_>| shown.tell(progress);
    let limits = stage.limits(&args.pace);
    let done = stage.way.remove(&looked, &plan, &limits, &on_progress);
    let done = stage.counted(done).await;
    shown.end();
    Ok(close(&stage.report(done, false), &files, output))
}

/// Shows how far each account is.
///
/// # Errors
///
/// When it could not be found out at all.
pub(super) async fn status(
    args: RolesStatusArgs,
    file: &SettingsFile,
    output: Output,
) -> Result<Exit> {
    let path = args.rollout.file.clone();
    let settings = RolloutSettings::of(args.rollout, file)?;
    let roster = roster_file::read(&path, settings.reach.connection.admin_account)?;
    let files = files(args.reports.files, &path)?;
    let stage = open(settings, roster, "status", output).await?;
    // It does not count: what was seen is shown, however long it took.
    let looked = stage.look(false, &RolloutPaceArgs::default()).await?;
    let done = stage.interruptible(stage.way.status(&looked)).await?;
    Ok(close(&stage.report(done, false), &files, output))
}

fn files(named: Vec<std::path::PathBuf>, roster: &Path) -> Result<ReportFiles> {
    ReportFiles::check_without_page(named)?.apart_from(ROSTER, Some(roster))
}

async fn open(
    settings: RolloutSettings,
    roster: Roster,
    operation: &str,
    output: Output,
) -> Result<Stage<Via>> {
    let via = settings.via.clone().unwrap_or_default();
    Stage::open(settings, roster, operation, output, |aws, wanted| {
        Ok(Via::new(aws, wanted, via.role()?, via.stack))
    })
    .await
}

impl Stage<Via> {
    /// What each account has.
    async fn look(&self, settles: bool, pace: &RolloutPaceArgs) -> Result<Looked> {
        let limits = self.limits(pace);
        let shown =
            RolloutProgress::new(self.session.output, self.session.clock.clone(), "Looking");
        let on_progress = |progress: roles::Progress<'_>| shown.tell(progress);
        let looked = self
            .way
            .look(&self.accounts, settles, &limits, &on_progress)
            .await;
        shown.end();
        if self.session.stop().is_cancelled() {
            return Err(Interrupted.into());
        }
        Ok(looked)
    }

    async fn prepare(&self, looked: &Looked, plan: &Plan, pace: &RolloutPaceArgs) -> Changes {
        let limits = self.limits(pace);
        let shown =
            RolloutProgress::new(self.session.output, self.session.clock.clone(), "Preparing");
        let on_progress = |progress: roles::Progress<'_>| shown.tell(progress);
        let changes = self.way.prepare(looked, plan, &limits, &on_progress).await;
        shown.end();
        changes
    }

    /// Whether the time is over, so that nothing begins any more.
    fn is_over(&self) -> bool {
        self.session.deadline.left().is_zero()
    }

    /// Shows the change sets and asks, unless nothing would change, nobody is to be asked, or the time is over, so that nothing
    /// begins any more.
    async fn agree(
        &self,
        permit: Permit,
        looked: &Looked,
        plan: &Plan,
        changes: &Changes,
    ) -> Result<()> {
        if self.session.stop().is_cancelled() {
            return Err(Interrupted.into());
        }
        let mut steps = plan.values();
        let changes_something = steps.any(|it| matches!(it, Step::Make | Step::Update));
        if permit.yes || !changes_something || self.is_over() {
            return Ok(());
        }
        let proposed = self.report(self.way.propose(looked, plan, changes), true);
        self.ask(&proposed, Vec::new(), self.session.output).await
    }
}
