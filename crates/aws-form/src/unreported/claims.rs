//! Claims: which execution has which upload. They name the list of a run that says nothing of it itself.

use std::collections::BTreeMap;

use engine::Failure;
use fleet::account::Email;
use jiff::Timestamp;
use serde::Deserialize;

use super::trace::Trace;
use super::{MOST, RUNS, TURN, is_within};
use crate::runs::{LastRun, Listed, RunBucket, RunState, Stored};

/// Where they are: under the key of the list, its version, and the occasion.
const CLAIMS: &str = "state/claims/";

#[derive(Deserialize)]
struct Claim {
    execution: String,
}

/// All of them, and what those say that were read.
pub(super) struct Claims<'a> {
    pub(super) bucket: RunBucket<'a>,
    /// The newest first.
    listed: Vec<Listed>,
    /// The execution, by the key of the claim; `None` where it does not say.
    read: BTreeMap<String, Option<String>>,
}

impl<'a> Claims<'a> {
    pub(super) async fn of(bucket: RunBucket<'a>) -> Result<Self, Failure> {
        let mut listed = bucket.list(CLAIMS).await?;
        listed.sort_by_key(|it| std::cmp::Reverse(it.at));
        Ok(Self {
            bucket,
            listed,
            read: BTreeMap::new(),
        })
    }

    async fn execution(&mut self, key: &str) -> Result<Option<String>, Failure> {
        if let Some(read) = self.read.get(key) {
            return Ok(read.clone());
        }
        let claim = self.bucket.read::<Claim>(key).await?;
        let execution = claim.map(|it| it.execution);
        self.read.insert(key.to_owned(), execution.clone());
        Ok(execution)
    }

    /// The list of a run, where its claim is among the newest before what it wrote last.
    pub(super) async fn list_of(
        &mut self,
        run: &str,
        at: Timestamp,
    ) -> Result<Option<String>, Failure> {
        let keys = self.listed.iter().filter(|it| it.at <= at);
        let keys: Vec<_> = keys.take(MOST).map(|it| it.key.clone()).collect();
        for key in keys {
            if self.execution(&key).await?.as_deref() == Some(run) {
                return Ok(list_of(&key).map(str::to_owned));
            }
        }
        Ok(None)
    }

    /// Runs that have an upload, and have written nothing yet.
    pub(super) async fn silent(
        &mut self,
        traces: &[Trace],
        now: Timestamp,
    ) -> Result<Vec<LastRun>, Failure> {
        let fresh = self.listed.iter().filter(|it| is_within(it.at, TURN, now));
        let fresh: Vec<_> = fresh.take(MOST).cloned().collect();
        let mut runs = Vec::new();
        for Listed { key, at, .. } in fresh {
            let Some(run) = self.execution(&key).await? else {
                continue;
            };
            if traces.iter().any(|it| it.run == run) {
                continue;
            }
            let list = list_of(&key).map(str::to_owned);
            runs.push(LastRun {
                list: list.as_deref().map(Email::mask_in),
                stored: Stored { key: list, size: 0 },
                state: RunState::UnderWay,
                run: Some(Email::mask_in(&run)),
                at,
                causes: None,
                until: None,
                why: Some("it has an upload and has written nothing yet: it waits for its turn, or ended before it began".to_owned()),
                page: self.bucket.uri(&format!("{RUNS}{run}/")),
            });
        }
        Ok(runs)
    }
}

/// The list that a claim is of.
fn list_of(claim: &str) -> Option<&str> {
    let mut parts = claim.strip_prefix(CLAIMS)?.rsplitn(3, '/');
    let (_occasion, _version) = (parts.next()?, parts.next()?);
    parts.next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_says_of_which_list_it_is() {
        let key = "state/claims/plan/enable/a.csv/VERSION/upload.json";
        assert_eq!(list_of(key), Some("plan/enable/a.csv"));
    }
}
