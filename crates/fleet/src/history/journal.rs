//! What journals say: the request behind a change, and runs that did not live to report.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde::Deserialize;

use crate::account::{AccountId, Email, Region};
use crate::event::Deed;
use crate::foreign::visible;
use crate::origin::Origin;

/// A line of a journal, as [`crate::journal::Line`] writes it.
#[derive(Clone, Debug, Deserialize)]
pub struct JournalLine {
    time: Timestamp,
    run: Arc<str>,
    region: Option<Region>,
    when: When,
    operation: String,
    account: AccountId,
    #[serde(default)]
    members: Vec<AccountId>,
    #[serde(default)]
    outcome: Option<String>,
    #[serde(default)]
    request_id: Option<Arc<str>>,
    #[serde(default)]
    left_out: Vec<AccountId>,
    #[serde(flatten)]
    origin: Origin,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum When {
    Before,
    After,
}

/// What was done to memberships, as journals have it.
#[derive(Clone, Debug, Default)]
pub struct Journals {
    pub(super) runs: BTreeMap<Arc<str>, JournalRun>,
}

/// One run in a journal.
#[derive(Clone, Debug)]
pub(super) struct JournalRun {
    pub(super) started: Timestamp,
    pub(super) last: Timestamp,
    /// Whose behavior graphs it worked on.
    pub(super) administrator: Option<AccountId>,
    pub(super) origin: Origin,
    /// What AWS did, by Region and account.
    pub(super) deeds: BTreeMap<Region, BTreeMap<AccountId, Vec<JournalDeed>>>,
    /// Requests that nobody heard the end of.
    pub(super) open: u64,
}

/// Something that AWS did for a run.
#[derive(Clone, Debug)]
pub(super) struct JournalDeed {
    pub(super) deed: Deed,
    pub(super) at: Timestamp,
    pub(super) request: Option<Arc<str>>,
}

impl JournalLine {
    /// What AWS did to memberships, if it did.
    fn deed(&self) -> Option<Deed> {
        let done = self.outcome.as_deref() == Some("ok");
        let deed = match self.operation.as_str() {
            "detective:CreateMembers" => Deed::Invited,
            "detective:AcceptInvitation" => Deed::Accepted,
            "detective:DeleteMembers" | "detective:DeleteGraph" => Deed::Removed,
            "detective:StartMonitoringMember" => Deed::Started,
            _ => return None,
        };
        done.then_some(deed)
    }
}

impl Journals {
    /// Takes in a line. Lines of one run may stand in several files, in any order.
    pub fn take(&mut self, mut line: JournalLine) {
        // A file may have been written by anybody: what it says can be shown.
        line.run = visible(&line.run).into();
        line.request_id = line.request_id.map(|id| Email::mask_in(&id).into());
        let region = line.region.take();
        line.region = region.map(|it| Region::new(&Email::mask_in(it.as_str())));
        let run = self
            .runs
            .entry(Arc::clone(&line.run))
            .or_insert_with(|| JournalRun {
                started: line.time,
                last: line.time,
                administrator: None,
                origin: Origin::default(),
                deeds: BTreeMap::new(),
                open: 0,
            });
        run.started = run.started.min(line.time);
        run.last = run.last.max(line.time);
        if line.origin != Origin::default() {
            run.origin = line.origin.clone().harmless();
        }
        match line.when {
            When::Before => run.open += 1,
            When::After => run.open = run.open.saturating_sub(1),
        }
        // What is not accepted in a member's name is done in the administrator's.
        if line.operation != "detective:AcceptInvitation" {
            run.administrator = Some(line.account);
        }
        let (Some(deed), Some(region)) = (line.deed(), &line.region) else {
            return;
        };
        let accounts = match line.members.is_empty() {
            true => std::slice::from_ref(&line.account),
            false => &line.members,
        };
        let region = run.deeds.entry(region.clone()).or_default();
        for account in accounts.iter().filter(|it| !line.left_out.contains(it)) {
            region.entry(*account).or_default().push(JournalDeed {
                deed,
                at: line.time,
                request: line.request_id.clone(),
            });
        }
    }

    /// Whether there is no line.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// What AWS calls the requests that did this to a membership, in the order of the deeds.
    pub(super) fn requests(
        &self,
        run: &str,
        region: &Region,
        account: AccountId,
        deeds: &[Deed],
    ) -> Vec<Arc<str>> {
        let Some(done) = self
            .runs
            .get(run)
            .and_then(|run| run.deeds.get(region)?.get(&account))
        else {
            return Vec::new();
        };
        let last = |deed: &Deed| {
            done.iter()
                .filter(|it| it.deed == *deed)
                .max_by_key(|it| it.at)
        };
        deeds
            .iter()
            .filter_map(|deed| last(deed)?.request.clone())
            .collect()
    }
}
