//! Progress: a live view on a terminal, a line with the time now and then elsewhere.
//!
//! The counts follow the events and their times. What turns the spinner and lets the seconds pass is
//! `indicatif`, which draws ten times a second whatever happens.

use std::collections::{BTreeMap, HashSet};
use std::fmt::Write;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use fleet::account::{AccountId, Region};
use fleet::event::{Event, Sink, SinkError};
use indicatif::ProgressState;
use jiff::{SignedDuration, Timestamp};

use super::Output;
use super::moment::moment;
use super::progress_view::{self, Frame, Kind, Title};
use super::screen::{Screen, Stream};
use super::tally::Tally;
use super::text::{counted, len};
use crate::logging;

/// How often a line is written.
const WRITTEN_EVERY: SignedDuration = SignedDuration::from_secs(10);

/// What is going on.
#[derive(Clone, Debug)]
pub(crate) enum Phase {
    /// Looking at these Regions.
    Look { regions: Vec<Region> },
    /// Asking so many accounts in so many Regions.
    Check { accounts: usize, regions: usize },
    /// Enabling, or removing, the memberships of these accounts in each Region.
    Change {
        leaving: bool,
        regions: BTreeMap<Region, HashSet<AccountId>>,
    },
}

/// A sink that shows how far the run is.
pub(crate) struct Progress {
    output: Output,
    shown: Arc<Mutex<Shown>>,
    // Never asked while `shown` is locked: the screen locks that to draw.
    screen: Mutex<Option<Screen>>,
}

#[derive(Default)]
struct Shown {
    title: Title,
    tally: Tally,
    changing: bool,
    /// When something happened last, and when a line was written last.
    seen: Option<Timestamp>,
    written: Option<Timestamp>,
}

impl Progress {
    /// Nothing is going on yet.
    pub(crate) fn new(output: Output) -> Self {
        Self {
            output,
            shown: Arc::default(),
            screen: Mutex::default(),
        }
    }

    /// Something begins.
    pub(crate) fn begin(&self, phase: Phase, at: Timestamp) {
        let title = lock(&self.shown).begin(phase, at);
        if self.output.may_move() {
            *lock(&self.screen) = Some(self.live());
        } else {
            self.line(at, &title);
        }
    }

    /// Says which Regions have not answered for a while, where that is not seen to move.
    pub(crate) fn tell_silence(&self, at: Timestamp) {
        let shown = lock(&self.shown);
        let Kind::Look(regions) = &shown.title.kind else {
            return;
        };
        let elapsed = at.duration_since(shown.title.began).unsigned_abs();
        let silent: Vec<_> = shown.tally.not_heard(regions).collect();
        let told = progress_view::silence(&silent, elapsed);
        drop(shown);
        if let Some(told) = told {
            self.line(at, &told);
        }
    }

    /// It has ended; what comes next has the screen to itself.
    pub(crate) fn end(&self) {
        drop(lock(&self.screen).take());
        let mut shown = lock(&self.shown);
        let ended = std::mem::take(&mut shown.changing);
        if let (true, Some(at)) = (ended, shown.seen) {
            let line = shown.tally.line();
            drop(shown);
            self.line(at, &line);
        }
    }

    fn live(&self) -> Screen {
        let (shown, output) = (self.shown.clone(), self.output);
        let draw = move |state: &ProgressState, text: &mut dyn Write| {
            let frame = Frame {
                window: output.message_window(),
                spinner: Screen::spinner(state.elapsed()),
            };
            let shown = lock(&shown);
            let view = progress_view::draw(&shown.title, &shown.tally, state.elapsed(), frame);
            // It goes to a text, which takes everything.
            let _ = text.write_str(&output.coloured(Stream::Messages, view));
        };
        Screen::open(Stream::Messages, draw)
    }

    fn show(&self, event: &Event) {
        // Before anything begins there is nothing to draw on.
        let is_drawn = lock(&self.screen).is_some();
        let mut shown = lock(&self.shown);
        let before = shown.tally.refused_so_far(event.at);
        let completed = shown.tally.count(event);
        // Said once, by the first of many Regions.
        let refused = shown
            .tally
            .refused_so_far(event.at)
            .filter(|_| before.is_none());
        shown.seen = Some(event.at);
        if self.output.may_move() {
            if let Some(refused) = refused.filter(|_| !is_drawn) {
                self.output.message(&format!("{refused}\n"));
            }
            return;
        }
        let last = shown.written.unwrap_or(shown.title.began);
        let is_due = shown.changing && event.at.duration_since(last) >= WRITTEN_EVERY;
        let line = is_due.then(|| shown.line(event.at));
        let completed = completed.map(|region| {
            let what = shown.tally.goal_in_words();
            format!("{region}: all {what}")
        });
        drop(shown);
        for line in refused.into_iter().chain(completed).chain(line) {
            self.line(event.at, &line);
        }
    }

    fn line(&self, at: Timestamp, text: &str) {
        if self.output.shows_progress() && !self.output.may_move() {
            self.output.message(&format!("{} {text}\n", moment(at)));
        }
    }
}

impl Shown {
    /// Gives back what it is called.
    fn begin(&mut self, phase: Phase, at: Timestamp) -> String {
        self.written = None;
        self.title.began = at;
        let (words, kind, whole) = match phase {
            Phase::Look { regions } => {
                self.tally.look_anew();
                let whole = format!("Looking at {}", counted(len(&regions), "Region"));
                ("Looking".to_owned(), Kind::Look(regions), whole)
            }
            Phase::Check { accounts, regions } => {
                let accounts = counted(accounts as u64, "account");
                let regions = counted(regions as u64, "Region");
                let whole = format!("Checking {accounts} in {regions}");
                (whole.clone(), Kind::Ask, whole)
            }
            Phase::Change { leaving, regions } => {
                self.tally.towards(leaving, regions);
                self.changing = true;
                let words = if leaving { "Disabling" } else { "Enabling" };
                let things = counted(self.tally.all().wanted, "membership");
                (words.to_owned(), Kind::Change, format!("{words} {things}"))
            }
        };
        (self.title.words, self.title.kind) = (words, kind);
        whole
    }

    /// How far it is, and how long it will take.
    fn line(&mut self, at: Timestamp) -> String {
        self.written = Some(at);
        let line = self.tally.line();
        match self.tally.time_left(self.title.began, at) {
            Some(left) => format!("{line}, about {} left", progress_view::roughly(left)),
            None => line,
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A count that a panic left half way is still the best there is to show.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Sink for Progress {
    fn record(&self, event: &Event) -> Result<(), SinkError> {
        logging::event(event);
        if self.output.shows_progress() {
            self.show(event);
        }
        Ok(())
    }
}
