//! What AWS says of one membership.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::account::Email;
use crate::moment::Moment;

/// The state of a membership, as `MemberDetail.Status` of Detective's service model names it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum MemberStatus {
    /// AWS compares account id and root e-mail; no published figure says for how long.
    VerificationInProgress,
    /// Account id and root e-mail do not match: no invitation was sent.
    VerificationFailed,
    /// The invitation waits to be accepted.
    Invited,
    /// The account contributes data to the behavior graph.
    Enabled,
    /// Accepted, but AWS does not let it contribute: [`Member::disabled_reason`] says why.
    AcceptedButDisabled,
    /// A state that AWS has added since.
    Other(Arc<str>),
}

impl MemberStatus {
    /// The name that AWS uses.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::VerificationInProgress => "VERIFICATION_IN_PROGRESS",
            Self::VerificationFailed => "VERIFICATION_FAILED",
            Self::Invited => "INVITED",
            Self::Enabled => "ENABLED",
            Self::AcceptedButDisabled => "ACCEPTED_BUT_DISABLED",
            Self::Other(name) => name,
        }
    }
}

impl From<&str> for MemberStatus {
    fn from(name: &str) -> Self {
        match name {
            "VERIFICATION_IN_PROGRESS" => Self::VerificationInProgress,
            "VERIFICATION_FAILED" => Self::VerificationFailed,
            "INVITED" => Self::Invited,
            "ENABLED" => Self::Enabled,
            "ACCEPTED_BUT_DISABLED" => Self::AcceptedButDisabled,
            other => Self::Other(other.into()),
        }
    }
}

impl From<String> for MemberStatus {
    fn from(name: String) -> Self {
        name.as_str().into()
    }
}

impl From<MemberStatus> for String {
    fn from(status: MemberStatus) -> Self {
        status.as_str().to_owned()
    }
}

impl fmt::Display for MemberStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// One entry of a behavior graph's member list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Where the membership stands.
    pub status: MemberStatus,
    /// The root e-mail that it was invited with; `None` where AWS gives one that is not an address.
    pub email: Option<Email>,
    /// AWS's reason for [`MemberStatus::AcceptedButDisabled`], such as `VOLUME_TOO_HIGH`.
    pub disabled_reason: Option<Arc<str>>,
    /// It came through AWS Organizations (`InvitationType` ORGANIZATION), without an invitation.
    pub organization: bool,
    /// Since when it is so.
    pub since: Since,
    /// How much data it sends to the graph, for each data source package that AWS has measured.
    pub volumes: Vec<Volume>,
}

impl Member {
    /// How many bytes it sends to the graph in a day, of all packages; 0 where AWS does not say.
    #[must_use]
    pub fn bytes_per_day(&self) -> u64 {
        let bytes = self.volumes.iter().map(|volume| volume.bytes_per_day);
        bytes.fold(0, u64::saturating_add)
    }
}

/// Since when a membership is as it is, as AWS says it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Since {
    /// When the administrator invited the account (`InvitedTime`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invited: Option<Moment>,
    /// When its status last changed (`UpdatedTime`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated: Option<Moment>,
}

/// How much data of one data source package a member sends to the graph, as AWS last measured it
/// (`VolumeUsageByDatasourcePackage`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Volume {
    /// Of what.
    pub package: Package,
    /// In a day.
    pub bytes_per_day: u64,
    /// When AWS measured it.
    pub measured: Option<Timestamp>,
}

/// A data source package of a behavior graph, as `DatasourcePackage` of Detective's service model
/// names it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum Package {
    /// CloudTrail, VPC flow logs and GuardDuty findings: always on.
    Core,
    /// Audit logs of EKS.
    EksAudit,
    /// Findings of Security Hub.
    SecurityHub,
    /// One that AWS has added since.
    Other(Arc<str>),
}

impl Package {
    /// The name that AWS uses.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Core => "DETECTIVE_CORE",
            Self::EksAudit => "EKS_AUDIT",
            Self::SecurityHub => "ASFF_SECURITYHUB_FINDING",
            Self::Other(name) => name,
        }
    }
}

impl From<&str> for Package {
    fn from(name: &str) -> Self {
        match name {
            "DETECTIVE_CORE" => Self::Core,
            "EKS_AUDIT" => Self::EksAudit,
            "ASFF_SECURITYHUB_FINDING" => Self::SecurityHub,
            other => Self::Other(other.into()),
        }
    }
}

impl From<String> for Package {
    fn from(name: String) -> Self {
        name.as_str().into()
    }
}

impl From<Package> for String {
    fn from(package: Package) -> Self {
        package.as_str().to_owned()
    }
}

impl fmt::Display for Package {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_that_aws_has_added_since_keeps_its_name() {
        for name in ["INVITED", "ENABLED", "SOMETHING_NEW"] {
            let status: MemberStatus = serde_json::from_value(name.into()).unwrap();
            assert_eq!(status.as_str(), name);
            assert_eq!(serde_json::to_value(&status).unwrap(), name);
        }
    }

    #[test]
    fn a_package_is_read_and_shown_by_the_name_that_aws_has_for_it() {
        for (name, package) in [
            ("DETECTIVE_CORE", Package::Core),
            ("EKS_AUDIT", Package::EksAudit),
            ("ASFF_SECURITYHUB_FINDING", Package::SecurityHub),
            ("SOMETHING_NEW", Package::Other("SOMETHING_NEW".into())),
        ] {
            assert_eq!(serde_json::to_value(&package).unwrap(), name);
            assert_eq!(package.to_string(), name);
            let read: Package = serde_json::from_value(name.into()).unwrap();
            assert_eq!(read, package);
        }
    }
}
