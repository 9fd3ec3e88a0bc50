//! What was found out before a run.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::account::{AccountId, GraphArn, Region};
use crate::cause::{Cause, FailedCall, Place};
use crate::desired::Fleet;
use crate::member::MemberStatus;
use crate::observation::Observation;
use crate::plan::{Plan, Step};
use crate::region_table::Partition;
use crate::report::Why;

/// What became of one question.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Answer<T> {
    /// Not asked, or not answered before the check ended.
    #[default]
    Open,
    /// This is how it is.
    Is(T),
    /// It could not be found out, and why.
    Failed(FailedCall),
}

impl<T> Answer<T> {
    /// The same answer, with something else made of what there is.
    pub fn map<U>(self, to: impl FnOnce(T) -> U) -> Answer<U> {
        match self {
            Self::Open => Answer::Open,
            Self::Is(it) => Answer::Is(to(it)),
            Self::Failed(call) => Answer::Failed(call),
        }
    }
}

/// Whether a member's role can be assumed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum RoleFacts {
    /// Not asked, or not answered before the check ended.
    #[default]
    Open,
    /// It can be.
    Ready,
    /// It cannot be, and why.
    Failed(Cause),
}

/// Everything that was found out before a run.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The ARN of who is calling; an e-mail in it is masked.
    pub caller: String,
    /// The account that owns the behavior graphs.
    pub administrator: AccountId,
    /// The part of AWS.
    pub partition: Partition,
    /// How many accounts the file names.
    pub accounts: usize,
    /// Known exceptions that have ended, with what to do.
    pub expired: Vec<String>,
    /// When it was asked.
    pub now: Timestamp,
    /// GuardDuty was asked, too.
    pub guardduty: bool,
    /// Each Region of the run, as the administrator sees it.
    pub graphs: Vec<GraphFacts>,
    /// Whether the run works as the role that members trust.
    pub trusted: Trusted,
    /// Each account that is wanted in some Region, as it sees itself.
    pub members: BTreeMap<AccountId, MemberFacts>,
}

/// Whether the run works as the role of the administrator that the role of the template trusts; found out where
/// every member refuses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Trusted {
    /// It does, or that is not what is amiss.
    #[default]
    Unknown,
    /// It does not, and the caller may assume the role of this name.
    WithinReach(Arc<str>),
    /// It does not, and the caller may not assume the role of this name, or there is none.
    OutOfReach(Arc<str>),
}

/// A Region as the administrator sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GraphFacts {
    /// Its name.
    pub region: Region,
    /// The behavior graph, where there is one.
    pub graph_arn: Option<GraphArn>,
    /// Why it could not be read.
    pub error: Option<Arc<str>>,
    /// The same as data.
    #[serde(flatten)]
    pub why: Why,
    /// How many members the graph has, those that have not accepted included.
    pub members: usize,
    /// How many accounts of the file are ENABLED in it.
    pub enabled: usize,
    /// How many accounts would be invited, those that find no room included.
    pub to_invite: usize,
    /// Accounts that find no room.
    pub without_room: Vec<AccountId>,
    /// What the listed members send in a day: less than the whole, because the administrator's own
    /// data is in no list.
    pub bytes_per_day: u64,
    /// Memberships that cannot be as wanted as things are, and why.
    #[serde(skip)]
    pub blocked: Vec<(AccountId, Cause)>,
}

impl GraphFacts {
    /// What a look at the Region and the plan made of it say.
    #[must_use]
    pub fn of(
        fleet: &Fleet,
        observation: &Observation,
        plan: &Plan,
        cause: Option<&Cause>,
    ) -> Self {
        let (error, why) = Why::of(cause, &Place::region(observation.region()));
        let mut facts = Self {
            region: observation.region().clone(),
            graph_arn: observation.graph_arn().cloned(),
            members: observation.members().count(),
            enabled: 0,
            to_invite: 0,
            without_room: Vec::new(),
            bytes_per_day: 0,
            blocked: Vec::new(),
            error,
            why,
        };
        for (account, member) in observation.members() {
            facts.bytes_per_day = facts.bytes_per_day.saturating_add(member.bytes_per_day());
            let is_wanted = fleet.members.contains_key(&account);
            facts.enabled += usize::from(is_wanted && member.status == MemberStatus::Enabled);
        }
        for (account, step) in plan.steps() {
            facts.plan(account, step);
        }
        facts
    }

    fn plan(&mut self, account: AccountId, step: &Step) {
        match step {
            Step::Invite { .. } => self.to_invite += 1,
            Step::Blocked(cause) if matches!(**cause, Cause::GraphFull { .. }) => {
                self.to_invite += 1;
                self.without_room.push(account);
            }
            Step::Blocked(cause) if self.error.is_none() => {
                self.blocked.push((account, Cause::clone(cause)));
            }
            _ => {}
        }
    }
}

/// An account, as it sees itself with the credentials of its role.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MemberFacts {
    /// Where it is wanted.
    pub wanted: BTreeSet<Region>,
    /// Whether its role can be assumed.
    pub role: RoleFacts,
    /// All Regions that are on in it.
    pub regions: Answer<BTreeSet<Region>>,
    /// Whose invitations it has; Regions that are known to be off are not asked.
    pub invitations: BTreeMap<Region, Answer<Vec<Invitation>>>,
    /// Whether GuardDuty is on; Regions as above.
    pub guardduty: BTreeMap<Region, Answer<GuardDuty>>,
}

/// An invitation that an account has, or has accepted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Invitation {
    /// Who invites.
    pub administrator: AccountId,
    /// Where the membership stands.
    pub status: MemberStatus,
}

/// GuardDuty in one account and Region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GuardDuty {
    /// There is no detector, or it is suspended.
    Off,
    /// Since then.
    On(Timestamp),
}
