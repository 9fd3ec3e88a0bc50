//! Where people find what a message is about: pages of AWS's console.

use std::fmt::Write;

use fleet::region_table::partition_of;

/// The console of one Region and partition.
#[derive(Clone, Debug)]
pub(crate) struct Console {
    execution: String,
    region: String,
    host: String,
}

impl Console {
    /// The console that has an execution; `None` where that is no ARN of one.
    pub(crate) fn of(execution: &str) -> Option<Self> {
        let parts: Vec<_> = execution.splitn(7, ':').collect();
        let ["arn", _, "states", region, _, "execution", _] = parts[..] else {
            return None;
        };
        // docs.aws.amazon.com/govcloud-us/latest/UserGuide/signing-into-govcloud.html
        let host = match partition_of(region)? {
            "aws" => format!("{region}.console.aws.amazon.com"),
            "aws-us-gov" => "console.amazonaws-us-gov.com".to_owned(),
            _ => return None,
        };
        Some(Self {
            execution: execution.to_owned(),
            region: region.to_owned(),
            host,
        })
    }

    /// The execution in Step Functions.
    pub(crate) fn execution(&self) -> String {
        let Self {
            execution,
            region,
            host,
        } = self;
        format!(
            "https://{host}/states/home?region={region}#/v2/executions/details/{}",
            encoded(execution)
        )
    }

    /// An object in the bucket, such as `s3://bucket/runs/name/report.json`.
    pub(crate) fn object(&self, uri: &str) -> String {
        self.s3("object", uri)
    }

    /// A folder in the bucket.
    pub(crate) fn folder(&self, uri: &str) -> String {
        self.s3("buckets", uri)
    }

    fn s3(&self, what: &str, uri: &str) -> String {
        let Self { region, host, .. } = self;
        let path = uri.trim_start_matches("s3://");
        let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
        format!(
            "https://{host}/s3/{what}/{bucket}?region={region}&prefix={}",
            encoded(key)
        )
    }
}

/// Percent-encoded, but for what a query and a fragment may have as it is (RFC 3986).
fn encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' | b':' => {
                encoded.push(byte.into());
            }
            // Writing to a string does not fail.
            _ => drop(write!(encoded, "%{byte:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_to_the_console_of_the_partition() {
        let arn = "arn:aws:states:eu-west-1:555555555555:execution:detective-fleet:a b";
        let console = Console::of(arn).unwrap();
        assert_eq!(
            console.execution(),
            "https://eu-west-1.console.aws.amazon.com/states/home?region=eu-west-1#/v2/executions/details/arn:aws:states:eu-west-1:555555555555:execution:detective-fleet:a%20b"
        );
        assert_eq!(
            console.object("s3://lists/runs/a&b/report.html"),
            "https://eu-west-1.console.aws.amazon.com/s3/object/lists?region=eu-west-1&prefix=runs/a%26b/report.html"
        );
        let arn = "arn:aws-us-gov:states:us-gov-west-1:555555555555:execution:detective-fleet:a";
        let console = Console::of(arn).unwrap();
        assert_eq!(
            console.folder("s3://lists/runs/a/"),
            "https://console.amazonaws-us-gov.com/s3/buckets/lists?region=us-gov-west-1&prefix=runs/a/"
        );
        for no in [
            "",
            "a",
            "arn:aws:states:moon-base-1:5:execution:m:e",
            "arn:aws:s3:::b",
        ] {
            assert!(Console::of(no).is_none(), "{no}");
        }
    }
}
