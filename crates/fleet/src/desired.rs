//! The fleet: what is wanted.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use crate::account::{AccountId, Email, Region};
use crate::bounds::Bounds;
use crate::cause::Cause;
use crate::expected::Exceptions;
use crate::member::Member;
use crate::patience::{self, Passing};

/// Administrator, members and settings: what every Region is brought to. [`crate::assembly`] puts it together.
#[derive(Clone, Debug)]
pub struct Fleet {
    /// The account that owns the behavior graphs and invites.
    pub administrator: AccountId,
    /// The accounts that are wanted as members, with the root e-mail that each is invited with.
    pub members: BTreeMap<AccountId, Email>,
    /// How they are wanted.
    pub settings: Settings,
}

/// What is wanted of the accounts that the roster names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Purpose {
    /// Each is an ENABLED member of the administrator's behavior graph.
    #[default]
    Enable,
    /// None is a member.
    Disable,
    /// There is no graph any more.
    DeleteGraphs,
}

/// What becomes of members that the roster does not name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Others {
    /// They are left alone.
    #[default]
    Leave,
    /// They are to go: what a run proposes before its guard rails were asked.
    Remove,
    /// Just these go: whoever joins after the guard rails were asked was not judged by them.
    Agreed(BTreeSet<(AccountId, Region)>),
}

/// How a fleet is wanted, beyond its members.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// What is wanted of the members.
    pub purpose: Purpose,
    /// What becomes of members that the roster does not name.
    pub others: Others,
    /// Let AWS send its invitation mail: one per member *and Region*, to the root address.
    pub send_email: bool,
    /// A text of 1 to 1,000 characters for that mail.
    pub message: Option<String>,
    /// Tags of the behavior graphs; with none, nobody asks for those that are there.
    pub tags: BTreeMap<String, String>,
    /// Data source packages that are to be started; how to stop one is not documented.
    pub packages: BTreeSet<String>,
    /// Verify an entry once more that failed with the e-mail that the roster still has.
    pub retry_failed: bool,
    /// Assume the role of an account before it is invited, and invite nobody whose role cannot be: an
    /// account that does not exist takes no place in a graph then.
    pub role_first: bool,
    /// The place of each account in the roster, by which new ones find room in a graph; an account
    /// without one comes after them.
    pub order: BTreeMap<AccountId, u64>,
    /// Accounts that the roster calls closed: nothing is done about them, and they are no others.
    pub closed: BTreeSet<AccountId>,
    /// What is known to stay out: opted out, or denied by policy.
    pub exceptions: Exceptions,
    /// Memberships that flags leave out.
    pub expected: BTreeSet<(AccountId, Region)>,
    /// The only members that may be removed, and where, where somebody had to approve that; `None` where
    /// nobody has to. Failed entries that make room for another are no members that are removed.
    pub approved: Option<BTreeSet<(AccountId, Region)>>,
    /// Regions where no behavior graph is made, with the cause: one that is there is used.
    pub no_new_graph: BTreeMap<Region, Cause>,
    /// How long a refusal that IAM's propagation explains is asked again; without it, once more.
    pub patience: Duration,
    /// What is done at most, where a saved plan is executed.
    pub bounds: Option<Arc<Bounds>>,
}

impl Settings {
    /// How long a refusal is asked again that may pass for such a reason.
    #[must_use]
    pub fn patience_with(&self, passing: Passing) -> Duration {
        match passing {
            // Whoever does not want to wait does not want to wait for this either.
            Passing::Graph if !self.patience.is_zero() => self.patience.max(patience::GRAPH),
            Passing::Graph | Passing::Propagation => self.patience,
        }
    }
}

impl Fleet {
    /// Whether this account is wanted as a member.
    #[must_use]
    pub fn wants(&self, account: AccountId) -> bool {
        self.settings.purpose == Purpose::Enable && self.members.contains_key(&account)
    }

    /// Whether members are removed that were no failed entries: guard rails have to be asked then.
    #[must_use]
    pub fn removes(&self) -> bool {
        self.settings.purpose != Purpose::Enable || self.settings.others != Others::Leave
    }

    /// Whether a member that the roster does not name is to go. An organization's members are its
    /// business: nothing but the end of the graph takes them along.
    #[must_use]
    pub fn removes_other(&self, account: AccountId, region: &Region, member: &Member) -> bool {
        let is_ours = !member.organization || self.settings.purpose == Purpose::DeleteGraphs;
        is_ours
            && !self.members.contains_key(&account)
            && !self.settings.closed.contains(&account)
            && match &self.settings.others {
                Others::Leave => false,
                Others::Remove => true,
                Others::Agreed(_) => self.was_agreed_on(account, region),
            }
    }

    /// Whether it was agreed on that this member, which the roster does not name, goes.
    #[must_use]
    pub fn was_agreed_on(&self, account: AccountId, region: &Region) -> bool {
        matches!(&self.settings.others, Others::Agreed(pairs) if pairs.contains(&(account, region.clone())))
    }

    /// Everybody in a Region whom the roster does not name, and of whom it was agreed on that they go.
    pub fn agreed_others<'a>(&'a self, region: &'a Region) -> impl Iterator<Item = AccountId> + 'a {
        let pairs = match &self.settings.others {
            Others::Agreed(pairs) => Some(pairs),
            Others::Leave | Others::Remove => None,
        };
        let pairs = pairs.into_iter().flatten();
        pairs
            .filter(move |(_, at)| at == region)
            .map(|(account, _)| *account)
    }

    /// Whether this membership may be ended, as far as somebody has to approve that.
    #[must_use]
    pub fn may_end(&self, account: AccountId, region: &Region) -> bool {
        let approved = self.settings.approved.as_ref();
        approved.is_none_or(|pairs| pairs.contains(&(account, region.clone())))
    }

    /// Whether this membership is known to stay out.
    #[must_use]
    pub fn is_expected_out(&self, account: AccountId, region: &Region) -> bool {
        let is_left_out = !self.settings.expected.is_empty()
            && self.settings.expected.contains(&(account, region.clone()));
        is_left_out || self.settings.exceptions.has(account, region)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_young_graph_is_waited_for_longer_unless_nobody_wants_to_wait() {
        let patience = |seconds: u64, passing| {
            let settings = Settings {
                patience: Duration::from_secs(seconds),
                ..Settings::default()
            };
            settings.patience_with(passing).as_secs()
        };
        for seconds in [0, 15, 1_000] {
            assert_eq!(patience(seconds, Passing::Propagation), seconds);
        }
        assert_eq!(patience(0, Passing::Graph), 0);
        assert_eq!(patience(15, Passing::Graph), patience::GRAPH.as_secs());
        assert_eq!(patience(1_000, Passing::Graph), 1_000);
    }
}
