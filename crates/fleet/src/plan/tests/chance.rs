//! Things that may happen to a Region, drawn at random.

use proptest::prelude::*;

use super::world::{
    ARN, World, denied, email, id, lost, refused, region, role_failed, role_refused, silent,
};
use crate::account::{AccountId, GraphArn};
use crate::attempts::{Answer, MemberRequest, RegionRequest, Role};
use crate::desired::{Others, Purpose, Settings};
use crate::member::{Member, MemberStatus, Since};
use crate::patience::Asked;

/// How many accounts there are besides those of the roster.
const STRANGERS: u16 = 2;

/// One thing that becomes known.
#[derive(Clone, Debug)]
pub(super) enum Happening {
    Seen(u16, Option<Member>),
    Listed(Vec<(u16, Member)>),
    GraphFound,
    GraphAbsent,
    GraphMade,
    GraphLost,
    Sent(MemberRequest, u16),
    Answered(MemberRequest, u16, Answer),
    RegionSent(RegionRequest),
    RegionAnswered(RegionRequest, Answer),
    Role(u16, Role),
    Off(u16),
    MembersFirst,
    Turn(Asked),
}

impl Happening {
    /// Makes it known, and says whose plan it may change: `None` stands for everybody's.
    pub(super) fn befall(&self, world: &mut World) -> Option<AccountId> {
        let World {
            observation,
            attempts,
            ..
        } = world;
        let newest = observation.newest();
        let has_graph = observation.graph_arn().is_some();
        match self.clone() {
            // Without a graph nobody can be asked for its members.
            Self::Seen(n, member) if has_graph => {
                let round = observation.begin_look();
                observation.saw_member(round, id(n), member);
                return Some(id(n));
            }
            Self::Listed(members) if has_graph => {
                let round = observation.begin_look();
                for (n, member) in members {
                    observation.saw_member(round, id(n), Some(member));
                }
                observation.saw_whole_list(round);
            }
            Self::Seen(..) | Self::Listed(_) => {}
            Self::GraphFound => observation.saw_graph(Some(GraphArn::new(ARN))),
            Self::GraphAbsent => observation.saw_graph(None),
            Self::GraphMade => observation.made_graph(GraphArn::new(ARN)),
            Self::GraphLost => observation.lost_graph(),
            Self::Sent(request, n) => {
                attempts.sent(request, id(n));
                return Some(id(n));
            }
            Self::Answered(request, n, answer) => {
                attempts.answered(request, id(n), answer, newest);
                return Some(id(n));
            }
            Self::RegionSent(request) => attempts.region_sent(request),
            Self::RegionAnswered(request, answer) => {
                attempts.region_answered(request, answer, newest);
            }
            Self::MembersFirst => attempts.saw_members_first(),
            Self::Turn(asked) => *world = world.clone().turn(asked),
            Self::Role(n, role) => {
                attempts.saw_role(id(n), role);
                return Some(id(n));
            }
            Self::Off(n) => {
                attempts.saw_off(id(n));
                return Some(id(n));
            }
        }
        None
    }
}

/// A world of which nothing is known, with some pairs that are expected to stay out.
pub(super) fn worlds(accounts: std::ops::Range<u16>) -> impl Strategy<Value = World> {
    let expected = prop::collection::vec(1..accounts.end, 0..3);
    let purpose = prop_oneof![
        4 => Just(Purpose::Enable),
        1 => Just(Purpose::Disable),
        1 => Just(Purpose::DeleteGraphs)
    ];
    let agreed = (accounts.end, region());
    let others = prop_oneof![
        2 => Just(Others::Leave),
        1 => Just(Others::Remove),
        1 => Just(Others::Agreed([(id(agreed.0), agreed.1)].into()))
    ];
    (accounts, expected, purpose, others, any::<bool>()).prop_map(|drawn| {
        let (accounts, expected, purpose, others, retry_failed) = drawn;
        let mut world = World::unseen(accounts);
        let pairs = expected.into_iter().map(|n| (id(n), region()));
        world.fleet.settings = Settings {
            purpose,
            others,
            retry_failed,
            expected: pairs.collect(),
            ..Settings::default()
        };
        world
    })
}

pub(super) fn happenings(accounts: u16) -> impl Strategy<Value = Happening> {
    use Happening::{
        Answered, GraphAbsent, GraphFound, GraphLost, GraphMade, Listed, Off, RegionAnswered,
        RegionSent, Seen, Sent,
    };
    let n = || 1..=accounts + STRANGERS;
    let list = prop::collection::vec((n(), members()), 0..usize::from(accounts));
    prop_oneof![
        4 => (n(), prop::option::of(members())).prop_map(|(n, member)| Seen(n, member)),
        4 => list.prop_map(Listed),
        2 => Just(GraphFound),
        1 => Just(GraphAbsent),
        1 => Just(GraphMade),
        1 => Just(GraphLost),
        4 => (member_requests(), n()).prop_map(|(request, n)| Sent(request, n)),
        8 => (member_requests(), n(), answers()).prop_map(|(r, n, answer)| Answered(r, n, answer)),
        1 => region_requests().prop_map(RegionSent),
        1 => (region_requests(), answers()).prop_map(|(r, answer)| RegionAnswered(r, answer)),
        4 => (n(), roles()).prop_map(|(n, role)| Happening::Role(n, role)),
        1 => n().prop_map(Off),
        1 => Just(Happening::MembersFirst),
        1 => member_requests().prop_map(|it| Happening::Turn(Asked::Member(it))),
        1 => region_requests().prop_map(|it| Happening::Turn(Asked::Region(it))),
    ]
}

fn members() -> impl Strategy<Value = Member> {
    let status = prop_oneof![
        Just(MemberStatus::VerificationInProgress),
        Just(MemberStatus::VerificationFailed),
        Just(MemberStatus::Invited),
        Just(MemberStatus::Enabled),
        Just(MemberStatus::AcceptedButDisabled),
        Just(MemberStatus::Other("PAUSED".into())),
    ];
    let emails = prop_oneof![Just(None), Just(Some("root")), Just(Some("typo"))];
    let organization = prop::bool::weighted(0.2);
    (status, emails, organization).prop_map(|(status, name, organization)| Member {
        status,
        email: name.map(email),
        disabled_reason: Some("because of admin@example.com".into()),
        organization,
        since: Since::default(),
        volumes: Vec::new(),
    })
}

fn answers() -> impl Strategy<Value = Answer> {
    prop_oneof![
        Just(Answer::Done),
        Just(Answer::Throttled),
        Just(lost()),
        Just(silent()),
        Just(refused("AccessDenied of root@example.com")),
        Just(refused("Conflict")),
        Just(denied()),
        Just(Answer::NotDone),
    ]
}

fn roles() -> impl Strategy<Value = Role> {
    prop_oneof![
        Just(Role::Asked),
        Just(Role::Ready),
        Just(role_refused()),
        Just(role_failed())
    ]
}

fn member_requests() -> impl Strategy<Value = MemberRequest> {
    use MemberRequest::{Accept, Invite, Remove, Start};
    prop_oneof![Just(Invite), Just(Accept), Just(Remove), Just(Start)]
}

fn region_requests() -> impl Strategy<Value = RegionRequest> {
    use RegionRequest::{Change, CreateGraph, DeleteGraph, FindGraph, Look};
    prop_oneof![
        Just(FindGraph),
        Just(CreateGraph),
        Just(DeleteGraph),
        Just(Look),
        Just(Change)
    ]
}
