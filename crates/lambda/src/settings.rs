//! What the stack's parameters say: they reach the function as environment variables, and where they
//! can be long, in the payload.
#![expect(
    clippy::disallowed_methods,
    reason = "this is the one module of the function that reads the environment"
)]

use std::collections::BTreeMap;
use std::fmt::Display;
use std::str::FromStr;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use engine::{Access, Connection, RegionSelection};
use fleet::expected::Exception;
use fleet::language::Language;
use fleet::partial_settings::{BadSetting, PartialSettings};
use fleet::values::{List, Time};

use crate::error::StepError;

/// Settings that may be too long for the environment, which has room for 4 KB in all
/// (docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html): their values in Base64, by their names
/// without `DETECTIVE_FLEET_`.
pub type Long = BTreeMap<String, String>;

/// Everything that is set.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The bucket.
    pub bucket: String,
    /// The stack, as metrics name it.
    pub stack: String,
    /// The file that prune and the drift run go by.
    pub authoritative_key: String,
    /// How AWS is reached.
    pub connection: Connection,
    /// Where.
    pub regions: RegionSelection,
    /// How members are wanted.
    pub fleet: fleet::desired::Settings,
    /// What is known to stay out.
    pub expected: Vec<Exception>,
    /// Whether an upload of the authoritative list removes the members that it does not name.
    pub prune: bool,
    /// How many accounts a run may remove.
    pub max_removals: Option<usize>,
    /// How many accounts that are no members yet one upload may invite.
    pub max_invitations: usize,
    /// Whether a list under `disable/` is worked with, whoever starts the execution.
    pub disable_by_upload: bool,
    /// Whether the administrator role may remove members at all.
    pub allow_removals: bool,
    /// Whether somebody has to approve removals.
    pub approve_removals: bool,
    /// Whether there is anybody who may.
    pub has_approvers: bool,
    /// How long an execution waits for that.
    pub approval_time: Duration,
    /// For how long removals count; zero where each run counts by itself.
    pub removal_window: Duration,
    /// Whether accounts that have no role get one, by the StackSet.
    pub manage_roles: bool,
    /// How many Regions one invocation holds.
    pub regions_per_pass: usize,
    /// How long an execution waits for AWS.
    pub wait_limit: Duration,
    /// The language of pages and mails.
    pub language: Language,
}

impl Settings {
    /// Reads the environment and the payload.
    ///
    /// # Errors
    /// Where a value cannot be used.
    pub fn from_environment(long: &Long) -> Result<Self, StepError> {
        let long = decoded(long)?;
        let environment = |name: &str| std::env::var(format!("DETECTIVE_FLEET_{name}")).ok();
        Self::read(&|name| long.get(name).cloned().or_else(|| environment(name)))
    }

    /// Reads settings by their names, without `DETECTIVE_FLEET_`.
    ///
    /// # Errors
    /// Where a value cannot be used.
    pub fn read(source: &dyn Fn(&str) -> Option<String>) -> Result<Self, StepError> {
        let text = |name: &str| source(name).filter(|value| !value.trim().is_empty());
        let set = partial(&text)?;
        Ok(Self {
            bucket: needed("BUCKET", &text)?,
            stack: needed("STACK", &text)?,
            authoritative_key: needed("AUTHORITATIVE_KEY", &text)?,
            connection: Connection {
                admin_role: Some(needed("ADMINISTRATOR_ROLE", &text)?),
                access: Access::Enable,
                ..Connection::of(&set).map_err(|error| bad(&error))?
            },
            regions: RegionSelection::of(&set).map_err(|error| bad(&error))?,
            fleet: fleet::desired::Settings {
                role_first: text("ROLE_FIRST").is_none_or(|value| value == "true"),
                ..set.wanted().map_err(|error| bad(&error))?
            },
            language: set.language.unwrap_or_default(),
            expected: set.expected.unwrap_or_default(),
            max_invitations: maybe("MAX_INVITATIONS", text("MAX_INVITATIONS"))?.unwrap_or(500),
            prune: text("PRUNE").is_some_and(|value| value == "true"),
            max_removals: maybe("MAX_REMOVALS", text("MAX_REMOVALS"))?,
            disable_by_upload: text("DISABLE_BY_UPLOAD").is_none_or(|value| value == "ENABLED"),
            allow_removals: text("ALLOW_REMOVALS").is_none_or(|value| value == "true"),
            approve_removals: text("APPROVE_REMOVALS").is_some_and(|value| value == "true"),
            has_approvers: text("HAS_APPROVERS").is_some_and(|value| value == "true"),
            approval_time: Duration::from_secs(
                3600 * maybe("APPROVAL_HOURS", text("APPROVAL_HOURS"))?.unwrap_or(24),
            ),
            removal_window: Duration::from_secs(
                3600 * maybe("REMOVAL_WINDOW_HOURS", text("REMOVAL_WINDOW_HOURS"))?.unwrap_or(24),
            ),
            manage_roles: text("MANAGE_MEMBER_ROLES").is_some_and(|value| value == "true"),
            regions_per_pass: maybe("REGIONS_PER_PASS", text("REGIONS_PER_PASS"))?
                .map_or(100, |regions: usize| regions.max(1)),
            wait_limit: Duration::from_secs(
                60 * maybe("WAIT_LIMIT_MINUTES", text("WAIT_LIMIT_MINUTES"))?.unwrap_or(120),
            ),
        })
    }
}

/// What the parameters say that the command has flags for.
fn partial(text: &dyn Fn(&str) -> Option<String>) -> Result<PartialSettings, StepError> {
    let seconds = maybe("PATIENCE_SECONDS", text("PATIENCE_SECONDS"))?;
    Ok(PartialSettings {
        regions: maybe_listed("REGIONS", text("REGIONS"))?,
        exclude_region: maybe_listed("EXCLUDE_REGIONS", text("EXCLUDE_REGIONS"))?,
        patience: seconds.map(|seconds| Time(Duration::from_secs(seconds))),
        max_concurrency: maybe("MAX_CONCURRENCY", text("MAX_CONCURRENCY"))?,
        role_name: Some(needed("ROLE_NAME", text)?),
        external_id: maybe("EXTERNAL_ID", text("EXTERNAL_ID"))?,
        expected: maybe_listed("EXPECTED", text("EXPECTED"))?,
        tags: maybe_listed("TAGS", text("TAGS"))?,
        packages: maybe_listed("PACKAGES", text("PACKAGES"))?,
        send_email: text("SEND_EMAIL").map(|value| value == "true"),
        message: maybe("MESSAGE", text("MESSAGE"))?,
        language: maybe("LANGUAGE", text("LANGUAGE"))?,
        ..PartialSettings::default()
    })
}

/// A value that has to be there.
fn needed<T: FromStr<Err: Display>>(
    name: &str,
    text: &dyn Fn(&str) -> Option<String>,
) -> Result<T, StepError> {
    let value = text(name).ok_or_else(|| wrong(name, "is not set"))?;
    one(name, &value)
}

fn decoded(long: &Long) -> Result<Long, StepError> {
    let decode = |(name, value): (&String, &String)| {
        let bytes = STANDARD.decode(value).ok();
        let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
        let text = text.ok_or_else(|| wrong(name, "is not text in Base64"))?;
        Ok((name.clone(), text))
    };
    long.iter().map(decode).collect()
}

fn wrong(name: &str, why: &str) -> StepError {
    StepError::failed(format!("the stack's setting {name} {why}"))
}

/// A setting that cannot be used, by the name of its variable.
fn bad(setting: &BadSetting) -> StepError {
    let name = setting.name.to_uppercase().replace('-', "_");
    let why = &setting.why;
    match &setting.value {
        Some(value) => wrong(&name, &format!("is {value:?}: {why}")),
        None => wrong(&name, why),
    }
}

/// A value that is there.
fn one<T: FromStr<Err: Display>>(name: &str, text: &str) -> Result<T, StepError> {
    text.trim()
        .parse()
        .map_err(|error| wrong(name, &format!("is {text:?}: {error}")))
}

/// A value that need not be there.
fn maybe<T: FromStr<Err: Display>>(
    name: &str,
    text: Option<String>,
) -> Result<Option<T>, StepError> {
    text.map(|text| one(name, &text)).transpose()
}

/// Values with commas between them, where there are any.
fn maybe_listed<T: FromStr<Err: Display>>(
    name: &str,
    text: Option<String>,
) -> Result<Option<Vec<T>>, StepError> {
    Ok(maybe::<List<T>>(name, text)?.map(|list| list.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEMPLATE: &str = include_str!("../../../deploy/security-account.yaml");

    fn read(more: &[(&str, &str)]) -> Result<Settings, StepError> {
        let given = [
            ("BUCKET", "b"),
            ("STACK", "s"),
            ("AUTHORITATIVE_KEY", "enable/accounts.csv"),
            (
                "ADMINISTRATOR_ROLE",
                "detective-fleet/DetectiveFleetAdministrator",
            ),
            ("ROLE_NAME", "detective-fleet/DetectiveFleetMember"),
        ];
        let find = |list: &[(&str, &str)], name: &str| {
            list.iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| (*value).to_owned())
        };
        Settings::read(&|name| find(more, name).or_else(|| find(&given, name)))
    }

    #[test]
    fn an_empty_parameter_is_one_that_is_not_set() {
        let settings = read(&[("REGIONS", ""), ("EXTERNAL_ID", ""), ("TAGS", " ")]).unwrap();
        assert_eq!(settings.regions.names, None);
        assert_eq!(settings.connection.external_id, None);
        assert_eq!(settings.wait_limit, Duration::from_secs(7200));
        assert_eq!(settings.fleet.patience, Duration::from_secs(15));
        assert_eq!(read(&[("REGIONS", "all")]).unwrap().regions.names, None);
    }

    #[test]
    fn lists_and_pairs_have_commas_between_them() {
        let settings = read(&[
            ("REGIONS", "us-east-1, eu-west-1"),
            ("EXPECTED", "111122223333/eu-south-1"),
            ("TAGS", "team=security,cost=a=b"),
        ])
        .unwrap();
        assert_eq!(settings.regions.names.unwrap(), ["us-east-1", "eu-west-1"]);
        assert_eq!(settings.expected.len(), 1);
        assert_eq!(settings.fleet.tags["cost"], "a=b");
    }

    /// The default of a parameter, as the template has it.
    fn default_of(parameter: &str) -> String {
        let (_, rest) = TEMPLATE
            .split_once(&format!("\n  {parameter}:\n    Type: "))
            .unwrap_or_else(|| panic!("no parameter {parameter}"));
        let default = rest
            .lines()
            .skip(1)
            .take_while(|line| line.starts_with("    "));
        let default = default
            .filter_map(|line| line.strip_prefix("    Default: "))
            .next();
        default
            .unwrap_or_else(|| panic!("{parameter} has no default"))
            .trim_matches('"')
            .to_owned()
    }

    #[test]
    fn the_defaults_of_the_template_are_those_of_the_function() {
        let variables: Vec<_> = TEMPLATE
            .lines()
            .filter_map(|line| {
                line.trim()
                    .strip_prefix("DETECTIVE_FLEET_")?
                    .split_once(": !Ref ")
            })
            .filter(|(_, parameter)| !["AWS::StackName", "Bucket"].contains(parameter))
            .map(|(name, parameter)| (name, default_of(parameter)))
            .collect();
        assert!(variables.len() > 15, "{variables:?}");
        let defaults: Vec<_> = variables
            .iter()
            .map(|(name, it)| (*name, it.as_str()))
            .collect();
        let of_template = read(&defaults).unwrap();
        assert_eq!(
            format!("{of_template:?}"),
            format!("{:?}", read(&[]).unwrap())
        );
    }

    #[test]
    fn what_is_long_comes_in_base64_and_is_text_whatever_it_says() {
        let given = [(
            "MESSAGE".to_owned(),
            STANDARD.encode("Say \"yes\",\n${now}"),
        )]
        .into();
        assert_eq!(decoded(&given).unwrap()["MESSAGE"], "Say \"yes\",\n${now}");
        let given = [("TAGS".to_owned(), "team=security".to_owned())].into();
        assert!(decoded(&given).unwrap_err().text.contains("TAGS"));
    }

    #[test]
    fn removing_is_allowed_unless_it_is_said_otherwise() {
        let settings = read(&[]).unwrap();
        assert!(settings.disable_by_upload && settings.allow_removals);
        let settings = read(&[
            ("DISABLE_BY_UPLOAD", "DISABLED"),
            ("ALLOW_REMOVALS", "false"),
        ]);
        let settings = settings.unwrap();
        assert!(!settings.disable_by_upload && !settings.allow_removals);
    }

    #[test]
    fn nobody_has_to_approve_removals_unless_it_is_said_otherwise() {
        let settings = read(&[]).unwrap();
        assert!(!settings.approve_removals && !settings.has_approvers);
        assert_eq!(settings.approval_time, Duration::from_secs(24 * 3_600));
        let settings = read(&[
            ("APPROVE_REMOVALS", "true"),
            ("HAS_APPROVERS", "true"),
            ("APPROVAL_HOURS", "2"),
        ]);
        let settings = settings.unwrap();
        assert!(settings.approve_removals && settings.has_approvers);
        assert_eq!(settings.approval_time, Duration::from_secs(2 * 3_600));
    }

    #[test]
    fn a_value_that_cannot_be_used_is_named() {
        for bad in [
            ("EXPECTED", "1/eu-south-1"),
            ("EXPECTED", "111122223333/eu-suoth-1"),
            ("TAGS", "x"),
            ("TAGS", "aws:x=1"),
            ("PACKAGES", "DETECTIVE_CORE"),
            ("EXTERNAL_ID", "x"),
            ("LANGUAGE", "fr"),
            ("MAX_REMOVALS", "many"),
            ("ROLE_NAME", "a b"),
            ("BUCKET", ""),
        ] {
            let error = read(&[bad]).unwrap_err();
            assert!(error.text.contains(bad.0), "{error}");
        }
    }
}
