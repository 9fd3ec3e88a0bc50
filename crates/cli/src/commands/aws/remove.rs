//! `aws remove`: the stack goes; what people and runs wrote stays, and so do all memberships.

use anyhow::{Context, Result, bail};
use aws_form::report::{Action, FormReport, Outcome};
use aws_form::template::BUCKET;
use aws_form::{Change, Described, Progress, Replacement, Resource};

use super::{Stage, not_changed, permitted, words};
use crate::args::AwsRemoveArgs;
use crate::display::{Output, StackProgress};
use crate::exit::Exit;
use crate::settings::SettingsFile;

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
    let settings = permitted(args.form, args.yes, args.dry_run, file, output)?;
    let confirmed = args.confirm.as_ref();
    if let Some(other) = confirmed.filter(|it| **it != settings.stack) {
        let stack = &settings.stack;
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
    let shown = StackProgress::new(output, stage.clock.clone());
    let on_progress = |progress: Progress<'_>| shown.say(words(progress, "Removing"));
    let end = stage.form.remove(&now, &stage.wait(), &on_progress).await;
    shown.end();
    stage.take(&mut report, Ok(end.map_err(|it| not_changed(&it))?));
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
