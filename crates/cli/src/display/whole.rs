//! All Regions and accounts of a document: what "all" and "all but" refer to.

use std::collections::BTreeSet;

use fleet::account::{AccountId, Region};
use fleet::report::{CheckReport, Header, PlanReport, Report, StatusReport};

use super::fold::{self, listed};
use super::text::{BOLD, counted, paint};

/// All Regions and accounts of a document.
pub(crate) struct Whole {
    /// The Regions.
    pub(crate) regions: BTreeSet<Region>,
    /// The accounts, whatever Regions they are in.
    pub(crate) accounts: BTreeSet<AccountId>,
}

impl From<&PlanReport> for Whole {
    fn from(report: &PlanReport) -> Self {
        let members = report.regions.iter().flat_map(|it| &it.members);
        Self {
            regions: report.regions.iter().map(|it| it.region.clone()).collect(),
            accounts: members.map(|member| member.account_id).collect(),
        }
    }
}

impl From<&Report> for Whole {
    fn from(report: &Report) -> Self {
        let members = report.regions.iter().flat_map(|it| &it.members);
        Self {
            regions: report.regions.iter().map(|it| it.region.clone()).collect(),
            accounts: members.map(|member| member.account_id).collect(),
        }
    }
}

impl From<&StatusReport> for Whole {
    fn from(report: &StatusReport) -> Self {
        let members = report.regions.iter().flat_map(|it| &it.members);
        Self {
            regions: report.regions.iter().map(|it| it.region.clone()).collect(),
            accounts: members.map(|member| member.account_id).collect(),
        }
    }
}

impl From<&CheckReport> for Whole {
    fn from(report: &CheckReport) -> Self {
        let accounts = report.findings.iter().flat_map(|it| &it.accounts);
        Self {
            regions: report.regions.iter().map(|it| it.region.clone()).collect(),
            accounts: accounts.copied().collect(),
        }
    }
}

impl Whole {
    /// Names some of the Regions.
    pub(crate) fn regions(&self, some: &BTreeSet<Region>) -> String {
        let all = self.regions.len();
        let missing: Vec<_> = self.regions.difference(some).collect();
        match missing.as_slice() {
            [] if all > 3 => format!("all {all} Regions"),
            [..] if all > 5 && missing.len() <= 3 => {
                format!("all {all} Regions but {}", listed(missing))
            }
            _ => listed(some),
        }
    }

    /// Names some of the accounts.
    pub(crate) fn accounts(&self, some: &[AccountId]) -> String {
        match self.accounts.len() {
            all if all > 3 && all == some.len() => format!("all {all} accounts"),
            _ => fold::accounts(some),
        }
    }

    /// Whose graphs a text is about, and how much of them.
    pub(crate) fn head(&self, header: &Header) -> String {
        format!(
            "{} {}, {}.\n\n",
            paint(
                BOLD,
                format_args!("Administrator {}:", header.administrator)
            ),
            counted(self.accounts.len() as u64, "account"),
            counted(self.regions.len() as u64, "Region"),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn regions(names: &[&str]) -> BTreeSet<Region> {
        names.iter().map(|name| Region::new(name)).collect()
    }

    fn whole(names: &[&str]) -> Whole {
        Whole {
            regions: regions(names),
            accounts: BTreeSet::new(),
        }
    }

    #[test]
    fn most_regions_are_named_by_those_that_are_missing() {
        let whole = whole(&["a", "b", "c", "d", "e", "f"]);
        for (some, phrase) in [
            (&["a", "b", "c", "d", "e", "f"][..], "all 6 Regions"),
            (&["a", "b", "d", "e", "f"], "all 6 Regions but c"),
            (&["a", "b"], "a, b"),
        ] {
            assert_eq!(whole.regions(&regions(some)), phrase);
        }
    }

    #[test]
    fn a_few_regions_are_named() {
        let all = ["eu-west-1", "us-east-1"];
        assert_eq!(whole(&all).regions(&regions(&all)), "eu-west-1, us-east-1");
    }
}
