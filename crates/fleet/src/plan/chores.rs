//! What is done about the behavior graph itself, besides its members.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::decide::{is_held, refused_for_all};
use crate::attempts::{Attempts, FINAL_AFTER, RegionRequest};
use crate::cause::Cause;
use crate::desired::{Fleet, Others, Purpose};
use crate::event::Operation;
use crate::observation::{Graph, Observation};

/// The package that every graph has, and that nobody starts.
const CORE: &str = "DETECTIVE_CORE";

/// One request about the behavior graph itself. `Display` says for people what it would change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Chore {
    /// ListTagsForResource.
    ReadTags,
    /// TagResource: added, or changed.
    Tag(BTreeMap<String, String>),
    /// UntagResource.
    Untag(BTreeSet<String>),
    /// ListDatasourcePackages.
    ReadPackages,
    /// UpdateDatasourcePackages. Whether it stops what it does not name is not documented, so it
    /// names what has been started before as well.
    StartPackages {
        /// All of them.
        named: BTreeSet<String>,
        /// Those that are not started yet.
        new: BTreeSet<String>,
    },
}

impl Chore {
    /// What it counts under.
    #[must_use]
    pub fn request(&self) -> RegionRequest {
        match self {
            Self::ReadTags => RegionRequest::ReadTags,
            Self::Tag(_) => RegionRequest::Tag,
            Self::Untag(_) => RegionRequest::Untag,
            Self::ReadPackages => RegionRequest::ReadPackages,
            Self::StartPackages { .. } => RegionRequest::StartPackages,
        }
    }

    /// Whether it changes anything.
    #[must_use]
    pub fn changes_something(&self) -> bool {
        !matches!(self, Self::ReadTags | Self::ReadPackages)
    }

    /// What was changed, for people.
    #[must_use]
    pub fn done(&self) -> String {
        let what = self.to_string();
        match self {
            Self::StartPackages { .. } => {
                what.replacen("start the packages", "packages started:", 1)
            }
            Self::Untag(_) => what.replacen("remove the tags", "tags removed:", 1),
            _ => what.replacen("set the tags", "tags set:", 1),
        }
    }

    /// What AWS calls it.
    #[must_use]
    pub fn operation(&self) -> Operation {
        match self {
            Self::ReadTags => Operation::ListTagsForResource,
            Self::Tag(_) => Operation::TagResource,
            Self::Untag(_) => Operation::UntagResource,
            Self::ReadPackages => Operation::ListDatasourcePackages,
            Self::StartPackages { .. } => Operation::UpdateDatasourcePackages,
        }
    }
}

impl fmt::Display for Chore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |names: Vec<&str>| names.join(", ");
        match self {
            Self::ReadTags => f.write_str("read its tags"),
            Self::Tag(tags) => {
                let keys = list(tags.keys().map(String::as_str).collect());
                write!(f, "set the tags {keys}")
            }
            Self::Untag(keys) => {
                let keys = list(keys.iter().map(String::as_str).collect());
                write!(f, "remove the tags {keys}")
            }
            Self::ReadPackages => f.write_str("read its packages"),
            Self::StartPackages { new, .. } => {
                let new = list(new.iter().map(String::as_str).collect());
                write!(f, "start the packages {new}")
            }
        }
    }
}

/// What is to be done now, and what cannot be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Chores {
    pub(super) due: Vec<Chore>,
    pub(super) amiss: Vec<Cause>,
    /// Refused so far, and asked again in a later turn.
    pub(super) held: BTreeSet<RegionRequest>,
}

/// Decides for tags and for packages, each by the first row that fits:
///
/// | what is known | step |
/// |---|---|
/// | none are wanted, or there is no graph | nothing |
/// | a request about them is under way | nothing |
/// | they are as wanted | nothing |
/// | the request was refused for good | amiss: why |
/// | the request was refused so far | wait for its turn |
/// | it succeeded three times, and they are not as wanted | amiss: AWS says so and does not show it |
/// | a saved plan is executed that does not hold it | amiss: not in the plan |
/// | they are not known | read them |
/// | otherwise | set tags that are missing or differ; with prune, remove others; start packages |
///
/// What was asked to change is read again: until then it is not known.
pub(super) fn decide(fleet: &Fleet, observation: &Observation, attempts: &Attempts) -> Chores {
    let is_kept = fleet.settings.purpose == Purpose::Enable;
    let mut chores = Chores::default();
    if !is_kept || !matches!(observation.graph(), Graph::Present(_)) {
        return chores;
    }
    let bounds = fleet.settings.bounds.as_ref();
    let here = bounds.map(|bounds| bounds.at(observation.region()));
    let wanted = tags(fleet, observation).into_iter();
    for chore in wanted.chain(packages(fleet, observation)) {
        let tried = attempts.region(chore.request());
        if tried.is_some_and(|tried| tried.under_way) {
            continue;
        }
        let done = tried.map_or(0, |tried| tried.done);
        if let Some(cause) = refused_for_all(attempts, chore.request()) {
            chores.amiss.push(cause);
        } else if is_held(attempts, chore.request()) {
            chores.held.insert(chore.request());
        } else if chore.changes_something() && done >= FINAL_AFTER {
            let operation = chore.operation();
            chores.amiss.push(Cause::NoEffect { operation });
        } else if here.is_some_and(|here| !here.holds_chore(observation.graph_arn(), &chore)) {
            let operation = chore.operation();
            chores.amiss.push(Cause::NotInPlan { operation });
        } else {
            chores.due.push(chore);
        }
    }
    chores
}

/// What is set and what is taken away have no key in common, so that the order does not matter, and a plan
/// shows both.
fn tags(fleet: &Fleet, observation: &Observation) -> Vec<Chore> {
    let wanted = &fleet.settings.tags;
    if wanted.is_empty() {
        return Vec::new();
    }
    let Some(there) = observation.tags() else {
        return vec![Chore::ReadTags];
    };
    let differs = |(key, value): &(&String, &String)| there.get(*key) != Some(*value);
    let missing: BTreeMap<_, _> = wanted
        .iter()
        .filter(differs)
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    let prunes = fleet.settings.others != Others::Leave;
    // Keys with that prefix are AWS's own.
    let others = there
        .keys()
        .filter(|key| prunes && !wanted.contains_key(*key) && !key.starts_with("aws:"));
    let others: BTreeSet<_> = others.cloned().collect();
    let set = (!missing.is_empty()).then_some(Chore::Tag(missing));
    let untag = (!others.is_empty()).then_some(Chore::Untag(others));
    set.into_iter().chain(untag).collect()
}

fn packages(fleet: &Fleet, observation: &Observation) -> Option<Chore> {
    let wanted = &fleet.settings.packages;
    if wanted.is_empty() {
        return None;
    }
    let Some(started) = observation.packages() else {
        return Some(Chore::ReadPackages);
    };
    let new: BTreeSet<_> = wanted.difference(started).cloned().collect();
    let mut named: BTreeSet<_> = wanted.union(started).cloned().collect();
    named.remove(CORE);
    (!new.is_empty()).then_some(Chore::StartPackages { named, new })
}
