//! What one execution writes down under `runs/`, for its own later steps and for people.

use std::collections::{BTreeMap, BTreeSet};

use fleet::account::{AccountId, Region};
use fleet::attempts::Attempts;
use fleet::bounds::GraphChanges;
use fleet::origin::Origin;
use fleet::report::{Header, InvalidLine, Record, RegionPlan};
use serde::{Deserialize, Serialize};

use crate::error::Name;
use crate::trigger::Operation;

/// What `prepare` found out: the later steps go by it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Manifest {
    /// Who, what and when, as the report has it.
    pub header: Header,
    /// When it was its turn: from then on it waits for AWS.
    pub began: jiff::Timestamp,
    /// What is to be done.
    pub operation: Operation,
    /// It is only to be shown.
    pub plan_only: bool,
    /// The schedule started it.
    pub drift: bool,
    /// The uploaded list.
    pub key: String,
    /// Its version.
    pub version: String,
    /// What its content hashes to: what is read later has to be the same.
    pub sha256: String,
    /// Its accounts.
    pub accounts: Vec<AccountId>,
    /// Those that get a role first.
    #[serde(default)]
    pub without_role: Vec<AccountId>,
    /// What was recorded so far.
    pub record: Record,
    /// Members that the list does not name are to go.
    pub prune: bool,
    /// What the guard rails let pass, where members are removed.
    pub agreed: Option<Agreed>,
    /// The saved plan that is executed, where one is: `key` and `version` are its own then.
    #[serde(default)]
    pub executes: Option<Executes>,
    /// The Regions, as each invocation has them.
    pub groups: Vec<Vec<Region>>,
}

/// The saved plan that is executed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Executes {
    /// What its bytes hash to.
    pub sha256: String,
    /// The list that it was made by.
    pub list: String,
    /// Its version.
    pub list_version: String,
}

/// What the guard rails let pass.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Agreed {
    /// The Regions that could be read: nobody is removed in others.
    pub regions: BTreeSet<Region>,
    /// The members that are to go without being named.
    pub others: BTreeSet<(AccountId, Region)>,
    /// How many accounts were members somewhere.
    pub members: usize,
    /// What somebody approved, where somebody has to: nobody else is removed.
    #[serde(default)]
    pub approved: Option<BTreeSet<(AccountId, Region)>>,
}

/// Why nothing was begun.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Refused {
    /// What kind of trouble it was; `None` where something newer took over.
    pub name: Option<Name>,
    /// What happened and what to do.
    pub text: String,
    /// What was to be done.
    pub operation: Option<Operation>,
    /// The upload, as far as it is known.
    pub key: Option<String>,
    /// The lines of it that could not be used.
    pub invalid_lines: Vec<InvalidLine>,
    /// What is known of it, and of this program.
    #[serde(default)]
    pub origin: Origin,
    /// What is worth knowing: what has moved since a saved plan was made.
    #[serde(default)]
    pub notes: Vec<String>,
}

/// How a pass over a group of Regions ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Nothing waits for AWS any more.
    Settled,
    /// AWS is not finished: another pass goes on.
    Waiting,
    /// AWS is not finished, and waiting for it has ended.
    GaveUp,
    /// A newer version of the list took over.
    Superseded,
}

/// What a group of Regions has come to, for the next pass and for the report.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Progress {
    /// How many passes there were.
    pub pass: u32,
    /// How the last one ended.
    pub outcome: Outcome,
    /// What ended it for every Region at once.
    pub error: Option<String>,
    /// What was recorded.
    pub record: Record,
    /// What was tried.
    pub attempts: BTreeMap<Region, Attempts>,
    /// What would happen, where that is all that was asked for.
    pub plan: Vec<RegionPlan>,
    /// What would change about behavior graphs themselves, as data.
    #[serde(default)]
    pub graph_changes: BTreeMap<Region, GraphChanges>,
    /// What is worth knowing of it.
    pub notes: Vec<String>,
}

/// That a pass has begun, and which invocation began it: another one that finds this goes on after a
/// kill.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Begun {
    /// What Lambda calls the invocation.
    pub invocation: String,
}

/// Where the manifest lies.
#[must_use]
pub fn manifest_key(execution: &str) -> String {
    format!("runs/{execution}/manifest.json")
}

/// Where the reason lies why nothing was begun.
#[must_use]
pub fn refused_key(execution: &str) -> String {
    format!("runs/{execution}/refused.json")
}

/// Where it lies whom a run would remove, for somebody to approve.
#[must_use]
pub fn removals_key(execution: &str) -> String {
    format!("runs/{execution}/removals.json")
}

/// Where it lies which roles could not be made, and why.
#[must_use]
pub fn roles_key(execution: &str) -> String {
    format!("runs/{execution}/roles.json")
}

/// Where the first pass over a group wrote what it found before it changed anything.
#[must_use]
pub fn baseline_key(execution: &str, group: usize) -> String {
    format!("runs/{execution}/groups/{group}/baseline.json")
}

/// Where a pass over a group wrote that it has begun.
#[must_use]
pub fn begun_key(execution: &str, group: usize, pass: u32) -> String {
    format!("runs/{execution}/groups/{group}/begun/{pass}.json")
}

/// Where a pass over a group wrote what it came to: apart from what the one before it wrote, which is
/// where a pass that is begun again after a kill goes on.
#[must_use]
pub fn progress_key(execution: &str, group: usize, pass: u32) -> String {
    let which = if pass % 2 == 1 { "odd" } else { "even" };
    format!("runs/{execution}/groups/{group}/progress-{which}.json")
}

/// Where the report lies.
#[must_use]
pub fn report_key(execution: &str) -> String {
    format!("runs/{execution}/report.json")
}

/// Where the newest report of an upload lies.
#[must_use]
pub fn latest_key(key: &str) -> String {
    format!("latest/{key}/report.json")
}

/// Where it lies what needed action at the end of the newest run of an upload, and since when: beside its
/// report.
#[must_use]
pub fn causes_key(key: &str) -> String {
    format!("latest/{key}/causes.json")
}

/// Where a report lies as a page: beside it.
#[must_use]
pub fn page_key(report: &str) -> String {
    format!("{}.html", report.trim_end_matches(".json"))
}

/// Where a plan lies as one that can be executed: beside its report.
#[must_use]
pub fn saved_plan_key(report: &str) -> String {
    format!("{}plan.json", report.trim_end_matches("report.json"))
}

/// Where it lies which Regions uploads have covered.
pub const COVERED_KEY: &str = "state/covered.json";
