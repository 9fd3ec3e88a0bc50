//! `aws remove`: the stack goes; what people and runs wrote stays, and so do all memberships.

use anyhow::{Context, Result, bail};
use aws_form::report::{Action, FormReport, Outcome};
use aws_form::template::BUCKET;
use aws_form::{Change, Described, Progress, Replacement, Resource};
use fleet::account::Email;

use super::unasked::Unasked;
use super::{Stage, words};
use crate::args::AwsRemoveArgs;
use crate::display::Output;
use crate::exit::Exit;
use crate::settings::SettingsFile;
use crate::settings::aws::FormSettings;

/// What the template keeps (`DeletionPolicy`).
const KEPT: [&str; 2] = ["Bucket", "BucketPolicy"];

/// What the stack is not: said before it goes, and after.
const MEMBERSHIPS: &str = "Memberships, behavior graphs, and the roles in members are not touched: the members stay enabled, and stay charged. `detective-fleet disable` and `detective-fleet roles remove` are for them.";

/// Shows what would go, asks for the name of the stack, and does it.
///
/// # Errors
///
/// When it could not be done, was refused or declined; nothing was changed then.
pub(super) async fn run(args: AwsRemoveArgs, file: &SettingsFile, output: Output) -> Result<Exit> {
    let settings = FormSettings::of(args.form, file)?;
    let unasked = Unasked {
        operation: "remove",
        yes: args.yes,
        dry_run: args.dry_run,
    };
    unasked.check(&settings, output)?;
    let confirmed = args.confirm.as_ref();
    if let Some(other) = confirmed.filter(|it| **it != settings.stack) {
        let stack = &settings.stack;
        let other = Email::mask_in(other);
        bail!("--confirm {other}: the stack is {stack}, nothing was changed");
    }
    let stage = Stage::open(settings, "remove", output).await?;
    let Some(now) = stage.settled().await? else {
        let mut report = stage.report(Action::Keep, None);
        report.stack.outcome = Some(Outcome::Unchanged);
        return Ok(stage.close(&report));
    };
    let resources = stage.interruptible(stage.form.resources()).await?;
    let resources = resources.context("cannot ask CloudFormation for the stack's resources")?;
    let mut report = stage.report(Action::Remove, Some(&now));
    report.changes = resources
        .iter()
        .filter(|it| !is_kept(it))
        .map(removal)
        .collect();
    report.kept = stage.kept(&now, &resources);
    report.header.notes.push(MEMBERSHIPS.to_owned());
    if args.dry_run {
        let report = FormReport {
            dry_run: true,
            ..report
        };
        return Ok(stage.close(&report));
    }
    if confirmed.is_none() {
        let question = format!(
            "If the stack is meant to go, enter its name, {}.",
            stage.stack
        );
        stage.ask(&report, &question, &stage.stack).await?;
    }
    let shown = stage.progress();
    let on_progress = |progress: Progress<'_>| shown.say(words(progress, "Removing"));
    let wait = stage.wait();
    stage.session.works(true);
    let end = stage.form.remove(&now, &wait, &on_progress);
    let end = stage.counted(end).await;
    shown.end();
    stage.take(&mut report, end)?;
    if report.stack.outcome == Some(Outcome::Failed) {
        report.next = vec!["Put right what the first reason names, and run this again: IAM, for instance, deletes no policy that is still attached to a role, a user or a permission set.".to_owned()];
    }
    Ok(stage.close(&report))
}

fn is_kept(resource: &Resource) -> bool {
    KEPT.contains(&resource.logical.as_str())
}

fn removal(resource: &Resource) -> Change {
    Change {
        action: "Remove".to_owned(),
        resource: resource.logical.clone(),
        kind: resource.kind.clone(),
        replacement: Replacement::No,
        properties: Vec::new(),
    }
}

impl Stage {
    /// What stays, and how to delete it.
    fn kept(&self, now: &Described, resources: &[Resource]) -> Vec<String> {
        let region = &self.region;
        let page = |bucket: &str| self.console(&format!("s3/buckets/{bucket}?region={region}"));
        let bucket = resources.iter().find(|it| it.logical == "Bucket");
        let bucket = bucket.map(|it| {
            format!("The bucket {} with lists, reports, and its policy. The policy lets nobody write there but a role that is gone then: to delete the bucket, delete its policy first, then empty it, at {}", it.physical, page(&it.physical))
        });
        let artifacts = now.parameters.get(BUCKET);
        let artifacts = artifacts.map(|it| format!("The bucket {it} with the function: empty and delete it where nothing else is in it, at {}", page(it)));
        bucket.into_iter().chain(artifacts).collect()
    }
}
