//! The command `detective-fleet`. It translates: what was typed into what `engine` and `fleet` are
//! given, and what comes back into text, JSON and an exit status. The rules live there.

mod archive;
mod args;
mod bounded_file;
mod commands;
mod display;
mod document;
mod exit;
mod from_aws_scripts;
mod habits;
mod journal;
mod logging;
mod manual;
mod mfa;
mod own_file;
mod partial_file;
mod rates;
mod roster_file;
mod saved_file;
mod settings;
mod signals;
mod sinks;
mod values;

use std::ffi::OsString;
use std::panic::{self, AssertUnwindSafe};
use std::process::ExitCode;

use clap::CommandFactory;

use crate::args::Cli;
use crate::display::Output;
use crate::document::ErrorDocument;
use crate::exit::Exit;
use crate::signals::{Interrupted, InterruptedAfter};

fn main() -> ExitCode {
    let typed: Vec<OsString> = std::env::args_os().collect();
    if let Some(hint) = from_aws_scripts::hint(&typed).or_else(|| habits::hint(&typed)) {
        return could_not_start(&hint, &typed).into();
    }
    match Cli::read(&typed) {
        Ok(cli) => run(cli).into(),
        Err(error) => display::usage(&error, &typed).into(),
    }
}

/// Wrong usage that needs other words than clap's.
fn could_not_start(hint: &str, typed: &[OsString]) -> Exit {
    let error = Cli::command().error(clap::error::ErrorKind::UnknownArgument, hint);
    display::usage(&error, typed)
}

fn run(cli: Cli) -> Exit {
    let output = Output::of(&cli.global);
    logging::start(&cli.global);
    // A defect is told like any other error, and in one document where JSON was asked for.
    panic::set_hook(Box::new(|defect| tracing::debug!("{defect}")));
    let done = panic::catch_unwind(AssertUnwindSafe(|| commands::run(cli, output)));
    match done {
        Ok(done) => done.unwrap_or_else(|error| could_not(&error, output)),
        Err(defect) => {
            could_not(&document::defect(&*defect), output);
            // Something may have been changed before.
            Exit::NotAsWanted
        }
    }
}

/// Says why nothing was done.
fn could_not(error: &anyhow::Error, output: Output) -> Exit {
    let invalid = document::invalid_lines(error);
    output.always(&display::unusable(&invalid, output.message_width()));
    if let Some(stale) = error.downcast_ref() {
        output.always(&display::stale(stale));
    }
    output.always(&display::error(error, output.message_width()));
    if output.is_json() {
        // Stdout that cannot be written either has been said above, or nobody reads it.
        let _ = document::json(&ErrorDocument::of(error)).and_then(|text| output.raw(&text));
    }
    if error.is::<Interrupted>() || error.is::<InterruptedAfter>() {
        Exit::Interrupted
    } else {
        Exit::CouldNot
    }
}
