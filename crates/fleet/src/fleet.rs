//! The fleet: what is wanted.

use std::collections::{BTreeMap, BTreeSet};

use crate::account::{AccountId, Email, Region};

/// Administrator, members and settings: what every Region is brought to.
#[derive(Clone, Debug)]
pub struct Fleet {
    /// The account that owns the behavior graphs and invites.
    pub administrator: AccountId,
    /// The accounts that are wanted as members, with the root e-mail that each is invited with.
    pub members: BTreeMap<AccountId, Email>,
    /// How they are wanted.
    pub settings: Settings,
}

/// How a fleet is wanted, beyond its members.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Let AWS send its invitation mail: one per member *and Region*, to the root address.
    pub send_email: bool,
    /// A text of 1 to 1,000 characters for that mail.
    pub message: Option<String>,
    /// Tags for behavior graphs that this run creates.
    pub tags: BTreeMap<String, String>,
    /// Memberships that are known to stay out: opted out, or denied by policy.
    pub expected: BTreeSet<(AccountId, Region)>,
}

impl Fleet {
    /// Whether this membership is known to stay out.
    #[must_use]
    pub fn is_expected_out(&self, account: AccountId, region: &Region) -> bool {
        !self.settings.expected.is_empty()
            && self.settings.expected.contains(&(account, region.clone()))
    }
}
