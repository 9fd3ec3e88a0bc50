//! From a path to a roster.

use std::path::Path;

use anyhow::{Context, Result};
use fleet::account::AccountId;
use fleet::origin::ListOrigin;
use fleet::roster::Roster;

use crate::bounded_file;
use crate::document;

/// One byte more than a roster may have, so that a larger file is told from one that fits and none
/// is read that never ends.
const MOST: u64 = 5 * 1024 * 1024 + 1;

/// Reads the accounts of a file.
///
/// # Errors
///
/// When it cannot be read, or has no good line.
pub(crate) fn read(path: &Path, administrator: Option<AccountId>) -> Result<Roster> {
    let bytes = bounded_file::read(path, MOST, "CSV")?;
    let name = path.display().to_string();
    let list = Some(ListOrigin::of(&name, &bytes));
    let roster = Roster::parse(&bytes, administrator).context(document::shown(path))?;
    Ok(Roster { list, ..roster })
}
