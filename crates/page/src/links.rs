//! Pages of AWS's console that a cause leads to. Nothing is loaded from there: a reader clicks.

use std::collections::BTreeSet;

use fleet::account::{AccountId, Region};
use fleet::cause::{Cause, MemberRole};
use fleet::language::Words;
use fleet::region_table::partition_of;

/// More accounts than that nobody signs in to one after the other.
const MOST: usize = 3;

/// Where a reader can go.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) words: String,
    pub(crate) url: String,
}

/// The hosts of the console; `None` for a partition that this program does not know, and for what is no
/// Region.
struct Console {
    /// Where roles are switched.
    sign_in: &'static str,
    /// The console of a Region.
    host: String,
    region: String,
}

impl Console {
    // docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_switch-role-console.html, and
    // docs.aws.amazon.com/govcloud-us/latest/UserGuide/govcloud-iam.html
    fn of(region: &str) -> Option<Self> {
        let (sign_in, host) = match partition_of(region)? {
            "aws" => (
                "signin.aws.amazon.com",
                format!("{region}.console.aws.amazon.com"),
            ),
            "aws-us-gov" => (
                "signin.amazonaws-us-gov.com",
                "console.amazonaws-us-gov.com".to_owned(),
            ),
            _ => return None,
        };
        Some(Self {
            sign_in,
            host,
            region: region.to_owned(),
        })
    }

    fn account(&self, words: Words, account: AccountId) -> Link {
        Link {
            words: words.fill("Open {0} in the console", &[&account]),
            url: format!("https://{}/switchrole?account={account}", self.sign_in),
        }
    }

    fn stack_sets(&self, words: Words) -> Link {
        let Self { host, region, .. } = self;
        Link {
            words: words.say("Open the StackSets").to_owned(),
            url: format!("https://{host}/cloudformation/home?region={region}#/stacksets"),
        }
    }

    fn detective(&self, words: Words) -> Link {
        let Self { host, region, .. } = self;
        Link {
            words: words.fill("Open Detective in {0}", &[region]),
            url: format!("https://{host}/detective/home?region={region}"),
        }
    }
}

/// Where a cause that some accounts have is mended: in those accounts, and the role by its StackSet.
pub(crate) fn of_accounts(
    words: Words,
    cause: &Cause,
    accounts: &BTreeSet<AccountId>,
    regions: &BTreeSet<Region>,
) -> Vec<Link> {
    let consoles = regions.iter().filter_map(|it| Console::of(it.as_str()));
    let Some(console) = consoles.into_iter().next() else {
        return Vec::new();
    };
    let role = match cause {
        Cause::RoleNotAssumed { role, .. } | Cause::RoleNotInStack { role, .. } => Some(role),
        _ => None,
    };
    let ours = role.is_some_and(|role| &*role.name == MemberRole::DEFAULT);
    let stack_sets = ours.then(|| console.stack_sets(words));
    let few = accounts.len() <= MOST;
    let accounts = accounts.iter().filter(|_| few);
    let accounts = accounts.map(|id| console.account(words, *id));
    stack_sets.into_iter().chain(accounts).collect()
}

/// Where somebody looks at a Region that failed.
pub(crate) fn of_regions(words: Words, regions: &BTreeSet<Region>) -> Vec<Link> {
    let consoles = regions.iter().filter_map(|it| Console::of(it.as_str()));
    consoles.take(MOST).map(|it| it.detective(words)).collect()
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    fn urls(links: &[Link]) -> Vec<&str> {
        links.iter().map(|it| it.url.as_str()).collect()
    }

    #[test]
    fn links_lead_to_the_console_of_the_partition_and_nowhere_else() {
        let words = crate::words::of(fleet::language::Language::English);
        let account: AccountId = "111122223333".parse().unwrap();
        let gov = [Region::new("us-gov-west-1")].into();
        let links = of_accounts(words, &Cause::RegionOff, &[account].into(), &gov);
        let url = "https://signin.amazonaws-us-gov.com/switchrole?account=111122223333";
        assert_eq!(urls(&links), [url]);
        let hostile = [Region::new("</script><img src=x>")].into();
        assert_eq!(
            of_accounts(words, &Cause::RegionOff, &[account].into(), &hostile),
            []
        );
        assert_eq!(of_regions(words, &hostile), []);
        let links = of_regions(words, &[Region::new("eu-west-1")].into());
        let url = "https://eu-west-1.console.aws.amazon.com/detective/home?region=eu-west-1";
        assert_eq!(urls(&links), [url]);
    }
}
