//! How far it had come at which time: a line that climbs.

use jiff::Timestamp;

use crate::document::Document;
use crate::text::number;
use crate::words::seconds;

/// The line is drawn in a box of this size, in units of the picture.
const WIDTH: f64 = 1000.0;
const HEIGHT: f64 = 100.0;
/// More points than that nobody sees.
const POINTS: usize = 120;

/// A line, as an SVG path, and what stands at its axes.
#[derive(Debug)]
pub(crate) struct Curve {
    pub(crate) line: String,
    /// The same, closed to an area.
    pub(crate) area: String,
    pub(crate) words: String,
    pub(crate) length: String,
    /// How many memberships were changed.
    pub(crate) changed: String,
}

impl Curve {
    /// `None` where the run changed nothing.
    pub(crate) fn of(document: &Document) -> Option<Self> {
        let finished = document.finished?;
        let mut moments: Vec<_> = document
            .cells()
            .filter_map(|(_, cell)| cell.done.in_order().last().map(|(_, at)| *at))
            .collect();
        moments.sort_unstable();
        let last = *moments.last()?;
        let length = since(document, finished.max(last));
        let points = points(&moments, |at| since(document, at) / length.max(0.001));
        let line = points.join("L");
        let words = document.words;
        let total = number(moments.len() as u64);
        Some(Self {
            area: format!("M0 {HEIGHT}L{line}L{WIDTH} {HEIGHT}Z"),
            line: format!("M0 {HEIGHT}L{line}"),
            words: words.fill(
                "{0} changed; the last one after {1} of {2}",
                &[
                    &words.counted(moments.len() as u64, "membership"),
                    &seconds(words, since(document, last)),
                    &seconds(words, length),
                ],
            ),
            length: seconds(words, length),
            changed: words.fill("memberships changed: {0}", &[&total]),
        })
    }
}

fn since(document: &Document, at: Timestamp) -> f64 {
    at.duration_since(document.header.started).as_secs_f64()
}

/// How many moments had passed at each of the points, in the units of the picture.
fn points(moments: &[Timestamp], place: impl Fn(Timestamp) -> f64) -> Vec<String> {
    let places: Vec<_> = moments.iter().map(|at| place(*at)).collect();
    let point = |n: usize| {
        let x = n as f64 / POINTS as f64;
        let passed = places.partition_point(|place| *place <= x);
        let y = 1.0 - passed as f64 / places.len() as f64;
        format!("{:.1} {:.1}", x * WIDTH, y * HEIGHT)
    };
    (0..=POINTS).map(point).collect()
}
