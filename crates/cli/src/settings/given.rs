//! Settings beside a saved plan: what is saved of them, what is given now, and what is taken from a plan.

use std::collections::BTreeSet;
use std::str::FromStr;

use anyhow::{Result, anyhow, bail};
use engine::RoleName;
use fleet::desired::{Others, Purpose};
use fleet::expected::Exception;
use fleet::label::Who;
use fleet::partial_settings::PartialSettings;
use fleet::saved::{Given, Goal, SavedSettings};
use fleet::values::{self, List, Message, RegionName};

use super::{SettingsFile, Wanted};
use crate::args::{FleetArgs, ReachArgs, SelectArgs};

/// What is saved with a plan.
///
/// # Errors
///
/// When a setting has an e-mail address in it: a saved plan is shown to many.
pub(crate) fn to_save(wanted: &Wanted) -> Result<SavedSettings> {
    let settings = &wanted.settings;
    let goal = match settings.purpose {
        Purpose::Enable => Goal::Enable,
        Purpose::Disable => Goal::Disable,
        Purpose::DeleteGraphs => Goal::DeleteGraphs,
    };
    let all = || ["all".to_owned()].into();
    let regions = wanted.reach.regions.names.as_ref();
    let saved = SavedSettings {
        goal,
        regions: regions.map_or_else(all, |names| names.iter().cloned().collect()),
        exclude_region: wanted.reach.regions.exclude.iter().cloned().collect(),
        account: accounts(&wanted.only),
        not_account: accounts(&wanted.except),
        expected: exceptions(&wanted.expected),
        role_name: wanted.reach.connection.role_name.as_str().to_owned(),
        prune: goal == Goal::Enable && settings.others != Others::Leave,
        retry_failed: settings.retry_failed,
        tags: settings.tags.clone(),
        packages: settings.packages.clone(),
        send_email: settings.send_email,
        message: settings.message.clone(),
    };
    match saved.with_email() {
        Some(setting) => bail!(
            "--{setting} has an e-mail address in it, and a saved plan holds none: leave the address out, or run without --out"
        ),
        None => Ok(saved),
    }
}

/// What flags, variables and the settings file say of what `enable` is to do.
///
/// # Errors
///
/// When they contradict themselves.
pub(crate) fn for_enable(args: &FleetArgs, file: &SettingsFile) -> Result<Given> {
    let set = args.settings().or(&file.settings);
    let tags = set.tags.clone().map(values::tags).transpose();
    let packages = set.packages.as_ref();
    let role_name = set.role_name.as_deref();
    Ok(Given {
        goal: Some(Goal::Enable),
        expected: set.expected.as_deref().map(exceptions),
        role_name: role_name.map(as_it_counts).transpose()?,
        prune: args.prune.then_some(true),
        retry_failed: args.retry_failed.then_some(true),
        tags: tags.map_err(|error| anyhow!("--tags: {error}"))?,
        packages: packages.map(|all| all.iter().map(|it| it.0.to_owned()).collect()),
        send_email: set.send_email,
        message: set.message.as_ref().map(|it| it.0.clone()),
        ..in_reach(&set, &args.select)
    })
}

/// What flags, variables and the settings file say of what `disable` is to do.
pub(crate) fn for_disable(
    reach: &ReachArgs,
    select: &SelectArgs,
    file: &SettingsFile,
    delete_graphs: bool,
) -> Given {
    Given {
        goal: Some(match delete_graphs {
            true => Goal::DeleteGraphs,
            false => Goal::Disable,
        }),
        ..in_reach(&reach.settings().or(&file.settings), select)
    }
}

fn in_reach(set: &PartialSettings, select: &SelectArgs) -> Given {
    let regions = |names: &Vec<RegionName>| names.iter().map(|it| it.0.clone()).collect();
    Given {
        administrator: set.admin_account,
        regions: set.regions.as_ref().map(regions),
        exclude_region: set.exclude_region.as_ref().map(regions),
        account: List::joined(&select.account).map(|all| accounts(&all)),
        not_account: List::joined(&select.not_account).map(|all| accounts(&all)),
        ..Given::default()
    }
}

/// Takes the settings of a plan, which what was given does not differ from.
///
/// # Errors
///
/// When the plan has a setting that is none.
pub(crate) fn take(args: &mut FleetArgs, settings: &SavedSettings) -> Result<()> {
    // A flag that is new has to be decided about here: is it a setting of a plan, or a way to reach AWS?
    let FleetArgs {
        reach: _,
        external_id: _,
        role_name,
        select,
        expected,
        prune,
        retry_failed,
        tags: all_tags,
        packages,
        send_email,
        message: text,
    } = args;
    take_selection(select, settings)?;
    *expected = one(&settings.expected)?;
    *role_name = Some(settings.role_name.clone());
    *prune = settings.prune;
    *retry_failed = settings.retry_failed;
    let tags = settings.tags.iter();
    let tags = tags.map(|(key, value)| values::Tag::new(key, value));
    let tags: Vec<_> = tags.collect::<Result<_, _>>().map_err(odd)?;
    *all_tags = (!tags.is_empty())
        .then_some(List(tags))
        .into_iter()
        .collect();
    *packages = one(&settings.packages)?;
    *send_email = Some(settings.send_email);
    let message = settings.message.as_deref();
    let message = message.map(Message::from_str).transpose();
    *text = message.map_err(odd)?;
    Ok(())
}

/// Takes the accounts that a plan selects.
///
/// # Errors
///
/// As [`take`].
pub(crate) fn take_selection(select: &mut SelectArgs, settings: &SavedSettings) -> Result<()> {
    select.account = one(&settings.account)?;
    select.not_account = one(&settings.not_account)?;
    Ok(())
}

/// Names as a flag has them that is given once, or not at all.
fn one<T: FromStr<Err: std::fmt::Display>>(names: &BTreeSet<String>) -> Result<Vec<List<T>>> {
    let values = names.iter().map(|name| name.parse().map_err(odd));
    let values: Vec<_> = values.collect::<Result<_>>()?;
    Ok((!values.is_empty())
        .then_some(List(values))
        .into_iter()
        .collect())
}

/// A value that `plan` would not have saved.
fn odd(error: impl std::fmt::Display) -> anyhow::Error {
    anyhow!("the saved plan has a setting that is none: {error}")
}

fn accounts(all: &[Who]) -> BTreeSet<String> {
    all.iter().map(|who| who.as_str().to_owned()).collect()
}

fn exceptions(all: &[Exception]) -> BTreeSet<String> {
    all.iter().map(Exception::in_full).collect()
}

/// A role by the name that it has however it is typed.
fn as_it_counts(name: &str) -> Result<String> {
    let role: RoleName = name
        .parse()
        .map_err(|error| anyhow!("--role-name {name:?}: {error}"))?;
    Ok(role.as_str().to_owned())
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use pretty_assertions::assert_eq;

    use super::*;
    use crate::args::{Cli, Command};

    fn args(flags: &str) -> FleetArgs {
        let words = "detective-fleet plan accounts.csv".split(' ');
        let cli = Cli::try_parse_from(words.chain(flags.split_whitespace())).unwrap();
        match cli.command {
            Command::Plan(args) => args.fleet,
            _ => panic!("another command"),
        }
    }

    const ALL: &str = "--regions us-east-1,eu-west-1 --exclude-region eu-west-1 --account a*,111122223333 --not-account b --expected 111122223333/us-east-1@2099-01-31 --role-name path/Role --retry-failed --tags team=x,cost= --packages EKS_AUDIT --send-email --message hello";

    fn saved(flags: &str) -> SavedSettings {
        to_save(&Wanted::of(&args(flags), &SettingsFile::default()).unwrap()).unwrap()
    }

    #[test]
    fn what_is_saved_is_what_was_given() {
        let given = for_enable(&args(ALL), &SettingsFile::default()).unwrap();
        let saved = saved(ALL);
        let expected = Given {
            administrator: None,
            goal: Some(saved.goal),
            regions: Some(saved.regions.clone()),
            exclude_region: Some(saved.exclude_region.clone()),
            account: Some(saved.account.clone()),
            not_account: Some(saved.not_account.clone()),
            expected: Some(saved.expected.clone()),
            role_name: Some(saved.role_name.clone()),
            prune: None,
            retry_failed: Some(true),
            tags: Some(saved.tags.clone()),
            packages: Some(saved.packages.clone()),
            send_email: Some(true),
            message: saved.message,
        };
        assert_eq!(given, expected);
    }

    #[test]
    fn what_is_taken_from_a_plan_is_what_was_saved() {
        for flags in ["", "--prune --tags a=b", ALL] {
            let saved = saved(flags);
            let mut taken = args("");
            take(&mut taken, &saved).unwrap();
            // Regions are taken as they were found, and not as they were named.
            taken.reach = args(flags).reach;
            let wanted = Wanted::of(&taken, &SettingsFile::default()).unwrap();
            assert_eq!(to_save(&wanted).unwrap(), saved, "{flags}");
        }
    }

    #[test]
    fn nothing_is_given_where_nothing_is_typed_and_the_settings_file_counts() {
        let nothing = Given {
            goal: Some(Goal::Enable),
            ..Given::default()
        };
        let file = SettingsFile::default();
        assert_eq!(for_enable(&args(""), &file).unwrap(), nothing);
        let settings = toml::from_str("regions = \"all\"\nsend-email = false").unwrap();
        let file = SettingsFile {
            settings,
            was_found: false,
            ..SettingsFile::default()
        };
        let given = for_enable(&args(""), &file).unwrap();
        assert_eq!(given.regions, Some(["all".to_owned()].into()));
        assert_eq!(given.send_email, Some(false));
    }

    #[test]
    fn a_setting_with_an_email_is_not_saved() {
        for flags in ["--message ask-root@example.com", "--tags owner=team.root"] {
            let mut wanted = Wanted::of(&args(flags), &SettingsFile::default()).unwrap();
            if flags.contains("owner") {
                let value = "root@example.com".to_owned();
                wanted.settings.tags = [("owner".to_owned(), value)].into();
            }
            let error = to_save(&wanted).unwrap_err().to_string();
            assert!(error.contains("e-mail address"), "{error}");
        }
        let two_lines = "one\ntwo".to_owned();
        let mut wanted = Wanted::of(&args("--send-email"), &SettingsFile::default()).unwrap();
        wanted.settings.message = Some(two_lines);
        assert!(to_save(&wanted).is_ok());
    }
}
