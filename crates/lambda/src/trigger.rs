//! What started an execution: an upload, or the schedule.

use fleet::foreign::{escaped, visible};
use fleet::origin::{ListOrigin, Uploader};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::StepError;
use crate::run::{latest_key, page_key};

/// What is to be done with the accounts of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// Make them members.
    Enable,
    /// Remove them.
    Disable,
}

impl Operation {
    /// As reports have it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Enable => "enable",
            Self::Disable => "disable",
        }
    }
}

/// What started an execution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// An object was created.
    Upload {
        /// Its name, as EventBridge has it: not URL-encoded.
        key: String,
        /// Its version.
        version: Option<String>,
        /// Who uploaded it.
        uploader: Option<Uploader>,
    },
    /// The drift run is due.
    Schedule {
        /// When it was due: tells one from the next.
        time: String,
    },
}

/// What the place of an upload says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// What is to be done.
    pub operation: Operation,
    /// It is only to be shown.
    pub plan_only: bool,
    /// A saved plan is executed, and nothing else.
    pub executes: bool,
}

impl Trigger {
    /// Reads the input of the execution.
    ///
    /// # Errors
    /// Where it is neither event.
    pub fn read(event: &Value) -> Result<Self, StepError> {
        let text = |pointer: &str| event.pointer(pointer)?.as_str().map(str::to_owned);
        match (text("/detail/object/key"), text("/scheduled_time")) {
            (Some(key), _) => Ok(Self::Upload {
                key,
                version: text("/detail/object/version-id"),
                uploader: Uploader::said(
                    text("/detail/requester").as_deref(),
                    text("/detail/source-ip-address").as_deref(),
                    text("/detail/request-id").as_deref(),
                ),
            }),
            (None, Some(time)) => Ok(Self::Schedule { time }),
            (None, None) => Err(StepError::bad_input(
                "the input is neither an \"Object Created\" event of S3 nor {\"scheduled_time\": ...}",
            )),
        }
    }
}

impl Trigger {
    /// Which list it is about.
    #[must_use]
    pub fn key<'a>(&'a self, authoritative: &'a str) -> &'a str {
        match self {
            Self::Upload { key, .. } => key,
            Self::Schedule { .. } => authoritative,
        }
    }

    /// Which version of it, where it says so.
    #[must_use]
    pub fn version(&self) -> Option<&str> {
        match self {
            Self::Upload { version, .. } => version.as_deref(),
            Self::Schedule { .. } => None,
        }
    }

    /// What the report says of the list, which hashes to that where it was read.
    #[must_use]
    pub fn list(&self, authoritative: &str, sha256: Option<&str>) -> ListOrigin {
        ListOrigin {
            version: self.version().map(visible),
            sha256: sha256.map(str::to_owned),
            uploader: self.uploader().cloned(),
            ..ListOrigin::named(self.key(authoritative))
        }
    }

    /// Who uploaded it, as far as S3's event says.
    #[must_use]
    pub fn uploader(&self) -> Option<&Uploader> {
        match self {
            Self::Upload { uploader, .. } => uploader.as_ref(),
            Self::Schedule { .. } => None,
        }
    }

    /// Whether the schedule started it.
    #[must_use]
    pub fn is_drift(&self) -> bool {
        matches!(self, Self::Schedule { .. })
    }
}

impl Place {
    /// What the name of an object says; `None` where nothing is to be done, as for a folder.
    ///
    /// # Errors
    /// Where it is not the place or the name of a list of accounts.
    pub fn of(key: &str) -> Result<Option<Self>, StepError> {
        let name = escaped(key);
        if name != key {
            return Err(StepError::bad_input(format!(
                "{name}: the name has characters in it that nobody sees; upload the list under another name"
            )));
        }
        let (plan_only, executes) = (key.starts_with("plan/"), key.starts_with("execute/"));
        let rest = match plan_only || executes {
            true => key.split_once('/').map_or(key, |(_, rest)| rest),
            false => key,
        };
        let operation = match rest.split_once('/') {
            Some(("enable", _)) => Operation::Enable,
            Some(("disable", _)) => Operation::Disable,
            _ => {
                return Err(StepError::bad_input(format!(
                    "{key}: lists of accounts belong under enable/, disable/, plan/enable/ or plan/disable/, and saved plans under execute/enable/ or execute/disable/"
                )));
            }
        };
        // The console makes a folder by an empty object of that name.
        if key.ends_with('/') {
            return Ok(None);
        }
        let planned = planned_list(key);
        if executes && planned.is_none() {
            return Err(StepError::bad_input(format!(
                "{key}: the saved plan of plan/{rest} is executed as execute/{rest}/{PLAN}: copy it as the message of the plan says"
            )));
        }
        let lower = planned.as_deref().unwrap_or(key).to_ascii_lowercase();
        if !ENDINGS.iter().any(|ending| lower.ends_with(ending)) {
            return Err(StepError::bad_input(format!(
                "{key}: a list of accounts has a name that ends in {}",
                ENDINGS.join(", ")
            )));
        }
        // Its report goes to a key that is longer: without this, all would be done and nothing told.
        let report = page_key(&latest_key(key)).len().max(latest_key(key).len());
        if report > MOST_KEY_BYTES {
            let most = MOST_KEY_BYTES - (report - key.len());
            return Err(StepError::bad_input(format!(
                "the key of the list has {} bytes, and its report would not fit into a key of S3: upload the list under a key of at most {most} bytes",
                key.len()
            )));
        }
        Ok(Some(Self {
            operation,
            plan_only,
            executes,
        }))
    }
}

/// What an object is called that is a saved plan.
const PLAN: &str = "plan.json";

/// The list that the saved plan was made by which is executed under such a key.
#[must_use]
pub fn planned_list(key: &str) -> Option<String> {
    let list = key.strip_prefix("execute/")?.strip_suffix(PLAN)?;
    Some(format!("plan/{}", list.strip_suffix('/')?))
}

/// Where the saved plan of such a list is executed.
#[must_use]
pub fn execute_key(list: &str) -> Option<String> {
    let list = list.strip_prefix("plan/")?;
    Some(format!("execute/{list}/{PLAN}"))
}

/// How the name of a list ends.
const ENDINGS: [&str; 4] = [".csv", ".json", ".yaml", ".yml"];

/// The longest key of an object in S3, in bytes of UTF-8 (S3 User Guide, "Naming Amazon S3 objects").
const MOST_KEY_BYTES: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_whose_report_does_not_fit_into_one_is_refused() {
        let of = |bytes: usize| {
            let key = format!("enable/{}.csv", "x".repeat(bytes - "enable/.csv".len()));
            Place::of(&key).map(|_| ()).map_err(|error| error.text)
        };
        assert_eq!(of(1005), Ok(()));
        let error = of(1006).unwrap_err();
        assert!(error.contains("at most 1005 bytes"), "{error}");
    }

    fn place(key: &str) -> Option<(Operation, bool)> {
        let place = Place::of(key).unwrap()?;
        Some((place.operation, place.plan_only))
    }

    #[test]
    fn the_place_of_an_upload_says_what_is_to_be_done() {
        assert_eq!(place("enable/a.csv"), Some((Operation::Enable, false)));
        assert_eq!(
            place("enable/2026/a+b c.CSV"),
            Some((Operation::Enable, false))
        );
        assert_eq!(
            place("plan/disable/a.csv"),
            Some((Operation::Disable, true))
        );
        assert_eq!(place("enable/"), None);
        assert_eq!(place("execute/enable/a.csv/"), None);
        let key = execute_key("plan/disable/2026/a.csv").unwrap();
        assert_eq!(key, "execute/disable/2026/a.csv/plan.json");
        let executes = Place {
            operation: Operation::Disable,
            plan_only: false,
            executes: true,
        };
        assert_eq!(Place::of(&key), Ok(Some(executes)));
        let list = planned_list(&key);
        assert_eq!(list.as_deref(), Some("plan/disable/2026/a.csv"));
        for bad in [
            "enable/a.xlsx",
            "a.csv",
            "plan/a.csv",
            "runs/enable/a.csv",
            "enable.csv",
            "execute/a.csv/plan.json",
            "execute/enable/a.csv",
            "execute/enable/plan.json",
            "execute/enable/a.xlsx/plan.json",
            "execute/plan/enable/a.csv/plan.json",
            "enable/a\nb.csv",
            "enable/a\u{202e}b.csv",
        ] {
            assert!(Place::of(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_event_is_an_upload_or_the_schedule() {
        let upload = serde_json::json!({"detail": {
            "object": {"key": "enable/a b+c.csv", "version-id": "v"},
            "requester": "111122223333",
        }});
        let key = "enable/a b+c.csv".to_owned();
        let version = Some("v".to_owned());
        let uploader = Uploader::said(Some("111122223333"), None, None);
        let read = Trigger::Upload {
            key,
            version,
            uploader,
        };
        assert_eq!(Trigger::read(&upload), Ok(read));
        let time = "2026-01-02T03:04:05Z".to_owned();
        let schedule = serde_json::json!({ "scheduled_time": time });
        assert_eq!(Trigger::read(&schedule), Ok(Trigger::Schedule { time }));
        assert!(Trigger::read(&serde_json::json!({"Event": "s3:TestEvent"})).is_err());
    }
}
