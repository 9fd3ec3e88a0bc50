//! Accounts and their roles.

use std::collections::BTreeSet;

use serde::Deserialize;

use crate::account::AccountId;
use crate::region::Region;

/// One account.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Account {
    /// The e-mail address of its root user; made up if left out.
    pub email: String,
    /// What the roster says its e-mail is, where that is something else.
    pub listed_as: Option<String>,
    /// Whether the roster leaves it out.
    pub unlisted: bool,
    /// Opt-in Regions that it switched off.
    pub regions_off: BTreeSet<Region>,
    /// Opt-in Regions that it switched on although they are off in most accounts.
    pub regions_on: BTreeSet<Region>,
    /// Its roles, if they are not those of the world.
    pub roles: Option<Vec<Role>>,
}

/// A role that can be assumed.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Role {
    /// Its name, with its path if it has one.
    pub name: String,
    /// The external id that its trust policy asks for.
    #[serde(default)]
    pub external_id: Option<String>,
    /// The accounts that it trusts; the administrator alone if none is named.
    #[serde(default)]
    pub trusts: Vec<AccountId>,
    /// The one role of those accounts that it trusts, by name; all of their principals if none is
    /// named.
    #[serde(default)]
    pub trusts_role: Option<String>,
}

impl Role {
    /// A role that any principal of the administrator can assume.
    pub fn named(name: &str) -> Role {
        Role {
            name: name.to_owned(),
            external_id: None,
            trusts: Vec::new(),
            trusts_role: None,
        }
    }
}
