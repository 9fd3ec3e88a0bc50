//! Things that are alike, said once: 21 equal Regions are one line, not 21.

use std::collections::{BTreeMap, BTreeSet};

use fleet::account::{AccountId, Region};

use super::text::{counted, len};

/// The most accounts that are named in one place; the JSON report names all of them.
const MOST_NAMED: usize = 200;

/// All Regions of a run, for saying "all" and "all but".
pub(crate) struct Everywhere<'a>(pub Vec<&'a Region>);

impl<'a> Everywhere<'a> {
    /// Those Regions.
    pub(crate) fn of(regions: impl IntoIterator<Item = &'a Region>) -> Self {
        Self(regions.into_iter().collect())
    }

    /// Names some of them.
    pub(crate) fn phrase(&self, some: &BTreeSet<Region>) -> String {
        let all = self.0.len();
        let missing: Vec<_> = self
            .0
            .iter()
            .filter(|region| !some.contains(**region))
            .collect();
        match missing.as_slice() {
            [] if all > 3 => format!("all {all} Regions"),
            [..] if all > 5 && missing.len() <= 3 => {
                format!("all {all} Regions but {}", listed(missing))
            }
            _ => listed(some),
        }
    }
}

/// Names with commas between them.
pub(crate) fn listed(names: impl IntoIterator<Item = impl ToString>) -> String {
    let names: Vec<_> = names.into_iter().map(|name| name.to_string()).collect();
    names.join(", ")
}

/// Accounts by their ids, as far as that helps anybody.
pub(crate) fn accounts(ids: &[AccountId]) -> String {
    match ids.split_at_checked(MOST_NAMED) {
        None | Some((_, [])) => listed(ids),
        Some((named, rest)) => {
            format!(
                "{} and {} more",
                listed(named),
                counted(len(rest), "account")
            )
        }
    }
}

/// A few of the accounts by their ids, for a text that has the others elsewhere.
pub(crate) fn few_accounts(ids: &[AccountId]) -> String {
    match ids {
        [one] => one.to_string(),
        [_, _] | [_, _, _] => format!("{}: {}", counted(len(ids), "account"), listed(ids)),
        _ => counted(len(ids), "account"),
    }
}

/// Groups by a key, each group in the order of the items.
pub(crate) fn group<K: Ord, V>(items: impl IntoIterator<Item = (K, V)>) -> BTreeMap<K, Vec<V>> {
    let mut groups: BTreeMap<K, Vec<V>> = BTreeMap::new();
    for (key, value) in items {
        groups.entry(key).or_default().push(value);
    }
    groups
}

/// The accounts that have the same Regions, together.
pub(crate) fn places(
    memberships: impl IntoIterator<Item = (AccountId, Region)>,
) -> Vec<(BTreeSet<Region>, Vec<AccountId>)> {
    let mut by_account: BTreeMap<AccountId, BTreeSet<Region>> = BTreeMap::new();
    for (account, region) in memberships {
        by_account.entry(account).or_default().insert(region);
    }
    let by_regions = group(
        by_account
            .into_iter()
            .map(|(account, regions)| (regions, account)),
    );
    let mut places: Vec<_> = by_regions.into_iter().collect();
    places.sort_by(|(_, a), (_, b)| a.cmp(b));
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    fn regions(names: &[&str]) -> Vec<Region> {
        names.iter().map(|name| Region::new(name)).collect()
    }

    #[test]
    fn most_regions_are_named_by_those_that_are_missing() {
        let all = regions(&["a", "b", "c", "d", "e", "f"]);
        let everywhere = Everywhere::of(&all);
        for (some, phrase) in [
            (&["a", "b", "c", "d", "e", "f"][..], "all 6 Regions"),
            (&["a", "b", "d", "e", "f"], "all 6 Regions but c"),
            (&["a", "b"], "a, b"),
        ] {
            assert_eq!(
                everywhere.phrase(&regions(some).into_iter().collect()),
                phrase
            );
        }
    }

    #[test]
    fn a_few_regions_are_named() {
        let all = regions(&["eu-west-1", "us-east-1"]);
        assert_eq!(
            Everywhere::of(&all).phrase(&all.iter().cloned().collect()),
            "eu-west-1, us-east-1"
        );
    }

    #[test]
    fn accounts_with_the_same_regions_are_one_place() {
        let id = |n: u8| format!("{n:012}").parse::<AccountId>().unwrap();
        let (a, b) = (Region::new("a"), Region::new("b"));
        let places = places([
            (id(2), a.clone()),
            (id(1), a.clone()),
            (id(1), b.clone()),
            (id(3), b.clone()),
            (id(3), a.clone()),
        ]);
        assert_eq!(
            places,
            [
                (BTreeSet::from([a.clone(), b]), vec![id(1), id(3)]),
                (BTreeSet::from([a]), vec![id(2)]),
            ]
        );
    }
}
