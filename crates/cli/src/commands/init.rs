//! `init`: from questions to a settings file, the role in members, and the next command to type.

mod answers;
mod found;
mod text;

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use engine::clock::Clock;
use engine::{Access, Aws};
use fleet::language::Language;
use fleet::report::Recorder;

use self::answers::{Answers, Member};
use super::{check, fleet_session, roles};
use crate::args::{Cli, Command, FleetArgs, InitArgs, RunIn};
use crate::display::{self, Output};
use crate::document;
use crate::exit::Exit;
use crate::settings::{SettingsFile, Wanted, environment};
use crate::{own_file, roster_file};

/// Asks what is not said, writes the file, and does what it can.
///
/// # Errors
///
/// When nothing was written.
pub(crate) async fn run(args: InitArgs, output: Output) -> Result<Exit> {
    let (path, yes) = (args.write.clone(), args.yes);
    if path.symlink_metadata().is_ok() {
        return Err(is_there(&path));
    }
    let answers = Answers::gather(args, output).await?;
    write(&path, &text::settings(&answers))?;
    output.raw(&format!("Written: {}\n", document::shown(&path)))?;
    let exit = set_up(&answers, &path, yes, output).await;
    let exit = exit.unwrap_or_else(|error| {
        output.always(&display::error(&error, output.message_width()));
        output.always("The settings file is there all the same, and the rest can be done later.\n");
        Exit::NotAsWanted
    });
    output.raw(&next(&answers, &path))?;
    Ok(exit)
}

/// The role in members, and a check.
async fn set_up(answers: &Answers, path: &Path, yes: bool, output: Output) -> Result<Exit> {
    let file = SettingsFile::read(Some(path))?;
    if let Member::Via(via) = &answers.member {
        if are_there(answers, &file, output).await? {
            output.raw("The member role can be assumed in every account of the list: nothing is to be done for it.\n")?;
        } else {
            let words = text::deploy(answers, via, path, yes);
            output.raw(&format!(
                "\nThe member role, by {via}:\n\n    {}\n\n",
                text::line(&words).text()
            ))?;
            let deployed = perform(&words, &file, output).await?;
            if deployed == Exit::Interrupted {
                return Ok(deployed);
            }
        }
    }
    let words = text::command(&["check"], answers, path);
    output.raw(&format!(
        "\nWill it work?\n\n    {}\n\n",
        text::line(&words).text()
    ))?;
    perform(&words, &file, output).await
}

/// Whether every role can be assumed already, as runs would.
async fn are_there(answers: &Answers, file: &SettingsFile, output: Output) -> Result<bool> {
    environment::check()?;
    let wanted = Wanted::of(&FleetArgs::default(), file)?;
    let roster = roster_file::read(&answers.list, Some(answers.administrator))?;
    let accounts = roster.members.keys().copied().collect();
    let run_id = fleet_session::RunStart::now(&Clock::system()).run_id;
    let connection = wanted.reach.connection(&run_id, Access::Look, output);
    // Where the administrator's role is not there yet, nobody trusts it either.
    let Ok(aws) = Aws::connect(connection, Arc::new(Recorder::default())).await else {
        return Ok(false);
    };
    let tried = aws.try_roles(&accounts, Duration::ZERO).await;
    Ok(tried.values().all(Result::is_ok))
}

/// Does what these words say.
async fn perform(words: &[String], file: &SettingsFile, output: Output) -> Result<Exit> {
    let cli = Cli::read(words)?;
    let file = &SettingsFile {
        typed: cli.typed,
        ..file.clone()
    };
    match cli.command {
        Command::Check(args) => check::run(args, file, output).await,
        Command::Roles(args) => roles::run(args, file, output).await,
        _ => bail!("a defect of detective-fleet: init performs another command; please report it"),
    }
}

fn next(answers: &Answers, path: &Path) -> String {
    let commands = match answers.run_in {
        RunIn::Here => {
            let lines =
                ["plan", "enable"].map(|it| text::line(&text::command(&[it], answers, path)));
            let put_in = lines[0].to_put_in(Language::English);
            let put_in = put_in.map(|it| format!("\n\n{it}")).unwrap_or_default();
            lines.map(|it| it.text().to_owned()).join("\n    ") + &put_in
        }
        RunIn::Aws => format!(
            "detective-fleet aws deploy --function detective-fleet-function-VERSION-x86_64.zip   # docs/deploy.md\n    and upload {} to its bucket, under plan/enable/",
            document::shown(&answers.list)
        ),
    };
    format!("\nNext:\n\n    {commands}\n")
}

fn write(path: &Path, text: &str) -> Result<()> {
    let mut options = OpenOptions::new();
    let opened = own_file::open(path, options.write(true).create_new(true));
    let mut file = match opened {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => return Err(is_there(path)),
        opened => opened.with_context(|| format!("cannot write {}", document::shown(path)))?,
    };
    let written = file.write_all(text.as_bytes());
    if written.is_err() {
        // The next `init` would leave a part of a file as it is. Where this fails as well, that says so.
        let _ = std::fs::remove_file(path);
    }
    written.with_context(|| format!("cannot write {}", document::shown(path)))
}

fn is_there(path: &Path) -> anyhow::Error {
    anyhow::anyhow!(
        "{}: it is there already, and is left as it is: name another file with --write",
        document::shown(path)
    )
}
