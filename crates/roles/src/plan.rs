//! What is to be done about each account: a function of what was found, and nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use fleet::account::{AccountId, Region};

/// How far a stack of the StackSet is, as CloudFormation says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// As the StackSet is.
    Current,
    /// The last operation did not get there, or the StackSet has changed since.
    Outdated,
    /// A deletion failed: nothing can be done with it but to take it out of the StackSet.
    Inoperable,
}

impl Status {
    /// The word of CloudFormation.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Current => "CURRENT",
            Self::Outdated => "OUTDATED",
            Self::Inoperable => "INOPERABLE",
        }
    }
}

/// One stack of the StackSet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stack {
    /// Where it stands.
    pub region: Region,
    /// How far it is.
    pub status: Status,
    /// Whether there was ever a stack, or only the wish for one.
    pub exists: bool,
    /// What CloudFormation says of it.
    pub reason: Option<Arc<str>>,
}

/// The stacks of each account: one, unless somebody else has made more.
pub type Stacks = BTreeMap<AccountId, Vec<Stack>>;

/// What is to be done about one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// It is as wanted.
    Keep,
    /// There is none, or it never came to be: CreateStackInstances.
    Make,
    /// It is not as the StackSet is, or will not be once that is updated: UpdateStackSet.
    Update,
    /// DeleteStackInstances.
    Remove,
    /// The role is there by somebody else's doing, and is left alone, for this reason.
    Leave(Arc<str>),
    /// Nothing can be done, for this reason.
    Blocked(Arc<str>),
}

/// What is to be done about each account that the roster names.
pub type Plan = BTreeMap<AccountId, Step>;

/// What brings the role to every account. `changed`: the StackSet itself will be updated.
#[must_use]
pub fn deploy(
    accounts: &BTreeSet<AccountId>,
    stacks: &Stacks,
    home: &Region,
    changed: bool,
) -> Plan {
    let step = |account: &AccountId| match here(stacks, *account, home) {
        Ok(None) => Step::Make,
        Ok(Some(stack)) => match (stack.status, stack.exists) {
            (Status::Inoperable, _) => Step::Blocked(inoperable(stack)),
            (Status::Outdated, false) => Step::Make,
            (Status::Outdated, true) => Step::Update,
            (Status::Current, _) if changed => Step::Update,
            (Status::Current, _) => Step::Keep,
        },
        Err(elsewhere) => Step::Blocked(elsewhere),
    };
    accounts
        .iter()
        .map(|account| (*account, step(account)))
        .collect()
}

/// What is left in an account that leaves the StackSet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leave {
    /// Nothing: its stack is deleted, and the role with it.
    Nothing,
    /// Its stack: for an account that is closed, in which CloudFormation can do nothing any more.
    Stacks,
}

/// What takes the role from every account, or just the account from the StackSet.
#[must_use]
pub fn remove(
    accounts: &BTreeSet<AccountId>,
    stacks: &Stacks,
    home: &Region,
    leave: Leave,
) -> Plan {
    let is_stuck = |stack: &Stack| stack.status == Status::Inoperable && leave == Leave::Nothing;
    let step = |account: &AccountId| match here(stacks, *account, home) {
        Ok(None) => Step::Keep,
        Ok(Some(stack)) if is_stuck(stack) => Step::Blocked(inoperable(stack)),
        Ok(Some(_)) => Step::Remove,
        Err(elsewhere) => Step::Blocked(elsewhere),
    };
    accounts
        .iter()
        .map(|account| (*account, step(account)))
        .collect()
}

/// The accounts of a plan that have this step.
#[must_use]
pub fn with(plan: &Plan, step: &Step) -> BTreeSet<AccountId> {
    let accounts = plan.iter().filter(|(_, it)| *it == step);
    accounts.map(|(account, _)| *account).collect()
}

/// Accounts of the StackSet that the roster does not name: they are left alone.
#[must_use]
pub fn others(accounts: &BTreeSet<AccountId>, stacks: &Stacks) -> usize {
    let named = |account: &&AccountId| accounts.contains(account);
    stacks.keys().filter(|account| !named(account)).count()
}

/// The account's stack in the home Region.
fn here<'a>(
    stacks: &'a Stacks,
    account: AccountId,
    home: &Region,
) -> Result<Option<&'a Stack>, Arc<str>> {
    let all = stacks.get(&account).map_or(&[][..], Vec::as_slice);
    if let Some(stack) = all.iter().find(|stack| stack.region == *home) {
        return Ok(Some(stack));
    }
    match all.first() {
        None => Ok(None),
        Some(stack) => Err(format!(
            "its stack stands in {}, and IAM is global, so that a second one would get in its way: say --home-region {}",
            stack.region, stack.region
        )
        .into()),
    }
}

/// How an account leaves the StackSet in which CloudFormation can do nothing.
pub(crate) const RETAIN: &str = "detective-fleet roles remove LIST --account ID --retain-stacks";

fn inoperable(stack: &Stack) -> Arc<str> {
    let why = stack.reason.as_deref().unwrap_or("AWS gives no reason");
    format!(
        "a deletion failed there ({why}): take it out of the StackSet with `{RETAIN}` and the flags of this run, delete the stack in the account, and run again"
    )
    .into()
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    fn account(n: u64) -> AccountId {
        format!("{n:012}").parse().unwrap()
    }

    fn stack(region: &str, status: Status, exists: bool) -> Vec<Stack> {
        vec![Stack {
            region: Region::new(region),
            status,
            exists,
            reason: None,
        }]
    }

    fn home() -> Region {
        Region::new("us-east-1")
    }

    fn stacks() -> Stacks {
        [
            (account(2), stack("us-east-1", Status::Current, true)),
            (account(3), stack("us-east-1", Status::Outdated, false)),
            (account(4), stack("us-east-1", Status::Outdated, true)),
            (account(5), stack("us-east-1", Status::Inoperable, true)),
            (account(6), stack("eu-west-1", Status::Current, true)),
            (account(9), stack("us-east-1", Status::Current, true)),
        ]
        .into()
    }

    fn kinds(plan: &Plan) -> Vec<&'static str> {
        let kind = |step: &Step| match step {
            Step::Keep => "keep",
            Step::Make => "make",
            Step::Update => "update",
            Step::Remove => "remove",
            Step::Leave(_) => "leave",
            Step::Blocked(_) => "blocked",
        };
        plan.values().map(kind).collect()
    }

    #[test]
    fn what_is_missing_is_made_and_what_is_behind_is_updated() {
        let named: BTreeSet<_> = (1..=6).map(account).collect();
        let plan = deploy(&named, &stacks(), &home(), false);
        assert_eq!(
            kinds(&plan),
            ["make", "keep", "make", "update", "blocked", "blocked"]
        );
        let plan = deploy(&named, &stacks(), &home(), true);
        assert_eq!(
            kinds(&plan),
            ["make", "update", "make", "update", "blocked", "blocked"]
        );
    }

    #[test]
    fn nobody_is_in_a_plan_that_the_roster_does_not_name() {
        let named = BTreeSet::from([account(1), account(2)]);
        for plan in [
            deploy(&named, &stacks(), &home(), true),
            remove(&named, &stacks(), &home(), Leave::Nothing),
        ] {
            assert_eq!(plan.keys().copied().collect::<BTreeSet<_>>(), named);
        }
        assert_eq!(others(&named, &stacks()), 5);
    }

    #[test]
    fn only_what_is_there_is_removed() {
        let named: BTreeSet<_> = (1..=6).map(account).collect();
        let plan = remove(&named, &stacks(), &home(), Leave::Nothing);
        assert_eq!(
            kinds(&plan),
            ["keep", "remove", "remove", "remove", "blocked", "blocked"]
        );
        assert_eq!(with(&plan, &Step::Remove).len(), 3);
        // Where the stack is left, a deletion that failed is no obstacle.
        let plan = remove(&named, &stacks(), &home(), Leave::Stacks);
        assert_eq!(with(&plan, &Step::Remove).len(), 4);
    }

    #[test]
    fn what_is_blocked_says_what_to_do() {
        let named = BTreeSet::from([account(5), account(6)]);
        let plan = deploy(&named, &stacks(), &home(), false);
        let words: Vec<_> = plan.values().map(|step| format!("{step:?}")).collect();
        assert!(words[0].contains("retain-stacks"), "{words:?}");
        assert!(words[1].contains("--home-region eu-west-1"), "{words:?}");
    }
}
