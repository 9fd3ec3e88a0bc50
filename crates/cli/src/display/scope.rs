//! All Regions and accounts of a document: what "all" and "all but" refer to.

use std::collections::BTreeSet;

use fleet::account::{AccountId, Region};
use fleet::cost::CostReport;
use fleet::history::HistoryReport;
use fleet::label::Labels;
use fleet::origin::Origin;
use fleet::report::{CheckReport, Header, PlanReport, Report, StatusReport, name_regions};

use super::grouping;
use super::text::{BOLD, counted, paint, wrapped};

/// All Regions and accounts of a document.
pub(crate) struct Scope {
    /// The Regions.
    pub(crate) regions: BTreeSet<Region>,
    /// The accounts, whatever Regions they are in.
    pub(crate) accounts: BTreeSet<AccountId>,
    /// What the list calls them.
    pub(crate) labels: Labels,
    /// Where the document comes from, as far as it is known.
    pub(crate) origin: Origin,
}

impl From<&PlanReport> for Scope {
    fn from(report: &PlanReport) -> Self {
        let members = report.regions.iter().flat_map(|it| &it.members);
        Self {
            regions: report.regions.iter().map(|it| it.region.clone()).collect(),
            accounts: members.map(|member| member.account_id).collect(),
            labels: report.header.labels.clone(),
            origin: report.header.origin.clone(),
        }
    }
}

impl From<&Report> for Scope {
    fn from(report: &Report) -> Self {
        let members = report.regions.iter().flat_map(|it| &it.members);
        Self {
            regions: report.regions.iter().map(|it| it.region.clone()).collect(),
            accounts: members.map(|member| member.account_id).collect(),
            labels: report.header.labels.clone(),
            origin: report.header.origin.clone(),
        }
    }
}

impl From<&StatusReport> for Scope {
    fn from(report: &StatusReport) -> Self {
        let members = report.regions.iter().flat_map(|it| &it.members);
        Self {
            regions: report.regions.iter().map(|it| it.region.clone()).collect(),
            accounts: members.map(|member| member.account_id).collect(),
            labels: report.header.labels.clone(),
            origin: report.header.origin.clone(),
        }
    }
}

impl From<&CheckReport> for Scope {
    fn from(report: &CheckReport) -> Self {
        let accounts = report.findings.iter().flat_map(|it| &it.accounts);
        Self {
            regions: report.regions.iter().map(|it| it.region.clone()).collect(),
            accounts: accounts.copied().collect(),
            labels: report.header.labels.clone(),
            origin: report.header.origin.clone(),
        }
    }
}

impl From<&CostReport> for Scope {
    fn from(report: &CostReport) -> Self {
        Self {
            regions: report.regions.iter().map(|it| it.region.clone()).collect(),
            accounts: report.accounts.iter().map(|it| it.account_id).collect(),
            labels: report.header.labels.clone(),
            origin: report.header.origin.clone(),
        }
    }
}

impl From<&HistoryReport> for Scope {
    fn from(report: &HistoryReport) -> Self {
        let changes = report.changes.iter();
        Self {
            regions: changes.clone().map(|it| it.region.clone()).collect(),
            accounts: changes.filter_map(|it| it.account_id).collect(),
            labels: report.labels.clone(),
            origin: Origin::default(),
        }
    }
}

impl Scope {
    /// Names some of the Regions.
    pub(crate) fn regions(&self, some: &BTreeSet<Region>) -> String {
        name_regions(some, &self.regions)
    }

    /// Names some of the accounts.
    pub(crate) fn accounts(&self, some: &[AccountId]) -> String {
        match self.accounts.len() {
            all if all > 3 && all == some.len() => format!("all {all} accounts"),
            _ => grouping::accounts(&self.names(some)),
        }
    }

    /// Names those of the accounts that something is wrong with: where they stand in the list, too.
    pub(crate) fn accounts_at_fault(&self, some: &[AccountId]) -> String {
        match self.accounts.len() {
            all if all > 3 && all == some.len() => format!("all {all} accounts"),
            _ => {
                let names = some.iter().map(|id| self.labels.account_and_line(*id));
                grouping::accounts(&names.collect::<Vec<_>>())
            }
        }
    }

    /// Names a few of the accounts, for a text that has the others elsewhere.
    pub(crate) fn few_accounts(&self, some: &[AccountId]) -> String {
        grouping::few_accounts(&self.names(some))
    }

    /// The accounts as people read them.
    pub(crate) fn names(&self, some: &[AccountId]) -> Vec<String> {
        some.iter().map(|id| self.labels.account(*id)).collect()
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
