//! What is not as wanted, each thing with its reason, its accounts and its Regions.

use std::borrow::Cow;
use std::fmt::Write;

use anstyle::Style;
use fleet::account::{AccountId, Region};

use super::text::{paint, wrapped};
use super::whole::Whole;

/// A membership with its reason.
pub(crate) struct Item<'a> {
    pub account: AccountId,
    pub region: &'a Region,
    pub reason: Cow<'a, str>,
}

/// Draws the items, those with the same reason together.
pub(crate) fn draw<'a>(
    items: impl IntoIterator<Item = Item<'a>>,
    whole: &Whole,
    (symbol, style): (char, Style),
    width: usize,
) -> String {
    let items: Vec<_> = items.into_iter().collect();
    let items = items
        .iter()
        .map(|item| (item.account, item.region, &*item.reason));
    let mut text = String::new();
    for trouble in fleet::report::troubles(items) {
        let first = format!("  {} ", paint(style, symbol));
        let reason = wrapped(&trouble.reason, width, &first, "    ");
        let _ = writeln!(text, "{reason}");
        for (regions, accounts) in trouble.places() {
            let place = format!(
                "{} in {}",
                whole.accounts_at_fault(&accounts),
                whole.regions(&regions)
            );
            let _ = writeln!(text, "{}", wrapped(&place, width, "      ", "        "));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::text::BAD;
    use super::*;
    use fleet::label::Labels;
    use pretty_assertions::assert_eq;

    fn drawn(items: &[(&str, &str, &str)]) -> String {
        let whole = Whole {
            regions: ["eu-west-1", "us-east-1"].map(Region::new).into(),
            accounts: BTreeSet::new(),
            labels: Labels::default(),
        };
        let items: Vec<_> = items
            .iter()
            .map(|(account, region, reason)| {
                (account.parse().unwrap(), Region::new(region), *reason)
            })
            .collect();
        let items = items.iter().map(|(account, region, reason)| Item {
            account: *account,
            region,
            reason: (*reason).into(),
        });
        let text = draw(items, &whole, ('!', BAD), 80);
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
