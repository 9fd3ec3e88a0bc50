//! A few values that only flags and their variables carry.

use std::str::FromStr;
use std::time::Duration;

use engine::RoleName;
use fleet::account::AccountId;
use fleet::report::Standing;
use fleet::values::Time;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use rust_decimal::Decimal;

/// Where a membership stands, for `--only`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shown(pub Standing);

impl FromStr for Shown {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        const ALL: [Standing; 4] = [
            Standing::Enabled,
            Standing::Waiting,
            Standing::Failed,
            Standing::Absent,
        ];
        let named = |it: &Standing| it.as_str().eq_ignore_ascii_case(text);
        let names = ALL.map(Standing::as_str).join(", ");
        let known = ALL.into_iter().find(named);
        known
            .map(Self)
            .ok_or_else(|| format!("it is one of {names}"))
    }
}

/// A time zone, by its name in the IANA time zone database: that of the system, or else that of the build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Zone(pub TimeZone);

impl FromStr for Zone {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let zone = TimeZone::get(name.trim());
        zone.map(Self).map_err(|_| {
            format!(
                "{name} is not in the IANA time zone database: use a name such as Asia/Tokyo or UTC"
            )
        })
    }
}

/// A role or user, by its ARN: neither a session nor a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Principal {
    /// The whole ARN.
    pub arn: String,
    /// Its account.
    pub account: AccountId,
}

impl FromStr for Principal {
    type Err = &'static str;

    fn from_str(arn: &str) -> Result<Self, Self::Err> {
        const NOT_ONE: &str = "write the ARN of a role or user (arn:aws:iam::ACCOUNT:role/PATH/NAME), not of a session, without wildcards";
        let arn = arn.trim();
        let mut parts = arn.splitn(6, ':');
        let [prefix, partition, service, region] =
            [(); 4].map(|()| parts.next().unwrap_or_default());
        let is_iam =
            prefix == "arn" && partition.starts_with("aws") && (service, region) == ("iam", "");
        let account = parts.next().and_then(|it| it.parse().ok()).ok_or(NOT_ONE)?;
        let resource = parts.next().unwrap_or_default();
        let name = resource
            .strip_prefix("role/")
            .or_else(|| resource.strip_prefix("user/"));
        let is_named =
            name.is_some_and(|it| it.parse::<RoleName>().is_ok_and(|name| name.as_str() == it));
        if is_iam && is_named {
            Ok(Self {
                arn: arn.to_owned(),
                account,
            })
        } else {
            Err(NOT_ONE)
        }
    }
}

/// A day in UTC, or a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Day {
    begin: Timestamp,
    end: Timestamp,
}

impl Day {
    /// Its first instant.
    pub(crate) fn begin(self) -> Timestamp {
        self.begin
    }

    /// The first instant after it; of a time, that time.
    pub(crate) fn end(self) -> Timestamp {
        self.end
    }
}

impl FromStr for Day {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const NOT_ONE: &str = "write a day such as 2026-01-31, or a time such as 2026-01-31T09:00Z";
        if let Ok(at) = text.trim().parse::<Timestamp>() {
            return Ok(Self { begin: at, end: at });
        }
        let day: Date = text.trim().parse().map_err(|_| NOT_ONE)?;
        let midnight = |day: Date| TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0)).ok();
        let begin = midnight(day);
        let end = day.tomorrow().ok().and_then(midnight);
        begin
            .zip(end)
            .map(|(begin, end)| Self { begin, end })
            .ok_or(NOT_ONE)
    }
}

/// An amount of US dollars.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Usd(pub Decimal);

impl FromStr for Usd {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let usd = text.trim().trim_start_matches('$').parse().ok();
        usd.filter(|usd| *usd >= Decimal::ZERO)
            .map(Self)
            .ok_or("write an amount of US dollars such as 250 or 1200.50")
    }
}

/// How often to look: not all the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Interval(pub Duration);

impl FromStr for Interval {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let Time(time) = text.parse()?;
        if time < Duration::from_secs(1) {
            return Err("AWS is asked once a second at most: 1s or more");
        }
        Ok(Self(time))
    }
}

/// For how long a saved plan may be executed. What is reviewed today says little of next year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PlanExpires(pub Duration);

impl PlanExpires {
    /// A review and the merge after it fit into a day.
    pub(crate) const DEFAULT: Self = Self(Duration::from_secs(24 * 3600));
    const MOST: Duration = Duration::from_secs(31 * 24 * 3600);
}

impl FromStr for PlanExpires {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let Time(time) = text.parse()?;
        if time.is_zero() || time > Self::MOST {
            return Err("a plan may be executed for 31 days (744h) at most, and not for no time");
        }
        Ok(Self(time))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_principal_is_a_role_or_user_by_its_arn() {
        for good in [
            "arn:aws:iam::111122223333:role/a/B",
            "arn:aws-us-gov:iam::111122223333:user/b",
        ] {
            assert_eq!(
                good.parse::<Principal>().map(|it| it.arn),
                Ok(good.to_owned())
            );
        }
        for bad in [
            "Role",
            "arn:aws:iam::111122223333:root",
            "arn:aws:iam::111122223333:role/*",
            "arn:aws:iam::*:role/a",
            "arn:aws:sts::111122223333:assumed-role/a/b",
        ] {
            assert!(bad.parse::<Principal>().is_err(), "{bad}");
        }
    }
}
