//! What goes in, and the documents that come out.

mod now;
mod planned;
mod recorder;
mod shape;
mod story;
mod verdict;

use crate::account::{AccountId, Email, GraphArn, Region};
use crate::member::{Member, MemberStatus, Since};
use crate::observation::Observation;
use crate::report::{Header, InvalidLine, VERSION};

fn id(n: u16) -> AccountId {
    format!("{n:012}").parse().unwrap()
}

fn region(name: &str) -> Region {
    Region::new(name)
}

fn header(kind: &str, operation: &str) -> Header {
    Header {
        version: VERSION,
        kind: kind.to_owned(),
        operation: operation.to_owned(),
        run_id: "r-1".to_owned(),
        administrator: "555555555555".parse().unwrap(),
        started: "2026-01-02T03:04:05Z".parse().unwrap(),
        invalid_lines: Vec::new(),
        notes: Vec::new(),
        labels: Default::default(),
        origin: Default::default(),
    }
}

fn bad_line() -> InvalidLine {
    InvalidLine {
        line: 7,
        reason: "no".to_owned(),
    }
}

fn member(status: MemberStatus) -> Member {
    let email: Email = "root@example.com".parse().unwrap();
    Member {
        status,
        email: Some(email),
        disabled_reason: None,
        organization: false,
        since: Since::default(),
        volumes: Vec::new(),
    }
}

/// A Region where a whole list shows those members.
fn observed(name: &str, members: impl IntoIterator<Item = (u16, Member)>) -> Observation {
    let mut observation = Observation::of(region(name));
    observation.saw_graph(Some(GraphArn::new("arn:1")));
    let round = observation.begin_look();
    for (n, member) in members {
        observation.saw_member(round, id(n), Some(member));
    }
    observation.saw_whole_list(round);
    observation
}
