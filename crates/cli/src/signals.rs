//! Ctrl-C, SIGTERM and a terminal that is gone: the first lets what is under way finish, the second ends at once.

use std::future::Future;

use anyhow::{Context, Result};
use tokio_util::sync::CancellationToken;

use crate::display::Output;
use crate::exit::Exit;
use crate::partial_file;

/// The command was interrupted before there was anything to report.
#[derive(Debug)]
pub(crate) struct Interrupted;

impl std::fmt::Display for Interrupted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("interrupted: nothing was changed")
    }
}

impl std::error::Error for Interrupted {}

/// The command was interrupted when something stood that stays, which this says.
#[derive(Debug)]
pub(crate) struct InterruptedAfter(pub String);

impl std::fmt::Display for InterruptedAfter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "interrupted: {}", self.0)
    }
}

impl std::error::Error for InterruptedAfter {}

/// What is told where nothing can be left half done.
pub(crate) const ONLY_READS: &str = "\nInterrupted: this is what was found by then.\n";

/// What is told where requests are under way.
pub(crate) const MAY_FINISH: &str =
    "\nInterrupted: what is under way may finish. Once more ends it at once.\n";

/// Listens from here on. The token is cancelled by the first signal, and `told` says what follows.
///
/// # Errors
///
/// When the system does not let us listen.
pub(crate) fn listen(output: Output, told: &'static str) -> Result<CancellationToken> {
    listen_and(output, move || told)
}

/// The same, where what follows depends on how far the command is by then.
///
/// # Errors
///
/// When the system does not let us listen.
pub(crate) fn listen_and(
    output: Output,
    told: impl Fn() -> &'static str + Send + 'static,
) -> Result<CancellationToken> {
    let mut signals = Signals::new().context("cannot listen for signals")?;
    let stop = CancellationToken::new();
    let token = stop.clone();
    tokio::spawn(async move {
        signals.next().await;
        output.message(told());
        token.cancel();
        signals.next().await;
        end_at_once();
    });
    Ok(stop)
}

/// Waits for the work, unless a signal comes first.
///
/// # Errors
///
/// [`Interrupted`].
pub(crate) async fn unless_interrupted<T>(
    stop: &CancellationToken,
    work: impl Future<Output = T>,
) -> Result<T> {
    tokio::select! {
        biased;
        () = stop.cancelled() => Err(Interrupted.into()),
        done = work => Ok(done),
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "whoever interrupts twice does not want to wait for anything"
)]
fn end_at_once() {
    let _abandoned = partial_file::abandon();
    std::process::exit(Exit::Interrupted.status().into());
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
    hangup: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            _ = self.hangup.recv() => {}
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) {
        // Where it cannot be listened for there is nothing to wait for either.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
