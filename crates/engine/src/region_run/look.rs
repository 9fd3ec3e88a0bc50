//! When to look at AWS again, and at what.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use fleet::account::AccountId;
use fleet::attempts::RegionRequest;
use fleet::event::Operation;
use fleet::observation::Round;
use fleet::plan::{BATCH, GraphStep, Kind, Wait};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::due::Work;
use super::{Mode, RegionRun};

/// The most entries of a page of ListMembers.
const PAGE: usize = 200;

/// Between two looks at what AWS is busy with.
const SHORTEST: Duration = Duration::from_millis(200);
const LONGEST: Duration = Duration::from_secs(30);

/// The longer something takes, the more rarely it is looked at.
fn interval(waited: Duration) -> Duration {
    (waited / 10).clamp(SHORTEST, LONGEST)
}

/// How long answers may go without a look while others are still under way: looking at each of them
/// by itself would be a look per answer.
const UNCONFIRMED: Duration = Duration::from_secs(2);

/// The looks of one Region.
#[derive(Debug, Default)]
pub(super) struct Looks {
    /// Since when something has been waited for without a break.
    since: Option<Instant>,
    /// When the last look began.
    last: Option<Instant>,
    /// Since when the graph has been looked for without a break, and when that was done last.
    finds: Option<(Instant, Instant)>,
    /// Ends the questions for the graph that were asked beside one that was answered.
    pub(super) answered: CancellationToken,
    /// A page of an answer has come that has others to follow: Detective is heard in this Region.
    pub(super) page_came: Arc<AtomicBool>,
    /// The list that is being read, and the token of its next page.
    pub(super) listing: Option<(Round, Option<String>)>,
    /// Whom a look that has begun is still to ask for by GetMembers.
    pub(super) getting: Option<(Round, Vec<AccountId>)>,
    /// How many parts of it are under way.
    pub(super) gets: usize,
    /// GetMembers has failed: a list says the same, and is what such a look is instead from now on.
    pub(super) lists_only: bool,
    /// How many are under way.
    pub(super) under_way: usize,
    /// GetMembers left somebody out: only a list tells why.
    pub(super) list_next: bool,
}

impl Looks {
    /// A look begins.
    pub(super) fn begin(&mut self, now: Instant) {
        self.last = Some(now);
        self.under_way += 1;
    }

    /// What has begun is not gone on with.
    pub(super) fn abandon(&mut self) {
        (self.listing, self.getting) = (None, None);
    }

    /// ListGraphs begins.
    pub(super) fn begin_find(&mut self, now: Instant) {
        let since = self.finds.map_or(now, |(since, _)| since);
        self.finds = Some((since, now));
    }

    /// When the graph was looked for last.
    pub(super) fn last_find(&self) -> Option<Instant> {
        self.finds.map(|(_, last)| last)
    }

    /// One of the questions for the graph was answered: nobody waits for those beside it.
    pub(super) fn drop_questions(&mut self) {
        std::mem::take(&mut self.answered).cancel();
    }

    /// When the graph may be looked for again.
    pub(super) fn next_find(&self) -> Option<Instant> {
        let (since, last) = self.finds?;
        Some(last + interval(last - since))
    }

    /// When the next look is due at what AWS is busy with.
    fn next(&self, at_least: Duration) -> Option<Instant> {
        let since = self.since?;
        let last = self.last.filter(|last| *last > since).unwrap_or(since);
        Some(last + interval(last - since).max(at_least))
    }
}

impl RegionRun {
    /// Whether AWS is busy with something, or an answer has not been confirmed: asked after planning.
    pub(super) fn notice_waiting(&mut self, now: Instant) {
        if !matches!(self.plan.graph(), GraphStep::Find | GraphStep::Wait) {
            self.looks.finds = None;
        }
        if self.busy() + self.unconfirmed() == 0 {
            self.looks.since = None;
        } else {
            self.looks.since.get_or_insert(now);
        }
    }

    fn busy(&self) -> usize {
        self.plan.count(Kind::Wait(Wait::Verification)) + self.plan.count(Kind::Wait(Wait::Visible))
    }

    fn unconfirmed(&self) -> usize {
        self.plan.count(Kind::Wait(Wait::Look))
    }

    pub(super) fn look_due(&self, now: Instant, wake: &mut Option<Instant>) -> Option<Work> {
        if self.observation.graph_arn().is_none() || self.is_stopped() {
            return None;
        }
        let list = |wake: &mut _| self.paced(Work::List, (Operation::ListMembers, None), wake);
        let get = |wake: &mut _| self.paced(Work::Get, (Operation::GetMembers, None), wake);
        // Unlike pages of a list, the parts of such a look are asked for side by side.
        if self.looks.getting.is_some() {
            return get(wake);
        }
        if self.looks.under_way > 0 {
            return None;
        }
        if self.looks.listing.is_some() || self.observation.listed().is_none() {
            return list(wake);
        }
        if matches!(self.mode, Mode::Observe) {
            return None;
        }
        // A moment to wake at means that something is still to be sent: closing looks come last.
        let quiet = self.under_way.is_empty() && wake.is_none();
        let busy = self.busy();
        let waiting = busy + self.unconfirmed();
        if waiting == 0 {
            return if quiet && self.needs_closing_list() {
                list(wake)
            } else {
                None
            };
        }
        let is_last = quiet && busy == 0;
        if !is_last {
            let at_least = if busy == 0 { UNCONFIRMED } else { SHORTEST };
            let due = self.looks.next(at_least)?;
            if due > now {
                *wake = Some(wake.map_or(due, |wake| wake.min(due)));
                return None;
            }
        }
        // What is fewer calls; in the end, what is answered sooner: pages come one after the other.
        let parts = if is_last { 1 } else { waiting.div_ceil(BATCH) };
        if self.pages() <= parts || !self.may_get() {
            list(wake)
        } else {
            get(wake)
        }
    }

    /// Something was changed since the last whole list, and nothing is left to do. Who was seen to be
    /// as wanted since it was changed is not looked at again.
    fn needs_closing_list(&self) -> bool {
        !self.waits_for_roles() && self.is_in_doubt() && !self.is_as_wanted()
    }

    fn is_as_wanted(&self) -> bool {
        let settled = self.plan.count(Kind::Right) + self.plan.count(Kind::Skipped);
        !self.fleet.removes() && settled == self.plan.steps().count()
    }

    /// Something was changed since the last whole list.
    pub(super) fn is_in_doubt(&self) -> bool {
        let unseen = |altered| self.observation.listed() <= Some(altered);
        self.observation.graph_arn().is_some() && self.altered.is_some_and(unseen)
    }

    /// How many pages a list of those who are known has.
    fn pages(&self) -> usize {
        self.observation.members().count().max(1).div_ceil(PAGE)
    }

    /// GetMembers tells of members that are waited for; who is absent, only a list does, and where members
    /// are removed that is what is waited for.
    fn may_get(&self) -> bool {
        let absent = |account| {
            let look = self.observation.look(account);
            look.is_none_or(|look| look.member.is_none())
        };
        let lists = self.looks.list_next || self.looks.lists_only || self.fleet.removes();
        !lists && !self.looked_for().any(absent)
    }

    /// The memberships that a look is for.
    pub(super) fn looked_for(&self) -> impl Iterator<Item = AccountId> + '_ {
        [Wait::Verification, Wait::Visible, Wait::Look]
            .into_iter()
            .flat_map(|wait| self.plan.of(Kind::Wait(wait)))
    }

    /// Looking is refused, for good or so far.
    fn is_stopped(&self) -> bool {
        matches!(
            self.plan.graph(),
            GraphStep::Blocked(_) | GraphStep::Patience(RegionRequest::Look)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;

    fn seconds(n: u64) -> Duration {
        Duration::from_secs(n)
    }

    #[test]
    fn the_longer_something_takes_the_more_rarely_it_is_looked_at() {
        assert_eq!(interval(Duration::ZERO), SHORTEST);
        assert_eq!(interval(seconds(10)), seconds(1));
        assert_eq!(interval(seconds(3_600)), LONGEST);
    }

    #[test]
    fn the_graph_is_looked_for_ever_more_rarely_for_as_long_as_it_takes() {
        let begun = clock::now();
        let mut looks = Looks::default();
        assert_eq!(looks.next_find(), None);
        looks.begin_find(begun);
        assert_eq!(looks.next_find(), Some(begun + SHORTEST));
        let later = begun + seconds(20);
        looks.begin_find(later);
        assert_eq!(looks.last_find(), Some(later));
        assert_eq!(looks.next_find(), Some(later + seconds(2)));
    }

    #[test]
    fn the_next_look_is_due_by_how_long_it_was_waited_for_and_not_too_soon() {
        let begun = clock::now();
        let mut looks = Looks::default();
        assert_eq!(looks.next(SHORTEST), None);
        // A look from before has nothing to do with what is waited for now.
        looks.begin(begun);
        let since = begun + seconds(30);
        looks.since = Some(since);
        assert_eq!(looks.next(SHORTEST), Some(since + SHORTEST));
        assert_eq!(looks.next(UNCONFIRMED), Some(since + UNCONFIRMED));
        let last = since + seconds(30);
        looks.begin(last);
        assert_eq!(looks.next(SHORTEST), Some(last + seconds(3)));
    }
}
