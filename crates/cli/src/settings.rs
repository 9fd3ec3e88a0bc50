//! What was typed, set and filed, made into what it means: flags before `DETECTIVE_FLEET_*`
//! variables (clap puts those two together) before `detective-fleet.toml` before defaults.

pub(crate) mod environment;
mod file;
#[cfg(feature = "stacksets")]
pub(crate) mod rollout;
mod trust;

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, anyhow, bail};
use engine::{Access, Connection, HAS_GUARDDUTY, MEMBER_ROLE, RegionSelection, RoleName};
use fleet::desired::{Others, Purpose, Settings};
use fleet::expected::Exception;
use fleet::label::Who;
use fleet::patience;
use fleet::values::{self, List, RegionName};

use crate::args::{FleetArgs, ReachArgs, SelectArgs};
use crate::display::Output;
use crate::mfa::{Mfa, MfaCode};

pub(crate) use file::SettingsFile;

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
    /// The code of an MFA device, given beforehand.
    mfa_code: Option<MfaCode>,
    /// How long a refusal that may pass is asked again.
    pub patience: Duration,
    /// The administrator was named by whoever runs it: with a flag, a variable, or in a file that was named.
    pub names_administrator: bool,
}

/// What is left when members leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leave {
    /// Behavior graphs, and who else is in them.
    Graphs,
    /// Nothing. Where there is a file, it has to name everybody.
    Nothing { listed: bool },
}

/// What is wanted.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    /// How AWS is reached.
    pub reach: Reach,
    /// How members are wanted.
    pub settings: Settings,
    /// What is known to stay out.
    pub expected: Vec<Exception>,
    /// Only these accounts; all, where it is empty.
    pub only: Vec<Who>,
    /// Not these accounts.
    pub except: Vec<Who>,
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
        let patience = args.patience.or(file.patience);
        let by_file = file.admin_account.is_some() && !file.was_found;
        let names_administrator = args.caller.admin_account.is_some() || by_file;
        Ok(Self {
            connection: Connection {
                // An empty name, as of a variable that is not set, names none.
                profile: args
                    .caller
                    .profile
                    .or_else(|| file.profile.clone())
                    .filter(|name| !name.is_empty()),
                admin_account: args.caller.admin_account.or(file.admin_account),
                admin_role: role(
                    "admin-role",
                    args.caller.admin_role,
                    file.admin_role.as_ref(),
                )?,
                role_name: default_role()?,
                mfa: None,
                external_id: None,
                access: Access::Look,
                patience: patience.map_or(patience::DEFAULT, |patience| patience.0),
                run: None,
                max_concurrency: concurrency.map_or(MAX_CONCURRENCY, Into::into).into(),
                endpoint: None,
            },
            regions: RegionSelection {
                names: names.map_or(Ok(None), explicit)?,
                exclude: typed(exclude.unwrap_or_default()),
            },
            timeout: timeout.map_or(TIMEOUT, |timeout| timeout.0),
            mfa_code: args.caller.mfa_code,
            patience: patience.map_or(patience::DEFAULT, |patience| patience.0),
            names_administrator,
        })
    }

    /// The connection, where a code that is wanted can be asked for.
    pub(crate) fn connection(&self, run: &str, access: Access, output: Output) -> Connection {
        let codes = Mfa {
            given: self.mfa_code.clone(),
            output,
        };
        Connection {
            access,
            run: Some(run.to_owned()),
            mfa: Some(Arc::new(codes)),
            ..self.connection.clone()
        }
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
        let expected = expected(args.expected, file);
        let packages = listed(args.packages).or_else(|| file.packages.clone());
        let message = args.message.or_else(|| file.message.clone());
        let settings = Settings {
            others: if args.prune {
                Others::Remove
            } else {
                Others::Leave
            },
            retry_failed: args.retry_failed,
            packages: packages
                .into_iter()
                .flatten()
                .map(|package| package.0.to_owned())
                .collect(),
            send_email: args.send_email.or(file.send_email).unwrap_or(false),
            message: message.map(|message| message.0),
            tags: values::tags(tags).map_err(|error| anyhow!("--tags: {error}"))?,
            ..Settings::default()
        };
        Ok(Self {
            notes: notes(&settings),
            reach,
            settings,
            expected,
            only: listed(args.select.account).unwrap_or_default(),
            except: listed(args.select.not_account).unwrap_or_default(),
        })
    }

    /// What flags and settings file mean for accounts that are to leave, or, without a file of
    /// them, for everybody. Who is expected to stay out is not spared: it should be gone anyway.
    ///
    /// # Errors
    ///
    /// When they contradict themselves.
    pub(crate) fn leaving(
        reach: ReachArgs,
        select: SelectArgs,
        file: &SettingsFile,
        leave: Leave,
    ) -> Result<Self> {
        let (purpose, others) = match leave {
            Leave::Graphs => (Purpose::Disable, Others::Leave),
            Leave::Nothing { listed: true } => (Purpose::DeleteGraphs, Others::Leave),
            Leave::Nothing { listed: false } => (Purpose::DeleteGraphs, Others::Remove),
        };
        Ok(Self {
            reach: Reach::of(reach, file)?,
            settings: Settings {
                purpose,
                others,
                ..Settings::default()
            },
            expected: Vec::new(),
            only: listed(select.account).unwrap_or_default(),
            except: listed(select.not_account).unwrap_or_default(),
            notes: Vec::new(),
        })
    }
}

/// Whether GuardDuty is asked.
///
/// # Errors
///
/// When this build cannot.
pub(crate) fn guardduty(wanted: bool) -> Result<bool> {
    guardduty_of(wanted, HAS_GUARDDUTY)
}

fn guardduty_of(wanted: bool, is_built_in: bool) -> Result<bool> {
    if wanted && !is_built_in {
        bail!(
            "--guardduty: this build leaves GuardDuty's SDK out: build it without `--no-default-features`, or take a release"
        );
    }
    Ok(wanted)
}

fn notes(settings: &Settings) -> Vec<String> {
    let idle = settings.message.is_some() && !settings.send_email;
    let note = "the message is not used: AWS's mail is off (--send-email)".to_owned();
    idle.then_some(note).into_iter().collect()
}

/// A flag that was repeated, as one list; none where it was not given.
/// What is known to stay out.
pub(crate) fn expected(typed: Vec<List<Exception>>, file: &SettingsFile) -> Vec<Exception> {
    let expected = listed(typed).or_else(|| file.expected.clone());
    expected.unwrap_or_default()
}

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
    MEMBER_ROLE
        .parse()
        .map_err(|error| anyhow!("{MEMBER_ROLE}: {error}"))
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use pretty_assertions::assert_eq;

    use super::*;
    use crate::args::{Cli, Command};

    fn wanted(flags: &str, file: &str) -> Result<Wanted> {
        let words = "detective-fleet plan accounts.csv".split(' ');
        let cli = Cli::try_parse_from(words.chain(flags.split_whitespace()))?;
        let Command::Plan(args) = cli.command else {
            bail!("another command")
        };
        Wanted::of(args.fleet, &toml::from_str(file)?)
    }

    #[test]
    fn flags_go_before_the_file_and_the_file_before_defaults() {
        let file = "role-name = \"FromFile\"\ntimeout = \"20m\"\nsend-email = true";
        let wanted = wanted("--role-name FromFlag --send-email=false", file).unwrap();
        let connection = &wanted.reach.connection;
        assert_eq!(connection.role_name.as_str(), "FromFlag");
        assert_eq!(connection.max_concurrency, 256);
        assert_eq!(wanted.reach.timeout, Duration::from_secs(20 * 60));
        assert!(!wanted.settings.send_email);
    }

    #[test]
    fn a_list_of_flags_takes_the_place_of_the_file_as_a_whole() {
        let file = "regions = [\"us-east-1\"]\nexclude-region = \"us-west-2\"";
        let wanted = wanted("--regions eu-west-1,eu-west-2 --region eu-west-3", file).unwrap();
        let regions = wanted.reach.regions;
        let names = regions.names.unwrap();
        assert_eq!(names, ["eu-west-1", "eu-west-2", "eu-west-3"]);
        assert_eq!(regions.exclude, ["us-west-2"]);
    }

    #[test]
    fn all_regions_is_the_default_and_excludes_names() {
        for (flags, file) in [("", ""), ("--regions all", ""), ("", "regions = \"all\"")] {
            assert_eq!(wanted(flags, file).unwrap().reach.regions.names, None);
        }
        assert!(wanted("--regions all,us-east-1", "").is_err());
        assert!(wanted("", "regions = []").is_err());
    }

    #[test]
    fn what_is_expected_and_selected_is_kept_apart() {
        let file = "expected = [\"111122223333/eu-south-1\"]";
        let wanted = wanted("--account 111122223333 --not-account 222233334444", file).unwrap();
        assert_eq!(wanted.expected.len(), 1);
        assert_eq!((wanted.only.len(), wanted.except.len()), (1, 1));
    }

    #[test]
    fn guardduty_is_asked_by_builds_that_can() {
        for (wanted, built_in, asked) in [
            (true, true, Some(true)),
            (false, true, Some(false)),
            (false, false, Some(false)),
            (true, false, None),
        ] {
            assert_eq!(guardduty_of(wanted, built_in).ok(), asked);
        }
        let error = guardduty_of(true, false).unwrap_err().to_string();
        assert!(error.contains("--no-default-features"), "{error}");
    }

    #[test]
    fn a_role_is_a_name_and_a_message_needs_the_mail() {
        assert!(wanted("--role-name arn:aws:iam::111122223333:role/x", "").is_err());
        assert!(wanted("--admin-role a//b", "").is_err());
        assert_eq!(wanted("--message hello", "").unwrap().notes.len(), 1);
        assert!(
            wanted("--message hello --send-email", "")
                .unwrap()
                .notes
                .is_empty()
        );
    }
}
