//! Execute, let the world settle, repeat: it comes to rest, and what can be ENABLED is.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::aws::{Aws, Meddling, Nature};
use super::run::{Cast, Run, Weather};
use super::world::{World, id};
use crate::account::AccountId;
use crate::attempts::{MemberRequest, Verdict};
use crate::desired::{Others, Purpose, Settings};
use crate::member::MemberStatus;
use crate::patience::Turn;
use crate::plan::Step;

/// How many moments a run may take in clear weather, and how many more each mishap may cost it:
/// lists may be late for as long as it waits for them to show what it did.
const CLEAR: u32 = 300;
const MISHAP: u32 = 60;

pub(super) fn natures() -> impl Strategy<Value = Nature> {
    use MemberRequest::{Accept, Invite, Remove};
    let refuses = prop_oneof![
        12 => Just(None),
        1 => Just(Some(Invite)),
        1 => Just(Some(Accept)),
        1 => Just(Some(Remove)),
    ];
    let before = prop_oneof![
        4 => Just(None),
        1 => Just(Some(MemberStatus::VerificationInProgress)),
        1 => Just(Some(MemberStatus::VerificationFailed)),
        1 => Just(Some(MemberStatus::Invited)),
        1 => Just(Some(MemberStatus::Enabled)),
        1 => Just(Some(MemberStatus::AcceptedButDisabled)),
    ];
    let rarely = || prop::bool::weighted(0.1);
    let role_fails = prop_oneof![8 => Just(0), 1 => Just(1), 1 => Just(9)];
    (rarely(), role_fails, rarely(), rarely(), refuses, before).prop_map(
        |(wrong_email, role_fails, off, too_large, refuses, before)| Nature {
            wrong_email,
            role_fails,
            off,
            too_large,
            refuses,
            before,
        },
    )
}

pub(super) fn casts() -> impl Strategy<Value = Cast> {
    let weather = prop_oneof![
        3 => Just(Weather::Fine),
        2 => Just(Weather::Throttled),
        1 => Just(Weather::Refused),
        1 => Just(Weather::RegionRefused),
        1 => Just(Weather::LostBefore),
        2 => Just(Weather::LostAfter),
        1 => Just(Weather::Silent),
    ];
    let late = prop_oneof![3 => Just(0_u32), 2 => 0..8_u32, 1 => 0..30_u32];
    (weather, 0..6_u32, late).prop_map(|(weather, delay, late)| Cast {
        weather,
        delay,
        late,
    })
}

pub(super) fn meddlings() -> impl Strategy<Value = (u32, Meddling)> {
    let what = prop_oneof![
        (1..=5_u16).prop_map(Meddling::Remove),
        (1..=5_u16).prop_map(Meddling::Accept),
        (1..=5_u16).prop_map(Meddling::Invite),
        Just(Meddling::DeleteGraph),
    ];
    (1..60_u32, what)
}

/// Nobody stands in the list of a graph that is not there.
pub(super) fn numbered(natures: Vec<Nature>, has_graph: bool) -> BTreeMap<AccountId, Nature> {
    let start = |nature: Nature| Nature {
        before: nature.before.filter(|_| has_graph),
        ..nature
    };
    (1..).map(id).zip(natures.into_iter().map(start)).collect()
}

/// The world that the run has to deal with: everybody is in the roster, and all have one e-mail.
pub(super) fn start(natures: &BTreeMap<AccountId, Nature>) -> World {
    World::unseen(u16::try_from(natures.len()).unwrap())
}

/// Whether something was refused so often, or had no effect so often, that the run may give up.
fn gave_up(run: &Run, account: AccountId) -> bool {
    let tried = run.world.attempts.member(account);
    tried.is_some_and(|tried| {
        [&tried.invite, &tried.accept, &tried.remove]
            .iter()
            .any(|sent| {
                let verdict = sent.verdict(Turn::default(), Some(account));
                matches!(verdict, Verdict::Final(_)) || sent.done >= 3
            })
    })
}

pub(super) fn comes_to_rest(run: &mut Run) {
    let mishaps = u32::try_from(run.casts.len() + run.meddlings.len()).unwrap();
    let most = run.aws.now + CLEAR + MISHAP * mishaps;
    while !run.moment() {
        assert!(run.aws.now < most, "no rest: {:#?}", run.world.plan());
    }
    assert!(!run.world.plan().changes_anything());
}

/// What the run says of each membership is so, and it gave up on none that could be ENABLED.
fn ends_as_it_should(run: &Run, natures: &BTreeMap<AccountId, Nature>, forgiving: bool) {
    let plan = run.world.plan();
    for (account, nature) in natures {
        let step = plan.step(*account).unwrap();
        let right = *step == Step::Right;
        assert!(
            right || matches!(step, Step::Blocked(_)),
            "{account} is left at {step:?}"
        );
        let stands = nature.before == Some(MemberStatus::Enabled) && !forgiving;
        if (stands || nature.is_healthy()) && !(forgiving && gave_up(run, *account)) {
            assert!(right, "{account} could be ENABLED: {step:?}");
        }
        if right && !forgiving {
            assert_eq!(run.aws.status(*account), Some(MemberStatus::Enabled));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn in_bad_weather_everything_that_can_be_enabled_is(
        natures in prop::collection::vec(natures(), 0..6),
        has_graph in any::<bool>(),
        casts in prop::collection::vec(casts(), 0..50),
    ) {
        let natures = numbered(natures, has_graph);
        let aws = Aws::new(natures.clone(), has_graph);
        let mut run = Run::new(start(&natures), aws, casts, Vec::new());
        comes_to_rest(&mut run);
        ends_as_it_should(&run, &natures, false);

        let mut again = Run::new(start(&natures), run.aws, Vec::new(), Vec::new());
        again.aws.deeds = 0;
        comes_to_rest(&mut again);
        ends_as_it_should(&again, &natures, false);
        prop_assert_eq!(again.aws.deeds, 0, "a second run changes something");
    }

    #[test]
    fn whatever_others_do_meanwhile_it_comes_to_rest(
        natures in prop::collection::vec(natures(), 0..6),
        has_graph in any::<bool>(),
        casts in prop::collection::vec(casts(), 0..50),
        meddlings in prop::collection::vec(meddlings(), 0..6),
    ) {
        let natures = numbered(natures, has_graph);
        let aws = Aws::new(natures.clone(), has_graph);
        let mut run = Run::new(start(&natures), aws, casts, meddlings);
        comes_to_rest(&mut run);
        ends_as_it_should(&run, &natures, true);
    }
}

/// The first `listed` are in the roster, and the others are not.
pub(super) fn leaving(
    natures: &BTreeMap<AccountId, Nature>,
    listed: usize,
    settings: Settings,
) -> World {
    let listed = listed.min(natures.len());
    let mut world = World::unseen(u16::try_from(listed).unwrap());
    world.fleet.settings = settings;
    world
}

pub(super) fn goals() -> impl Strategy<Value = Settings> {
    let goal = |purpose, others| Settings {
        purpose,
        others,
        ..Settings::default()
    };
    prop_oneof![
        Just(goal(Purpose::Disable, Others::Leave)),
        Just(goal(Purpose::Enable, Others::Remove)),
        Just(goal(Purpose::DeleteGraphs, Others::Remove)),
    ]
}

/// Who was to leave has left, and nobody else.
fn left_as_it_should(run: &Run, natures: &BTreeMap<AccountId, Nature>) {
    let fleet = &run.world.fleet;
    for (account, nature) in natures {
        let listed = fleet.members.contains_key(account);
        let leaves = match fleet.settings.purpose {
            Purpose::Enable => !listed,
            Purpose::Disable => listed,
            Purpose::DeleteGraphs => true,
        };
        let status = run.aws.status(*account);
        if leaves && !gave_up(run, *account) {
            assert_eq!(status, None, "{account} is still there");
        }
        let stays = !leaves && !listed && nature.before.is_some();
        assert!(!stays || status.is_some(), "{account} was not to leave");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn in_bad_weather_who_is_to_leave_leaves_and_nobody_else(
        natures in prop::collection::vec(natures(), 0..6),
        listed in 0..6_usize,
        settings in goals(),
        members_first in any::<bool>(),
        casts in prop::collection::vec(casts(), 0..50),
    ) {
        let natures = numbered(natures, true);
        let mut aws = Aws::new(natures.clone(), true);
        let world = leaving(&natures, listed, settings);
        aws.members_first = members_first;
        aws.leaving = natures.keys().copied().filter(|it| !world.fleet.wants(*it)).collect();
        let mut run = Run::new(world.clone(), aws, casts, Vec::new());
        comes_to_rest(&mut run);
        left_as_it_should(&run, &natures);

        let mut again = Run::new(world, run.aws, Vec::new(), Vec::new());
        again.aws.deeds = 0;
        comes_to_rest(&mut again);
        prop_assert_eq!(again.aws.deeds, 0, "a second run changes something");
    }
}
