//! Every member is asked with its own credentials: one AssumeRole each, then which Regions are on,
//! then its invitations in each of those.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use fleet::account::{AccountId, Region};
use fleet::attempts::Role;
use fleet::cause::Cause;
use fleet::check::{Answer, Invitation, MemberFacts, RoleFacts};
use fleet::event::Operation;
use fleet::region_table::Partition;
use futures_util::future::join_all;
use tokio::sync::mpsc;
use tokio::task::{Id, JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

use super::question::Asker;
use crate::aws::Aws;
use crate::company::Company;
use crate::detective;
use crate::failure::Failure;
use crate::narrow::Errand;
use crate::region_selection;
use crate::roles::Roles;

/// An account has a few invitations in a Region: whoever gives more pages than these never ends.
const MOST_PAGES: usize = 100;

/// The members, and what is known of them.
pub(super) struct Members {
    aws: Aws,
    /// How long a role that is refused is asked for again.
    patience: Duration,
    guardduty: bool,
    /// The Regions as the administrator's look finds them.
    company: Company,
    clients: Arc<BTreeMap<Region, Clients>>,
    asked: JoinSet<(AccountId, MemberFacts)>,
    names: BTreeMap<Id, AccountId>,
    /// What was found out so far.
    pub(super) facts: BTreeMap<AccountId, MemberFacts>,
}

/// The clients of one Region: one for all members, who bring their credentials.
#[derive(Debug)]
struct Clients {
    detective: aws_sdk_detective::Client,
    #[cfg(feature = "guardduty")]
    guardduty: Option<aws_sdk_guardduty::Client>,
}

impl Members {
    pub(super) fn new(
        aws: &Aws,
        wanted: BTreeMap<AccountId, BTreeSet<Region>>,
        guardduty: bool,
        patience: Duration,
        company: Company,
    ) -> Self {
        let nothing_yet = |(account, wanted)| {
            let facts = MemberFacts {
                wanted,
                ..MemberFacts::default()
            };
            (account, facts)
        };
        let regions: BTreeSet<_> = wanted.values().flatten().cloned().collect();
        let clients = regions.into_iter().map(|region| {
            let clients = Clients::new(aws, &region, guardduty);
            (region, clients)
        });
        Self {
            aws: aws.clone(),
            guardduty,
            patience,
            company,
            clients: Arc::new(clients.collect()),
            asked: JoinSet::new(),
            names: BTreeMap::new(),
            facts: wanted.into_iter().map(nothing_yet).collect(),
        }
    }

    /// Asks all of them at once, until everything is answered or it is to stop.
    pub(super) async fn ask(&mut self, stop: &CancellationToken) {
        let (newsroom, mut news) = mpsc::unbounded_channel();
        let (roles, assume) = Roles::new(
            &self.aws,
            vec![newsroom],
            self.patience,
            Errand::Ask {
                guardduty: self.guardduty,
            },
        );
        let mut assumer = JoinSet::new();
        assumer.spawn(assume);
        for account in self.facts.keys() {
            roles.ask(*account);
        }
        let mut unheard = self.facts.len();
        while unheard > 0 || !self.asked.is_empty() {
            tokio::select! {
                biased;
                // Those that are being asked notice it themselves.
                () = stop.cancelled(), if unheard > 0 => unheard = 0,
                Some(done) = self.asked.join_next_with_id(), if !self.asked.is_empty() => self.learn(done),
                Some((account, role)) = news.recv(), if unheard > 0 => {
                    // What was refused so far is asked again.
                    unheard -= usize::from(!matches!(role, Role::Refused { .. }));
                    let asker = Asker::new(&self.aws, &roles, &self.company, account, stop);
                    self.heard(asker, role);
                }
            }
        }
    }

    /// Something became of the role.
    fn heard(&mut self, asker: Asker, role: Role) {
        let Some(facts) = self.facts.get_mut(&asker.account) else {
            return;
        };
        match role {
            Role::Ready => {
                facts.role = RoleFacts::Ready;
                let (facts, clients) = (facts.clone(), self.clients.clone());
                let account = asker.account;
                let asked = self.asked.spawn(async move {
                    let facts = asker.everything(facts, &clients).await;
                    (account, facts)
                });
                self.names.insert(asked.id(), account);
            }
            Role::Refused { cause } | Role::Failed { cause } => {
                facts.role = RoleFacts::Failed(Cause::clone(&cause));
            }
            Role::Unasked | Role::Asked => {}
        }
    }

    fn learn(&mut self, done: Result<(Id, (AccountId, MemberFacts)), JoinError>) {
        match done {
            Ok((_, (account, facts))) => {
                self.facts.insert(account, facts);
            }
            // A defect in one member's questions is told of that member: the others go on.
            Err(error) => {
                let name = self.names.get(&error.id());
                if let Some(facts) = name.and_then(|account| self.facts.get_mut(account)) {
                    let error = error.to_string().into();
                    facts.role = RoleFacts::Failed(Cause::Defect { error });
                }
            }
        }
    }
}

impl Clients {
    #[cfg_attr(
        not(feature = "guardduty"),
        expect(unused_variables, reason = "there is no GuardDuty to ask then")
    )]
    fn new(aws: &Aws, region: &Region, guardduty: bool) -> Self {
        Self {
            detective: aws.detective(region),
            #[cfg(feature = "guardduty")]
            guardduty: guardduty.then(|| aws.guardduty(region)),
        }
    }
}

impl Asker {
    /// All questions to one member. Regions that are known to be off are not asked: AWS's answer
    /// there is the same as to a wrong token.
    async fn everything(
        &self,
        mut facts: MemberFacts,
        clients: &BTreeMap<Region, Clients>,
    ) -> MemberFacts {
        facts.regions = self.regions().await;
        let is_on = |region: &Region| match &facts.regions {
            Answer::Is(on) => on.contains(region),
            _ => true,
        };
        let on = facts.wanted.iter().filter(|region| is_on(region));
        let places = on.filter_map(|region| Some((region, clients.get(region)?)));
        let answers = join_all(places.map(|(region, clients)| self.region(region, clients)));
        let answers = answers.await;
        for (region, answers) in answers {
            answers.tell(region, &mut facts);
        }
        facts
    }

    /// Once per member, and not once per Region: the Account service takes 5 requests a second.
    async fn regions(&self) -> Answer<BTreeSet<Region>> {
        if let Some(failure) = self.aws.no_account_service() {
            return Answer::Failed(failure.call(Operation::ListRegions));
        }
        if self.aws.partition() == Partition::AwsUsGov {
            let on = region_selection::all_on(Partition::AwsUsGov).into_keys();
            return Answer::Is(on.map(|name| Region::new(&name)).collect());
        }
        let client = self.aws.account();
        let page = || {
            let events = self.aws.events();
            events.called(None, Operation::ListRegions, Ok(()));
        };
        let ask = |keys| region_selection::switched(&client, keys, page);
        let switched = self.ask(Operation::ListRegions, None, ask).await;
        switched.map(|switched| {
            let on = switched.into_iter().filter(|(_, on)| *on);
            on.map(|(name, _)| Region::new(&name)).collect()
        })
    }

    async fn region(&self, region: &Region, clients: &Clients) -> (Region, InRegion) {
        #[cfg(feature = "guardduty")]
        let guardduty = match &clients.guardduty {
            Some(client) => Some(self.guardduty(region, client).await),
            None => None,
        };
        let answers = InRegion {
            invitations: self.invitations(region, &clients.detective).await,
            #[cfg(feature = "guardduty")]
            guardduty,
        };
        (region.clone(), answers)
    }

    async fn invitations(
        &self,
        region: &Region,
        client: &aws_sdk_detective::Client,
    ) -> Answer<Vec<Invitation>> {
        let mut all = Vec::new();
        let mut token = None;
        for _ in 0..MOST_PAGES {
            let ask = |keys| detective::list_invitations(client, keys, token.clone());
            let page = self.ask(Operation::ListInvitations, Some(region), ask);
            match page.await {
                Answer::Is((page, next)) => {
                    all.extend(page);
                    token = next;
                }
                other => return other.map(|_| Vec::new()),
            }
            if token.is_none() {
                return Answer::Is(all);
            }
        }
        let failure = Failure::refused("EndlessList", "the list of invitations has no end");
        Answer::Failed(failure.call(Operation::ListInvitations))
    }
}

/// What one member says of one Region.
struct InRegion {
    invitations: Answer<Vec<Invitation>>,
    #[cfg(feature = "guardduty")]
    guardduty: Option<Answer<fleet::check::GuardDuty>>,
}

impl InRegion {
    fn tell(self, region: Region, facts: &mut MemberFacts) {
        #[cfg(feature = "guardduty")]
        if let Some(guardduty) = self.guardduty {
            facts.guardduty.insert(region.clone(), guardduty);
        }
        facts.invitations.insert(region, self.invitations);
    }
}
