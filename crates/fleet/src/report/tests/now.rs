//! How things stand, as `status` prints it.

use std::collections::BTreeMap;

use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::{bad_line, header, id, member, observed, region};
use crate::account::{AccountId, Email};
use crate::cause::Cause;
use crate::desired::{Fleet, Settings};
use crate::member::{Member, MemberStatus};
use crate::observation::Observation;
use crate::report::{MemberNow, RegionNow, Selection, Standing, StatusReport, Verdict};

fn roster(ids: &[AccountId]) -> BTreeMap<AccountId, Email> {
    let email = |id: &AccountId| (*id, "root@example.com".parse().unwrap());
    ids.iter().map(email).collect()
}

fn now(observation: &Observation, ids: &[AccountId]) -> RegionNow {
    RegionNow::of(observation, None, Some(&roster(ids)))
}

#[test]
fn another_address_than_the_lists_is_told_once_for_all_regions() {
    let mut other = member(MemberStatus::Enabled);
    other.email = Some("b@y.example".parse().unwrap());
    let regions = ["us-east-1", "us-west-2"];
    let regions = regions.map(|name| now(&observed(name, [(1, other.clone())]), &[id(1)]));
    let report = StatusReport::of(header("status", "status"), regions.into(), BTreeMap::new());
    assert_eq!(
        report.regions[0].members[0].other_email,
        Some("b***@y.example".into())
    );
    let [note] = report.header.notes.as_slice() else {
        panic!("{:?}", report.header.notes)
    };
    assert!(
        note.starts_with(
            "000000000001: the e-mail address that AWS has in 2 Regions (b***@y.example)"
        ),
        "{note}"
    );
    let part = report.only(&Selection {
        standings: [Standing::Enabled].into(),
        ..Selection::default()
    });
    assert_eq!(part.header.notes.len(), 2);
}

#[test]
fn members_of_an_organization_are_told_once_with_what_may_become_of_them() {
    let theirs = Member {
        organization: true,
        ..member(MemberStatus::Enabled)
    };
    let members = [(1, theirs), (2, member(MemberStatus::Enabled))];
    let regions = ["us-east-1", "us-west-2"];
    let regions = regions.map(|name| now(&observed(name, members.clone()), &[id(1), id(2)]));
    let report = StatusReport::of(header("status", "status"), regions.into(), BTreeMap::new());
    let organization = report.regions[0].members.iter().map(|it| it.organization);
    assert_eq!(organization.collect::<Vec<_>>(), [true, false]);
    assert_eq!(
        report.header.notes,
        [
            "1 account came through AWS Organizations, without an invitation (in 2 Regions): its organization decides about it, and its behavior graphs are deleted, with all data, when the organization removes its Detective administrator"
        ]
    );
    let part = report.only(&Selection {
        standings: [Standing::Enabled].into(),
        ..Selection::default()
    });
    let told = |note: &&String| note.contains("AWS Organizations");
    assert_eq!(part.header.notes.iter().filter(told).count(), 1);
}

#[test]
fn a_region_that_could_not_be_read_or_a_bad_line_is_not_as_wanted_whatever_else_is() {
    let cause = Cause::other("no answer");
    let unread = |ids: Option<&[AccountId]>| {
        let ids = ids.map(roster);
        RegionNow::of(
            &Observation::of(region("us-west-2")),
            Some(&cause),
            ids.as_ref(),
        )
    };
    let members = [
        (1, member(MemberStatus::Enabled)),
        (9, member(MemberStatus::Invited)),
    ];
    let read = observed("us-east-1", members);
    let told = |regions: Vec<RegionNow>| {
        StatusReport::of(header("status", "status"), regions, BTreeMap::new())
    };
    let one = [id(1)];
    let mut whole = told(vec![now(&read, &one)]);
    assert_eq!(whole.verdict(), Verdict::AsWanted);
    let lost = told(vec![now(&read, &one), unread(Some(&one))]);
    assert_eq!(lost.verdict(), Verdict::NotAsWanted);
    // Who is not in the list is none of its accounts.
    assert_eq!(lost.accounts.as_ref().map(|it| it.accounts), Some(1));
    assert_eq!(lost.regions[1].cause(), Some(cause.clone()));
    whole.header.invalid_lines.push(bad_line());
    assert_eq!(whole.verdict(), Verdict::NotAsWanted);
    assert!(
        whole
            .in_a_line()
            .ends_with(" 1 line of the list cannot be used.")
    );
    let without_a_list = told(vec![RegionNow::of(&read, None, None), unread(None)]);
    assert_eq!(without_a_list.verdict(), Verdict::NotAsWanted);
}

#[test]
fn without_a_list_it_is_said_in_how_many_regions_detective_is_on() {
    let line = |on: usize, off: usize| {
        let mut regions: Vec<_> = (0..on).map(|n| observed(&format!("on-{n}"), [])).collect();
        for n in 0..off {
            let mut bare = Observation::of(region(&format!("off-{n}")));
            bare.saw_graph(None);
            regions.push(bare);
        }
        let regions = regions.iter().map(|it| RegionNow::of(it, None, None));
        let header = header("status", "status");
        StatusReport::of(header, regions.collect(), BTreeMap::new()).in_a_line()
    };
    assert_eq!(line(1, 0), "Detective is on in the Region.");
    assert_eq!(line(0, 1), "Detective is off in the Region.");
    assert_eq!(line(2, 0), "Detective is on in all 2 Regions.");
    let few = "Detective is on in 1 of 3 Regions. off-0 and off-1 have no behavior graph.";
    assert_eq!(line(1, 2), few);
    let many = "Detective is on in 1 of 4 Regions. 3 Regions have no behavior graph.";
    assert_eq!(line(1, 3), many);
}

/// `account in_roster status` of each.
fn rows(region: &RegionNow) -> Vec<String> {
    let row = |member: &MemberNow| {
        let status = member.status.as_ref().map_or("-", MemberStatus::as_str);
        format!("{} {:?} {status}", member.account_id, member.in_roster)
    };
    region.members.iter().map(row).collect()
}

#[test]
fn the_roster_and_every_other_member_are_listed_by_account() {
    let members = [
        (1, member(MemberStatus::Enabled)),
        (9, member(MemberStatus::Invited)),
    ];
    let region = now(&observed("us-east-1", members), &[id(3), id(1)]);
    assert_eq!(
        rows(&region),
        [
            "000000000001 Some(true) ENABLED",
            "000000000003 Some(true) -",
            "000000000009 Some(false) INVITED",
        ]
    );
}

#[test]
fn without_a_roster_nobody_is_said_to_be_in_it() {
    let observation = observed("us-east-1", [(1, member(MemberStatus::Enabled))]);
    let region = RegionNow::of(&observation, None, None);
    assert_eq!(rows(&region), ["000000000001 None ENABLED"]);
}

#[test]
fn where_nothing_could_be_read_nothing_is_claimed() {
    let observation = Observation::of(region("us-east-1"));
    let cause = Cause::other("no answer");
    let error = Some(&cause);
    let region = RegionNow::of(&observation, error, Some(&roster(&[id(1)])));
    assert_eq!(
        (rows(&region).len(), region.error.as_deref()),
        (0, Some("No answer."))
    );
    let report = StatusReport::of(header("status", "status"), vec![region], BTreeMap::new());
    assert_eq!(
        (report.summary.unread_regions, report.summary.absent),
        (1, 0)
    );
}

#[test]
fn where_there_is_no_graph_the_roster_is_absent() {
    let mut observation = Observation::of(region("us-east-1"));
    observation.saw_graph(None);
    let region = now(&observation, &[id(1), id(2)]);
    let report = StatusReport::of(header("status", "status"), vec![region], BTreeMap::new());
    assert_eq!((report.summary.memberships, report.summary.absent), (2, 2));
    assert!(report.summary.by_status.is_empty());
}

#[test]
fn a_status_is_told_in_the_shape_of_version_1() {
    let disabled = Member {
        disabled_reason: Some("VOLUME_TOO_HIGH".into()),
        ..member(MemberStatus::AcceptedButDisabled)
    };
    let members = [
        (1, disabled),
        (9, member(MemberStatus::Other("PAUSED".into()))),
    ];
    let regions = vec![now(&observed("us-east-1", members), &[id(1), id(2)])];
    let calls = BTreeMap::from([("detective:ListMembers".to_owned(), 1)]);
    let report = StatusReport::of(header("status", "status"), regions, calls);
    assert_eq!(serde_json::to_value(&report).unwrap(), golden());
    let read: StatusReport = serde_json::from_value(golden()).unwrap();
    assert_eq!(read, report);
}

fn golden() -> Value {
    json!({
        "version": 1, "kind": "status", "operation": "status", "run_id": "r-1",
        "administrator": "555555555555", "started": "2026-01-02T03:04:05Z",
        "invalid_lines": [], "notes": [],
        "summary": {
            "memberships": 3, "by_status": { "ACCEPTED_BUT_DISABLED": 1, "PAUSED": 1 },
            "absent": 1, "unread_regions": 0
        },
        "accounts": {
            "accounts": 2, "as_wanted": 0, "need_action": 2, "waiting": 0, "causes": 2, "lost_regions": []
        },
        "graphs": { "regions": 1, "on": 1, "missing": [] },
        "regions": [{
            "region": "us-east-1", "graph_arn": "arn:1", "error": null,
            "members": [
                {
                    "account_id": "000000000001", "status": "ACCEPTED_BUT_DISABLED",
                    "disabled_reason": "VOLUME_TOO_HIGH", "in_roster": true
                },
                {
                    "account_id": "000000000002", "status": null, "disabled_reason": null,
                    "in_roster": true
                },
                {
                    "account_id": "000000000009", "status": "PAUSED", "disabled_reason": null,
                    "in_roster": false
                }
            ]
        }],
        "calls": { "detective:ListMembers": 1 }
    })
}

/// A status of two Regions, of accounts 1 and 2 as they stand in the second.
fn verdict_of(statuses: [Option<MemberStatus>; 2], ids: &[u16]) -> (Verdict, String) {
    let members = (1..).zip(statuses);
    let members = members.filter_map(|(n, status)| Some((n, member(status?))));
    let all = [1, 2].map(|n| (n, member(MemberStatus::Enabled)));
    let ids: Vec<_> = ids.iter().map(|n| id(*n)).collect();
    let regions = vec![
        now(&observed("eu-west-1", all), &ids),
        now(&observed("us-east-1", members), &ids),
    ];
    let report = StatusReport::of(header("status", "status"), regions, BTreeMap::new());
    (report.verdict(), report.in_a_line())
}

#[test]
fn a_list_is_judged_by_its_worst_account() {
    use MemberStatus::{Enabled, Invited, VerificationFailed, VerificationInProgress};
    for (statuses, verdict, line) in [
        (
            [Some(Enabled), Some(Enabled)],
            Verdict::AsWanted,
            "All 2 accounts are on everywhere.",
        ),
        (
            [Some(Enabled), Some(VerificationInProgress)],
            Verdict::Waiting,
            "1 of 2 accounts are on everywhere. 1 waits: run `enable` to go on.",
        ),
        (
            [Some(Invited), None],
            Verdict::NotAsWanted,
            "0 of 2 accounts are on everywhere. 1 needs you, for 1 cause. 1 waits: run `enable` to go on.",
        ),
        (
            [Some(Enabled), Some(VerificationFailed)],
            Verdict::NotAsWanted,
            "1 of 2 accounts are on everywhere. 1 needs you, for 1 cause.",
        ),
    ] {
        assert_eq!(verdict_of(statuses, &[1, 2]), (verdict, line.to_owned()));
    }
    // Whoever the list does not name is not judged by it.
    let statuses = [Some(Enabled), Some(VerificationFailed)];
    let line = "The account is on everywhere.".to_owned();
    assert_eq!(verdict_of(statuses, &[1]), (Verdict::AsWanted, line));
}

#[test]
fn who_is_not_in_the_list_needs_no_action() {
    let failed = observed("us-east-1", [(2, member(MemberStatus::VerificationFailed))]);
    let cause = |now: RegionNow| now.members.last().unwrap().cause();
    assert_eq!(cause(now(&failed, &[id(1)])), None);
    let wrong_email = Some(Cause::wrong_email(None));
    assert_eq!(cause(now(&failed, &[id(1), id(2)])), wrong_email);
    assert_eq!(cause(RegionNow::of(&failed, None, None)), wrong_email);
}

#[test]
fn who_is_expected_to_stay_out_is_as_the_list_wants() {
    let expected = [(id(2), region("us-east-1"))].into();
    let fleet = Fleet {
        administrator: id(9),
        members: roster(&[id(1), id(2)]),
        settings: Settings {
            expected,
            ..Settings::default()
        },
    };
    let members = [(1, member(MemberStatus::Enabled))];
    let region = now(&observed("us-east-1", members), &[id(1), id(2)]).except(&fleet);
    assert!(region.members[1].expected_out);
    let report = StatusReport::of(header("status", "status"), vec![region], BTreeMap::new());
    assert_eq!(report.verdict(), Verdict::AsWanted);
    assert_eq!(report.in_a_line(), "The account is on everywhere.");
}

#[test]
fn without_a_list_a_graph_that_is_missing_where_others_have_one_is_told() {
    let observation = observed("eu-west-1", [(1, member(MemberStatus::VerificationFailed))]);
    let mut without = Observation::of(region("us-east-1"));
    without.saw_graph(None);
    let of = |observations: &[&Observation]| {
        let regions = observations.iter();
        let regions = regions.map(|it| RegionNow::of(it, None, None)).collect();
        let report = StatusReport::of(header("status", "status"), regions, BTreeMap::new());
        (report.verdict(), report.in_a_line())
    };
    let missing = "Detective is on in 1 of 2 Regions. us-east-1 has no behavior graph.";
    for (observations, verdict, line) in [
        (&[&observation, &without][..], Verdict::NotAsWanted, missing),
        (
            &[&observation],
            Verdict::AsWanted,
            "Detective is on in the Region.",
        ),
        (
            &[&without, &without],
            Verdict::AsWanted,
            "Detective is on in 0 of 2 Regions.",
        ),
    ] {
        assert_eq!(of(observations), (verdict, line.to_owned()));
    }
}
