//! What is to be done about each account: a function of what was found, and nothing else.

use std::collections::BTreeMap;
use std::sync::Arc;

use fleet::account::AccountId;
use fleet::cause::Cause;

use crate::plan::{Plan, Step};

/// What one account has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Neither the stack nor another one that has the role.
    Nothing,
    /// The stack.
    Ours(Own),
    /// The role, in no stack of ours: it is left alone, for this reason.
    Theirs(Arc<str>),
    /// The account could not be looked at.
    Closed {
        /// Why.
        why: Arc<str>,
        /// The same as data, where it is something that other accounts can have, too.
        cause: Option<Cause>,
    },
}

impl Found {
    /// The account could not be looked at, for a reason of its own.
    pub(super) fn closed(why: impl Into<Arc<str>>) -> Self {
        let (why, cause) = (why.into(), None);
        Self::Closed { why, cause }
    }

    /// The cause of why the account could not be looked at, where it has one.
    pub(super) fn cause(&self) -> Option<Cause> {
        match self {
            Self::Closed { cause, .. } => cause.clone(),
            Self::Nothing | Self::Ours(_) | Self::Theirs(_) => None,
        }
    }
}

/// The stack, as CloudFormation has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Own {
    /// How far it is.
    pub state: State,
    /// In what it differs from what is wanted.
    pub differences: Vec<String>,
}

/// How far a stack is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// It stands.
    Stands,
    /// It never came to be, and has to go before it can.
    Failed(Arc<str>),
    /// An operation with it is under way.
    Busy(Arc<str>),
    /// Nothing can be done with it but in the account.
    Stuck(Arc<str>),
}

/// What was found in each account.
pub type Finds = BTreeMap<AccountId, Found>;

/// What brings the role to every account.
#[must_use]
pub fn deploy(finds: &Finds) -> Plan {
    each(finds, |found| match found {
        Found::Nothing => Step::Make,
        Found::Theirs(why) => Step::Leave(why.clone()),
        Found::Closed { why, .. } => Step::Blocked(why.clone()),
        Found::Ours(own) => match &own.state {
            State::Stands if own.differences.is_empty() => Step::Keep,
            State::Stands => Step::Update,
            State::Failed(_) => Step::Make,
            State::Busy(why) | State::Stuck(why) => Step::Blocked(why.clone()),
        },
    })
}

/// What takes the role from every account that has it by this stack.
#[must_use]
pub fn remove(finds: &Finds) -> Plan {
    each(finds, |found| match found {
        Found::Nothing => Step::Keep,
        Found::Theirs(why) => Step::Leave(why.clone()),
        Found::Closed { why, .. } => Step::Blocked(why.clone()),
        Found::Ours(own) => match &own.state {
            State::Stands | State::Failed(_) => Step::Remove,
            State::Busy(why) | State::Stuck(why) => Step::Blocked(why.clone()),
        },
    })
}

/// How many accounts have the stack.
#[must_use]
pub fn ours(finds: &Finds) -> usize {
    let is_ours = |it: &&Found| matches!(it, Found::Ours(_));
    finds.values().filter(is_ours).count()
}

fn each(finds: &Finds, step: impl Fn(&Found) -> Step) -> Plan {
    let steps = finds.iter();
    steps
        .map(|(account, found)| (*account, step(found)))
        .collect()
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    fn own(state: State, differences: &[&str]) -> Found {
        Found::Ours(Own {
            state,
            differences: differences.iter().map(ToString::to_string).collect(),
        })
    }

    fn finds() -> Finds {
        let why = || "why".into();
        let all = [
            Found::Nothing,
            own(State::Stands, &[]),
            own(State::Stands, &["template"]),
            own(State::Failed(why()), &["template"]),
            own(State::Busy(why()), &[]),
            own(State::Stuck(why()), &[]),
            Found::Theirs(why()),
            Found::closed(why()),
        ];
        let ids = (1..).map(|n: u64| format!("{n:012}").parse().unwrap());
        ids.zip(all).collect()
    }

    #[test]
    fn only_what_is_missing_or_outdated_is_done_and_what_others_made_is_left() {
        let why = || "why".into();
        let plan: Vec<_> = deploy(&finds()).into_values().collect();
        let expected = [
            Step::Make,
            Step::Keep,
            Step::Update,
            Step::Make,
            Step::Blocked(why()),
            Step::Blocked(why()),
            Step::Leave(why()),
            Step::Blocked(why()),
        ];
        assert_eq!(plan, expected);
    }

    #[test]
    fn only_stacks_of_ours_are_removed() {
        let why = || "why".into();
        let plan: Vec<_> = remove(&finds()).into_values().collect();
        let expected = [
            Step::Keep,
            Step::Remove,
            Step::Remove,
            Step::Remove,
            Step::Blocked(why()),
            Step::Blocked(why()),
            Step::Leave(why()),
            Step::Blocked(why()),
        ];
        assert_eq!(plan, expected);
        assert_eq!(ours(&finds()), 5);
    }
}
