//! The last run of each list, as the bucket has it.

use aws_sdk_s3::Client;
use aws_sdk_s3::error::ProvideErrorMetadata;
use engine::Failure;
use fleet::account::Email;
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// Where the newest report of each list is, under the key of the list.
const LATEST: &str = "latest/";

/// The report.
const REPORT: &str = "/report.json";

/// What needed action in that run.
const CAUSES: &str = "/causes.json";

/// The last run of one list, or one that has left no report of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LastRun {
    /// The list, e-mails in it masked; `null` where nothing says which.
    pub list: Option<String>,
    /// What the bucket has of it.
    #[serde(skip)]
    pub(crate) stored: Stored,
    /// How far it is.
    pub state: RunState,
    /// The name of the execution; `null` where only the newest report of the list is known.
    pub run: Option<String>,
    /// When its report was written, or else what it wrote last.
    pub at: Timestamp,
    /// For how many causes something needs action; `null` where the bucket does not say.
    pub causes: Option<usize>,
    /// Until when somebody can approve it, where that is waited for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Why it came to nothing, or what it waits for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// Where its page is, for `aws s3 cp` or the console; where there is none, where its files are.
    pub page: String,
}

/// What the bucket has of a run: compared, and never shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Stored {
    /// The key of the list, as it is.
    pub(crate) key: Option<String>,
    /// The size of its report in bytes.
    pub(crate) size: i64,
}

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// It has ended, with a report.
    Reported,
    /// It was refused before it changed anything.
    Refused,
    /// It failed before it could begin, or lost its turn: it is not what the newest report of its list says.
    Failed,
    /// It waits until somebody approves whom it removes.
    WaitsForApproval,
    /// It is under way, or waits for its turn.
    UnderWay,
    /// It was started, and has written neither a report nor anything else for long.
    Lost,
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

/// The bucket of the stack, which has to be of its account.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RunBucket<'a> {
    pub(crate) client: &'a Client,
    pub(crate) name: &'a str,
    pub(crate) owner: &'a str,
}

/// An object that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Listed {
    pub(crate) key: String,
    pub(crate) at: Timestamp,
    /// In bytes.
    pub(crate) size: i64,
}

impl RunBucket<'_> {
    /// `s3:ListBucket`: what is there under keys that begin so.
    ///
    /// # Errors
    ///
    /// Where S3 does not say.
    pub(crate) async fn list(&self, prefix: &str) -> Result<Vec<Listed>, Failure> {
        let asked = self.client.list_objects_v2().bucket(self.name);
        let asked = asked.prefix(prefix).expected_bucket_owner(self.owner);
        let mut pages = asked.into_paginator().send();
        let mut listed = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| Failure::of_call("s3:ListObjectsV2", error))?;
            listed.extend(page.contents().iter().filter_map(|object| {
                let at = object.last_modified()?.as_nanos();
                Some(Listed {
                    key: object.key()?.to_owned(),
                    at: Timestamp::from_nanosecond(at).ok()?,
                    size: object.size().unwrap_or_default(),
                })
            }));
        }
        Ok(listed)
    }

    /// What an object says; `None` where it is gone, or says something else.
    ///
    /// # Errors
    ///
    /// Where S3 does not hand it out.
    pub(crate) async fn read<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, Failure> {
        let bytes = self.bytes(key).await?;
        Ok(bytes.and_then(|it| serde_json::from_slice(&it).ok()))
    }

    /// `s3:GetObject`: what is in an object; `None` where it is gone.
    ///
    /// # Errors
    ///
    /// Where S3 does not hand it out.
    pub(crate) async fn bytes(&self, key: &str) -> Result<Option<Vec<u8>>, Failure> {
        let get = self.client.get_object().bucket(self.name).key(key);
        let object = match get.expected_bucket_owner(self.owner).send().await {
            Err(error) if error.code() == Some("NoSuchKey") => return Ok(None),
            object => object.map_err(|error| Failure::of_call("s3:GetObject", error))?,
        };
        let bytes = object.body.collect().await;
        let bytes = bytes.map_err(|error| Failure::unclear(format!("s3:GetObject: {error}")))?;
        Ok(Some(bytes.to_vec()))
    }

    /// Where an object is, for people: a list may be called after somebody.
    pub(crate) fn uri(&self, key: &str) -> String {
        Email::mask_in(&format!("s3://{}/{key}", self.name))
    }
}

/// The newest report of each list, the newest first.
///
/// # Errors
///
/// Where S3 does not say.
pub(crate) async fn last_runs(bucket: RunBucket<'_>) -> Result<Vec<LastRun>, Failure> {
    let mut runs = Vec::new();
    for Listed { key, at, size } in bucket.list(LATEST).await? {
        let list = key.strip_prefix(LATEST);
        let Some(list) = list.and_then(|it| it.strip_suffix(REPORT)) else {
            continue;
        };
        runs.push(LastRun {
            list: Some(Email::mask_in(list)),
            stored: Stored {
                key: Some(list.to_owned()),
                size,
            },
            state: RunState::Reported,
            run: None,
            at,
            causes: causes(bucket, &format!("{LATEST}{list}{CAUSES}")).await,
            until: None,
            why: None,
            page: bucket.uri(&format!("{LATEST}{list}/report.html")),
        });
    }
    runs.sort_by_key(|it| std::cmp::Reverse(it.at));
    Ok(runs)
}

/// How many causes; `None` where that cannot be read, which the page says all the same.
async fn causes(bucket: RunBucket<'_>, key: &str) -> Option<usize> {
    let said: Remembered = bucket.read(key).await.ok()??;
    Some(said.causes.len() + said.lines.len() + usize::from(said.failed))
}
