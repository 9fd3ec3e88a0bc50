//! Points in time for people: by the clock of the machine, or of the zone that was asked for.

use std::sync::OnceLock;

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// One for all texts of the process, like its colours.
static ZONE: OnceLock<TimeZone> = OnceLock::new();

/// Texts are in this zone from now on; the first who says so is right.
pub(super) fn are_in(zone: TimeZone) {
    // Whatever was shown before was shown so.
    let _ = ZONE.set(zone);
}

/// A point in time to the second, with what it is off UTC.
pub(crate) fn moment(at: Timestamp) -> String {
    in_zone(at, ZONE.get().unwrap_or(&TimeZone::UTC))
}

fn in_zone(at: Timestamp, zone: &TimeZone) -> String {
    let at = at.to_zoned_datetime(zone.clone());
    let off = match at.offset().is_zero() {
        true => "UTC",
        false => "%:z",
    };
    at.strftime(&format!("%Y-%m-%d %H:%M:%S {off}")).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_says_what_it_is_off_utc() {
        let at: Timestamp = "2026-08-07T20:00:00.4Z".parse().unwrap();
        for (zone, shown) in [
            ("UTC", "2026-08-07 20:00:00 UTC"),
            ("Asia/Tokyo", "2026-08-08 05:00:00 +09:00"),
            ("America/St_Johns", "2026-08-07 17:30:00 -02:30"),
        ] {
            assert_eq!(in_zone(at, &TimeZone::get(zone).unwrap()), shown);
        }
    }
}
