//! What a document comes to in accounts: the first sentence that people read.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::number;
use crate::account::{AccountId, Region};
use crate::cause::Cause;

/// How far one membership came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reached {
    /// It is left out, or nothing is wanted of it.
    LeftOut,
    /// It is as the list wants.
    AsWanted,
    /// AWS is not finished with it.
    Waiting,
    /// Somebody has to do something.
    NeedsAction,
}

/// One membership, as it counts.
#[derive(Clone, Debug)]
pub struct Counted<'a> {
    /// Whose.
    pub account: AccountId,
    /// Where.
    pub region: &'a Region,
    /// How far it came.
    pub reached: Reached,
    /// Why it needs action.
    pub cause: Option<Cause>,
}

/// How many accounts are as the list wants in every Region, and how many are not. An account counts once,
/// as what is worst for it in any Region; one that is left out everywhere does not count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Headcount {
    /// All that count.
    pub accounts: u64,
    /// Those that are as the list wants in every Region.
    pub as_wanted: u64,
    /// Those that need action somewhere.
    pub need_action: u64,
    /// Those that need none, and that AWS is not finished with.
    pub waiting: u64,
    /// For how many causes they need action.
    pub causes: u64,
    /// Regions that failed as a whole, or could not be read: for everybody.
    pub failed_regions: u64,
}

impl Headcount {
    /// Counts memberships of Regions that did not fail as a whole, `everybody` who is wanted in one that
    /// did, and how many did.
    #[must_use]
    pub fn of<'a>(
        memberships: impl IntoIterator<Item = Counted<'a>>,
        everybody: impl IntoIterator<Item = AccountId>,
        failed_regions: usize,
    ) -> Self {
        let mut accounts: BTreeMap<AccountId, Reached> = BTreeMap::new();
        let mut causes: BTreeSet<Cause> = BTreeSet::new();
        for account in everybody {
            accounts.entry(account).or_insert(Reached::AsWanted);
        }
        for it in memberships {
            let reached = accounts.entry(it.account).or_insert(it.reached);
            *reached = it.reached.max(*reached);
            if it.reached == Reached::NeedsAction {
                causes.extend(it.cause.map(|cause| cause.key()));
            }
        }
        let count = |wanted| accounts.values().filter(|it| **it == wanted).count() as u64;
        Self {
            accounts: accounts.len() as u64 - count(Reached::LeftOut),
            // Nobody is known to be as wanted in a Region that nobody knows anything of.
            as_wanted: match failed_regions {
                0 => count(Reached::AsWanted),
                _ => 0,
            },
            need_action: count(Reached::NeedsAction),
            waiting: count(Reached::Waiting),
            causes: causes.len() as u64,
            failed_regions: failed_regions as u64,
        }
    }

    /// The verdict in a sentence or more. `on` is what is wanted of an account, such as `on`.
    #[must_use]
    pub fn sentence(&self, on: &str) -> String {
        let Self {
            accounts,
            as_wanted,
            need_action,
            ..
        } = *self;
        let mut text = match accounts {
            0 => return "No account is in scope.".to_owned(),
            1 if as_wanted == 1 => format!("The account is {on} everywhere."),
            _ if as_wanted == accounts => {
                format!("All {} accounts are {on} everywhere.", number(accounts))
            }
            _ => format!(
                "{} of {} {on} everywhere.",
                number(as_wanted),
                match accounts {
                    1 => "1 account is".to_owned(),
                    n => format!("{} accounts are", number(n)),
                }
            ),
        };
        match self.failed_regions {
            0 => {}
            1 => text.push_str(" 1 Region failed as a whole."),
            n => text.push_str(&format!(" {} Regions failed as a whole.", number(n))),
        }
        if need_action > 0 {
            let need = if need_action == 1 { "needs" } else { "need" };
            let causes = match self.causes {
                0 | 1 => "1 cause".to_owned(),
                n => format!("{} causes", number(n)),
            };
            text.push_str(&format!(
                " {} {need} you, for {causes}.",
                number(need_action)
            ));
        }
        if self.waiting > 0 {
            let wait = if self.waiting == 1 { "waits" } else { "wait" };
            text.push_str(&format!(" {} {wait} for AWS.", number(self.waiting)));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    fn id(n: u64) -> AccountId {
        format!("{n:012}").parse().unwrap()
    }

    /// Accounts 1 to 60 in two Regions, as `reached` says.
    fn counted(reached: impl Fn(u64, &Region) -> (Reached, Option<Cause>)) -> Headcount {
        let regions = ["eu-west-1", "us-east-1"].map(Region::new);
        let memberships = regions.iter().flat_map(|region| {
            let reached = &reached;
            (1..=60).map(move |n| {
                let (reached, cause) = reached(n, region);
                let account = id(n);
                Counted {
                    account,
                    region,
                    reached,
                    cause,
                }
            })
        });
        Headcount::of(memberships.collect::<Vec<_>>(), [], 0)
    }

    #[test]
    fn an_account_counts_once_and_as_what_is_worst_for_it() {
        let headcount = counted(|n, region| match (n, region.as_str()) {
            (1..=8, "us-east-1") => {
                let words = format!("cause {}", n % 5);
                (Reached::NeedsAction, Some(Cause::other(&words)))
            }
            (n, _) if (8..11).contains(&n) => (Reached::Waiting, None),
            _ => (Reached::AsWanted, None),
        });
        let sentence =
            "50 of 60 accounts are on everywhere. 8 need you, for 5 causes. 2 wait for AWS.";
        assert_eq!(headcount.sentence("on"), sentence);
    }

    #[test]
    fn where_all_is_well_that_is_all() {
        let headcount = counted(|_, _| (Reached::AsWanted, None));
        assert_eq!(
            headcount.sentence("on"),
            "All 60 accounts are on everywhere."
        );
        let headcount = counted(|n, _| match n {
            1 => (Reached::AsWanted, None),
            _ => (Reached::LeftOut, None),
        });
        assert_eq!(headcount.sentence("on"), "The account is on everywhere.");
        let headcount = counted(|_, _| (Reached::LeftOut, None));
        assert_eq!(headcount.sentence("on"), "No account is in scope.");
    }

    #[test]
    fn in_a_region_that_failed_nobody_is_known_to_be_as_wanted() {
        let headcount = Headcount::of([], (1..=60).map(id), 1);
        let sentence = "0 of 60 accounts are on everywhere. 1 Region failed as a whole.";
        assert_eq!(headcount.sentence("on"), sentence);
    }

    #[test]
    fn no_part_is_larger_than_the_whole() {
        let headcount = counted(|n, _| match n % 4 {
            0 => (Reached::NeedsAction, Some(Cause::RegionOff)),
            1 => (Reached::Waiting, None),
            2 => (Reached::LeftOut, None),
            _ => (Reached::AsWanted, None),
        });
        let parts = headcount.as_wanted + headcount.need_action + headcount.waiting;
        assert_eq!((parts, headcount.accounts), (45, 45));
    }
}
