//! What each account has.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::config::{Builder, IdentityCache};
use engine::Failure;
use fleet::account::AccountId;
use fleet::cause::{Cause, MemberRole, Place};
use fleet::event::Operation;

use super::each::Crew;
use super::plan::{Found, Own, State};
use super::policy::Scope;
use super::stack::{self, MemberStack};
use super::{Looked, Via};
use crate::operation::{Limits, OnProgress};

/// What a template of ours says of itself: its description.
const OURS: &str = "detective-fleet, in every member account";

impl Via {
    /// What each account has. An operation with a stack that is under way is waited for where `settles` says so.
    pub async fn look(
        &self,
        accounts: &BTreeSet<AccountId>,
        settles: bool,
        limits: &Limits,
        on_progress: OnProgress<'_>,
    ) -> Looked {
        let crew = self.crew(limits, on_progress);
        let work = accounts.iter().map(|account| (*account, ())).collect();
        let look = async |account, ()| self.visit(account, settles, &crew).await;
        let mut visited = crew.each(work, look).await;
        let mut looked = Looked::default();
        for account in accounts {
            let (found, member) = visited.remove(account).unwrap_or_else(unseen);
            looked.finds.insert(*account, found);
            looked.members.extend(member.map(|it| (*account, it)));
        }
        self.find_roles_without_a_stack(&mut looked).await;
        looked
    }

    async fn visit(
        &self,
        account: AccountId,
        settles: bool,
        crew: &Crew<'_>,
    ) -> (Found, Option<MemberStack>) {
        let home = &self.wanted.home;
        let policy = Scope {
            partition: self.aws.partition(),
            account,
            region: home,
            stack: &self.stack,
            role_name: &self.wanted.role_name,
        }
        .policy();
        let config = self.aws.as_guest(account, &self.role, policy, home).await;
        let member = match config {
            Ok(config) => {
                // The SDK's cache has room for 64 accounts; these credentials are kept already.
                let config = Builder::from(&config).identity_cache(IdentityCache::no_cache());
                MemberStack::new(Client::from_conf(config.build()), &self.stack)
            }
            Err(failure) => return (self.not_let_in(account, &failure), None),
        };
        match self.find(&member, settles, crew).await {
            Ok(found) => (found, Some(member)),
            Err(failure) => (Found::closed(failure.text), None),
        }
    }

    fn not_let_in(&self, account: AccountId, failure: &Failure) -> Found {
        let role = MemberRole {
            name: self.role.as_str().into(),
            external_id: false,
            ..self.aws.role_in_members()
        };
        let error = failure.call(Operation::AssumeRole);
        let cause = Cause::DeployerNotAssumed { role, error };
        let why = cause.told(&Place::among(&[account], &[])).in_one();
        Found::Closed {
            why: why.into(),
            cause: Some(cause),
        }
    }

    async fn find(
        &self,
        member: &MemberStack,
        settles: bool,
        crew: &Crew<'_>,
    ) -> Result<Found, Failure> {
        let begun = crew.now();
        let (described, state) = loop {
            let Some(described) = member.describe().await? else {
                return self.find_owner(member).await;
            };
            match stack::state(&described, &self.stack) {
                None => return self.find_owner(member).await,
                Some(State::Busy(_)) if settles && crew.pause(begun).await.is_none() => {}
                Some(state) => break (described, state),
            }
        };
        if matches!(state, State::Busy(_)) {
            // What comes of it is not known yet.
            let differences = Vec::new();
            return Ok(Found::Ours(Own { state, differences }));
        }
        let template = member.template().await?;
        if !template.contains(OURS) {
            let why = format!(
                "there is a stack {} that was not made of detective-fleet's template: name another with --stack",
                self.stack
            );
            let differences = Vec::new();
            let state = State::Stuck(why.into());
            return Ok(Found::Ours(Own { state, differences }));
        }
        let differences = self
            .wanted
            .stack_differences(&template, &described.parameters);
        Ok(Found::Ours(Own { state, differences }))
    }

    /// Another stack that has the role.
    async fn find_owner(&self, member: &MemberStack) -> Result<Found, Failure> {
        let owner = member.owner(&self.wanted.role_name).await?;
        Ok(owner.map_or(Found::Nothing, |owner| Found::Theirs(theirs(&owner))))
    }

    /// A role that is in no stack of the Region was made in another way, or in another Region: it is known by that it
    /// can be assumed, where it is the administrator who asks.
    async fn find_roles_without_a_stack(&self, looked: &mut Looked) {
        let nothing = looked.finds.iter().filter(|(_, it)| **it == Found::Nothing);
        let nothing: BTreeSet<_> = nothing.map(|(account, _)| *account).collect();
        if nothing.is_empty() || !self.is_the_administrator() {
            return;
        }
        for (account, tried) in self.tried(&nothing).await {
            if tried.is_ok() {
                let home = &self.wanted.home;
                let why = format!(
                    "its role can be assumed, and no stack in {home} has it: somebody made it in another way, and it is left alone"
                );
                looked.finds.insert(account, Found::Theirs(why.into()));
            }
        }
    }

    /// Whether the caller is in the account that the roles trust.
    pub(super) fn is_the_administrator(&self) -> bool {
        self.aws.administrator() == self.wanted.administrator
    }

    /// Whether roles can be assumed by the role that they trust.
    pub(super) async fn tried(
        &self,
        accounts: &BTreeSet<AccountId>,
    ) -> BTreeMap<AccountId, Result<(), Failure>> {
        let trusted = self.aws.becoming(&self.wanted.trusted);
        trusted.try_roles(accounts, Duration::ZERO).await
    }
}

fn theirs(owner: &str) -> Arc<str> {
    if owner.starts_with("StackSet-") {
        format!("its role belongs to the stack {owner} of a StackSet, and is left alone").into()
    } else {
        format!("its role belongs to the stack {owner}, and is left alone (--stack names the one to work with)").into()
    }
}

fn unseen() -> (Found, Option<MemberStack>) {
    let why = "not looked at before the run ended: run again";
    (Found::closed(why), None)
}
