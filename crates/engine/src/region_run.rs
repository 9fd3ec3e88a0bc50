//! One Region, reconciled in a loop: look, plan, act, until nothing is left to do.
//!
//! Every request is a future of its own that ends in a [`Reply`]; replies are merged into the
//! observation one by one, and what changed is planned again. Nothing waits for anything else.

mod chores;
mod conclude;
mod due;
mod look;
mod merge;
mod patience;
mod send;
mod silence;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use fleet::account::{AccountId, Region};
use fleet::attempts::{Answer, Attempts, MemberAttempts, RegionRequest, Role};
use fleet::cause::Cause;
use fleet::desired::{Fleet, Others, Purpose};
use fleet::event::{EventKind, Operation};
use fleet::member::MemberStatus;
use fleet::observation::{Graph, Observation, Round};
use fleet::patience::{Asked, Patience};
use fleet::plan::{GraphStep, Kind, Plan, plan};
use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use litemap::LiteMap;
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use tokio::time::Instant;
use tokio_util::sync::{CancellationToken, PollSemaphore};

use crate::aws::Aws;
use crate::clock;
use crate::company::Place;
use crate::events::Events;
use crate::pace::Pace;
use crate::roles::{News, Roles};
use due::{Next, Work};
use look::Looks;
use send::{Reply, Under};

/// What a Region may do.
#[derive(Clone, Debug)]
pub(crate) enum Mode {
    /// Look, and change nothing.
    Observe,
    /// Make it as wanted, with the members' roles.
    Reconcile(Roles),
}

/// One Region of a run.
pub(crate) struct RegionRun {
    aws: Aws,
    client: aws_sdk_detective::Client,
    fleet: Arc<Fleet>,
    observation: Observation,
    attempts: Attempts,
    plan: Plan,
    mode: Mode,
    /// What has to be planned again.
    changed: BTreeSet<AccountId>,
    under_way: FuturesUnordered<BoxFuture<'static, Reply>>,
    permits: PollSemaphore,
    paces: BTreeMap<(Operation, Option<AccountId>), Pace>,
    /// What was refused and may pass, since `begun`.
    patiences: BTreeMap<Asked, Patience>,
    begun: Instant,
    looks: Looks,
    /// Among the Regions that are worked in.
    place: Option<Place>,
    /// Why it was given up in this run before.
    judged: Option<Cause>,
    /// The newest look that had begun when something was last changed.
    altered: Option<Round>,
    /// The statuses that events have told of.
    told: LiteMap<AccountId, Option<MemberStatus>>,
    events: Events,
    news: mpsc::UnboundedReceiver<News>,
    newsroom: mpsc::UnboundedSender<News>,
    defect: Option<Cause>,
    /// Why nothing is done here.
    closed: Option<Cause>,
}

impl RegionRun {
    pub(crate) fn new(aws: &Aws, fleet: &Arc<Fleet>, region: &Region) -> Self {
        let observation = Observation::of(region.clone());
        let attempts = Attempts::default();
        let (newsroom, news) = mpsc::unbounded_channel();
        Self {
            client: aws.detective(region),
            plan: plan(fleet, &observation, &attempts),
            fleet: fleet.clone(),
            observation,
            attempts,
            mode: Mode::Observe,
            changed: BTreeSet::new(),
            under_way: FuturesUnordered::new(),
            permits: PollSemaphore::new(aws.permits().clone()),
            paces: BTreeMap::new(),
            patiences: BTreeMap::new(),
            begun: clock::now(),
            looks: Looks::default(),
            place: None,
            judged: None,
            altered: None,
            told: LiteMap::new(),
            events: aws.events().stream(),
            news,
            newsroom,
            defect: None,
            closed: None,
            aws: aws.clone(),
        }
    }

    /// The same Region, with nothing known of it; its events go on.
    pub(crate) fn anew(&self) -> Self {
        self.record(EventKind::Forgotten);
        Self {
            events: self.events.clone(),
            ..Self::new(&self.aws, &self.fleet, self.region())
        }
    }

    /// A Region that could not be worked in because of a defect of ours.
    pub(crate) fn with_defect(mut self, error: &dyn std::error::Error) -> Self {
        let error = error.to_string().into();
        self.defect = Some(Cause::Defect { error });
        self
    }

    pub(crate) fn region(&self) -> &Region {
        self.observation.region()
    }

    pub(crate) fn observation(&self) -> &Observation {
        &self.observation
    }

    pub(crate) fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Nothing is done here from now on.
    pub(crate) fn close(&mut self, why: Cause) {
        self.closed = Some(why);
    }

    pub(crate) fn attempts(&self) -> &Attempts {
        &self.attempts
    }

    /// Goes on with what an earlier process tried.
    pub(crate) fn resume(&mut self, attempts: Attempts) {
        self.attempts = attempts;
        self.everything_changed();
    }

    /// Whether it is known what there is.
    pub(crate) fn was_read(&self) -> bool {
        let read = match self.observation.graph() {
            Graph::Unknown => false,
            Graph::Absent => true,
            Graph::Present(_) => self.observation.listed().is_some(),
        };
        // A graph that is not to be deleted because of who is in it has been read all the same.
        let blocked = |step: &GraphStep| matches!(step, GraphStep::Blocked(cause) if !matches!(cause, Cause::GraphHasOthers { .. }));
        read && self.defect.is_none() && !blocked(self.plan.graph())
    }

    /// Goes by what was agreed on from here on. Agreeing takes people their time, and a graph takes
    /// everybody along who has joined meanwhile: who is in it is looked at again before it ends.
    pub(crate) fn agree(&mut self, fleet: &Arc<Fleet>) {
        self.fleet = fleet.clone();
        if fleet.removes() && !self.was_read() {
            // What would be removed here was not judged.
            self.close(self.why_unread());
        } else if fleet.settings.purpose == Purpose::DeleteGraphs
            && self.observation.graph_arn().is_some()
        {
            self.observation.forget_list();
        }
        self.plan = plan(fleet, &self.observation, &self.attempts);
    }

    /// Where to tell this Region what became of roles.
    pub(crate) fn newsroom(&self) -> mpsc::UnboundedSender<News> {
        self.newsroom.clone()
    }

    /// Works until nothing is left to do, or until `stop`; what is under way then has `grace`.
    pub(crate) async fn drive(
        &mut self,
        mode: Mode,
        place: Place,
        stop: &CancellationToken,
        grace: Duration,
    ) {
        self.mode = mode;
        if self.closed.is_some() {
            return;
        }
        self.join(place);
        self.work(stop, grace).await;
        self.leave_queue();
        self.place = None;
    }

    /// A place in the queue that nobody asks for any more would keep its permit from others.
    fn leave_queue(&mut self) {
        self.permits = PollSemaphore::new(self.aws.permits().clone());
    }

    async fn work(&mut self, stop: &CancellationToken, grace: Duration) {
        // The halt is asked as well: `stop` only follows it, and nothing may begin in between.
        while !stop.is_cancelled() && !self.aws.halt().is_stopped() {
            if !self.go_on(stop).await {
                return;
            }
        }
        self.let_finish(grace).await;
    }

    /// Plans, and does what is next. Whether anything was left to do.
    async fn go_on(&mut self, stop: &CancellationToken) -> bool {
        self.judge_silence(clock::now());
        self.replan();
        match self.next(clock::now()) {
            Next::Done => false,
            next => {
                self.step(next, stop).await;
                true
            }
        }
    }

    /// Waits for the next thing to happen, and takes it in.
    async fn step(&mut self, next: Next, stop: &CancellationToken) {
        let wake = match next {
            Next::At(moment) => Some(moment),
            _ => None,
        };
        let due = match next {
            Next::Send(work) => Some(work),
            _ => None,
        };
        if due.is_none() {
            self.leave_queue();
        }
        let halt = self.aws.halt().clone();
        tokio::select! {
            biased;
            () = stop.cancelled() => {}
            () = halt.stopped() => {}
            Some(reply) = self.under_way.next() => self.merge(reply),
            Some((account, role)) = self.news.recv() => self.saw_role(account, role),
            permit = std::future::poll_fn(|cx| self.permits.poll_acquire(cx)), if due.is_some() => {
                self.start(due, permit);
            }
            () = silence::changed(self.place.as_mut()), if !self.attempts.was_heard() => {}
            () = clock::until(wake.unwrap_or_else(clock::now)), if wake.is_some() => {}
        }
    }

    fn start(&mut self, due: Option<Work>, permit: Option<OwnedSemaphorePermit>) {
        let Some(request) = due.and_then(|work| self.request(work)) else {
            return;
        };
        self.under_way.push(Box::pin(async move {
            let _permit = permit;
            request.await
        }));
    }

    /// Plans what changed, and asks for the roles that the plan needs.
    fn replan(&mut self) {
        self.take_turns();
        loop {
            let changed = std::mem::take(&mut self.changed);
            self.plan
                .refresh(&self.fleet, &self.observation, &self.attempts, changed);
            self.ask_for_roles();
            if self.changed.is_empty() {
                break;
            }
        }
        self.notice_waiting(clock::now());
    }

    fn ask_for_roles(&mut self) {
        let Mode::Reconcile(roles) = &self.mode else {
            return;
        };
        let roles = roles.clone();
        let accounts: Vec<_> = self.plan.of(Kind::NeedsRole).collect();
        for account in accounts {
            self.saw_role(account, roles.ask(account));
        }
    }

    fn saw_role(&mut self, account: AccountId, role: Role) {
        self.attempts.saw_role(account, role);
        self.changed.insert(account);
    }

    /// Something became known that concerns every membership.
    fn everything_changed(&mut self) {
        self.changed.extend(self.fleet.members.keys());
        let others = self.others();
        self.changed.extend(others);
    }

    /// Accounts that the roster does not name and that are, or were, of interest all the same.
    fn others(&self) -> BTreeSet<AccountId> {
        if self.fleet.settings.others == Others::Leave {
            return BTreeSet::new();
        }
        let members = self.observation.members().map(|(account, _)| account);
        let planned = self.plan.steps().map(|(account, _)| account);
        members
            .chain(planned)
            .chain(self.told.keys().copied())
            .chain(self.fleet.agreed_others(self.observation.region()))
            .filter(|account| !self.fleet.members.contains_key(account))
            .collect()
    }

    /// Lets what is under way come to its end, and looks once more at what was done, so that the
    /// report says what is.
    async fn let_finish(&mut self, grace: Duration) {
        let end = clock::now() + grace;
        self.settle(end).await;
        self.looks.abandon();
        while self.is_in_doubt() && self.send_before(Work::List, end).await {
            self.settle(end).await;
            let looked = self.attempts.region(RegionRequest::Look);
            if looked.is_none_or(|look| look.under_way || look.last != Some(Answer::Done)) {
                break;
            }
        }
        self.tell_what_is_lost();
        self.replan();
    }

    /// What is still under way is dropped: it may have its effect all the same, and count as this run's.
    fn tell_what_is_lost(&self) {
        for (account, _) in self.plan.steps() {
            let tried = self.attempts.member(account);
            if tried.is_some_and(MemberAttempts::is_under_way) {
                self.record(EventKind::Lost { account });
            }
        }
    }

    /// Waits for what is under way, but for parts of a look that a list can stand in for.
    async fn settle(&mut self, end: Instant) {
        while self.under_way.len() > self.looks.gets {
            tokio::select! {
                biased;
                Some(reply) = self.under_way.next() => self.merge(reply),
                () = clock::until(end) => break,
            }
        }
    }

    /// Sends a request if it may be sent before `end`.
    async fn send_before(&mut self, work: Work, end: Instant) -> bool {
        let permit = tokio::select! {
            biased;
            () = clock::until(end) => return false,
            permit = std::future::poll_fn(|cx| self.permits.poll_acquire(cx)) => permit,
        };
        self.start(Some(work), permit);
        true
    }

    fn pace(&mut self, under: Under) -> &mut Pace {
        let (seed, region) = (self.aws.seed(), self.observation.region());
        self.paces.entry(under).or_insert_with(|| {
            let (operation, account) = (under.0.as_str(), under.1);
            let account = account.map(|it| it.to_string()).unwrap_or_default();
            Pace::new(seed, format_args!("{operation} {account} {region}"))
        })
    }
}
