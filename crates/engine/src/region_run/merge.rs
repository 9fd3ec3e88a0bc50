//! From replies to what is known.

use fleet::account::{AccountId, GraphArn};
use fleet::attempts::{Answer, MemberRequest, Refusal, RegionRequest, Role};
use fleet::cause::{FailedCall, ours};
use fleet::event::{CallResult, Deed, EventKind, Operation};
use fleet::observation::Round;
use fleet::patience::Asked;
use fleet::plan::{Kind, Wait, concerns};

use super::send::{Body, Refused, Reply};
use super::{Mode, RegionRun};
use crate::detective::{Entry, LeftOut};
use crate::failure::{Failure, FailureKind};

impl RegionRun {
    /// Takes in one reply.
    pub(super) fn merge(&mut self, reply: Reply) {
        let Reply {
            under,
            begun,
            sent,
            body,
        } = reply;
        let result = body.result();
        if !matches!(result, Err(failure) if failure.kind == FailureKind::NotSent) {
            self.events
                .called(Some(self.observation.region()), under.0, result);
        }
        if let Some(sent) = sent {
            self.tell_answer(sent, &body);
        }
        let result = result.err().map_or(CallResult::Ok, Failure::result);
        // An account's own pace is only worth keeping once it was too fast.
        let answered = matches!(result, CallResult::Ok | CallResult::Refused);
        if !answered || under.1.is_none() {
            self.pace(under).end(begun, result);
        } else {
            self.paces.remove(&under);
        }
        match body {
            Body::Found(found) => self.merge_found(found),
            Body::Dropped(_) => {}
            Body::Made(made) => self.merge_made(made.map(|it| it.told)),
            Body::Listed(round, page) => self.merge_page(round, page),
            Body::Got(round, asked, got) => self.merge_got(round, &asked, got),
            Body::Invited(round, asked, made) => {
                self.merge_invited(round, &asked, made.map(|it| it.told));
            }
            Body::Removed(asked, removed) => {
                self.merge_removed(&asked, removed.map(|it| it.told));
            }
            Body::Accepted(account, accepted) => {
                self.merge_accepted(account, accepted.map(|it| it.told));
            }
            Body::Started(account, started) => {
                self.merge_started(account, started.map(|it| it.told));
            }
            Body::Chore(chore, told) => self.merge_chore(&chore, told),
            Body::Ended(members, ended) => {
                self.merge_ended(&members, ended.map(|it| it.told));
            }
        }
    }

    fn merge_found(&mut self, found: Result<Option<GraphArn>, Failure>) {
        if !found.as_ref().is_err_and(Failure::is_silent) {
            self.looks.drop_questions();
        }
        match found {
            Ok(arn) => {
                self.answered(RegionRequest::FindGraph, Answer::Done);
                let made = arn.is_some() && self.came_about(RegionRequest::CreateGraph);
                if arn.is_none() && self.came_about(RegionRequest::DeleteGraph) {
                    self.graph_deleted();
                }
                self.record(EventKind::Graph {
                    arn: arn.clone(),
                    made,
                });
                self.observation.saw_graph(arn);
                self.tell_all();
            }
            Err(failure) => {
                self.region_failed(RegionRequest::FindGraph, Operation::ListGraphs, &failure);
            }
        }
        self.everything_changed();
    }

    fn merge_made(&mut self, made: Result<GraphArn, Failure>) {
        self.altered = Some(self.observation.newest());
        match made {
            Ok(arn) => {
                self.answered(RegionRequest::CreateGraph, Answer::Done);
                self.record(EventKind::Graph {
                    arn: Some(arn.clone()),
                    made: true,
                });
                self.observation.made_graph(arn);
                self.attempts.saw_another_graph();
            }
            Err(failure) => {
                // It may be there now, or be somebody else's.
                if failure.kind != FailureKind::NotSent {
                    self.lose_graph();
                }
                self.region_failed(RegionRequest::CreateGraph, Operation::CreateGraph, &failure);
            }
        }
        self.everything_changed();
    }

    fn merge_page(&mut self, round: Round, page: Result<(Vec<Entry>, Option<String>), Failure>) {
        self.looks.under_way -= 1;
        match page {
            Ok((entries, next)) => {
                self.answered(RegionRequest::Look, Answer::Done);
                self.saw_entries(round, entries);
                self.looks.listing = next.map(|token| (round, Some(token)));
                if self.looks.listing.is_none() {
                    self.saw_whole_list(round);
                }
            }
            Err(failure) if failure.is_transient() => {
                self.region_failed(RegionRequest::Look, Operation::ListMembers, &failure);
            }
            Err(failure) => self.list_failed(&failure),
        }
    }

    fn merge_got(&mut self, round: Round, asked: &[AccountId], got: Result<Vec<Entry>, Failure>) {
        self.looks.under_way -= 1;
        self.looks.gets -= 1;
        match got {
            Ok(entries) => {
                self.looks.list_next |= entries.len() < asked.len();
                self.saw_entries(round, entries);
            }
            // Nothing depends on it: the list that follows says the same, or why not.
            Err(failure) => {
                if failure.kind == FailureKind::Denied {
                    let operation = Operation::GetMembers;
                    self.record(EventKind::DoneWithout { operation });
                }
                self.looks.lists_only = true;
                self.looks.getting = None;
            }
        }
    }

    pub(super) fn lose_graph(&mut self) {
        self.looks.abandon();
        self.observation.lost_graph();
    }

    /// A list begins anew after a final answer, and a graph that is not there is looked for.
    fn list_failed(&mut self, failure: &Failure) {
        self.looks.abandon();
        if failure.kind == FailureKind::Missing {
            self.lose_graph();
        }
        self.region_failed(RegionRequest::Look, Operation::ListMembers, failure);
        self.everything_changed();
    }

    fn merge_invited(
        &mut self,
        round: Round,
        asked: &[AccountId],
        made: Result<(Vec<Entry>, LeftOut), Failure>,
    ) {
        let (listed, left_out) = match made {
            Ok(made) => made,
            Err(failure) => return self.batch_failed(MemberRequest::Invite, asked, &failure),
        };
        self.answered(RegionRequest::Change, Answer::Done);
        for (account, _) in &listed {
            self.did(*account, MemberRequest::Invite, Deed::Invited);
        }
        let listed_accounts: Vec<_> = listed.iter().map(|(account, _)| *account).collect();
        self.saw_entries(round, listed);
        self.not_done(MemberRequest::Invite, asked, &listed_accounts, &left_out);
    }

    fn merge_removed(
        &mut self,
        asked: &[AccountId],
        removed: Result<(Vec<AccountId>, LeftOut), Failure>,
    ) {
        let (removed, left_out) = match removed {
            Ok(removed) => removed,
            Err(failure) => return self.batch_failed(MemberRequest::Remove, asked, &failure),
        };
        self.answered(RegionRequest::Change, Answer::Done);
        for account in &removed {
            self.did(*account, MemberRequest::Remove, Deed::Removed);
        }
        self.not_done(MemberRequest::Remove, asked, &removed, &left_out);
    }

    /// What a batch did not do: some accounts AWS left out in words, of others it says nothing.
    fn not_done(
        &mut self,
        request: MemberRequest,
        asked: &[AccountId],
        done: &[AccountId],
        left_out: &LeftOut,
    ) {
        for (account, words) in left_out {
            let refusal = Refusal {
                call: FailedCall::new(
                    request.operation(),
                    FailureKind::Refused,
                    ours::LEFT_OUT,
                    Some(words),
                ),
                passing: None,
            };
            self.answered_for(request, *account, Answer::Refused(refusal.into()));
        }
        for account in asked {
            if !done.contains(account) && !left_out.iter().any(|(left_out, _)| left_out == account)
            {
                let failure = Failure::unclear("AWS answered without a word about this account");
                let answer = failure.answer(request.operation());
                self.answered_for(request, *account, answer);
            }
        }
    }

    /// A whole batch failed. Who may not do this at all is the Region's trouble, not a member's.
    fn batch_failed(&mut self, request: MemberRequest, asked: &[AccountId], failure: &Failure) {
        self.altered = Some(self.observation.newest());
        let operation = match request {
            MemberRequest::Remove => Operation::DeleteMembers,
            _ => Operation::CreateMembers,
        };
        let of_the_region = matches!(
            failure.kind,
            FailureKind::Denied | FailureKind::NotOn | FailureKind::Expired | FailureKind::Missing
        );
        let answer = if of_the_region {
            Answer::NotDone
        } else {
            failure.answer(operation)
        };
        for account in asked {
            self.answered_for(request, *account, answer.clone());
        }
        if failure.kind == FailureKind::Missing {
            self.lose_graph();
        }
        if of_the_region {
            self.region_failed(RegionRequest::Change, operation, failure);
            self.everything_changed();
        }
    }

    fn merge_started(&mut self, account: AccountId, started: Result<(), Failure>) {
        let Err(failure) = started else {
            return self.did(account, MemberRequest::Start, Deed::Started);
        };
        let answer = failure.answer(Operation::StartMonitoringMember);
        self.answered_for(MemberRequest::Start, account, answer);
    }

    /// DeleteGraph ended. Where it was refused, its members have nothing to do with that; where its
    /// graph is not there, it is done.
    fn merge_ended(&mut self, members: &[AccountId], ended: Result<(), Failure>) {
        self.altered = Some(self.observation.newest());
        let answer = ended
            .as_ref()
            .map_or_else(|it| it.answer(Operation::DeleteGraph), |()| Answer::Done);
        for account in members {
            match &answer {
                Answer::Done => self.did(*account, MemberRequest::Remove, Deed::Removed),
                Answer::Refused(_) => {
                    self.answered_for(MemberRequest::Remove, *account, Answer::NotDone);
                }
                answer => self.answered_for(MemberRequest::Remove, *account, answer.clone()),
            }
        }
        match ended {
            Ok(()) => {
                self.answered(RegionRequest::DeleteGraph, Answer::Done);
                self.graph_deleted();
            }
            Err(failure) if failure.kind == FailureKind::Missing => {
                if self.came_about(RegionRequest::DeleteGraph) {
                    self.graph_deleted();
                } else {
                    // Somebody else was first.
                    self.answered(RegionRequest::DeleteGraph, Answer::Done);
                }
            }
            Err(failure) => {
                if failure.kind == FailureKind::Refused && !members.is_empty() {
                    self.attempts.saw_members_first();
                }
                self.region_failed(RegionRequest::DeleteGraph, Operation::DeleteGraph, &failure);
            }
        }
        self.everything_changed();
    }

    fn merge_accepted(&mut self, account: AccountId, accepted: Result<(), Refused>) {
        let Refused { failure, off } = match accepted {
            Ok(()) => return self.did(account, MemberRequest::Accept, Deed::Accepted),
            Err(refused) => refused,
        };
        if off {
            self.attempts.saw_off(account);
        }
        if failure.kind == FailureKind::Expired
            && let Mode::Reconcile(roles) = &self.mode
        {
            roles.expired(account);
            self.attempts.saw_role(account, Role::Unasked);
        }
        let answer = failure.answer(Operation::AcceptInvitation);
        self.answered_for(MemberRequest::Accept, account, answer);
    }

    /// Whether a request whose answer was lost has come about, as is seen now; it is noted as done.
    fn came_about(&mut self, request: RegionRequest) -> bool {
        let sent = self.attempts.region(request);
        let was_lost = sent
            .is_some_and(|sent| matches!(sent.last, Some(Answer::Unclear(_) | Answer::Silent(_))));
        if was_lost {
            self.answered(request, Answer::Done);
        }
        was_lost
    }

    fn graph_deleted(&self) {
        self.record(EventKind::Changed {
            change: "graph deleted".into(),
        });
    }

    fn did(&mut self, account: AccountId, request: MemberRequest, deed: Deed) {
        self.record(EventKind::Did { account, deed });
        self.let_in(request, account);
        self.answered_for(request, account, Answer::Done);
    }

    fn answered_for(&mut self, request: MemberRequest, account: AccountId, answer: Answer) {
        let newest = self.observation.newest();
        self.altered = Some(newest);
        if matches!(answer, Answer::Unclear(_) | Answer::Silent(_)) {
            self.record(EventKind::Lost { account });
        }
        let passing = answer.passing();
        self.attempts.answered(request, account, answer, newest);
        self.bear_with(Asked::Member(request), passing);
        self.changed.insert(account);
    }

    pub(super) fn answered(&mut self, request: RegionRequest, answer: Answer) {
        let passing = answer.passing();
        self.attempts
            .region_answered(request, answer, self.observation.newest());
        self.bear_with(Asked::Region(request), passing);
    }

    pub(super) fn region_failed(
        &mut self,
        request: RegionRequest,
        operation: Operation,
        failure: &Failure,
    ) {
        self.answered(request, failure.answer(operation));
    }

    fn saw_entries(&mut self, round: Round, entries: Vec<Entry>) {
        for (account, member) in entries {
            self.observation.saw_member(round, account, Some(member));
            self.tell(account);
            self.changed.insert(account);
        }
    }

    fn saw_whole_list(&mut self, round: Round) {
        self.observation.saw_whole_list(round);
        self.looks.list_next = false;
        let waiting = [Wait::Look, Wait::Visible, Wait::Verification];
        for wait in waiting {
            self.changed.extend(self.plan.of(Kind::Wait(wait)));
        }
        self.tell_all();
    }

    /// Tells of every membership that was not known to be as it is.
    fn tell_all(&mut self) {
        let fleet = self.fleet.clone();
        for account in fleet.members.keys() {
            self.tell(*account);
        }
        for account in self.others() {
            self.tell(account);
        }
    }

    /// Tells of a status that was not known; of those that the plan is about: others are left alone.
    fn tell(&mut self, account: AccountId) {
        let Some(look) = self.observation.look(account) else {
            return;
        };
        let status = look.member.map(|member| member.status.clone());
        if self.told.get(&account) == Some(&status) || !self.concerns(account) {
            return;
        }
        let since = look.member.map(|member| member.since).unwrap_or_default();
        self.told.insert(account, status.clone());
        self.changed.insert(account);
        self.record(EventKind::Seen {
            account,
            status,
            since,
        });
    }

    /// Whether the plan is about this account, or was.
    fn concerns(&self, account: AccountId) -> bool {
        self.told.contains_key(&account)
            || concerns(&self.fleet, &self.observation, &self.attempts, account)
    }

    pub(super) fn record(&self, kind: EventKind) {
        self.events.record(Some(self.observation.region()), kind);
    }
}
