//! What was typed, set and filed, made into what it means: flags before `DETECTIVE_FLEET_*`
//! variables (clap puts those two together) before `detective-fleet.toml` before defaults.

mod file;

use std::time::Duration;

use anyhow::{Result, anyhow, bail};
use engine::{Connection, RegionSelection, RoleName};
use fleet::account::AccountId;
use fleet::fleet::Settings;

use crate::args::{FleetArgs, ReachArgs};
use crate::values::{self, List, RegionName};

pub(crate) use file::SettingsFile;

/// The role in members, where nothing else is said. The CloudFormation template makes it.
pub(crate) const ROLE_NAME: &str = "DetectiveFleetMember";
const TIMEOUT: Duration = Duration::from_secs(15 * 60);
const MAX_CONCURRENCY: u16 = 256;

/// How AWS is reached, and where.
#[derive(Clone, Debug)]
pub(crate) struct Reach {
    /// Credentials and roles.
    pub connection: Connection,
    /// Where.
    pub regions: RegionSelection,
    /// For how long.
    pub timeout: Duration,
}

/// What is wanted.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    /// How AWS is reached.
    pub reach: Reach,
    /// How members are wanted.
    pub settings: Settings,
    /// Only these accounts; all, where it is empty.
    pub only: Vec<AccountId>,
    /// Not these accounts.
    pub except: Vec<AccountId>,
    /// What is worth knowing about the settings.
    pub notes: Vec<String>,
}

impl Reach {
    /// What flags and settings file mean.
    ///
    /// # Errors
    ///
    /// When they contradict themselves.
    pub(crate) fn of(args: ReachArgs, file: &SettingsFile) -> Result<Self> {
        let names = listed(args.regions).or_else(|| file.regions.clone());
        let exclude = listed(args.exclude_region).or_else(|| file.exclude_region.clone());
        let concurrency = args.max_concurrency.or(file.max_concurrency);
        let timeout = args.timeout.or(file.timeout);
        Ok(Self {
            connection: Connection {
                profile: args.profile.or_else(|| file.profile.clone()),
                admin_account: args.admin_account.or(file.admin_account),
                admin_role: role("admin-role", args.admin_role, file.admin_role.as_ref())?,
                role_name: default_role()?,
                external_id: None,
                max_concurrency: concurrency.map_or(MAX_CONCURRENCY, Into::into).into(),
                endpoint: None,
            },
            regions: RegionSelection {
                names: names.map_or(Ok(None), explicit)?,
                exclude: typed(exclude.unwrap_or_default()),
            },
            timeout: timeout.map_or(TIMEOUT, |timeout| timeout.0),
        })
    }
}

impl Wanted {
    /// What flags and settings file mean.
    ///
    /// # Errors
    ///
    /// When they contradict themselves.
    pub(crate) fn of(args: FleetArgs, file: &SettingsFile) -> Result<Self> {
        let mut reach = Reach::of(args.reach, file)?;
        if let Some(name) = role("role-name", args.role_name, file.role_name.as_ref())? {
            reach.connection.role_name = name;
        }
        let external_id = args.external_id.or_else(|| file.external_id.clone());
        reach.connection.external_id = external_id.map(|id| id.0);
        let tags = listed(args.tags).unwrap_or_else(|| file.tags.clone());
        let expected = listed(args.expected).or_else(|| file.expected.clone());
        let message = args.message.or_else(|| file.message.clone());
        let settings = Settings {
            send_email: args.send_email.or(file.send_email).unwrap_or(false),
            message: message.map(|message| message.0),
            tags: values::tags(tags).map_err(|error| anyhow!("--tags: {error}"))?,
            expected: expected
                .into_iter()
                .flatten()
                .map(|pair| (pair.0, pair.1))
                .collect(),
        };
        Ok(Self {
            notes: notes(&settings),
            reach,
            settings,
            only: listed(args.account).unwrap_or_default(),
            except: listed(args.not_account).unwrap_or_default(),
        })
    }
}

fn notes(settings: &Settings) -> Vec<String> {
    let idle = settings.message.is_some() && !settings.send_email;
    let note = "the message is not used: AWS's mail is off (--send-email)".to_owned();
    idle.then_some(note).into_iter().collect()
}

/// A flag that was repeated, as one list; none where it was not given.
fn listed<T>(lists: Vec<List<T>>) -> Option<Vec<T>> {
    let given = !lists.is_empty();
    given.then(|| lists.into_iter().flat_map(|list| list.0).collect())
}

fn typed(names: Vec<RegionName>) -> Vec<String> {
    names.into_iter().map(|name| name.0).collect()
}

/// The Regions that are named one by one; none for all of them.
fn explicit(names: Vec<RegionName>) -> Result<Option<Vec<String>>> {
    let names = typed(names);
    match names.iter().filter(|name| *name == "all").count() {
        0 if names.is_empty() => bail!("regions: nothing is named"),
        0 => Ok(Some(names)),
        all if all == names.len() => Ok(None),
        _ => bail!("--regions: `all` and names of Regions exclude each other"),
    }
}

fn role(flag: &str, typed: Option<String>, filed: Option<&String>) -> Result<Option<RoleName>> {
    typed
        .or_else(|| filed.cloned())
        .map(|name| {
            name.parse()
                .map_err(|error| anyhow!("--{flag} {name:?}: {error}"))
        })
        .transpose()
}

/// # Errors
///
/// Never: the name is a good one.
fn default_role() -> Result<RoleName> {
    ROLE_NAME
        .parse()
        .map_err(|error| anyhow!("{ROLE_NAME}: {error}"))
}
