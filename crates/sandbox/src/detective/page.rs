//! Pages of lists.

use std::fmt::Display;
use std::str::FromStr;

use serde::Deserialize;

use crate::call::Call;
use crate::luck::Fnv;
use crate::wire::Failure;

/// The members by which all list operations ask for a page.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PageRequest {
    pub(super) max_results: Option<i64>,
    pub(super) next_token: Option<String>,
}

/// Which part of a list is wanted.
pub(super) struct Page<K> {
    /// The last key of the page before.
    pub(super) after: Option<K>,
    pub(super) size: usize,
}

impl PageRequest {
    /// The page that is asked for, of at most `max` entries.
    pub(super) fn read<K: FromStr>(self, call: &Call<'_>, max: usize) -> Result<Page<K>, Failure> {
        let default = call.world.unverified.page_size.get().min(max);
        let size = match self.max_results {
            None => default,
            Some(found) => usize::try_from(found)
                .ok()
                .filter(|found| (1..=max).contains(found))
                .ok_or_else(|| call.out_of_range("MaxResults", found, max))?,
        };
        let Some(token) = self.next_token else {
            return Ok(Page { after: None, size });
        };
        call.length("NextToken", token.chars().count(), 1, 2048)?;
        let after =
            read_token(call, &token).ok_or_else(|| call.wrong("NextToken", "is not valid."))?;
        Ok(Page {
            after: Some(after),
            size,
        })
    }
}

impl<K: Display> Page<K> {
    /// The entries of this page, and the token of the next one if there is one. The entries are
    /// those after the last of the page before, in the order of their keys.
    pub(super) fn of<T>(
        &self,
        call: &Call<'_>,
        entries: impl Iterator<Item = T>,
        key: impl Fn(&T) -> K,
    ) -> (Vec<T>, Option<String>) {
        let mut entries = entries.peekable();
        let page: Vec<T> = entries.by_ref().take(self.size).collect();
        let more = entries.peek().is_some();
        let token = page
            .last()
            .filter(|_| more)
            .map(|last| write_token(call, &key(last)));
        (page, token)
    }
}

/// A token is the last key of the page with a check sum, so that one of another list, Region or
/// account is refused.
fn write_token(call: &Call<'_>, key: &impl Display) -> String {
    let key = key.to_string();
    format!("{:016x}{key}", checksum(call, &key))
}

fn read_token<K: FromStr>(call: &Call<'_>, token: &str) -> Option<K> {
    let (sum, key) = token.split_at_checked(16)?;
    let sum = u64::from_str_radix(sum, 16).ok()?;
    if sum == checksum(call, key) {
        key.parse().ok()
    } else {
        None
    }
}

fn checksum(call: &Call<'_>, key: &str) -> u64 {
    let mut hash = Fnv::new();
    for part in [
        call.operation.name,
        call.region.name(),
        &call.caller.account.to_string(),
        key,
    ] {
        hash.add(part.as_bytes());
    }
    hash.0
}
