//! One call of one operation: who asks what, where and when.

use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;
use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::caller::Caller;
use crate::operation::Operation;
use crate::random::Fnv;
use crate::region::Region;
use crate::service::Service;
use crate::wire::{Failure, parameter};
use crate::world::World;

/// One call of one operation.
pub(crate) struct Call<'a> {
    pub(crate) world: &'a World,
    pub(crate) now: Timestamp,
    /// How long after the start that is.
    pub(crate) elapsed: Duration,
    pub(crate) caller: &'a Caller,
    pub(crate) region: Region,
    pub(crate) operation: &'static Operation,
    pub(crate) path: &'a str,
    pub(crate) query: &'a str,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) body: &'a Bytes,
    pub(crate) request_id: &'a str,
    /// Whether it was sent to the global endpoint of STS by name.
    pub(crate) global_host: bool,
}

impl Call<'_> {
    /// The request's JSON. Members that the operation does not have are ignored, as AWS does; no
    /// body at all is an empty request.
    pub(crate) fn input<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        // Members that are ignored would not be looked at for what is no UTF-8.
        let body = std::str::from_utf8(self.body).unwrap_or("no JSON");
        let input = match body.trim_ascii() {
            "" => serde_json::from_str("{}").ok(),
            // serde would take a list for the members of a structure in their order.
            body if body.starts_with('{') => serde_json::from_str(body).ok(),
            _ => None,
        };
        // The text is from a CloudTrail sample of Detective (administration guide,
        // logging-using-cloudtrail).
        input.ok_or_else(|| {
            Failure::invalid("Invalid request body").with("ErrorCode", "INVALID_REQUEST_BODY")
        })
    }

    /// What the call is about, as policies name it: the ARN of a graph or of a role, or `*` for what
    /// knows no resources (service authorization reference).
    pub(crate) fn resource(&self) -> String {
        let named = match self.operation.service {
            Service::Detective if self.operation.path == "/tags/" => Some(self.segment()),
            Service::Detective => self
                .input::<Value>()
                .ok()
                .and_then(|input| input.get("GraphArn")?.as_str().map(str::to_owned)),
            Service::Sts => parameter(self.query, self.body, "RoleArn"),
            Service::S3 => Some(format!(
                "arn:aws:s3:::{}",
                self.path.trim_start_matches('/')
            )),
            Service::Account | Service::GuardDuty | Service::Organizations => None,
        };
        named.unwrap_or_else(|| "*".to_owned())
    }

    /// How many entries a page has of which `size` are wanted, and which follows `after`.
    pub(crate) fn page_size(&self, size: usize, after: &str) -> usize {
        if !self.world.unkind.short_pages {
            return size;
        }
        let most = u64::try_from(size).unwrap_or(u64::MAX).max(1);
        let shorter = 1 + self.lot("page", after) % most;
        usize::try_from(shorter).unwrap_or(size)
    }

    /// A number that is always the same for that use by that caller in that Region.
    pub(crate) fn lot(&self, purpose: &str, of: &str) -> u64 {
        let mut hash = Fnv::new();
        hash.add(&self.world.seed.to_le_bytes());
        for part in [purpose, self.operation.name, self.region.name(), of] {
            hash.add(part.as_bytes());
            hash.add(&[0]);
        }
        hash.add(self.caller.account.to_string().as_bytes());
        // The last bits of this hash are the least mixed.
        hash.0 >> 32
    }

    /// The segment of the path that the operation's route leaves open, decoded.
    pub(crate) fn segment(&self) -> String {
        let (before, after) = self
            .operation
            .path
            .split_once('*')
            .unwrap_or((self.operation.path, ""));
        let segment = self.path.strip_prefix(before);
        let segment = segment
            .and_then(|it| it.strip_suffix(after))
            .unwrap_or_default();
        percent_decode_str(segment).decode_utf8_lossy().into_owned()
    }

    /// All values of a parameter of the query.
    pub(crate) fn query(&self, name: &str) -> Vec<String> {
        form_urlencoded::parse(self.query.as_bytes())
            .filter(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
            .collect()
    }
}
