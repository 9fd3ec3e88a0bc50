//! How fast one operation may be asked for.
//!
//! AWS publishes no request rates for Detective, so the pace is found by asking: as fast as the
//! concurrency of the run allows, until AWS says that it is too fast. Then a quarter as many at a time,
//! after a pause with jitter, and one more for each round that goes well: what is asked too fast is
//! asked twice, so it is better to come from below. Where a few at a time are still too many, counting
//! them does not help: they begin at a distance that grows with each complaint and shrinks with each
//! answer. A refusal is an answer like any other: AWS took the request.

use std::fmt;
use std::hash::Hasher;
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use fleet::event::CallResult;
use siphasher::sip::SipHasher13;
use tokio::time::Instant;

use crate::clock;

/// The longest pause between two tries.
const LONGEST_PAUSE: Duration = Duration::from_secs(20);

/// The first distance that is tried.
const SHORTEST_DISTANCE: Duration = Duration::from_millis(50);

/// The pace of one operation in one Region, or of one account's share of it.
#[derive(Debug)]
pub(crate) struct Pace {
    seed: u64,
    under_way: usize,
    /// How many may be under way at one time; without a limit until AWS has complained.
    limit: Option<f64>,
    slowed: Option<Instant>,
    /// How many complaints there were since one went well.
    in_a_row: u32,
    /// Between the beginnings of two requests, where few at a time are still too many.
    distance: Duration,
    last: Option<Instant>,
    pauses: Option<ExponentialBackoff>,
    not_before: Option<Instant>,
}

/// A request that counts towards a pace until it ends.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Begun(Instant);

/// Why a request may not begin now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotYet {
    /// Before this moment.
    Before(Instant),
    /// Before another one has ended.
    Full,
}

impl Pace {
    /// The pace of `what`. Its name sets it apart from others of the same run, so that what was
    /// throttled together does not come back together.
    pub(crate) fn new(seed: u64, what: fmt::Arguments<'_>) -> Self {
        Self {
            seed: seed ^ hash(what),
            under_way: 0,
            limit: None,
            slowed: None,
            in_a_row: 0,
            distance: Duration::ZERO,
            last: None,
            pauses: None,
            not_before: None,
        }
    }

    /// Whether another request may begin now.
    pub(crate) fn check(&self) -> Result<(), NotYet> {
        if self
            .limit
            .is_some_and(|limit| self.under_way as f64 + 1.0 > limit)
        {
            return Err(NotYet::Full);
        }
        let apart = self.last.map(|last| last + self.distance);
        match self.not_before.max(apart) {
            Some(moment) if moment > clock::now() => Err(NotYet::Before(moment)),
            _ => Ok(()),
        }
    }

    /// A request begins.
    pub(crate) fn begin(&mut self) -> Begun {
        self.under_way += 1;
        let now = clock::now();
        self.last = Some(now);
        Begun(now)
    }

    /// A request ended.
    pub(crate) fn end(&mut self, begun: Begun, result: CallResult) {
        let together = self.under_way as f64;
        self.under_way = self.under_way.saturating_sub(1);
        match result {
            // A final answer was not too fast: asking for something else need not wait.
            CallResult::Ok | CallResult::Refused => {
                (self.pauses, self.in_a_row) = (None, 0);
                self.limit = self.limit.map(|limit| limit + 1.0 / limit);
                self.distance = self.distance.mul_f64(0.99);
            }
            // Fewer at a time helps against too few descriptors, too, and does no harm to the rest.
            CallResult::Throttled | CallResult::NotDone => self.slow_down(begun, together),
            CallResult::Unclear | CallResult::Silent => self.pause(),
        }
    }

    fn slow_down(&mut self, begun: Begun, together: f64) {
        // All that were under way together are answered alike: they are one complaint.
        if self.slowed.is_some_and(|slowed| begun.0 <= slowed) {
            return;
        }
        self.slowed = Some(clock::now());
        self.in_a_row += 1;
        if !self.distance.is_zero() || self.limit.is_some_and(|limit| limit < 4.0) {
            let more = if self.in_a_row == 1 { 1.15 } else { 1.5 };
            self.distance = self.distance.mul_f64(more).max(SHORTEST_DISTANCE);
        }
        // A miss now and then is the price of being close to what AWS allows: the distance takes care
        // of it, and a pause would leave what is allowed unused.
        if self.distance.is_zero() || self.in_a_row > 2 {
            let limit = self.limit.unwrap_or(together).min(together) / 4.0;
            self.limit = Some(limit.max(1.0));
            self.pause();
        }
    }

    /// The next request waits, longer each time in a row.
    fn pause(&mut self) {
        if self.not_before.is_some_and(|moment| moment > clock::now()) {
            return;
        }
        let seed = self.seed;
        let pauses = self.pauses.get_or_insert_with(|| {
            ExponentialBuilder::default()
                .with_min_delay(Duration::from_millis(100))
                .with_max_delay(LONGEST_PAUSE)
                .without_max_times()
                .with_jitter_seed(seed)
                .with_jitter()
                .build()
        });
        self.not_before = Some(clock::now() + pauses.next().unwrap_or(LONGEST_PAUSE));
    }
}

/// SipHash 1-3 of the text: the same with every Rust, so that a seed replays a run.
fn hash(what: fmt::Arguments<'_>) -> u64 {
    let mut hasher = SipHasher13::new();
    hasher.write(what.to_string().as_bytes());
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn without_a_complaint_there_is_no_limit() {
        let mut pace = Pace::new(1, format_args!("a test"));
        for _ in 0..1000 {
            assert_eq!(pace.check(), Ok(()));
            pace.begin();
        }
    }

    #[tokio::test(start_paused = true)]
    async fn one_burst_is_one_complaint_and_quarters_the_pace() {
        let mut pace = Pace::new(1, format_args!("a test"));
        let begun: Vec<_> = (0..64).map(|_| pace.begin()).collect();
        for begun in begun {
            pace.end(begun, CallResult::Throttled);
        }
        assert_eq!(pace.limit, Some(16.0));
        assert!(matches!(pace.check(), Err(NotYet::Before(_))));
    }

    #[tokio::test(start_paused = true)]
    async fn after_the_pause_it_speeds_up_with_each_success() {
        let mut pace = Pace::new(1, format_args!("a test"));
        let begun = pace.begin();
        pace.end(begun, CallResult::Throttled);
        clock::sleep(LONGEST_PAUSE * 2).await;
        let begun = pace.begin();
        assert_eq!(pace.check(), Err(NotYet::Full));
        pace.end(begun, CallResult::Ok);
        pace.begin();
        assert_eq!(pace.check(), Ok(()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_final_answer_slows_nothing_down() {
        let mut pace = Pace::new(1, format_args!("a test"));
        for _ in 0..100 {
            let begun = pace.begin();
            pace.end(begun, CallResult::Refused);
            assert_eq!(pace.check(), Ok(()));
        }
        let begun = pace.begin();
        pace.end(begun, CallResult::Throttled);
        clock::sleep(LONGEST_PAUSE * 2).await;
        let begun = pace.begin();
        pace.end(begun, CallResult::Refused);
        pace.begin();
        assert_eq!(
            pace.check(),
            Ok(()),
            "it counts as taken, as a success does"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn pauses_grow_while_it_keeps_failing() {
        let mut pace = Pace::new(1, format_args!("a test"));
        let mut pauses = Vec::new();
        for _ in 0..4 {
            let begun = pace.begin();
            pace.end(begun, CallResult::Unclear);
            let Err(NotYet::Before(moment)) = pace.check() else {
                panic!("no pause")
            };
            pauses.push(moment - clock::now());
            clock::until(moment).await;
        }
        assert!(pauses.is_sorted(), "{pauses:?}");
    }

    /// A pace that `together` requests at one time were too much for, after the pause.
    async fn complained_of(together: usize) -> Pace {
        let mut pace = Pace::new(1, format_args!("a test"));
        let begun: Vec<_> = (0..together).map(|_| pace.begin()).collect();
        for begun in begun {
            pace.end(begun, CallResult::Throttled);
        }
        clock::sleep(LONGEST_PAUSE * 2).await;
        pace
    }

    /// One more request, that ends at once.
    fn answer(pace: &mut Pace, result: CallResult) {
        let begun = pace.begin();
        pace.end(begun, result);
    }

    #[tokio::test(start_paused = true)]
    async fn as_many_are_under_way_as_the_limit_allows_and_no_more() {
        let mut pace = complained_of(16).await;
        let mut begun = Vec::new();
        for _ in 0..4 {
            assert_eq!(pace.check(), Ok(()));
            begun.push(pace.begin());
        }
        assert_eq!(pace.check(), Err(NotYet::Full));
        pace.end(begun.remove(0), CallResult::Unclear);
        assert!(matches!(pace.check(), Err(NotYet::Before(_))));
        clock::sleep(LONGEST_PAUSE * 2).await;
        assert_eq!(pace.check(), Ok(()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_round_that_goes_well_adds_one_to_the_limit() {
        let mut pace = complained_of(64).await;
        answer(&mut pace, CallResult::Ok);
        assert_eq!(pace.limit, Some(16.0 + 1.0 / 16.0));
    }

    #[tokio::test(start_paused = true)]
    async fn four_at_a_time_are_quartered_once_more_before_they_keep_a_distance() {
        let mut pace = complained_of(16).await;
        answer(&mut pace, CallResult::Throttled);
        assert_eq!((pace.limit, pace.distance), (Some(1.0), Duration::ZERO));
        assert!(pace.not_before.is_some_and(|moment| moment > clock::now()));
    }

    #[tokio::test(start_paused = true)]
    async fn where_one_at_a_time_is_too_fast_the_distance_grows_with_each_complaint() {
        let mut pace = complained_of(1).await;
        answer(&mut pace, CallResult::Throttled);
        assert_eq!(pace.distance, SHORTEST_DISTANCE);
        // Apart, and without a pause.
        let moment = clock::now() + SHORTEST_DISTANCE;
        assert_eq!(pace.check(), Err(NotYet::Before(moment)));
        clock::until(moment).await;
        assert_eq!(pace.check(), Ok(()));
        answer(&mut pace, CallResult::Ok);
        assert_eq!(pace.distance, SHORTEST_DISTANCE.mul_f64(0.99));
        for factor in [1.15, 1.5] {
            clock::sleep(LONGEST_PAUSE).await;
            let before = pace.distance;
            answer(&mut pace, CallResult::Throttled);
            assert_eq!(pace.distance, before.mul_f64(factor));
            let apart = clock::now() + pace.distance;
            assert_eq!(pace.check(), Err(NotYet::Before(apart)), "and no pause");
        }
        clock::sleep(LONGEST_PAUSE).await;
        let before = pace.distance;
        answer(&mut pace, CallResult::Throttled);
        assert_eq!(pace.distance, before.mul_f64(1.5));
        let pause = clock::now() + Duration::from_millis(100);
        assert!(matches!(pace.check(), Err(NotYet::Before(moment)) if moment >= pause));
    }

    #[tokio::test(start_paused = true)]
    async fn what_fails_during_a_pause_does_not_prolong_it() {
        let mut pace = Pace::new(1, format_args!("a test"));
        let begun = [pace.begin(), pace.begin()];
        let pauses = begun.map(|begun| {
            pace.end(begun, CallResult::Silent);
            pace.not_before
        });
        assert!(pauses[0] > Some(clock::now()));
        assert_eq!(pauses[0], pauses[1]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_that_ends_now_is_over() {
        let mut pace = Pace::new(1, format_args!("a test"));
        pace.not_before = Some(clock::now());
        assert_eq!(pace.check(), Ok(()));
        answer(&mut pace, CallResult::Unclear);
        assert!(pace.not_before > Some(clock::now()), "another one begins");
    }

    #[test]
    fn each_name_has_a_pace_of_its_own_that_no_rust_changes() {
        // SipHash 1-3 of these bytes, with a key of zeros.
        let of_this = 0x1782_d23a_a308_38e2;
        assert_eq!(hash(format_args!("a test")), of_this);
        assert_ne!(hash(format_args!("another")), of_this);
    }
}
