//! Executes plans against the model of AWS, as an engine would, a moment at a time.

use std::collections::{BTreeMap, VecDeque};

use super::aws::{Aws, Meddling, Refused};
use super::world::{World, lost, refused, silent};
use crate::account::{AccountId, GraphArn};
use crate::attempts::{Answer, MemberRequest, REFUSED_AFTER, RegionRequest, Role};
use crate::member::Member;
use crate::observation::Round;
use crate::patience::Asked;
use crate::plan::{GraphStep, Kind, Plan, Wait};

/// What happens to a request on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weather {
    Fine,
    Throttled,
    /// Refused by mistake, as nothing else is.
    Refused,
    /// Refused by mistake, and not for an account's reason.
    RegionRefused,
    /// The request is lost.
    LostBefore,
    /// Only its answer is lost.
    LostAfter,
    Silent,
}

/// What becomes of one request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cast {
    pub(super) weather: Weather,
    /// How many moments its answer takes.
    pub(super) delay: u32,
    /// How many moments later lists show what it did.
    pub(super) late: u32,
}

const CLEAR: Cast = Cast {
    weather: Weather::Fine,
    delay: 0,
    late: 0,
};

/// What comes back.
enum Reply {
    Graph(RegionRequest, Result<Option<GraphArn>, Answer>),
    List(Round, Result<Vec<(AccountId, Member)>, Answer>),
    Change(Answer),
    Member(MemberRequest, AccountId, Answer, Option<(Round, Member)>),
    Role(AccountId, bool),
    Off(AccountId),
    /// The graph was deleted, with those members.
    Ended(Vec<AccountId>, Result<(), Answer>),
    /// The graph that was asked about is not there.
    Gone,
}

pub(super) struct Run {
    pub(super) world: World,
    pub(super) aws: Aws,
    pub(super) casts: VecDeque<Cast>,
    pub(super) meddlings: Vec<(u32, Meddling)>,
    in_flight: Vec<(u32, Reply)>,
    role_tries: BTreeMap<AccountId, u32>,
    mistakes: u32,
}

impl Run {
    pub(super) fn new(
        world: World,
        aws: Aws,
        casts: Vec<Cast>,
        meddlings: Vec<(u32, Meddling)>,
    ) -> Self {
        Self {
            world,
            aws,
            casts: casts.into(),
            meddlings,
            in_flight: Vec::new(),
            role_tries: BTreeMap::new(),
            mistakes: 0,
        }
    }

    /// One moment passes; whether the run is at rest after it.
    pub(super) fn moment(&mut self) -> bool {
        self.aws.pass();
        let now = self.aws.now;
        for (_, meddling) in self.meddlings.extract_if(.., |(at, _)| *at <= now) {
            self.aws.meddle(meddling);
        }
        self.deliver();
        let plan = self.world.plan();
        let unseen = self.world.observation.listed().is_none();
        let at_rest = is_at_rest(&plan) && self.in_flight.is_empty() && !unseen;
        self.send_graph(&plan);
        self.send_members();
        self.assume_roles();
        self.look();
        at_rest
    }

    fn send_graph(&mut self, plan: &Plan) {
        let request = match plan.graph() {
            GraphStep::Find => RegionRequest::FindGraph,
            GraphStep::Create => RegionRequest::CreateGraph,
            GraphStep::Delete => return self.delete_graph(),
            GraphStep::Wait | GraphStep::Patience(_) | GraphStep::Keep | GraphStep::Blocked(_) => {
                return;
            }
        };
        if request == RegionRequest::FindGraph {
            self.world.observation.begin_look();
        }
        self.world.attempts.region_sent(request);
        let cast = self.cast();
        let found = self.through(cast, |aws| {
            if request == RegionRequest::CreateGraph {
                Ok(Some(aws.create_graph(cast.late)))
            } else {
                Ok(aws.find_graph())
            }
        });
        self.reply(cast, Reply::Graph(request, found));
    }

    /// The graph takes its members along.
    fn delete_graph(&mut self) {
        let members = self.world.observation.members();
        let members: Vec<_> = members.map(|(account, _)| account).collect();
        self.world.attempts.region_sent(RegionRequest::DeleteGraph);
        for account in &members {
            self.world.attempts.sent(MemberRequest::Remove, *account);
        }
        let cast = self.cast();
        let ended = self.through(cast, Aws::delete_graph);
        self.reply(cast, Reply::Ended(members, ended));
    }

    fn send_members(&mut self) {
        let Some(graph) = self.world.observation.graph_arn().cloned() else {
            return;
        };
        loop {
            let plan = self.world.plan();
            let batches = [
                (MemberRequest::Invite, plan.next_invitations()),
                (MemberRequest::Remove, plan.next_removals()),
                (
                    MemberRequest::Accept,
                    plan.of(Kind::Accept).take(1).collect(),
                ),
                (MemberRequest::Start, plan.of(Kind::Start).take(1).collect()),
            ];
            let due = batches.into_iter().find(|(_, batch)| !batch.is_empty());
            let Some((request, batch)) = due else {
                return;
            };
            self.send_batch(request, &batch, &graph);
        }
    }

    /// One request about some accounts. A batch that holds one that AWS finds invalid is refused
    /// whole.
    fn send_batch(&mut self, request: MemberRequest, batch: &[AccountId], graph: &GraphArn) {
        let cast = self.cast();
        let round = self.world.observation.begin_look();
        for account in batch {
            self.world.attempts.sent(request, *account);
        }
        if !self.aws.has(graph) {
            for account in batch {
                let answer = refused("ResourceNotFound");
                self.reply(cast, Reply::Member(request, *account, answer, None));
            }
            return self.reply(cast, Reply::Gone);
        }
        let poisoned = request == MemberRequest::Invite && self.is_poisoned(batch);
        let batch_wide = self.through(cast, |_| if poisoned { Err("Validation") } else { Ok(()) });
        if matches!(request, MemberRequest::Invite | MemberRequest::Remove) {
            let done = batch_wide.is_ok().then_some(Answer::Done);
            let all = batch_wide.as_ref().err().cloned();
            let regions = all.filter(|_| cast.weather == Weather::RegionRefused);
            if let Some(answer) = done.or(regions) {
                self.world.attempts.region_sent(RegionRequest::Change);
                self.reply(cast, Reply::Change(answer));
            }
        }
        for account in batch {
            let (answer, entry) = match (&batch_wide, cast.weather) {
                // The account has nothing to do with it, and was not touched.
                (Err(_), Weather::RegionRefused) => (Answer::Throttled, None),
                (Ok(()), _) => self.member_answer(request, *account, cast),
                // The effect came about, and only the answer is missing.
                (Err(answer), Weather::LostAfter) if !poisoned => {
                    drop(self.member_answer(request, *account, cast));
                    (answer.clone(), None)
                }
                (Err(answer), _) => (answer.clone(), None),
            };
            let entry = entry.map(|entry| (round, entry));
            self.reply(cast, Reply::Member(request, *account, answer, entry));
        }
    }

    fn is_poisoned(&self, batch: &[AccountId]) -> bool {
        batch
            .iter()
            .any(|account| self.aws.refuses(*account, MemberRequest::Invite))
    }

    fn member_answer(
        &mut self,
        request: MemberRequest,
        account: AccountId,
        cast: Cast,
    ) -> (Answer, Option<Member>) {
        let done = match request {
            MemberRequest::Invite => {
                let with = self.world.fleet.members[&account].clone();
                self.aws.invite(account, &with, cast.late).map(Some)
            }
            MemberRequest::Start => self.aws.start(account).map(|()| None),
            MemberRequest::Accept => self.aws.accept(account, cast.late).map(|()| None),
            MemberRequest::Remove => self.aws.remove(account, cast.late).map(|()| None),
        };
        match done {
            Ok(entry) => (Answer::Done, entry),
            Err(code) => {
                if code == "NotOn" && cast.weather == Weather::Fine {
                    self.reply(cast, Reply::Off(account));
                }
                (refused(code), None)
            }
        }
    }

    fn assume_roles(&mut self) {
        let plan = self.world.plan();
        let mut wanted: Vec<_> = plan.of(Kind::NeedsRole).collect();
        if wanted.is_empty() && !plan.changes_anything() {
            wanted.extend(plan.of(Kind::Wait(Wait::Patience(Asked::Role))));
        }
        for account in wanted {
            self.world.attempts.saw_role(account, Role::Asked);
            let tries = self.role_tries.entry(account).or_default();
            *tries += 1;
            let assumed = self.aws.assume_role(account, *tries);
            self.reply(CLEAR, Reply::Role(account, assumed));
        }
    }

    fn look(&mut self) {
        let plan = self.world.plan();
        let waits = [Wait::Look, Wait::Visible, Wait::Verification];
        let waited = |wait| plan.count(Kind::Wait(wait)) > 0;
        let Some(graph) = self.world.observation.graph_arn().cloned() else {
            return;
        };
        let unseen = self.world.observation.listed().is_none();
        if !unseen && !waits.into_iter().any(waited) {
            return;
        }
        let cast = self.cast();
        let round = self.world.observation.begin_look();
        self.world.attempts.region_sent(RegionRequest::Look);
        if !self.aws.has(&graph) {
            return self.reply(cast, Reply::Gone);
        }
        let list = self.through(cast, |aws| Ok(aws.list()));
        self.reply(cast, Reply::List(round, list));
    }

    fn cast(&mut self) -> Cast {
        let mut cast = self.casts.pop_front().unwrap_or(CLEAR);
        // So many mistakes in a row would be believed.
        if matches!(cast.weather, Weather::Refused | Weather::RegionRefused) {
            self.mistakes += 1;
            if self.mistakes >= REFUSED_AFTER {
                cast.weather = Weather::Fine;
            }
        }
        cast
    }

    /// A request and its answer, through the weather.
    fn through<T>(
        &mut self,
        cast: Cast,
        effect: impl FnOnce(&mut Aws) -> Result<T, Refused>,
    ) -> Result<T, Answer> {
        match cast.weather {
            Weather::Fine => effect(&mut self.aws).map_err(refused),
            Weather::Throttled => Err(Answer::Throttled),
            Weather::Refused | Weather::RegionRefused => {
                Err(refused(&format!("Mistake{}", self.mistakes)))
            }
            Weather::LostBefore => Err(lost()),
            Weather::Silent => Err(silent()),
            Weather::LostAfter => {
                effect(&mut self.aws).map_or_else(|code| Err(refused(code)), |_| Err(lost()))
            }
        }
    }

    fn reply(&mut self, cast: Cast, reply: Reply) {
        self.in_flight.push((self.aws.now + cast.delay, reply));
    }

    fn deliver(&mut self) {
        let now = self.aws.now;
        let due: Vec<_> = self.in_flight.extract_if(.., |(at, _)| *at < now).collect();
        for (_, reply) in due {
            self.hear(reply);
        }
    }

    fn hear(&mut self, reply: Reply) {
        let World {
            observation,
            attempts,
            ..
        } = &mut self.world;
        let newest = observation.newest();
        match reply {
            Reply::Graph(request, found) => {
                let answer = found.as_ref().map_or_else(Clone::clone, |_| Answer::Done);
                attempts.region_answered(request, answer, newest);
                match (request, found) {
                    (RegionRequest::CreateGraph, Ok(Some(arn))) => observation.made_graph(arn),
                    (_, Ok(arn)) => observation.saw_graph(arn),
                    (_, Err(_)) => {}
                }
            }
            Reply::List(round, list) => {
                let answer = list.as_ref().map_or_else(Clone::clone, |_| Answer::Done);
                attempts.region_answered(RegionRequest::Look, answer, newest);
                for (account, member) in list.iter().flatten() {
                    observation.saw_member(round, *account, Some(member.clone()));
                }
                if list.is_ok() {
                    observation.saw_whole_list(round);
                }
            }
            Reply::Change(answer) => {
                attempts.region_answered(RegionRequest::Change, answer, newest);
            }
            Reply::Member(request, account, answer, entry) => {
                attempts.answered(request, account, answer, newest);
                if let Some((round, member)) = entry {
                    observation.saw_member(round, account, Some(member));
                }
            }
            Reply::Role(account, true) => attempts.saw_role(account, Role::Ready),
            Reply::Role(account, false) => {
                let role = match self.role_tries[&account] {
                    1 => super::world::role_refused(),
                    _ => super::world::role_failed(),
                };
                attempts.saw_role(account, role);
            }
            Reply::Off(account) => attempts.saw_off(account),
            Reply::Ended(members, ended) => {
                let answer = ended.err().unwrap_or(Answer::Done);
                let member = match &answer {
                    Answer::Refused(_) => Answer::Throttled,
                    answer => answer.clone(),
                };
                for account in members {
                    attempts.answered(MemberRequest::Remove, account, member.clone(), newest);
                }
                if is_refused_as(&answer, "Validation") {
                    attempts.saw_members_first();
                }
                attempts.region_answered(RegionRequest::DeleteGraph, answer, newest);
            }
            Reply::Gone => observation.lost_graph(),
        }
    }
}

fn is_refused_as(answer: &Answer, code: &str) -> bool {
    matches!(answer, Answer::Refused(refusal) if &*refusal.call.code == code)
}

/// Nothing is done, and nothing is waited for.
fn is_at_rest(plan: &Plan) -> bool {
    let waits = [
        Wait::Look,
        Wait::Answer,
        Wait::Verification,
        Wait::Visible,
        Wait::Role,
        Wait::Patience(Asked::Role),
        Wait::Graph,
    ];
    let waiting = waits.iter().any(|wait| plan.count(Kind::Wait(*wait)) > 0);
    let graph = matches!(plan.graph(), GraphStep::Keep | GraphStep::Blocked(_));
    graph && !waiting && !plan.changes_anything()
}
