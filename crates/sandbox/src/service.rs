//! The services that are emulated, and the protocol that each speaks.

/// The namespace of the answers of STS.
pub(crate) const STS_NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";

/// An emulated service, as the credential scope of a signature names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Service {
    Account,
    Detective,
    GuardDuty,
    Organizations,
    Sts,
}

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
}

impl Service {
    /// All of them.
    pub(crate) const ALL: [Service; 5] = [
        Service::Account,
        Service::Detective,
        Service::GuardDuty,
        Service::Organizations,
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
            Service::Sts => Protocol::Query {
                namespace: STS_NAMESPACE,
            },
        }
    }
}
