//! Options of AWS's sample scripts, `enableDetective.py` and `disableDetective.py` 1.1.0: whoever types
//! one is told what it is called here. `docs/from-aws-scripts.md` has the whole story.

use std::ffi::OsString;

use crate::habits;

/// Each of their options, and what to do instead. All but `--tags`, which is ours as well, have an
/// underscore, which no option of ours has.
const OPTIONS: [(&str, &str); 8] = [
    ("--admin_account", "say --admin-account ID"),
    (
        "--assume_role",
        "say --role-name NAME for the role in the members (and --admin-role NAME for one in the administrator, where you are not there already)",
    ),
    (
        "--input_file",
        "name the file alone: detective-fleet enable accounts.csv",
    ),
    ("--enabled_regions", "say --regions NAMES"),
    ("--disabled_regions", "say --regions NAMES"),
    (
        "--disable_email",
        "leave it out: AWS's mail is off, and --send-email switches it on",
    ),
    ("--skip_prompt", "say --yes, with --admin-account ID"),
    (
        "--delete_graph",
        "say detective-fleet disable --delete-graphs, which asks for the administrator's id (or takes --confirm ID)",
    ),
];

/// What is said about the first of their options, if there is one.
pub(crate) fn hint(typed: &[OsString]) -> Option<String> {
    habits::words(typed).find_map(|word| {
        let name = word.split('=').next().unwrap_or(word);
        let (name, instead) = OPTIONS.iter().find(|(option, _)| *option == name)?;
        Some(format!(
            "{name} is an option of AWS's scripts; here, {instead} (docs/from-aws-scripts.md)"
        ))
    })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::args::Cli;

    fn said(line: &str) -> Option<String> {
        let words: Vec<_> = line.split(' ').map(OsString::from).collect();
        hint(&words)
    }

    #[test]
    fn an_option_of_theirs_is_told_by_the_name_of_ours() {
        for (option, instead) in OPTIONS {
            for line in [
                format!("detective-fleet {option} x"),
                format!("detective-fleet enable a.csv {option}=x"),
            ] {
                let hint = said(&line).unwrap();
                assert!(hint.contains(option) && hint.contains(instead), "{hint}");
            }
        }
        assert_eq!(said("detective-fleet enable a.csv --yes"), None);
        assert_eq!(said("detective-fleet enable -- --skip_prompt"), None);
    }

    #[test]
    fn every_option_that_is_named_instead_is_one_of_ours() {
        let command = Cli::command();
        let ours: Vec<_> = command
            .get_subcommands()
            .flat_map(clap::Command::get_arguments)
            .filter_map(clap::Arg::get_long)
            .collect();
        for (_, instead) in OPTIONS {
            let words = instead
                .split_whitespace()
                .map(|word| word.trim_matches(['(', ',', ')']));
            for word in words.filter_map(|word| word.strip_prefix("--")) {
                assert!(ours.contains(&word), "{word}");
            }
        }
    }
}
