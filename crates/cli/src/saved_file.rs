//! The file of a saved plan.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use fleet::saved::SavedPlan;

use crate::bounded_file;
use crate::document::{self, ROSTER, is_same};

/// More than the plan of 25,200 memberships has, with every cause in words.
const MOST: u64 = 256 * 1024 * 1024;

/// Where a plan is to be saved.
#[derive(Debug)]
pub(crate) struct SavedFile(PathBuf);

impl SavedFile {
    /// Makes sure that the file can be written, and is not one that is needed or written anyway.
    ///
    /// # Errors
    ///
    /// When that is not so.
    pub(crate) fn check(
        path: PathBuf,
        roster: Option<&Path>,
        settings: Option<&Path>,
        reports: &[PathBuf],
    ) -> Result<Self> {
        let shown = document::shown(&path);
        if path == Path::new("-") {
            bail!(
                "--out -: the plan is shown on stdout already, and is saved in a file: name one, as in --out plan.json"
            );
        }
        if settings.is_some_and(|settings| is_same(&path, settings)) {
            bail!("--out {shown}: this is the settings file; name another file");
        }
        if roster.is_some_and(|roster| is_same(&path, roster)) {
            bail!("--out {shown}: this is {ROSTER}; name another file");
        }
        let is_report = |report: &&PathBuf| **report == path || is_same(report, &path);
        if reports.iter().any(|report| is_report(&report)) {
            bail!("--out {shown}: this is the file of a report; name another one");
        }
        // Not kept until the end: a run that is killed would leave it behind.
        drop(document::temporary(&path, "--out")?);
        Ok(Self(path))
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Saves a plan, for the owner of the file alone: it is whole, or as it was before.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub(crate) fn write(&self, saved: &SavedPlan) -> Result<()> {
        let failed = || format!("cannot write the saved plan {}", document::shown(&self.0));
        let text = saved.to_text().map_err(|error| anyhow!("{error}"));
        let text = text.with_context(failed)?;
        let mut file = document::temporary(&self.0, "--out")?;
        file.write_all(text.as_bytes()).with_context(failed)?;
        file.persist(&self.0).with_context(failed)
    }
}

/// Reads a plan that was saved.
///
/// # Errors
///
/// When it cannot be read, or is not one that can be used.
pub(crate) fn read(path: &Path) -> Result<SavedPlan> {
    let shown = || document::shown(path);
    let bytes = bounded_file::read(path, MOST + 1, "saved plan")?;
    if bytes.len() as u64 > MOST {
        bail!(
            "{}: it is larger than any saved plan",
            document::shown(path)
        );
    }
    SavedPlan::parse(&bytes).with_context(shown)
}
