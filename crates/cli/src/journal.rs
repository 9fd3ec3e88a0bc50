//! `--journal`: where changes are taken down, before and after each.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result, bail};
use fleet::event::{Event, Sink, SinkError};
use fleet::journal::Line;
use fleet::origin::Origin;

use crate::document::shown;
use crate::own_file;

/// A file that lines are added to.
#[derive(Debug)]
pub(crate) struct JournalFile {
    path: PathBuf,
    file: File,
    /// The last line in it has no end: a full disk cut it off.
    is_torn: bool,
}

impl JournalFile {
    /// Opens the file, or makes it.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub(crate) fn open(path: PathBuf) -> Result<Self> {
        let named = || format!("--journal {}", shown(&path));
        if path.metadata().is_ok_and(|it| !is_for_lines(&it)) {
            bail!("{}: this is not a file", named());
        }
        // Appending puts each line at the end whoever else writes there.
        let file = own_file::open(&path, OpenOptions::new().append(true).create(true));
        let file = file.with_context(|| format!("{}: cannot write there", named()))?;
        let is_torn = is_torn(&path).with_context(|| format!("{}: cannot be read", named()))?;
        Ok(Self {
            path,
            file,
            is_torn,
        })
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Adds a line in one write, so that the lines of several processes do not mix.
    fn add(&mut self, line: &str) -> std::io::Result<()> {
        let begin = if self.is_torn { "\n" } else { "" };
        let bytes = format!("{begin}{line}\n").into_bytes();
        let mut rest = bytes.as_slice();
        while !rest.is_empty() {
            match self.file.write(rest) {
                Ok(0) => return Err(std::io::ErrorKind::WriteZero.into()),
                Ok(written) => {
                    rest = &rest[written..];
                    self.is_torn = !rest.is_empty();
                }
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

/// A directory takes no lines, and a pipe waits for somebody to read it before it opens.
#[cfg(unix)]
fn is_for_lines(it: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::FileTypeExt;
    it.is_file() || it.file_type().is_char_device()
}

#[cfg(not(unix))]
fn is_for_lines(it: &std::fs::Metadata) -> bool {
    it.is_file()
}

fn is_torn(path: &Path) -> std::io::Result<bool> {
    // A device has no end to look at.
    if !path.metadata()?.is_file() || path.metadata()?.len() == 0 {
        return Ok(false);
    }
    let mut file = File::open(path)?;
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last != [b'\n'])
}

/// The journal of one run.
#[derive(Debug)]
pub(crate) struct Journal {
    run: String,
    file: Mutex<JournalFile>,
    /// Who makes it, until a line has said so.
    origin: Mutex<Option<Origin>>,
}

impl Journal {
    /// Takes down what that run changes.
    pub(crate) fn of_run(file: JournalFile, run: &str) -> Self {
        Self {
            run: run.to_owned(),
            file: Mutex::new(file),
            origin: Mutex::default(),
        }
    }

    /// Says in its first line who makes it.
    pub(crate) fn is_by(&self, origin: Origin) {
        *self.origin.lock().unwrap_or_else(PoisonError::into_inner) = Some(origin);
    }
}

impl Sink for Journal {
    fn record(&self, event: &Event) -> Result<(), SinkError> {
        let Some(line) = Line::of(&self.run, event) else {
            return Ok(());
        };
        // A panic in the middle of a line leaves it torn, which is known.
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let mut origin = self.origin.lock().unwrap_or_else(PoisonError::into_inner);
        let line = serde_json::to_string(&line.by(origin.as_ref()));
        let added = line.map_err(Into::into).and_then(|line| file.add(&line));
        if added.is_ok() {
            *origin = None;
        }
        added.map_err(|error| {
            let path = shown(&file.path);
            SinkError(format!("the journal {path} cannot be written ({error}): nothing more is changed; what was reached stays, and the same command goes on from there"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_added_and_one_that_was_cut_off_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("journal");
        for line in ["one", "two"] {
            JournalFile::open(path.clone()).unwrap().add(line).unwrap();
        }
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "one\ntwo\n");
        std::fs::write(&path, "one\ntw").unwrap();
        let mut journal = JournalFile::open(path.clone()).unwrap();
        journal.add("three").unwrap();
        journal.add("four").unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text, "one\ntw\nthree\nfour\n");
    }

    #[test]
    fn what_takes_no_lines_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let there = dir.path().to_owned();
        let nowhere = there.join("no/journal");
        for (path, why) in [(there, "not a file"), (nowhere, "cannot write there")] {
            let error = format!("{:#}", JournalFile::open(path).unwrap_err());
            assert!(error.contains(why), "{error}");
        }
    }
}
