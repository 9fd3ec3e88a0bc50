//! What settings carry, each checked once when it is read: flags, variables, a settings file, and the
//! parameters of a stack.
//!
//! A value reads the same from all of them, so that a mistake gets the same words wherever it was made.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::time::Duration;

use jiff::{Span, SpanRelativeTo};
use serde::Deserialize;

/// Names with commas between them; blanks around each do not count.
///
/// A list without one name is refused: "no account" would otherwise read as "no restriction".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List<T>(
    /// At least one.
    pub Vec<T>,
);

impl<T: FromStr<Err: std::fmt::Display>> FromStr for List<T> {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let names = text.split(',').map(str::trim).filter(|n| !n.is_empty());
        let values: Result<Vec<T>, String> = names
            .map(|name| name.parse().map_err(|error| format!("{name}: {error}")))
            .collect();
        match values? {
            values if values.is_empty() => Err("nothing is named".to_owned()),
            values => Ok(Self(values)),
        }
    }
}

impl<T: Clone> List<T> {
    /// A flag that was repeated, as one list; none where it was not given.
    #[must_use]
    pub fn joined(lists: &[Self]) -> Option<Vec<T>> {
        let given = !lists.is_empty();
        given.then(|| lists.iter().flat_map(|list| list.0.clone()).collect())
    }
}

/// A Region's name, or the word `all`, as it was typed. AWS says later whether it exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegionName(
    /// The name.
    pub String,
);

impl FromStr for RegionName {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fits = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        if !text.bytes().all(fits) {
            return Err("a Region's name looks like eu-central-1");
        }
        Ok(Self(text.to_owned()))
    }
}

/// `key=value`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag(String, String);

impl FromStr for Tag {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (key, value) = text.split_once('=').ok_or("write it as key=value")?;
        Self::new(key.trim(), value.trim())
    }
}

impl Tag {
    /// A tag within the limits of `TagMap` in Detective's service model.
    ///
    /// # Errors
    ///
    /// When key or value are outside of them.
    pub fn new(key: &str, value: &str) -> Result<Self, String> {
        if key.is_empty() || key.chars().count() > 128 {
            return Err("a key has 1 to 128 characters".to_owned());
        }
        if key.to_ascii_lowercase().starts_with("aws:") {
            return Err("keys that start with aws: are for AWS's own use".to_owned());
        }
        if let Some(odd) = key.chars().find(|c| !fits_a_tag_key(*c)) {
            return Err(format!(
                "a key of Detective's has no {odd:?}: it takes letters, digits and +,-./:;<=_"
            ));
        }
        if value.chars().count() > 256 {
            return Err("a value has at most 256 characters".to_owned());
        }
        Ok(Self(key.to_owned(), value.to_owned()))
    }
}

/// `TagKey` of Detective's service model, `[a-zA-Z+-=._:/]+`: from `+` to `=` is a range.
fn fits_a_tag_key(c: char) -> bool {
    c.is_ascii_alphabetic() || ('+'..='=').contains(&c) || c == '_'
}

/// Makes a map of tags.
///
/// # Errors
///
/// When a key comes twice, or there are more than Detective takes.
pub fn tags(list: impl IntoIterator<Item = Tag>) -> Result<BTreeMap<String, String>, String> {
    const MOST: usize = 50;
    let mut map = BTreeMap::new();
    for Tag(key, value) in list {
        if map.insert(key.clone(), value).is_some() {
            return Err(format!("the tag {key} is given twice"));
        }
    }
    if map.len() > MOST {
        return Err(format!("a behavior graph takes at most {MOST} tags"));
    }
    Ok(map)
}

/// A data source package that can be started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package(
    /// AWS's name of it.
    pub &'static str,
);

impl FromStr for Package {
    type Err = String;

    /// Those of Detective's service model, but the one that every graph has.
    fn from_str(text: &str) -> Result<Self, String> {
        const ALL: [&str; 2] = ["EKS_AUDIT", "ASFF_SECURITYHUB_FINDING"];
        let known = ALL.into_iter().find(|it| it.eq_ignore_ascii_case(text));
        let unknown = || format!("there is no such package; there are {}", ALL.join(" and "));
        known.map(Self).ok_or_else(unknown)
    }
}

/// The id that a member's role asks for.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct ExternalId(
    /// 2 to 1,224 characters.
    pub String,
);

impl FromStr for ExternalId {
    type Err = &'static str;

    /// As STS takes it.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fits = |b: u8| b.is_ascii_alphanumeric() || b"_+=,.@:/-".contains(&b);
        if !(2..=1224).contains(&text.len()) || !text.bytes().all(fits) {
            return Err("an external id has 2 to 1,224 letters, digits or _+=,.@:/- and no blanks");
        }
        Ok(Self(text.to_owned()))
    }
}

/// The text of AWS's invitation mail.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Message(
    /// 1 to 1,000 characters.
    pub String,
);

impl FromStr for Message {
    type Err = &'static str;

    /// As `EmailMessage` in Detective's service model.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if !(1..=1000).contains(&text.chars().count()) {
            return Err("a message has 1 to 1,000 characters");
        }
        Ok(Self(text.to_owned()))
    }
}

/// A length of time such as `15m`, `90s`, `1h 30m` or `100ms`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Time(
    /// The time.
    pub Duration,
);

impl FromStr for Time {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let span = text.trim().parse::<Span>().ok();
        // A day has 24 hours.
        let time = span.and_then(|it| it.to_duration(SpanRelativeTo::days_are_24_hours()).ok());
        time.and_then(|time| Duration::try_from(time).ok())
            .map(Self)
            .ok_or("write a length of time such as 90s, 15m, 1h or 7d")
    }
}

/// A length of time that is not zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Timeout(
    /// The time.
    pub Duration,
);

impl FromStr for Timeout {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.parse()? {
            Time(Duration::ZERO) => Err("it has to be longer than nothing"),
            Time(time) => Ok(Self(time)),
        }
    }
}

/// Lets a value that is a text in the settings file be read as the flag is.
macro_rules! from_text {
    ($($type:ty),*) => {$(
        impl TryFrom<String> for $type {
            type Error = <Self as FromStr>::Err;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                text.parse()
            }
        }
    )*};
}

from_text!(ExternalId, Message, Time, Timeout);

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Result<Vec<String>, String> {
        let List(names) = text.parse::<List<RegionName>>()?;
        Ok(names.into_iter().map(|name| name.0).collect())
    }

    #[test]
    fn blanks_around_names_and_empty_places_do_not_count() {
        assert_eq!(
            names(" us-east-1 , ,eu-west-1,").unwrap(),
            ["us-east-1", "eu-west-1"]
        );
        assert_eq!(names(" , ").unwrap_err(), "nothing is named");
        assert!(names("us east 1").unwrap_err().starts_with("us east 1: "));
    }

    #[test]
    fn a_flag_that_is_repeated_is_one_list() {
        let lists = ["a,b", "c"].map(|text| text.parse::<List<RegionName>>().unwrap());
        let joined = List::joined(&lists).unwrap();
        assert_eq!(joined, ["a", "b", "c"].map(|it| RegionName(it.to_owned())));
        assert_eq!(List::<RegionName>::joined(&[]), None);
    }

    #[test]
    fn a_graph_takes_fifty_tags_and_no_more() {
        let list = |n: u8| tags((0..n).map(|n| Tag(n.to_string(), String::new())));
        assert_eq!(list(50).unwrap().len(), 50);
        let error = list(51).unwrap_err();
        assert_eq!(error, "a behavior graph takes at most 50 tags");
    }

    #[test]
    fn a_tag_may_be_empty_but_not_nameless_and_comes_once() {
        let list = |text: &str| tags(text.parse::<List<Tag>>()?.0);
        assert_eq!(
            list("team=security, cost=").unwrap(),
            BTreeMap::from([
                ("team".into(), "security".into()),
                ("cost".into(), String::new())
            ])
        );
        for bad in [
            "team",
            "=x",
            "aws:x=1",
            "a=1,a=2",
            "cost center=1",
            "a@b=1",
            "é=1",
        ] {
            assert!(list(bad).is_err(), "{bad}");
        }
        assert!(list("Cost-Center/2_x.y:z+;<1=é b@c").is_ok());
    }

    #[test]
    fn a_package_is_one_that_can_be_started() {
        assert_eq!("eks_audit".parse(), Ok(Package("EKS_AUDIT")));
        let error = "DETECTIVE_CORE".parse::<Package>().unwrap_err();
        assert!(error.contains("ASFF_SECURITYHUB_FINDING"), "{error}");
    }

    #[test]
    fn external_ids_and_messages_keep_to_the_limits_of_aws() {
        assert!("x".parse::<ExternalId>().is_err());
        assert!("two words".parse::<ExternalId>().is_err());
        assert!("a1:b/c".parse::<ExternalId>().is_ok());
        assert!("x".repeat(1225).parse::<ExternalId>().is_err());
        assert!("".parse::<Message>().is_err());
        assert!("ä".repeat(1000).parse::<Message>().is_ok());
        assert!("ä".repeat(1001).parse::<Message>().is_err());
    }

    #[test]
    fn lengths_of_time_carry_a_unit() {
        for (text, seconds) in [
            ("15m", 900),
            ("90s", 90),
            ("1h", 3600),
            ("1h 30m", 5400),
            ("2d", 172_800),
            ("1d 6h", 108_000),
            ("0s", 0),
        ] {
            assert_eq!(
                text.parse(),
                Ok(Time(Duration::from_secs(seconds))),
                "{text}"
            );
        }
        assert_eq!("100ms".parse(), Ok(Time(Duration::from_millis(100))));
        for bad in ["", "15", "-1s", "soon", "1mo", "P1Y"] {
            assert!(bad.parse::<Time>().is_err(), "{bad}");
        }
        assert!("0s".parse::<Timeout>().is_err());
    }
}
