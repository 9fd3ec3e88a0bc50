//! Whether there is somebody to ask, and which flags ask nobody.

use anyhow::{Result, bail};

use crate::commands::change::Permit;
use crate::display::Output;
use crate::settings::aws::FormSettings;

/// What is said where the command cannot go on without asking, and there is nobody to ask.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unasked<'a> {
    /// `deploy` or `remove`.
    pub(super) operation: &'a str,
    pub(super) yes: bool,
    pub(super) dry_run: bool,
}

impl Unasked<'_> {
    /// Makes sure that somebody can be asked, or nobody needs to be.
    ///
    /// # Errors
    ///
    /// When that is not so.
    pub(super) fn check(self, settings: &FormSettings, output: Output) -> Result<()> {
        if self.dry_run {
            return Ok(());
        }
        if !self.yes && !output.can_ask() {
            bail!(
                "there is no terminal to ask on; to go on without being asked, say {} as well",
                self.flags(settings)
            );
        }
        if self.yes && settings.reach.connection.admin_account.is_none() {
            bail!(
                "--yes needs --admin-account: with a wrong profile the stack of another account would be meant"
            );
        }
        let permit = Permit {
            yes: self.yes,
            max_removals: None,
            confirm: None,
        };
        permit.check(&settings.reach, output)
    }

    /// The flags that ask nobody. No command to copy: the name of the stack is to be typed by whoever means it.
    fn flags(self, settings: &FormSettings) -> String {
        let mut flags = vec!["--yes"];
        if settings.reach.connection.admin_account.is_none() {
            flags.push("--admin-account with its account");
        }
        if self.operation == "remove" {
            flags.push("--confirm with the name of the stack");
        }
        flags.join(", ")
    }
}
