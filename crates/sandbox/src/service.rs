//! The services that are emulated.

use crate::protocol::{Protocol, STS_NAMESPACE};

/// An emulated service, as the credential scope of a signature names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Service {
    Account,
    Detective,
    GuardDuty,
    Organizations,
    S3,
    Sts,
}

impl Service {
    /// All of them.
    pub(crate) const ALL: [Service; 6] = [
        Service::Account,
        Service::Detective,
        Service::GuardDuty,
        Service::Organizations,
        Service::S3,
        Service::Sts,
    ];

    /// The service of that signing name.
    pub(crate) fn named(name: &str) -> Option<Service> {
        Service::ALL
            .into_iter()
            .find(|service| service.name() == name)
    }

    /// Its signing name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Service::Account => "account",
            Service::Detective => "detective",
            Service::GuardDuty => "guardduty",
            Service::Organizations => "organizations",
            Service::S3 => "s3",
            Service::Sts => "sts",
        }
    }

    /// What it speaks.
    pub(crate) fn protocol(self) -> Protocol {
        match self {
            Service::Detective => Protocol::RestJson { message: "Message" },
            Service::Account | Service::GuardDuty => Protocol::RestJson { message: "message" },
            Service::Organizations => Protocol::Json {
                target: "AWSOrganizationsV20161128.",
            },
            Service::S3 => Protocol::RestXml,
            Service::Sts => Protocol::Query {
                namespace: STS_NAMESPACE,
            },
        }
    }
}
