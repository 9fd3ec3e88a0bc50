//! How far a run is: a fold of its events.

use std::collections::{BTreeMap, HashMap};

use fleet::account::{AccountId, Region};
use fleet::event::{CallResult, Conclusion, Event, EventKind};
use fleet::member::MemberStatus;

use super::fold;
use super::text::{counted, number};

/// Counts of what was seen.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// How many memberships are wanted in each Region.
    wanted: BTreeMap<Region, u64>,
    members: HashMap<(Region, AccountId), Standing>,
    counts: BTreeMap<Standing, u64>,
    /// Members are to leave.
    leaving: bool,
    /// How many are where they should be.
    there: BTreeMap<Region, u64>,
    calls: u64,
    throttled: u64,
}

/// Where a membership stands, as far as progress is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Standing {
    Enabled,
    Verifying,
    Invited,
    Failed,
    Absent,
}

impl Tally {
    /// Begins to count towards so many memberships in each Region.
    pub(crate) fn towards(&mut self, leaving: bool, wanted: BTreeMap<Region, u64>) {
        self.leaving = leaving;
        self.wanted = wanted;
        // What a look has shown already counts.
        let members = self.members.iter();
        let goal = self.goal();
        for ((region, _), _) in members.filter(|(_, standing)| **standing == goal) {
            *self.there.entry(region.clone()).or_default() += 1;
        }
    }

    fn goal(&self) -> Standing {
        if self.leaving {
            Standing::Absent
        } else {
            Standing::Enabled
        }
    }

    /// Takes one event, and gives back the Region that it completed.
    pub(crate) fn count(&mut self, event: &Event) -> Option<Region> {
        if let EventKind::Called { result, .. } = &event.kind {
            self.calls += 1;
            self.throttled += u64::from(*result == CallResult::Throttled);
        }
        let region = event.region.as_ref()?;
        let (account, standing) = standing(&event.kind)?;
        self.moved(region, account, standing)
    }

    fn moved(&mut self, region: &Region, account: AccountId, to: Standing) -> Option<Region> {
        let from = self.members.insert((region.clone(), account), to);
        if from == Some(to) {
            return None;
        }
        if let Some(count) = from.and_then(|from| self.counts.get_mut(&from)) {
            *count -= 1;
        }
        *self.counts.entry(to).or_default() += 1;
        if to != self.goal() || self.wanted.is_empty() {
            return None;
        }
        let there = self.there.entry(region.clone()).or_default();
        *there += 1;
        (self.wanted.get(region) == Some(there)).then(|| region.clone())
    }

    /// How many memberships are wanted.
    pub(crate) fn total(&self) -> u64 {
        self.wanted.values().sum()
    }

    /// How many need nothing more.
    pub(crate) fn done(&self) -> u64 {
        self.of(self.goal()) + self.of(Standing::Failed)
    }

    fn of(&self, standing: Standing) -> u64 {
        self.counts.get(&standing).copied().unwrap_or(0)
    }

    /// How far it is, in a line.
    pub(crate) fn line(&self) -> String {
        if self.wanted.is_empty() {
            return self.calls();
        }
        let what = if self.leaving { "gone" } else { "enabled" };
        let there = format!(
            "{} of {} {what}",
            number(self.of(self.goal())),
            number(self.total())
        );
        if self.leaving {
            return fold::listed([there, self.calls()]);
        }
        let others = [
            (Standing::Verifying, "verifying"),
            (Standing::Invited, "invited"),
            (Standing::Failed, "failed"),
        ];
        let others = others.map(|(standing, what)| (self.of(standing), what));
        let others = others
            .into_iter()
            .filter(|(n, _)| *n > 0)
            .map(|(n, what)| format!("{} {what}", number(n)));
        fold::listed(std::iter::once(there).chain(others).chain([self.calls()]))
    }

    fn calls(&self) -> String {
        match self.throttled {
            0 => counted(self.calls, "call"),
            throttled => format!(
                "{} ({} throttled)",
                counted(self.calls, "call"),
                number(throttled)
            ),
        }
    }
}

fn standing(kind: &EventKind) -> Option<(AccountId, Standing)> {
    match kind {
        EventKind::Seen { account, status } => {
            Some((*account, status.as_ref().map_or(Standing::Absent, of)))
        }
        EventKind::Concluded {
            account,
            conclusion: Conclusion::Failed,
            ..
        } => Some((*account, Standing::Failed)),
        _ => None,
    }
}

fn of(status: &MemberStatus) -> Standing {
    match status {
        MemberStatus::Enabled => Standing::Enabled,
        MemberStatus::VerificationInProgress => Standing::Verifying,
        MemberStatus::Invited => Standing::Invited,
        MemberStatus::VerificationFailed
        | MemberStatus::AcceptedButDisabled
        | MemberStatus::Other(_) => Standing::Failed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fleet::event::Operation;
    use pretty_assertions::assert_eq;

    fn event(kind: EventKind) -> Event {
        Event {
            region: Some(Region::new("us-east-1")),
            number: 1,
            at: jiff::Timestamp::UNIX_EPOCH,
            kind,
        }
    }

    fn seen(account: &str, status: MemberStatus) -> Event {
        event(EventKind::Seen {
            account: account.parse().unwrap(),
            status: Some(status),
        })
    }

    #[test]
    fn a_membership_is_counted_where_it_was_last_seen() {
        let mut tally = Tally::default();
        tally.towards(false, BTreeMap::from([(Region::new("us-east-1"), 2)]));
        let called = EventKind::Called {
            operation: Operation::ListMembers,
            result: CallResult::Throttled,
        };
        assert_eq!(tally.count(&event(called)), None);
        for (account, status, done) in [
            ("111111111111", MemberStatus::VerificationInProgress, false),
            ("222222222222", MemberStatus::Enabled, false),
            ("111111111111", MemberStatus::Invited, false),
            ("111111111111", MemberStatus::Enabled, true),
        ] {
            assert_eq!(tally.count(&seen(account, status)).is_some(), done);
        }
        assert_eq!(tally.line(), "2 of 2 enabled, 1 call (1 throttled)");
        assert_eq!((tally.done(), tally.total()), (2, 2));
    }
}
