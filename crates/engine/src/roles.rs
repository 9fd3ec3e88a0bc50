//! The role in every member: assumed once per account, for all Regions.
//!
//! One task assumes the roles that Regions ask for and tells all of them what came of it. Regions
//! never wait for a role: they plan around it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use fleet::account::AccountId;
use fleet::attempts::{FINAL_AFTER, Role};
use fleet::cause::{Cause, MemberRole, ours};
use fleet::event::{CallResult, EventKind, Operation};
use fleet::patience::Patience;
use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use tokio::time::Instant;
use tokio_util::sync::PollSemaphore;

use crate::aws::Aws;
use crate::clock;
use crate::credentials::are_fresh;
use crate::failure::{Failure, FailureKind};
use crate::narrow::Errand;
use crate::pace::{Begun, NotYet, Pace};
use crate::sts::{self, RoleToAssume};

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
    /// Why it could not be assumed, the last time.
    failure: Option<Failure>,
    /// How many times it was refused.
    refusals: u32,
    /// The turn in which it was last asked for.
    turn: u32,
    /// How many times in a row STS said nothing at all.
    silences: u32,
    /// It was refused in the caller's name just now, which its trust policy need not allow.
    unnamed: bool,
}

impl Roles {
    /// The roles, and the task that assumes them; it ends when nobody can ask any more. What is refused
    /// is asked again for as long as `patience`. They may be used for `errand` alone.
    pub(crate) fn new(
        aws: &Aws,
        listeners: Vec<mpsc::UnboundedSender<News>>,
        patience: Duration,
        errand: Errand,
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
            refused: BTreeSet::new(),
            patience: None,
            limit: patience,
            begun: clock::now(),
            permits: PollSemaphore::new(aws.permits().clone()),
            source_identity: aws.source_identity(),
            errand,
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
    pub(crate) fn ask(&self, account: AccountId) -> Role {
        let mut all = lock(&self.known);
        let known = all.entry(account).or_default();
        if known.role == Role::Unasked && self.queue.send(account).is_ok() {
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

    /// Why the role could not be assumed, the last time.
    pub(crate) fn failure(&self, account: AccountId) -> Option<Failure> {
        lock(&self.known).get(&account)?.failure.clone()
    }

    /// Whether roles were asked for and every one was refused, which is hardly the members' doing.
    pub(crate) fn are_all_refused(&self) -> bool {
        let all = lock(&self.known);
        let is_refused = |known: &Known| known.failure.as_ref().is_some_and(Failure::is_denied);
        !all.is_empty() && all.values().all(is_refused)
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
    /// Who was refused so far, and is asked again in a later turn.
    refused: BTreeSet<AccountId>,
    /// Their turns, since `begun`; none before the first refusal.
    patience: Option<Patience>,
    limit: Duration,
    begun: Instant,
    permits: PollSemaphore,
    /// In whose name roles are assumed; `None` once one was seen that does not allow that: the others are
    /// of the same kind.
    source_identity: Option<String>,
    errand: Errand,
}

struct Assumed {
    account: AccountId,
    /// It was asked for in the caller's name.
    named: bool,
    begun: Begun,
    result: Result<Credentials, Failure>,
}

impl Assumer {
    async fn run(mut self, mut requests: mpsc::UnboundedReceiver<AccountId>) {
        let mut open = true;
        while open || !self.under_way.is_empty() || !self.waiting.is_empty() {
            self.take_turn();
            let may = self.pace.check();
            let turn = self.next_turn();
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
                    None => { open = false; self.waiting.clear(); self.refused.clear(); }
                },
                permit = std::future::poll_fn(|cx| self.permits.poll_acquire(cx)), if due && may.is_ok() => {
                    self.begin(permit);
                }
                () = pause(may), if due => {}
                () = clock::until(turn.unwrap_or(self.begun)), if turn.is_some() => {}
            }
        }
    }

    fn begin(&mut self, permit: Option<OwnedSemaphorePermit>) {
        let Some(account) = self.waiting.pop_front() else {
            return;
        };
        let turn = self.patience.map(|it| it.turn());
        let is_last = turn.is_some_and(|turn| turn.is_last());
        let source_identity = {
            let mut all = lock(&self.known);
            let known = all.entry(account).or_default();
            known.turn = turn.map_or(0, |turn| turn.number());
            // What is refused in the last turn, too, is not refused for the name.
            let unnamed = known.unnamed || (is_last && known.refusals > 0);
            self.source_identity.clone().filter(|_| !unnamed)
        };
        let named = source_identity.is_some();
        let begun = self.pace.begin();
        let (aws, errand) = (self.aws.clone(), self.errand);
        self.under_way.push(Box::pin(async move {
            let _permit = permit;
            let result = match source_identity {
                Some(name) => assume(&aws, aws.member_role(account, errand), name).await,
                None => assume_unnamed(&aws, aws.member_role(account, errand)).await,
            };
            Assumed {
                account,
                named,
                begun,
                result,
            }
        }));
    }

    fn ended(
        &mut self,
        Assumed {
            account,
            named,
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
        let news = {
            let mut all = lock(&self.known);
            let known = all.entry(account).or_default();
            let role = self.aws.role_in_members();
            known.learn(named, result, role, self.aws.clock().time())
        };
        let role = match news {
            Learned::Ready { refusal } => {
                match refusal {
                    Some(Overcome::OfTheName) => self.source_identity = None,
                    Some(Overcome::OfTheRole) => self.let_in(),
                    None => {}
                }
                Role::Ready
            }
            Learned::Unnamed => {
                if self.limit.is_zero() {
                    // There is only one turn, and this was the first of two refusals.
                    self.begin_patience();
                }
                // At once, so that what is true of all such roles is known soon.
                return self.waiting.push_front(account);
            }
            Learned::Open => return self.waiting.push_back(account),
            Learned::Refused { passes, cause } => self.refused(account, passes, cause),
            Learned::Silent { cause } => Role::Failed {
                cause: cause.into(),
            },
        };
        if role == Role::Asked {
            return self.waiting.push_back(account);
        }
        lock(&self.known).entry(account).or_default().role = role.clone();
        for listener in &self.listeners {
            // A Region that has ended does not listen any more.
            let _ = listener.send((account, role.clone()));
        }
    }

    /// How a role stands that was refused: by the rules of [`fleet::attempts::Attempt::verdict`], but
    /// that what may not pass is believed the second time.
    fn refused(&mut self, account: AccountId, passes: bool, cause: Cause) -> Role {
        let cause = Arc::new(cause);
        let turn = passes.then(|| self.begin_patience().turn());
        let all = lock(&self.known);
        let known = all.get(&account);
        let again = known.is_some_and(|known| known.refusals > 1);
        let was_asked = |number| known.is_some_and(|known| known.turn >= number);
        match turn {
            None if again => Role::Failed { cause },
            Some(turn) if turn.is_last() && was_asked(turn.number()) && again => {
                Role::Failed { cause }
            }
            Some(turn)
                if !turn.is_last() && (was_asked(turn.number()) || !turn.includes(account)) =>
            {
                self.refused.insert(account);
                Role::Refused { cause }
            }
            _ => Role::Asked,
        }
    }

    fn begin_patience(&mut self) -> Patience {
        if let Some(patience) = self.patience {
            return patience;
        }
        let mut patience = Patience::begin(self.begun.elapsed(), self.limit);
        patience.pass(self.begun.elapsed(), 0);
        self.patience = Some(patience);
        if !self.limit.is_zero() {
            let refused = EventKind::RefusedSoFar {
                operation: Operation::AssumeRole,
                seconds: self.limit.as_secs(),
            };
            self.aws.events().record(None, refused);
        }
        patience
    }

    /// A role was assumed that had been refused: all others have a turn.
    fn let_in(&mut self) {
        if let Some(patience) = &mut self.patience {
            patience.let_in();
            self.ask_again();
        }
    }

    fn take_turn(&mut self) {
        let (now, refused) = (self.begun.elapsed(), self.refused.len());
        let passed = |patience: &mut Patience| patience.pass(now, refused);
        if self.patience.as_mut().is_some_and(passed) {
            self.ask_again();
        }
    }

    fn ask_again(&mut self) {
        let turn = self.patience.map(|it| it.turn()).unwrap_or_default();
        let included = self.refused.extract_if(.., |it| turn.includes(*it));
        self.waiting.extend(included);
    }

    fn next_turn(&self) -> Option<Instant> {
        let next = self.patience.filter(|_| !self.refused.is_empty())?.next()?;
        Some(self.begun + next)
    }
}

/// What an answer of STS means.
enum Learned {
    Ready {
        /// What it was refused for before.
        refusal: Option<Overcome>,
    },
    /// It may be refused for the caller's name alone.
    Unnamed,
    /// It says nothing about the role.
    Open,
    Refused {
        /// It may pass by itself.
        passes: bool,
        cause: Cause,
    },
    /// STS has said nothing at all, several times.
    Silent { cause: Cause },
}

/// A refusal that does not hold any more.
enum Overcome {
    /// The role may be assumed, but in nobody's name.
    OfTheName,
    /// The role was refused in any name.
    OfTheRole,
}

impl Known {
    fn learn(
        &mut self,
        named: bool,
        result: Result<Credentials, Failure>,
        role: MemberRole,
        now: SystemTime,
    ) -> Learned {
        let unnamed = std::mem::replace(&mut self.unnamed, false);
        let failure = match result {
            Ok(credentials) if !are_fresh(&credentials, now) => {
                let text = "the role was assumed, but its credentials are past their time already: is the clock of this machine right?";
                Failure::refused(ours::EXPIRED_AT_ONCE, text)
            }
            Ok(credentials) => {
                let refusal = match std::mem::take(&mut self.refusals) {
                    0 => None,
                    1 if unnamed => Some(Overcome::OfTheName),
                    _ => Some(Overcome::OfTheRole),
                };
                (self.credentials, self.silences, self.failure) = (Some(credentials), 0, None);
                return Learned::Ready { refusal };
            }
            Err(failure) => failure,
        };
        self.silences = if failure.is_silent() {
            self.silences + 1
        } else {
            0
        };
        let error = failure.call(Operation::AssumeRole);
        let cause = Cause::RoleNotAssumed { role, error };
        let (passes, is_transient) = (failure.kind == FailureKind::Denied, failure.is_transient());
        self.failure = Some(failure);
        if is_transient && self.silences < FINAL_AFTER {
            self.unnamed = unnamed;
            return Learned::Open;
        }
        if is_transient {
            return Learned::Silent { cause };
        }
        self.refusals += 1;
        if named && passes && self.refusals == 1 {
            self.unnamed = true;
            return Learned::Unnamed;
        }
        Learned::Refused { passes, cause }
    }
}

async fn assume(aws: &Aws, role: RoleToAssume, name: String) -> Result<Credentials, Failure> {
    let role = RoleToAssume {
        source_identity: Some(name),
        ..role
    };
    let assume = |caller| sts::assume(aws.sts(), &role, caller);
    aws.with_keys_or_halt(assume).await
}

/// The same in nobody's name.
async fn assume_unnamed(aws: &Aws, role: RoleToAssume) -> Result<Credentials, Failure> {
    let assume = |caller| sts::assume(aws.sts(), &role, caller);
    aws.unnamed_or_halt(assume).await
}

/// Waits until the pace allows another request; where one has to end first, its end wakes.
async fn pause(may: Result<(), NotYet>) {
    match may {
        Err(NotYet::Before(moment)) => clock::until(moment).await,
        Ok(()) | Err(NotYet::Full) => std::future::pending().await,
    }
}
