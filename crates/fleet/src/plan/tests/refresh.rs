//! A plan that is refreshed in pieces is the plan made anew, and the second opinion finds nothing.

use std::collections::BTreeSet;

use pretty_assertions::assert_eq;
use proptest::prelude::*;

use super::chance::{Happening, happenings, worlds};
use super::world::{World, id};
use crate::account::AccountId;
use crate::plan::{Plan, known, plan};

/// A plan, and whose step in it is out of date.
struct Kept {
    plan: Plan,
    stale: BTreeSet<AccountId>,
    /// Something happened since the last refresh: it may be about the graph alone.
    behind: bool,
}

impl Kept {
    fn of(world: &World) -> Self {
        Self {
            plan: plan(&world.fleet, &world.observation, &world.attempts),
            stale: BTreeSet::new(),
            behind: false,
        }
    }

    fn note(&mut self, world: &World, changed: Option<AccountId>) {
        self.behind = true;
        match changed {
            Some(account) => {
                self.stale.insert(account);
            }
            None => {
                let World {
                    fleet,
                    observation,
                    attempts,
                } = world;
                self.stale.extend(known(fleet, observation, attempts));
                self.stale
                    .extend(self.plan.steps().map(|(account, _)| account));
            }
        }
    }

    /// Refreshes the first `some` of those that are stale.
    fn refresh(&mut self, world: &World, some: usize) {
        let rest = self.stale.iter().nth(some).copied();
        let later = rest.map_or_else(BTreeSet::new, |rest| self.stale.split_off(&rest));
        let mut now = std::mem::replace(&mut self.stale, later);
        // Nobody is planned for who is not in the roster, asked for or not.
        now.insert(id(999));
        self.behind = false;
        self.plan
            .refresh(&world.fleet, &world.observation, &world.attempts, now);
    }
}

fn one_plan(mut world: World, story: Vec<(Happening, Option<usize>)>) {
    let mut kept = Kept::of(&world);
    for (happening, pause) in story {
        let changed = happening.befall(&mut world);
        kept.note(&world, changed);
        if let Some(some) = pause {
            kept.refresh(&world, some);
        }
        let anew = world.plan();
        if kept.stale.is_empty() && !kept.behind {
            assert_eq!(kept.plan, anew);
        }
    }
    kept.refresh(&world, usize::MAX);
    assert_eq!(kept.plan, world.plan());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_plan_refreshed_in_pieces_is_the_plan_made_anew(
        world in worlds(0..6),
        story in prop::collection::vec((happenings(6), prop::option::of(0..4_usize)), 0..40),
    ) {
        one_plan(world, story);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20))]

    #[test]
    fn a_large_plan_refreshed_in_pieces_is_the_plan_made_anew(
        world in worlds(60..130),
        story in prop::collection::vec((happenings(130), prop::option::of(0..99_usize)), 0..20),
    ) {
        one_plan(world, story);
    }
}
