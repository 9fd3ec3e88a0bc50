//! One run: look, do what the plan says, look again, and say how each account ended.

mod ending;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_cloudformation::Client;
use engine::{Aws, Failure, clock};
use fleet::account::{AccountId, Region};
use fleet::cause::{Cause, MemberRole, Place};
use fleet::event::Operation;
use fleet::region_table::{self, Entry};
use fleet::report::Ended;
use tokio::task::JoinSet;

use ending::{ended, lacking};

use crate::cloudformation::{AccountResult, CloudFormation, OperationId, Seen};
use crate::definition::Definition;
use crate::offers::{self, Offer};
use crate::operation::{Limits, OnProgress, Operated, Operator};
use crate::plan::{self, Leave, Plan, Stack, Status, Step};
use crate::report::{AccountReport, Action, Outcome, SetState, StackSetReport, ViaReport};

/// The role in members, as one StackSet brings it there.
#[derive(Clone, Debug)]
pub struct Rollout {
    pub(crate) aws: Aws,
    cloudformation: CloudFormation,
    pub(crate) wanted: Definition,
}

/// For how long another Region is asked whether the StackSet stands there.
const SEARCH: Duration = Duration::from_secs(5);

/// How a run ended.
#[derive(Clone, Debug)]
pub struct Done {
    /// What ended it.
    pub ended: Ended,
    /// What ended it before its time.
    pub error: Option<Arc<str>>,
    /// The StackSet, where there is one.
    pub stack_set: Option<StackSetReport>,
    /// How the role is deployed without one.
    pub via: Option<ViaReport>,
    /// Each account of the plan.
    pub accounts: Vec<AccountReport>,
}

/// What happened so far.
struct Work {
    state: SetState,
    ended: Ended,
    error: Option<Failure>,
    /// The operation that goes on in AWS.
    going: Option<String>,
    results: BTreeMap<AccountId, AccountResult>,
}

impl Rollout {
    /// Nothing is asked yet.
    #[must_use]
    pub fn new(aws: &Aws, wanted: Definition) -> Self {
        let client = Client::new(&aws.service(&wanted.home));
        Self {
            aws: aws.clone(),
            cloudformation: CloudFormation::new(client, &wanted.name),
            wanted,
        }
    }

    /// What is wanted.
    #[must_use]
    pub fn wanted(&self) -> &Definition {
        &self.wanted
    }

    /// What there is.
    ///
    /// # Errors
    /// Where CloudFormation cannot be asked.
    pub async fn look(&self) -> Result<Seen, Failure> {
        self.cloudformation.look().await
    }

    /// An operation with the StackSet that is under way.
    ///
    /// # Errors
    /// Where CloudFormation cannot be asked.
    pub async fn under_way(&self) -> Result<Option<String>, Failure> {
        self.cloudformation.under_way().await
    }

    /// Waits until no operation is under way: what it does is not known before.
    ///
    /// # Errors
    /// Where CloudFormation cannot be asked.
    pub async fn settle(
        &self,
        limits: &Limits,
        on_progress: OnProgress<'_>,
    ) -> Result<Ended, Failure> {
        self.operator(limits, on_progress).settle().await
    }

    /// In what the StackSet differs from what is wanted.
    #[must_use]
    pub fn differences(&self, seen: &Seen) -> Vec<String> {
        let set = seen.set.as_ref();
        set.map_or_else(Vec::new, |set| self.wanted.differences(set))
    }

    /// Why nothing may be done with this StackSet.
    #[must_use]
    pub fn refuses(&self, seen: &Seen) -> Option<String> {
        seen.set.as_ref().and_then(|set| self.wanted.refuses(set))
    }

    /// Why the StackSet cannot be updated without touching accounts that the roster does not name.
    #[must_use]
    pub fn touches_others(&self, seen: &Seen, plan: &Plan) -> Option<String> {
        let differences = self.differences(seen);
        let accounts = plan.keys().copied().collect();
        let others = plan::others(&accounts, &seen.stacks);
        let alone = plan::with(plan, &Step::Update).is_empty() && others > 0;
        (alone && !differences.is_empty()).then(|| {
            format!(
                "the StackSet {} would have to be updated ({}), and it has stacks in {others} accounts that the file does not name and in none that it names; AWS would update all of those: name one of them too, or another StackSet with --stack-set",
                self.wanted.name,
                differences.join(", ")
            )
        })
    }

    /// Brings the role to the accounts of the plan.
    ///
    /// # Errors
    /// Where nothing was begun.
    pub async fn deploy(
        &self,
        seen: &Seen,
        plan: &Plan,
        limits: &Limits,
        on_progress: OnProgress<'_>,
    ) -> Result<Done, Failure> {
        let operator = self.operator(limits, on_progress);
        let mut work = Work::new(seen);
        let differences = self.differences(seen);
        let behind = plan::with(plan, &Step::Update);
        let missing = plan::with(plan, &Step::Make);
        let aws = &self.cloudformation;
        if seen.set.is_none() && !missing.is_empty() {
            aws.create(&self.wanted).await?;
            work.state = SetState::Created;
        } else if !differences.is_empty() || !behind.is_empty() {
            let begin = |id: OperationId| async {
                let preferences = operator.preferences(&behind);
                aws.update(id, &self.wanted, &behind, preferences).await
            };
            let begun = work.take(operator.run(&behind, begin).await)?;
            if begun && !differences.is_empty() {
                work.state = SetState::Updated;
            }
        }
        if work.may_go_on() && !missing.is_empty() {
            let begin = |id: OperationId| async {
                let preferences = operator.preferences(&missing);
                aws.make(id, &self.wanted.home, &missing, preferences).await
            };
            work.take(operator.run(&missing, begin).await)?;
        }
        Ok(self.conclude(seen, plan, differences, work).await)
    }

    /// Roles that do as well, where this way has led to no role at all.
    pub async fn offers(&self, done: &Done) -> Vec<Offer> {
        let in_vain = offers::in_vain(&done.accounts);
        if in_vain.is_empty() {
            return Vec::new();
        }
        offers::find(&self.aws, &in_vain, &self.wanted.home).await
    }

    /// Another Region in which the StackSet stands: one that is looked for because there is none in
    /// the home Region. A Region that cannot be asked is taken for one without.
    pub async fn elsewhere(&self) -> Option<Region> {
        let mut asked = JoinSet::new();
        let others = region_table::known(self.wanted.partition).filter(|it| !it.opt_in);
        for region in others
            .map(Entry::region)
            .filter(|it| *it != self.wanted.home)
        {
            let client = Client::new(&self.aws.service(&region));
            let there = CloudFormation::new(client, &self.wanted.name);
            asked.spawn(async move {
                tokio::select! {
                    set = there.stack_set() => set.ok().flatten().map(|_| region),
                    () = clock::sleep(SEARCH) => None,
                }
            });
        }
        let mut found = BTreeSet::new();
        while let Some(answer) = asked.join_next().await {
            found.extend(answer.ok().flatten());
        }
        found.pop_first()
    }

    /// Takes the role from the accounts of the plan, or just the accounts from the StackSet.
    ///
    /// # Errors
    /// Where nothing was begun.
    pub async fn remove(
        &self,
        seen: &Seen,
        plan: &Plan,
        leave: Leave,
        limits: &Limits,
        on_progress: OnProgress<'_>,
    ) -> Result<Done, Failure> {
        let operator = self.operator(limits, on_progress);
        let mut work = Work::new(seen);
        let leaving = plan::with(plan, &Step::Remove);
        let aws = &self.cloudformation;
        if !leaving.is_empty() {
            let begin = |id: OperationId| async {
                let preferences = operator.preferences(&leaving);
                aws.delete(id, &self.wanted.home, &leaving, leave, preferences)
                    .await
            };
            work.take(operator.run(&leaving, begin).await)?;
        }
        Ok(self.conclude(seen, plan, Vec::new(), work).await)
    }

    /// What would be done.
    #[must_use]
    pub fn propose(&self, seen: &Seen, plan: &Plan, deploys: bool) -> Done {
        let differences = if deploys {
            self.differences(seen)
        } else {
            Vec::new()
        };
        let makes = !plan::with(plan, &Step::Make).is_empty();
        let state = match &seen.set {
            None if makes => SetState::Created,
            None => SetState::Missing,
            Some(_) if !differences.is_empty() => SetState::Updated,
            Some(_) => SetState::Unchanged,
        };
        let account = |(account, step): (&AccountId, &Step)| AccountReport {
            account_id: *account,
            stack: self.stack(seen, *account).map(|it| it.status.as_str()),
            action: action(step),
            outcome: None,
            assumable: None,
            changes: Vec::new(),
            reason: blocked(step),
            cause: None,
        };
        Done {
            ended: Ended::Complete,
            error: None,
            stack_set: Some(self.set(state, differences, seen, plan)),
            via: None,
            accounts: plan.iter().map(account).collect(),
        }
    }

    /// Whether each account has its stack, and its role can really be assumed by the role that it
    /// trusts.
    pub async fn status(&self, seen: &Seen, accounts: &BTreeSet<AccountId>) -> Done {
        let trusted = self.aws.becoming(&self.wanted.trusted);
        let tried = trusted.try_roles(accounts, Duration::ZERO).await;
        let account = |(account, tried): (&AccountId, &Result<(), Failure>)| {
            let stack = self.stack(seen, *account);
            let behind = stack
                .filter(|it| it.status != Status::Current)
                .map(|it| lacking(it, None));
            let role = trusted.role_in_members();
            let cause = tried.as_ref().err().map(|it| refused(role, stack, it));
            let place = Place::among(&[*account], &[]);
            let told = cause
                .as_ref()
                .map(|cause| cause.told(&place).in_one().into());
            let reason = told.or(behind);
            AccountReport {
                account_id: *account,
                stack: stack.map(|it| it.status.as_str()),
                action: Action::Look,
                outcome: Some(
                    reason
                        .as_ref()
                        .map_or(Outcome::Unchanged, |_| Outcome::Failed),
                ),
                assumable: Some(tried.is_ok()),
                changes: Vec::new(),
                reason,
                cause,
            }
        };
        let plan = accounts.iter().map(|it| (*it, Step::Keep)).collect();
        let state = match seen.set {
            Some(_) => SetState::Unchanged,
            None => SetState::Missing,
        };
        Done {
            ended: Ended::Complete,
            error: None,
            stack_set: Some(self.set(state, self.differences(seen), seen, &plan)),
            via: None,
            accounts: tried.iter().map(account).collect(),
        }
    }

    async fn conclude(
        &self,
        before: &Seen,
        plan: &Plan,
        differences: Vec<String>,
        work: Work,
    ) -> Done {
        let looked = self.cloudformation.look().await;
        let error = work.error.as_ref().or(looked.as_ref().err());
        let error = error.map(|failure| failure.text.clone());
        // Where it cannot be looked once more, what the operations said counts.
        let seen = looked.is_ok();
        let after = looked.unwrap_or_else(|_| before.clone());
        let account = |(account, step): (&AccountId, &Step)| {
            let stack = self.stack(&after, *account);
            let (outcome, reason) = ended(step, stack, seen, &work, work.results.get(account));
            let stuck = *step == Step::Remove && outcome == Outcome::Failed;
            let reason = reason.map(|reason| if stuck { how_to_leave(&reason) } else { reason });
            AccountReport {
                account_id: *account,
                stack: stack.map(|it| it.status.as_str()),
                action: action(step),
                outcome: Some(outcome),
                assumable: None,
                changes: Vec::new(),
                reason,
                cause: None,
            }
        };
        Done {
            ended: work.ended,
            error,
            stack_set: Some(self.set(work.state, differences, &after, plan)),
            via: None,
            accounts: plan.iter().map(account).collect(),
        }
    }

    fn set(
        &self,
        state: SetState,
        differences: Vec<String>,
        seen: &Seen,
        plan: &Plan,
    ) -> StackSetReport {
        let accounts = plan.keys().copied().collect();
        StackSetReport {
            name: self.wanted.name.clone(),
            region: self.wanted.home.clone(),
            state,
            differences,
            others: plan::others(&accounts, &seen.stacks),
        }
    }

    fn stack<'a>(&self, seen: &'a Seen, account: AccountId) -> Option<&'a Stack> {
        let mut stacks = seen.stacks.get(&account)?.iter();
        stacks.find(|stack| stack.region == self.wanted.home)
    }

    fn operator<'a>(&'a self, limits: &'a Limits, on_progress: OnProgress<'a>) -> Operator<'a> {
        let clock = self.aws.clock();
        Operator {
            aws: &self.cloudformation,
            deadline: clock.elapsed() + limits.timeout,
            clock,
            limits,
            on_progress,
        }
    }
}

/// What can be done about an account in which nothing can be deleted any more.
fn how_to_leave(reason: &str) -> Arc<str> {
    format!(
        "{reason}; where the account is closed or suspended, `{}` takes it out of the StackSet and leaves its stack",
        plan::RETAIN
    )
    .into()
}

impl Work {
    fn new(seen: &Seen) -> Self {
        Self {
            state: match seen.set {
                Some(_) => SetState::Unchanged,
                None => SetState::Missing,
            },
            ended: Ended::Complete,
            error: None,
            going: None,
            results: BTreeMap::new(),
        }
    }

    fn may_go_on(&self) -> bool {
        self.ended == Ended::Complete && self.error.is_none()
    }

    /// Takes in how an operation went, and says whether it was begun. An error after something was
    /// changed belongs into the report.
    fn take(&mut self, operated: Result<Operated, Failure>) -> Result<bool, Failure> {
        match operated {
            Ok(operated) => {
                let begun = operated.id.is_some();
                self.ended = operated.ended;
                if operated.ended != Ended::Complete {
                    self.going = operated.id;
                }
                self.results.extend(operated.results);
                Ok(begun)
            }
            // One that AWS refused has changed nothing.
            Err(failure)
                if !failure.is_transient()
                    && self.results.is_empty()
                    && self.state != SetState::Created =>
            {
                Err(failure)
            }
            Err(failure) => {
                self.error = Some(failure);
                Ok(false)
            }
        }
    }
}

/// Why a role cannot be assumed. CloudFormation does not see what becomes of a stack's resources: a role that
/// somebody deleted stays away, however often the StackSet is deployed.
fn refused(role: MemberRole, stack: Option<&Stack>, failure: &Failure) -> Cause {
    let error = failure.call(Operation::AssumeRole);
    let is_current = stack.is_some_and(|it| it.status == Status::Current);
    if is_current && failure.is_denied() {
        Cause::RoleNotInStack { role, error }
    } else {
        Cause::RoleNotAssumed { role, error }
    }
}

pub(crate) fn action(step: &Step) -> Action {
    match step {
        Step::Keep => Action::Keep,
        Step::Make => Action::Make,
        Step::Update => Action::Update,
        Step::Remove => Action::Remove,
        Step::Leave(_) => Action::Leave,
        Step::Blocked(_) => Action::Blocked,
    }
}

pub(crate) fn blocked(step: &Step) -> Option<Arc<str>> {
    match step {
        Step::Blocked(reason) | Step::Leave(reason) => Some(reason.clone()),
        _ => None,
    }
}
