//! What of a command line was typed, and is not of the environment.

use std::ffi::OsString;

use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, CommandFactory};
use fleet::command_line::Flags;

use super::Cli;

/// The same error without what variables say: nobody has typed that, and the line of usage would name it.
pub(super) fn as_typed(error: clap::Error, words: &[impl Into<OsString> + Clone]) -> clap::Error {
    let alone = without_variables(Cli::command()).try_get_matches_from(words.iter().cloned());
    match alone {
        Err(alone) if alone.kind() == error.kind() => alone,
        // It is a variable that is wrong.
        _ => error,
    }
}

fn without_variables(command: clap::Command) -> clap::Command {
    command
        .mut_args(|it| it.env(None::<&str>))
        .mut_subcommands(without_variables)
}

/// The flags of a command and of those below it.
pub(super) fn add_all(command: &clap::Command, matches: &ArgMatches, typed: &mut Flags) {
    let own = command.get_arguments().filter(|it| !it.is_global_set());
    own.for_each(|it| add(it, matches, typed));
    if let Some((name, matches)) = matches.subcommand()
        && let Some(command) = command.find_subcommand(name)
    {
        add_all(command, matches, typed);
    }
}

/// A flag, as often as it was typed.
pub(super) fn add(arg: &Arg, matches: &ArgMatches, typed: &mut Flags) {
    let id = arg.get_id().as_str();
    let (Some(name), Some(ValueSource::CommandLine)) = (arg.get_long(), matches.value_source(id))
    else {
        return;
    };
    if !arg.get_action().takes_values() {
        typed.add(name, None);
        return;
    }
    for value in matches.get_raw(id).into_iter().flatten() {
        typed.add(name, Some(&value.to_string_lossy()));
    }
}

#[cfg(test)]
mod tests {
    use fleet::command_line::Taker;
    use pretty_assertions::assert_eq;

    use super::*;

    /// What a command to be copied does without: consent, what one run writes or shows, its pace, and secrets.
    const OF_ONE_RUN: [&str; 24] = [
        "yes",
        "plan",
        "max-removals",
        "report",
        "language",
        "journal",
        "timeout",
        "patience",
        "max-concurrency",
        "mfa-code",
        "dry-run",
        "at-a-time",
        "failure-tolerance",
        "retain-stacks",
        "detailed-exitcode",
        "out",
        "plan-expires",
        "show",
        "prune",
        "retry-failed",
        "disable",
        "delete-graphs",
        "confirm",
        "help",
    ];

    #[test]
    fn a_flag_is_taken_again_by_commands_that_have_it_or_is_decided_about() {
        for (path, taker) in [
            (vec!["plan"], Taker::Plan),
            (vec!["enable"], Taker::Enable),
            (vec!["enable"], Taker::EnablePlan),
            (vec!["disable"], Taker::Caller),
            (vec!["roles", "deploy"], Taker::Roles),
            (vec!["roles", "remove"], Taker::Roles),
            (vec!["aws", "status"], Taker::Caller),
        ] {
            let root = Cli::command();
            let command = path
                .iter()
                .fold(&root, |it, name| it.find_subcommand(name).unwrap());
            let flags = command.get_arguments().filter_map(Arg::get_long);
            let flags: Vec<_> = flags.chain(["config"]).collect();
            if !matches!(taker, Taker::EnablePlan | Taker::Caller) {
                let undecided = |it: &&&str| !taker.takes(it) && !OF_ONE_RUN.contains(it);
                assert_eq!(flags.iter().find(undecided), None, "{path:?}");
            }
            let unknown = Taker::flags().filter(|it| taker.takes(it) && !flags.contains(it));
            assert_eq!(unknown.collect::<Vec<_>>(), [""; 0], "{path:?}");
        }
    }

    #[test]
    fn flags_are_kept_as_they_were_typed_and_variables_are_not() {
        let words = "detective-fleet --config f.toml status a.csv --regions x-1 --region y-1 --only failed --admin-role R";
        let words: Vec<_> = words.split(' ').collect();
        let mut typed = Flags::default();
        let all = [
            ("config", "f.toml"),
            ("admin-role", "R"),
            ("regions", "x-1"),
            ("regions", "y-1"),
        ];
        all.iter()
            .for_each(|(name, value)| typed.add(name, Some(value)));
        assert_eq!(Cli::read(&words).unwrap().typed, typed);
    }
}
