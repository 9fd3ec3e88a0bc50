//! The guard rails: why a run that removes members may not go ahead.
//!
//! They are asked once, over the plans of all Regions, before the first change: a run that is
//! refused is refused whole.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::fmt;

use crate::account::{AccountId, Region};
use crate::cause::Cause;
use crate::desired::{Fleet, Purpose};
use crate::observation::Observation;
use crate::plan::{GraphStep, Kind, Plan, Wait};

/// So many accounts may always be removed.
const FEW: usize = 5;

/// What people have agreed to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Consent {
    /// How many accounts may be removed at most; [`FEW`], or a tenth of the members, if left out.
    pub max_removals: Option<usize>,
    /// Whether the administrator's account id was given, and how.
    pub word: Word,
}

/// Whether the administrator's account id was given: who gives it knows what this is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Word {
    /// It was not.
    #[default]
    None,
    /// With the command, which may stand in a script.
    Written,
    /// By a person who has just seen the plan.
    Typed,
}

/// What counts besides the plans: limits hold for a time and for all of a run, not for what is looked
/// at just now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Before {
    /// Who was removed before, by this run or by others that count.
    pub removed: BTreeSet<AccountId>,
    /// How many accounts were members when that began.
    pub members: usize,
    /// For how long removals count, in hours; `None` where each run counts by itself.
    pub hours: Option<u64>,
}

/// Why a run may not go ahead. `Display` says it in a sentence, with what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The roster has lines that nobody can read: who is meant by them is not known.
    BadLines(usize),
    /// It would remove many accounts.
    TooMany {
        /// What for: by the list, or with everybody else.
        purpose: Purpose,
        /// How many.
        removals: usize,
        /// Of how many that are members somewhere.
        members: usize,
        /// How many may be.
        most: usize,
        /// How many of them were removed before, and within how many hours.
        before: Option<(usize, u64)>,
    },
    /// It would take the role from many accounts.
    ManyRoles {
        /// How many.
        removals: usize,
        /// Of how many that have it.
        roles: usize,
        /// How many may be.
        most: usize,
    },
    /// It would end Detective.
    EndsDetective {
        /// In how many Regions.
        graphs: usize,
        /// Whose graphs.
        administrator: AccountId,
    },
    /// It would delete graphs that have members besides those of the roster.
    Outsiders(Vec<Region>),
}

impl Refusal {
    /// Whether a person may say that it is meant so.
    #[must_use]
    pub fn can_be_confirmed(&self) -> bool {
        matches!(
            self,
            Self::TooMany { .. } | Self::ManyRoles { .. } | Self::EndsDetective { .. }
        )
    }
}

/// Why this run may not go ahead; nothing where it may. `regions` are those that could be read: in
/// others nothing is removed.
#[must_use]
pub fn judge<'a>(
    fleet: &Fleet,
    regions: impl IntoIterator<Item = (&'a Observation, &'a Plan)>,
    bad_lines: usize,
    consent: Consent,
    before: &Before,
) -> Vec<Refusal> {
    if !fleet.removes() {
        return Vec::new();
    }
    let regions: Vec<_> = regions.into_iter().collect();
    let ends = fleet.settings.purpose == Purpose::DeleteGraphs;
    let lines = (bad_lines > 0).then_some(Refusal::BadLines(bad_lines));
    let graphs = (ends && consent.word == Word::None).then(|| Refusal::EndsDetective {
        graphs: regions
            .iter()
            .filter(|(it, _)| it.graph_arn().is_some())
            .count(),
        administrator: fleet.administrator,
    });
    let outsiders = outsiders(&regions);
    let outsiders = (!outsiders.is_empty()).then_some(Refusal::Outsiders(outsiders));
    let many = too_many(fleet, &regions, consent, before);
    [lines, outsiders, graphs, many]
        .into_iter()
        .flatten()
        .collect()
}

/// Why the role may not be taken from so many accounts; nothing where it may.
#[must_use]
pub fn judge_roles(
    removals: usize,
    roles: usize,
    bad_lines: usize,
    consent: Consent,
) -> Vec<Refusal> {
    let most = consent.most(roles);
    let many = removals > most && consent.word != Word::Typed;
    let lines = (bad_lines > 0).then_some(Refusal::BadLines(bad_lines));
    let many = many.then_some(Refusal::ManyRoles {
        removals,
        roles,
        most,
    });
    [lines, many].into_iter().flatten().collect()
}

impl Refusal {
    /// The same, where a saved plan is executed: the list and the settings are those of the plan.
    #[must_use]
    pub fn of_saved_plan(&self) -> String {
        match self {
            Self::Outsiders(regions) => format!(
                "the behavior graph has members that the file does not name in {}: make a new plan, which leaves those Regions out, or whose file names the members (detective-fleet adopt lists them)",
                names(regions)
            ),
            Self::BadLines(_) => format!("{self}, and make a new plan"),
            Self::TooMany { .. } | Self::ManyRoles { .. } | Self::EndsDetective { .. } => {
                self.to_string()
            }
        }
    }
}

/// What to ask oneself before many accounts are removed. Pruning removes whom a list does not name that may have lost lines;
/// to disable, it names those who leave.
#[must_use]
pub fn is_meant(purpose: Purpose, list: &str) -> String {
    match purpose {
        Purpose::Enable => format!("is the {list} complete?"),
        Purpose::Disable => "are all of them meant to leave?".to_owned(),
        Purpose::DeleteGraphs => "is Detective meant to end for all of them?".to_owned(),
    }
}

fn names(regions: &[Region]) -> String {
    let regions: Vec<_> = regions.iter().map(Region::as_str).collect();
    regions.join(", ")
}

impl Consent {
    /// How many of these may be removed.
    fn most(self, all: usize) -> usize {
        self.max_removals.unwrap_or(FEW.max(all / 10))
    }
}

fn outsiders(regions: &[(&Observation, &Plan)]) -> Vec<Region> {
    let has_outsiders = |plan: &Plan| {
        matches!(
            plan.graph(),
            GraphStep::Blocked(Cause::GraphHasOthers { .. })
        )
    };
    regions
        .iter()
        .filter(|(_, plan)| has_outsiders(plan))
        .map(|(observation, _)| observation.region().clone())
        .collect()
}

/// Accounts count, not memberships: a file that lost half of its lines is what this is about.
fn too_many(
    fleet: &Fleet,
    regions: &[(&Observation, &Plan)],
    consent: Consent,
    before: &Before,
) -> Option<Refusal> {
    let present = regions
        .iter()
        .flat_map(|(observation, _)| observation.members().map(|(account, _)| account));
    let members: BTreeSet<_> = present.chain(before.removed.iter().copied()).collect();
    let planned: BTreeSet<_> = regions
        .iter()
        .flat_map(|(_, plan)| removals(fleet, plan))
        .collect();
    // Whom nothing more happens to is nobody's second removal.
    if planned.is_empty() {
        return None;
    }
    let removals = planned.union(&before.removed).count();
    let members = members.len().max(before.members);
    let most = consent.most(members);
    // The id stands for the whole graph and everybody in it; a limit that was set stays one.
    let ends = fleet.settings.purpose == Purpose::DeleteGraphs;
    let agreed = match consent.word {
        Word::None => false,
        Word::Written => ends && consent.max_removals.is_none(),
        Word::Typed => true,
    };
    (removals > most && !agreed).then_some(Refusal::TooMany {
        purpose: fleet.settings.purpose,
        removals,
        members,
        most,
        before: (!before.removed.is_empty())
            .then_some(before.removed.len())
            .zip(before.hours),
    })
}

/// Who would be removed, failed entries that make room for another apart.
pub fn removals<'a>(fleet: &'a Fleet, plan: &'a Plan) -> impl Iterator<Item = AccountId> + 'a {
    [Kind::Remove, Kind::Wait(Wait::Graph)]
        .into_iter()
        .flat_map(|kind| plan.of(kind))
        .filter(|account| !fleet.wants(*account))
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadLines(lines) => write!(
                f,
                "nothing is removed with a file that has bad lines ({lines} here), because nobody can tell whom they mean: correct them first"
            ),
            Self::TooMany {
                purpose,
                removals,
                members,
                most,
                ..
            } => write!(
                f,
                "this would remove {removals} of {members} member accounts, and {most} may be removed without being asked for: {} If so, say --max-removals {removals}",
                is_meant(*purpose, "file")
            ),
            Self::ManyRoles {
                removals,
                roles,
                most,
            } => write!(
                f,
                "this would take the role from {removals} of {roles} accounts, and {most} may lose it without being asked for: is that meant? If so, say --max-removals {removals}"
            ),
            Self::EndsDetective {
                graphs,
                administrator,
            } => {
                let s = if *graphs == 1 { "" } else { "s" };
                write!(
                    f,
                    "--delete-graphs ends Detective for {administrator} ({graphs} behavior graph{s}), and AWS cannot restore the data: if that is meant, say --confirm {administrator}"
                )
            }
            Self::Outsiders(regions) => write!(
                f,
                "the behavior graph has members that the file does not name in {}: leave those Regions out, add the members to the file (detective-fleet adopt lists them), or delete graphs without a file",
                names(regions)
            ),
        }
    }
}
