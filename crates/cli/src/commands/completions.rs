//! `completions`: what makes a shell complete the command.

use anyhow::{Context, Result};
use clap::CommandFactory;

use crate::args::{Cli, CompletionsArgs};
use crate::display::Output;
use crate::exit::Exit;

/// Prints the script.
///
/// # Errors
///
/// When stdout cannot be written.
pub(crate) fn run(args: &CompletionsArgs, output: Output) -> Result<Exit> {
    let mut script = Vec::new();
    let mut command = Cli::command();
    clap_complete::generate(args.shell, &mut command, "detective-fleet", &mut script);
    let script = String::from_utf8(script).context("the script is not text")?;
    output.raw(&script).map(|()| Exit::Fine)
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum;
    use clap_complete::Shell;

    use super::*;

    #[test]
    fn every_shell_completes_every_command() {
        for shell in Shell::value_variants() {
            let mut script = Vec::new();
            let mut command = Cli::command();
            clap_complete::generate(*shell, &mut command, "detective-fleet", &mut script);
            let script = String::from_utf8(script).unwrap();
            for name in ["enable", "rehearse", "completions"] {
                assert!(script.contains(name), "{shell}: {name}");
            }
        }
    }
}
