//! How far a run is: a fold of its events.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::time::Duration;

use fleet::account::{AccountId, Region};
use fleet::event::{CallResult, Conclusion, Event, EventKind, Operation};
use fleet::member::MemberStatus;
use jiff::{SignedDuration, Timestamp};

use super::grouping;
use super::text::{counted, number};

/// The rate is that of so long: less jumps, more looks back too far.
const WINDOW: SignedDuration = SignedDuration::from_secs(5);

/// Counts of what was seen.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// Whose memberships are in scope in each Region.
    wanted: BTreeMap<Region, HashSet<AccountId>>,
    members: HashMap<(Region, AccountId), Category>,
    regions: BTreeMap<Region, Counts>,
    /// Members are to leave.
    leaving: bool,
    /// How many are where they should be.
    there: u64,
    /// How many were there, when: what the rate is made of.
    trail: VecDeque<(Timestamp, u64)>,
    calls: u64,
    throttled: u64,
    /// What was refused so far, and until when it is asked again.
    refused: BTreeMap<Operation, Timestamp>,
}

/// How many memberships stand where.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts(BTreeMap<Category, u64>);

/// Where a membership stands, as far as progress is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Category {
    Enabled,
    Verifying,
    Invited,
    Failed,
    Absent,
}

impl Counts {
    pub(crate) fn of(&self, category: Category) -> u64 {
        self.0.get(&category).copied().unwrap_or(0)
    }

    fn add(&mut self, other: &Self) {
        for (category, n) in &other.0 {
            *self.0.entry(*category).or_default() += n;
        }
    }

    /// What stands in the way, in words.
    pub(crate) fn others(&self) -> impl Iterator<Item = String> {
        let others = [
            (Category::Verifying, "verifying"),
            (Category::Invited, "invited"),
            (Category::Failed, "failed"),
        ];
        let others = others.map(|(category, what)| (self.of(category), what));
        let some = others.into_iter().filter(|(n, _)| *n > 0);
        some.map(|(n, what)| format!("{} {what}", number(n)))
    }
}

/// How far a part of the run is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Part {
    /// How many are where they should be.
    pub there: u64,
    /// How many are wanted there.
    pub wanted: u64,
    /// Where all of them stand.
    pub counts: Counts,
}

impl Part {
    /// Whether nothing is left to wait for. What failed may be tried once more, but need not be.
    pub(crate) fn is_done(&self) -> bool {
        self.there + self.failed() >= self.wanted
    }

    /// How many cannot be there, as far as is known.
    pub(crate) fn failed(&self) -> u64 {
        self.counts.of(Category::Failed)
    }

    /// Both parts together.
    pub(crate) fn join(mut self, other: &Self) -> Self {
        self.there += other.there;
        self.wanted += other.wanted;
        self.counts.add(&other.counts);
        self
    }
}

impl Tally {
    /// A look begins: what was seen before does not count any more.
    pub(crate) fn look_anew(&mut self) {
        *self = Self {
            calls: self.calls,
            throttled: self.throttled,
            ..Self::default()
        };
    }

    /// Begins to count towards the memberships of these accounts in each Region, and of no others. What
    /// a look has shown of them already counts.
    pub(crate) fn towards(&mut self, leaving: bool, wanted: BTreeMap<Region, HashSet<AccountId>>) {
        self.leaving = leaving;
        self.wanted = wanted;
        let mut members = std::mem::take(&mut self.members);
        members.retain(|(region, account), _| self.is_in_scope(region, *account));
        for counts in self.regions.values_mut() {
            *counts = Counts::default();
        }
        for ((region, _), category) in &members {
            let counts = &mut self.regions.entry(region.clone()).or_default().0;
            *counts.entry(*category).or_default() += 1;
        }
        self.members = members;
        self.there = self.all().there;
        self.trail.clear();
    }

    /// Whether the membership counts; before something is wanted, all do.
    fn is_in_scope(&self, region: &Region, account: AccountId) -> bool {
        let wanted = self.wanted.get(region);
        self.wanted.is_empty() || wanted.is_some_and(|accounts| accounts.contains(&account))
    }

    fn goal(&self) -> Category {
        if self.leaving {
            Category::Absent
        } else {
            Category::Enabled
        }
    }

    /// What memberships are when they are where they should be.
    pub(crate) fn goal_in_words(&self) -> &'static str {
        if self.leaving { "gone" } else { "enabled" }
    }

    /// Takes one event, and gives back the Region that it completed.
    pub(crate) fn count(&mut self, event: &Event) -> Option<Region> {
        if let EventKind::Called { result, .. } = &event.kind {
            self.calls += 1;
            self.throttled += u64::from(*result == CallResult::Throttled);
        }
        if let EventKind::RefusedSoFar { operation, seconds } = event.kind {
            let until = event.at + Duration::from_secs(seconds);
            let known = self.refused.entry(operation).or_insert(until);
            *known = until.max(*known);
        }
        let region = event.region.as_ref()?;
        if let EventKind::Graph { .. } = &event.kind {
            self.regions.entry(region.clone()).or_default();
        }
        let (account, category) = category(&event.kind)?;
        if !self.is_in_scope(region, account) {
            return None;
        }
        let completed = self.moved(region, account, category);
        self.remember(event.at);
        completed
    }

    /// What is refused so far and asked again, in words.
    pub(crate) fn refused_so_far(&self, now: Timestamp) -> Option<String> {
        let open = || self.refused.iter().filter(|(_, until)| **until > now);
        let last = open().map(|(_, until)| *until).max()?;
        let names = open().map(|(operation, _)| operation.as_str().to_owned());
        let seconds = last.duration_since(now).as_secs() + 1;
        let names = grouping::listed(names);
        Some(format!(
            "{names} refused so far, asking again for {seconds} s"
        ))
    }

    fn moved(&mut self, region: &Region, account: AccountId, to: Category) -> Option<Region> {
        let from = self.members.insert((region.clone(), account), to);
        if from == Some(to) {
            return None;
        }
        let goal = self.goal();
        let counts = &mut self.regions.entry(region.clone()).or_default().0;
        if let Some(count) = from.and_then(|from| counts.get_mut(&from)) {
            *count -= 1;
        }
        *counts.entry(to).or_default() += 1;
        let there = counts.get(&goal).copied().unwrap_or(0);
        let wanted = len(self.wanted.get(region)?);
        self.there = self.there + u64::from(to == goal) - u64::from(from == Some(goal));
        (to == goal && there == wanted).then(|| region.clone())
    }

    fn remember(&mut self, at: Timestamp) {
        if self.wanted.is_empty() {
            return;
        }
        if self
            .trail
            .back()
            .is_none_or(|(_, last)| *last != self.there)
        {
            self.trail.push_back((at, self.there));
        }
        // One that is older has to stay: the rate is counted from there.
        let is_old = |(then, _): &(Timestamp, u64)| at.duration_since(*then) > WINDOW;
        while self.trail.get(1).is_some_and(is_old) {
            self.trail.pop_front();
        }
    }

    /// Which of these Regions have not told yet whether they have a behavior graph.
    pub(crate) fn not_heard<'a>(&self, regions: &'a [Region]) -> impl Iterator<Item = &'a Region> {
        let silent = |region: &&'a Region| !self.regions.contains_key(*region);
        regions.iter().filter(silent)
    }

    /// How far one Region is.
    fn part(&self, region: &Region, wanted: u64) -> Part {
        let counts = self.regions.get(region).cloned().unwrap_or_default();
        Part {
            there: counts.of(self.goal()),
            wanted,
            counts,
        }
    }

    /// How far each Region is.
    pub(crate) fn parts(&self) -> impl Iterator<Item = (&Region, Part)> {
        let wanted = self.wanted.iter();
        wanted.map(|(region, wanted)| (region, self.part(region, len(wanted))))
    }

    /// How far the run is.
    pub(crate) fn all(&self) -> Part {
        let nothing = Part::default();
        self.parts().fold(nothing, |all, (_, part)| all.join(&part))
    }

    /// How many a second get where they should be; nothing where nothing has moved for a while.
    pub(crate) fn rate(&self, now: Timestamp) -> Option<f64> {
        let ((first, from), (last, to)) = (self.trail.front()?, self.trail.back()?);
        if now.duration_since(*last) > WINDOW || from == to {
            return None;
        }
        let seconds = now.max(*last).duration_since(*first).as_secs_f64();
        let rate = (to.saturating_sub(*from)) as f64 / seconds.max(0.1);
        (rate > 0.0).then_some(rate)
    }

    /// How long it takes at that rate, of what began at that time; nothing where that cannot be said: nothing is left, what is
    /// left is up to AWS or is refused so far, or it would take longer than it has taken by now. The first ones say little of
    /// the others: verifications end side by side.
    pub(crate) fn time_left(&self, began: Timestamp, now: Timestamp) -> Option<Duration> {
        let rate = self.rate(now)?;
        let all = self.all();
        let left = all.wanted.saturating_sub(all.there + all.failed());
        let ours = left.saturating_sub(all.counts.of(Category::Verifying));
        if ours == 0 || self.refused_so_far(now).is_some() {
            return None;
        }
        let time = Duration::from_secs_f64(left as f64 / rate);
        let seen = Duration::try_from(now.duration_since(began)).unwrap_or_default();
        (time <= seen).then_some(time)
    }

    /// How far it is, in a line.
    pub(crate) fn line(&self) -> String {
        if self.wanted.is_empty() {
            return self.calls();
        }
        let all = self.all();
        let there = format!(
            "{} of {} {}",
            number(all.there),
            number(all.wanted),
            self.goal_in_words()
        );
        let others = all.counts.others().filter(|_| !self.leaving);
        grouping::listed(std::iter::once(there).chain(others).chain([self.calls()]))
    }

    /// How many calls there were.
    pub(crate) fn calls(&self) -> String {
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

fn len(accounts: &HashSet<AccountId>) -> u64 {
    accounts.len() as u64
}

fn category(kind: &EventKind) -> Option<(AccountId, Category)> {
    match kind {
        EventKind::Seen {
            account, status, ..
        } => Some((*account, status.as_ref().map_or(Category::Absent, of))),
        EventKind::Concluded {
            account,
            conclusion: Conclusion::Failed,
            ..
        } => Some((*account, Category::Failed)),
        _ => None,
    }
}

fn of(status: &MemberStatus) -> Category {
    match status {
        MemberStatus::Enabled => Category::Enabled,
        MemberStatus::VerificationInProgress => Category::Verifying,
        MemberStatus::Invited => Category::Invited,
        MemberStatus::VerificationFailed
        | MemberStatus::AcceptedButDisabled
        | MemberStatus::Other(_) => Category::Failed,
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{account, at, seen};
    use super::*;
    use pretty_assertions::assert_eq;

    fn us_east() -> Region {
        Region::new("us-east-1")
    }

    /// The first so many accounts, in us-east-1.
    fn first(n: usize) -> BTreeMap<Region, HashSet<AccountId>> {
        BTreeMap::from([(us_east(), (0..n).map(account).collect())])
    }

    #[test]
    fn a_membership_out_of_scope_is_no_progress() {
        let none = |n| {
            let kind = EventKind::Seen {
                account: account(n),
                status: None,
                since: Default::default(),
            };
            at(0, "us-east-1", kind)
        };
        // One that a look has shown before anything is wanted, and one after that.
        let mut tally = Tally::default();
        tally.count(&none(3));
        tally.count(&seen(0, "us-east-1", 0, MemberStatus::Enabled));
        tally.towards(true, first(1));
        assert_eq!(tally.line(), "0 of 1 gone, 0 calls");
        assert_eq!(tally.count(&none(2)), None);
        assert_eq!(tally.line(), "0 of 1 gone, 0 calls");
        assert_eq!(tally.rate(Timestamp::from_second(1).unwrap()), None);
        assert_eq!(tally.count(&none(0)), Some(us_east()));
        assert_eq!(tally.line(), "1 of 1 gone, 0 calls");
    }

    #[test]
    fn a_membership_is_counted_where_it_was_last_seen() {
        let mut tally = Tally::default();
        tally.towards(false, first(2));
        let called = EventKind::Called {
            operation: Operation::ListMembers,
            result: CallResult::Throttled,
        };
        assert_eq!(tally.count(&at(0, "us-east-1", called)), None);
        for (n, status, done) in [
            (0, MemberStatus::VerificationInProgress, false),
            (1, MemberStatus::Enabled, false),
            (0, MemberStatus::Invited, false),
            (0, MemberStatus::Enabled, true),
        ] {
            let completed = tally.count(&seen(0, "us-east-1", n, status));
            assert_eq!(completed.is_some(), done);
        }
        assert_eq!(tally.line(), "2 of 2 enabled, 1 call (1 throttled)");
        assert!(tally.all().is_done());
    }

    #[test]
    fn what_is_refused_so_far_is_told_with_the_time_left() {
        let mut tally = Tally::default();
        let second = |n: i64| Timestamp::from_second(n).unwrap();
        let refused = |operation, seconds| EventKind::RefusedSoFar { operation, seconds };
        assert_eq!(tally.refused_so_far(second(0)), None);
        tally.count(&at(0, "us-east-1", refused(Operation::AssumeRole, 15)));
        tally.count(&at(
            5,
            "us-east-1",
            refused(Operation::AcceptInvitation, 15),
        ));
        tally.count(&at(
            1,
            "eu-west-1",
            refused(Operation::AcceptInvitation, 15),
        ));
        let said = tally.refused_so_far(second(6)).unwrap();
        let both = "sts:AssumeRole, detective:AcceptInvitation";
        assert_eq!(
            said,
            format!("{both} refused so far, asking again for 15 s")
        );
        let said = tally.refused_so_far(second(16)).unwrap();
        let one = "detective:AcceptInvitation";
        assert_eq!(said, format!("{one} refused so far, asking again for 5 s"));
        assert_eq!(tally.refused_so_far(second(20)), None);
    }

    #[test]
    fn the_time_left_follows_the_rate_of_the_last_seconds() {
        let mut tally = Tally::default();
        tally.towards(false, first(100));
        let second = |n: usize| Timestamp::from_second(n as i64).unwrap();
        for n in 0..60 {
            // Ten a second.
            tally.count(&seen(n / 10, "us-east-1", n, MemberStatus::Enabled));
        }
        let rate = tally.rate(second(6)).unwrap();
        assert!((9.0..=11.0).contains(&rate), "{rate}");
        let left = |now| tally.time_left(second(0), second(now));
        assert_eq!(left(6).unwrap().as_secs(), 4);
        assert_eq!((tally.rate(second(60)), left(60)), (None, None));
    }

    #[test]
    fn no_time_is_told_that_the_first_ones_would_have_all_others_take() {
        let mut tally = Tally::default();
        tally.towards(false, first(100));
        let second = |n: usize| Timestamp::from_second(n as i64).unwrap();
        for n in 0..100 {
            tally.count(&seen(0, "us-east-1", n, MemberStatus::Invited));
        }
        // AWS has verified the first ones; the others are a moment away.
        for n in 0..3 {
            tally.count(&seen(n, "us-east-1", n, MemberStatus::Enabled));
        }
        assert!(tally.rate(second(3)).is_some());
        assert_eq!(tally.time_left(second(0), second(3)), None);
        for n in 3..90 {
            tally.count(&seen(3, "us-east-1", n, MemberStatus::Enabled));
        }
        assert!(tally.time_left(second(0), second(4)).unwrap() <= Duration::from_secs(1));
        // Nobody knows how long AWS takes to verify.
        for n in 90..100 {
            tally.count(&seen(
                4,
                "us-east-1",
                n,
                MemberStatus::VerificationInProgress,
            ));
        }
        assert_eq!(tally.time_left(second(0), second(4)), None);
    }
}
