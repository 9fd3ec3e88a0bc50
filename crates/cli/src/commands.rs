//! The commands, one module each.

mod adopt;
#[cfg_attr(not(feature = "deploy"), path = "commands/aws_left_out.rs")]
mod aws;
mod change;
mod check;
mod completions;
mod conformance;
mod cost;
mod deadline;
mod disable;
mod enable;
mod fleet_session;
mod history;
mod init;
mod man;
mod notice;
mod plan;
mod rehearse;
#[cfg_attr(not(feature = "stacksets"), path = "commands/roles_left_out.rs")]
mod roles;
mod sandbox;
mod saved;
#[cfg(any(feature = "deploy", feature = "stacksets"))]
mod stack_session;
mod status;
mod validate;

use anyhow::{Context, Result, bail};

use crate::args::{Cli, Command, Format};
use crate::display::Output;
use crate::exit::Exit;
use crate::manual;
use crate::settings::{SettingsFile, environment};

/// A command whose own `status` is not the one that has more formats.
fn named(command: &Command) -> &'static str {
    match command {
        Command::Aws(_) => "`aws`",
        Command::Roles(_) => "`roles`",
        _ => "this command",
    }
}

/// Why the command takes nothing from a settings file, where it does not, and what to do.
fn goes_without_settings(command: &Command) -> Option<&'static str> {
    match command {
        Command::Rehearse(_) => Some(
            "`rehearse` plays in a world of its own, and takes nothing from a settings file: leave it out (--scenario describes a world), or see with `plan` what would be done with these settings",
        ),
        Command::Sandbox(_) => Some(
            "`sandbox` takes nothing from a settings file: leave it out; --scenario describes a world",
        ),
        Command::Init(_) => Some(
            "`init` writes a settings file, and reads none: name the one that is to be written with --write",
        ),
        Command::Conformance(_) | Command::Completions(_) | Command::Man(_) | Command::Manual => {
            Some("this command takes nothing from a settings file: leave it out")
        }
        Command::Plan(_)
        | Command::Enable(_)
        | Command::Disable(_)
        | Command::Status(_)
        | Command::Check(_)
        | Command::Cost(_)
        | Command::Adopt(_)
        | Command::History(_)
        | Command::Roles(_)
        | Command::Aws(_)
        | Command::Validate(_) => None,
    }
}

/// Does what was asked for.
///
/// # Errors
///
/// When it could not be done; nothing was changed then.
pub(crate) fn run(cli: Cli, output: Output) -> Result<Exit> {
    match (output.format(), &cli.command) {
        (Format::Text | Format::Json, _)
        | (Format::Csv, Command::Status(_) | Command::Cost(_) | Command::History(_))
        | (Format::Markdown, Command::Status(_) | Command::Plan(_)) => {}
        (Format::Csv, _) => {
            bail!(
                "--output csv is for `status`, `cost` and `history`: {} has text and json",
                named(&cli.command)
            )
        }
        (Format::Markdown, _) => {
            bail!(
                "--output markdown is for `status` and `plan`: {} has text and json",
                named(&cli.command)
            )
        }
    }
    if output.is_json() && matches!(cli.command, Command::Init(_)) {
        bail!("`init` is for people: --output json is for the commands that it names");
    }
    environment::check_ours()?;
    // A variable is for the other commands of a shell, too.
    if let Some(why) = goes_without_settings(&cli.command).filter(|_| cli.typed.has("config")) {
        bail!("--config: {why}");
    }
    let settings = || {
        let mut file = SettingsFile::read(cli.global.config.as_deref())?;
        file.typed = cli.typed.clone();
        if file.was_found {
            output.always("Settings are taken from detective-fleet.toml in this directory.\n");
        }
        Ok::<_, anyhow::Error>(file)
    };
    match cli.command {
        Command::Plan(args) if args.show.is_some() => saved::show(args, &settings()?, output),
        Command::Plan(args) => to_the_end(plan::run(args, &settings()?, output)),
        Command::Enable(args) => to_the_end(enable::run(args, &settings()?, output)),
        Command::Disable(args) => to_the_end(disable::run(args, &settings()?, output)),
        Command::Status(args) => to_the_end(status::run(args, &settings()?, output)),
        Command::Check(args) => to_the_end(check::run(args, &settings()?, output)),
        Command::Cost(args) => to_the_end(cost::run(args, &settings()?, output)),
        Command::Adopt(args) => to_the_end(adopt::run(args, &settings()?, output)),
        Command::History(args) => history::run(args, &settings()?, output),
        Command::Roles(args) => to_the_end(roles::run(args, &settings()?, output)),
        Command::Aws(args) => to_the_end(aws::run(args, &settings()?, output)),
        Command::Init(args) => to_the_end(init::run(*args, output)),
        Command::Validate(args) => validate::run(&args, &settings()?, output),
        Command::Rehearse(args) => to_the_end(rehearse::run(args, output)),
        Command::Sandbox(args) => to_the_end(sandbox::run(args, output)),
        Command::Conformance(args) => to_the_end(conformance::run(args, output)),
        Command::Completions(args) => completions::run(&args, output),
        Command::Man(args) => man::run(&args, output),
        Command::Manual => output.raw(&manual::markdown()).map(|()| Exit::Fine),
    }
}

fn to_the_end(command: impl Future<Output = Result<Exit>>) -> Result<Exit> {
    let runtime = tokio::runtime::Runtime::new().context("cannot start")?;
    let exit = runtime.block_on(command);
    // Connections that are still open are not worth waiting for.
    runtime.shutdown_background();
    exit
}
