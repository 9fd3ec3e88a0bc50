//! What a check found, things that are alike said once.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::account::{AccountId, Email, Region};
use crate::cause::Cause;
use crate::origin::Origin;

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
    /// What was found, and why.
    pub what: String,
    /// What to do about it.
    pub todo: Option<String>,
    /// The command for that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// The cause of it as data, where it has one.
    #[serde(default, flatten, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// The accounts that it holds for; empty where it is not about members.
    pub accounts: Vec<AccountId>,
    /// The Regions that it holds for, in each of these accounts; empty where it is about none.
    pub regions: Vec<Region>,
}

/// Which account and Region something was found in.
pub(super) type Place = (Option<AccountId>, Option<Region>);

/// Findings before they are gathered: where each was found, and the first of those that are alike.
#[derive(Debug, Default)]
pub(super) struct Findings(BTreeMap<Alike, (Said, BTreeSet<Place>)>);

/// What findings have in common that are said as one.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Alike {
    topic: Topic,
    level: Level,
    said: Said,
}

/// What is said of them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Said {
    /// The words that a cause has, but for what to do where that is known better.
    Cause { cause: Cause, todo: Option<String> },
    /// Words that name neither an account nor a Region.
    Words { what: String, todo: String },
}

impl Findings {
    /// Something is as it should be.
    pub(super) fn ok(&mut self, topic: Topic, place: Place, what: &str) {
        self.words(topic, Level::Ok, place, what, "");
    }

    /// Something is worth knowing.
    pub(super) fn advice(&mut self, topic: Topic, place: Place, what: &str, todo: &str) {
        self.words(topic, Level::Advice, place, what, todo);
    }

    /// Something will fail.
    pub(super) fn problem(&mut self, topic: Topic, place: Place, what: &str, todo: &str) {
        self.words(topic, Level::Problem, place, what, todo);
    }

    /// Something will fail, or is worth knowing, for this cause.
    pub(super) fn cause(&mut self, topic: Topic, level: Level, place: Place, cause: Cause) {
        let said = |cause| Said::Cause { cause, todo: None };
        self.add(topic, level, place, said(cause.key()), said(cause));
    }

    /// Something will fail for this cause, and what there is to do is not about the accounts.
    pub(super) fn cause_with(
        &mut self,
        topic: Topic,
        place: Place,
        cause: Cause,
        todo: Option<&str>,
    ) {
        let todo = || todo.map(str::to_owned);
        let said = |cause| Said::Cause {
            cause,
            todo: todo(),
        };
        self.add(topic, Level::Problem, place, said(cause.key()), said(cause));
    }

    fn words(&mut self, topic: Topic, level: Level, place: Place, what: &str, todo: &str) {
        let said = Said::Words {
            what: Email::mask_in(what),
            todo: todo.to_owned(),
        };
        self.add(topic, level, place, said.clone(), said);
    }

    fn add(&mut self, topic: Topic, level: Level, place: Place, key: Said, said: Said) {
        let alike = Alike {
            topic,
            level,
            said: key,
        };
        let (_, places) = self.0.entry(alike).or_insert((said, BTreeSet::new()));
        places.insert(place);
    }

    /// Everything that was found, of so many accounts in a document of that origin; what is alike in several accounts and Regions is
    /// one finding for all accounts that have the same Regions.
    pub(super) fn gathered(self, accounts: usize, origin: &Origin) -> Vec<Finding> {
        let gather = |(alike, (said, places)): (Alike, (Said, BTreeSet<Place>))| {
            let places = by_regions(places).into_iter();
            let (topic, level) = (alike.topic, alike.level);
            places.map(move |(regions, ids)| {
                let regions = regions.into_iter().collect();
                finding(topic, level, &said, ids, regions, accounts, origin)
            })
        };
        self.0.into_iter().flat_map(gather).collect()
    }
}

/// The accounts that have the same Regions, together.
fn by_regions(places: BTreeSet<Place>) -> BTreeMap<BTreeSet<Region>, Vec<AccountId>> {
    let mut by_account: BTreeMap<Option<AccountId>, BTreeSet<Region>> = BTreeMap::new();
    for (account, region) in places {
        by_account.entry(account).or_default().extend(region);
    }
    let mut by_regions: BTreeMap<BTreeSet<Region>, Vec<AccountId>> = BTreeMap::new();
    for (account, regions) in by_account {
        by_regions.entry(regions).or_default().extend(account);
    }
    by_regions
}

fn finding(
    topic: Topic,
    level: Level,
    said: &Said,
    accounts: Vec<AccountId>,
    regions: Vec<Region>,
    all_accounts: usize,
    origin: &Origin,
) -> Finding {
    let (what, todo, command, cause) = match said {
        Said::Words { what, todo } => {
            let todo = (!todo.is_empty()).then(|| todo.clone());
            (what.clone(), todo, None, None)
        }
        Said::Cause { cause, todo } => {
            let place = crate::cause::Place::among(&accounts, &regions).out_of(all_accounts);
            let told = cause.told(&place);
            let what = told.what_and_why();
            let told = match todo {
                Some(_) => told,
                None => told.within(origin),
            };
            let command = told.command.filter(|_| todo.is_none());
            let command = command.map(|it| it.to_string());
            let todo = todo.clone().or(told.todo);
            (what, todo, command, Some(cause.clone()))
        }
    };
    Finding {
        topic,
        level,
        what,
        todo,
        command,
        cause,
        accounts,
        regions,
    }
}
