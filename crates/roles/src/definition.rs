//! The StackSet as it is wanted: the template of the member role, and what it is given.

use std::collections::BTreeMap;

use engine::RoleName;
use fleet::account::{AccountId, Region};
use fleet::region_table::Partition;

/// The template of the member role, the one that `docs/deploy.md` deploys by hand too.
pub const TEMPLATE: &str = include_str!("../../../deploy/member-role.yaml");

/// How a StackSet of ours begins its description, which is how it is known again.
pub const OURS: &str = "detective-fleet: ";

/// The path of every role that is rolled out.
pub const PATH: &str = "detective-fleet/";

/// The StackSet as it is wanted.
#[derive(Clone, Debug)]
pub struct Definition {
    /// Its name.
    pub name: String,
    /// The account that it belongs to, and that the member role trusts.
    pub administrator: AccountId,
    /// Where AWS is.
    pub partition: Partition,
    /// The Region of the StackSet, and of its one stack in each account: IAM is global.
    pub home: Region,
    /// The name of the member role, without its path.
    pub role_name: String,
    /// What the member role wants as the external id.
    pub external_id: Option<String>,
    /// Whether the member role may tell whether GuardDuty is on, and since when.
    pub guardduty: bool,
    /// The role of the administrator that the member role trusts.
    pub trusted: RoleName,
    /// What else it trusts: ARNs of roles and users of the administrators.
    pub also_trusted: Vec<String>,
    /// Another administrator, whose role of the same name it trusts, too, and whose invitations it accepts.
    pub second_administrator: Option<AccountId>,
    /// The role with which CloudFormation works in the administrator.
    pub administration_role: RoleName,
    /// The name of the role with which it works in members.
    pub execution_role: String,
    /// The policy that bounds the member role; `None` where the execution role wants none.
    pub boundary: Option<RoleName>,
}

/// A StackSet as CloudFormation has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Its description.
    pub description: String,
    /// Its template.
    pub template: String,
    /// What the template is given.
    pub parameters: BTreeMap<String, String>,
    /// The role with which CloudFormation works in the administrator.
    pub administration_role: String,
    /// The role with which it works in members.
    pub execution_role: String,
    /// Whether it is one that does without AWS Organizations.
    pub self_managed: bool,
}

impl Definition {
    /// Its description: for people, and to know it again.
    #[must_use]
    pub fn description(&self) -> String {
        format!("{OURS}the role that accepts invitations to Amazon Detective, in every member")
    }

    /// The ARN of the administration role.
    #[must_use]
    pub fn administration_role_arn(&self) -> String {
        format!(
            "arn:{}:iam::{}:role/{}",
            self.partition.name(),
            self.administrator,
            self.administration_role
        )
    }

    /// What the template is given.
    #[must_use]
    pub fn parameters(&self) -> BTreeMap<String, String> {
        let boundary = self.boundary.as_ref().map(ToString::to_string);
        let second = self.second_administrator.map(|it| it.to_string());
        [
            ("AdministratorAccount", self.administrator.to_string()),
            ("AdministratorRole", self.trusted.to_string()),
            ("AlsoTrusted", self.also_trusted.join(",")),
            ("SecondAdministrator", second.unwrap_or_default()),
            ("RoleName", self.role_name.clone()),
            ("ExternalId", self.external_id.clone().unwrap_or_default()),
            ("Boundary", boundary.unwrap_or_default()),
            ("AllowGuardDutyReads", self.guardduty.to_string()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into()
    }

    /// In what the StackSet differs from what is wanted, for people; values are not named.
    #[must_use]
    pub fn differences(&self, found: &Found) -> Vec<String> {
        let mut differences = self.stack_differences(&found.template, &found.parameters);
        if found.administration_role != self.administration_role_arn() {
            differences.push("administration role".to_owned());
        }
        if found.execution_role != self.execution_role {
            differences.push("execution role".to_owned());
        }
        differences
    }

    /// In what a stack differs that was made of this template with these parameters, for people; values are not named.
    #[must_use]
    pub fn stack_differences(
        &self,
        template: &str,
        parameters: &BTreeMap<String, String>,
    ) -> Vec<String> {
        let mut differences = Vec::new();
        if template.trim() != TEMPLATE.trim() {
            differences.push("template".to_owned());
        }
        for (name, value) in self.parameters() {
            let there = parameters.get(&name).map_or("", String::as_str);
            if there != value {
                differences.push(format!("parameter {name}"));
            }
        }
        differences
    }

    /// Why this StackSet is not one to work with, if it is not.
    #[must_use]
    pub fn refuses(&self, found: &Found) -> Option<String> {
        if !found.self_managed {
            Some(format!(
                "the StackSet {} belongs to AWS Organizations (SERVICE_MANAGED): name another with --stack-set",
                self.name
            ))
        } else if !found.description.starts_with(OURS) {
            Some(format!(
                "there is a StackSet {} that detective-fleet did not make (its description does not begin with {:?}): name another with --stack-set",
                self.name,
                OURS.trim_end()
            ))
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    pub(crate) fn definition() -> Definition {
        Definition {
            name: "DetectiveFleetMember".to_owned(),
            administrator: "111111111111".parse().unwrap(),
            partition: Partition::from_name("aws").unwrap(),
            home: Region::new("us-east-1"),
            role_name: "DetectiveFleetMember".to_owned(),
            external_id: None,
            guardduty: false,
            trusted: "detective-fleet/DetectiveFleetAdministrator"
                .parse()
                .unwrap(),
            also_trusted: Vec::new(),
            second_administrator: None,
            administration_role: "detective-fleet/Administration".parse().unwrap(),
            execution_role: "Execution".to_owned(),
            boundary: Some("detective-fleet/Boundary".parse().unwrap()),
        }
    }

    fn found(wanted: &Definition) -> Found {
        Found {
            description: wanted.description(),
            template: TEMPLATE.to_owned(),
            parameters: wanted.parameters(),
            administration_role: wanted.administration_role_arn(),
            execution_role: wanted.execution_role.clone(),
            self_managed: true,
        }
    }

    #[test]
    fn a_stack_set_that_is_as_wanted_differs_in_nothing() {
        let wanted = definition();
        assert_eq!(wanted.differences(&found(&wanted)), Vec::<String>::new());
        assert_eq!(wanted.refuses(&found(&wanted)), None);
    }

    #[test]
    fn differences_are_named_without_their_values() {
        let mut wanted = definition();
        let mut there = found(&wanted);
        wanted.external_id = Some("secret".to_owned());
        wanted.execution_role = "Another".to_owned();
        there.template = "Resources: {}".to_owned();
        assert_eq!(
            wanted.differences(&there),
            ["template", "parameter ExternalId", "execution role"]
        );
    }

    #[test]
    fn what_others_made_is_left_alone() {
        let wanted = definition();
        let organization = Found {
            self_managed: false,
            ..found(&wanted)
        };
        let strange = Found {
            description: "ours".to_owned(),
            ..found(&wanted)
        };
        assert!(
            wanted
                .refuses(&organization)
                .unwrap()
                .contains("Organizations")
        );
        assert!(wanted.refuses(&strange).unwrap().contains("did not make"));
    }

    #[test]
    fn the_template_takes_every_parameter_and_fits_into_one_request() {
        for name in definition().parameters().keys() {
            assert!(TEMPLATE.contains(&format!("\n  {name}:\n")), "{name}");
        }
        // CloudFormation's limit for a template in a request.
        assert!(TEMPLATE.len() < 51_200);
    }
}
