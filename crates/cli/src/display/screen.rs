//! A text that changes in its place on the terminal.

use std::fmt::Write;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

/// How often it is drawn: faster than eyes, slower than calls.
const REDRAWN_EVERY: Duration = Duration::from_millis(100);

/// The one that is on the screen: what is printed meanwhile goes above it.
static ON_SCREEN: Mutex<Option<ProgressBar>> = Mutex::new(None);

fn on_screen() -> MutexGuard<'static, Option<ProgressBar>> {
    ON_SCREEN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Where it is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stream {
    Results,
    Messages,
}

/// A text in its place, until it is dropped.
pub(crate) struct Screen(ProgressBar);

impl Screen {
    /// Draws again and again what `draw` says.
    pub(crate) fn open(
        stream: Stream,
        draw: impl Fn(&ProgressState, &mut dyn Write) + Clone + Send + Sync + 'static,
    ) -> Self {
        let target = match stream {
            Stream::Results => ProgressDrawTarget::stdout(),
            Stream::Messages => ProgressDrawTarget::stderr(),
        };
        let bar = ProgressBar::with_draw_target(None, target);
        // A template that did not parse would leave the plain spinner, which does as well.
        if let Ok(style) = ProgressStyle::with_template("{text}") {
            bar.set_style(style.with_key("text", draw));
        }
        *on_screen() = Some(bar.clone());
        bar.enable_steady_tick(REDRAWN_EVERY);
        Self(bar)
    }

    /// For how long it has been there.
    pub(crate) fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }

    /// What turns.
    pub(crate) fn spinner(elapsed: Duration) -> char {
        const FRAMES: [char; 10] = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
        let frames = elapsed.as_millis() / REDRAWN_EVERY.as_millis();
        FRAMES[(frames % FRAMES.len() as u128) as usize]
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        *on_screen() = None;
        self.0.finish_and_clear();
    }
}

/// Prints something that stays, above what changes.
pub(super) fn above(print: impl FnOnce()) {
    let bar = on_screen().clone();
    match bar {
        Some(bar) => bar.suspend(print),
        None => print(),
    }
}
