//! Whose a settings file is: what others can write decides nothing.

use std::path::Path;

use anyhow::Result;

use crate::document;

/// Makes sure that nobody else can have written the file; where it was named, that not everybody can.
///
/// # Errors
///
/// When that is not so.
#[cfg(unix)]
pub(super) fn check(path: &Path, was_named: bool) -> Result<()> {
    use std::os::unix::fs::MetadataExt;

    use anyhow::{Context, bail};

    let of = || format!("{}: cannot see whose it is", document::shown(path));
    let file = path.metadata().with_context(of)?;
    if file.is_file() && file.mode() & 0o002 != 0 {
        bail!(
            "{}: everybody on this machine can write it: `chmod o-w` it, and look at what it says",
            document::shown(path)
        );
    }
    let root = 0;
    let own = rustix::process::geteuid().as_raw();
    if !was_named && file.uid() != own && file.uid() != root {
        bail!(
            "{} in this directory belongs to somebody else (user {}): if you trust it, say `--config {}`",
            document::shown(path),
            file.uid(),
            document::shown(path)
        );
    }
    Ok(())
}

/// The same, where files have no owner that could be asked for.
#[cfg(not(unix))]
pub(super) fn check(_: &Path, _: bool) -> Result<()> {
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_file_that_everybody_can_write_is_refused_even_where_it_was_named() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("fleet.toml");
        std::fs::write(&path, "").unwrap();
        for (mode, fits) in [(0o644, true), (0o664, true), (0o646, false), (0o666, false)] {
            std::fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
            for was_named in [true, false] {
                assert_eq!(check(&path, was_named).is_ok(), fits, "{mode:o}");
            }
        }
    }
}
