//! What a document comes to in accounts: the first sentence that people read.

mod japanese;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::number;
use crate::account::{AccountId, Region};
use crate::cause::Cause;
use crate::language::Language;

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
/// as what is worst for it in any Region; one that is left out everywhere does not count. Regions of which
/// nothing is known are named beside them, and nothing is claimed there of anybody.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Headcount {
    /// All that count.
    pub accounts: u64,
    /// Those that are as the list wants in every Region of which something is known.
    pub as_wanted: u64,
    /// Those that need action somewhere.
    pub need_action: u64,
    /// Those that need none, and that are not finished.
    pub waiting: u64,
    /// For how many causes they need action.
    pub causes: u64,
    /// Regions that failed as a whole, or could not be read: for everybody.
    pub lost_regions: Vec<Region>,
}

/// What a headcount is about, for its words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aim {
    /// A run that enables.
    Enable,
    /// A run that removes.
    Disable,
    /// A look at what there is.
    Status,
}

impl Headcount {
    /// Counts memberships of Regions that did not fail as a whole, and `everybody` who is in scope in one
    /// of `lost_regions`.
    #[must_use]
    pub fn of<'a>(
        memberships: impl IntoIterator<Item = Counted<'a>>,
        everybody: impl IntoIterator<Item = AccountId>,
        lost_regions: Vec<Region>,
    ) -> Self {
        let everybody: BTreeSet<_> = everybody.into_iter().collect();
        // Nothing is known of an account that is in scope in lost Regions only.
        let mut accounts: BTreeMap<AccountId, Option<Reached>> =
            everybody.iter().map(|it| (*it, None)).collect();
        let mut causes: BTreeSet<Cause> = BTreeSet::new();
        for it in memberships {
            let reached = accounts.entry(it.account).or_default();
            *reached = (*reached).max(Some(it.reached));
            if it.reached == Reached::NeedsAction {
                causes.extend(it.cause.map(|cause| cause.key()));
            }
        }
        accounts.retain(|account, reached| {
            *reached != Some(Reached::LeftOut) || everybody.contains(account)
        });
        let count = |wanted| accounts.values().filter(|it| **it == Some(wanted)).count() as u64;
        Self {
            accounts: accounts.len() as u64,
            as_wanted: count(Reached::AsWanted),
            need_action: count(Reached::NeedsAction),
            waiting: count(Reached::Waiting),
            causes: causes.len() as u64,
            lost_regions,
        }
    }

    /// The verdict in a sentence or more.
    #[must_use]
    pub fn sentence(&self, aim: Aim) -> String {
        self.sentence_in(Language::English, aim)
    }

    /// The verdict in that language.
    #[must_use]
    pub fn sentence_in(&self, language: Language, aim: Aim) -> String {
        let sentences = match language {
            Language::English => [
                self.lost(aim),
                self.reached(aim),
                self.action(),
                self.waiting(aim),
            ],
            Language::Japanese => japanese::sentences(self, aim),
        };
        language.join(sentences.into_iter().flatten())
    }

    fn known(&self) -> u64 {
        self.as_wanted + self.need_action + self.waiting
    }

    fn lost(&self, aim: Aim) -> Option<String> {
        let what = match aim {
            Aim::Status => "could not be read",
            Aim::Enable | Aim::Disable => "failed as a whole",
        };
        match self.lost_regions.as_slice() {
            [] => None,
            [one] => Some(format!("{one} {what}.")),
            [one, two] => Some(format!("{one} and {two} {what}.")),
            more => Some(format!("{} Regions {what}.", number(more.len() as u64))),
        }
    }

    fn reached(&self, aim: Aim) -> Option<String> {
        let on = match aim {
            Aim::Disable => "out",
            Aim::Enable | Aim::Status => "on",
        };
        let is_lost = !self.lost_regions.is_empty();
        if self.known() == 0 {
            return (!is_lost).then(|| "No account is in scope.".to_owned());
        }
        let who = match (self.accounts, self.as_wanted) {
            (1, 1) => format!("the account is {on}"),
            (1, none) => format!("{none} of 1 account is {on}"),
            (all, some) if all == some => format!("all {} accounts are {on}", number(all)),
            (all, some) => format!("{} of {} accounts are {on}", number(some), number(all)),
        };
        Some(match is_lost {
            true => format!("Everywhere else, {who}."),
            false => format!("{} everywhere.", capital(&who)),
        })
    }

    fn action(&self) -> Option<String> {
        let need = match self.need_action {
            0 => return None,
            1 => "1 needs you".to_owned(),
            n => format!("{} need you", number(n)),
        };
        Some(match self.causes {
            0 => format!("{need}."),
            1 => format!("{need}, for 1 cause."),
            n => format!("{need}, for {} causes.", number(n)),
        })
    }

    fn waiting(&self, aim: Aim) -> Option<String> {
        let wait = match self.waiting {
            0 => return None,
            1 => "1 waits".to_owned(),
            n => format!("{} wait", number(n)),
        };
        Some(match aim {
            // An invitation that nobody accepts waits for the next run.
            Aim::Status => format!("{wait}: run `enable` to go on."),
            Aim::Enable | Aim::Disable => format!("{wait} for AWS."),
        })
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(chars).collect()
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
        Headcount::of(memberships.collect::<Vec<_>>(), [], Vec::new())
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
        assert_eq!(headcount.sentence(Aim::Enable), sentence);
    }

    #[test]
    fn where_all_is_well_that_is_all() {
        let headcount = counted(|_, _| (Reached::AsWanted, None));
        assert_eq!(
            headcount.sentence(Aim::Enable),
            "All 60 accounts are on everywhere."
        );
        let headcount = counted(|n, _| match n {
            1 => (Reached::AsWanted, None),
            _ => (Reached::LeftOut, None),
        });
        assert_eq!(
            headcount.sentence(Aim::Enable),
            "The account is on everywhere."
        );
        let headcount = counted(|_, _| (Reached::LeftOut, None));
        assert_eq!(headcount.sentence(Aim::Enable), "No account is in scope.");
    }

    #[test]
    fn of_a_region_that_failed_nothing_is_claimed() {
        let lost = || vec![Region::new("eu-west-1")];
        let one = |account, reached| {
            let region = Box::leak(Box::new(Region::new("us-east-1")));
            Counted {
                account,
                region,
                reached,
                cause: Some(Cause::RegionOff),
            }
        };
        let nothing_else = Headcount::of([], (1..=60).map(id), lost());
        assert_eq!(nothing_else.accounts, 60);
        for (aim, sentence) in [
            (Aim::Enable, "eu-west-1 failed as a whole."),
            (Aim::Status, "eu-west-1 could not be read."),
        ] {
            assert_eq!(nothing_else.sentence(aim), sentence);
        }
        let others = (1..=60).map(|n| match n {
            1 => one(id(n), Reached::NeedsAction),
            _ => one(id(n), Reached::AsWanted),
        });
        let sentence = "eu-west-1 failed as a whole. Everywhere else, 59 of 60 accounts are on. 1 needs you, for 1 cause.";
        let headcount = Headcount::of(others, (1..=60).map(id), lost());
        assert_eq!(headcount.sentence(Aim::Enable), sentence);
    }

    #[test]
    fn the_verdict_in_japanese_has_the_same_numbers() {
        let headcount = Headcount {
            accounts: 1_260,
            as_wanted: 1_250,
            need_action: 8,
            waiting: 2,
            causes: 5,
            lost_regions: vec![Region::new("eu-west-1")],
        };
        for (aim, sentence) in [
            (
                Aim::Enable,
                "eu-west-1 は全体として失敗しました。それ以外では、1,260 アカウント中 1,250 アカウントが有効です。8 アカウントに対応が必要です (原因は 5 件)。2 アカウントは AWS の処理を待っています。",
            ),
            (
                Aim::Status,
                "eu-west-1 は読み取れませんでした。それ以外では、1,260 アカウント中 1,250 アカウントが有効です。8 アカウントに対応が必要です (原因は 5 件)。2 アカウントは途中の状態です。`enable` を実行すると続きが行われます。",
            ),
        ] {
            assert_eq!(headcount.sentence_in(Language::Japanese, aim), sentence);
        }
        let all = counted(|_, _| (Reached::AsWanted, None));
        assert_eq!(
            all.sentence_in(Language::Japanese, Aim::Disable),
            "60 アカウントすべてが、全リージョンで外れています。"
        );
        let nobody = Headcount::default();
        assert_eq!(
            nobody.sentence_in(Language::Japanese, Aim::Enable),
            "対象のアカウントはありません。"
        );
        let lost_alone = Headcount {
            accounts: 60,
            lost_regions: vec![Region::new("eu-west-1")],
            ..nobody
        };
        assert_eq!(
            lost_alone.sentence_in(Language::Japanese, Aim::Enable),
            "eu-west-1 は全体として失敗しました。"
        );
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
