//! `status --watch`: the newest status, always in the same place.

use std::fmt::Write;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use fleet::report::StatusReport;
use indicatif::ProgressState;

use super::moment::moment;
use super::output::Window;
use super::screen::{Screen, Stream};
use super::text::{CHANGE, DIM, paint};
use super::{Output, status};

/// A status that is watched.
pub(crate) struct Watched {
    newest: Arc<Mutex<Newest>>,
    screen: Screen,
}

#[derive(Default)]
struct Newest {
    status: Option<StatusReport>,
    /// Drawn for a window so wide.
    drawn: Option<(usize, String)>,
    /// When the next look is; none while one is under way.
    next: Option<Duration>,
}

impl Watched {
    /// Nothing was seen yet.
    pub(crate) fn open(output: Output) -> Self {
        let newest: Arc<Mutex<Newest>> = Arc::default();
        let shared = newest.clone();
        let draw = move |state: &ProgressState, text: &mut dyn Write| {
            let view = lock(&shared).draw(state.elapsed(), output.window());
            // It goes to a text, which takes everything.
            let _ = text.write_str(&output.coloured(Stream::Results, view));
        };
        let screen = Screen::open(Stream::Results, draw);
        Self { newest, screen }
    }

    /// Shows this one, until the next look that long from now.
    pub(crate) fn show(&self, status: StatusReport, next: Duration) {
        *lock(&self.newest) = Newest {
            status: Some(status),
            drawn: None,
            next: Some(self.screen.elapsed() + next),
        };
    }

    /// The next look begins.
    pub(crate) fn look(&self) {
        lock(&self.newest).next = None;
    }

    /// Leaves the screen to others; the last status, if there was one, goes there whole.
    pub(crate) fn close(self) -> Option<StatusReport> {
        drop(self.screen);
        lock(&self.newest).status.take()
    }
}

fn lock(newest: &Mutex<Newest>) -> MutexGuard<'_, Newest> {
    // Whatever a panic left is what is shown.
    newest.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Newest {
    fn draw(&mut self, elapsed: Duration, window: Window) -> String {
        let Window { width, height } = window;
        let next = match self.next {
            None => format!("{} Looking. Ctrl-C ends.", Screen::spinner(elapsed)),
            Some(next) => format!(
                "Next look in {} s. Ctrl-C ends.",
                next.saturating_sub(elapsed).as_secs() + 1
            ),
        };
        let seen = self.status.as_ref().map(|it| it.header.started);
        let seen = seen.map_or(String::new(), |at| format!(" This was at {}.", moment(at)));
        let footer = format!("{next}{seen}");
        let rows = height.saturating_sub(2);
        let mut lines: Vec<_> = self.body(width).lines().map(str::to_owned).collect();
        if lines.len() > rows {
            let hidden = lines.len() - rows.saturating_sub(1);
            lines.truncate(rows.saturating_sub(1));
            let more = format!("… {hidden} more lines: a higher window shows them");
            lines.push(paint(CHANGE, more));
        }
        lines.push(paint(DIM, footer));
        let fit = |line: &String| console::truncate_str(line, width, "…").into_owned();
        let lines: Vec<_> = lines.iter().map(fit).collect();
        lines.join("\n")
    }

    fn body(&mut self, width: usize) -> &str {
        let Some(report) = &self.status else {
            return "";
        };
        if self.drawn.as_ref().is_none_or(|(drawn, _)| *drawn != width) {
            self.drawn = Some((width, status(report, width)));
        }
        self.drawn.as_ref().map_or("", |(_, text)| text)
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{self, plain};
    use super::*;
    use fleet::member::MemberStatus::{Enabled, VerificationFailed};

    #[test]
    fn a_status_that_is_longer_than_the_window_says_so() {
        let report = fixture::status(60, |n, region| {
            let odd = region.as_str().len() * 7 % (n + 1) == 3;
            Some(if odd { VerificationFailed } else { Enabled })
        });
        let mut newest = Newest {
            status: Some(report),
            drawn: None,
            next: Some(Duration::from_secs(30)),
        };
        for (width, height) in [(80, 24), (40, 10), (20, 5), (120, 200)] {
            let text = plain(&newest.draw(Duration::from_secs(10), Window { width, height }));
            let rows = text.lines().count();
            assert!(rows < height, "{rows} lines of {height}");
            let widest = text.lines().map(console::measure_text_width).max();
            assert!(widest <= Some(width), "{widest:?} columns of {width}");
            assert_eq!(text.contains("more lines"), height < 200);
            assert!(
                text.lines()
                    .last()
                    .unwrap()
                    .starts_with("Next look in 21 s")
            );
        }
    }
}
