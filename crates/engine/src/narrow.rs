//! What sessions of roles may do at most: what the run needs, whatever else the role allows. AWS lets a
//! session do what both allow, the role's policies and the one that comes with AssumeRole (IAM user guide,
//! policies_access-policies-session).

use std::fmt::Display;

use fleet::account::AccountId;
use fleet::region_table::Partition;

/// What a run is going to do with the administrator's role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// It looks, and asks members. What it removes it removes with sessions that can do nothing else, and
    /// that are made when they are wanted first.
    Look,
    /// It looks, also at who is a member of GuardDuty.
    LookInGuardDuty,
    /// It makes graphs and members, too.
    Enable,
    /// It also works with other services than Detective: its sessions may do what the role may.
    Whole,
}

/// What members' roles are assumed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Errand {
    /// To accept invitations.
    Accept,
    /// To ask whether that will work.
    Ask {
        /// Also how long GuardDuty has been on.
        guardduty: bool,
    },
    /// To see whether it can be assumed.
    Nothing,
}

/// What is read of graphs and Regions.
const READS: [&str; 7] = [
    "account:GetRegionOptStatus",
    "account:ListRegions",
    "detective:GetMembers",
    "detective:ListDatasourcePackages",
    "detective:ListGraphs",
    "detective:ListMembers",
    "detective:ListTagsForResource",
];

/// What makes graphs and members. An entry that failed is removed before it is made again: with a session
/// of its own, which only such a run has.
const MAKES: [&str; 6] = [
    "detective:CreateGraph",
    "detective:CreateMembers",
    "detective:StartMonitoringMember",
    "detective:TagResource",
    "detective:UntagResource",
    "detective:UpdateDatasourcePackages",
];

/// The policy of the administrator's session that everything but removals is done with; `None` for no limit.
pub(crate) fn administrator(
    access: Access,
    partition: Partition,
    member_role: &str,
) -> Option<String> {
    let makes: &[&str] = match access {
        Access::Look => &[],
        Access::LookInGuardDuty => &["guardduty:ListDetectors", "guardduty:ListMembers"],
        Access::Enable => &MAKES,
        Access::Whole => return None,
    };
    let own = allow(&[&READS, makes].concat(), "*");
    let roles = format!("arn:{}:iam::*:role/{member_role}", partition.name());
    let members = allow(&["sts:AssumeRole", "sts:SetSourceIdentity"], &roles);
    Some(policy(&[own, members]))
}

/// The policy of the session that removes members.
pub(crate) fn removing() -> String {
    policy(&[allow(&["detective:DeleteMembers"], "*")])
}

/// The policy of the session that deletes graphs.
pub(crate) fn deleting() -> String {
    policy(&[allow(&["detective:DeleteGraph"], "*")])
}

/// The policy of a member's session.
pub(crate) fn member(errand: Errand, partition: Partition, administrator: AccountId) -> String {
    const REGIONS: [&str; 2] = ["account:GetRegionOptStatus", "account:ListRegions"];
    match errand {
        Errand::Accept => {
            let graphs = format!(
                "arn:{}:detective:*:{administrator}:graph:*",
                partition.name()
            );
            policy(&[
                allow(&["detective:AcceptInvitation"], &graphs),
                allow(&REGIONS, "*"),
            ])
        }
        Errand::Ask { guardduty } => {
            let detectors: &[&str] = match guardduty {
                true => &["guardduty:GetDetector", "guardduty:ListDetectors"],
                false => &[],
            };
            let asks = [&REGIONS, &["detective:ListInvitations"][..], detectors];
            policy(&[allow(&asks.concat(), "*")])
        }
        // GetCallerIdentity needs no permission, and no denial counts against it.
        Errand::Nothing => policy(&[r#"{"Effect":"Deny","Action":"*","Resource":"*"}"#.to_owned()]),
    }
}

fn policy(statements: &[String]) -> String {
    let statements = statements.join(",");
    format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#)
}

/// None of these has a character that JSON would want escaped: the names of roles are checked.
fn allow(actions: &[&str], resource: impl Display) -> String {
    let actions = actions.join("\",\"");
    format!(r#"{{"Effect":"Allow","Action":["{actions}"],"Resource":"{resource}"}}"#)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The longest path and name that IAM has for a role.
    fn longest_role() -> String {
        format!("{}/{}", "p".repeat(510), "r".repeat(64))
    }

    #[test]
    fn each_policy_is_json_and_fits_into_2048_characters() {
        let account = "123456789012".parse().unwrap();
        let role = longest_role();
        let partition = Partition::AwsUsGov;
        let accesses = [Access::Look, Access::Enable];
        let own = accesses.map(|it| administrator(it, partition, &role).unwrap());
        let errands = [
            Errand::Accept,
            Errand::Ask { guardduty: true },
            Errand::Nothing,
        ];
        let members = errands.map(|it| member(it, Partition::AwsUsGov, account));
        for text in own.iter().chain(&members).chain(&[removing(), deleting()]) {
            assert!(text.len() <= 2048, "{text}");
            let read: serde_json::Value = serde_json::from_str(text).unwrap();
            assert_eq!(read["Version"], "2012-10-17");
        }
        assert_eq!(administrator(Access::Whole, partition, &role), None);
    }
}
