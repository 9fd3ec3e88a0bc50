//! The role in members by a role that is in each of them already: its stack is deployed there, without a StackSet.
//!
//! [`Via::look`] finds out what each account has, [`plan`] (pure) what is to be done about it, [`Via::prepare`] has
//! CloudFormation say what that would change, and [`Via::deploy`] and [`Via::remove`] do it. AWS is the only state.

mod each;
mod look;
pub mod plan;
mod policy;
mod prepare;
mod remains;
mod report;
mod stack;

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_sdk_cloudformation::types::StackStatus;
use engine::{Aws, Failure, RoleName};
use fleet::account::AccountId;
use stacks::Begun;

use self::each::Crew;
use self::plan::{Finds, Found, Own, State};
use self::remains::Unused;
use self::stack::{ChangeSet, MemberStack, kind};
use crate::definition::Definition;
use crate::operation::{Limits, OnProgress};
use crate::plan::{Plan, Step};
use crate::rollout::Done;

/// The role in members, as a role brings it there that is in each of them already.
#[derive(Clone, Debug)]
pub struct Via {
    pub(crate) aws: Aws,
    /// The role in members with which CloudFormation is asked.
    role: RoleName,
    /// The name of the stack in each member.
    stack: String,
    pub(crate) wanted: Arc<Definition>,
}

/// What was found, and how it is reached.
#[derive(Clone, Debug, Default)]
pub struct Looked {
    /// What each account has.
    pub finds: Finds,
    members: BTreeMap<AccountId, MemberStack>,
}

/// What CloudFormation says that it would change.
#[derive(Clone, Debug, Default)]
pub struct Changes(BTreeMap<AccountId, Result<Option<ChangeSet>, Arc<str>>>);

/// How it ended in one account.
#[derive(Clone, Debug)]
enum End {
    Done,
    NothingToDo,
    GoesOn,
    /// Its turn did not come, and what [`Via::prepare`] had made for it may stay.
    NotBegun(Option<Failure>),
    Failed(Arc<str>),
}

impl Via {
    /// Nothing is asked yet. Of `wanted`, what concerns a StackSet is not used.
    #[must_use]
    pub fn new(aws: &Aws, wanted: Definition, role: RoleName, stack: String) -> Self {
        Self {
            aws: aws.clone(),
            role,
            stack,
            wanted: Arc::new(wanted),
        }
    }

    /// What is wanted.
    #[must_use]
    pub fn wanted(&self) -> &Definition {
        &self.wanted
    }

    /// Brings the role to the accounts of the plan.
    pub async fn deploy(
        &self,
        looked: &Looked,
        plan: &Plan,
        mut changes: Changes,
        limits: &Limits,
        on_progress: OnProgress<'_>,
    ) -> Done {
        let due = plan
            .iter()
            .filter(|(_, step)| matches!(step, Step::Make | Step::Update));
        let due: BTreeMap<_, _> = due
            .map(|(account, step)| {
                let found = looked.finds.get(account).cloned();
                (*account, (step.clone(), found, changes.0.remove(account)))
            })
            .collect();
        let prepared = due.iter().filter_map(|(account, (step, _, set))| {
            let set = set.as_ref()?.as_ref().ok()?.as_ref()?;
            Some((*account, Unused::new(set, step)))
        });
        let mut unused = looked.only(prepared);
        let crew = self.crew(limits, on_progress);
        let mut ends = crew
            .each(looked.only(due), async |_, (member, (step, found, set))| {
                let end = self.deploy_one(&member, &step, found, set, &crew).await;
                counted(end, &crew)
            })
            .await;
        unused.retain(|account, _| !ends.contains_key(account));
        let remains = crew.take_back(unused).await.into_iter();
        ends.extend(remains.map(|(account, left)| (account, End::NotBegun(Some(left)))));
        self.done(looked, plan, &ends, crew.over())
    }

    async fn deploy_one(
        &self,
        member: &MemberStack,
        step: &Step,
        found: Option<Found>,
        set: Option<Result<Option<ChangeSet>, Arc<str>>>,
        crew: &Crew<'_>,
    ) -> Result<End, Failure> {
        if let Some(Found::Ours(Own {
            state: State::Failed(_),
            ..
        })) = found
        {
            match self.gone(member, crew).await? {
                End::Done => {}
                other => return Ok(other),
            }
        }
        let set = match set {
            Some(set) => set,
            None if crew.over().is_some() => return Ok(End::NotBegun(None)),
            None => self.prepare_one(member, step, crew).await,
        };
        let set = match set {
            Ok(Some(set)) => set,
            Ok(None) => return Ok(End::NothingToDo),
            Err(reason) => return Ok(End::Failed(reason)),
        };
        if crew.over().is_some() {
            let unused = Unused::new(&set, step);
            return Ok(End::NotBegun(crew.withdraw(member, &unused).await.err()));
        }
        let begun = member.begin(&set.name, kind(step), &crew.wait()).await;
        match not_begun(begun) {
            Some(end) => Ok(end),
            None => self.deployed(member, crew).await,
        }
    }

    /// How what has begun ends.
    async fn deployed(&self, member: &MemberStack, crew: &Crew<'_>) -> Result<End, Failure> {
        let begun = crew.now();
        loop {
            let Ok(now) = crew.wait().within(member.describe()).await else {
                return Ok(End::GoesOn);
            };
            let Some(now) = now? else {
                return Ok(End::Failed(
                    "its stack is gone: somebody else has deleted it".into(),
                ));
            };
            match (&now.status, stack::state(&now, &self.stack)) {
                (StackStatus::CreateComplete | StackStatus::UpdateComplete, _) => {
                    return Ok(End::Done);
                }
                // The change set is being executed.
                (_, None | Some(State::Busy(_))) => {
                    if crew.pause(begun).await.is_some() {
                        return Ok(End::GoesOn);
                    }
                }
                _ => {
                    let said = member.why().await.or(now.reason);
                    let status = now.status.as_str();
                    let unsaid = || {
                        format!("its stack is {status}, and CloudFormation gives no reason: look at the stack {} in the account", self.stack).into()
                    };
                    return Ok(End::Failed(said.unwrap_or_else(unsaid)));
                }
            }
        }
    }

    /// Takes the role from the accounts of the plan.
    pub async fn remove(
        &self,
        looked: &Looked,
        plan: &Plan,
        limits: &Limits,
        on_progress: OnProgress<'_>,
    ) -> Done {
        let due = crate::plan::with(plan, &Step::Remove);
        let due = due.into_iter().map(|account| (account, ()));
        let crew = self.crew(limits, on_progress);
        let ends = crew
            .each(looked.only(due), async |_, (member, ())| {
                counted(self.gone(&member, &crew).await, &crew)
            })
            .await;
        self.done(looked, plan, &ends, crew.over())
    }

    /// Deletes the stack, and waits until it is gone.
    async fn gone(&self, member: &MemberStack, crew: &Crew<'_>) -> Result<End, Failure> {
        let begun = member.begin_deletion(&crew.wait()).await?;
        if let Some(end) = not_begun(begun) {
            return Ok(end);
        }
        let begun = crew.now();
        loop {
            let Ok(now) = crew.wait().within(member.describe()).await else {
                return Ok(End::GoesOn);
            };
            let Some(now) = now? else {
                return Ok(End::Done);
            };
            if now.status == StackStatus::DeleteFailed {
                let why = member.why().await.or(now.reason);
                return Ok(End::Failed(why.unwrap_or_else(|| {
                    format!(
                        "its stack {} could not be deleted, and CloudFormation gives no reason",
                        self.stack
                    )
                    .into()
                })));
            }
            if crew.pause(begun).await.is_some() {
                return Ok(End::GoesOn);
            }
        }
    }

    fn crew<'a>(&self, limits: &'a Limits, on_progress: OnProgress<'a>) -> Crew<'a> {
        Crew::new(self.aws.clock(), limits, on_progress)
    }
}

/// How it ended where nothing has begun, or that is not known.
fn not_begun(begun: Begun) -> Option<End> {
    match begun {
        Begun::Yes => None,
        Begun::No(failure) | Begun::Unknown(failure) => Some(End::Failed(failure.text)),
    }
}

/// How it ended, counted where it failed.
fn counted(end: Result<End, Failure>, crew: &Crew<'_>) -> End {
    let end = end.unwrap_or_else(|failure| End::Failed(failure.text));
    if matches!(end, End::Failed(_)) {
        crew.failed();
    }
    end
}

impl Looked {
    /// What is to be done in accounts that can be reached, with how they are.
    fn only<T>(
        &self,
        work: impl IntoIterator<Item = (AccountId, T)>,
    ) -> BTreeMap<AccountId, (MemberStack, T)> {
        let work = work.into_iter();
        work.filter_map(|(account, it)| Some((account, (self.members.get(&account)?.clone(), it))))
            .collect()
    }
}

impl Changes {
    /// The plan, less what CloudFormation finds nothing to change in, or cannot do.
    #[must_use]
    pub fn corrected(&self, plan: Plan) -> Plan {
        let step = |(account, step): (AccountId, Step)| match self.0.get(&account) {
            Some(Ok(None)) => (account, Step::Keep),
            Some(Err(why)) => (account, Step::Blocked(why.clone())),
            _ => (account, step),
        };
        plan.into_iter().map(step).collect()
    }

    fn of(&self, account: AccountId) -> Vec<String> {
        let set = self.0.get(&account).and_then(|it| it.as_ref().ok());
        set.and_then(Option::as_ref)
            .map(|it| it.changes.clone())
            .unwrap_or_default()
    }
}
