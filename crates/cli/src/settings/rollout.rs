//! What the flags of `roles` mean.

use anyhow::{Result, anyhow, bail};
use engine::RoleName;
use fleet::account::{AccountId, Region};
use fleet::label::Who;
use fleet::partial_settings::PartialSettings;
use fleet::region_table::Partition;
use fleet::values::List;
use roles::Definition;
use roles::definition::PATH;

use super::stack::{cloudformation_name, home};
use super::{Reach, SettingsFile};
use crate::args::{ReachArgs, RolloutArgs};
use crate::values::Principal;

/// What is to be rolled out, and to whom.
#[derive(Clone, Debug)]
pub(crate) struct RolloutSettings {
    /// How AWS is reached.
    pub reach: Reach,
    /// Only these accounts; all, where it is empty.
    pub only: Vec<Who>,
    /// Not these accounts.
    pub except: Vec<Who>,
    role_name: String,
    guardduty: bool,
    /// How to do without a StackSet.
    pub via: Option<ViaSettings>,
    /// The account that the role trusts, where it is named.
    pub administrator: Option<AccountId>,
    trusted: RoleName,
    also_trusted: Vec<Principal>,
    second_administrator: Option<AccountId>,
    boundary: Option<RoleName>,
    stack_set: String,
    home: Region,
    /// Whether somebody has said where the StackSet stands.
    pub home_is_given: bool,
    administration_role: RoleName,
    execution_role: String,
}

/// A stack in each account, deployed with a role that is there.
#[derive(Clone, Debug, Default)]
pub(crate) struct ViaSettings {
    role: String,
    /// The name of the stack.
    pub stack: String,
}

impl ViaSettings {
    /// The role.
    ///
    /// # Errors
    ///
    /// When it is no name of a role.
    pub(crate) fn role(&self) -> Result<RoleName> {
        named("via", &self.role)
    }
}

/// The stack in each account, unless somebody says otherwise: the one that the documents deploy by hand.
const STACK: &str = "detective-fleet-member";

/// The policy that the template of the execution role makes.
const BOUNDARY: &str = "detective-fleet/DetectiveFleetMemberBoundary";

/// Where the StackSet stands, unless somebody says otherwise.
const HOME: &str = "us-east-1";

impl RolloutSettings {
    /// What flags and settings file mean.
    ///
    /// # Errors
    ///
    /// When a name is none.
    pub(crate) fn of(args: RolloutArgs, file: &SettingsFile) -> Result<Self> {
        let typed = ReachArgs {
            caller: args.caller,
            timeout: args.wait.timeout,
            ..ReachArgs::default()
        };
        let names_admin_role = typed.caller.admin_role.is_some();
        let set = PartialSettings {
            role_name: args.role_name,
            external_id: args.external_id,
            ..typed.settings()
        };
        let mut reach = Reach::by(&set.or(&file.settings), &typed.caller, file)?;
        if args.via.is_some() && !names_admin_role {
            // That of a run may do no more than a run: it hardly becomes a role that deploys stacks.
            reach.connection.admin_role = None;
        }
        let role_name = base(reach.connection.role_name.as_str())?;
        reach.connection.role_name = named("role-name", &format!("{PATH}{role_name}"))?;
        cloudformation_name("stack-set", &args.stack_set)?;
        let via = args.via.map(|role| via(role, args.stack)).transpose()?;
        let default = if via.is_some() { "none" } else { BOUNDARY };
        let boundary = args.boundary.as_deref().unwrap_or(default);
        let boundary = (boundary != "none").then(|| named("boundary", boundary));
        let administrator = reach.connection.admin_account;
        Ok(Self {
            reach,
            only: List::joined(&args.select.account).unwrap_or_default(),
            except: List::joined(&args.select.not_account).unwrap_or_default(),
            role_name,
            guardduty: args.allow_guardduty_reads,
            trusted: named("trusted-role", &args.trusted_role)?,
            via,
            administrator,
            also_trusted: List::joined(&args.also_trust).unwrap_or_default(),
            second_administrator: args.second_administrator,
            boundary: boundary.transpose()?,
            stack_set: args.stack_set,
            home: home(args.home_region.as_deref().unwrap_or(HOME))?,
            home_is_given: args.home_region.is_some(),
            administration_role: named("administration-role", &args.administration_role)?,
            execution_role: execution_role(args.execution_role)?,
        })
    }

    /// The StackSet that they want in this account.
    ///
    /// # Errors
    ///
    /// When the role would trust somebody whom it cannot.
    pub(crate) fn definition(
        self,
        administrator: AccountId,
        partition: Partition,
    ) -> Result<Definition> {
        let second = self.second_administrator;
        if second == Some(administrator) {
            bail!("--second-administrator {administrator}: that is the first one");
        }
        let is_administrator =
            |it: &&Principal| it.account == administrator || second == Some(it.account);
        if let Some(other) = self.also_trusted.iter().find(|it| !is_administrator(it)) {
            bail!(
                "--also-trust {}: the role trusts principals of the administrator {administrator} and of --second-administrator alone",
                other.arn
            );
        }
        Ok(Definition {
            name: self.stack_set,
            administrator,
            partition,
            home: self.home,
            role_name: self.role_name,
            external_id: self.reach.connection.external_id,
            guardduty: self.guardduty,
            trusted: self.trusted,
            also_trusted: self.also_trusted.into_iter().map(|it| it.arn).collect(),
            second_administrator: second,
            administration_role: self.administration_role,
            execution_role: self.execution_role,
            boundary: self.boundary,
        })
    }
}

fn via(role: String, stack: Option<String>) -> Result<ViaSettings> {
    named("via", &role)?;
    let stack = stack.unwrap_or_else(|| STACK.to_owned());
    cloudformation_name("stack", &stack)?;
    Ok(ViaSettings { role, stack })
}

fn named(flag: &str, name: &str) -> Result<RoleName> {
    name.parse()
        .map_err(|error| anyhow!("--{flag} {name:?}: {error}"))
}

/// The name without the path, which is always the same.
fn base(name: &str) -> Result<String> {
    let base = name.strip_prefix(PATH).unwrap_or(name);
    if base.contains('/') {
        bail!("--role-name {name}: the path of a role that is rolled out is always {PATH}");
    }
    Ok(base.to_owned())
}

fn execution_role(name: String) -> Result<String> {
    let role = named("execution-role", &name)?;
    if role.as_str() != role.base() {
        bail!("--execution-role {name}: StackSets know of no path there");
    }
    Ok(name)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::args::{Cli, Command, RolesCommand};

    fn settings(flags: &str, file: &str) -> Result<RolloutSettings> {
        let words = "detective-fleet roles deploy accounts.csv".split(' ');
        let cli = Cli::try_parse_from(words.chain(flags.split_whitespace()))?;
        let Command::Roles(args) = cli.command else {
            bail!("another command")
        };
        let RolesCommand::Deploy(args) = args.command else {
            bail!("another command")
        };
        let file = SettingsFile {
            settings: toml::from_str(file)?,
            was_found: false,
            ..SettingsFile::default()
        };
        RolloutSettings::of(args.rollout, &file)
    }

    #[test]
    fn the_role_has_the_path_of_the_template_with_or_without_saying_so() {
        for (flags, file) in [
            ("", ""),
            ("--role-name DetectiveFleetMember", ""),
            ("", "role-name = \"detective-fleet/DetectiveFleetMember\""),
        ] {
            let settings = settings(flags, file).unwrap();
            assert_eq!(settings.role_name, "DetectiveFleetMember");
            let assumed = settings.reach.connection.role_name;
            assert_eq!(assumed.as_str(), "detective-fleet/DetectiveFleetMember");
        }
        assert!(settings("--role-name other/Name", "").is_err());
    }

    #[test]
    fn the_role_trusts_principals_of_the_administrators_alone() {
        let definition = |flags: &str| {
            let partition = Partition::from_name("aws").unwrap();
            let administrator = "111111111111".parse().unwrap();
            settings(flags, "")
                .unwrap()
                .definition(administrator, partition)
        };
        let theirs = "--also-trust arn:aws:iam::222222222222:role/people/Operator";
        let error = definition(theirs).unwrap_err().to_string();
        assert!(error.contains("--second-administrator"), "{error}");
        let wanted = definition(&format!("{theirs} --second-administrator 222222222222")).unwrap();
        let parameters = wanted.parameters();
        assert_eq!(
            parameters["AlsoTrusted"],
            "arn:aws:iam::222222222222:role/people/Operator"
        );
        assert_eq!(parameters["SecondAdministrator"], "222222222222");
        assert!(definition("--second-administrator 111111111111").is_err());
    }

    #[test]
    fn names_that_aws_would_refuse_are_refused_before() {
        for (flags, why) in [
            ("--stack-set 1st", "first one a letter"),
            ("--execution-role a/b", "no path"),
            ("--home-region eu-wset-1", "eu-west-1?"),
            ("--trusted-role arn:aws:iam::1:role/x", "--trusted-role"),
        ] {
            let error = settings(flags, "").unwrap_err().to_string();
            assert!(error.contains(why), "{flags}: {error}");
        }
        assert!(settings("--boundary none", "").unwrap().boundary.is_none());
    }
}
