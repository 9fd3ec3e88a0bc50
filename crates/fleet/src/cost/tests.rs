use jiff::Timestamp;
use pretty_assertions::assert_eq;
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::*;
use crate::account::{AccountId, GraphArn, Region};
use crate::cause::Cause;
use crate::member::{Member, MemberStatus, Package, Since, Volume};
use crate::observation::Observation;
use crate::report::{Header, VERSION};

const GB: u64 = 1_000_000_000;

fn id(n: usize) -> AccountId {
    format!("{n:012}").parse().unwrap()
}

fn usd(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn now() -> Timestamp {
    "2026-11-28T12:00:00Z".parse().unwrap()
}

fn tier(up_to_gb: Option<u64>, price: &str) -> Tier {
    Tier {
        up_to_gb,
        usd_per_gb: usd(price),
    }
}

fn rates() -> Rates {
    Rates {
        dated: "2026-11-28".parse().unwrap(),
        verified: false,
        source: "a test".to_owned(),
        bytes_per_gb: GB,
        tiers: vec![
            tier(Some(1_000), "2"),
            tier(Some(5_000), "1"),
            tier(None, "0.25"),
        ],
        regions: [(Region::new("sa-east-1"), vec![tier(None, "3.5")])].into(),
    }
}

fn header() -> Header {
    Header {
        version: VERSION,
        kind: "cost".to_owned(),
        operation: "cost".to_owned(),
        run_id: "test".to_owned(),
        administrator: id(5),
        started: now(),
        invalid_lines: Vec::new(),
        notes: Vec::new(),
        labels: Default::default(),
        origin: Default::default(),
    }
}

fn member(status: MemberStatus, volumes: &[(Package, u64)]) -> Member {
    let volumes = volumes.iter().map(|(package, bytes)| Volume {
        package: package.clone(),
        bytes_per_day: *bytes,
        measured: None,
    });
    Member {
        status,
        email: None,
        disabled_reason: None,
        organization: false,
        since: Since::default(),
        volumes: volumes.collect(),
    }
}

fn enabled(bytes: u64) -> Member {
    member(MemberStatus::Enabled, &[(Package::Core, bytes)])
}

fn observed(region: &str, members: impl IntoIterator<Item = (AccountId, Member)>) -> Observation {
    let mut observation = Observation::of(Region::new(region));
    let arn = format!(
        "arn:aws:detective:{region}:000000000005:graph:{}",
        "a".repeat(32)
    );
    observation.saw_graph(Some(GraphArn::new(&arn)));
    let round = observation.begin_look();
    for (account, member) in members {
        observation.saw_member(round, account, Some(member));
    }
    observation.saw_whole_list(round);
    observation
}

fn report(regions: &[Observation]) -> CostReport {
    let usage = regions.iter().map(|region| RegionUsage::of(region, None));
    CostReport::of(header(), usage.collect(), rates(), [].into())
}

#[test]
fn a_month_is_thirty_days_and_each_tier_has_its_price() {
    for (region, gb_per_day, price) in [
        ("us-east-1", 0, "0.00"),
        ("us-east-1", 1, "60.00"),
        // 1,500 GB: 1,000 at 2 and 500 at 1.
        ("us-east-1", 50, "2500.00"),
        // 30,000 GB: 1,000 at 2, 4,000 at 1, 25,000 at a quarter.
        ("us-east-1", 1_000, "12250.00"),
        ("sa-east-1", 50, "5250.00"),
    ] {
        let price_there = rates().usd_a_month(&Region::new(region), gb_per_day * GB);
        assert_eq!(price_there, usd(price), "{gb_per_day} GB a day in {region}");
    }
}

#[test]
fn a_price_is_rounded_to_the_cent() {
    // 30 bytes too much for 1.5 cents, and 30 too few.
    let region = Region::new("us-east-1");
    assert_eq!(rates().usd_a_month(&region, 250_000), usd("0.02"));
    assert_eq!(rates().usd_a_month(&region, 249_999), usd("0.01"));
}

#[test]
fn the_tiers_start_anew_for_each_account_and_region() {
    let both = || [(id(1), enabled(50 * GB)), (id(2), enabled(50 * GB))];
    let report = report(&[observed("us-east-1", both()), observed("eu-west-1", both())]);
    assert_eq!(report.summary.usd_a_month, usd("10000.00"));
    let sums = report
        .accounts
        .iter()
        .map(|it| (it.account_id, it.usd_a_month));
    assert!(sums.eq([(id(1), usd("5000.00")), (id(2), usd("5000.00"))]));
}

#[test]
fn a_membership_without_a_volume_has_no_price() {
    let nothing = member(MemberStatus::Enabled, &[]);
    let report = report(&[observed(
        "us-east-1",
        [(id(1), nothing), (id(2), enabled(0))],
    )]);
    let members = &report.regions[0].members;
    assert_eq!(members[0].usd_a_month, None);
    assert_eq!(members[1].usd_a_month, Some(usd("0.00")));
    assert_eq!(report.summary.unmeasured, 1);
    assert!(report.unknown[0].contains("administrator"));
    assert!(report.unknown[1].contains("1 membership "));
}

#[test]
fn who_sends_nothing_costs_nothing() {
    let invited = member(MemberStatus::Invited, &[]);
    let report = report(&[observed("us-east-1", [(id(1), invited)])]);
    assert_eq!(report.summary, CostSummary::default());
}

#[test]
fn a_trial_lasts_thirty_days_from_the_last_change_at_most() {
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let since = |text: &str| Member {
        since: Since {
            updated: Some(at(text).into()),
            ..Since::default()
        },
        ..enabled(GB)
    };
    let report = report(&[observed(
        "us-east-1",
        [
            (id(1), since("2026-10-29T12:00:00Z")),
            (id(2), since("2026-10-29T12:00:01Z")),
        ],
    )]);
    let until: Vec<_> = report.regions[0]
        .members
        .iter()
        .map(|it| it.trial_until)
        .collect();
    assert_eq!(until, [None, Some(at("2026-11-28T12:00:01Z"))]);
    assert_eq!(report.summary.in_trial, 1);
    assert_eq!(report.summary.usd_a_month, usd("120.00"));
    assert_eq!(report.summary.usd_a_month_in_trial, usd("60.00"));
}

#[test]
fn rates_that_leave_a_volume_without_a_price_are_refused() {
    let with = |tiers: &[Tier]| Rates {
        tiers: tiers.to_vec(),
        ..rates()
    };
    let (some, rest) = (tier(Some(10), "2"), tier(None, "1"));
    for (bad, why) in [
        (with(&[]), "no tier"),
        (with(&[some]), "without up_to_gb"),
        (with(&[rest, rest]), "without up_to_gb"),
        (with(&[some, some, rest]), "more than"),
        (with(&[tier(Some(11), "2"), some, rest]), "more than"),
        (with(&[some, tier(None, "-1")]), "negative"),
        (
            Rates {
                bytes_per_gb: 0,
                ..rates()
            },
            "bytes_per_gb",
        ),
    ] {
        let error = bad.checked().unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
    }
    assert!(rates().checked().is_ok());
    assert!(with(&[tier(None, "0")]).checked().is_ok());
}

#[test]
fn new_memberships_are_compared_with_those_of_their_region() {
    let members = (1..=5).map(|n| (id(n), enabled(n as u64 * GB)));
    let there = observed("us-east-1", members);
    let new = [id(5), id(7), id(8)].into();
    let few = observed("eu-west-1", [(id(1), enabled(GB))]);
    let estimate = Estimate::of(&[
        RegionEstimate::of(&there, &new, &rates()),
        RegionEstimate::of(&few, &[id(7)].into(), &rates()),
        RegionEstimate::of(&few, &[].into(), &rates()),
        // Where nobody is new nobody is compared with.
        RegionEstimate::of(&there, &[].into(), &rates()),
    ]);
    // Of 1, 2, 3 and 4 GB a day: 1, 2 and 3 are the quartiles.
    assert_eq!(
        estimate,
        Some(Estimate {
            memberships: 3,
            cannot_say: 1,
            usd_a_month_low: usd("180.00"),
            usd_a_month: usd("360.00"),
            usd_a_month_high: usd("540.00"),
            compared_with: 4,
        })
    );
}

#[test]
fn new_memberships_are_compared_with_enabled_members_that_are_measured() {
    let invited = member(MemberStatus::Invited, &[(Package::Core, 100 * GB)]);
    let unmeasured = member(MemberStatus::Enabled, &[]);
    let measured = (1..=3).map(|n| (id(n), enabled(GB)));
    let others = [(id(4), invited), (id(5), unmeasured)];
    let there = observed("us-east-1", measured.chain(others));
    let estimate = RegionEstimate::of(&there, &[id(7)].into(), &rates());
    let estimate = Estimate::of(&[estimate]).unwrap();
    assert_eq!((estimate.memberships, estimate.compared_with), (1, 3));
    assert_eq!(estimate.usd_a_month_high, usd("60.00"));
}

#[test]
fn as_many_with_figures_as_without_are_an_estimate() {
    let there = observed("us-east-1", (1..=3).map(|n| (id(n), enabled(GB))));
    let bare = observed("eu-west-1", []);
    let new = [id(7)].into();
    let estimate = Estimate::of(&[&there, &bare].map(|it| RegionEstimate::of(it, &new, &rates())));
    let estimate = estimate.unwrap();
    assert_eq!((estimate.memberships, estimate.cannot_say), (1, 1));
}

#[test]
fn a_region_without_costs_says_why() {
    let cause = Cause::RegionUnread;
    let observation = Observation::of(Region::new("us-east-1"));
    let usage = RegionUsage::of(&observation, Some(cause.clone()));
    let report = CostReport::of(header(), vec![usage], rates(), [].into());
    assert_eq!(report.regions[0].cause(), Some(cause));
}

#[test]
fn nothing_new_needs_no_estimate() {
    let there = observed("us-east-1", [(id(1), enabled(GB))]);
    assert_eq!(
        Estimate::of(&[RegionEstimate::of(&there, &[].into(), &rates())]),
        None
    );
}

fn some_member() -> impl Strategy<Value = Member> {
    let packages = prop::sample::subsequence(
        vec![Package::Core, Package::EksAudit, Package::SecurityHub],
        0..=3,
    );
    (packages, prop::collection::vec(0..200 * GB, 3), 0..60_i64).prop_map(
        |(packages, bytes, days)| {
            let volumes: Vec<_> = packages.into_iter().zip(bytes).collect();
            let updated = now() - jiff::SignedDuration::from_hours(24 * days);
            Member {
                since: Since {
                    updated: Some(updated.into()),
                    ..Since::default()
                },
                ..member(MemberStatus::Enabled, &volumes)
            }
        },
    )
}

proptest! {
    #[test]
    fn every_total_is_the_sum_of_its_parts(
        worlds in prop::collection::vec(prop::collection::btree_map((0..40_usize).prop_map(id), some_member(), 0..20), 1..5),
        wanted in prop::collection::btree_set((0..40_usize).prop_map(id), 0..40),
    ) {
        let names = ["us-east-1", "sa-east-1", "eu-west-1", "ap-northeast-1"];
        let regions: Vec<_> = names.iter().zip(worlds).map(|(name, world)| observed(name, world)).collect();
        let whole = report(&regions);
        for report in [whole.clone(), whole.clone().only(&wanted)] {
            let memberships: Vec<_> = report.regions.iter().flat_map(|it| &it.members).collect();
            let sum: Decimal = memberships.iter().filter_map(|it| it.usd_a_month).sum();
            let by_region: Decimal = report.regions.iter().map(|it| it.usd_a_month).sum();
            let by_account: Decimal = report.accounts.iter().map(|it| it.usd_a_month).sum();
            prop_assert_eq!([by_region, by_account, report.summary.usd_a_month], [sum; 3]);
            let bytes: u64 = memberships.iter().map(|it| it.bytes_per_day).sum();
            let by_package: u64 = report.packages.values().sum();
            let by_account: u64 = report.accounts.iter().map(|it| it.bytes_per_day).sum();
            prop_assert_eq!([by_package, by_account, report.summary.bytes_per_day], [bytes; 3]);
            let counts = report.accounts.iter().map(|it| it.regions).sum::<u64>();
            prop_assert_eq!([counts, report.summary.memberships], [memberships.len() as u64; 2]);
            prop_assert!(report.accounts.is_sorted_by(|one, next| one.usd_a_month >= next.usd_a_month));
        }
        let everybody = (0..40).map(id).collect();
        prop_assert_eq!(whole.clone().only(&everybody), whole);
    }

    #[test]
    fn more_data_never_costs_less(one in 0..10_000 * GB, more in 0..10_000 * GB) {
        let region = Region::new("us-east-1");
        prop_assert!(rates().usd_a_month(&region, one) <= rates().usd_a_month(&region, one + more));
    }
}
