//! Patience with refusals that may pass by themselves.
//!
//! IAM tells all of AWS about a new role or policy within seconds and not at once
//! (docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html, "Changes that I make are not always
//! immediately visible"), and so does Detective about a behavior graph. What is refused for such a
//! reason is asked again at growing distances, for a time that begins with the first refusal of that
//! kind: once for all accounts together, and beside everything else.
//!
//! Whoever executes a plan has the clock. It keeps a [`Patience`] for each kind of request and tells
//! the plan whose [`Turn`] it is.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::account::AccountId;
use crate::attempts::{MemberRequest, RegionRequest};

/// How long refusals are asked again where nobody says otherwise.
pub const DEFAULT: Duration = Duration::from_secs(15);

/// How long a role may be refused that was made just now.
pub const JUST_MADE: Duration = Duration::from_secs(60);

/// How long a behavior graph may be unknown that was made just now, or in the way while it is being
/// deleted. AWS publishes no figure (assumed); both are minutes at most.
pub const GRAPH: Duration = Duration::from_secs(300);

/// Between the first refusal and the first turn.
const FIRST: Duration = Duration::from_secs(1);

/// The longest distance between two turns.
const LONGEST: Duration = Duration::from_secs(30);

/// How many are asked in a turn while none of them was let in: that many tell as much as all.
const FEW: usize = 8;

/// Why a refusal may pass by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Passing {
    /// IAM may not have told all of AWS about a role or a policy yet.
    Propagation,
    /// A behavior graph may not be known everywhere yet, or still be in the way of a new one.
    Graph,
}

/// What is asked again together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Asked {
    /// AssumeRole in members, in all Regions together.
    Role,
    /// A request about the Region.
    Region(RegionRequest),
    /// A request about memberships of the Region.
    Member(MemberRequest),
}

/// Whose turn it is to be asked again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turn {
    number: u32,
    /// One in so many accounts is asked; 0 and 1 stand for all.
    share: u64,
    last: bool,
}

impl Turn {
    /// Turns count from 1; before the first it is 0.
    #[must_use]
    pub fn number(self) -> u32 {
        self.number
    }

    /// Whether it is the last one: what is refused now stays refused.
    #[must_use]
    pub fn is_last(self) -> bool {
        self.last
    }

    /// Whether this account is asked in it.
    #[must_use]
    pub fn includes(self, account: AccountId) -> bool {
        self.share <= 1 || account.number() % self.share == u64::from(self.number) % self.share
    }

    /// Everybody's last turn.
    #[must_use]
    pub fn and_last(self) -> Self {
        Self {
            number: self.number + 1,
            share: 1,
            last: true,
        }
    }
}

/// The turns of one kind of request. Times are since any one moment, the same for all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    since: Duration,
    until: Duration,
    next: Duration,
    distance: Duration,
    turn: Turn,
    let_in: bool,
}

impl Patience {
    /// The first refusal of its kind came in; they are asked again for as long as `limit`.
    #[must_use]
    pub fn begin(now: Duration, limit: Duration) -> Self {
        let until = now + limit;
        Self {
            since: now,
            until,
            next: until.min(now + FIRST),
            distance: FIRST,
            turn: Turn::default(),
            let_in: false,
        }
    }

    /// Another refusal came in, whose reason may take longer to pass than that of the first. Its time has
    /// begun with the first, too: each refusal would prolong it for ever.
    pub fn extend(&mut self, limit: Duration) {
        if !self.turn.last {
            self.until = self.until.max(self.since + limit);
        }
    }

    /// Whose turn it is.
    #[must_use]
    pub fn turn(&self) -> Turn {
        self.turn
    }

    /// When the next turn is; `None` after the last.
    #[must_use]
    pub fn next(&self) -> Option<Duration> {
        (!self.turn.last).then_some(self.next)
    }

    /// When the last turn is.
    #[must_use]
    pub fn until(&self) -> Duration {
        self.until
    }

    /// Goes on to the next turn if it is time, with so many that are refused; whether it did.
    pub fn pass(&mut self, now: Duration, refused: usize) -> bool {
        if self.turn.last || now < self.next {
            return false;
        }
        if now >= self.until {
            self.turn = self.turn.and_last();
            return true;
        }
        self.turn.number += 1;
        self.turn.share = if self.let_in {
            1
        } else {
            (refused / FEW) as u64
        };
        self.distance = (self.distance * 2).min(LONGEST);
        self.next = self.until.min(now + self.distance);
        true
    }

    /// One that was refused before was let in: everybody is asked now, and in all turns from here on.
    pub fn let_in(&mut self) {
        if !self.turn.last && !self.let_in {
            self.let_in = true;
            self.turn.number += 1;
            self.turn.share = 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn seconds(n: u64) -> Duration {
        Duration::from_secs(n)
    }

    fn account(n: u64) -> AccountId {
        format!("{n:012}").parse().unwrap()
    }

    /// The moments of all turns.
    fn moments(limit: Duration) -> Vec<u64> {
        let mut patience = Patience::begin(seconds(100), limit);
        let mut moments = Vec::new();
        while let Some(next) = patience.next() {
            assert!(!patience.pass(next.saturating_sub(Duration::from_millis(1)), 1));
            assert!(patience.pass(next, 1));
            moments.push(next.as_secs() - 100);
        }
        assert!(patience.turn().is_last());
        moments
    }

    #[test]
    fn turns_come_at_growing_distances_and_the_last_at_the_end() {
        assert_eq!(moments(seconds(0)), [0]);
        assert_eq!(moments(seconds(15)), [1, 3, 7, 15]);
        assert_eq!(moments(seconds(60)), [1, 3, 7, 15, 31, 60]);
        assert_eq!(moments(GRAPH).len(), 14);
    }

    #[test]
    fn of_many_a_few_are_asked_until_one_is_let_in() {
        let accounts: Vec<_> = (1..=800).map(account).collect();
        let asked = |turn: Turn| accounts.iter().filter(|it| turn.includes(**it)).count();
        let mut patience = Patience::begin(seconds(0), seconds(15));
        patience.pass(seconds(1), accounts.len());
        assert_eq!(asked(patience.turn()), FEW);
        // Each turn asks others.
        let first: Vec<_> = accounts
            .iter()
            .filter(|it| patience.turn().includes(**it))
            .collect();
        let mut second = patience;
        second.pass(seconds(3), accounts.len());
        assert!(first.iter().all(|it| !second.turn().includes(**it)));
        let number = patience.turn().number();
        patience.let_in();
        assert_eq!(patience.turn().number(), number + 1);
        assert_eq!(asked(patience.turn()), 800);
        patience.pass(seconds(3), accounts.len());
        assert_eq!(asked(patience.turn()), 800);
        let few: Vec<_> = (1..=8).map(account).collect();
        let mut patience = Patience::begin(seconds(0), seconds(15));
        patience.pass(seconds(1), few.len());
        assert!(few.iter().all(|it| patience.turn().includes(*it)));
    }

    #[test]
    fn the_last_turn_is_everybodys_and_stays_the_last() {
        let mut patience = Patience::begin(seconds(0), seconds(1));
        patience.pass(seconds(1), 5_000);
        let last = patience.turn();
        assert!(last.is_last() && (1..2_000).all(|n| last.includes(account(n))));
        patience.let_in();
        patience.extend(seconds(60));
        assert!(!patience.pass(seconds(90), 1));
        assert_eq!(patience.turn(), last);
    }

    #[test]
    fn a_refusal_that_takes_longer_to_pass_is_waited_for_longer() {
        let mut patience = Patience::begin(seconds(0), seconds(15));
        for _ in 0..3 {
            patience.pass(seconds(10), 1);
            patience.extend(seconds(60));
            assert_eq!(patience.until(), seconds(60));
        }
        patience.extend(seconds(1));
        assert_eq!(patience.until(), seconds(60));
    }
}
