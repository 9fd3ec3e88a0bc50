//! The operations that are emulated, and how a request says which one it means.

use http::Method;

use crate::call::Call;
use crate::state::State;
use crate::wire::{Answer, Failure};
use crate::{account_regions, detective, guardduty, organizations, s3, sts};

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

/// An operation: `AcceptInvitation` of Detective, say.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) name: &'static str,
    /// How the rest-json services tell their operations apart, after the service models (botocore
    /// 1.43.11). A path that ends with `/` takes one more segment.
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    /// What it does and answers.
    pub(crate) effect: fn(&Call<'_>, &mut State) -> Result<Answer, Failure>,
}

impl Service {
    /// The service of that signing name.
    pub(crate) fn named(name: &str) -> Option<Service> {
        [
            Service::Account,
            Service::Detective,
            Service::GuardDuty,
            Service::Organizations,
            Service::S3,
            Service::Sts,
        ]
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

    /// What it can do.
    pub(crate) fn operations(self) -> &'static [Operation] {
        match self {
            Service::Account => &account_regions::OPERATIONS,
            Service::Detective => &detective::OPERATIONS,
            Service::GuardDuty => &guardduty::OPERATIONS,
            Service::Organizations => &organizations::OPERATIONS,
            Service::S3 => &s3::OPERATIONS,
            Service::Sts => &sts::OPERATIONS,
        }
    }

    /// The operation that method and path mean.
    pub(crate) fn routed(self, method: &Method, path: &str) -> Option<&'static Operation> {
        self.operations()
            .iter()
            .find(|operation| operation.method == method && is_at(path, operation.path))
    }

    /// The operation of that name.
    pub(crate) fn operation(self, name: &str) -> Option<&'static Operation> {
        self.operations()
            .iter()
            .find(|operation| operation.name == name)
    }
}

impl Operation {
    /// What it is called in reports, rules and counts: `detective:AcceptInvitation`.
    pub(crate) fn full_name(service: Service, name: &str) -> String {
        format!("{}:{name}", service.name())
    }
}

fn is_at(path: &str, route: &str) -> bool {
    path == route || (route.ends_with('/') && path.len() > route.len() && path.starts_with(route))
}
