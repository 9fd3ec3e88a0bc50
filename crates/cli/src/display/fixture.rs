//! Documents to draw, for tests.

use std::collections::BTreeMap;

use fleet::account::{AccountId, Region};
use fleet::cause::{Cause, FailedCall, FailureKind, MemberRole, Place, ours};
use fleet::event::{Event, EventKind, Operation};
use fleet::member::{MemberStatus, Since};
use fleet::region_table::{Partition, offered};
use fleet::report::{
    Action, Done, Ended, Header, InvalidLine, MemberNow, MemberPlan, MemberReport, Outcome,
    PlanReport, RegionNow, RegionPlan, RegionReport, RegionState, Report, StatusReport, Summary,
    Why,
};

/// The list has another e-mail than AWS.
pub(crate) fn wrong_email() -> Cause {
    Cause::wrong_email("root@example.com".parse().ok().as_ref())
}

/// The role of that name cannot be assumed.
pub(crate) fn no_role(name: &str) -> Cause {
    let (operation, kind) = (Operation::AssumeRole, FailureKind::Denied);
    Cause::RoleNotAssumed {
        role: MemberRole {
            partition: Partition::Aws,
            name: name.into(),
            external_id: false,
        },
        error: FailedCall::new(operation, kind, "AccessDenied", Some("not authorized")),
    }
}

/// A Region that says nothing.
pub(crate) fn silent() -> Cause {
    let (operation, kind) = (Operation::ListGraphs, FailureKind::Silent);
    Cause::RegionFailed {
        error: FailedCall::new(operation, kind, ours::NO_ANSWER, Some("no answer in time")),
    }
}

/// The 21 Regions of the table.
pub(crate) fn regions() -> Vec<Region> {
    offered(Partition::Aws)
        .map(|entry| entry.region())
        .collect()
}

/// The account with that number.
pub(crate) fn account(n: usize) -> AccountId {
    format!("{:012}", 111_111_111_000_u64 + n as u64)
        .parse()
        .unwrap()
}

pub(crate) fn header(kind: &str) -> Header {
    Header {
        version: 1,
        kind: kind.into(),
        operation: "enable".into(),
        run_id: "run".into(),
        administrator: "555555555555".parse().unwrap(),
        started: "2026-08-07T09:00:00Z".parse().unwrap(),
        invalid_lines: Vec::new(),
        notes: Vec::new(),
        labels: Default::default(),
        origin: Default::default(),
    }
}

pub(crate) fn bad_line() -> InvalidLine {
    InvalidLine {
        line: 7,
        reason: "the account id has 11 digits; a spreadsheet ate its leading zero, put it back"
            .into(),
    }
}

/// A plan of that many accounts in 21 Regions.
pub(crate) fn plan(
    accounts: usize,
    action: impl Fn(usize, &Region) -> (Action, Option<Cause>),
) -> PlanReport {
    let member = |n: usize, region: &Region| {
        let (action, cause) = action(n, region);
        let (reason, why) = Why::of(cause.as_ref(), &Place::one(account(n), region));
        MemberPlan {
            name: None,
            owner: None,
            other_email: None,
            account_id: account(n),
            status: None,
            action,
            reason,
            why,
        }
    };
    let regions = regions().into_iter().map(|region| {
        let members: Vec<_> = (0..accounts).map(|n| member(n, &region)).collect();
        let create_graph = members.iter().all(|member| member.action == Action::Invite);
        RegionPlan {
            region,
            graph_arn: None,
            create_graph,
            delete_graph: false,
            changes: Vec::new(),
            error: None,
            why: Why::default(),
            members,
        }
    });
    PlanReport::of(header("plan"), regions.collect(), BTreeMap::new())
}

fn state(members: &[MemberReport]) -> RegionState {
    let failed = members.iter().filter(|it| it.outcome == Outcome::Failed);
    match failed.count() {
        0 => RegionState::Settled,
        all if all == members.len() => RegionState::Failed,
        _ => RegionState::Partial,
    }
}

/// A run of that many accounts in 21 Regions.
pub(crate) fn run(
    accounts: usize,
    outcome: impl Fn(usize, &Region) -> (Outcome, Option<Cause>),
) -> Report {
    let mut summary = Summary::default();
    let mut member = |n: usize, region: &Region| {
        let (outcome, cause) = outcome(n, region);
        let (reason, why) = Why::of(cause.as_ref(), &Place::one(account(n), region));
        summary.memberships += 1;
        match outcome {
            Outcome::Failed => summary.failed += 1,
            Outcome::Waiting => summary.waiting += 1,
            Outcome::Skipped => summary.skipped += 1,
            _ => {
                summary.enabled += 1;
                summary.changed += u64::from(outcome != Outcome::Unchanged);
            }
        }
        MemberReport {
            name: None,
            owner: None,
            account_id: account(n),
            status: None,
            before: None,
            outcome,
            reason,
            why,
            since: Since::default(),
            done: Done::default(),
        }
    };
    let regions = regions()
        .into_iter()
        .map(|region| {
            let members: Vec<_> = (0..accounts).map(|n| member(n, &region)).collect();
            let state = state(&members);
            let changes = vec!["graph created".to_owned()];
            RegionReport {
                region,
                graph_arn: None,
                state,
                error: None,
                why: Why::default(),
                changes,
                amiss: Vec::new(),
                amiss_causes: Vec::new(),
                finished: None,
                members,
            }
        })
        .collect();
    Report {
        header: header("run"),
        finished: "2026-08-07T09:00:04.25Z".parse().unwrap(),
        ended: Ended::Complete,
        settled: summary.waiting == 0,
        error: None,
        summary,
        regions,
        calls: BTreeMap::from([
            ("sts:AssumeRole".into(), 81),
            ("detective:AcceptInvitation".into(), 1680),
        ]),
    }
}

/// A status of that many accounts in 21 Regions.
pub(crate) fn status(
    accounts: usize,
    status: impl Fn(usize, &Region) -> Option<MemberStatus>,
) -> StatusReport {
    let regions = regions().into_iter().map(|region| {
        let member = |n: usize| MemberNow {
            name: None,
            owner: None,
            other_email: None,
            organization: false,
            account_id: account(n),
            status: status(n, &region),
            since: Since::default(),
            disabled_reason: None,
            in_roster: Some(true),
            expected_out: false,
        };
        let members = (0..accounts).map(member).collect();
        RegionNow {
            region,
            graph_arn: None,
            error: None,
            why: Why::default(),
            members,
        }
    });
    StatusReport::of(header("status"), regions.collect(), BTreeMap::new())
}

/// What a text looks like without colour.
pub(crate) fn plain(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}

/// An event, that many seconds after the beginning.
pub(crate) fn at(second: usize, region: &str, kind: EventKind) -> Event {
    Event {
        region: Some(Region::new(region)),
        number: 1,
        at: jiff::Timestamp::from_second(second as i64).unwrap(),
        kind,
    }
}

/// An account that is seen in a status.
pub(crate) fn seen(second: usize, region: &str, n: usize, status: MemberStatus) -> Event {
    let kind = EventKind::Seen {
        account: account(n),
        status: Some(status),
        since: Since::default(),
    };
    at(second, region, kind)
}
