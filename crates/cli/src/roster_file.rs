//! From a path to a roster.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};
use fleet::account::AccountId;
use fleet::origin::ListOrigin;
use fleet::roster::Roster;

/// One byte more than a roster may have, so that a larger file is told from one that fits and none
/// is read that never ends.
const MOST: u64 = 5 * 1024 * 1024 + 1;

/// Reads the accounts of a file.
///
/// # Errors
///
/// When it cannot be read, or has no good line.
pub(crate) fn read(path: &Path, administrator: Option<AccountId>) -> Result<Roster> {
    let bytes = bytes(path)?;
    let name = path.display().to_string();
    let list = Some(ListOrigin::of(&name, &bytes));
    let roster = Roster::parse(&bytes, administrator).context(name)?;
    Ok(Roster { list, ..roster })
}

fn bytes(path: &Path) -> Result<Vec<u8>> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            bail!("{}: there is no such file", path.display());
        }
        Err(error) => return Err(anyhow!("{}: {error}", path.display())),
    };
    if file.metadata().is_ok_and(|it| it.is_dir()) {
        bail!(
            "{}: this is a directory; name the CSV in it",
            path.display()
        );
    }
    let mut bytes = Vec::new();
    file.take(MOST)
        .read_to_end(&mut bytes)
        .with_context(|| format!("{}: cannot be read", path.display()))?;
    Ok(bytes)
}
