//! Durations in world files: `100ms`, `2s`, `90m`, `30d`.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::{Span, SpanRelativeTo};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serializer};

use crate::region::Region;

/// Reads a duration.
pub(super) fn required<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
}

/// Reads a duration that may be left out.
pub(super) fn optional<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Duration>, D::Error> {
    required(deserializer).map(Some)
}

/// Reads a duration for each of some Regions.
pub(super) fn by_region<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<Region, Duration>, D::Error> {
    let texts = BTreeMap::<Region, String>::deserialize(deserializer)?;
    let durations = texts.into_iter().map(|(region, text)| {
        let duration = parse(&text).map_err(serde::de::Error::custom)?;
        Ok((region, duration))
    });
    durations.collect()
}

/// Writes a duration so that it can be read again.
pub(super) fn write<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&text(*duration))
}

/// Writes a duration that may be left out.
pub(super) fn write_optional<S: Serializer>(
    duration: &Option<Duration>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match duration {
        Some(duration) => serializer.serialize_some(&text(*duration)),
        None => serializer.serialize_none(),
    }
}

/// Writes a duration for each of some Regions.
pub(super) fn write_by_region<S: Serializer>(
    durations: &BTreeMap<Region, Duration>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(durations.len()))?;
    for (region, duration) in durations {
        map.serialize_entry(region, &text(*duration))?;
    }
    map.end()
}

fn text(duration: Duration) -> String {
    match duration.subsec_millis() {
        0 => format!("{}s", duration.as_secs()),
        _ => format!("{}ms", duration.as_millis()),
    }
}

/// Reads a duration as people write it. A day has 24 hours.
pub(crate) fn parse(text: &str) -> Result<Duration, String> {
    let wrong = || format!("`{text}` is not a duration such as `100ms`, `2s`, `90m` or `30d`");
    let span: Span = text.parse().map_err(|_| wrong())?;
    let signed = span
        .to_duration(SpanRelativeTo::days_are_24_hours())
        .map_err(|_| wrong())?;
    Duration::try_from(signed).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_write_durations() {
        let milliseconds = |text| parse(text).map(|duration| duration.as_millis());
        assert_eq!(milliseconds("0s"), Ok(0));
        assert_eq!(milliseconds("100ms"), Ok(100));
        assert_eq!(milliseconds("1m 30s"), Ok(90_000));
        assert_eq!(milliseconds("2d"), Ok(172_800_000));
        for bad in ["", "5", "-1s", "soon", "1 month"] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
