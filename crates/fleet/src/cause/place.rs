//! Where a cause was found.

use std::collections::BTreeSet;

use crate::account::{AccountId, Region};

/// The accounts and the Regions that have a cause in common, for the words about it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    accounts: BTreeSet<AccountId>,
    regions: BTreeSet<Region>,
    pairs: BTreeSet<(AccountId, Region)>,
    everybody: bool,
}

/// The most accounts or pairs that a command names; with more it is nothing that anybody types or reads.
const MOST_NAMED: usize = 10;

impl Place {
    /// One membership.
    #[must_use]
    pub fn one(account: AccountId, region: &Region) -> Self {
        Self::of([(account, region.clone())])
    }

    /// A Region, for everybody in it.
    #[must_use]
    pub fn region(region: &Region) -> Self {
        Self {
            regions: [region.clone()].into(),
            ..Self::default()
        }
    }

    /// Some memberships.
    #[must_use]
    pub fn of(memberships: impl IntoIterator<Item = (AccountId, Region)>) -> Self {
        let pairs: BTreeSet<_> = memberships.into_iter().collect();
        Self {
            accounts: pairs.iter().map(|(account, _)| *account).collect(),
            regions: pairs.iter().map(|(_, region)| region.clone()).collect(),
            pairs,
            everybody: false,
        }
    }

    /// Some accounts, each in all of some Regions, or in none that matters.
    #[must_use]
    pub fn among(accounts: &[AccountId], regions: &[Region]) -> Self {
        let pairs = |account: &AccountId| {
            let account = *account;
            regions.iter().map(move |region| (account, region.clone()))
        };
        Self {
            accounts: accounts.iter().copied().collect(),
            regions: regions.iter().cloned().collect(),
            pairs: accounts.iter().flat_map(pairs).collect(),
            everybody: false,
        }
    }

    /// The same place, where `all` is how many accounts there are: what is so for all of several is
    /// hardly the fault of each.
    #[must_use]
    pub fn out_of(mut self, all: usize) -> Self {
        self.everybody = self.accounts.len() > 1 && self.accounts.len() == all;
        self
    }

    /// Whether it is more than one membership, or more than one Region.
    pub(super) fn is_several(&self) -> bool {
        self.accounts.len() > 1 || self.regions.len() > 1
    }

    /// Whether it is about Regions and no account in particular.
    pub(super) fn is_a_region(&self) -> bool {
        self.accounts.is_empty()
    }

    /// Whether these are all accounts, and more than one.
    pub(super) fn is_everybody(&self) -> bool {
        self.everybody
    }

    /// The account, where it is one.
    pub(super) fn account(&self) -> Option<AccountId> {
        let mut accounts = self.accounts.iter();
        accounts
            .next()
            .filter(|_| accounts.next().is_none())
            .copied()
    }

    /// The Region, where it is one.
    pub(super) fn the_region(&self) -> Option<&Region> {
        let mut regions = self.regions.iter();
        regions.next().filter(|_| regions.next().is_none())
    }

    /// How many accounts there are.
    pub(super) fn accounts(&self) -> usize {
        self.accounts.len()
    }

    /// How many Regions there are.
    pub(super) fn regions(&self) -> usize {
        self.regions.len()
    }

    /// The account, or that there are several.
    pub(super) fn who(&self) -> String {
        match (self.account(), self.accounts.len()) {
            (Some(account), _) => account.to_string(),
            (None, 0) => "the account".to_owned(),
            (None, n) => format!("{n} accounts"),
        }
    }

    /// The Region, or that there are several.
    pub(super) fn where_to(&self) -> String {
        match (self.the_region(), self.regions.len()) {
            (Some(region), _) => region.to_string(),
            (None, 0) => "the Region".to_owned(),
            (None, n) => format!("{n} Regions"),
        }
    }

    /// What it is that holds for the Regions: `eu-west-1 is`, `2 Regions are`.
    pub(super) fn where_it_is(&self) -> String {
        let verb = if self.regions.len() > 1 { "are" } else { "is" };
        format!("{} {verb}", self.where_to())
    }

    /// The account ids as a flag takes them, where they are few.
    pub(super) fn account_ids(&self) -> Option<String> {
        let ids: Vec<_> = self.accounts.iter().map(ToString::to_string).collect();
        (1..=MOST_NAMED).contains(&ids.len()).then(|| ids.join(","))
    }

    /// The names of the Regions as a flag takes them.
    pub(super) fn region_names(&self) -> String {
        let names: Vec<_> = self.regions.iter().map(Region::as_str).collect();
        names.join(",")
    }

    /// The pairs as `--expected` takes them, where they are few or a whole Region's.
    pub(super) fn as_expected(&self) -> Option<String> {
        let whole = self.pairs.len() == self.accounts.len() * self.regions.len();
        let pairs: Vec<_> = match self.pairs.len() {
            _ if whole && self.everybody => {
                self.regions.iter().map(|it| format!("*/{it}")).collect()
            }
            1..=MOST_NAMED => {
                let pairs = self.pairs.iter();
                pairs.map(|(id, region)| format!("{id}/{region}")).collect()
            }
            _ => return None,
        };
        Some(pairs.join(","))
    }
}
