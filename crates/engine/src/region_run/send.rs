//! From what is due to requests, each a future that ends in a reply.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use fleet::account::{AccountId, Email, GraphArn};
use fleet::attempts::{MemberRequest, RegionRequest};
use fleet::event::{CallResult, Change, EventKind, Operation};
use fleet::observation::Round;
use fleet::patience::Asked;
use fleet::plan::{BATCH, Chore};
use futures_util::future::BoxFuture;

use super::chores::Told;
use super::due::Work;
use super::{Mode, RegionRun};
use crate::aws::ChangeKind;
use crate::clock;
use crate::detective::{self, Answered, Entry, LeftOut};
use crate::failure::{Failure, FailureKind};
use crate::gate::SOON;
use crate::pace::Begun;

/// What a request counts under: its operation, and the account where each has a pace of its own.
pub(super) type Under = (Operation, Option<AccountId>);

/// A request that has ended.
pub(super) struct Reply {
    pub(super) under: Under,
    pub(super) begun: Begun,
    pub(super) sent: Option<Sent>,
    pub(super) body: Body,
}

/// A change that was announced and sent.
pub(super) struct Sent {
    number: u64,
    change: Arc<Change>,
}

/// What came back.
pub(super) enum Body {
    Found(Result<Option<GraphArn>, Failure>),
    /// Another question for the graph was answered first.
    Dropped(Failure),
    Made(Result<Answered<GraphArn>, Failure>),
    Listed(Round, Result<(Vec<Entry>, Option<String>), Failure>),
    Got(Round, Vec<AccountId>, Result<Vec<Entry>, Failure>),
    Invited(
        Round,
        Vec<AccountId>,
        Result<Answered<(Vec<Entry>, LeftOut)>, Failure>,
    ),
    Removed(
        Vec<AccountId>,
        Result<Answered<(Vec<AccountId>, LeftOut)>, Failure>,
    ),
    Accepted(AccountId, Result<Answered<()>, Refused>),
    Started(AccountId, Result<Answered<()>, Failure>),
    /// The graph was deleted, with those in it.
    Ended(Vec<AccountId>, Result<Answered<()>, Failure>),
    Chore(Chore, Result<Told, Failure>),
}

/// Why an invitation could not be accepted.
pub(super) struct Refused {
    pub(super) failure: Failure,
    /// The member says that this Region is not switched on in it.
    pub(super) off: bool,
}

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Self {
        Self {
            failure,
            off: false,
        }
    }
}

impl Body {
    /// How the request went.
    pub(super) fn result(&self) -> Result<(), &Failure> {
        match self {
            Self::Found(result) => result.as_ref().map(|_| ()),
            Self::Dropped(failure) => Err(failure),
            Self::Made(result) => result.as_ref().map(|_| ()),
            Self::Listed(_, result) => result.as_ref().map(|_| ()),
            Self::Got(_, _, result) => result.as_ref().map(|_| ()),
            Self::Invited(_, _, result) => result.as_ref().map(|_| ()),
            Self::Removed(_, result) => result.as_ref().map(|_| ()),
            Self::Started(_, result) | Self::Ended(_, result) => result.as_ref().map(|_| ()),
            Self::Chore(_, result) => result.as_ref().map(|_| ()),
            Self::Accepted(_, result) => match result {
                Ok(_) => Ok(()),
                Err(refused) => Err(&refused.failure),
            },
        }
    }

    /// What AWS calls the request, where it was one that changes something and went well.
    fn request_id(&self) -> Option<&Arc<str>> {
        let id = match self {
            Self::Made(Ok(made)) => &made.request_id,
            Self::Invited(_, _, Ok(invited)) => &invited.request_id,
            Self::Removed(_, Ok(removed)) => &removed.request_id,
            Self::Accepted(_, Ok(done)) | Self::Started(_, Ok(done)) | Self::Ended(_, Ok(done)) => {
                &done.request_id
            }
            Self::Chore(_, Ok(Told::Done(done))) => &done.request_id,
            _ => return None,
        };
        id.as_ref()
    }

    /// Who AWS left out of a batch.
    fn left_out(&self) -> Vec<AccountId> {
        let left_out = match self {
            Self::Invited(_, _, Ok(invited)) => &invited.told.1,
            Self::Removed(_, Ok(removed)) => &removed.told.1,
            _ => return Vec::new(),
        };
        left_out.iter().map(|(account, _)| *account).collect()
    }
}

/// What AWS calls a kind of request. Removing members stands for all changes of the list.
pub(super) fn operation(asked: Asked) -> Operation {
    match asked {
        Asked::Role => Operation::AssumeRole,
        Asked::Region(request) => match request {
            RegionRequest::FindGraph => Operation::ListGraphs,
            RegionRequest::CreateGraph => Operation::CreateGraph,
            RegionRequest::DeleteGraph => Operation::DeleteGraph,
            RegionRequest::ReadTags => Operation::ListTagsForResource,
            RegionRequest::Tag => Operation::TagResource,
            RegionRequest::Untag => Operation::UntagResource,
            RegionRequest::ReadPackages => Operation::ListDatasourcePackages,
            RegionRequest::StartPackages => Operation::UpdateDatasourcePackages,
            RegionRequest::Look => Operation::ListMembers,
            RegionRequest::Change => Operation::CreateMembers,
        },
        Asked::Member(request) => match request {
            MemberRequest::Invite => Operation::CreateMembers,
            MemberRequest::Accept => Operation::AcceptInvitation,
            MemberRequest::Remove => Operation::DeleteMembers,
            MemberRequest::Start => Operation::StartMonitoringMember,
        },
    }
}

const UNPLANNED: &str = "a defect of detective-fleet: something was about to be sent that the saved plan does not hold, and was not; please report it";

type Request = BoxFuture<'static, Body>;

/// A request that is ready to be sent; what changes something has been announced.
pub(super) type Ready = (Under, Option<Sent>, Request);

impl RegionRun {
    /// Makes the request and notes that it is under way. `None` where it is not due after all.
    pub(super) fn request(&mut self, work: Work) -> Option<BoxFuture<'static, Reply>> {
        let (under, sent, request) = match work {
            Work::FindGraph => self.find_graph(),
            Work::CreateGraph => self.create_graph()?,
            Work::List => self.list()?,
            Work::Get => self.get()?,
            Work::Invite => self.invite()?,
            Work::Remove => self.remove()?,
            Work::Accept(account) => self.accept(account)?,
            Work::Start(account) => self.start_monitoring(account)?,
            Work::DeleteGraph => self.delete_graph()?,
            Work::Chore(n) => self.chore(n)?,
        };
        let begun = self.pace(under).begin();
        Some(Box::pin(async move {
            Reply {
                under,
                begun,
                sent,
                body: request.await,
            }
        }))
    }

    fn find_graph(&mut self) -> Ready {
        self.observation.begin_look();
        self.looks.begin_find(clock::now());
        self.attempts.region_sent(RegionRequest::FindGraph);
        let (aws, client) = (self.aws.clone(), self.client.clone());
        let answered = self.looks.answered.clone();
        let (events, region) = (self.events.clone(), self.region().clone());
        let page_came = self.looks.page_came.clone();
        let request = async move {
            let before = || {
                page_came.store(true, Ordering::Relaxed);
                events.called(Some(&region), Operation::ListGraphs, Ok(()));
            };
            let found = |keys| detective::find_graph(&client, keys, aws.administrator(), before);
            let found = aws.with_keys_or_halt(found);
            tokio::select! {
                biased;
                () = answered.cancelled() => {
                    Body::Dropped(Failure::silent("another question was answered first"))
                }
                found = found => Body::Found(found),
            }
        };
        ((Operation::ListGraphs, None), None, Box::pin(request))
    }

    fn create_graph(&mut self) -> Option<Ready> {
        let sent = self.announce(Operation::CreateGraph, Vec::new())?;
        self.attempts.region_sent(RegionRequest::CreateGraph);
        let (aws, client, fleet) = (self.aws.clone(), self.client.clone(), self.fleet.clone());
        let request = async move {
            let made = aws.with_keys_to(ChangeKind::Make, |keys| {
                detective::create_graph(&client, keys, &fleet.settings)
            });
            let made = async { made.await.map_err(Failure::of_create_graph) };
            Body::Made(made.await)
        };
        Some((
            (Operation::CreateGraph, None),
            Some(sent),
            Box::pin(request),
        ))
    }

    fn list(&mut self) -> Option<Ready> {
        let graph = self.observation.graph_arn()?.clone();
        let (round, token) = match self.looks.listing.take() {
            Some(listing) => listing,
            None => (self.observation.begin_look(), None),
        };
        self.looks.listing = Some((round, token.clone()));
        self.looks.begin(clock::now());
        self.attempts.region_sent(RegionRequest::Look);
        let (aws, client) = (self.aws.clone(), self.client.clone());
        let request = async move {
            let page =
                aws.with_keys_or_halt(|keys| detective::list_members(&client, keys, &graph, token));
            Body::Listed(round, page.await)
        };
        Some(((Operation::ListMembers, None), None, Box::pin(request)))
    }

    fn get(&mut self) -> Option<Ready> {
        let graph = self.observation.graph_arn()?.clone();
        let (round, mut rest) = match self.looks.getting.take() {
            Some(getting) => getting,
            None => (self.observation.begin_look(), self.looked_for().collect()),
        };
        let asked = rest.split_off(rest.len().saturating_sub(BATCH));
        self.looks.getting = (!rest.is_empty()).then_some((round, rest));
        self.looks.begin(clock::now());
        self.looks.gets += 1;
        let (aws, client) = (self.aws.clone(), self.client.clone());
        let request = async move {
            let got =
                aws.with_keys_or_halt(|keys| detective::get_members(&client, keys, &graph, &asked));
            let got = got.await;
            Body::Got(round, asked, got)
        };
        Some(((Operation::GetMembers, None), None, Box::pin(request)))
    }

    fn invite(&mut self) -> Option<Ready> {
        let graph = self.observation.graph_arn()?.clone();
        let accounts = self.plan.next_invitations();
        let invited: Vec<(AccountId, Email)> = accounts
            .iter()
            .filter_map(|account| Some((*account, self.fleet.members.get(account)?.clone())))
            .collect();
        let sent = self.announce(Operation::CreateMembers, accounts.clone())?;
        self.note_sent(MemberRequest::Invite, &accounts);
        // What CreateMembers answers tells of those that it names.
        let round = self.observation.begin_change();
        let (aws, client, fleet) = (self.aws.clone(), self.client.clone(), self.fleet.clone());
        let request = async move {
            let made = aws.with_keys_to(ChangeKind::Make, |keys| {
                detective::create_members(&client, keys, &graph, &fleet.settings, &invited)
            });
            let made = made.await;
            Body::Invited(round, accounts, made)
        };
        Some((
            (Operation::CreateMembers, None),
            Some(sent),
            Box::pin(request),
        ))
    }

    fn remove(&mut self) -> Option<Ready> {
        let graph = self.observation.graph_arn()?.clone();
        let accounts = self.plan.next_removals();
        let sent = self.announce(Operation::DeleteMembers, accounts.clone())?;
        self.note_sent(MemberRequest::Remove, &accounts);
        let (aws, client) = (self.aws.clone(), self.client.clone());
        let request = async move {
            let removed = aws.with_keys_to(ChangeKind::RemoveMembers, |keys| {
                detective::delete_members(&client, keys, &graph, &accounts)
            });
            let removed = removed.await;
            Body::Removed(accounts, removed)
        };
        Some((
            (Operation::DeleteMembers, None),
            Some(sent),
            Box::pin(request),
        ))
    }

    /// The graph takes everybody in it along.
    fn delete_graph(&mut self) -> Option<Ready> {
        let graph = self.observation.graph_arn()?.clone();
        let members = self.observation.members();
        let members: Vec<_> = members.map(|(account, _)| account).collect();
        let sent = self.announce(Operation::DeleteGraph, members.clone())?;
        self.attempts.region_sent(RegionRequest::DeleteGraph);
        self.note_sent(MemberRequest::Remove, &members);
        let (aws, client) = (self.aws.clone(), self.client.clone());
        let request = async move {
            let ended = aws.with_keys_to(ChangeKind::DeleteGraph, |keys| {
                detective::delete_graph(&client, keys, &graph)
            });
            let ended = ended.await;
            Body::Ended(members, ended)
        };
        Some((
            (Operation::DeleteGraph, None),
            Some(sent),
            Box::pin(request),
        ))
    }

    fn start_monitoring(&mut self, account: AccountId) -> Option<Ready> {
        let graph = self.observation.graph_arn()?.clone();
        let sent = self.announce(Operation::StartMonitoringMember, vec![account])?;
        self.note_sent(MemberRequest::Start, &[account]);
        let (aws, client) = (self.aws.clone(), self.client.clone());
        let request = async move {
            let started = aws.with_keys_to(ChangeKind::Make, |keys| {
                detective::start_monitoring(&client, keys, &graph, account)
            });
            Body::Started(account, started.await)
        };
        let under = (Operation::StartMonitoringMember, None);
        Some((under, Some(sent), Box::pin(request)))
    }

    fn accept(&mut self, account: AccountId) -> Option<Ready> {
        let graph = self.observation.graph_arn()?.clone();
        let Mode::Reconcile(roles) = &self.mode else {
            return None;
        };
        let Some(keys) = roles.credentials(account) else {
            // Their hour is over: the plan asks for new ones.
            self.attempts
                .saw_role(account, fleet::attempts::Role::Unasked);
            self.changed.insert(account);
            return None;
        };
        let sent = self.announce_in(account, Operation::AcceptInvitation, Vec::new())?;
        self.note_sent(MemberRequest::Accept, &[account]);
        let (aws, client, region) = (self.aws.clone(), self.client.clone(), self.region().clone());
        let events = self.events.clone();
        let request = async move {
            if let Err(failure) = aws.may_change(SOON).await {
                return Body::Accepted(account, Err(failure.into()));
            }
            let accepted = match detective::accept(&client, keys.clone(), &graph).await {
                Err(failure) if failure.kind == FailureKind::NotOn && aws.has_account_service() => {
                    let is_on = aws.is_on(&region, keys).await;
                    events.called(
                        Some(&region),
                        Operation::GetRegionOptStatus,
                        is_on.as_ref().map(|_| ()),
                    );
                    Err(Refused {
                        failure,
                        off: is_on.is_ok_and(|is_on| !is_on),
                    })
                }
                accepted => accepted.map_err(Refused::from),
            };
            Body::Accepted(account, accepted)
        };
        let under = (Operation::AcceptInvitation, Some(account));
        Some((under, Some(sent), Box::pin(request)))
    }

    /// Takes down that a change is about to be sent in the administrator's name. `None` where that
    /// could not be taken down: then it is not sent.
    pub(super) fn announce(&self, operation: Operation, members: Vec<AccountId>) -> Option<Sent> {
        self.announce_in(self.aws.administrator(), operation, members)
    }

    fn announce_in(
        &self,
        account: AccountId,
        operation: Operation,
        members: Vec<AccountId>,
    ) -> Option<Sent> {
        let change = Arc::new(Change {
            operation,
            account,
            members,
        });
        if !self.is_planned(&change) {
            self.aws.halt().stop(UNPLANNED.to_owned());
            return None;
        }
        let number = self.events.sending(self.region(), &change)?;
        Some(Sent { number, change })
    }

    /// Where a saved plan is executed, whether it holds this. A plan is never made of more: where this is
    /// asked in vain, that is a defect, and nothing more is sent.
    fn is_planned(&self, change: &Change) -> bool {
        let bounds = self.fleet.settings.bounds.as_ref();
        bounds.is_none_or(|it| it.hold(self.region(), self.observation.graph_arn(), change))
    }

    /// Takes down what became of it.
    pub(super) fn tell_answer(&self, Sent { number, change }: Sent, body: &Body) {
        let failure = body.result().err();
        let answered = failure.map_or_else(|| body.request_id(), |it| it.request_id.as_ref());
        self.record(EventKind::Answered {
            sending: number,
            change,
            request_id: answered.cloned(),
            result: failure.map_or(CallResult::Ok, Failure::result),
            error: failure.map(|failure| failure.code.clone()),
            left_out: body.left_out(),
        });
    }

    fn note_sent(&mut self, request: MemberRequest, accounts: &[AccountId]) {
        for account in accounts {
            self.attempts.sent(request, *account);
            self.changed.insert(*account);
        }
    }
}
