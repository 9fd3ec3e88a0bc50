//! What `aws` and `roles` have in common: AWS as the administrator, for work that CloudFormation does.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Result;
use engine::clock::Clock;
use engine::{Access, Aws};
use fleet::report::{Header, Recorder};
use tokio_util::sync::CancellationToken;

use super::deadline::{CALLER, Deadline};
use super::fleet_session;
use crate::display::Output;
use crate::settings::{Reach, environment};
use crate::signals;

/// What is told when somebody does not want to wait, before anything is begun.
const NOT_CHANGED: &str =
    "\nInterrupted: the stack was not changed. Once more ends this at once.\n";

/// What is told then, once something is.
const GOES_ON: &str =
    "\nInterrupted: what CloudFormation has begun goes on in AWS. Once more ends this at once.\n";

/// AWS, what documents say of the run, and what ends it.
pub(super) struct StackSession {
    pub(super) aws: Aws,
    pub(super) header: Header,
    pub(super) clock: Clock,
    pub(super) deadline: Deadline,
    pub(super) output: Output,
    has_begun: Arc<AtomicBool>,
}

/// What is done: the kind of the document, and the operation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Doing<'a> {
    pub(super) kind: &'a str,
    pub(super) operation: &'a str,
    /// Whether changes begin as it goes, without [`StackSession::works`].
    pub(super) begins_as_it_goes: bool,
}

impl StackSession {
    /// Connects to AWS, and listens for signals from now on.
    ///
    /// # Errors
    ///
    /// When AWS cannot be reached as the administrator.
    pub(super) async fn open(reach: &Reach, doing: Doing<'_>, output: Output) -> Result<Self> {
        environment::check()?;
        let has_begun = Arc::new(AtomicBool::new(doing.begins_as_it_goes));
        let begun = Arc::clone(&has_begun);
        let told = move || match begun.load(Ordering::Relaxed) {
            true => GOES_ON,
            false => NOT_CHANGED,
        };
        let stop = signals::listen_and(output, told)?;
        let clock = Clock::system();
        let start = fleet_session::RunStart::now(&clock);
        let connection = reach.connection(&start.run_id, Access::Whole, output);
        let connect = Aws::connect(connection, Arc::new(Recorder::default()));
        let deadline = Deadline::new(reach.timeout, stop);
        let aws = deadline.within(CALLER, connect).await??;
        let mut header = fleet_session::header_of(start, aws.administrator());
        header.origin = header.origin.called_by(aws.caller());
        header.origin.flags = reach.typed.clone();
        header.kind = doing.kind.to_owned();
        header.operation = doing.operation.to_owned();
        Ok(Self {
            aws,
            header,
            clock,
            deadline,
            output,
            has_begun,
        })
    }

    /// Whether CloudFormation is working by now, for who interrupts it.
    #[cfg_attr(
        not(feature = "deploy"),
        expect(dead_code, reason = "only `aws` says when it begins")
    )]
    pub(super) fn works(&self, works: bool) {
        self.has_begun.store(works, Ordering::Relaxed);
    }

    /// What somebody ends the run with.
    pub(super) fn stop(&self) -> &CancellationToken {
        self.deadline.stop()
    }

    /// Work that only reads, unless the time is over or a signal comes first.
    ///
    /// # Errors
    ///
    /// Then.
    pub(super) async fn interruptible<T>(&self, work: impl Future<Output = T>) -> Result<T> {
        self.deadline.within("AWS", work).await
    }
}
