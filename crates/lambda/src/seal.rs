//! What binds an object to the execution that wrote it: its hash, which travels from step to step in
//! the state machine's payload, where nobody can write who can only write to the bucket.

use fleet::origin::sha256;
use serde::{Deserialize, Serialize};

/// What an object hashes to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seal(String);

impl Seal {
    /// The hash, in hexadecimal digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Of these bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(sha256(bytes))
    }
}

/// What passes between the steps that work on a group of Regions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealed {
    /// The manifest.
    pub manifest: Seal,
    /// What the last pass came to; `None` before the first has ended.
    pub progress: Option<Left>,
}

/// What a pass left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Left {
    /// Which pass.
    pub pass: u32,
    /// What it wrote down hashes to.
    pub seal: Seal,
}
