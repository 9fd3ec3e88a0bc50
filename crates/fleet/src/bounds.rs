//! What a run may do at most: what a saved plan holds, Region by Region.
//!
//! [`crate::plan::decide`] asks for each step, so that a plan is never made of more, and whoever sends
//! something asks once more ([`Bounds::hold`]).

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::account::{AccountId, GraphArn, Region};
use crate::event::{Change, Operation};
use crate::plan::Chore;
use crate::report::{Action, RegionPlan};

/// What may be done at most, in each Region; in others nothing may.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bounds {
    regions: BTreeMap<Region, RegionBounds>,
    nothing: RegionBounds,
}

/// What may be done at most in one Region.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RegionBounds {
    /// The behavior graph that there was. Where there was one, nothing is done to another.
    graph: Option<GraphArn>,
    create_graph: bool,
    delete_graph: bool,
    changes: GraphChanges,
    members: BTreeMap<AccountId, Action>,
}

/// What changes about a behavior graph itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GraphChanges {
    /// Tags that are set, with their values.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub set_tags: BTreeMap<String, String>,
    /// Keys of tags that are removed.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub remove_tags: BTreeSet<String>,
    /// Data source packages that are started.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub start_packages: BTreeSet<String>,
}

impl GraphChanges {
    /// Those of a plan.
    #[must_use]
    pub fn of(chores: &[Chore]) -> Self {
        let mut changes = Self::default();
        for chore in chores {
            match chore {
                Chore::Tag(tags) => changes.set_tags.extend(tags.clone()),
                Chore::Untag(keys) => changes.remove_tags.extend(keys.iter().cloned()),
                Chore::StartPackages { new, .. } => {
                    changes.start_packages.extend(new.iter().cloned());
                }
                Chore::ReadTags | Chore::ReadPackages => {}
            }
        }
        changes
    }

    /// Whether nothing changes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether all of this is part of that.
    #[must_use]
    pub fn is_within(&self, other: &Self) -> bool {
        let has = |(key, value): (&String, &String)| other.set_tags.get(key) == Some(value);
        self.set_tags.iter().all(has)
            && self.remove_tags.is_subset(&other.remove_tags)
            && self.start_packages.is_subset(&other.start_packages)
    }
}

impl Action {
    /// The calls that change something and that this stands for: an invitation is accepted, and who has
    /// accepted may have to be started.
    #[must_use]
    pub fn operations(self) -> &'static [Operation] {
        use Operation::{AcceptInvitation, CreateMembers, DeleteMembers, StartMonitoringMember};
        match self {
            Self::Invite => &[CreateMembers, AcceptInvitation, StartMonitoringMember],
            Self::Accept | Self::Wait => &[AcceptInvitation, StartMonitoringMember],
            Self::Repair => &[
                DeleteMembers,
                CreateMembers,
                AcceptInvitation,
                StartMonitoringMember,
            ],
            Self::Remove => &[DeleteMembers],
            Self::Start => &[StartMonitoringMember],
            Self::Unchanged | Self::Blocked | Self::Skipped => &[],
        }
    }
}

impl Bounds {
    /// Those of the Regions of a plan, with what changes about their graphs.
    #[must_use]
    pub fn of(plan: &[RegionPlan], changes: &BTreeMap<Region, GraphChanges>) -> Self {
        let bounds = |region: &RegionPlan| {
            let members = region.members.iter();
            let bounds = RegionBounds {
                graph: region.graph_arn.clone(),
                create_graph: region.create_graph,
                delete_graph: region.delete_graph,
                changes: changes.get(&region.region).cloned().unwrap_or_default(),
                members: members.map(|it| (it.account_id, it.action)).collect(),
            };
            (region.region.clone(), bounds)
        };
        Self {
            regions: plan.iter().map(bounds).collect(),
            nothing: RegionBounds::default(),
        }
    }

    /// Those of one Region.
    #[must_use]
    pub fn at(&self, region: &Region) -> &RegionBounds {
        self.regions.get(region).unwrap_or(&self.nothing)
    }

    /// Whether that change is among them.
    #[must_use]
    pub fn hold(&self, region: &Region, graph: Option<&GraphArn>, change: &Change) -> bool {
        let here = self.at(region);
        let all = |operation| {
            let mut members = change.members.iter();
            members.all(|account| here.holds(graph, operation, *account))
        };
        match change.operation {
            Operation::DeleteGraph => {
                here.holds(graph, Operation::DeleteGraph, change.account)
                    && all(Operation::DeleteMembers)
            }
            operation @ (Operation::CreateMembers
            | Operation::DeleteMembers
            | Operation::StartMonitoringMember) => all(operation),
            operation => here.holds(graph, operation, change.account),
        }
    }
}

impl RegionBounds {
    /// Whether that may be done in this graph, or where there is none. The account is that of the
    /// membership; for what is about the graph itself, it does not matter.
    #[must_use]
    pub fn holds(
        &self,
        graph: Option<&GraphArn>,
        operation: Operation,
        account: AccountId,
    ) -> bool {
        let is_another = matches!((&self.graph, graph), (Some(was), Some(is)) if was != is);
        let is_held = match operation {
            Operation::CreateGraph => self.create_graph,
            Operation::DeleteGraph => self.delete_graph,
            Operation::TagResource => !self.changes.set_tags.is_empty(),
            Operation::UntagResource => !self.changes.remove_tags.is_empty(),
            Operation::UpdateDatasourcePackages => !self.changes.start_packages.is_empty(),
            _ => {
                let action = self.members.get(&account);
                action.is_some_and(|action| action.operations().contains(&operation))
            }
        };
        is_held && !is_another
    }

    /// Whether that may be done about this graph itself. What only reads may always be.
    #[must_use]
    pub fn holds_chore(&self, graph: Option<&GraphArn>, chore: &Chore) -> bool {
        let is_another = matches!((&self.graph, graph), (Some(was), Some(is)) if was != is);
        let changes = GraphChanges::of(std::slice::from_ref(chore));
        changes.is_empty() || (changes.is_within(&self.changes) && !is_another)
    }
}
