//! What stands below the options in every command's help: two examples, and the exit statuses that the
//! command can have.

/// The text below the options of a command: examples, and the exit statuses besides 0.
macro_rules! help {
    ($($example:literal),+; $fine:literal; $($status:literal),*) => {
        concat!(
            "Examples:\n",
            $("    ", $example, "\n",)+
            "\nExit status:\n",
            "    0    ", $fine, "\n",
            $("    ", $status, "\n",)*
            "    130  the command was interrupted",
        )
    };
}

pub(super) const PLAN: &str = help!(
    "detective-fleet plan accounts.csv",
    "detective-fleet plan accounts.csv --output markdown > plan.md";
    "the plan was made, with or without changes (with --detailed-exitcode: nothing would change)";
    "1    the plan could not be made (with --detailed-exitcode: or something needs action)",
    "2    with --detailed-exitcode: something would change",
    "3    a membership, a Region, or a line of the list needs action"
);

pub(super) const ENABLE: &str = help!(
    "detective-fleet enable accounts.csv",
    "detective-fleet enable accounts.csv --yes --admin-account 555555555555 --report run.html";
    "every account is as the list wants";
    "1    the run could not be done, and nothing was changed",
    "3    the run was done, and something needs action: each thing is named",
    "4    nothing needs action, but AWS is not finished: run the command again"
);

pub(super) const DISABLE: &str = help!(
    "detective-fleet disable leavers.csv",
    "detective-fleet disable --delete-graphs --regions eu-west-1";
    "every account of the list is removed";
    "1    the run could not be done, and nothing was changed",
    "3    the run was done, and something needs action: each thing is named",
    "4    nothing needs action, but AWS is not finished: run the command again"
);

pub(super) const STATUS: &str = help!(
    "detective-fleet status accounts.csv",
    "detective-fleet status accounts.csv --only failed,absent --output csv";
    "with a list: everything is as it wants; without one: every Region could be read";
    "1    nothing could be found out",
    "3    something needs action, or a Region could not be read; without a list: or a Region has\n         no behavior graph, and others have one",
    "4    with a list: nothing needs action, and something waits: run `enable` to go on"
);

pub(super) const CHECK: &str = help!(
    "detective-fleet check accounts.csv",
    "detective-fleet check accounts.csv --guardduty --report check.html";
    "nothing was found that `enable` would fail with";
    "1    the check could not be done",
    "3    something would fail, or could not be found out: each thing is named"
);

pub(super) const COST: &str = help!(
    "detective-fleet cost",
    "detective-fleet cost accounts.csv --fail-over 5000";
    "the cost was calculated, and is not more than --fail-over";
    "1    the cost could not be calculated",
    "3    it is more than --fail-over, or a Region could not be read"
);

pub(super) const HISTORY: &str = help!(
    "detective-fleet history reports/ changes.jsonl",
    "detective-fleet history reports/ --account 111122223333 --output csv";
    "everything could be read";
    "1    nothing could be told",
    "3    something could not be read: each is named"
);

pub(super) const ADOPT: &str = help!(
    "detective-fleet adopt accounts.csv",
    "detective-fleet adopt --regions us-east-1 > accounts.csv";
    "the list is complete";
    "1    the list could not be written",
    "3    a Region could not be read, or AWS has no e-mail of a member: each is named"
);

pub(super) const INIT: &str = help!(
    "detective-fleet init",
    "detective-fleet init --list accounts.csv --via OrganizationAccountAccessRole --regions all";
    "the settings file is written, and the check found no problem";
    "1    nothing was written",
    "3    the settings file is written, and something needs action"
);

pub(super) const ROLES: &str = help!(
    "detective-fleet roles deploy accounts.csv --via OrganizationAccountAccessRole",
    "detective-fleet roles status accounts.csv";
    "every account is as the list wants";
    "1    the command could not be done, and nothing was changed",
    "3    the command was done, and something needs action: each thing is named",
    "4    nothing needs action, but CloudFormation is not finished: run the command again"
);

pub(super) const ROLES_DEPLOY: &str = help!(
    "detective-fleet roles deploy accounts.csv --via OrganizationAccountAccessRole",
    "detective-fleet roles deploy accounts.csv --dry-run";
    "every account of the list has the role (with --dry-run: what would be done was shown)";
    "1    the command could not be done, and nothing was changed",
    "3    the command was done, and something needs action: each thing is named",
    "4    nothing needs action, but CloudFormation is not finished: run the command again"
);

pub(super) const ROLES_STATUS: &str = help!(
    "detective-fleet roles status accounts.csv",
    "detective-fleet roles status accounts.csv --output json";
    "the role is current in every account of the list, and can be assumed";
    "1    nothing could be found out",
    "3    something needs action: each thing is named",
    "4    nothing needs action, but CloudFormation is not finished: look again"
);

pub(super) const ROLES_REMOVE: &str = help!(
    "detective-fleet roles remove leavers.csv",
    "detective-fleet roles remove closed.csv --retain-stacks";
    "no account of the list has the role (with --dry-run: what would be done was shown)";
    "1    the command could not be done, and nothing was changed",
    "3    the command was done, and something needs action: each thing is named",
    "4    nothing needs action, but CloudFormation is not finished: run the command again"
);

pub(super) const AWS: &str = help!(
    "detective-fleet aws deploy --function detective-fleet-function-VERSION-x86_64.zip",
    "detective-fleet aws status";
    "the stack is as wanted";
    "1    the command could not be done, and the stack was not changed",
    "3    the command was done, and something needs action: each thing is named",
    "4    nothing needs action, but CloudFormation is not finished: run the command again"
);

pub(super) const AWS_DEPLOY: &str = help!(
    "detective-fleet aws deploy --function detective-fleet-function-VERSION-x86_64.zip",
    "detective-fleet aws deploy --parameter NotificationEmail=you@example.com --dry-run";
    "the stack is as wanted (with --dry-run: what would be done was shown)";
    "1    the command could not be done, and the stack was not changed",
    "3    the deployment failed, or something needs action: each thing is named",
    "4    nothing needs action, but CloudFormation is not finished: run the command again"
);

pub(super) const AWS_STATUS: &str = help!(
    "detective-fleet aws status",
    "detective-fleet aws status --home-region eu-central-1 --output json";
    "the stack stands, and nothing needs action";
    "1    nothing could be found out",
    "3    something needs action, or could not be found out: each thing is named",
    "4    nothing needs action, but a run or CloudFormation is not finished: look again"
);

pub(super) const AWS_REMOVE: &str = help!(
    "detective-fleet aws remove",
    "detective-fleet aws remove --yes --admin-account 555555555555 --confirm detective-fleet";
    "there is no stack any more (with --dry-run: what would be done was shown)";
    "1    the command could not be done, and nothing was changed",
    "3    something could not be removed: each thing is named",
    "4    nothing needs action, but CloudFormation is not finished: run the command again"
);

pub(super) const VALIDATE: &str = help!(
    "detective-fleet validate accounts.csv",
    "detective-fleet validate accounts.csv --admin-account 555555555555";
    "every line can be used";
    "1    the file cannot be used",
    "3    a line cannot be used: each is named, with what to do"
);

pub(super) const REHEARSE: &str = help!(
    "detective-fleet rehearse",
    "detective-fleet rehearse accounts.csv --report rehearsal.html";
    "every account is as the list wants";
    "1    the rehearsal could not be done",
    "3    something needs action, as the scenario wants it",
    "4    nothing needs action, but the emulated AWS is not finished"
);

pub(super) const SANDBOX: &str = help!(
    "detective-fleet sandbox --accounts 5 --write-roster accounts.csv",
    "detective-fleet sandbox --scenario troubled.toml --port 4566";
    "it served until it was stopped";
    "1    it could not be started"
);

pub(super) const CONFORMANCE: &str = help!(
    "detective-fleet conformance --admin-profile security --member-profile member --region eu-north-1",
    "detective-fleet conformance --admin-profile security --region eu-north-1 --clean-up";
    "everything was asked, and nothing is left behind";
    "1    nothing could be asked, and nothing was changed",
    "3    an answer that nobody expected, a difference to --against, or something is left behind"
);

pub(super) const COMPLETIONS: &str = help!(
    "detective-fleet completions bash > ~/.local/share/bash-completion/completions/detective-fleet",
    "detective-fleet completions zsh > ~/.zfunc/_detective-fleet";
    "the script was printed";
    "1    the script could not be printed"
);

pub(super) const MAN: &str = help!(
    "detective-fleet man ~/.local/share/man/man1",
    "detective-fleet man man && man ./man/detective-fleet.1";
    "the pages were written";
    "1    the pages could not be written"
);

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use crate::args::Cli;

    fn helps(command: &mut clap::Command, name: &str, all: &mut Vec<(String, String)>) {
        all.push((name.to_owned(), command.render_help().to_string()));
        for below in command.get_subcommands_mut() {
            if !below.is_hide_set() {
                let name = format!("{name} {}", below.get_name());
                helps(below, &name, all);
            }
        }
    }

    #[test]
    fn every_command_has_its_exit_statuses_and_two_examples_in_its_help() {
        let mut all = Vec::new();
        helps(&mut Cli::command(), "detective-fleet", &mut all);
        for (name, help) in &all[1..] {
            let is_example = |line: &&str| {
                let line = line.trim();
                line == name || line.starts_with(&format!("{name} "))
            };
            assert!(help.lines().filter(is_example).count() >= 2, "{help}");
            for status in ["0", "1", "130"] {
                let line = format!("\n    {status:<3}  ");
                assert!(help.contains(&line), "{name}: {status}\n{help}");
            }
        }
        assert!(all[0].1.contains("Exit status:"));
    }
}
