//! The role in every member: assumed once per account, for all Regions.
//!
//! One task assumes the roles that Regions ask for and tells all of them what came of it. Regions
//! never wait for a role: they plan around it.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use std::time::SystemTime;

use aws_credential_types::Credentials;
use fleet::account::AccountId;
use fleet::attempts::{FINAL_AFTER, Role};
use fleet::event::{CallResult, Operation};
use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use tokio_util::sync::PollSemaphore;

use crate::aws::Aws;
use crate::clock;
use crate::credentials::are_fresh;
use crate::failure::Failure;
use crate::pace::{Begun, NotYet, Pace};
use crate::sts;

/// What became of one member's role.
pub(crate) type News = (AccountId, Role);

/// The roles, as Regions see them.
#[derive(Clone, Debug)]
pub(crate) struct Roles {
    aws: Aws,
    known: Arc<Mutex<BTreeMap<AccountId, Known>>>,
    queue: mpsc::UnboundedSender<AccountId>,
}

#[derive(Debug, Default)]
struct Known {
    role: Role,
    credentials: Option<Credentials>,
    /// How many times it could not be assumed.
    failures: u32,
    /// How many times in a row STS said nothing at all.
    silences: u32,
}

impl Roles {
    /// The roles, and the task that assumes them; it ends when nobody can ask any more.
    pub(crate) fn new(
        aws: &Aws,
        listeners: Vec<mpsc::UnboundedSender<News>>,
    ) -> (Self, impl Future<Output = ()> + Send + use<>) {
        let (queue, requests) = mpsc::unbounded_channel();
        let known = Arc::new(Mutex::new(BTreeMap::new()));
        let assumer = Assumer {
            aws: aws.clone(),
            known: known.clone(),
            listeners,
            waiting: VecDeque::new(),
            under_way: FuturesUnordered::new(),
            pace: Pace::new(
                aws.seed(),
                format_args!("{}", Operation::AssumeRole.as_str()),
            ),
            permits: PollSemaphore::new(aws.permits().clone()),
        };
        (
            Self {
                aws: aws.clone(),
                known,
                queue,
            },
            assumer.run(requests),
        )
    }

    /// Asks for a role and says how it stands; what becomes of it is told to every listener.
    /// `again` tries a role once more that has failed once.
    pub(crate) fn ask(&self, account: AccountId, again: bool) -> Role {
        let mut all = lock(&self.known);
        let known = all.entry(account).or_default();
        let wanted = match &known.role {
            Role::Unasked => true,
            Role::Failed { times, .. } => again && *times < 2,
            Role::Asked | Role::Ready => false,
        };
        if wanted && self.queue.send(account).is_ok() {
            known.role = Role::Asked;
        }
        known.role.clone()
    }

    /// The member's credentials, if its role was assumed and they are good for another operation.
    pub(crate) fn credentials(&self, account: AccountId) -> Option<Credentials> {
        let now = self.aws.clock().time();
        let mut all = lock(&self.known);
        let known = all.get_mut(&account)?;
        if known
            .credentials
            .as_ref()
            .is_some_and(|credentials| are_fresh(credentials, now))
        {
            return known.credentials.clone();
        }
        forget(known);
        None
    }

    /// AWS says that these credentials are past their time.
    pub(crate) fn expired(&self, account: AccountId) {
        if let Some(known) = lock(&self.known).get_mut(&account) {
            forget(known);
        }
    }
}

fn forget(known: &mut Known) {
    known.credentials = None;
    if known.role == Role::Ready {
        known.role = Role::Unasked;
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Every change below is a single assignment: a panic elsewhere leaves nothing half done.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Assumer {
    aws: Aws,
    known: Arc<Mutex<BTreeMap<AccountId, Known>>>,
    listeners: Vec<mpsc::UnboundedSender<News>>,
    waiting: VecDeque<AccountId>,
    under_way: FuturesUnordered<BoxFuture<'static, Assumed>>,
    pace: Pace,
    permits: PollSemaphore,
}

struct Assumed {
    account: AccountId,
    begun: Begun,
    result: Result<Credentials, Failure>,
}

impl Assumer {
    async fn run(mut self, mut requests: mpsc::UnboundedReceiver<AccountId>) {
        let mut open = true;
        while open || !self.under_way.is_empty() || !self.waiting.is_empty() {
            let may = self.pace.check();
            let due = !self.waiting.is_empty();
            if !due || may.is_err() {
                // A place in the queue that nobody asks for any more would keep its permit from others.
                self.permits = PollSemaphore::new(self.aws.permits().clone());
            }
            tokio::select! {
                biased;
                Some(assumed) = self.under_way.next() => self.ended(assumed),
                request = requests.recv(), if open => match request {
                    Some(account) => self.waiting.push_back(account),
                    // Nobody is left to hear about it.
                    None => { open = false; self.waiting.clear(); }
                },
                permit = std::future::poll_fn(|cx| self.permits.poll_acquire(cx)), if due && may.is_ok() => {
                    self.begin(permit);
                }
                () = pause(may), if due => {}
            }
        }
    }

    fn begin(&mut self, permit: Option<OwnedSemaphorePermit>) {
        let Some(account) = self.waiting.pop_front() else {
            return;
        };
        let begun = self.pace.begin();
        let aws = self.aws.clone();
        self.under_way.push(Box::pin(async move {
            let _permit = permit;
            let result = assume(&aws, account).await;
            Assumed {
                account,
                begun,
                result,
            }
        }));
    }

    fn ended(
        &mut self,
        Assumed {
            account,
            begun,
            result,
        }: Assumed,
    ) {
        let called = result.as_ref().map(|_| ());
        self.pace
            .end(begun, called.err().map_or(CallResult::Ok, Failure::result));
        self.aws
            .events()
            .called(None, Operation::AssumeRole, called);
        let role = {
            let mut all = lock(&self.known);
            let known = all.entry(account).or_default();
            known.role = known.learn(result, self.aws.clock().time());
            known.role.clone()
        };
        if role == Role::Asked {
            self.waiting.push_back(account);
            return;
        }
        for listener in &self.listeners {
            // A Region that has ended does not listen any more.
            let _ = listener.send((account, role.clone()));
        }
    }
}

impl Known {
    /// How the role stands after an answer of STS.
    fn learn(&mut self, result: Result<Credentials, Failure>, now: SystemTime) -> Role {
        let failure = match result {
            Ok(credentials) if !are_fresh(&credentials, now) => {
                let text = "the role was assumed, but its credentials are past their time already: is the clock of this machine right?";
                Failure::refused("ExpiredAtOnce", text)
            }
            Ok(credentials) => {
                (self.credentials, self.silences) = (Some(credentials), 0);
                return Role::Ready;
            }
            Err(failure) => failure,
        };
        self.silences = if failure.is_silent() {
            self.silences + 1
        } else {
            0
        };
        if failure.is_transient() && self.silences < FINAL_AFTER {
            return Role::Asked;
        }
        (self.failures, self.silences) = (self.failures + 1, 0);
        Role::Failed {
            reason: failure.text,
            times: self.failures,
        }
    }
}

async fn assume(aws: &Aws, account: AccountId) -> Result<Credentials, Failure> {
    let caller = aws.keys_or_halt().await?;
    sts::assume(aws.sts(), &aws.member_role(account), caller).await
}

/// Waits until the pace allows another request; where one has to end first, its end wakes.
async fn pause(may: Result<(), NotYet>) {
    match may {
        Err(NotYet::Before(moment)) => clock::until(moment).await,
        Ok(()) | Err(NotYet::Full) => std::future::pending().await,
    }
}
