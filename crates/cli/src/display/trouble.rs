//! What is not as wanted: each cause once, with its accounts and Regions, and what to do.

use std::fmt::Write;

use fleet::account::{AccountId, Region};
use fleet::cause::{Cause, Told};
use fleet::origin::Origin;

use super::scope::Scope;
use super::text::{BOLD, Mark, paint, wrapped};

/// A membership with the cause for which it is not as wanted.
pub(crate) struct Item<'a> {
    pub account: AccountId,
    pub region: &'a Region,
    pub cause: Cause,
}

/// Draws the items, those with the same cause together.
pub(crate) fn draw<'a>(
    items: impl IntoIterator<Item = Item<'a>>,
    scope: &Scope,
    mark: Mark,
    width: usize,
) -> String {
    let items = items.into_iter();
    let items = items.map(|item| (item.account, item.region, item.cause));
    let mut text = String::new();
    for trouble in fleet::report::troubles(items) {
        let places = trouble.places().into_iter().map(|(regions, accounts)| {
            format!(
                "{} in {}",
                scope.accounts_at_fault(&accounts),
                scope.regions(&regions)
            )
        });
        let told = trouble.told(scope.accounts.len());
        let places: Vec<_> = places.collect();
        text.push_str(&entry(&told, &places, &scope.origin, mark, width));
    }
    text
}

/// Draws one cause: what and why, where, and what to do, in a document of that origin.
pub(crate) fn entry(
    told: &Told,
    places: &[String],
    origin: &Origin,
    mark: Mark,
    width: usize,
) -> String {
    let told = told.clone().within(origin);
    let first = format!("  {} ", paint(mark.style, mark.symbol));
    let mut text = wrapped(&told.what_and_why(), width, &first, "    ");
    text.push('\n');
    for place in places {
        let _ = writeln!(text, "{}", wrapped(place, width, "      ", "        "));
    }
    if let Some(todo) = &told.todo {
        let _ = writeln!(text, "{}", wrapped(todo, width, "    -> ", "       "));
    }
    if let Some(command) = &told.command {
        // A command in one piece can be copied, however long it is.
        let _ = writeln!(text, "       {}", paint(BOLD, command));
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::fixture::{account, no_role, plain};
    use super::super::text::FAILED;
    use super::*;
    use fleet::label::Labels;
    use pretty_assertions::assert_eq;

    fn drawn(items: &[(usize, &str, Cause)]) -> String {
        let scope = Scope {
            regions: ["eu-west-1", "us-east-1"].map(Region::new).into(),
            accounts: BTreeSet::new(),
            labels: Labels::default(),
            origin: Origin::default(),
        };
        let items: Vec<_> = items
            .iter()
            .map(|(n, region, cause)| (account(*n), Region::new(region), cause.clone()))
            .collect();
        let items = items.iter().map(|(account, region, cause)| Item {
            account: *account,
            region,
            cause: cause.clone(),
        });
        plain(&draw(items, &scope, FAILED, 100))
    }

    #[test]
    fn the_same_cause_is_said_once_for_all_accounts_and_regions() {
        let text = drawn(&[
            (1, "us-east-1", no_role("teams/ACCOUNT")),
            (1, "eu-west-1", no_role("teams/ACCOUNT")),
            (2, "us-east-1", no_role("teams/ACCOUNT")),
            (2, "eu-west-1", no_role("teams/ACCOUNT")),
            (3, "eu-west-1", Cause::RegionOff),
        ]);
        insta::assert_snapshot!(text);
    }

    #[test]
    fn eighty_accounts_without_a_role_are_one_line() {
        let items: Vec<_> = (0..80)
            .map(|n| {
                (
                    n,
                    "us-east-1",
                    no_role("detective-fleet/DetectiveFleetMember"),
                )
            })
            .collect();
        let text = drawn(&items);
        assert_eq!(text.matches("Cannot assume").count(), 1, "{text}");
        assert!(text.contains("in 80 accounts."), "{text}");
        assert!(!text.contains("ACCOUNT"), "{text}");
    }
}
