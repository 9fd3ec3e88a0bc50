//! The last run of each list, as the bucket has it.

use aws_sdk_s3::Client;
use engine::Failure;
use fleet::account::Email;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Where the newest report of each list is, under the key of the list.
const LATEST: &str = "latest/";

/// The report.
const REPORT: &str = "/report.json";

/// What needed action in that run.
const CAUSES: &str = "/causes.json";

/// The last run of one list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LastRun {
    /// The key of the list.
    pub list: String,
    /// When its report was written.
    pub at: Timestamp,
    /// For how many causes something needs action; `null` where the bucket does not say.
    pub causes: Option<usize>,
    /// Where its page is, for `aws s3 cp` or the console.
    pub page: String,
}

/// What a run leaves for the next one of its list, as far as it says how the run ended.
#[derive(Deserialize)]
struct Remembered {
    #[serde(default)]
    failed: bool,
    #[serde(default)]
    causes: Vec<serde::de::IgnoredAny>,
    #[serde(default)]
    lines: Vec<serde::de::IgnoredAny>,
}

/// `s3:ListBucket` and `s3:GetObject`: the newest come first.
///
/// # Errors
///
/// Where S3 does not say.
pub(crate) async fn last_runs(
    client: &Client,
    bucket: &str,
    owner: &str,
) -> Result<Vec<LastRun>, Failure> {
    let asked = client.list_objects_v2().bucket(bucket).prefix(LATEST);
    let mut pages = asked.expected_bucket_owner(owner).into_paginator().send();
    let mut runs = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| Failure::of_call("s3:ListObjectsV2", error))?;
        runs.extend(page.contents().iter().filter_map(|object| {
            let list = object.key()?.strip_prefix(LATEST)?.strip_suffix(REPORT)?;
            let at = object.last_modified()?.as_nanos();
            Some(LastRun {
                list: list.to_owned(),
                at: Timestamp::from_nanosecond(at).ok()?,
                causes: None,
                page: format!("s3://{bucket}/{LATEST}{list}/report.html"),
            })
        }));
    }
    runs.sort_by_key(|it| std::cmp::Reverse(it.at));
    for run in &mut runs {
        let key = format!("{LATEST}{}{CAUSES}", run.list);
        run.causes = causes(client, bucket, owner, &key).await;
        // A list may be called after somebody.
        run.list = Email::mask_in(&run.list);
        run.page = Email::mask_in(&run.page);
    }
    Ok(runs)
}

/// How many causes; `None` where that cannot be read, which the page says all the same.
async fn causes(client: &Client, bucket: &str, owner: &str, key: &str) -> Option<usize> {
    let get = client.get_object().bucket(bucket).key(key);
    let object = get.expected_bucket_owner(owner).send().await.ok()?;
    let bytes = object.body.collect().await.ok()?.to_vec();
    let said: Remembered = serde_json::from_slice(&bytes).ok()?;
    Some(said.causes.len() + said.lines.len() + usize::from(said.failed))
}
