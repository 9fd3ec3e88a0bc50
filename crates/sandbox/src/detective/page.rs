//! Pages of lists.

use std::fmt::Display;
use std::str::FromStr;

use serde::Deserialize;

use crate::call::Call;
use crate::random::Fnv;
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
    /// The last key of the pages before.
    pub(super) after: Option<K>,
    pub(super) size: usize,
    /// Whether the page before was empty.
    after_empty: bool,
}

/// Stands in a token before the last key of the page.
const FULL: char = '-';
/// Stands in a token before the last key of the pages before an empty one.
const EMPTY: char = '~';

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
        let mut page = Page {
            after: None,
            size: call.page_size(size, self.next_token.as_deref().unwrap_or_default()),
            after_empty: false,
        };
        let Some(token) = self.next_token else {
            return Ok(page);
        };
        call.length("NextToken", token.chars().count(), 1, 2048)?;
        let wrong = || call.wrong("NextToken", "is not valid.");
        let text = read_token(call, &token).ok_or_else(wrong)?;
        page.after_empty = text.starts_with(EMPTY);
        page.after = match text.trim_start_matches([FULL, EMPTY]) {
            "" => None,
            key => Some(key.parse().map_err(|_| wrong())?),
        };
        Ok(page)
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
        if entries.peek().is_some() && self.is_empty(call) {
            return (
                Vec::new(),
                Some(write_token(call, EMPTY, self.after.as_ref())),
            );
        }
        let page: Vec<T> = entries.by_ref().take(self.size).collect();
        let more = entries.peek().is_some();
        let token = page
            .last()
            .filter(|_| more)
            .map(|last| write_token(call, FULL, Some(&key(last))));
        (page, token)
    }

    /// Whether the page is empty though there is more: never twice in a row.
    fn is_empty(&self, call: &Call<'_>) -> bool {
        let after = self.after.as_ref().map(K::to_string).unwrap_or_default();
        let rarely = || call.lot("empty page", &after).is_multiple_of(3);
        call.world.unkind.short_pages && !self.after_empty && rarely()
    }
}

/// A token is the last key of the page with a check sum, so that one of another list, Region or
/// account is refused.
fn write_token<K: Display>(call: &Call<'_>, mark: char, key: Option<&K>) -> String {
    let key = key.map(K::to_string).unwrap_or_default();
    let text = format!("{mark}{key}");
    format!("{:016x}{text}", checksum(call, &text))
}

fn read_token<'t>(call: &Call<'_>, token: &'t str) -> Option<&'t str> {
    let (sum, text) = token.split_at_checked(16)?;
    let sum = u64::from_str_radix(sum, 16).ok()?;
    (sum == checksum(call, text)).then_some(text)
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
