//! Files that hold what is nobody else's business: for their owner alone, and never at the end of a link
//! that somebody has laid there.

use std::fs::{File, OpenOptions};
use std::io::{Error, Result};
use std::path::Path;

/// Opens a file, or makes it for its owner alone. Nothing is written yet.
///
/// # Errors
///
/// Where that is not possible, or a link stands there.
pub(crate) fn open(path: &Path, options: &mut OpenOptions) -> Result<File> {
    refuse_link(path)?;
    let file = for_the_owner(options).open(path)?;
    // It may have been laid there in between.
    refuse_link(path)?;
    Ok(file)
}

fn refuse_link(path: &Path) -> Result<()> {
    match path.symlink_metadata() {
        Ok(there) if there.is_symlink() => Err(Error::other(
            "this is a link, which is not followed: name the file itself",
        )),
        _ => Ok(()),
    }
}

#[cfg(unix)]
fn for_the_owner(options: &mut OpenOptions) -> &mut OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;
    options.mode(0o600)
}

#[cfg(not(unix))]
fn for_the_owner(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{MetadataExt, symlink};

    use super::*;

    #[test]
    fn a_new_file_is_its_owners_and_a_link_is_not_followed() {
        let dir = tempfile::tempdir().unwrap();
        let (file, link) = (dir.path().join("file"), dir.path().join("link"));
        let mut options = OpenOptions::new();
        let options = options.append(true).create(true);
        open(&file, options).unwrap();
        assert_eq!(file.metadata().unwrap().mode() & 0o777, 0o600);
        for target in [&file, &dir.path().join("nowhere")] {
            symlink(target, &link).unwrap();
            let error = open(&link, options).unwrap_err().to_string();
            assert!(error.contains("link"), "{error}");
            std::fs::remove_file(&link).unwrap();
        }
        assert!(!dir.path().join("nowhere").exists());
    }
}
