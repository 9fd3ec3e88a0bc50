//! What AWS said of one Region just now.

use std::collections::{BTreeMap, BTreeSet};

use litemap::LiteMap;

use crate::account::{AccountId, GraphArn, Region};
use crate::member::Member;

/// The number of a look at AWS, taken when its request is sent.
///
/// Replies overtake each other; what was asked later is what counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Round {
    number: u32,
    /// How many of the numbers so far were looks at whatever there is.
    looks: u32,
}

impl Round {
    /// Before any look.
    pub(crate) const NONE: Self = Self {
        number: 0,
        looks: 0,
    };

    /// How many looks have begun since the round `earlier`. Changes that tell of those that they
    /// name are none: there may be hundreds of them in a second.
    #[must_use]
    pub fn since(self, earlier: Self) -> u32 {
        self.looks.saturating_sub(earlier.looks)
    }
}

/// What is known of the administrator's behavior graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Graph {
    /// Not asked, or not answered.
    Unknown,
    /// There is none in this Region.
    Absent,
    /// There is one.
    Present(GraphArn),
}

/// The newest thing that is known of one membership.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look<'a> {
    /// The look that said so.
    pub round: Round,
    /// The entry in the member list; `None` where the account is not in it.
    pub member: Option<&'a Member>,
}

/// What AWS said of one Region: the graph, and its members as far as they were asked for.
#[derive(Clone, Debug)]
pub struct Observation {
    region: Region,
    graph: Graph,
    newest: Round,
    /// The newest look that had begun when the graph changed: it was at another one.
    outdated: Option<Round>,
    listed: Option<Round>,
    looks: LiteMap<AccountId, (Round, Option<Member>)>,
    tags: Option<BTreeMap<String, String>>,
    packages: Option<BTreeSet<String>>,
}

impl Observation {
    /// Nothing is known of `region` yet.
    #[must_use]
    pub fn of(region: Region) -> Self {
        Self {
            region,
            graph: Graph::Unknown,
            newest: Round::default(),
            outdated: None,
            listed: None,
            looks: LiteMap::new(),
            tags: None,
            packages: None,
        }
    }

    /// The Region that this is about.
    #[must_use]
    pub fn region(&self) -> &Region {
        &self.region
    }

    /// The behavior graph.
    #[must_use]
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// The graph's ARN, where there is one.
    #[must_use]
    pub fn graph_arn(&self) -> Option<&GraphArn> {
        match &self.graph {
            Graph::Present(arn) => Some(arn),
            Graph::Unknown | Graph::Absent => None,
        }
    }

    /// The graph's tags; `None` where they are not known.
    #[must_use]
    pub fn tags(&self) -> Option<&BTreeMap<String, String>> {
        self.tags.as_ref()
    }

    /// The graph's data source packages that are started; `None` where that is not known.
    #[must_use]
    pub fn packages(&self) -> Option<&BTreeSet<String>> {
        self.packages.as_ref()
    }

    /// AWS told the graph's tags, or they may have changed since.
    pub fn saw_tags(&mut self, tags: Option<BTreeMap<String, String>>) {
        self.tags = tags;
    }

    /// AWS told which packages are started, or that may have changed since.
    pub fn saw_packages(&mut self, packages: Option<BTreeSet<String>>) {
        self.packages = packages;
    }

    /// The newest look that has begun.
    #[must_use]
    pub fn newest(&self) -> Round {
        self.newest
    }

    /// The look that last listed every member.
    #[must_use]
    pub fn listed(&self) -> Option<Round> {
        self.listed
    }

    /// What is known of one account; `None` before any look could tell.
    #[must_use]
    pub fn look(&self, account: AccountId) -> Option<Look<'_>> {
        let seen = self.looks.get(&account).map(|(round, member)| Look {
            round: *round,
            member: member.as_ref(),
        });
        match (seen, self.listed) {
            (Some(look), Some(listed)) if look.round >= listed => Some(look),
            // A whole list that came later does not have it.
            (_, Some(round)) => Some(Look {
                round,
                member: None,
            }),
            (seen, None) => seen,
        }
    }

    /// The members that the graph has, as far as is known, the unlisted ones of the roster included.
    pub fn members(&self) -> impl Iterator<Item = (AccountId, &Member)> {
        self.looks
            .keys()
            .filter_map(|account| Some((*account, self.look(*account)?.member?)))
    }

    /// The most members that the graph can have, after what is known: quicker than counting them.
    #[must_use]
    pub fn most_members(&self) -> usize {
        self.looks.len()
    }

    /// Begins a look: take the number when its request is sent.
    pub fn begin_look(&mut self) -> Round {
        self.newest.looks += 1;
        self.begin_change()
    }

    /// Begins a change whose answer tells of the accounts that it names, and of no others.
    pub fn begin_change(&mut self) -> Round {
        self.newest.number += 1;
        self.newest
    }

    /// AWS named the graph, or said that there is none, which is a look of its own: it tells of
    /// every account. What was known of another graph's members is forgotten.
    pub fn saw_graph(&mut self, arn: Option<GraphArn>) {
        let graph = arn.map_or(Graph::Absent, Graph::Present);
        if graph != self.graph {
            self.forget_members();
        }
        if graph == Graph::Absent {
            self.listed = Some(self.begin_look());
        }
        self.graph = graph;
    }

    /// The graph was made just now: it needs no listing to know that it has no member.
    pub fn made_graph(&mut self, arn: GraphArn) {
        self.forget_members();
        self.listed = Some(self.newest);
        self.graph = Graph::Present(arn);
    }

    /// What was known of the graph does not hold any more.
    pub fn lost_graph(&mut self) {
        self.graph = Graph::Unknown;
        self.forget_members();
    }

    /// Time has passed, and what is done next goes by who is in the graph: its list is read again.
    pub fn forget_list(&mut self) {
        self.listed = None;
    }

    /// Replies to looks at the graph that was may still come in.
    fn forget_members(&mut self) {
        self.outdated = Some(self.newest);
        self.listed = None;
        self.looks.clear();
        (self.tags, self.packages) = (None, None);
    }

    fn is_outdated(&self, round: Round) -> bool {
        self.outdated.is_some_and(|outdated| round <= outdated)
    }

    /// An answer told of one account. An older look never overrides a newer one.
    pub fn saw_member(&mut self, round: Round, account: AccountId, member: Option<Member>) {
        let known = self.look(account).map(|look| look.round);
        if !self.is_outdated(round) && known.is_none_or(|known| round >= known) {
            self.looks.insert(account, (round, member));
        }
    }

    /// Every page of the member list has been merged: whoever was not in it is not a member.
    pub fn saw_whole_list(&mut self, round: Round) {
        if !self.is_outdated(round) && self.listed.is_none_or(|listed| round > listed) {
            self.listed = Some(round);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::member::{MemberStatus, Since};

    fn account(n: u8) -> AccountId {
        format!("{n:012}").parse().unwrap()
    }

    fn member(status: MemberStatus) -> Member {
        Member {
            status,
            email: None,
            disabled_reason: None,
            organization: false,
            since: Since::default(),
            volumes: Vec::new(),
        }
    }

    fn observed() -> Observation {
        let mut observation = Observation::of(Region::new("us-east-1"));
        observation.saw_graph(Some(GraphArn::new("arn")));
        observation
    }

    #[test]
    fn before_a_look_nothing_is_known() {
        assert_eq!(observed().look(account(1)), None);
    }

    #[test]
    fn an_account_that_a_whole_list_does_not_have_is_absent() {
        let mut observation = observed();
        let round = observation.begin_look();
        observation.saw_member(round, account(1), Some(member(MemberStatus::Invited)));
        observation.saw_whole_list(round);
        assert!(observation.look(account(1)).unwrap().member.is_some());
        assert_eq!(
            observation.look(account(2)),
            Some(Look {
                round,
                member: None
            })
        );

        let later = observation.begin_look();
        observation.saw_whole_list(later);
        assert_eq!(
            observation.look(account(1)),
            Some(Look {
                round: later,
                member: None
            })
        );
        assert_eq!(observation.members().count(), 0);
    }

    #[test]
    fn a_reply_that_was_overtaken_changes_nothing() {
        let mut observation = observed();
        let (early, late) = (observation.begin_look(), observation.begin_look());
        observation.saw_member(late, account(1), Some(member(MemberStatus::Enabled)));
        observation.saw_member(early, account(1), Some(member(MemberStatus::Invited)));
        observation.saw_whole_list(early);
        assert_eq!(
            observation.look(account(1)).unwrap().member.unwrap().status,
            MemberStatus::Enabled
        );
    }

    #[test]
    fn members_of_a_graph_that_is_gone_are_forgotten() {
        let mut observation = observed();
        let round = observation.begin_look();
        observation.saw_member(round, account(1), Some(member(MemberStatus::Enabled)));
        observation.saw_graph(Some(GraphArn::new("another")));
        assert_eq!(observation.look(account(1)), None);
    }

    #[test]
    fn a_reply_that_comes_after_its_graph_is_gone_changes_nothing() {
        let mut observation = observed();
        let round = observation.begin_look();
        observation.lost_graph();
        for _ in 0..2 {
            observation.saw_member(round, account(1), Some(member(MemberStatus::Enabled)));
            observation.saw_whole_list(round);
            assert_eq!(
                (observation.look(account(1)), observation.listed()),
                (None, None)
            );
            observation.saw_graph(Some(GraphArn::new("another")));
        }
    }

    #[test]
    fn changes_have_their_place_among_looks_and_are_none() {
        let mut observation = observed();
        let look = observation.begin_look();
        let change = (0..100).map(|_| observation.begin_change()).last().unwrap();
        assert!(change > look);
        assert_eq!(change.since(look), 0);
        assert_eq!(observation.begin_look().since(look), 1);
    }

    #[test]
    fn a_list_that_is_to_be_read_again_leaves_what_was_seen() {
        let mut observation = observed();
        let round = observation.begin_look();
        observation.saw_member(round, account(1), Some(member(MemberStatus::Enabled)));
        observation.saw_whole_list(round);
        observation.forget_list();
        assert_eq!(
            (observation.listed(), observation.members().count()),
            (None, 1)
        );
    }

    #[test]
    fn a_graph_that_was_made_just_now_has_no_members_and_another_one_is_forgotten() {
        let mut observation = observed();
        let round = observation.begin_look();
        observation.saw_member(round, account(1), Some(member(MemberStatus::Enabled)));
        observation.made_graph(GraphArn::new("new"));
        assert_eq!(observation.graph_arn(), Some(&GraphArn::new("new")));
        assert_eq!(observation.listed(), Some(round));
        let look = observation.look(account(1)).unwrap();
        assert_eq!((look.member, look.round), (None, round));
    }

    #[test]
    fn a_region_without_a_graph_has_no_members() {
        let mut observation = observed();
        let before = observation.newest();
        observation.saw_graph(None);
        let look = observation.look(account(1)).unwrap();
        assert_eq!((look.member, look.round.since(before)), (None, 1));
    }
}
