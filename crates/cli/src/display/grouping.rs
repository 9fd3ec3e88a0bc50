//! Things that are alike, said once: 21 equal Regions are one line, not 21.

use std::collections::BTreeMap;

use super::text::{counted, len};

/// The most accounts that are named in one place; the JSON report names all of them.
const MOST_NAMED: usize = 200;

/// Names with commas between them.
pub(crate) fn listed(names: impl IntoIterator<Item = impl ToString>) -> String {
    let names: Vec<_> = names.into_iter().map(|name| name.to_string()).collect();
    names.join(", ")
}

/// Accounts by their names, as far as that helps anybody.
pub(crate) fn accounts(names: &[String]) -> String {
    match names.split_at_checked(MOST_NAMED) {
        None | Some((_, [])) => listed(names),
        Some((named, rest)) => {
            format!(
                "{} and {} more",
                listed(named),
                counted(len(rest), "account")
            )
        }
    }
}

/// A few of the accounts by their names, for a text that has the others elsewhere.
pub(crate) fn few_accounts(names: &[String]) -> String {
    match names {
        [one] => one.clone(),
        [_, _] | [_, _, _] => format!("{}: {}", counted(len(names), "account"), listed(names)),
        _ => counted(len(names), "account"),
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
