//! What this run has tried in one Region, and what came of it.

mod carry;
mod member;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use litemap::LiteMap;
use serde::{Deserialize, Serialize};

pub use member::{MemberAttempts, MemberRequest, Role, Seldom};

use crate::account::AccountId;
use crate::cause::{Cause, FailedCall, ours};
use crate::observation::Round;
use crate::patience::{Asked, Passing, Turn};
use crate::silence::Tried;

/// How many times the same final answer, each after a fresh look, makes a failure of it.
pub const FINAL_AFTER: u32 = 3;

/// How many refusals in a row make a failure even where they are not the same.
pub const REFUSED_AFTER: u32 = 3 * FINAL_AFTER;

/// What came of one request, as far as the next step depends on it. The rare answers are behind an `Arc`: a large
/// fleet has 25,200 memberships, and each keeps what came of four kinds of request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Answer {
    /// AWS did it.
    Done,
    /// AWS was asked too fast: nothing happened, and it may be asked again.
    Throttled,
    /// It was not done for a reason that has nothing to do with it: it may be asked again.
    NotDone,
    /// An error of AWS's own, or a cut connection: it may have happened or not.
    Unclear(Arc<FailedCall>),
    /// Nothing came back, not even a connection. It may have happened or not.
    Silent(Arc<FailedCall>),
    /// AWS said no.
    Refused(Arc<Refusal>),
}

impl Answer {
    /// Why it may pass by itself, where it is a refusal that may.
    #[must_use]
    pub fn passing(&self) -> Option<Passing> {
        match self {
            Self::Refused(refusal) => refusal.passing,
            _ => None,
        }
    }
}

/// A final answer of AWS.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// What was refused, and how: its code tells answers apart.
    pub call: FailedCall,
    /// Why it may pass by itself, if it may.
    #[serde(default)]
    pub passing: Option<Passing>,
}

/// The history of one kind of request about one thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// How many have been sent.
    pub sent: u32,
    /// A request is under way.
    #[serde(skip)]
    pub under_way: bool,
    /// What the last one that ended came to.
    pub last: Option<Answer>,
    /// The turn in which the last one was sent.
    #[serde(default)]
    pub turn: u32,
    /// The newest look when that answer arrived: only a later one can tell what it did.
    #[serde(skip)]
    pub after: Round,
    /// How many answers in a row were of the kind of the last.
    pub alike: u32,
    /// How many answers said that it was done.
    pub done: u32,
    /// An answer was lost: it may have been done all the same.
    pub lost: bool,
    /// The refusals since it was last done. A throttle or a lost answer between them says nothing.
    pub refusals: Refusals,
}

/// Final answers in a row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusals {
    /// The last.
    pub last: Option<Arc<Refusal>>,
    /// How many in a row had the code of the last.
    pub alike: u32,
    /// How many there were, whatever their codes.
    pub all: u32,
    /// How many batches they were shared with, as far as the batch was refused as a whole.
    #[serde(default)]
    pub batches: u32,
    /// The turn in which the last was asked for.
    #[serde(default)]
    pub turn: u32,
}

/// What refusals mean for the next step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict<'a> {
    /// They do not stand in the way of asking, or of asking again.
    Open,
    /// It is refused so far, and asked again in a later turn.
    Held(&'a Refusal),
    /// It is refused for good.
    Final(&'a Refusal),
}

impl Default for Attempt {
    fn default() -> Self {
        Self::NONE
    }
}

impl Refusals {
    fn add(&mut self, refusal: &Arc<Refusal>, turn: u32) {
        let same = matches!(&self.last, Some(last) if last.call.code == refusal.call.code);
        self.alike = if same { self.alike + 1 } else { 1 };
        self.all += 1;
        self.batches += u32::from(&*refusal.call.code != ours::LEFT_OUT);
        self.turn = turn;
        self.last = Some(Arc::clone(refusal));
    }
}

impl Attempt {
    /// Nothing was sent.
    const NONE: Self = Self {
        sent: 0,
        under_way: false,
        last: None,
        turn: 0,
        after: Round::NONE,
        alike: 0,
        done: 0,
        lost: false,
        refusals: Refusals {
            last: None,
            alike: 0,
            all: 0,
            batches: 0,
            turn: 0,
        },
    };

    /// What the refusals since it was last done mean now. The first row that fits:
    ///
    /// | the last refusal | what is known besides | verdict |
    /// |---|---|---|
    /// | none | | open |
    /// | may pass | it was asked for in the last turn, and is not the first | final |
    /// | may pass | it is not the last turn, and no newer one that includes the account | held |
    /// | may pass | otherwise | open |
    /// | may not | it came three times in a row, or there were nine of any kind | final |
    /// | may not | otherwise | open |
    #[must_use]
    pub fn verdict(&self, turn: Turn, account: Option<AccountId>) -> Verdict<'_> {
        let Refusals { alike, all, .. } = self.refusals;
        let Some(last) = &self.refusals.last else {
            return Verdict::Open;
        };
        let was_asked = self.refusals.turn >= turn.number();
        let is_included = account.is_none_or(|account| turn.includes(account));
        match last.passing {
            Some(_) if turn.is_last() && was_asked && all > 1 => Verdict::Final(last),
            Some(_) if !turn.is_last() && (was_asked || !is_included) => Verdict::Held(last),
            None if alike >= FINAL_AFTER || all >= REFUSED_AFTER => Verdict::Final(last),
            _ => Verdict::Open,
        }
    }

    /// Whether AWS may have done it, whatever it answered last.
    #[must_use]
    pub fn may_be_done(&self) -> bool {
        self.done > 0 || self.lost
    }

    /// Whether nothing was sent: the rule for most of what is written down of a large fleet.
    pub(super) fn is_none(&self) -> bool {
        *self == Self::NONE
    }

    fn begin(&mut self, turn: Turn) {
        self.sent += 1;
        self.turn = turn.number();
        self.under_way = true;
    }

    fn end(&mut self, answer: Answer, newest: Round) {
        let kind = std::mem::discriminant::<Answer>;
        let alike = self.last.as_ref().map(kind) == Some(kind(&answer));
        self.alike = if alike { self.alike + 1 } else { 1 };
        match &answer {
            Answer::Done => {
                self.done += 1;
                self.refusals = Refusals::default();
            }
            Answer::Throttled | Answer::NotDone => {}
            Answer::Unclear(_) | Answer::Silent(_) => self.lost = true,
            Answer::Refused(refusal) => self.refusals.add(refusal, self.turn),
        }
        self.last = Some(answer);
        self.under_way = false;
        self.after = newest;
    }

    /// Whether `answer` only repeats what another request brought back on the same look.
    fn echoes(&self, answer: &Answer, newest: Round) -> bool {
        match (&self.last, answer) {
            (Some(Answer::Refused(before)), Answer::Refused(now)) => {
                before.call.code == now.call.code && newest == self.after
            }
            _ => false,
        }
    }
}

/// A request about the whole Region, by the administrator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum RegionRequest {
    /// ListGraphs.
    FindGraph,
    /// CreateGraph.
    CreateGraph,
    /// DeleteGraph.
    DeleteGraph,
    /// ListTagsForResource.
    ReadTags,
    /// TagResource.
    Tag,
    /// UntagResource.
    Untag,
    /// ListDatasourcePackages.
    ReadPackages,
    /// UpdateDatasourcePackages.
    StartPackages,
    /// ListMembers and GetMembers.
    Look,
    /// CreateMembers and DeleteMembers, refused for reasons that are not a member's.
    Change,
}

/// What this run has tried in one Region.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Attempts {
    region: BTreeMap<RegionRequest, Attempt>,
    members: LiteMap<AccountId, MemberAttempts>,
    off: BTreeSet<AccountId>,
    members_first: bool,
    heard: bool,
    /// Why the Region is not waited for any more that has never answered.
    #[serde(default)]
    given_up: Option<Cause>,
    /// Whose turn it is to be asked again, of the kinds that were refused.
    #[serde(default)]
    turns: Vec<(Asked, Turn)>,
}

impl Attempts {
    /// What was tried about the whole Region.
    #[must_use]
    pub fn region(&self, request: RegionRequest) -> Option<&Attempt> {
        self.region.get(&request)
    }

    /// What was tried about one membership.
    #[must_use]
    pub fn member(&self, account: AccountId) -> Option<&MemberAttempts> {
        self.members.get(&account)
    }

    /// Whether this Region is known to be off in that member.
    #[must_use]
    pub fn is_off(&self, account: AccountId) -> bool {
        self.off.contains(&account)
    }

    /// Every account that something was tried about.
    pub fn accounts(&self) -> impl Iterator<Item = AccountId> + '_ {
        self.members.keys().copied()
    }

    /// Whether the graph cannot be deleted as long as it has members.
    #[must_use]
    pub fn has_members_first(&self) -> bool {
        self.members_first
    }

    /// Whose turn it is to be asked again.
    #[must_use]
    pub fn turn(&self, asked: Asked) -> Turn {
        let known = self.turns.iter().find(|(kind, _)| *kind == asked);
        known.map(|(_, turn)| *turn).unwrap_or_default()
    }

    /// It is somebody's turn.
    pub fn saw_turn(&mut self, asked: Asked, turn: Turn) {
        self.turns.retain(|(kind, _)| *kind != asked);
        self.turns.push((asked, turn));
    }

    /// What refusals of a request about the Region mean now.
    #[must_use]
    pub fn region_verdict(&self, request: RegionRequest) -> Verdict<'_> {
        let turn = self.turn(Asked::Region(request));
        self.region
            .get(&request)
            .map_or(Verdict::Open, |tried| tried.verdict(turn, None))
    }

    /// Whether Detective has ever answered in this Region.
    #[must_use]
    pub fn was_heard(&self) -> bool {
        self.heard
    }

    /// Detective has answered in this Region, be it with a part of an answer.
    pub fn hear(&mut self) {
        (self.heard, self.given_up) = (true, None);
    }

    /// What was tried to hear anything of the Region; [`Tried::judged`] is for the executor to say.
    #[must_use]
    pub fn unheard(&self) -> Option<Tried> {
        let find = self.region.get(&RegionRequest::FindGraph);
        let silences = |find: &Attempt| match find.last {
            Some(Answer::Silent(_)) => find.alike,
            _ => 0,
        };
        (!self.heard).then(|| Tried {
            questions: find.map_or(0, |find| find.sent),
            silences: find.map_or(0, silences),
            judged: false,
        })
    }

    /// Why the Region is not waited for any more, where it has never answered.
    #[must_use]
    pub fn given_up(&self) -> Option<&Cause> {
        self.given_up.as_ref()
    }

    /// The Region, which has never answered, is not waited for any more ([`crate::silence`]).
    pub fn give_up(&mut self, why: Cause) {
        self.given_up = Some(why);
    }

    /// The Region is asked again beside others. Says why it had been given up, if it had.
    pub fn ask_again(&mut self) -> Option<Cause> {
        self.given_up.take()
    }

    /// A request about the Region was sent.
    pub fn region_sent(&mut self, request: RegionRequest) {
        let turn = self.turn(Asked::Region(request));
        self.region.entry(request).or_default().begin(turn);
    }

    /// A request about the Region ended; `newest` is the newest look that had begun by then.
    pub fn region_answered(&mut self, request: RegionRequest, answer: Answer, newest: Round) {
        if !matches!(answer, Answer::Silent(_)) {
            self.hear();
        }
        let turn = self.turn(Asked::Region(request));
        let attempt = self.region.entry(request).or_default();
        if request == RegionRequest::Change {
            // It is sent as requests about members, many at a time.
            attempt.turn = turn.number();
        }
        // Many batches are under way at once, and one trouble of the Region refuses them all: that
        // is one answer, not three.
        if request == RegionRequest::Change && attempt.echoes(&answer, newest) {
            return;
        }
        attempt.end(answer, newest);
    }

    /// A request about a membership was sent.
    pub fn sent(&mut self, request: MemberRequest, account: AccountId) {
        let turn = self.turn(Asked::Member(request));
        let tried = self.members.entry(account).or_default();
        tried.of(request).begin(turn);
    }

    /// A request about a membership ended; `newest` is the newest look that had begun by then.
    pub fn answered(
        &mut self,
        request: MemberRequest,
        account: AccountId,
        answer: Answer,
        newest: Round,
    ) {
        self.members
            .entry(account)
            .or_default()
            .of(request)
            .end(answer, newest);
    }

    /// Something became known about a member's role.
    pub fn saw_role(&mut self, account: AccountId, role: Role) {
        self.members.entry(account).or_default().role = role;
    }

    /// AWS does not delete a graph that has members. Sources disagree on whether it does, so that
    /// a refusal which is about nothing else is taken for this one.
    pub fn saw_members_first(&mut self) {
        self.members_first = true;
    }

    /// There is another graph: what was refused because the one before was not known is open again.
    pub fn saw_another_graph(&mut self) {
        for request in [RegionRequest::Look, RegionRequest::Change] {
            if let Some(attempt) = self.region.get_mut(&request) {
                attempt.refusals = Refusals::default();
            }
        }
    }

    /// The member says that this Region is off in it.
    pub fn saw_off(&mut self, account: AccountId) {
        self.off.insert(account);
    }
}
