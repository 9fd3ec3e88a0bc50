//! What is alike, said once: the same trouble of 80 accounts in 21 Regions is one, not 1,680.

use std::collections::{BTreeMap, BTreeSet};

use crate::account::{AccountId, Region};

/// What stands for an account and a Region in a reason that many have in common. They are the words
/// of `--expected ACCOUNT/REGION`.
const ACCOUNT: &str = "ACCOUNT";
const REGION: &str = "REGION";

/// A reason, and every membership that has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// Why they are not as wanted, and what to do.
    pub reason: String,
    /// Those that have it.
    pub memberships: Vec<(AccountId, Region)>,
}

impl Trouble {
    /// The accounts that have the same Regions, together.
    #[must_use]
    pub fn places(&self) -> Vec<(BTreeSet<Region>, Vec<AccountId>)> {
        places(self.memberships.iter().cloned())
    }
}

/// Puts memberships with the same reason together; what concerns most comes first.
#[must_use]
pub fn troubles<'a>(
    items: impl IntoIterator<Item = (AccountId, &'a Region, &'a str)>,
) -> Vec<Trouble> {
    let mut by_reason: BTreeMap<String, Vec<(AccountId, Region)>> = BTreeMap::new();
    for (account, region, reason) in items {
        let membership = (account, region.clone());
        let reason = general(account, region, reason);
        by_reason.entry(reason).or_default().push(membership);
    }
    let mut troubles: Vec<_> = by_reason
        .into_iter()
        .map(|(reason, memberships)| Trouble {
            reason: particular(reason, &memberships),
            memberships,
        })
        .collect();
    troubles.sort_by_key(|trouble| std::cmp::Reverse(trouble.memberships.len()));
    troubles
}

/// The reason as it reads for every account and Region.
fn general(account: AccountId, region: &Region, reason: &str) -> String {
    reason
        .replace(&account.to_string(), ACCOUNT)
        .replace(region.as_str(), REGION)
}

/// The reason with what all its memberships have in common put back.
fn particular(mut reason: String, memberships: &[(AccountId, Region)]) -> String {
    let accounts: BTreeSet<_> = memberships.iter().map(|(account, _)| account).collect();
    let regions: BTreeSet<_> = memberships.iter().map(|(_, region)| region).collect();
    if let (1, Some(account)) = (accounts.len(), accounts.first()) {
        reason = reason.replace(ACCOUNT, &account.to_string());
    }
    if let (1, Some(region)) = (regions.len(), regions.first()) {
        reason = reason.replace(REGION, region.as_str());
    }
    reason
}

/// The accounts that have the same Regions, together, in the order of the accounts.
#[must_use]
pub fn places(
    memberships: impl IntoIterator<Item = (AccountId, Region)>,
) -> Vec<(BTreeSet<Region>, Vec<AccountId>)> {
    let mut by_account: BTreeMap<AccountId, BTreeSet<Region>> = BTreeMap::new();
    for (account, region) in memberships {
        by_account.entry(account).or_default().insert(region);
    }
    let mut by_regions: BTreeMap<BTreeSet<Region>, Vec<AccountId>> = BTreeMap::new();
    for (account, regions) in by_account {
        by_regions.entry(regions).or_default().push(account);
    }
    let mut places: Vec<_> = by_regions.into_iter().collect();
    places.sort_by(|(_, one), (_, other)| one.cmp(other));
    places
}

/// Names some of all Regions, most of them by those that are missing.
#[must_use]
pub fn name_regions(some: &BTreeSet<Region>, all: &BTreeSet<Region>) -> String {
    let missing: Vec<_> = all.difference(some).collect();
    match missing.as_slice() {
        [] if all.len() > 3 => format!("all {} Regions", all.len()),
        [..] if all.len() > 5 && missing.len() <= 3 => {
            format!("all {} Regions but {}", all.len(), listed(missing))
        }
        _ => listed(some),
    }
}

fn listed<'a>(regions: impl IntoIterator<Item = &'a Region>) -> String {
    let names: Vec<_> = regions.into_iter().map(Region::as_str).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    fn id(n: u8) -> AccountId {
        format!("{n:012}").parse().unwrap()
    }

    fn regions(names: &[&str]) -> BTreeSet<Region> {
        names.iter().map(|name| Region::new(name)).collect()
    }

    #[test]
    fn the_same_reason_is_one_trouble_of_all_accounts_and_regions() {
        let (east, west) = (Region::new("us-east-1"), Region::new("us-west-1"));
        let troubles = troubles([
            (id(3), &west, "us-west-1 is off: \"000000000003/us-west-1\""),
            (id(1), &east, "no role in 000000000001"),
            (id(2), &east, "no role in 000000000002"),
            (id(2), &west, "no role in 000000000002"),
        ]);
        let reasons: Vec<_> = troubles.iter().map(|it| it.reason.as_str()).collect();
        let off = "us-west-1 is off: \"000000000003/us-west-1\"";
        assert_eq!(reasons, ["no role in ACCOUNT", off]);
        assert_eq!(
            troubles[0].places(),
            [
                (regions(&["us-east-1"]), vec![id(1)]),
                (regions(&["us-east-1", "us-west-1"]), vec![id(2)]),
            ]
        );
    }

    #[test]
    fn accounts_with_the_same_regions_are_one_place() {
        let (a, b) = (Region::new("a"), Region::new("b"));
        let places = places([
            (id(2), a.clone()),
            (id(1), a.clone()),
            (id(1), b.clone()),
            (id(3), b),
            (id(3), a),
        ]);
        assert_eq!(
            places,
            [
                (regions(&["a", "b"]), vec![id(1), id(3)]),
                (regions(&["a"]), vec![id(2)]),
            ]
        );
    }

    #[test]
    fn most_regions_are_named_by_those_that_are_missing() {
        let all = regions(&["a", "b", "c", "d", "e", "f"]);
        for (some, phrase) in [
            (&["a", "b", "c", "d", "e", "f"][..], "all 6 Regions"),
            (&["a", "b", "d", "e", "f"], "all 6 Regions but c"),
            (&["a", "b"], "a, b"),
        ] {
            assert_eq!(name_regions(&regions(some), &all), phrase);
        }
        let few = regions(&["a", "b"]);
        assert_eq!(name_regions(&few, &few), "a, b");
    }
}
