//! What goes wrong, how often, and how fast one may call.

use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::duration;
use crate::account::AccountId;
use crate::catalogue;
use crate::operation::full_name;
use crate::region::Region;
use crate::service::Service;

/// Something that goes wrong. What is left out means "all" or "always".
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// What happens.
    pub effect: Effect,
    /// To which operations.
    #[serde(default)]
    pub operations: Vec<Operations>,
    /// In which Regions.
    #[serde(default)]
    pub regions: Vec<Region>,
    /// To which callers.
    #[serde(default)]
    pub accounts: Vec<AccountId>,
    /// How often, from 0 to 1.
    #[serde(default = "always")]
    pub chance: f64,
    /// Only to the first calls of an operation by an account in a Region.
    #[serde(default)]
    pub first: Option<u64>,
    /// From when on, after the start.
    #[serde(
        default,
        deserialize_with = "duration::required",
        serialize_with = "duration::write"
    )]
    pub after: Duration,
    /// Until when, after the start.
    #[serde(
        default,
        deserialize_with = "duration::optional",
        serialize_with = "duration::write_optional"
    )]
    pub until: Option<Duration>,
}

/// What a fault does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// The service says that there were too many requests.
    Throttle,
    /// The service is busy with another request for the same thing, and nothing was done. Of S3, only
    /// writes with a condition meet it.
    Conflict,
    /// The service says that it has a problem of its own.
    ServerError,
    /// A service control policy forbids it.
    Denied,
    /// The service does not know yet, or any more, what was named.
    NotFound,
    /// The service takes the caller's token for expired.
    ExpiredToken,
    /// The connection is cut before anything was done.
    CutBefore,
    /// It was done, but the connection is cut before the answer arrives.
    CutAfter,
    /// Nothing is done, and no answer ever comes.
    Silence,
}

/// How often operations may be called: a bucket of tokens for each account, Region and operation, or
/// one for all of its operations.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Throttle {
    /// The operations, all if none is named.
    #[serde(default)]
    pub operations: Vec<Operations>,
    /// Tokens that flow into the bucket in a second.
    pub rate: f64,
    /// Tokens that fit into the bucket.
    pub burst: u32,
    /// Whether an account has one bucket in a Region for all of the operations.
    #[serde(default)]
    pub shared: bool,
}

/// One operation (`detective:CreateMembers`) or all of a service (`sts:*`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operations {
    service: Service,
    name: Option<&'static str>,
}

impl Operations {
    /// The operations of that name.
    fn named(text: &str) -> Option<Operations> {
        let (service, name) = text.split_once(':')?;
        let service = Service::named(service)?;
        let name = if name == "*" {
            None
        } else {
            Some(catalogue::named(service, name)?.name)
        };
        Some(Operations { service, name })
    }

    /// Whether that operation is one of them.
    pub(crate) fn have(&self, service: Service, name: &str) -> bool {
        self.service == service && self.name.is_none_or(|own| own == name)
    }
}

impl<'de> Deserialize<'de> for Operations {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Operations, D::Error> {
        let text = String::deserialize(deserializer)?;
        Operations::named(&text).ok_or_else(|| {
            let hint =
                "name one as in `detective:CreateMembers`, or all of a service as in `sts:*`";
            serde::de::Error::custom(format_args!(
                "`{text}` is no operation of the sandbox: {hint}"
            ))
        })
    }
}

impl Serialize for Operations {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&full_name(self.service, self.name.unwrap_or("*")))
    }
}

fn always() -> f64 {
    1.0
}
