//! An operation, as its service's model describes it.

use http::Method;

use crate::service::Service;

/// An operation: `AcceptInvitation` of Detective, say. What it does is the router's to know.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) service: Service,
    pub(crate) name: &'static str,
    /// How the rest-json services tell their operations apart. A path that ends with `/` takes one
    /// more segment, and a `*` in it stands for one.
    pub(crate) method: Method,
    pub(crate) path: &'static str,
}

impl Operation {
    /// What it is called in reports, rules and counts: `detective:AcceptInvitation`.
    pub(crate) fn full_name(&self) -> String {
        full_name(self.service, self.name)
    }

    /// Whether method and path mean it.
    pub(crate) fn is_at(&self, method: &Method, path: &str) -> bool {
        if let Some((before, after)) = self.path.split_once('*') {
            let inside = path
                .strip_prefix(before)
                .and_then(|it| it.strip_suffix(after));
            return self.method == method
                && inside.is_some_and(|it| !it.is_empty() && !it.contains('/'));
        }
        let has_segment = self.path.ends_with('/') && path.len() > self.path.len();
        self.method == method && (path == self.path || (has_segment && path.starts_with(self.path)))
    }

    /// Whether it is called without a signature: its caller has no key yet.
    pub(crate) fn is_unsigned(&self) -> bool {
        self.service == Service::Sts && self.name == "AssumeRoleWithWebIdentity"
    }

    /// Whether its model has an error for too many requests. In Detective, those of organizations
    /// and investigations have.
    pub(crate) fn declares_throttling(&self) -> bool {
        self.service == Service::Detective
            && (self.name.contains("Organization")
                || self.name.contains("Investigation")
                || self.name == "ListIndicators")
    }
}

/// What an operation is called in reports, rules and counts.
pub(crate) fn full_name(service: Service, name: &str) -> String {
    format!("{}:{name}", service.name())
}
