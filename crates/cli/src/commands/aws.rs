//! `aws`: the AWS form, which runs by itself in the security account.

mod deploy;
mod remove;
mod status;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use aws_form::report::{Action, FormReport, Outcome, StackReport};
use aws_form::{Described, End, Form, Progress, Settled, Wait};
use engine::clock::Clock;
use engine::{Access, Aws};
use fleet::account::Region;
use fleet::report::{Ended, Header, Recorder};
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::deadline::{CALLER, Deadline};
use super::{change, fleet_session};
use crate::args::{AwsArgs, AwsCommand, FormArgs};
use crate::display::{self, Output, StackProgress};
use crate::exit::Exit;
use crate::settings::aws::FormSettings;
use crate::settings::{SettingsFile, environment};
use crate::signals::{self, Interrupted};

/// What is told when somebody does not want to wait.
const GOES_ON: &str =
    "\nInterrupted: what CloudFormation has begun goes on in AWS. Once more ends this at once.\n";

/// Deploys the AWS form, looks at it, or takes it down.
///
/// # Errors
///
/// When it could not be done, was refused or declined; the stack was not changed then.
pub(crate) async fn run(args: AwsArgs, file: &SettingsFile, output: Output) -> Result<Exit> {
    match args.command {
        AwsCommand::Deploy(args) => deploy::run(*args, file, output).await,
        AwsCommand::Status(args) => status::run(*args, file, output).await,
        AwsCommand::Remove(args) => remove::run(*args, file, output).await,
    }
}

/// What was set, where somebody can be asked or nobody needs to be.
///
/// # Errors
///
/// When a setting cannot be used, or the command could not go on without asking.
fn permitted(
    form: FormArgs,
    yes: bool,
    dry_run: bool,
    file: &SettingsFile,
    output: Output,
) -> Result<FormSettings> {
    let settings = FormSettings::of(form, file)?;
    if !dry_run {
        let permit = change::Permit {
            yes,
            max_removals: None,
            confirm: None,
        };
        permit.check(&settings.reach, output)?;
    }
    Ok(settings)
}

/// AWS, and the AWS form there.
struct Stage {
    form: Form,
    stack: String,
    region: Region,
    header: Header,
    clock: Clock,
    timeout: Duration,
    deadline: Deadline,
    stop: CancellationToken,
    output: Output,
}

impl Stage {
    async fn open(settings: FormSettings, operation: &str, output: Output) -> Result<Self> {
        environment::check()?;
        let stop = signals::listen(output, GOES_ON)?;
        let clock = Clock::system();
        let start = fleet_session::RunStart::now(&clock);
        let reach = &settings.reach;
        let connection = reach.connection(&start.run_id, Access::Whole, output);
        let connect = Aws::connect(connection, Arc::new(Recorder::default()));
        let timeout = reach.timeout;
        let deadline = Deadline::new(timeout, stop.clone());
        let aws = deadline.within(CALLER, connect).await??;
        let Some(region) = settings.region.or_else(|| aws.region()) else {
            bail!("in which Region? Name it with --home-region, or in the AWS configuration");
        };
        let mut header = fleet_session::header_of(start, aws.administrator());
        header.origin = header.origin.called_by(aws.caller());
        header.kind = "aws".to_owned();
        header.operation = operation.to_owned();
        Ok(Self {
            form: Form::new(&aws, region.clone(), &settings.stack),
            stack: settings.stack,
            region,
            header,
            clock,
            timeout,
            deadline,
            stop,
            output,
        })
    }

    /// For how long an operation is waited for, from now on.
    fn wait(&self) -> Wait {
        Wait {
            clock: self.clock.clone(),
            deadline: self.clock.elapsed() + self.timeout,
            stop: self.stop.clone(),
        }
    }

    async fn interruptible<T>(&self, work: impl Future<Output = T>) -> Result<T> {
        self.deadline.within("AWS", work).await
    }

    /// The stack, once no operation with it is under way.
    async fn settled(&self) -> Result<Option<Described>> {
        let wait = self.wait();
        let shown = StackProgress::new(self.output, self.clock.clone());
        let on_progress = |progress: Progress<'_>| shown.say(words(progress, "Working"));
        let settled = self
            .interruptible(self.form.settle(&wait, &on_progress))
            .await;
        shown.end();
        let Settled { now, ended } = settled?.context("cannot ask CloudFormation for the stack")?;
        match ended {
            Ended::Complete => self.ours(now),
            Ended::Interrupted => Err(Interrupted.into()),
            _ => bail!(
                "another operation with the stack did not end in time, nothing was changed: run again later"
            ),
        }
    }

    /// The stack, where it is the AWS form.
    ///
    /// # Errors
    ///
    /// Where it is another one: `--stack` may name any.
    fn ours(&self, now: Option<Described>) -> Result<Option<Described>> {
        match now {
            Some(now) if !Form::is_of_template(&now) => bail!(
                "the stack {} is not the AWS form, nothing was changed: name another one with --stack",
                self.stack
            ),
            now => Ok(now),
        }
    }

    /// A report of the stack that says nothing else yet.
    fn report(&self, action: Action, now: Option<&Described>) -> FormReport {
        let changed = now.and_then(|it| it.changed);
        let changed = changed.and_then(|it| Timestamp::from_nanosecond(it.as_nanos()).ok());
        FormReport {
            header: self.header.clone(),
            finished: self.clock.timestamp(),
            ended: Ended::Complete,
            dry_run: false,
            stack: StackReport {
                name: self.stack.clone(),
                region: self.region.clone(),
                status: now.map(|it| it.status.as_str().to_owned()),
                changed,
                action,
                outcome: None,
            },
            function: None,
            bucket: None,
            artifacts: Vec::new(),
            parameters: Vec::new(),
            changes: Vec::new(),
            failures: Vec::new(),
            outputs: now.map_or_else(BTreeMap::new, |it| it.outputs.clone()),
            subscriptions: None,
            alarms: None,
            runs: None,
            kept: Vec::new(),
            error: None,
            needs_action: Vec::new(),
            next: Vec::new(),
        }
    }

    /// Writes down how an operation ended.
    fn take(&self, report: &mut FormReport, end: Result<End, engine::Failure>) {
        let after = |now: Option<Described>| {
            let action = report.stack.action;
            self.report(action, now.as_ref())
        };
        let (found, outcome) = match end {
            Ok(End::Done(now)) => (Some(after(now)), Outcome::Done),
            Ok(End::Failed { now, failures }) => {
                let reason = now.as_ref().and_then(|it| it.reason.clone());
                let found = after(now);
                if failures.is_empty() {
                    report.error = Some(reason.unwrap_or_else(|| {
                        "CloudFormation gives no reason: look at the stack's events".into()
                    }));
                }
                report.failures = failures;
                (Some(found), Outcome::Failed)
            }
            Ok(End::GoesOn(ended)) => {
                report.ended = ended;
                (None, Outcome::Waiting)
            }
            // It had begun: what became of it is not known.
            Err(failure) => {
                report.error = Some(failure.text);
                (None, Outcome::Waiting)
            }
        };
        report.stack.outcome = Some(outcome);
        if let Some(found) = found {
            report.stack.status = found.stack.status;
            report.stack.changed = found.stack.changed;
            report.outputs = found.outputs;
        }
        report.finished = self.clock.timestamp();
    }

    /// Prints the report, and says how the command ends.
    fn close(&self, report: &FormReport) -> Exit {
        let shown = self
            .output
            .result(report, |width| display::aws(report, width));
        change::handed_over(shown, report.verdict(), self.output)
    }

    /// Shows what would be done, and asks for the word that agrees.
    async fn ask(&self, proposed: &FormReport, question: &str, agrees: &str) -> Result<()> {
        self.output
            .beside_question(|width| display::aws(proposed, width));
        let answer = display::ask(question, agrees);
        if !signals::unless_interrupted(&self.stop, answer).await? {
            bail!("not agreed to: nothing was changed");
        }
        Ok(())
    }

    /// A page of AWS's console.
    fn console(&self, path: &str) -> String {
        let region = &self.region;
        // docs.aws.amazon.com/govcloud-us/latest/UserGuide/signing-into-govcloud.html
        let host = match region.as_str().starts_with("us-gov-") {
            true => "console.amazonaws-us-gov.com".to_owned(),
            false => format!("{region}.console.aws.amazon.com"),
        };
        format!("https://{host}/{path}")
    }

    /// Where lists of accounts are uploaded.
    fn upload_page(&self, bucket: &str, prefix: &str) -> String {
        let region = &self.region;
        self.console(&format!(
            "s3/upload/{bucket}?region={region}&prefix={prefix}"
        ))
    }
}

/// How far it is, for people.
fn words(progress: Progress<'_>, what: &str) -> String {
    match progress {
        Progress::Another(status) => {
            format!("Waiting for another operation with the stack to end ({status})")
        }
        Progress::Resources { done, all } => format!("{what}: {done} of {all} resources"),
    }
}

/// An error before the stack was changed.
fn not_changed(failure: &engine::Failure) -> anyhow::Error {
    anyhow!("the stack was not changed: {failure}")
}
