//! `conformance`: what Detective does where no document says it.

mod state;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, anyhow, bail};
use conformance::truths::{Comparison, Header};
use conformance::{Asked, Invitee, LeftBehind, Mark, Stage, Truths};
use engine::clock::Clock;
use engine::{Access, Aws, RegionSelection};
use fleet::account::{Email, Region};
use fleet::report::Recorder;
use tokio_util::sync::CancellationToken;

use self::state::StateFile;
use super::fleet_session;
use crate::args::{CallerArgs, ConformanceArgs, ReachArgs};
use crate::display::{self, Output};
use crate::document::{self, is_same};
use crate::exit::Exit;
use crate::settings::{Reach, SettingsFile, environment};
use crate::signals;

const TOLD: &str = "\nInterrupted: what was made is being deleted. Once more ends it at once, and leaves that to the next call.\n";

/// Where the answers go, and what they are compared with.
struct Files {
    out: PathBuf,
    against: Option<Truths>,
}

/// Asks, writes down what came out, and leaves nothing behind.
///
/// # Errors
///
/// When the Region may not be touched, AWS cannot be asked, or it was not agreed to.
pub(crate) async fn run(args: ConformanceArgs, output: Output) -> Result<Exit> {
    if !args.yes && !output.can_ask() {
        bail!("there is no terminal to ask on; say --yes to go on without being asked");
    }
    environment::check()?;
    let files = files(&args)?;
    let stop = signals::listen(output, TOLD)?;
    let region = Region::new(&args.region);
    let run = fleet_session::RunStart::now(&Clock::system()).run_id;
    let stage = stage(&args, &region, &run, &stop, output).await?;
    let file = StateFile::of(&region);
    let before = file.read(&stage)?;
    let looked = stage.look(before.as_ref());
    let left = signals::unless_interrupted(&stop, looked).await??;
    if args.clean_up && before.is_none() {
        output.message("Nothing was left behind here.\n");
        return Ok(Exit::Fine);
    }
    let left_behind = left == LeftBehind::Graph;
    output.beside_question(|width| display::intent(&stage, &region, left_behind, width));
    if !args.yes {
        agree(args.clean_up, &stop).await?;
    }
    if let Some(mark) = &before {
        if let Err(why) = clean_up(&stage, mark, &file).await {
            return Err(anyhow!("{why}").context("an earlier run left something behind"));
        }
        output.message("What an earlier run left behind is deleted.\n");
        if args.clean_up {
            return Ok(Exit::Fine);
        }
    }
    let mark = Mark {
        run,
        region,
        administrator: stage.administrator(),
        member: stage.member(),
    };
    perform(&stage, &mark, files, file, &stop, output).await
}

fn files(args: &ConformanceArgs) -> Result<Files> {
    let default = || PathBuf::from(format!("truths-{}.toml", args.region));
    let out = args.out.clone().unwrap_or_else(default);
    let against = args.against.as_deref().map(read).transpose()?;
    if let Some(other) = args.against.as_deref().filter(|other| is_same(&out, other)) {
        bail!(
            "--out {}: this is --against, which would be replaced; name another file",
            document::shown(other)
        );
    }
    // Before anything is changed: what came out must not be lost for this.
    drop(document::temporary(&out, "--out")?);
    Ok(Files { out, against })
}

fn read(path: &Path) -> Result<Truths> {
    let place = || format!("--against {}", document::shown(path));
    let text = std::fs::read_to_string(path).with_context(place)?;
    Truths::from_toml(&text).with_context(place)
}

/// Connects as both accounts, in a Region that is on in both.
async fn stage(
    args: &ConformanceArgs,
    region: &Region,
    run: &str,
    stop: &CancellationToken,
    output: Output,
) -> Result<Stage> {
    let connected = async |profile: &str| {
        let aws = connect(profile, run, output).await;
        let aws = aws.with_context(|| format!("profile {profile}"))?;
        let selection = RegionSelection {
            names: Some(vec![region.to_string()]),
            exclude: Vec::new(),
        };
        let chosen = aws.regions(&selection).await;
        chosen.with_context(|| format!("profile {profile}"))?;
        anyhow::Ok(aws)
    };
    let administrator = connected(&args.admin_profile);
    let administrator = signals::unless_interrupted(stop, administrator).await??;
    let Some(profile) = &args.member_profile else {
        return Ok(Stage::new(&administrator, None, region)?);
    };
    let member = signals::unless_interrupted(stop, connected(profile)).await??;
    let email = email(args, &member, stop, output).await?;
    let invitee = Invitee {
        aws: &member,
        email,
    };
    Ok(Stage::new(&administrator, Some(invitee), region)?)
}

async fn connect(profile: &str, run: &str, output: Output) -> Result<Aws> {
    let caller = CallerArgs {
        profile: Some(profile.to_owned()),
        ..CallerArgs::default()
    };
    let args = ReachArgs {
        caller,
        ..ReachArgs::default()
    };
    // Two profiles are named: whom the settings name is neither.
    let reach = Reach::of(&args, &SettingsFile::default())?;
    let recorder = Arc::new(Recorder::default());
    Ok(Aws::connect(reach.connection(run, Access::Whole, output), recorder).await?)
}

async fn email(
    args: &ConformanceArgs,
    member: &Aws,
    stop: &CancellationToken,
    output: Output,
) -> Result<Email> {
    let typed = match &args.member_email {
        Some(email) => email.clone(),
        None if output.can_ask() => {
            let question = format!("The root e-mail of account {}: ", member.administrator());
            let asked = display::ask_unseen(&question);
            let typed = signals::unless_interrupted(stop, asked).await?;
            typed.unwrap_or_default()
        }
        None => {
            bail!("--member-profile needs --member-email: a member is invited by its root e-mail")
        }
    };
    // What was typed is not shown: it is somebody's address.
    let email = typed.trim().parse();
    email.map_err(|_| anyhow!("--member-email: this is no e-mail address that Detective takes"))
}

async fn agree(only_clean_up: bool, stop: &CancellationToken) -> Result<()> {
    let question = if only_clean_up {
        "Do you want to delete what an earlier run left behind?"
    } else {
        "Do you want to ask these questions?"
    };
    let answer = display::ask(question, display::YES);
    if !signals::unless_interrupted(stop, answer).await? {
        bail!("not agreed to: nothing was changed");
    }
    Ok(())
}

/// Deletes what bears the mark; only then is the file that says so of no more use.
async fn clean_up(stage: &Stage, mark: &Mark, file: &StateFile) -> Result<(), String> {
    stage.clean_up(mark).await?;
    let removed = file.remove();
    removed.map_err(|error| format!("{}: {error}", document::shown(file.path())))
}

async fn perform(
    stage: &Stage,
    mark: &Mark,
    files: Files,
    file: StateFile,
    stop: &CancellationToken,
    output: Output,
) -> Result<Exit> {
    file.write(mark)?;
    let tell = |what: &str| output.message(&format!("{what}...\n"));
    let asked = stage.ask(mark, stop, &tell).await;
    output.message("Deleting what was made...\n");
    let cleaned = clean_up(stage, mark, &file).await;
    let truths = asked.truths(Header {
        made_by: concat!("detective-fleet ", env!("CARGO_PKG_VERSION")).to_owned(),
        made_on: Clock::system().timestamp().strftime("%Y-%m-%d").to_string(),
        region: mark.region.to_string(),
    });
    let comparison = files.against.as_ref().map(|file| truths.compare(file));
    let text = truths.to_toml().context("the file of truths")?;
    let written = document::replace(&files.out, |file| Ok(file.write_all(text.as_bytes())?));
    let shown = output.result(&truths, |width| {
        display::found(&truths, comparison.as_ref(), width)
    });
    output.message(&format!("\nWritten to {}.\n", document::shown(&files.out)));
    let left = "something is left behind: run it again with --clean-up";
    let troubles = [
        asked.obstacle.clone().map(|why| anyhow!(why)),
        cleaned.err().map(|why| anyhow!(why).context(left)),
        written.err(),
        shown.err(),
    ];
    let exit = close(&asked, &truths, comparison.as_ref());
    Ok(told(troubles.into_iter().flatten(), exit, output))
}

/// Says what went wrong, and what the exit status is then.
fn told(troubles: impl IntoIterator<Item = anyhow::Error>, mut exit: Exit, output: Output) -> Exit {
    for trouble in troubles {
        output.always(&display::error(&trouble, output.message_width()));
        if exit == Exit::Fine {
            exit = Exit::NotAsWanted;
        }
    }
    exit
}

fn close(asked: &Asked, truths: &Truths, comparison: Option<&Comparison>) -> Exit {
    let differs = comparison.is_some_and(|it| !it.differences.is_empty());
    if asked.interrupted {
        Exit::Interrupted
    } else if differs || !truths.surprises.is_empty() {
        Exit::NotAsWanted
    } else {
        Exit::Fine
    }
}
