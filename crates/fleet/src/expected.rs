//! Known exceptions: memberships that stay out and are no failures for it.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use jiff::civil::Date;
use serde::Deserialize;

use crate::account::{AccountId, Email, Region};
use crate::cause::Cause;
use crate::region_table;

/// Memberships that are known to stay out: `ACCOUNT/REGION`, with `*` for every account or every
/// Region, then, where they have an end, `@` and the last day (`@2027-01-31`), and a reason.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Exception {
    /// The member; none for every one.
    pub account: Option<AccountId>,
    /// Where it stays out; none for everywhere.
    pub region: Option<Region>,
    /// The last day, in UTC, on which it counts.
    pub until: Option<Date>,
    /// Why it stays out. An e-mail address in it is masked.
    pub reason: Option<Arc<str>>,
}

const FORM: &str = "write it as ACCOUNT/REGION, ACCOUNT/* or */REGION, with @YYYY-MM-DD where it ends, such as 111122223333/eu-south-1@2027-01-31";

impl FromStr for Exception {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (place, reason) = match text.trim().split_once(char::is_whitespace) {
            Some((place, reason)) => (place, reason.trim()),
            None => (text.trim(), ""),
        };
        let (account, place) = place.split_once('/').ok_or(FORM)?;
        let account = match account {
            "*" => None,
            id => Some(id.parse().map_err(|error| format!("{error}; {FORM}"))?),
        };
        let exception = Self::of(account, place, reason)?;
        match (&exception.account, &exception.region) {
            (None, None) => Err("it leaves out everything; name an account or a Region".to_owned()),
            _ => Ok(exception),
        }
    }
}

impl TryFrom<String> for Exception {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl Exception {
    /// What a list says of one account: a Region or `*`, or the account again before a slash; then the
    /// last day and a reason as everywhere.
    ///
    /// # Errors
    ///
    /// When it is none of that, or of another account.
    pub fn of_account(account: AccountId, text: &str) -> Result<Self, String> {
        let is_pair = text
            .split_whitespace()
            .next()
            .is_some_and(|it| it.contains('/'));
        let text = match is_pair {
            true => text.to_owned(),
            false => format!("{account}/{}", text.trim()),
        };
        let exception: Self = text.parse()?;
        match exception.account == Some(account) {
            true => Ok(exception),
            false => Err(format!(
                "it is not of this account; write {account}/REGION, or the Region alone"
            )),
        }
    }

    fn of(account: Option<AccountId>, place: &str, reason: &str) -> Result<Self, String> {
        let (region, until) = match place.split_once('@') {
            Some((region, day)) => (region, Some(day)),
            None => (place, None),
        };
        let day = |day: &str| day.parse().map_err(|_| format!("{day} is no day; {FORM}"));
        Ok(Self {
            account,
            region: self::region(region)?,
            until: until.map(day).transpose()?,
            reason: (!reason.is_empty()).then(|| Email::mask_in(reason).into()),
        })
    }

    /// As it would be written, the reason included.
    #[must_use]
    pub fn in_full(&self) -> String {
        match &self.reason {
            Some(reason) => format!("{self} {reason}"),
            None => self.to_string(),
        }
    }

    /// Whether this membership is one of them.
    #[must_use]
    pub fn means(&self, account: AccountId, region: &Region) -> bool {
        self.account.is_none_or(|it| it == account)
            && self.region.as_ref().is_none_or(|it| it == region)
    }
}

impl fmt::Display for Exception {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let account = self.account.map_or("*".to_owned(), |it| it.to_string());
        let region = self.region.as_ref().map_or("*", Region::as_str);
        write!(f, "{account}/{region}")?;
        match &self.until {
            Some(day) => write!(f, "@{day}"),
            None => Ok(()),
        }
    }
}

fn region(name: &str) -> Result<Option<Region>, String> {
    if name == "*" {
        return Ok(None);
    }
    if name.is_empty() {
        return Err("the Region is missing after the slash".to_owned());
    }
    // What never matches would be a failure that nobody understands.
    match region_table::suggest(name) {
        Some(meant) if area(meant) != area(name) => {
            Err(format!("there is no Region {name}; did you mean {meant}?"))
        }
        _ => Ok(Some(Region::new(name))),
    }
}

/// A Region's name without its number: `eu-west-4` may be newer than our table, `eu-wset-1` is not.
fn area(name: &str) -> &str {
    name.trim_end_matches(|c: char| c.is_ascii_digit())
}

/// Those that count today, found by their account, and those that have ended.
#[derive(Clone, Debug, Default)]
pub struct Exceptions {
    current: BTreeMap<Option<AccountId>, Vec<Exception>>,
    expired: Vec<Exception>,
}

impl Exceptions {
    /// Sorts them by whether their last day is over.
    #[must_use]
    pub fn on(today: Date, all: impl IntoIterator<Item = Exception>) -> Self {
        let mut exceptions = Self::default();
        for exception in all {
            match exception.until.is_some_and(|day| day < today) {
                true => exceptions.expired.push(exception),
                false => {
                    let current = exceptions.current.entry(exception.account).or_default();
                    current.push(exception);
                }
            }
        }
        exceptions
    }

    fn find(&self, account: AccountId, region: &Region) -> Option<&Exception> {
        if self.current.is_empty() {
            return None;
        }
        let keys = [Some(account), None];
        let candidates = keys
            .iter()
            .filter_map(|key| self.current.get(key))
            .flatten();
        candidates.into_iter().find(|it| it.means(account, region))
    }

    /// Whether this membership is known to stay out.
    #[must_use]
    pub fn has(&self, account: AccountId, region: &Region) -> bool {
        self.find(account, region).is_some()
    }

    /// Why this membership is known to stay out.
    #[must_use]
    pub fn why(&self, account: AccountId, region: &Region) -> Option<Cause> {
        let Exception { until, reason, .. } = self.find(account, region)?;
        let (until, reason) = (*until, reason.clone());
        Some(Cause::KnownException { until, reason })
    }

    /// What there is to do about those that have ended.
    pub fn expired(&self) -> impl Iterator<Item = String> {
        self.expired.iter().map(|it| {
            let reason = it.reason.as_ref().map(|reason| format!(" ({reason})"));
            format!(
                "expected: {it}{} has ended and does not count any more; remove it, or give it a new day",
                reason.unwrap_or_default()
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    fn id() -> AccountId {
        "111122223333".parse().unwrap()
    }

    fn other() -> AccountId {
        "444455556666".parse().unwrap()
    }

    fn exceptions(texts: &[&str]) -> Exceptions {
        let all = texts.iter().map(|text| text.parse().unwrap());
        Exceptions::on(jiff::civil::date(2026, 11, 28), all)
    }

    #[test]
    fn an_exception_is_a_pair_or_has_a_star_on_one_side() {
        let has = |text: &str| {
            let exceptions = exceptions(&[text]);
            let (here, there) = (Region::new("eu-south-1"), Region::new("us-east-1"));
            let places = [(id(), &here), (id(), &there), (other(), &here)];
            places.map(|(account, region)| exceptions.has(account, region))
        };
        assert_eq!(has("111122223333/eu-south-1"), [true, false, false]);
        assert_eq!(has("111122223333/*"), [true, true, false]);
        assert_eq!(has("*/eu-south-1"), [true, false, true]);
    }

    #[test]
    fn it_is_written_as_it_is_read_with_its_reason() {
        for text in [
            "111122223333/us-east-1@2026-11-28 denied by policy",
            "*/us-east-1 not wanted",
            "111122223333/*",
        ] {
            assert_eq!(text.parse::<Exception>().unwrap().in_full(), text);
        }
    }

    #[test]
    fn it_counts_to_the_end_of_its_last_day() {
        let region = Region::new("eu-south-1");
        for (day, counts) in [
            ("2026-11-27", false),
            ("2026-11-28", true),
            ("2027-01-31", true),
        ] {
            let exceptions = exceptions(&[&format!("*/eu-south-1@{day} denied by jo@x.example")]);
            assert_eq!(exceptions.has(id(), &region), counts, "{day}");
            assert_eq!(exceptions.expired().count(), usize::from(!counts));
            let said = exceptions.why(id(), &region).map(|why| why.to_string());
            let said = said.or_else(|| exceptions.expired().next()).unwrap();
            assert!(
                said.contains(day) && said.contains("denied by j***@x.example"),
                "{said}"
            );
        }
    }

    #[test]
    fn what_is_none_says_why() {
        assert!("111122223333/ap-southeast-9".parse::<Exception>().is_ok());
        for (bad, why) in [
            ("111122223333", "ACCOUNT/REGION"),
            ("1/eu-south-1", "12 digits"),
            ("111122223333/eu-suoth-1", "did you mean eu-south-1"),
            ("111122223333/", "missing"),
            ("*/*", "everything"),
            ("*/eu-south-1@soon", "soon is no day"),
        ] {
            let error = bad.parse::<Exception>().unwrap_err();
            assert!(error.contains(why), "{bad}: {error}");
        }
    }

    #[test]
    fn a_list_says_it_of_its_account() {
        let of = |text: &str| Exception::of_account(id(), text);
        for text in [
            "eu-south-1@2027-01-31 policy",
            "111122223333/eu-south-1@2027-01-31 policy",
        ] {
            let exception = of(text).unwrap();
            assert_eq!(exception.to_string(), "111122223333/eu-south-1@2027-01-31");
            assert_eq!(exception.reason, Some("policy".into()));
        }
        assert_eq!(of("*").unwrap().to_string(), "111122223333/*");
        for text in ["444455556666/eu-south-1", "*/eu-south-1"] {
            assert!(
                of(text).unwrap_err().contains("not of this account"),
                "{text}"
            );
        }
    }
}
