//! How long a Region is waited for that has never answered.
//!
//! A Region that is down must not hold up the others, and one that is merely slow must not be given up.
//! No single question tells the two apart: nothing comes back from either of them until it does. So a silent
//! Region is asked several times side by side, and asked on for as long as any other Region is worked in. What
//! it is judged by in the end is what the others needed: a Region that has not said a word by then is no longer
//! waited for, and one that has is never given up.
//!
//! The limit of that: where a first answer takes longer than everything else and [`LONGER`] on top, its
//! Region counts as silent. A run in that Region alone has nothing to judge it by, and waits for three
//! silences.

use std::time::Duration;

use crate::attempts::FINAL_AFTER;

/// How much longer than the others a silent Region is waited for, at least. With what begins and ends a
/// run, it is less than 5 s.
pub const LONGER: Duration = Duration::from_millis(4_500);

/// How many questions are under way side by side in a Region that is silent while others answer.
pub const SIDE_BY_SIDE: u32 = 3;

/// How long after the question before it another one is asked beside it: AWS's slow answers take less.
pub const APART: Duration = Duration::from_millis(1_500);

/// One lost answer does not make a Region silent.
const FEWEST: u32 = 2;

/// The other Regions of a run, as far as a silent one is judged by them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peers {
    /// None of them has ever answered, or there is none: the trouble may be on this side.
    Silent,
    /// Some have answered, and are worked in.
    Working,
    /// All that have answered are done, after so long.
    Done(Duration),
}

/// What was tried in a Region that has never answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tried {
    /// How many questions were asked.
    pub questions: u32,
    /// How many of them in a row have ended without an answer: in 10 s, or at once where there is no way.
    pub silences: u32,
    /// It was given up in this run before: it is not waited for again.
    pub judged: bool,
}

/// Until when, since the run began, a Region is waited for that has never answered. `None`: no end is in
/// sight yet. The first row that fits:
///
/// | what was tried | the other Regions | it is waited for |
/// |---|---|---|
/// | anything | some are worked in | as long as they are |
/// | three silences in a row | silent, or done | no longer |
/// | fewer | silent, or there is none | until there are three |
/// | it was given up before | done | no longer |
/// | fewer than two questions | done | until there are two |
/// | otherwise | done | two fifths of their time longer, and at least [`LONGER`] |
#[must_use]
pub fn waited_until(tried: Tried, peers: Peers) -> Option<Duration> {
    match peers {
        Peers::Working => None,
        _ if tried.silences >= FINAL_AFTER => Some(Duration::ZERO),
        Peers::Silent => None,
        Peers::Done(_) if tried.judged => Some(Duration::ZERO),
        Peers::Done(_) if tried.questions < FEWEST => None,
        Peers::Done(took) => Some(took + LONGER.max(took * 2 / 5)),
    }
}

/// Whether another question is asked beside those that are under way.
#[must_use]
pub fn asks_beside(tried: Tried, peers: Peers) -> bool {
    peers != Peers::Silent && tried.questions < SIDE_BY_SIDE
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn tried(questions: u32, silences: u32) -> Tried {
        Tried {
            questions,
            silences,
            judged: false,
        }
    }

    #[test]
    fn nothing_is_given_up_while_another_region_is_worked_in() {
        for silences in [0, 3, 100] {
            assert_eq!(waited_until(tried(100, silences), Peers::Working), None);
        }
    }

    #[test]
    fn where_nobody_answers_three_silences_end_it() {
        assert_eq!(waited_until(tried(3, 2), Peers::Silent), None);
        let until = waited_until(tried(3, 3), Peers::Silent);
        assert_eq!(until, Some(Duration::ZERO));
        assert!(!asks_beside(tried(1, 0), Peers::Silent));
    }

    #[test]
    fn the_others_are_what_it_is_judged_by() {
        let until = |took| waited_until(tried(2, 0), Peers::Done(took)).unwrap();
        assert_eq!(until(SECOND), SECOND + LONGER);
        assert_eq!(until(20 * SECOND), 28 * SECOND);
        assert_eq!(waited_until(tried(1, 0), Peers::Done(SECOND)), None);
    }

    #[test]
    fn it_is_judged_once() {
        let again = Tried {
            judged: true,
            ..tried(1, 0)
        };
        let until = waited_until(again, Peers::Done(SECOND));
        assert_eq!(until, Some(Duration::ZERO));
        assert_eq!(waited_until(again, Peers::Working), None);
    }

    #[test]
    fn a_few_questions_are_asked_side_by_side() {
        for peers in [Peers::Working, Peers::Done(SECOND)] {
            assert!(asks_beside(tried(1, 0), peers));
            assert!(!asks_beside(tried(SIDE_BY_SIDE, 0), peers));
        }
    }
}
