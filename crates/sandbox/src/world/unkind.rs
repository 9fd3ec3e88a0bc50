//! What AWS does at times, and what a program has to live with.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::duration;

/// What AWS does at times. All of it is off by default.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Unkind {
    /// Whether pages of lists are shorter than asked for, some of them empty, though more follow.
    pub short_pages: bool,
    /// Whether errors of Detective, and the reasons for accounts that could not be processed, quote
    /// what was sent, e-mail addresses included.
    pub quoting_errors: bool,
    /// For how long a signature counts, and how far ahead of time it may be; the time of signatures
    /// is not looked at if left out. In AWS, 5 minutes, and 15 in S3.
    #[serde(
        deserialize_with = "duration::optional",
        serialize_with = "duration::write_optional"
    )]
    pub signature_lifetime: Option<Duration>,
}
