//! `roles`: the role in every member, by a StackSet or by a role that is there already.

mod via;

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};
use engine::Aws;
use fleet::account::AccountId;
use fleet::guard::{self, Consent};
use fleet::label::Labels;
use fleet::report::Ended;
use fleet::roster::Roster;
use roles::plan::Leave;
use roles::report::Summary;
use roles::{Definition, Done, Limits, Plan, RolesReport, Rollout, Seen, Step, plan};

use super::change::{self, Permit};
use super::fleet_session;
use super::stack_session::{Doing, StackSession};
use crate::args::{
    DeployArgs, RemoveArgs, RolesArgs, RolesCommand, RolesStatusArgs, RolloutPaceArgs,
};
use crate::display::{self, Output, RolloutProgress};
use crate::document::{ROSTER, ReportFiles};
use crate::exit::Exit;
use crate::roster_file;
use crate::settings::SettingsFile;
use crate::settings::rollout::RolloutSettings;
use crate::signals::Interrupted;

/// Rolls the role out, looks at it, or takes it back.
///
/// # Errors
///
/// When it could not be done, was refused or declined; nothing was changed then.
pub(crate) async fn run(args: RolesArgs, file: &SettingsFile, output: Output) -> Result<Exit> {
    match args.command {
        RolesCommand::Deploy(args) if args.rollout.via.is_some() => {
            via::deploy(*args, file, output).await
        }
        RolesCommand::Status(args) if args.rollout.via.is_some() => {
            via::status(*args, file, output).await
        }
        RolesCommand::Remove(args) if args.rollout.via.is_some() => {
            via::remove(*args, file, output).await
        }
        RolesCommand::Deploy(args) => deploy(*args, file, output).await,
        RolesCommand::Status(args) => status(*args, file, output).await,
        RolesCommand::Remove(args) => remove(*args, file, output).await,
    }
}

async fn deploy(args: DeployArgs, file: &SettingsFile, output: Output) -> Result<Exit> {
    let path = args.rollout.file.clone();
    let settings = RolloutSettings::of(args.rollout, file)?;
    let permit = Permit {
        yes: args.yes,
        max_removals: None,
        confirm: None,
    };
    let roster = begin(&settings, permit, args.dry_run, &path, output)?;
    let files = ReportFiles::check_without_page(args.reports.files)?;
    let files = files.apart_from(ROSTER, Some(&path))?;
    let stage = open(settings, roster, "deploy", output).await?;
    let (seen, plan) = stage.look(args.dry_run, &args.pace, None).await?;
    stage.must_be_here(&seen).await?;
    if let Some(why) = stage.way.touches_others(&seen, &plan) {
        bail!("{why}");
    }
    let proposed = stage.way.propose(&seen, &plan, true);
    let proposed = stage.report(proposed, true);
    let changes = plan
        .values()
        .any(|it| matches!(it, Step::Make | Step::Update));
    let changes = changes || !stage.way.differences(&seen).is_empty();
    if args.dry_run {
        return Ok(close(&proposed, &files, output));
    }
    if changes && !permit.yes {
        stage.ask(&proposed, Vec::new(), output).await?;
    }
    let shown = RolloutProgress::new(output, stage.session.clock.clone(), "Deploying");
    let on_progress = |progress: roles::Progress<'_>| shown.tell(progress);
    let limits = stage.limits(&args.pace);
    let done = stage.way.deploy(&seen, &plan, &limits, &on_progress);
    let mut done = stage
        .counted(done)
        .await
        .inspect_err(|_| shown.end())
        .map_err(|failure| anyhow!("nothing was changed: {failure}"))?;
    let limits = stage.limits(&args.pace);
    let waited = stage
        .way
        .wait_until_assumable(&mut done, &limits, &on_progress);
    let untried = stage.counted(waited).await;
    shown.end();
    let offers = stage.interruptible(stage.way.offers(&done)).await;
    let mut report = stage.report(done, false);
    // Who interrupts that has the report of what was done all the same.
    let offers = offers.unwrap_or_default();
    let advice = offers.iter().map(roles::offers::Offer::advice);
    report.header.notes.extend(advice.chain(untried));
    Ok(close(&report, &files, output))
}

async fn remove(args: RemoveArgs, file: &SettingsFile, output: Output) -> Result<Exit> {
    let path = args.rollout.file.clone();
    let leave = match args.retain_stacks {
        true => Leave::Stacks,
        false => Leave::Nothing,
    };
    let settings = RolloutSettings::of(args.rollout, file)?;
    let permit = Permit {
        yes: args.yes,
        max_removals: args.max_removals,
        confirm: None,
    };
    let roster = begin(&settings, permit, args.dry_run, &path, output)?;
    let files = ReportFiles::check_without_page(args.reports.files)?;
    let files = files.apart_from(ROSTER, Some(&path))?;
    let stage = open(settings, roster, "remove", output).await?;
    let (seen, plan) = stage.look(args.dry_run, &args.pace, Some(leave)).await?;
    let consent = permit.consent(stage.way.wanted().administrator)?;
    let removals = plan::with(&plan, &Step::Remove).len();
    let bad_lines = stage.session.header.invalid_lines.len();
    let judged =
        |consent: Consent| guard::judge_roles(removals, seen.stacks.len(), bad_lines, consent);
    let mut proposed = stage.report(stage.way.propose(&seen, &plan, false), true);
    let refusals = judged(consent);
    if args.dry_run {
        let note = |it: &guard::Refusal| format!("to go ahead it has to be allowed: {it}");
        proposed.header.notes.extend(refusals.iter().map(note));
        return Ok(close(&proposed, &files, output));
    }
    if permit.yes || removals == 0 {
        if !refusals.is_empty() {
            output.beside_question(|width| display::roles(&proposed, width));
            return Err(fleet_session::refused(&refusals));
        }
    } else {
        stage.ask(&proposed, refusals, output).await?;
    }
    let shown = RolloutProgress::new(output, stage.session.clock.clone(), "Removing");
    let on_progress = |progress: roles::Progress<'_>| shown.tell(progress);
    let limits = stage.limits(&args.pace);
    let done = stage.way.remove(&seen, &plan, leave, &limits, &on_progress);
    let done = stage.counted(done).await;
    shown.end();
    let done = done.map_err(|failure| anyhow!("nothing was changed: {failure}"))?;
    Ok(close(&stage.report(done, false), &files, output))
}

async fn status(args: RolesStatusArgs, file: &SettingsFile, output: Output) -> Result<Exit> {
    let path = args.rollout.file.clone();
    let settings = RolloutSettings::of(args.rollout, file)?;
    let admin = settings.reach.connection.admin_account;
    let roster = roster_file::read(&path, admin)?;
    let files = ReportFiles::check_without_page(args.reports.files)?;
    let files = files.apart_from(ROSTER, Some(&path))?;
    let stage = open(settings, roster, "status", output).await?;
    let seen = stage.interruptible(stage.way.look()).await?;
    let (seen, error) = match seen {
        Ok(seen) => (seen, None),
        // Whether the roles can be assumed is worth knowing all the same.
        Err(failure) => (Seen::default(), Some(failure.text)),
    };
    let status = stage.way.status(&seen, &stage.accounts);
    let mut done = stage.interruptible(status).await?;
    done.error = error;
    Ok(close(&stage.report(done, false), &files, output))
}

/// What is known before AWS is asked anything: whether somebody can be asked, and the accounts.
fn begin(
    settings: &RolloutSettings,
    permit: Permit,
    dry_run: bool,
    file: &Path,
    output: Output,
) -> Result<Roster> {
    if !dry_run {
        permit.check(&settings.reach, output)?;
    }
    roster_file::read(file, settings.reach.connection.admin_account)
}

/// AWS, the accounts and the way of one run in which the role gets there.
struct Stage<Way> {
    way: Way,
    home_is_given: bool,
    accounts: BTreeSet<AccountId>,
    session: StackSession,
}

async fn open(
    settings: RolloutSettings,
    roster: Roster,
    operation: &str,
    output: Output,
) -> Result<Stage<Rollout>> {
    let by_stack_set = |aws: &Aws, wanted| Ok(Rollout::new(aws, wanted));
    Stage::open(settings, roster, operation, output, by_stack_set).await
}

impl<Way> Stage<Way> {
    async fn open(
        settings: RolloutSettings,
        mut roster: Roster,
        operation: &str,
        output: Output,
        way: impl FnOnce(&Aws, Definition) -> Result<Way>,
    ) -> Result<Self> {
        if !(settings.only.is_empty() && settings.except.is_empty()) {
            roster.select(&settings.only, &settings.except)?;
        }
        let mut reach = settings.reach.clone();
        if settings.via.is_some() && reach.connection.admin_role.is_none() {
            // Whom the role of each account trusts need not be the administrator.
            reach.connection.admin_account = None;
        }
        let doing = Doing {
            kind: "roles",
            operation,
            begins_as_it_goes: true,
        };
        let mut session = StackSession::open(&reach, doing, output).await?;
        let administrator = settings
            .administrator
            .unwrap_or_else(|| session.aws.administrator());
        roster.exclude_administrator(administrator)?;
        let header = &mut session.header;
        header.administrator = administrator;
        header.origin = header.origin.clone().by(roster.list.clone());
        header.invalid_lines = roster.invalid.iter().map(Into::into).collect();
        header.notes = roster.notes.clone();
        header.labels = Labels::of(&roster);
        let home_is_given = settings.home_is_given;
        let wanted = settings.definition(administrator, session.aws.partition())?;
        Ok(Self {
            way: way(&session.aws, wanted)?,
            home_is_given,
            accounts: roster.members.keys().copied().collect(),
            session,
        })
    }

    /// Of the time, what is left.
    fn limits(&self, pace: &RolloutPaceArgs) -> Limits {
        Limits {
            at_a_time: pace.at_a_time.get(),
            may_fail: pace.failure_tolerance,
            timeout: self.session.deadline.left(),
            stop: self.session.stop().clone(),
        }
    }

    /// Work that ends by itself when the time is over.
    async fn counted<T>(&self, work: impl Future<Output = T>) -> T {
        self.session.deadline.counted(work).await
    }

    async fn interruptible<T>(&self, work: impl Future<Output = T>) -> Result<T> {
        self.session.interruptible(work).await
    }

    async fn ask(
        &self,
        proposed: &RolesReport,
        refusals: Vec<guard::Refusal>,
        output: Output,
    ) -> Result<()> {
        output.beside_question(|width| display::roles(proposed, width));
        let administrator = self.session.header.administrator;
        change::ask(self.session.stop(), administrator, refusals, output).await
    }

    fn report(&self, done: Done, dry_run: bool) -> RolesReport {
        RolesReport {
            header: self.session.header.clone(),
            finished: self.session.clock.timestamp(),
            ended: done.ended,
            dry_run,
            error: done.error,
            stack_set: done.stack_set,
            via: done.via,
            summary: Summary::of(&done.accounts),
            accounts: done.accounts,
        }
    }
}

impl Stage<Rollout> {
    /// What there is, once nothing is under way any more, and what is to be done about it.
    async fn look(
        &self,
        dry_run: bool,
        pace: &RolloutPaceArgs,
        leave: Option<Leave>,
    ) -> Result<(Seen, Plan)> {
        let cannot = "cannot ask CloudFormation for the StackSet";
        if !dry_run {
            let shown =
                RolloutProgress::new(self.session.output, self.session.clock.clone(), "Waiting");
            let on_progress = |progress: roles::Progress<'_>| shown.tell(progress);
            let limits = self.limits(pace);
            let settled = self.counted(self.way.settle(&limits, &on_progress)).await;
            shown.end();
            match settled.context(cannot)? {
                Ended::Interrupted => return Err(Interrupted.into()),
                Ended::Complete => {}
                _ => bail!(
                    "another operation with the StackSet did not end in time, nothing was changed: run again later"
                ),
            }
        }
        let seen = self.interruptible(self.way.look()).await?;
        let seen = seen.context(cannot)?;
        if let Some(why) = self.way.refuses(&seen) {
            bail!("{why}");
        }
        let home = &self.way.wanted().home;
        let plan = match leave {
            None => {
                let changed = !self.way.differences(&seen).is_empty();
                plan::deploy(&self.accounts, &seen.stacks, home, changed)
            }
            Some(leave) => plan::remove(&self.accounts, &seen.stacks, home, leave),
        };
        Ok((seen, plan))
    }

    /// Makes sure that no second StackSet is made because nobody has said where the first one is.
    async fn must_be_here(&self, seen: &Seen) -> Result<()> {
        if self.home_is_given || seen.set.is_some() {
            return Ok(());
        }
        let Some(region) = self.interruptible(self.way.elsewhere()).await? else {
            return Ok(());
        };
        let wanted = self.way.wanted();
        bail!(
            "there is no StackSet {} in {}, but there is one in {region}: say --home-region {region}; IAM is global, so that a second one would get in its way (to make a second one all the same, say --home-region {})",
            wanted.name,
            wanted.home,
            wanted.home
        )
    }
}

fn close(report: &RolesReport, files: &ReportFiles, output: Output) -> Exit {
    let shown = output.result(report, |width| display::roles(report, width));
    change::handed_over(
        files.write_without_page(report).and(shown),
        report.verdict(),
        output,
    )
}
