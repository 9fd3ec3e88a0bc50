//! `aws`: the AWS form, which runs by itself in the security account.

mod deploy;
mod ending;
mod remove;
mod status;
mod unasked;

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context, Result, anyhow, bail};
use aws_form::report::{Action, FormReport, StackReport};
use aws_form::{Described, Form, Progress, Settled, Wait};
use engine::Failure;
use fleet::account::Region;
use fleet::command_line::{CommandLine, Flags, Taker};
use fleet::report::Ended;
use jiff::Timestamp;

use super::change;
use super::stack_session::{Doing, StackSession};
use crate::args::{AwsArgs, AwsCommand, DEFAULT_STACK};
use crate::display::{self, Output, StackProgress};
use crate::exit::Exit;
use crate::settings::SettingsFile;
use crate::settings::aws::FormSettings;
use crate::signals::{self, Interrupted};

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

/// AWS, and the AWS form there.
struct Stage {
    form: Form,
    stack: String,
    region: Region,
    /// It was named in this call: whoever copies a command needs it again.
    names_region: bool,
    session: StackSession,
}

impl Stage {
    async fn open(settings: FormSettings, operation: &str, output: Output) -> Result<Self> {
        let doing = Doing {
            kind: "aws",
            operation,
            begins_as_it_goes: false,
        };
        let session = StackSession::open(&settings.reach, doing, output).await?;
        let names_region = settings.region.is_some();
        let Some(region) = settings.region.or_else(|| session.aws.region()) else {
            bail!("in which Region? Name it with --home-region, or in the AWS configuration");
        };
        Ok(Self {
            form: Form::new(&session.aws, region.clone(), &settings.stack),
            stack: settings.stack,
            region,
            names_region,
            session,
        })
    }

    /// For how long CloudFormation is waited for: as long as the run may still take.
    fn wait(&self) -> Wait {
        let clock = &self.session.clock;
        Wait {
            deadline: clock.elapsed() + self.session.deadline.left(),
            clock: clock.clone(),
            stop: self.session.stop().clone(),
        }
    }

    /// Work that waits by [`Stage::wait`].
    async fn counted<T>(&self, work: impl Future<Output = T>) -> T {
        self.session.deadline.counted(work).await
    }

    async fn interruptible<T>(&self, work: impl Future<Output = T>) -> Result<T> {
        self.session.interruptible(work).await
    }

    fn progress(&self) -> StackProgress {
        StackProgress::new(self.session.output, self.session.clock.clone())
    }

    /// The stack, once no operation with it is under way.
    async fn settled(&self) -> Result<Option<Described>> {
        let wait = self.wait();
        let shown = self.progress();
        let on_progress = |progress: Progress<'_>| shown.say(words(progress, "Working"));
        let settled = self.counted(self.form.settle(&wait, &on_progress)).await;
        shown.end();
        let Settled { now, ended } = settled.context("cannot ask CloudFormation for the stack")?;
        match (ended, now) {
            (Ended::Complete, now) => self.ours(now),
            (Ended::Interrupted, _) => Err(Interrupted.into()),
            (_, None) => Err(self.session.deadline.unanswered("CloudFormation")),
            (_, Some(now)) => bail!(
                "another operation with the stack did not end in time ({}), nothing was changed: run again later, or wait longer with --timeout",
                now.status.as_str()
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
            header: self.session.header.clone(),
            finished: self.session.clock.timestamp(),
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

    /// Prints the report, and says how the command ends.
    fn close(&self, report: &FormReport) -> Exit {
        let shown = self
            .session
            .output
            .result(report, |width| display::aws(report, width));
        change::handed_over(shown, report.verdict(), self.session.output)
    }

    /// Shows what would be done, and asks for the word that agrees.
    async fn ask(&self, proposed: &FormReport, question: &str, agrees: &str) -> Result<()> {
        let output = self.session.output;
        output.beside_question(|width| display::aws(proposed, width));
        let answer = display::ask(question, agrees);
        if !signals::unless_interrupted(self.session.stop(), answer).await? {
            bail!("not agreed to: nothing was changed");
        }
        Ok(())
    }

    /// Why nothing can be deployed to the stack as it is, and what to do.
    fn stands_in_the_way(&self, now: &Described) -> Option<Arc<str>> {
        let remove = self.command("remove");
        aws_form::stands_in_the_way(&self.stack, &self.region, now, &remove)
    }

    /// A command that is about the same stack, for people to copy.
    fn command(&self, operation: &str) -> String {
        let region = Some(&self.region).filter(|_| self.names_region);
        let flags = &self.session.header.origin.flags;
        command(operation, &self.stack, region, flags)
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

/// A command of `aws`, with what is not the default.
fn command(operation: &str, stack: &str, region: Option<&Region>, flags: &Flags) -> String {
    let mut line = CommandLine::of(&format!("aws {operation}"));
    if let Some(region) = region {
        line = line.words(&format!("--home-region {region}"));
    }
    if stack != DEFAULT_STACK {
        line = line.words(&format!("--stack {stack}"));
    }
    line.flags(flags, Taker::Caller).text().to_owned()
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
fn not_changed(failure: &Failure) -> anyhow::Error {
    anyhow!("the stack was not changed: {failure}")
}
