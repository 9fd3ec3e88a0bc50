//! Whether there is somebody to ask, and the command that asks nobody.

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
                "there is no terminal to ask on; to go on without being asked, run `{}`, with the other flags as before",
                self.command(settings)
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

    /// The command that asks nobody.
    fn command(self, settings: &FormSettings) -> String {
        let (region, typed) = (settings.region.as_ref(), &settings.reach.typed);
        let mut command = super::command(self.operation, &settings.stack, region, typed);
        command.push_str(" --yes");
        if !typed.has("admin-account") {
            let account = settings.reach.connection.admin_account;
            let account = account.map_or_else(|| "ACCOUNT".to_owned(), |it| it.to_string());
            command.push_str(&format!(" --admin-account {account}"));
        }
        if self.operation == "remove" {
            command.push_str(&format!(" --confirm {}", settings.stack));
        }
        command
    }
}
