//! How far CloudFormation is: a bar on a terminal, lines elsewhere.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use engine::clock::Clock;
use fleet::report::Ended;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::Output;
use super::moment::moment;

/// What becomes of work that CloudFormation was left with, where it was.
pub(super) fn left_off(ended: Ended) -> Option<&'static str> {
    match ended {
        Ended::Interrupted => Some(
            "Interrupted: what CloudFormation has begun goes on in AWS; the command's `status` shows it.",
        ),
        Ended::Timeout => {
            Some("The time is over: what CloudFormation has begun goes on in AWS; run again.")
        }
        Ended::Complete | Ended::Superseded => None,
    }
}

/// Shows what is waited for.
pub(crate) struct StackProgress {
    output: Output,
    clock: Clock,
    bar: Option<ProgressBar>,
    /// What was said last: it is not said twice.
    said: Mutex<String>,
}

impl StackProgress {
    /// Nothing is shown yet.
    pub(crate) fn new(output: Output, clock: Clock) -> Self {
        Self {
            output,
            clock,
            bar: output.may_move().then(bar),
            said: Mutex::default(),
        }
    }

    /// Shows it.
    pub(crate) fn say(&self, text: String) {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        if *said == text {
            return;
        }
        said.clone_from(&text);
        match &self.bar {
            Some(bar) => bar.set_message(text),
            None if self.output.shows_progress() => {
                let at = self.clock.timestamp();
                self.output.message(&format!("{} {text}\n", moment(at)));
            }
            None => {}
        }
    }

    /// It has ended; what comes next has the screen to itself.
    pub(crate) fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn bar() -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(15));
    // A template that did not parse would leave the plain bar, which does as well.
    if let Ok(style) = ProgressStyle::with_template("{spinner} {elapsed} {wide_msg}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}
