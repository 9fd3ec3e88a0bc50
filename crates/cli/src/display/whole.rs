//! All Regions and accounts of a document: what "all" and "all but" refer to.

use std::collections::BTreeSet;

use fleet::account::{AccountId, Region};
use fleet::cost::CostReport;
use fleet::report::{CheckReport, Header, PlanReport, Report, StatusReport, name_regions};

use super::fold;
use super::text::{BOLD, counted, paint, wrapped};

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

impl From<&CostReport> for Whole {
    fn from(report: &CostReport) -> Self {
        Self {
            regions: report.regions.iter().map(|it| it.region.clone()).collect(),
            accounts: report.accounts.iter().map(|it| it.account_id).collect(),
        }
    }
}

impl Whole {
    /// Names some of the Regions.
    pub(crate) fn regions(&self, some: &BTreeSet<Region>) -> String {
        name_regions(some, &self.regions)
    }

    /// Names some of the accounts.
    pub(crate) fn accounts(&self, some: &[AccountId]) -> String {
        match self.accounts.len() {
            all if all > 3 && all == some.len() => format!("all {all} accounts"),
            _ => fold::accounts(some),
        }
    }

    /// Whose graphs a text is about, and how much of them.
    pub(crate) fn head(&self, header: &Header, width: usize) -> String {
        let text = format!(
            "{} {}, {}.",
            paint(
                BOLD,
                format_args!("Administrator {}:", header.administrator)
            ),
            counted(self.accounts.len() as u64, "account"),
            counted(self.regions.len() as u64, "Region"),
        );
        format!("{}\n\n", wrapped(&text, width, "", "  "))
    }
}
