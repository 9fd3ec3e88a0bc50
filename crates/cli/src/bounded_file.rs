//! Files that somebody names, read to a limit: one that never ends is not read to its end, and a pipe is as
//! good as a file.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};

use crate::document;

/// What to do where the name is meant for something else than a file.
fn instead(path: &Path) -> &'static str {
    if path.starts_with("s3:") {
        "; the command reads no bucket: copy the object here first, with aws s3 cp"
    } else if path == Path::new("-") {
        "; name /dev/stdin to read what another program writes"
    } else {
        ""
    }
}

/// At most so many bytes of a file.
///
/// # Errors
///
/// When it cannot be read; for a directory it is said what to name in it.
pub(crate) fn read(path: &Path, most: u64, what: &str) -> Result<Vec<u8>> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            bail!(
                "{}: there is no such file{}",
                document::shown(path),
                instead(path)
            );
        }
        Err(error) => return Err(anyhow!("{}: {error}", document::shown(path))),
    };
    if file.metadata().is_ok_and(|it| it.is_dir()) {
        bail!(
            "{}: this is a directory; name the {what} in it",
            document::shown(path)
        );
    }
    let mut bytes = Vec::new();
    file.take(most)
        .read_to_end(&mut bytes)
        .with_context(|| format!("{}: cannot be read", document::shown(path)))?;
    Ok(bytes)
}
