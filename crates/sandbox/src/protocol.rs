//! The protocols that AWS's services speak: how a request names its operation, and how an error
//! looks.

use bytes::Bytes;
use http::{Request, header};

use crate::wire::parameter;

/// The namespace of what STS answers.
pub(crate) const STS_NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";

/// The version of the API of STS that requests of the query protocol name.
pub(crate) const STS_VERSION: &str = "2011-06-15";

/// The version of the API of EC2.
const EC2_VERSION: &str = "2016-11-15";

/// How a service is asked and how it answers, after the service models (botocore 1.43.11).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// Method and path name the operation. An error has its code in a header, and its message in
    /// that member of a JSON document.
    RestJson { message: &'static str },
    /// JSON 1.1: the header `X-Amz-Target` names the operation after that prefix.
    Json { target: &'static str },
    /// The parameter `Action` names the operation, and answers are XML in that namespace.
    Query { namespace: &'static str },
    /// The same, with errors in a form of EC2's own.
    Ec2,
    /// Method and path name the operation, and errors are a bare XML element.
    RestXml,
}

/// Services that are not emulated and that do not speak JSON, by their signing names, so that
/// their clients understand the refusal.
const OTHERS: [(&str, Protocol); 11] = [
    (
        "autoscaling",
        query("http://autoscaling.amazonaws.com/doc/2011-01-01/"),
    ),
    (
        "cloudformation",
        query("http://cloudformation.amazonaws.com/doc/2010-05-15/"),
    ),
    ("cloudfront", Protocol::RestXml),
    ("ec2", Protocol::Ec2),
    (
        "elasticloadbalancing",
        query("http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/"),
    ),
    ("iam", query("https://iam.amazonaws.com/doc/2010-05-08/")),
    (
        "monitoring",
        query("http://monitoring.amazonaws.com/doc/2010-08-01/"),
    ),
    ("rds", query("http://rds.amazonaws.com/doc/2014-10-31/")),
    ("route53", Protocol::RestXml),
    ("s3-control", Protocol::RestXml),
    ("sns", query("http://sns.amazonaws.com/doc/2010-03-31/")),
];

const fn query(namespace: &'static str) -> Protocol {
    Protocol::Query { namespace }
}

impl Protocol {
    /// What a service speaks that is not emulated, as far as its signing name tells.
    pub(crate) fn of_other(service: &str) -> Option<Protocol> {
        OTHERS
            .iter()
            .find(|(name, _)| *name == service)
            .map(|(_, protocol)| *protocol)
    }

    /// What the sender of a request speaks that names no service, as far as its form tells.
    pub(crate) fn guessed(request: &Request<Bytes>) -> Protocol {
        if request.headers().contains_key("x-amz-target") {
            return Protocol::Json { target: "" };
        }
        let form = request
            .headers()
            .get(header::CONTENT_TYPE)
            .is_some_and(|kind| {
                kind.as_bytes()
                    .starts_with(b"application/x-www-form-urlencoded")
            });
        if !form && action(request).is_none() {
            return Protocol::RestJson { message: "message" };
        }
        // Every API of the query protocol has a version of its own, which is part of its namespace.
        let version = version(request).unwrap_or_default();
        let has_version = |protocol: &Protocol| match protocol {
            Protocol::Query { namespace } => namespace.ends_with(&format!("/{version}/")),
            Protocol::Ec2 => version == EC2_VERSION,
            Protocol::RestJson { .. } | Protocol::Json { .. } | Protocol::RestXml => false,
        };
        OTHERS
            .iter()
            .map(|(_, protocol)| *protocol)
            .find(has_version)
            .unwrap_or(query(STS_NAMESPACE))
    }
}

/// The operation that a request of the query protocol names.
pub(crate) fn action(request: &Request<Bytes>) -> Option<String> {
    query_parameter(request, "Action")
}

/// The version of the API that a request of the query protocol names.
pub(crate) fn version(request: &Request<Bytes>) -> Option<String> {
    query_parameter(request, "Version")
}

fn query_parameter(request: &Request<Bytes>, name: &str) -> Option<String> {
    let query = request.uri().query().unwrap_or_default();
    parameter(query, request.body(), name)
}
