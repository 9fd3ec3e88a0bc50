//! What is not as wanted, each thing with its reason, its accounts and its Regions.

use std::collections::BTreeSet;
use std::fmt::Write;

use anstyle::Style;
use fleet::account::{AccountId, Region};

use super::fold::{self, Everywhere};
use super::text::{paint, wrapped};

/// What stands for an account and a Region in a reason that many have in common. They are the words
/// of `--expected ACCOUNT/REGION`.
const ACCOUNT: &str = "ACCOUNT";
const REGION: &str = "REGION";

/// A membership with its reason.
pub(crate) struct Item<'a> {
    pub account: AccountId,
    pub region: &'a Region,
    pub reason: &'a str,
}

/// Draws the items, those with the same reason together.
pub(crate) fn draw<'a>(
    items: impl IntoIterator<Item = Item<'a>>,
    everywhere: &Everywhere<'_>,
    (symbol, style): (char, Style),
    width: usize,
) -> String {
    let by_reason = fold::group(items.into_iter().map(|item| {
        let membership = (item.account, item.region.clone());
        (general(&item), membership)
    }));
    // What concerns most comes first.
    let mut by_reason: Vec<_> = by_reason.into_iter().collect();
    by_reason.sort_by_key(|(_, memberships)| std::cmp::Reverse(memberships.len()));
    let mut text = String::new();
    for (reason, memberships) in by_reason {
        let reason = particular(reason, &memberships);
        // Not wrapped: a line of it may be meant to be copied.
        let _ = writeln!(text, "  {} {reason}", paint(style, symbol));
        for (regions, accounts) in fold::places(memberships) {
            let place = format!(
                "{} in {}",
                fold::accounts(&accounts),
                everywhere.phrase(&regions)
            );
            let _ = writeln!(text, "{}", wrapped(&place, width, "      ", "        "));
        }
    }
    text
}

/// The reason as it reads for every account and Region.
fn general(item: &Item<'_>) -> String {
    item.reason
        .replace(&item.account.to_string(), ACCOUNT)
        .replace(item.region.as_str(), REGION)
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

#[cfg(test)]
mod tests {
    use super::super::text::BAD;
    use super::*;
    use pretty_assertions::assert_eq;

    fn drawn(items: &[(&str, &str, &str)]) -> String {
        let regions: Vec<_> = ["eu-west-1", "us-east-1"].map(Region::new).into();
        let items: Vec<_> = items
            .iter()
            .map(|(account, region, reason)| {
                (account.parse().unwrap(), Region::new(region), *reason)
            })
            .collect();
        let items = items.iter().map(|(account, region, reason)| Item {
            account: *account,
            region,
            reason,
        });
        let text = draw(items, &Everywhere::of(&regions), ('!', BAD), 80);
        anstream::adapter::strip_str(&text).to_string()
    }

    #[test]
    fn the_same_reason_is_said_once_for_all_accounts_and_regions() {
        let text = drawn(&[
            ("111111111111", "us-east-1", "no role in 111111111111"),
            ("111111111111", "eu-west-1", "no role in 111111111111"),
            ("222222222222", "us-east-1", "no role in 222222222222"),
            ("222222222222", "eu-west-1", "no role in 222222222222"),
            (
                "333333333333",
                "eu-west-1",
                "eu-west-1 is off: \"333333333333/eu-west-1\"",
            ),
        ]);
        assert_eq!(
            text,
            "  ! no role in ACCOUNT\n".to_owned()
                + "      111111111111, 222222222222 in eu-west-1, us-east-1\n"
                + "  ! eu-west-1 is off: \"333333333333/eu-west-1\"\n"
                + "      333333333333 in eu-west-1\n"
        );
    }
}
