//! Objects and their versions.

use std::collections::BTreeMap;

use bytes::Bytes;
use jiff::Timestamp;
use jiff::fmt::rfc2822;

use crate::random::Fnv;
use crate::wire::Answer;

/// Objects by bucket and key.
pub(crate) type Objects = BTreeMap<(String, String), Object>;

/// An object: its versions, the newest last.
#[derive(Debug, Default)]
pub(crate) struct Object(Vec<Version>);

/// What was written, or that it was deleted.
#[derive(Debug)]
pub(super) enum Version {
    Here(Content),
    Deleted { id: String },
}

/// A version that can be read.
#[derive(Debug)]
pub(super) struct Content {
    id: String,
    /// The same for the same bytes, as S3's is.
    pub(super) etag: String,
    content_type: String,
    pub(super) body: Bytes,
    pub(super) written: Timestamp,
}

impl Object {
    pub(super) fn newest(&self) -> Option<&Version> {
        self.0.last()
    }

    /// What is there now.
    pub(super) fn content(&self) -> Option<&Content> {
        match self.newest()? {
            Version::Here(content) => Some(content),
            Version::Deleted { .. } => None,
        }
    }

    pub(super) fn version(&self, wanted: &str) -> Option<&Version> {
        self.0.iter().find(|version| match version {
            Version::Here(content) => content.id == wanted,
            Version::Deleted { id } => id == wanted,
        })
    }

    pub(super) fn put(
        &mut self,
        id: String,
        content_type: &str,
        body: Bytes,
        written: Timestamp,
    ) -> Answer {
        let content = Content {
            id,
            etag: etag(&body),
            content_type: content_type.to_owned(),
            body,
            written,
        };
        let receipt = content.receipt();
        self.0.push(Version::Here(content));
        receipt
    }

    pub(super) fn delete(&mut self, id: String) {
        self.0.push(Version::Deleted { id });
    }
}

impl Content {
    /// What a reader gets.
    pub(super) fn answer(&self) -> Answer {
        self.head().with_body(self.body.clone())
    }

    /// The same without the bytes: how long they are is told.
    pub(super) fn head(&self) -> Answer {
        let printer = rfc2822::DateTimePrinter::new();
        // Years that the form does not have are far from any test's.
        let written = printer.timestamp_to_rfc9110_string(&self.written);
        self.receipt()
            .with_content_type(self.content_type.clone())
            .with_header("last-modified", written.unwrap_or_default())
            .with_header("content-length", self.body.len().to_string())
    }

    /// What a writer gets.
    pub(super) fn receipt(&self) -> Answer {
        Answer::empty()
            .with_header("etag", self.etag.clone())
            .with_header("x-amz-version-id", self.id.clone())
    }
}

fn etag(body: &[u8]) -> String {
    let mut hash = Fnv::new();
    hash.add(body);
    format!("\"{:016x}{:016x}\"", hash.0, body.len())
}
