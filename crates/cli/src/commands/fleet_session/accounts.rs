//! The accounts of a run, before AWS was asked anything.

use std::collections::BTreeMap;

use anyhow::Result;
use fleet::account::{AccountId, Region};
use fleet::assembly::{Expected, Parts};
use fleet::desired::Settings;
use fleet::expected::Exception;
use fleet::label::Labels;
use fleet::roster::{Member, Roster};
use jiff::Timestamp;

use crate::settings::Wanted;

/// The accounts of a run, before AWS was asked anything.
pub(crate) struct Accounts {
    pub(super) roster: Roster,
    pub(super) left_out: BTreeMap<AccountId, Member>,
    pub(super) expected: Vec<Exception>,
    pub(super) settings: Settings,
    pub(super) labels: Labels,
    pub(super) notes: Vec<String>,
}

impl Accounts {
    /// The accounts of the roster that the flags select.
    ///
    /// # Errors
    ///
    /// When the selection names an account that is not there, or leaves none.
    pub(crate) fn of(mut roster: Roster, wanted: &Wanted) -> Result<Self> {
        let labels = Labels::of(&roster);
        let selects = !(wanted.only.is_empty() && wanted.except.is_empty());
        let left_out = if selects {
            roster.select(&wanted.only, &wanted.except)?
        } else {
            BTreeMap::new()
        };
        Ok(Self {
            roster,
            left_out,
            expected: wanted.expected.clone(),
            settings: wanted.settings.clone(),
            labels,
            notes: wanted.notes.clone(),
        })
    }

    /// All accounts of the roster.
    pub(crate) fn all(roster: Roster) -> Self {
        Self::all_but(roster, Vec::new())
    }

    /// All accounts of the roster, with what is known to stay out of theirs.
    pub(crate) fn all_but(roster: Roster, expected: Vec<Exception>) -> Self {
        // Without a roster nothing is wanted that could stay out.
        let expected = match roster.members.is_empty() {
            true => Vec::new(),
            false => expected,
        };
        Self {
            labels: Labels::of(&roster),
            roster,
            left_out: BTreeMap::new(),
            expected,
            settings: Settings::default(),
            notes: Vec::new(),
        }
    }

    /// What the fleet is put together from.
    pub(super) fn parts<'a>(
        &'a self,
        administrator: AccountId,
        regions: &'a [Region],
        now: Timestamp,
    ) -> Parts<'a> {
        Parts {
            administrator,
            roster: &self.roster,
            left_out: &self.left_out,
            settings: self.settings.clone(),
            expected: Expected::OfThisList(&self.expected),
            regions,
            now,
        }
    }
}
