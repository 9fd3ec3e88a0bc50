//! Which Regions can be used in which accounts.

use std::time::Duration;

use super::World;
use crate::account::AccountId;
use crate::region::Region;

/// Whether an account opted in to a Region, in AWS's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OptStatus {
    EnabledByDefault,
    Enabled,
    Enabling,
    Disabling,
    Disabled,
}

impl OptStatus {
    /// All of them.
    pub(crate) const ALL: [OptStatus; 5] = [
        OptStatus::EnabledByDefault,
        OptStatus::Enabled,
        OptStatus::Enabling,
        OptStatus::Disabling,
        OptStatus::Disabled,
    ];

    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            OptStatus::EnabledByDefault => "ENABLED_BY_DEFAULT",
            OptStatus::Enabled => "ENABLED",
            OptStatus::Enabling => "ENABLING",
            OptStatus::Disabling => "DISABLING",
            OptStatus::Disabled => "DISABLED",
        }
    }
}

impl World {
    /// Whether that account opted in to that Region, that long after the start. Accounts that only
    /// an identity service knows are like those that say nothing of their Regions.
    pub(crate) fn opt_status(
        &self,
        account: AccountId,
        region: Region,
        elapsed: Duration,
    ) -> OptStatus {
        if !region.is_opt_in() {
            return OptStatus::EnabledByDefault;
        }
        let off_everywhere = self.regions_off.contains(&region);
        let is_off = self
            .accounts
            .get(&account)
            .map_or(off_everywhere, |account| {
                if let Some(end) = account.regions_enabling.get(&region) {
                    return elapsed < *end;
                }
                let on = account.regions_on.contains(&region);
                !on && (off_everywhere || account.regions_off.contains(&region))
            });
        let account = self.accounts.get(&account);
        let disabling = account.and_then(|account| account.regions_disabling.get(&region));
        let enabling = account.is_some_and(|it| it.regions_enabling.contains_key(&region));
        match (disabling, is_off) {
            (Some(end), _) if elapsed < *end => OptStatus::Disabling,
            (Some(_), _) => OptStatus::Disabled,
            (None, true) if enabling => OptStatus::Enabling,
            (None, true) => OptStatus::Disabled,
            (None, false) => OptStatus::Enabled,
        }
    }

    /// Whether that Region can be used in that account, that long after the start. While it is being
    /// enabled or disabled it cannot; the latter is assumed.
    pub(crate) fn is_on(&self, account: AccountId, region: Region, elapsed: Duration) -> bool {
        matches!(
            self.opt_status(account, region, elapsed),
            OptStatus::EnabledByDefault | OptStatus::Enabled
        )
    }
}
