//! The least that a session of the role needs with which a member's stack is deployed.

use fleet::account::{AccountId, Region};
use fleet::region_table::Partition;
use serde_json::json;

use crate::definition::PATH;

/// What CloudFormation does with the member role, in the session of whoever asks for it.
const WITH_THE_ROLE: [&str; 14] = [
    "iam:CreateRole",
    "iam:DeleteRole",
    "iam:DeleteRolePermissionsBoundary",
    "iam:DeleteRolePolicy",
    "iam:GetRole",
    "iam:GetRolePolicy",
    "iam:List*",
    "iam:PutRolePermissionsBoundary",
    "iam:PutRolePolicy",
    "iam:TagRole",
    "iam:UntagRole",
    "iam:UpdateAssumeRolePolicy",
    "iam:UpdateRole",
    "iam:UpdateRoleDescription",
];

/// What is done with the stack.
const WITH_THE_STACK: [&str; 9] = [
    "cloudformation:CreateChangeSet",
    "cloudformation:DeleteChangeSet",
    "cloudformation:DeleteStack",
    "cloudformation:DescribeChangeSet",
    "cloudformation:DescribeStackEvents",
    "cloudformation:DescribeStacks",
    "cloudformation:ExecuteChangeSet",
    "cloudformation:GetTemplate",
    "cloudformation:ListChangeSets",
];

/// One stack and one role of one account.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scope<'a> {
    pub(super) partition: Partition,
    pub(super) account: AccountId,
    pub(super) region: &'a Region,
    pub(super) stack: &'a str,
    pub(super) role_name: &'a str,
}

impl Scope<'_> {
    /// The policy of the session: whatever else the role may do, the session may not.
    pub(super) fn policy(&self) -> String {
        let Self {
            partition,
            account,
            region,
            stack,
            role_name,
        } = self;
        let partition = partition.name();
        let calls_through =
            json!({"ForAnyValue:StringEquals": {"aws:CalledVia": "cloudformation.amazonaws.com"}});
        let document = json!({
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": WITH_THE_STACK,
                    "Resource": format!("arn:{partition}:cloudformation:{region}:{account}:stack/{stack}/*"),
                },
                // Which stack has the role: it is asked by the role's name, so that there is no stack to be limited to.
                {
                    "Effect": "Allow",
                    "Action": "cloudformation:DescribeStackResources",
                    "Resource": "*",
                },
                {
                    "Effect": "Allow",
                    "Action": WITH_THE_ROLE,
                    "Resource": format!("arn:{partition}:iam::{account}:role/{PATH}{role_name}"),
                    "Condition": calls_through,
                },
            ],
        });
        document.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_fits_into_a_session_whatever_the_names() {
        let policy = Scope {
            partition: Partition::from_name("aws-us-gov").unwrap(),
            account: "111111111111".parse().unwrap(),
            region: &Region::new("us-gov-west-1"),
            stack: &"s".repeat(128),
            role_name: &"r".repeat(64),
        }
        .policy();
        // STS's limit for a policy that is passed along.
        assert!(policy.len() <= 2048, "{}", policy.len());
    }
}
