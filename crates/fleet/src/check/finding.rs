//! What a check found, things that are alike said once.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::account::{AccountId, Email, Region};

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Something will fail, or could not be found out.
    Problem,
    /// Worth knowing; nothing fails because of it.
    Advice,
    /// As it should be.
    Ok,
}

impl Level {
    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Problem => "problem",
            Self::Advice => "advice",
            Self::Ok => "ok",
        }
    }
}

/// What a finding is about, in the order of the questions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// The list of accounts.
    File,
    /// Who is calling, and as whom.
    Caller,
    /// Which Regions there are, in the administrator and in members.
    Regions,
    /// The behavior graphs, and how full they are.
    Graph,
    /// Memberships that there are already.
    Members,
    /// The role in members.
    Role,
    /// What the role may ask.
    Calls,
    /// Who else invites members.
    Invitations,
    /// GuardDuty in members.
    #[serde(rename = "guardduty")]
    GuardDuty,
}

impl Topic {
    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Caller => "caller",
            Self::Regions => "regions",
            Self::Graph => "graph",
            Self::Members => "members",
            Self::Role => "role",
            Self::Calls => "calls",
            Self::Invitations => "invitations",
            Self::GuardDuty => "guardduty",
        }
    }
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// One thing that a check found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What it is about.
    pub topic: Topic,
    /// How much it matters.
    pub level: Level,
    /// What was found. `ACCOUNT` and `REGION` in it stand for each of those below where they are
    /// several.
    pub what: String,
    /// What to do about it.
    pub todo: Option<String>,
    /// The accounts that it holds for; empty where it is not about members.
    pub accounts: Vec<AccountId>,
    /// The Regions that it holds for, in each of these accounts; empty where it is about none.
    pub regions: Vec<Region>,
}

/// Which account and Region something was found in.
pub(super) type Place = (Option<AccountId>, Option<Region>);

/// Findings before they are gathered.
#[derive(Debug, Default)]
pub(super) struct Findings(BTreeMap<Alike, BTreeSet<Place>>);

/// What findings have in common that are said as one.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Alike {
    topic: Topic,
    level: Level,
    what: String,
    todo: String,
}

const ACCOUNT: &str = "ACCOUNT";
const REGION: &str = "REGION";

impl Findings {
    /// Something is as it should be.
    pub(super) fn ok(&mut self, topic: Topic, place: Place, what: &str) {
        self.add(topic, Level::Ok, place, (what, ""));
    }

    /// Something is worth knowing.
    pub(super) fn advice(&mut self, topic: Topic, place: Place, what: &str, todo: &str) {
        self.add(topic, Level::Advice, place, (what, todo));
    }

    /// Something will fail.
    pub(super) fn problem(&mut self, topic: Topic, place: Place, what: &str, todo: &str) {
        self.add(topic, Level::Problem, place, (what, todo));
    }

    /// AWS's words may quote e-mails, and name the account and the Region.
    fn add(&mut self, topic: Topic, level: Level, place: Place, (what, todo): (&str, &str)) {
        let alike = Alike {
            topic,
            level,
            what: general(&Email::mask_in(what), &place),
            todo: general(todo, &place),
        };
        self.0.entry(alike).or_default().insert(place);
    }

    /// Everything that was found; what is alike in several accounts and Regions is one finding for
    /// all accounts that have the same Regions.
    pub(super) fn gathered(self) -> Vec<Finding> {
        self.0
            .into_iter()
            .flat_map(|(alike, places)| gather(&alike, places))
            .collect()
    }
}

fn general(text: &str, (account, region): &Place) -> String {
    let text = account.map_or_else(
        || text.to_owned(),
        |account| text.replace(&account.to_string(), ACCOUNT),
    );
    match region {
        Some(region) => text.replace(region.as_str(), REGION),
        None => text,
    }
}

fn gather(alike: &Alike, places: BTreeSet<Place>) -> Vec<Finding> {
    let mut by_account: BTreeMap<Option<AccountId>, BTreeSet<Region>> = BTreeMap::new();
    for (account, region) in places {
        by_account.entry(account).or_default().extend(region);
    }
    let mut by_regions: BTreeMap<BTreeSet<Region>, Vec<AccountId>> = BTreeMap::new();
    for (account, regions) in by_account {
        by_regions.entry(regions).or_default().extend(account);
    }
    let finding = |(regions, accounts): (BTreeSet<Region>, Vec<AccountId>)| {
        let regions: Vec<_> = regions.into_iter().collect();
        let particular = |text: &str| particular(text, &accounts, &regions);
        Finding {
            topic: alike.topic,
            level: alike.level,
            what: particular(&alike.what),
            todo: (!alike.todo.is_empty()).then(|| particular(&alike.todo)),
            accounts,
            regions,
        }
    };
    by_regions.into_iter().map(finding).collect()
}

/// What all places have in common is put back.
fn particular(text: &str, accounts: &[AccountId], regions: &[Region]) -> String {
    let text = match accounts {
        [account] => text.replace(ACCOUNT, &account.to_string()),
        _ => text.to_owned(),
    };
    match regions {
        [region] => text.replace(REGION, region.as_str()),
        _ => text,
    }
}
