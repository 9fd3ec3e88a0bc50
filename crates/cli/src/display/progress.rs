//! Progress: a bar on a terminal, a line with the time now and then elsewhere.
//!
//! Both follow the events and their times; nothing here has a clock or a thread of its own, but for
//! the spinner.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use fleet::account::Region;
use fleet::event::{Event, Sink, SinkError};
use fleet::report::Recorder;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use jiff::{SignedDuration, Timestamp};

use super::Output;
use super::tally::Tally;
use super::text::counted;
use crate::logging;

/// How often a bar is brought up to date: faster than eyes, slower than calls.
const REDRAWN_EVERY: SignedDuration = SignedDuration::from_millis(80);
/// How often a line is written.
const WRITTEN_EVERY: SignedDuration = SignedDuration::from_secs(10);

/// What is going on.
#[derive(Clone, Debug)]
pub(crate) enum Phase {
    /// Looking at so many Regions.
    Look { regions: usize },
    /// Asking so many accounts in so many Regions.
    Check { accounts: usize, regions: usize },
    /// Enabling, or removing, so many memberships in each Region.
    Change {
        leaving: bool,
        regions: BTreeMap<Region, u64>,
    },
}

/// A sink that shows how far the run is, and hands every event on to the recorder.
pub(crate) struct Progress {
    output: Output,
    recorder: Arc<Recorder>,
    shown: Mutex<Shown>,
}

#[derive(Default)]
struct Shown {
    tally: Tally,
    bar: Option<ProgressBar>,
    changing: bool,
    /// When something happened last, and when it was last shown.
    seen: Option<Timestamp>,
    drawn: Option<Timestamp>,
}

impl Progress {
    /// Nothing is going on yet.
    pub(crate) fn new(output: Output, recorder: Arc<Recorder>) -> Self {
        Self {
            output,
            recorder,
            shown: Mutex::default(),
        }
    }

    /// Something begins.
    pub(crate) fn begin(&self, phase: Phase, at: Timestamp) {
        let mut shown = self.shown();
        shown.drawn = None;
        let title = match phase {
            Phase::Look { regions } => format!("Looking at {}", counted(regions as u64, "Region")),
            Phase::Check { accounts, regions } => format!(
                "Checking {} in {}",
                counted(accounts as u64, "account"),
                counted(regions as u64, "Region")
            ),
            Phase::Change { leaving, regions } => {
                shown.tally.towards(leaving, regions);
                shown.changing = true;
                if leaving { "Disabling" } else { "Enabling" }.to_owned()
            }
        };
        if self.output.may_move() {
            shown.bar = Some(bar(
                title,
                shown.tally.total(),
                self.output.colours_messages(),
            ));
        } else if !shown.changing {
            self.line(at, &title);
        }
    }

    /// It has ended; what comes next has the screen to itself.
    pub(crate) fn end(&self) {
        let mut shown = self.shown();
        if let Some(bar) = shown.bar.take() {
            bar.finish_and_clear();
        }
        let ended = std::mem::take(&mut shown.changing);
        if let (true, Some(at)) = (ended, shown.seen) {
            let line = shown.tally.line();
            drop(shown);
            self.line(at, &line);
        }
    }

    fn show(&self, event: &Event) {
        let mut shown = self.shown();
        let completed = shown.tally.count(event);
        let every = if shown.bar.is_some() {
            REDRAWN_EVERY
        } else {
            WRITTEN_EVERY
        };
        let is_due = shown
            .drawn
            .is_none_or(|last| event.at.duration_since(last) >= every);
        if let Some(bar) = shown.bar.as_ref().filter(|_| is_due) {
            bar.set_position(shown.tally.done());
            bar.set_message(shown.tally.line());
        }
        let line = (shown.changing && shown.bar.is_none() && is_due).then(|| shown.tally.line());
        shown.seen = Some(event.at);
        if is_due {
            shown.drawn = shown.seen;
        }
        let moves = shown.bar.is_some();
        drop(shown);
        if let (Some(region), false) = (completed, moves) {
            self.line(event.at, &format!("{region}: enabled"));
        }
        if let Some(line) = line {
            self.line(event.at, &line);
        }
    }

    fn line(&self, at: Timestamp, text: &str) {
        if !self.output.may_move() {
            self.say(&format!("{at:.0} {text}\n"));
        }
    }

    fn say(&self, text: &str) {
        if self.output.shows_progress() {
            self.output.message(text);
        }
    }

    fn shown(&self) -> MutexGuard<'_, Shown> {
        // A count that a panic left half way is still the best there is to show.
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sink for Progress {
    fn record(&self, event: &Event) -> Result<(), SinkError> {
        self.recorder.record(event)?;
        logging::event(event);
        if self.output.shows_progress() {
            self.show(event);
        }
        Ok(())
    }
}

fn bar(title: String, total: u64, coloured: bool) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr_with_hz(15));
    let template = match (total, coloured) {
        (0, true) => "{spinner:.green} {prefix} {elapsed} {wide_msg}",
        (0, false) => "{spinner} {prefix} {elapsed} {wide_msg}",
        (_, true) => "{spinner:.green} {prefix} {bar:14.green/dim} {elapsed} {wide_msg}",
        (_, false) => "{spinner} {prefix} {bar:14} {elapsed} {wide_msg}",
    };
    // A template that did not parse would leave the plain bar, which does as well.
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("━╸─"));
    }
    bar.set_prefix(title);
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}
