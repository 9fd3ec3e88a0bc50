//! What the stack's parameters say: they reach the function as environment variables.
#![expect(
    clippy::disallowed_methods,
    reason = "this is the one module of the function that reads the environment"
)]

use std::time::Duration;

use engine::{Connection, RegionSelection, RoleName};
use fleet::account::{AccountId, Region};

use crate::error::StepError;

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
    pub fleet: fleet::fleet::Settings,
    /// Whether an upload of the authoritative list removes the members that it does not name.
    pub prune: bool,
    /// How many accounts a run may remove.
    pub max_removals: Option<usize>,
    /// Whether accounts that have no role get one, by the StackSet.
    pub manage_roles: bool,
    /// How many Regions one invocation holds.
    pub regions_per_pass: usize,
    /// How long an execution waits for AWS.
    pub wait_limit: Duration,
}

impl Settings {
    /// Reads the environment.
    ///
    /// # Errors
    /// Where a value cannot be used.
    pub fn from_environment() -> Result<Self, StepError> {
        Self::read(&|name| std::env::var(format!("DETECTIVE_FLEET_{name}")).ok())
    }

    fn read(source: &dyn Fn(&str) -> Option<String>) -> Result<Self, StepError> {
        let text = |name: &str| source(name).filter(|value| !value.trim().is_empty());
        let needed = |name: &str| text(name).ok_or_else(|| wrong(name, "is not set"));
        let names = list(text("REGIONS"));
        let all = names.is_empty() || names == ["all"];
        Ok(Self {
            bucket: needed("BUCKET")?,
            stack: needed("STACK")?,
            authoritative_key: needed("AUTHORITATIVE_KEY")?,
            connection: Connection {
                profile: None,
                admin_account: None,
                admin_role: Some(role("ADMINISTRATOR_ROLE", &needed("ADMINISTRATOR_ROLE")?)?),
                role_name: role("ROLE_NAME", &needed("ROLE_NAME")?)?,
                external_id: text("EXTERNAL_ID"),
                max_concurrency: number("MAX_CONCURRENCY", text("MAX_CONCURRENCY"), 256)?,
                endpoint: None,
            },
            regions: RegionSelection {
                names: (!all).then_some(names),
                exclude: list(text("EXCLUDE_REGIONS")),
            },
            fleet: fleet::fleet::Settings {
                packages: list(text("PACKAGES")).into_iter().collect(),
                send_email: text("SEND_EMAIL").is_some_and(|value| value == "true"),
                message: text("MESSAGE"),
                tags: pairs("TAGS", '=', text("TAGS"))?.into_iter().collect(),
                expected: pairs("EXPECTED", '/', text("EXPECTED"))?
                    .into_iter()
                    .map(|(account, region)| Ok((member(&account)?, Region::new(&region))))
                    .collect::<Result<_, StepError>>()?,
                ..fleet::fleet::Settings::default()
            },
            prune: text("PRUNE").is_some_and(|value| value == "true"),
            max_removals: match text("MAX_REMOVALS") {
                None => None,
                some => Some(number("MAX_REMOVALS", some, 0)?),
            },
            manage_roles: text("MANAGE_MEMBER_ROLES").is_some_and(|value| value == "true"),
            regions_per_pass: number("REGIONS_PER_PASS", text("REGIONS_PER_PASS"), 100)?.max(1),
            wait_limit: Duration::from_secs(
                60 * number("WAIT_LIMIT_MINUTES", text("WAIT_LIMIT_MINUTES"), 120)? as u64,
            ),
        })
    }
}

fn wrong(name: &str, why: &str) -> StepError {
    StepError::failed(format!("the stack's setting {name} {why}"))
}

fn list(text: Option<String>) -> Vec<String> {
    let text = text.unwrap_or_default();
    let names = text
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty());
    names.map(str::to_owned).collect()
}

fn pairs(
    name: &str,
    between: char,
    text: Option<String>,
) -> Result<Vec<(String, String)>, StepError> {
    let pair = |text: String| {
        let (one, other) = text.split_once(between).ok_or_else(|| {
            wrong(
                name,
                &format!("has {text:?}, which is no pair with {between}"),
            )
        })?;
        Ok((one.trim().to_owned(), other.trim().to_owned()))
    };
    list(text).into_iter().map(pair).collect()
}

fn member(text: &str) -> Result<AccountId, StepError> {
    text.parse()
        .map_err(|error| wrong("EXPECTED", &format!("has {text:?}: {error}")))
}

fn role(name: &str, text: &str) -> Result<RoleName, StepError> {
    text.parse()
        .map_err(|error| wrong(name, &format!("is {text:?}: {error}")))
}

fn number(name: &str, text: Option<String>, default: usize) -> Result<usize, StepError> {
    text.map_or(Ok(default), |text| {
        text.trim().parse().map_err(|_| wrong(name, "is no number"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert_eq!(settings.fleet.expected.len(), 1);
        assert_eq!(settings.fleet.tags["cost"], "a=b");
    }

    #[test]
    fn a_value_that_cannot_be_used_is_named() {
        for bad in [
            ("EXPECTED", "1/eu-south-1"),
            ("TAGS", "x"),
            ("ROLE_NAME", "a b"),
            ("BUCKET", ""),
        ] {
            let error = read(&[bad]).unwrap_err();
            assert!(error.text.contains(bad.0), "{error}");
        }
    }
}
