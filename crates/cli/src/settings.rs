//! What was typed, set and filed, made into what it means: flags before `DETECTIVE_FLEET_*`
//! variables (clap puts those two together) before `detective-fleet.toml` before defaults.

#[cfg(feature = "deploy")]
pub(crate) mod aws;
pub(crate) mod environment;
mod file;
pub(crate) mod given;
#[cfg(feature = "stacksets")]
pub(crate) mod rollout;
#[cfg(any(feature = "deploy", feature = "stacksets"))]
mod stack;
mod trust;

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, anyhow, bail};
use engine::{Access, Connection, HAS_GUARDDUTY, RegionSelection};
use fleet::command_line::Flags;
use fleet::desired::{Others, Purpose, Settings};
use fleet::expected::Exception;
use fleet::label::Who;
use fleet::partial_settings::{BadSetting, PartialSettings};
use fleet::values::List;

use crate::args::{CallerArgs, FleetArgs, ReachArgs, SelectArgs};
use crate::display::Output;
use crate::mfa::{Mfa, MfaCode};

pub(crate) use file::SettingsFile;

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
    /// What a command to be copied needs again.
    pub typed: Flags,
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
    pub(crate) fn of(args: &ReachArgs, file: &SettingsFile) -> Result<Self> {
        let set = PartialSettings {
            // Nothing is done in members.
            role_name: None,
            external_id: None,
            ..args.settings().or(&file.settings)
        };
        Self::by(&set, &args.caller, file)
    }

    fn by(set: &PartialSettings, caller: &CallerArgs, file: &SettingsFile) -> Result<Self> {
        let by_file = file.settings.admin_account.is_some() && !file.was_found;
        Ok(Self {
            connection: Connection::of(set).map_err(|error| bad(&error))?,
            regions: RegionSelection::of(set).map_err(|error| bad(&error))?,
            timeout: set.timeout(),
            mfa_code: caller.mfa_code.clone(),
            patience: set.patience(),
            names_administrator: caller.admin_account.is_some() || by_file,
            typed: file.typed.clone(),
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
    pub(crate) fn of(args: &FleetArgs, file: &SettingsFile) -> Result<Self> {
        let set = args.settings().or(&file.settings);
        let settings = Settings {
            others: if args.prune {
                Others::Remove
            } else {
                Others::Leave
            },
            retry_failed: args.retry_failed,
            ..set.wanted().map_err(|error| bad(&error))?
        };
        Ok(Self {
            notes: notes(&settings),
            reach: Reach::by(&set, &args.reach.caller, file)?,
            settings,
            expected: set.expected.unwrap_or_default(),
            only: List::joined(&args.select.account).unwrap_or_default(),
            except: List::joined(&args.select.not_account).unwrap_or_default(),
        })
    }

    /// What flags and settings file mean for accounts that are to leave, or, without a file of
    /// them, for everybody. Who is expected to stay out is not spared: it should be gone anyway.
    ///
    /// # Errors
    ///
    /// When they contradict themselves.
    pub(crate) fn leaving(
        reach: &ReachArgs,
        select: &SelectArgs,
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
            only: List::joined(&select.account).unwrap_or_default(),
            except: List::joined(&select.not_account).unwrap_or_default(),
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

/// What is known to stay out.
pub(crate) fn expected(typed: &[List<Exception>], file: &SettingsFile) -> Vec<Exception> {
    let expected = List::joined(typed).or_else(|| file.settings.expected.clone());
    expected.unwrap_or_default()
}

/// A setting that cannot be used, by the name of its flag.
fn bad(setting: &BadSetting) -> anyhow::Error {
    let BadSetting { name, value, why } = setting;
    match value {
        Some(value) => anyhow!("--{name} {value:?}: {why}"),
        None => anyhow!("--{name}: {why}"),
    }
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};
    use engine::MEMBER_ROLE;
    use pretty_assertions::assert_eq;

    use super::*;
    use crate::args::{Cli, Command};

    fn wanted(flags: &str, file: &str) -> Result<Wanted> {
        let words = "detective-fleet plan accounts.csv".split(' ');
        let cli = Cli::try_parse_from(words.chain(flags.split_whitespace()))?;
        let Command::Plan(args) = cli.command else {
            bail!("another command")
        };
        let file = SettingsFile {
            settings: toml::from_str(file)?,
            was_found: false,
            ..SettingsFile::default()
        };
        Wanted::of(&args.fleet, &file)
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
    fn the_help_names_the_defaults_that_count() {
        let command = Cli::command();
        let plan = command.find_subcommand("plan").unwrap();
        let help = |name: &str| {
            let mut arguments = plan.get_arguments();
            let argument = arguments.find(|it| it.get_long() == Some(name)).unwrap();
            argument.get_help().unwrap().to_string()
        };
        let none = PartialSettings::default();
        for (name, default) in [
            ("timeout", format!("{}m", none.timeout().as_secs() / 60)),
            ("patience", format!("{}s", none.patience().as_secs())),
            ("max-concurrency", none.max_concurrency().to_string()),
            ("role-name", MEMBER_ROLE.to_owned()),
        ] {
            let help = help(name);
            assert!(help.contains(&format!("[default: {default}]")), "{help}");
        }
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
