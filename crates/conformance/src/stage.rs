//! One Region of the two accounts: whether it may be touched, and how it is left.

use std::time::Duration;

use engine::{Aws, clock};
use fleet::account::{AccountId, Email, Region};
use tokio_util::sync::CancellationToken;

use crate::call::Refusal;
use crate::mark::{Mark, TAG};
use crate::party::Party;
use crate::run::{Asked, Run};

/// How often it is looked whether everything is gone.
const LOOKS: u32 = 20;
/// How long between two of these looks.
const PAUSE: Duration = Duration::from_secs(3);

/// One Region of the two accounts.
#[derive(Debug)]
pub struct Stage {
    pub(crate) region: Region,
    pub(crate) administrator: Party,
    pub(crate) member: Option<Member>,
}

/// The account that is invited.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) party: Party,
    /// Its root e-mail.
    pub(crate) email: Email,
}

/// What an earlier run could not delete any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeftBehind {
    /// Nothing.
    Nothing,
    /// A behavior graph, with its members.
    Graph,
}

/// The account that is invited, as it comes from outside.
#[derive(Debug)]
pub struct Invitee<'a> {
    /// AWS as the account sees it.
    pub aws: &'a Aws,
    /// Its root e-mail.
    pub email: Email,
}

/// Why the Region is not touched.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StageError {
    /// One account for both.
    #[error(
        "both profiles are of account {0}: the member has to be another account than the administrator"
    )]
    OneAccount(AccountId),
    /// There is a graph that is none of ours.
    #[error(
        "account {account} has a behavior graph in {region} already, and conformance does not touch a Region with a graph that it did not make: choose a Region without one"
    )]
    HasGraph {
        /// Whose it is.
        account: AccountId,
        /// Where it is.
        region: Region,
    },
    /// There is a graph that a run made whose file is not here.
    #[error(
        "account {account} has a behavior graph in {region} that an earlier run made (its tag {TAG} is {run:?}), but the file that this run wrote is not here: run it again in the folder of that run, or delete the graph in the console"
    )]
    OfAnotherRun {
        /// Whose it is.
        account: AccountId,
        /// Where it is.
        region: Region,
        /// The run that made it.
        run: String,
    },
    /// AWS could not be asked.
    #[error("cannot ask which behavior graphs account {account} has in {region}: {why}")]
    Unanswered {
        /// Who could not ask.
        account: AccountId,
        /// Where.
        region: Region,
        /// What AWS said.
        why: String,
    },
}

impl Stage {
    /// The Region, with one account or two.
    ///
    /// # Errors
    /// Where the two are one.
    pub fn new(
        administrator: &Aws,
        invitee: Option<Invitee<'_>>,
        region: &Region,
    ) -> Result<Self, StageError> {
        let administrator = Party::of(administrator, region);
        let member = invitee.map(|Invitee { aws, email }| Member {
            party: Party::of(aws, region),
            email,
        });
        match &member {
            Some(member) if member.party.account == administrator.account => {
                Err(StageError::OneAccount(administrator.account))
            }
            _ => Ok(Self {
                region: region.clone(),
                administrator,
                member,
            }),
        }
    }

    /// The account whose graph it will be.
    #[must_use]
    pub fn administrator(&self) -> AccountId {
        self.administrator.account
    }

    /// The account that will be invited.
    #[must_use]
    pub fn member(&self) -> Option<AccountId> {
        self.member.as_ref().map(|member| member.party.account)
    }

    /// Whether the Region is free, but for what the run of that mark left behind.
    ///
    /// # Errors
    /// Where there is a graph of somebody else's making, or AWS cannot be asked.
    pub async fn look(&self, mark: Option<&Mark>) -> Result<LeftBehind, StageError> {
        if let Some(member) = &self.member
            && !self.graphs(&member.party).await?.is_empty()
        {
            return Err(self.has_graph(&member.party));
        }
        let administrator = &self.administrator;
        let mut left = LeftBehind::Nothing;
        for graph in self.graphs(administrator).await? {
            let tags = administrator.caller.tags(&graph).await;
            let tags = tags.map_err(|refusal| self.unanswered(administrator, &refusal))?;
            match (tags.get(TAG), mark) {
                (Some(run), Some(mark)) if *run == mark.run => left = LeftBehind::Graph,
                (Some(run), _) => {
                    return Err(StageError::OfAnotherRun {
                        account: administrator.account,
                        region: self.region.clone(),
                        run: run.clone(),
                    });
                }
                (None, _) => return Err(self.has_graph(administrator)),
            }
        }
        Ok(left)
    }

    /// Asks all questions, until it is to stop. What it made may be there afterwards: [`Stage::clean_up`].
    pub async fn ask(
        &self,
        mark: &Mark,
        stop: &CancellationToken,
        tell: &(dyn Fn(&str) + Sync),
    ) -> Asked {
        Run::new(self, mark, stop, tell).play().await
    }

    /// Deletes what the run of that mark made, and looks whether it is gone.
    ///
    /// # Errors
    /// Where something is left: what, and why.
    pub async fn clean_up(&self, mark: &Mark) -> Result<(), String> {
        let mut last = String::new();
        for look in 0..LOOKS {
            if look > 0 {
                clock::sleep(PAUSE).await;
            }
            match self.delete_marked(mark).await {
                Ok(true) => return Ok(()),
                Ok(false) => "the graph is still listed".clone_into(&mut last),
                Err(refusal) => last = crate::words::scrubbed(&refusal.words),
            }
        }
        Err(format!(
            "the behavior graph of {} in {} could not be deleted: {last}",
            self.administrator.account, self.region
        ))
    }

    /// Deletes the graphs of that mark; true where there was none.
    async fn delete_marked(&self, mark: &Mark) -> Result<bool, Refusal> {
        let caller = &self.administrator.caller;
        let mut was_free = true;
        for graph in self.own_graphs(&self.administrator).await? {
            let is_ours = caller.tags(&graph).await?.get(TAG) == Some(&mark.run);
            if is_ours {
                was_free = false;
                let members: Vec<_> = caller.list_members(&graph).await?.into_keys().collect();
                if !members.is_empty() {
                    caller.delete_members(&graph, members).await?;
                }
                caller.delete_graph(&graph).await?;
            }
        }
        Ok(was_free)
    }

    async fn graphs(&self, party: &Party) -> Result<Vec<String>, StageError> {
        let graphs = self.own_graphs(party).await;
        graphs.map_err(|refusal| self.unanswered(party, &refusal))
    }

    /// The graphs that an account is the administrator of, whatever else ListGraphs names.
    async fn own_graphs(&self, party: &Party) -> Result<Vec<String>, Refusal> {
        let account = party.account.to_string();
        let mut graphs = party.caller.list_graphs().await?;
        graphs.retain(|arn| arn.split(':').nth(4) == Some(&account));
        Ok(graphs)
    }

    fn has_graph(&self, party: &Party) -> StageError {
        StageError::HasGraph {
            account: party.account,
            region: self.region.clone(),
        }
    }

    fn unanswered(&self, party: &Party, refusal: &Refusal) -> StageError {
        StageError::Unanswered {
            account: party.account,
            region: self.region.clone(),
            why: crate::words::scrubbed(&refusal.words),
        }
    }
}
