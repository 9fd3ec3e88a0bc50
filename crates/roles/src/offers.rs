//! Roles that companies have in their accounts already, and that do as well.

use std::collections::BTreeSet;

use engine::{Aws, RoleName};
use fleet::account::{AccountId, Region};

use crate::report::{AccountReport, Action, Outcome};

/// AWS's default names of the roles of self-managed StackSets (CloudFormation user guide, stacksets-prereqs-self-managed).
pub const AWS_ADMINISTRATION: &str = "AWSCloudFormationStackSetAdministrationRole";
/// The one in members.
pub const AWS_EXECUTION: &str = "AWSCloudFormationStackSetExecutionRole";

/// Roles in members that AWS's services make, the least powerful first.
pub const USUAL: [&str; 3] = [
    AWS_EXECUTION,
    "AWSControlTowerExecution",
    "OrganizationAccountAccessRole",
];

/// A session that may do nothing: it is only asked whether the role can be assumed.
const NOTHING: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}"#;

/// In so many accounts it is tried: what is in none of them is not what a company has everywhere.
const SAMPLE: usize = 5;

/// A role that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// Its name.
    pub role: &'static str,
    /// In how many accounts it can be assumed.
    pub there: usize,
    /// In how many that was tried.
    pub tried: usize,
}

/// The usual roles that can be assumed in some of the accounts, those that are in most of them first.
pub async fn find(aws: &Aws, accounts: &BTreeSet<AccountId>, home: &Region) -> Vec<Offer> {
    let mut offers = Vec::new();
    let sample: Vec<_> = accounts.iter().take(SAMPLE).collect();
    for role in USUAL {
        let Ok(name) = role.parse::<RoleName>() else {
            continue;
        };
        let tries = sample
            .iter()
            .map(|account| aws.as_guest(**account, &name, NOTHING.to_owned(), home));
        let tried = futures_util::future::join_all(tries).await;
        let there = tried.iter().filter(|it| it.is_ok()).count();
        offers.push(Offer {
            role,
            there,
            tried: sample.len(),
        });
    }
    offers.retain(|it| it.there > 0);
    offers.sort_by_key(|it| std::cmp::Reverse(it.there));
    offers
}

/// The accounts in which a StackSet could make no role, where it could in none.
#[must_use]
pub fn in_vain(accounts: &[AccountReport]) -> BTreeSet<AccountId> {
    let made = accounts.iter().filter(|it| it.action == Action::Make);
    let made: Vec<_> = made.collect();
    if made.iter().all(|it| it.outcome == Some(Outcome::Failed)) {
        made.iter().map(|it| it.account_id).collect()
    } else {
        BTreeSet::new()
    }
}

impl Offer {
    /// What can be done with it instead, for people.
    #[must_use]
    pub fn advice(&self) -> String {
        let Self { role, there, tried } = self;
        let by_stack_set = match *role {
            AWS_EXECUTION => format!(
                ", or with a StackSet of AWS's default roles: --administration-role {AWS_ADMINISTRATION} --execution-role {AWS_EXECUTION} --boundary none"
            ),
            _ => String::new(),
        };
        format!(
            "{role} can be assumed in {there} of {tried} accounts that were tried: the role gets there by it, too, with `roles deploy --via {role}`{by_stack_set} (docs/roles.md)"
        )
    }
}
