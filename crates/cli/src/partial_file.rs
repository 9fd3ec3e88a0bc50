//! A file on its way: under a name of its own, until it is whole.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tempfile::NamedTempFile;

/// The one that is being written, if any: a process that ends at once removes it first.
static UNDER_WAY: Mutex<Option<PathBuf>> = Mutex::new(None);

fn under_way() -> MutexGuard<'static, Option<PathBuf>> {
    // A path is there or not: nothing can be half done.
    UNDER_WAY.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A file that has its name once it is whole, and leaves nothing behind otherwise.
#[derive(Debug)]
pub(crate) struct PartialFile {
    file: NamedTempFile,
    // Dropped after the file is gone.
    _known: Known,
}

#[derive(Debug)]
struct Known;

impl Drop for Known {
    fn drop(&mut self) {
        *under_way() = None;
    }
}

impl PartialFile {
    /// Begins a file.
    ///
    /// # Errors
    ///
    /// When it cannot be made.
    pub(crate) fn new(make: impl FnOnce() -> io::Result<NamedTempFile>) -> io::Result<Self> {
        let mut under_way = under_way();
        let file = make()?;
        *under_way = Some(file.path().to_owned());
        Ok(Self {
            file,
            _known: Known,
        })
    }

    /// It is whole, and takes the place of whatever is there.
    ///
    /// # Errors
    ///
    /// When it cannot.
    pub(crate) fn persist(self, path: &Path) -> io::Result<()> {
        let Self { file, _known } = self;
        file.persist(path).map(drop).map_err(|error| error.error)
    }
}

impl Write for PartialFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Removes the file that is being written. As long as the answer lives no other is begun: it is for
/// a process that is about to end.
#[must_use]
pub(crate) fn abandon() -> impl Sized {
    let under_way = under_way();
    if let Some(path) = &*under_way {
        // Whoever wrote it may have been faster.
        let _ = std::fs::remove_file(path);
    }
    under_way
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_ends_at_once_leaves_nothing_behind() {
        let dir = tempfile::tempdir().unwrap();
        let left = || std::fs::read_dir(dir.path()).unwrap().count();
        let mut file = PartialFile::new(|| NamedTempFile::new_in(dir.path())).unwrap();
        file.write_all(b"half").unwrap();
        assert_eq!(left(), 1);
        let ending = abandon();
        assert_eq!(left(), 0);
        drop(ending);
    }
}
