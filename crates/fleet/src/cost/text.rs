//! Money and volumes as people read them, on the terminal and on a page.

use rust_decimal::Decimal;

use crate::report::number;

/// US dollars with the cents, and a comma at every third digit.
#[must_use]
pub fn dollars(usd: Decimal) -> String {
    let text = format!("{usd:.2}");
    let (whole, cents) = text.split_once('.').unwrap_or((&text, "00"));
    let whole = whole.parse().map_or_else(|_| whole.to_owned(), number);
    format!("${whole}.{cents}")
}

/// A volume in the unit that fits, each a thousand of the one before.
#[must_use]
pub fn volume(bytes: u64) -> String {
    const UNITS: [(&str, u64); 4] = [
        ("TB", 1_000_000_000_000),
        ("GB", 1_000_000_000),
        ("MB", 1_000_000),
        ("kB", 1_000),
    ];
    let fits = UNITS.into_iter().find(|(_, size)| bytes >= *size);
    fits.map_or_else(
        || format!("{bytes} B"),
        |(unit, size)| format!("{:.1} {unit}", bytes as f64 / size as f64),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_has_cents_and_volumes_the_unit_that_fits() {
        for (usd, text) in [("0", "$0.00"), ("1234567.8", "$1,234,567.80")] {
            assert_eq!(dollars(usd.parse().unwrap()), text);
        }
        for (bytes, text) in [
            (0, "0 B"),
            (999, "999 B"),
            (1_500, "1.5 kB"),
            (2_000_000_000, "2.0 GB"),
            (90_000_000_000_000, "90.0 TB"),
        ] {
            assert_eq!(volume(bytes), text);
        }
    }
}
