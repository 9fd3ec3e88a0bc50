//! The file that says what a run may have made, written before it makes anything.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use conformance::{Mark, Stage};
use fleet::account::Region;

use crate::document;
use crate::own_file;

/// The file, in the folder where the command runs.
pub(super) struct StateFile(PathBuf);

impl StateFile {
    pub(super) fn of(region: &Region) -> Self {
        Self(PathBuf::from(format!(
            ".detective-fleet-conformance-{region}.toml"
        )))
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// The mark of an earlier run, if one left it here.
    ///
    /// # Errors
    ///
    /// When it cannot be read, or is of other accounts.
    pub(super) fn read(&self, stage: &Stage) -> Result<Option<Mark>> {
        let place = || format!("the file of an earlier run, {}", document::shown(&self.0));
        let text = match std::fs::read_to_string(&self.0) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error).with_context(place),
        };
        let mark: Mark = toml::from_str(&text).with_context(place)?;
        if mark.administrator != stage.administrator() {
            bail!(
                "{}: that run had account {} as its administrator, and may have left a behavior graph there: run it again with a profile of that account and --clean-up, or remove the file",
                document::shown(&self.0),
                mark.administrator
            );
        }
        Ok(Some(mark))
    }

    /// Writes the mark, so that it is there whatever happens next.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub(super) fn write(&self, mark: &Mark) -> Result<()> {
        let place = || format!("cannot write {}", document::shown(&self.0));
        let text = toml::to_string(mark).with_context(place)?;
        let mut options = OpenOptions::new();
        let options = options.write(true).create(true).truncate(true);
        own_file::open(&self.0, options)
            .and_then(|mut file| {
                file.write_all(text.as_bytes())?;
                file.sync_all()
            })
            .with_context(place)
    }

    pub(super) fn remove(&self) -> std::io::Result<()> {
        match std::fs::remove_file(&self.0) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            removed => removed,
        }
    }
}
