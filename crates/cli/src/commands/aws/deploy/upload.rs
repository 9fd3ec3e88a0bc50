//! The bucket of the artifacts: what is there, and what is uploaded.

use std::cell::Cell;

use anyhow::{Result, bail};
use aws_form::Artifacts;
use aws_form::report::{ArtifactReport, FormReport};
use engine::Failure;
use fleet::report::Ended;

use super::intent::Intent;
use crate::commands::aws::{Stage, not_changed};
use crate::display::StackProgress;
use crate::signals::InterruptedAfter;

impl Stage {
    /// What is to be uploaded, and what lies there already.
    pub(super) async fn uploads(
        &self,
        intent: &Intent,
        artifacts: &Artifacts,
        is_there: bool,
    ) -> Result<Vec<ArtifactReport>> {
        let mut uploads = Vec::new();
        for artifact in &intent.artifacts {
            let has = match is_there {
                true => self.interruptible(artifacts.has(artifact)).await?,
                false => Ok(false),
            };
            let has = has.map_err(|it| not_changed(&it))?;
            uploads.push(ArtifactReport::of(artifact, !has));
        }
        Ok(uploads)
    }

    /// The bucket, and what is to lie there.
    ///
    /// # Errors
    ///
    /// When that could not be done: the stack was not changed then, and what was made by then is named.
    pub(super) async fn upload(&self, intent: &Intent, proposed: &FormReport) -> Result<()> {
        let shown = self.progress();
        let made = Cell::new(false);
        let work = self.uploaded(intent, proposed, &shown, &made);
        let done = self.counted(self.wait().within(work)).await;
        shown.end();
        let bucket = &intent.bucket;
        let stays = match made.get() {
            true => format!(", but the bucket {bucket} was made, and stays for the next time"),
            false => String::new(),
        };
        let unchanged = format!("the stack was not changed{stays}");
        match done {
            Ok(Ok(())) => Ok(()),
            Ok(Err(failure)) => bail!("{unchanged}: {failure}"),
            Err(Ended::Interrupted) => Err(InterruptedAfter(unchanged).into()),
            Err(_) => bail!(
                "the upload had not ended in time, {unchanged}: run again, or wait longer with --timeout"
            ),
        }
    }

    async fn uploaded(
        &self,
        intent: &Intent,
        proposed: &FormReport,
        shown: &StackProgress,
        made: &Cell<bool>,
    ) -> Result<(), Failure> {
        let artifacts = self.form.artifacts(intent.bucket.clone());
        let is_new = proposed.bucket.as_ref().is_some_and(|it| it.is_new);
        if is_new {
            shown.say(format!("Making the bucket {}", intent.bucket));
            artifacts.make().await?;
            made.set(true);
        }
        if intent.is_own {
            artifacts.secure().await?;
        }
        for (artifact, report) in intent.artifacts.iter().zip(&proposed.artifacts) {
            if report.is_new {
                shown.say(format!("Uploading {}", report.key));
                artifacts.put(artifact).await?;
            }
        }
        Ok(())
    }
}
