//! `aws deploy`: the AWS form, from nothing or from another release.

mod intent;
mod upload;

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use aws_form::report::{Action, BucketReport, FormReport, Outcome};
use aws_form::template;
use aws_form::{Described, Draft, Drafted, End, Package, Parameter, Progress, Standing};
use engine::Failure;
use fleet::command_line::{CommandLine, Taker};
use fleet::report::Ended;

use self::intent::Intent;
use super::status::unconfirmed;
use super::unasked::Unasked;
use super::{Stage, not_changed, words};
use crate::args::AwsDeployArgs;
use crate::display::{self, Output};
use crate::exit::Exit;
use crate::settings::SettingsFile;
use crate::settings::aws::{self, FormSettings};
use crate::signals::{Interrupted, InterruptedAfter};

/// Shows what would change, asks, and does it.
///
/// # Errors
///
/// When it could not be done, was refused or declined; the stack was not changed then.
pub(super) async fn run(args: AwsDeployArgs, file: &SettingsFile, output: Output) -> Result<Exit> {
    let settings = FormSettings::of(args.form, file)?;
    let unasked = Unasked {
        operation: "deploy",
        yes: args.yes,
        dry_run: args.dry_run,
    };
    unasked.check(&settings, output)?;
    let said = aws::parameters(&args.parameter, file)?;
    let bucket = args
        .artifact_bucket
        .as_deref()
        .map(aws::bucket)
        .transpose()?;
    let function = args.function.as_deref().map(Package::read).transpose()?;
    let stage = Stage::open(settings, "deploy", output).await?;
    let now = stage.ready(args.dry_run).await?;
    let intent = Intent::of(&stage, function, bucket, said, now.as_ref())?;
    let (draft, proposed) = match stage.draft(&intent, now.as_ref()).await? {
        Some(drafted) => drafted,
        None => return stage.nothing_to_do(&intent, now.as_ref()).await,
    };
    if args.dry_run {
        stage.withdraw(&draft).await;
        let proposed = FormReport {
            dry_run: true,
            ..proposed
        };
        return Ok(stage.close(&proposed));
    }
    let agreed = match args.yes {
        true => {
            stage.tell(&proposed);
            Ok(())
        }
        false => {
            let question = "Do you want to make these changes?";
            stage.ask(&proposed, question, display::YES).await
        }
    };
    let ready = match agreed {
        Ok(()) => stage.upload(&intent, &proposed).await,
        declined => declined,
    };
    if let Err(error) = ready {
        stage.withdraw(&draft).await;
        return Err(error);
    }
    stage.execute(&draft, proposed, now.as_ref(), &intent).await
}

impl Stage {
    /// The stack, where something can be deployed to it; `None` where it is to be made.
    async fn ready(&self, dry_run: bool) -> Result<Option<Described>> {
        let Some(now) = self.settled().await? else {
            return Ok(None);
        };
        if let Some(why) = self.stands_in_the_way(&now) {
            bail!("{why}");
        }
        if now.standing() != Standing::NeverCame {
            return Ok(Some(now));
        }
        if dry_run {
            bail!(
                "the stack {} never came to be ({}): without --dry-run it is deleted first, and nothing is in it",
                self.stack,
                now.status.as_str()
            );
        }
        self.clear(&now).await?;
        Ok(None)
    }

    /// Deletes a stack that never came to be: nothing is in it, and no other can be made in its place.
    async fn clear(&self, now: &Described) -> Result<()> {
        let status = now.status.as_str();
        let stack = &self.stack;
        self.session.output.always(&format!("The stack {stack} is {status}: it never came to be. Nothing is in it, and it is deleted first.\n"));
        let (wait, quiet) = (self.wait(), |_: Progress<'_>| {});
        self.session.works(true);
        let end = self.counted(self.form.remove(now, &wait, &quiet)).await;
        let end = end.with_context(|| format!("the empty stack {stack} is being deleted"))?;
        match end {
            End::Done(_) => {
                self.session.works(false);
                Ok(())
            }
            End::NotBegun(failure) => Err(self.not_begun(&failure)),
            End::GoesOn {
                ended: Ended::Interrupted,
                ..
            } => Err(InterruptedAfter(format!("the empty stack {stack} is being deleted")).into()),
            End::GoesOn { .. } => bail!(
                "the empty stack {stack} is being deleted still when the time of --timeout is over: run again"
            ),
            End::Unknown { failure, .. } => bail!("the empty stack {stack}: {failure}"),
            End::Failed { .. } => bail!(
                "the stack {stack} is {status}, and could not be deleted: delete it in the CloudFormation console, and run again"
            ),
        }
    }

    /// What CloudFormation says that it would change, and with it all that would be done; `None` where nothing would.
    async fn draft(
        &self,
        intent: &Intent,
        now: Option<&Described>,
    ) -> Result<Option<(Draft, FormReport)>> {
        let parameters = intent.template.parameters(&intent.said, &intent.own, now)?;
        let artifacts = self.form.artifacts(intent.bucket.clone());
        let is_there = self.interruptible(artifacts.is_there()).await?;
        let is_there = is_there.map_err(|it| not_changed(&it))?;
        if !is_there && !intent.is_own {
            // One that the command makes is its own to secure, on the next run, too.
            bail!(
                "there is no bucket {}: make it first, or leave --artifact-bucket out, so that the command makes its own",
                intent.bucket
            );
        }
        let uploads = self.uploads(intent, &artifacts, is_there).await?;
        let Some(draft) = self.drafted(intent, &parameters, now).await? else {
            return Ok(None);
        };
        let action = match now.map(Described::standing) {
            None | Some(Standing::Review) => Action::Make,
            _ => Action::Update,
        };
        let mut proposed = FormReport {
            function: intent.function.clone(),
            bucket: Some(BucketReport {
                name: intent.bucket.to_string(),
                is_new: !is_there,
            }),
            artifacts: uploads,
            parameters: template::changes(&parameters, now),
            changes: draft.changes.clone(),
            ..self.report(action, now)
        };
        proposed.header.notes.clone_from(&intent.notes);
        proposed
            .header
            .notes
            .extend(template::notes(&parameters, now));
        Ok(Some((draft, proposed)))
    }

    /// The change set; `None` where it would change nothing.
    async fn drafted(
        &self,
        intent: &Intent,
        parameters: &BTreeMap<String, Parameter>,
        now: Option<&Described>,
    ) -> Result<Option<Draft>> {
        let shown = self.progress();
        shown.say("Asking CloudFormation what would change".to_owned());
        let wait = self.wait();
        let drafted = self.form.draft(&intent.template, parameters, now, &wait);
        let drafted = self.counted(drafted).await;
        shown.end();
        let (ended, left) = match drafted.map_err(|it| not_changed(&it))? {
            Drafted::Ready(draft) => return Ok(Some(draft)),
            Drafted::NothingToDo => return Ok(None),
            Drafted::Over { ended, left } => (ended, left),
        };
        if let Some(left) = left {
            self.tell_left(&left);
        }
        match ended {
            Ended::Interrupted => Err(Interrupted.into()),
            _ => bail!(
                "CloudFormation had not made the change set in time, nothing was changed: run again, or wait longer with --timeout"
            ),
        }
    }

    /// Shows what is going to be done, where nobody is asked about it.
    fn tell(&self, proposed: &FormReport) {
        let output = self.session.output;
        if !output.is_json() {
            output.message(&display::aws(proposed, output.message_width()));
        }
    }

    /// Takes the change set back. Where that fails it changes nothing, and the next run finds it.
    async fn withdraw(&self, draft: &Draft) {
        if let Err(failure) = self.form.withdraw(draft).await {
            self.tell_left(&failure);
        }
    }

    fn tell_left(&self, failure: &Failure) {
        let text = format!(
            "A change set that was not executed may stay, which changes nothing: {failure}\n"
        );
        self.session.output.always(&text);
    }

    async fn execute(
        &self,
        draft: &Draft,
        proposed: FormReport,
        now: Option<&Described>,
        intent: &Intent,
    ) -> Result<Exit> {
        let shown = self.progress();
        let on_progress = |progress: Progress<'_>| shown.say(words(progress, "Deploying"));
        let wait = self.wait();
        self.session.works(true);
        let end = self.form.execute(draft, now, &wait, &on_progress);
        let end = self.counted(end).await;
        shown.end();
        let mut report = proposed;
        self.take(&mut report, end)?;
        if report.stack.outcome == Some(Outcome::Done) {
            self.check_up(&mut report).await;
            report.next = self.next(&report, intent);
        } else if report.stack.outcome == Some(Outcome::Failed) {
            report.next = vec![self.after_failure(&report)];
        }
        Ok(self.close(&report))
    }

    async fn nothing_to_do(&self, intent: &Intent, now: Option<&Described>) -> Result<Exit> {
        let mut report = FormReport {
            function: intent.function.clone(),
            ..self.report(Action::Keep, now)
        };
        report.stack.outcome = Some(Outcome::Unchanged);
        report.header.notes.clone_from(&intent.notes);
        self.check_up(&mut report).await;
        report.next = unconfirmed(&report);
        Ok(self.close(&report))
    }

    fn after_failure(&self, report: &FormReport) -> String {
        let taken = report.failures.iter().any(|it| {
            let reason = it.reason.as_deref().unwrap_or_default();
            it.kind == "AWS::IAM::Role" && reason.contains("already exists")
        });
        let again = "Put right what the first reason names, and run this again.";
        match taken {
            true => format!(
                "{again} There is one such stack in an account, in whatever Region: --home-region names that of the first one."
            ),
            false => again.to_owned(),
        }
    }

    /// What there is to do for people.
    fn next(&self, report: &FormReport, intent: &Intent) -> Vec<String> {
        let bucket = report
            .outputs
            .get("BucketName")
            .map_or("BUCKET", String::as_str);
        let region = &self.region;
        let mut next = unconfirmed(report);
        if report.stack.action == Action::Make {
            let deploy = self.roles(&format!("--home-region {region}"));
            next.push(format!("Give every account of the list its role: `{deploy}`, or another way of docs/roles.md."));
            next.push(format!(
                "Ask for a plan first: upload the list under plan/enable/, at {}",
                self.upload_page(bucket, "plan/enable/")
            ));
            next.push(format!(
                "Then upload it as enable/accounts.csv, at {}",
                self.upload_page(bucket, "enable/")
            ));
        } else if intent.said.is_empty() {
            let deploy = self.roles("");
            next.push(format!("Deploy the roles in members again, too, where the release notes say so: `{deploy}`."));
        }
        next
    }

    /// The command that deploys the roles, as whom this was run.
    fn roles(&self, words: &str) -> String {
        let line = CommandLine::of("roles deploy accounts.csv").words(words);
        let flags = &self.session.header.origin.flags;
        line.flags(flags, Taker::Caller).text().to_owned()
    }
}
