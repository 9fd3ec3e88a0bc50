//! Members that came through AWS Organizations: somebody else decides about them.

use std::collections::BTreeSet;

use super::Header;
use crate::account::{AccountId, Region};

const WHAT: &str = "came through AWS Organizations, without an invitation";

/// Those of all Regions.
#[derive(Debug, Default)]
pub(super) struct OfOrganization {
    accounts: BTreeSet<AccountId>,
    regions: BTreeSet<Region>,
}

impl OfOrganization {
    /// Adds one membership.
    pub(super) fn note(&mut self, account: AccountId, region: &Region) {
        self.accounts.insert(account);
        self.regions.insert(region.clone());
    }

    /// Says so, once, with what the organization can do: removing its Detective administrator deletes
    /// its behavior graphs (user guide, accounts-remove-admin-overview).
    pub(super) fn tell(&self, header: &mut Header) {
        // A part of a document is made of the whole, with its notes.
        let is_told = header.notes.iter().any(|note| note.contains(WHAT));
        if self.accounts.is_empty() || is_told {
            return;
        }
        let (accounts, whose, whom) = match self.accounts.len() {
            1 => ("1 account".to_owned(), "its", "it"),
            n => (format!("{n} accounts"), "their", "them"),
        };
        let regions = match self.regions.len() {
            1 => "1 Region".to_owned(),
            n => format!("{n} Regions"),
        };
        header.notes.push(format!(
            "{accounts} {WHAT} (in {regions}): {whose} organization decides about {whom}, and its behavior graphs are deleted, with all data, when the organization removes its Detective administrator"
        ));
    }
}
