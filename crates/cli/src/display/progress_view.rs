//! What a run looks like while it is under way, made to fit the window.

use std::time::Duration;

use anstyle::Style;
use fleet::account::Region;
use jiff::Timestamp;

use super::grouping;
use super::output::Window;
use super::tally::{Category, Part, Tally};
use super::text::{BAD, BOLD, CHANGE, DIM, GOOD, counted, len, number, paint};

/// A window, and what moves in it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    pub window: Window,
    /// What turns while something is under way.
    pub spinner: char,
}

/// So few Regions are named; more of them are just slow.
const MOST_NAMED: usize = 3;

/// What is done.
#[derive(Clone, Debug, Default)]
pub(crate) enum Kind {
    /// These Regions are looked at.
    Look(Vec<Region>),
    /// Something is asked, and how much of it is answered cannot be told.
    Ask,
    /// Memberships are changed.
    #[default]
    Change,
}

/// What is under way, and since when.
#[derive(Clone, Debug, Default)]
pub(crate) struct Title {
    pub words: String,
    pub kind: Kind,
    pub began: Timestamp,
}

/// Draws a run for a window. No line is wider than the window, and there are fewer than it is high.
pub(crate) fn draw(title: &Title, tally: &Tally, elapsed: Duration, frame: Frame) -> String {
    let mut lines = match &title.kind {
        Kind::Look(regions) => looking(title, regions, tally, elapsed, frame),
        Kind::Ask => {
            let lines = vec![head(title, frame), effort(tally, elapsed)];
            let refused = refused(tally, title.began + elapsed);
            lines.into_iter().chain(refused).collect()
        }
        Kind::Change => {
            let mut lines = changing(title, tally, elapsed, frame);
            let rows = frame.window.height.saturating_sub(lines.len() + 1);
            lines.extend(regions(tally, frame.window.width, rows));
            lines
        }
    };
    lines.truncate(frame.window.height.saturating_sub(1).max(1));
    let fit = |line: &String| console::truncate_str(line, frame.window.width, "…").into_owned();
    let lines: Vec<_> = lines.iter().map(fit).collect();
    lines.join("\n")
}

fn effort(tally: &Tally, elapsed: Duration) -> String {
    format!("  {}", grouping::listed([clock(elapsed), tally.calls()]))
}

fn looking(
    title: &Title,
    regions: &[Region],
    tally: &Tally,
    elapsed: Duration,
    frame: Frame,
) -> Vec<String> {
    let silent: Vec<_> = tally.not_heard(regions).collect();
    let all = len(regions);
    let heard = all - len(&silent);
    let bar = bar(heard, 0, all, bar_width(frame.window.width));
    let regions = format!("{heard} of {}", counted(all, "Region"));
    let mut lines = vec![
        format!("{}{bar}{regions}", head(title, frame)),
        effort(tally, elapsed),
    ];
    if let Some(silence) = silence(&silent, elapsed) {
        lines.push(format!("  {}", paint(CHANGE, silence)));
    }
    lines.extend(refused(tally, title.began + elapsed));
    lines
}

/// For how long a Region may take before somebody should be told of it.
pub(crate) const PATIENCE: Duration = Duration::from_secs(3);

/// Which Regions have not answered for a while, what is waited for, and for how long.
pub(super) fn silence(silent: &[&Region], elapsed: Duration) -> Option<String> {
    if silent.is_empty() || elapsed < PATIENCE {
        return None;
    }
    let who = match silent.len() {
        ..=MOST_NAMED => grouping::listed(silent),
        n => counted(n as u64, "Region"),
    };
    let waited = elapsed.as_secs();
    Some(format!(
        "no answer yet from {who}: waiting for detective:ListGraphs for {waited} s"
    ))
}

fn changing(title: &Title, tally: &Tally, elapsed: Duration, frame: Frame) -> Vec<String> {
    let all = tally.all();
    let bar = bar(
        all.there,
        all.failed(),
        all.wanted,
        bar_width(frame.window.width),
    );
    let there = format!(
        "{} of {} {}",
        number(all.there),
        number(all.wanted),
        tally.goal_in_words()
    );
    let first = format!("{}{bar}{there}", head(title, frame));
    let now = title.began + elapsed;
    let rate = tally.rate(now).map(|it| format!("{it:.0} a second"));
    let left = tally.time_left(title.began, now);
    let left = left.map(|it| format!("about {} left", roughly(it)));
    let second = std::iter::once(clock(elapsed))
        .chain(rate)
        .chain(left)
        .chain([tally.calls()]);
    let mut lines = vec![first, format!("  {}", grouping::listed(second))];
    lines.extend(waiting(&all).map(|text| format!("  {text}")));
    lines.extend(refused(tally, now));
    lines
}

/// What was refused so far.
fn refused(tally: &Tally, now: Timestamp) -> Option<String> {
    let text = tally.refused_so_far(now)?;
    Some(format!("  {}", paint(CHANGE, text)))
}

fn head(title: &Title, frame: Frame) -> String {
    let words = paint(BOLD, &title.words);
    format!("{} {words} ", paint(GOOD, frame.spinner))
}

/// What AWS, or a member's turn, is waited for; and what has failed.
fn waiting(all: &Part) -> Option<String> {
    let verifying = all.counts.of(Category::Verifying);
    let invited = all.counts.of(Category::Invited);
    let things = [
        (verifying > 0).then(|| {
            let what = format!("AWS verifies {}", counted(verifying, "e-mail"));
            paint(CHANGE, what)
        }),
        (invited > 0).then(|| format!("{} to accept", counted(invited, "invitation"))),
        (all.failed() > 0).then(|| paint(BAD, format!("{} failed", number(all.failed())))),
    ];
    let things: Vec<_> = things.into_iter().flatten().collect();
    (!things.is_empty()).then(|| grouping::listed(things))
}

/// One line for each Region, where there is room; else those that are done are one line, and those
/// for which there is no room another.
fn regions(tally: &Tally, width: usize, rows: usize) -> Vec<String> {
    let parts: Vec<_> = tally.parts().collect();
    let names = parts.iter().map(|(region, _)| region.as_str().len());
    let column = names.max().unwrap_or(0).max("99 Regions".len());
    let draw = |(region, part): &(&Region, Part)| line(region.as_str(), part, column, width);
    if parts.len() <= rows {
        return parts.iter().map(draw).collect();
    }
    let (done, busy): (Vec<_>, Vec<_>) = parts.into_iter().partition(|(_, part)| part.is_done());
    let rows = rows.saturating_sub(usize::from(!done.is_empty()));
    let shown = if busy.len() > rows {
        rows.saturating_sub(1)
    } else {
        busy.len()
    };
    let (shown, rest) = busy.split_at(shown);
    let mut lines: Vec<_> = shown.iter().map(draw).collect();
    lines.extend(together(rest, column, width));
    lines.extend(together(&done, column, width));
    lines
}

/// Several Regions in one line.
fn together(parts: &[(&Region, Part)], column: usize, width: usize) -> Option<String> {
    let all = parts.iter().map(|(_, part)| part.clone());
    let all = all.reduce(|all, part| all.join(&part))?;
    let name = counted(parts.len() as u64, "Region");
    Some(line(&name, &all, column, width))
}

fn line(name: &str, part: &Part, column: usize, width: usize) -> String {
    let (mark, style): (char, Style) = match (part.is_done(), part.failed()) {
        (true, 0) => ('✓', GOOD),
        (true, _) => ('!', BAD),
        (false, _) => ('·', DIM),
    };
    let bar = bar(part.there, part.failed(), part.wanted, bar_width(width) / 2);
    let others = if part.is_done() && part.failed() == 0 {
        String::new()
    } else {
        let others = grouping::listed(part.counts.others());
        paint(DIM, format_args!("  {others}"))
    };
    format!(
        "{} {name:<column$} {bar}{} of {}{others}",
        paint(style, mark),
        number(part.there),
        number(part.wanted),
    )
}

/// A bar takes a share of the window; in a narrow one the numbers have all of it.
fn bar_width(width: usize) -> usize {
    if width < 60 { 0 } else { (width / 4).min(30) }
}

/// What is there, what failed, and what is left; and a space, where there is a bar at all.
fn bar(there: u64, failed: u64, wanted: u64, width: usize) -> String {
    let share = |n: u64| match wanted {
        0 => width,
        wanted => usize::try_from(n.min(wanted) * width as u64 / wanted).unwrap_or(width),
    };
    let good = share(there);
    let bad = share(there + failed).saturating_sub(good);
    format!(
        "{}{}{}{}",
        paint(GOOD, "━".repeat(good)),
        paint(BAD, "╍".repeat(bad)),
        paint(DIM, "─".repeat(width - good - bad)),
        " ".repeat(width.min(1)),
    )
}

fn clock(time: Duration) -> String {
    let seconds = time.as_secs();
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// As exactly as it can be known.
pub(super) fn roughly(time: Duration) -> String {
    match time.as_secs() {
        seconds @ 0..60 => format!("{} s", seconds + 1),
        seconds => format!("{} min", seconds.div_ceil(60)),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::super::fixture::{self, plain, seen};
    use super::*;
    use fleet::member::MemberStatus::{
        Enabled, Invited, VerificationFailed, VerificationInProgress,
    };

    /// 80 accounts in 21 Regions, a few seconds in.
    fn half_way() -> Tally {
        let mut tally = Tally::default();
        let regions = fixture::regions();
        let accounts: HashSet<_> = (0..80).map(fixture::account).collect();
        let wanted = regions.iter().map(|it| (it.clone(), accounts.clone()));
        tally.towards(false, wanted.collect());
        for (at, region) in regions.iter().enumerate() {
            for n in 0..80 {
                let status = match (at, n) {
                    (0..3, _) => Enabled,
                    (3, 0) => VerificationFailed,
                    _ if n < at * 4 => Enabled,
                    _ if n < at * 4 + 3 => Invited,
                    _ => VerificationInProgress,
                };
                tally.count(&seen(n / 40, region.as_str(), n, status));
            }
        }
        tally
    }

    fn drawn(width: usize, height: usize) -> String {
        let title = Title {
            words: "Enabling".to_owned(),
            ..Title::default()
        };
        let frame = Frame {
            window: Window { width, height },
            spinner: '⠋',
        };
        let text = plain(&draw(
            &title,
            &half_way(),
            Duration::from_millis(2500),
            frame,
        ));
        for line in text.lines() {
            let needed = console::measure_text_width(line);
            assert!(needed <= width, "{needed} columns of {width}: {line}");
        }
        let rows = text.lines().count();
        assert!(rows < height.max(2), "{rows} lines of {height}:\n{text}");
        text
    }

    #[test]
    fn every_region_has_a_line_where_there_is_room() {
        insta::assert_snapshot!(drawn(80, 30));
    }

    #[test]
    fn regions_are_folded_where_there_is_none() {
        insta::assert_snapshot!(drawn(80, 12));
    }

    #[test]
    fn a_narrow_window_has_numbers_only() {
        insta::assert_snapshot!(drawn(40, 12));
    }

    #[test]
    fn every_window_is_enough() {
        for width in [1, 8, 20, 40, 79, 132, 500] {
            for height in [1, 2, 3, 4, 5, 10, 24, 60] {
                drawn(width, height);
            }
        }
    }
}
