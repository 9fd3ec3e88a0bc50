//! What is alike, said once: the same trouble of 80 accounts in 21 Regions is one, not 1,680.

use std::collections::{BTreeMap, BTreeSet};

use crate::account::{AccountId, Region};
use crate::cause::{Cause, Place, Told};
use crate::language::Language;

/// A cause, and every membership that has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// Why they are not as wanted; AWS's words in it are those of the first.
    pub cause: Cause,
    /// Those that have it.
    pub memberships: Vec<(AccountId, Region)>,
}

impl Trouble {
    /// The accounts that have the same Regions, together.
    #[must_use]
    pub fn places(&self) -> Vec<(BTreeSet<Region>, Vec<AccountId>)> {
        places(self.memberships.iter().cloned())
    }

    /// How many accounts it holds back.
    #[must_use]
    pub fn accounts(&self) -> usize {
        let accounts: BTreeSet<_> = self.memberships.iter().map(|(id, _)| id).collect();
        accounts.len()
    }

    /// The words for it, in a document of so many accounts.
    #[must_use]
    pub fn told(&self, all_accounts: usize) -> Told {
        self.told_in(Language::English, all_accounts)
    }

    /// The words in that language.
    #[must_use]
    pub fn told_in(&self, language: Language, all_accounts: usize) -> Told {
        let place = Place::of(self.memberships.iter().cloned());
        self.cause.told_in(language, &place.out_of(all_accounts))
    }
}

/// Puts memberships with the same cause together; what holds back most accounts comes first.
#[must_use]
pub fn troubles<'a>(
    items: impl IntoIterator<Item = (AccountId, &'a Region, Cause)>,
) -> Vec<Trouble> {
    let mut by_key: BTreeMap<Cause, Trouble> = BTreeMap::new();
    for (account, region, cause) in items {
        let trouble = by_key.entry(cause.key()).or_insert_with(|| Trouble {
            cause,
            memberships: Vec::new(),
        });
        trouble.memberships.push((account, region.clone()));
    }
    let mut troubles: Vec<_> = by_key.into_values().collect();
    troubles.sort_by_key(|it| std::cmp::Reverse((it.accounts(), it.memberships.len())));
    troubles
}

/// Puts Regions with the same cause together, with the words for them.
#[must_use]
pub fn region_troubles<'a>(
    items: impl IntoIterator<Item = (&'a Region, Cause)>,
) -> Vec<(Told, BTreeSet<Region>)> {
    region_troubles_in(Language::English, items)
}

/// Puts Regions with the same cause together, with the words in that language.
#[must_use]
pub fn region_troubles_in<'a>(
    language: Language,
    items: impl IntoIterator<Item = (&'a Region, Cause)>,
) -> Vec<(Told, BTreeSet<Region>)> {
    let mut by_key: BTreeMap<Cause, (Cause, BTreeSet<Region>)> = BTreeMap::new();
    for (region, cause) in items {
        let (_, regions) = by_key
            .entry(cause.key())
            .or_insert_with(|| (cause, BTreeSet::new()));
        regions.insert(region.clone());
    }
    let told = |(cause, regions): (Cause, BTreeSet<Region>)| {
        let names: Vec<_> = regions.iter().cloned().collect();
        (cause.told_in(language, &Place::among(&[], &names)), regions)
    };
    by_key.into_values().map(told).collect()
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
    name_regions_in(Language::English, some, all)
}

/// Names them in that language.
#[must_use]
pub fn name_regions_in(
    language: Language,
    some: &BTreeSet<Region>,
    all: &BTreeSet<Region>,
) -> String {
    let missing: Vec<_> = all.difference(some).collect();
    let n = all.len();
    match (missing.as_slice(), language) {
        ([], Language::English) if n > 3 => format!("all {n} Regions"),
        ([], Language::Japanese) if n > 3 => format!("全 {n} リージョン"),
        ([..], Language::English) if n > 5 && missing.len() <= 3 => {
            format!("all {n} Regions but {}", listed(missing))
        }
        ([..], Language::Japanese) if n > 5 && missing.len() <= 3 => {
            format!("全 {n} リージョン ({} を除く)", listed(missing))
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
    use crate::cause::{FailedCall, FailureKind, MemberRole};
    use crate::event::Operation;
    use crate::region_table::Partition;

    fn id(n: u8) -> AccountId {
        format!("{n:012}").parse().unwrap()
    }

    fn regions(names: &[&str]) -> BTreeSet<Region> {
        names.iter().map(|name| Region::new(name)).collect()
    }

    fn no_role(name: &str, n: u8) -> Cause {
        let words = format!("arn:aws:sts::{}:assumed-role/X is not authorized", id(n));
        Cause::RoleNotAssumed {
            role: MemberRole {
                partition: Partition::Aws,
                name: name.into(),
                external_id: false,
            },
            error: FailedCall::new(
                Operation::AssumeRole,
                FailureKind::Denied,
                "AccessDenied",
                Some(&words),
            ),
        }
    }

    #[test]
    fn the_same_cause_is_one_trouble_of_all_accounts_and_regions() {
        let (east, west) = (Region::new("us-east-1"), Region::new("us-west-1"));
        let name = "teams/ACCOUNT";
        let troubles = troubles([
            (id(3), &west, Cause::RegionOff),
            (id(1), &east, no_role(name, 1)),
            (id(2), &east, no_role(name, 2)),
            (id(2), &west, no_role(name, 2)),
        ]);
        let told: Vec<_> = troubles.iter().map(|it| it.told(9).what).collect();
        let wanted = [
            "Cannot assume the role teams/ACCOUNT in 2 accounts.",
            "us-west-1 is not switched on in 000000000003.",
        ];
        assert_eq!(told, wanted);
        assert_eq!(troubles[0].accounts(), 2);
        assert_eq!(
            troubles[0].places(),
            [
                (regions(&["us-east-1"]), vec![id(1)]),
                (regions(&["us-east-1", "us-west-1"]), vec![id(2)]),
            ]
        );
    }

    #[test]
    fn eighty_accounts_without_a_role_are_one_trouble() {
        let region = Region::new("us-east-1");
        let items = (1..=80).map(|n| (id(n), &region, no_role("X", n)));
        let troubles = troubles(items);
        assert_eq!((troubles.len(), troubles[0].accounts()), (1, 80));
    }

    #[test]
    fn regions_that_failed_alike_are_told_once() {
        let failed = |region: &str| Cause::RegionFailed {
            error: FailedCall::new(
                Operation::ListGraphs,
                FailureKind::Silent,
                "NoAnswer",
                Some(&format!(
                    "no connection to detective.{region}.amazonaws.com"
                )),
            ),
        };
        let [a, b] = ["eu-west-1", "us-east-1"].map(Region::new);
        let told = region_troubles([(&a, failed("eu-west-1")), (&b, failed("us-east-1"))]);
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].0.what, "detective:ListGraphs failed in 2 Regions.");
        let todo = told[0].0.todo.as_deref().unwrap();
        assert!(
            todo.contains("--exclude-region eu-west-1,us-east-1"),
            "{todo}"
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
        let most = regions(&["a", "b", "d", "e", "f"]);
        assert_eq!(
            name_regions_in(Language::Japanese, &most, &all),
            "全 6 リージョン (c を除く)"
        );
    }

    #[test]
    fn few_regions_are_named_one_by_one_in_every_language() {
        let first = |n: usize| regions(&["a", "b", "c", "d", "e", "f"][..n]);
        for (some, all, english, japanese) in [
            (3, 3, "a, b, c", "a, b, c"),
            (4, 4, "all 4 Regions", "全 4 リージョン"),
            (4, 5, "a, b, c, d", "a, b, c, d"),
            (
                3,
                6,
                "all 6 Regions but d, e, f",
                "全 6 リージョン (d, e, f を除く)",
            ),
            (2, 6, "a, b", "a, b"),
        ] {
            let named = Language::ALL.map(|it| name_regions_in(it, &first(some), &first(all)));
            assert_eq!(named, [english, japanese], "{some} of {all}");
        }
    }
}
