//! `docs/cli.md`, made of clap's own definitions.

use std::fmt::Write;

use clap::CommandFactory;

use crate::args::Cli;

/// Says where the text comes from, so that nobody edits it by hand.
const HEAD: &str = "\
# The command line

<!-- Made by `cargo run -- manual > docs/cli.md`; a test compares the two. -->

Settings are taken from flags first, then from variables, then from `detective-fleet.toml` in the
current directory (or the file of `--config`), then from the defaults. The variable of a flag is
`DETECTIVE_FLEET_` and its name: `--role-name` is `DETECTIVE_FLEET_ROLE_NAME`. What belongs to one run
only has no variable: `--yes`, `--account`, `--not-account`, `--retry-failed`, `--report`, `--only`, `--watch`,
`--interval`, `--detailed-exitcode`, `--quiet`, `--verbose`, and whatever removes or confirms a removal. In
the settings file flags stand under their own names, those that describe the fleet, `journal`, and `language`:

```toml
admin-account = \"555555555555\"
role-name = \"detective-fleet/DetectiveFleetMember\"
regions = [\"us-east-1\", \"eu-central-1\"]   # or \"all\"
timeout = \"20m\"
expected = [\"111122223333/eu-south-1\"]     # known to stay out: not a failure
[tags]
team = \"security\"
```

A file that merely lies in the current directory may be anybody's, as in a repository: it is announced, and it cannot say `profile`,
`send-email = true`, `message`, `expected` or `journal`, nor stand in for `--admin-account` beside `--yes`. Name it with `--config` (or
`DETECTIVE_FLEET_CONFIG`) for that.

Credentials and endpoints are the AWS SDK's business: profiles, SSO, `AWS_ENDPOINT_URL`.
";

/// The manual.
pub(crate) fn markdown() -> String {
    let mut command = Cli::command().term_width(100);
    // Fills in what clap adds by itself, such as usage lines with the name of the program.
    command.build();
    let mut text = HEAD.to_owned();
    section(&mut text, &mut command, "detective-fleet");
    let names: Vec<_> = command
        .get_subcommands()
        .filter(|it| !it.is_hide_set())
        .map(|it| it.get_name().to_owned())
        .collect();
    for name in names {
        if let Some(command) = command.find_subcommand_mut(&name) {
            sections(&mut text, command, &format!("detective-fleet {name}"));
        }
    }
    text
}

/// A command, and those below it.
fn sections(text: &mut String, command: &mut clap::Command, name: &str) {
    section(text, command, name);
    for below in command.get_subcommands_mut() {
        let name = format!("{name} {}", below.get_name());
        sections(text, below, &name);
    }
}

fn section(text: &mut String, command: &mut clap::Command, name: &str) {
    let help = command.render_long_help().to_string();
    let lines: Vec<_> = help.lines().map(str::trim_end).collect();
    let _ = write!(
        text,
        "\n## {name}\n\n```text\n{}\n```\n",
        lines.join("\n").trim()
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checked_in_manual_is_up_to_date() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/cli.md");
        let checked_in = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            checked_in == markdown(),
            "docs/cli.md is out of date: cargo run -- manual > docs/cli.md"
        );
    }

    #[test]
    fn the_definitions_are_sound() {
        Cli::command().debug_assert();
    }
}
