//! A tiny model of what AWS does with the requests of one Region. It shares nothing with the rules.

use std::collections::{BTreeMap, BTreeSet};

use super::world::{email, id};
use crate::account::{AccountId, Email, GraphArn};
use crate::attempts::MemberRequest;
use crate::member::{Member, MemberStatus, Since};

/// What an account is like.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Nature {
    /// The roster has another e-mail than the account.
    pub(super) wrong_email: bool,
    /// How often its role cannot be assumed.
    pub(super) role_fails: u32,
    /// The Region is off in it.
    pub(super) off: bool,
    /// AWS takes it and does not enable it.
    pub(super) too_large: bool,
    /// What AWS refuses for good.
    pub(super) refuses: Option<MemberRequest>,
    /// How it stands when the run begins.
    pub(super) before: Option<MemberStatus>,
}

impl Nature {
    /// Nothing keeps it from becoming ENABLED.
    pub(super) fn is_healthy(&self) -> bool {
        let Self {
            wrong_email,
            role_fails,
            off,
            too_large,
            refuses,
            before,
        } = self;
        let stuck = matches!(before, Some(MemberStatus::AcceptedButDisabled));
        let hindered = *wrong_email || *role_fails > 1 || *off || *too_large || stuck;
        !hindered && refuses.is_none()
    }
}

/// What somebody else does meanwhile.
#[derive(Clone, Copy, Debug)]
pub(super) enum Meddling {
    Remove(u16),
    Accept(u16),
    Invite(u16),
    DeleteGraph,
}

/// The history of one entry: since when its lists show what.
type History = Vec<(u32, Option<Member>)>;

#[derive(Clone)]
pub(super) struct Aws {
    natures: BTreeMap<AccountId, Nature>,
    /// The graph that lists show from a time on, and its number.
    graph: Option<(u32, GraphArn)>,
    graphs: u32,
    entries: BTreeMap<AccountId, History>,
    pub(super) now: u32,
    /// How many things were done to memberships and the graph.
    pub(super) deeds: u32,
    meddled: bool,
    /// A graph with members is not deleted.
    pub(super) members_first: bool,
    /// Who may be removed whatever its status.
    pub(super) leaving: BTreeSet<AccountId>,
}

/// AWS says no, with a code.
pub(super) type Refused = &'static str;

impl Aws {
    pub(super) fn new(natures: BTreeMap<AccountId, Nature>, has_graph: bool) -> Self {
        let mut aws = Self {
            natures,
            graph: None,
            graphs: 0,
            entries: BTreeMap::new(),
            now: 1,
            deeds: 0,
            meddled: false,
            members_first: false,
            leaving: BTreeSet::new(),
        };
        if has_graph {
            aws.create_graph(0);
            aws.deeds = 0;
            let standing: Vec<_> = aws
                .natures
                .iter()
                .filter_map(|(account, nature)| Some((*account, standing(nature)?)))
                .collect();
            for (account, member) in standing {
                aws.becomes(account, Some(member), 0);
            }
        }
        aws
    }

    pub(super) fn find_graph(&self) -> Option<GraphArn> {
        let (since, arn) = self.graph.as_ref()?;
        (*since <= self.now).then(|| arn.clone())
    }

    pub(super) fn create_graph(&mut self, late: u32) -> GraphArn {
        if let Some((_, arn)) = &self.graph {
            return arn.clone();
        }
        self.deeds += 1;
        self.graphs += 1;
        let arn = GraphArn::new(&format!("graph:{}", self.graphs));
        self.graph = Some((self.now + late, arn.clone()));
        arn
    }

    pub(super) fn has(&self, graph: &GraphArn) -> bool {
        self.graph.as_ref().is_some_and(|(_, arn)| arn == graph)
    }

    /// ListMembers: what its lists show by now.
    pub(super) fn list(&self) -> Vec<(AccountId, Member)> {
        let shown = |history: &History| {
            let mut seen = history.iter().rev().filter(|(since, _)| *since <= self.now);
            seen.next().and_then(|(_, member)| member.clone())
        };
        let entries = self.entries.iter();
        entries
            .filter_map(|(account, history)| Some((*account, shown(history)?)))
            .collect()
    }

    /// How an account really stands.
    pub(super) fn status(&self, account: AccountId) -> Option<MemberStatus> {
        let (_, member) = self.entries.get(&account)?.last()?;
        member.as_ref().map(|member| member.status.clone())
    }

    pub(super) fn invite(
        &mut self,
        account: AccountId,
        with: &Email,
        late: u32,
    ) -> Result<Member, Refused> {
        if self.refuses(account, MemberRequest::Invite) {
            return Err("Validation");
        }
        if self.status(account).is_some() {
            return Err("AlreadyAMember");
        }
        self.deeds += 1;
        let member = entry(MemberStatus::VerificationInProgress, with.clone());
        self.becomes(account, Some(member.clone()), late);
        Ok(member)
    }

    pub(super) fn accept(&mut self, account: AccountId, late: u32) -> Result<(), Refused> {
        let nature = self.nature(account);
        if nature.off {
            return Err("NotOn");
        }
        if self.refuses(account, MemberRequest::Accept) {
            return Err("AccessDenied");
        }
        match self.status(account) {
            Some(MemberStatus::Invited) => {}
            Some(_) => return Err("Conflict"),
            None => return Err("ResourceNotFound"),
        }
        self.deeds += 1;
        let status = if nature.too_large {
            MemberStatus::AcceptedButDisabled
        } else {
            MemberStatus::Enabled
        };
        self.turns(account, status, late);
        Ok(())
    }

    pub(super) fn remove(&mut self, account: AccountId, late: u32) -> Result<(), Refused> {
        if self.refuses(account, MemberRequest::Remove) {
            return Err("AccessDenied");
        }
        match self.status(account) {
            None => return Err("ResourceNotFound"),
            status => assert!(
                self.meddled
                    || status == Some(MemberStatus::VerificationFailed)
                    || self.leaving.contains(&account),
                "{account} was removed although it is {status:?}"
            ),
        }
        self.deeds += 1;
        self.becomes(account, None, late);
        Ok(())
    }

    /// Nothing comes of it: what is too large stays so.
    pub(super) fn start(&self, account: AccountId) -> Result<(), Refused> {
        match self.status(account) {
            Some(MemberStatus::AcceptedButDisabled) => Ok(()),
            Some(_) => Err("Conflict"),
            None => Err("ResourceNotFound"),
        }
    }

    pub(super) fn delete_graph(&mut self) -> Result<(), Refused> {
        if self.graph.is_none() {
            return Err("ResourceNotFound");
        }
        let has_members = self
            .entries
            .keys()
            .any(|account| self.status(*account).is_some());
        if self.members_first && has_members {
            return Err("Validation");
        }
        self.deeds += 1;
        self.graph = None;
        self.entries.clear();
        Ok(())
    }

    /// The nth try of the role.
    pub(super) fn assume_role(&self, account: AccountId, nth: u32) -> bool {
        nth > self.nature(account).role_fails
    }

    /// A moment passes; verifications end after five.
    pub(super) fn pass(&mut self) {
        self.now += 1;
        let verified: Vec<_> = self
            .entries
            .iter()
            .filter(|(_, history)| self.has_been_verified(history))
            .map(|(account, _)| *account)
            .collect();
        for account in verified {
            let status = if self.nature(account).wrong_email {
                MemberStatus::VerificationFailed
            } else {
                MemberStatus::Invited
            };
            self.turns(account, status, 0);
        }
    }

    pub(super) fn meddle(&mut self, meddling: Meddling) {
        self.meddled = true;
        let deeds = self.deeds;
        match meddling {
            Meddling::Remove(n) if self.status(id(n)).is_some() => self.becomes(id(n), None, 0),
            Meddling::Remove(_) => {}
            // What AWS says to somebody else is not heard here.
            Meddling::Accept(n) => drop(self.accept(id(n), 0)),
            Meddling::Invite(n) if self.graph.is_some() => {
                drop(self.invite(id(n), &email("root"), 0));
            }
            Meddling::Invite(_) => {}
            Meddling::DeleteGraph => {
                self.graph = None;
                self.entries.clear();
            }
        }
        self.deeds = deeds;
    }

    fn has_been_verified(&self, history: &History) -> bool {
        let Some((since, Some(member))) = history.last() else {
            return false;
        };
        member.status == MemberStatus::VerificationInProgress && self.now >= since + 5
    }

    fn nature(&self, account: AccountId) -> Nature {
        self.natures.get(&account).cloned().unwrap_or_default()
    }

    pub(super) fn refuses(&self, account: AccountId, request: MemberRequest) -> bool {
        self.nature(account).refuses == Some(request)
    }

    fn turns(&mut self, account: AccountId, status: MemberStatus, late: u32) {
        let last = self
            .entries
            .get(&account)
            .and_then(|history| history.last());
        if let Some((_, Some(member))) = last.cloned() {
            self.becomes(account, Some(Member { status, ..member }), late);
        }
    }

    fn becomes(&mut self, account: AccountId, member: Option<Member>, late: u32) {
        let history = self.entries.entry(account).or_default();
        history.push((self.now + late, member));
    }
}

/// A failed entry has the e-mail that the roster had before it was corrected.
fn standing(nature: &Nature) -> Option<Member> {
    let status = nature.before.clone()?;
    let failed = status == MemberStatus::VerificationFailed;
    let with = if failed { email("typo") } else { email("root") };
    Some(entry(status, with))
}

fn entry(status: MemberStatus, with: Email) -> Member {
    Member {
        status,
        email: Some(with),
        disabled_reason: None,
        organization: false,
        since: Since::default(),
        volumes: Vec::new(),
    }
}
