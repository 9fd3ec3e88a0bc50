//! The journal: a line before each call that changes something, and one after it.
//!
//! It is a fold of the events, like the report, but it is written while the run is under way, so that
//! it tells of a run that did not live to report.

use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;

use crate::account::{AccountId, Region};
use crate::event::{CallResult, Change, Event, EventKind, Operation};
use crate::origin::Origin;

/// One line: JSON, without an e-mail in it.
#[derive(Debug, Serialize)]
pub struct Line<'a> {
    time: Timestamp,
    run: &'a str,
    region: Option<&'a Region>,
    /// Counts events within run and Region: with it, the journals of several processes can be joined.
    number: u64,
    /// `before` or `after`.
    when: &'static str,
    /// `service:Operation`, as in an IAM policy.
    operation: Operation,
    /// In whose name: the administrator, or the member that accepts.
    account: AccountId,
    /// The members that it is about.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    members: &'a [AccountId],
    #[serde(flatten)]
    answer: Option<Answer<'a>>,
    /// Who made it, in the first line of a run.
    #[serde(flatten)]
    origin: Option<&'a Origin>,
}

/// What became of the call.
#[derive(Debug, Serialize)]
struct Answer<'a> {
    /// The number of the line before.
    answers: u64,
    request_id: Option<&'a Arc<str>>,
    outcome: CallResult,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a Arc<str>>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    left_out: &'a [AccountId],
}

impl<'a> Line<'a> {
    /// The line of an event; none for one that is not about a change.
    #[must_use]
    pub fn of(run: &'a str, event: &'a Event) -> Option<Self> {
        match &event.kind {
            EventKind::Sending { change } => Some(Self::new(run, event, change)),
            EventKind::Answered {
                sending,
                change,
                request_id,
                result,
                error,
                left_out,
            } => {
                let answer = Answer {
                    answers: *sending,
                    request_id: request_id.as_ref(),
                    outcome: *result,
                    error: error.as_ref(),
                    left_out,
                };
                Some(Self {
                    when: "after",
                    answer: Some(answer),
                    ..Self::new(run, event, change)
                })
            }
            _ => None,
        }
    }

    /// The same line, which also says who made the journal.
    #[must_use]
    pub fn by(self, origin: Option<&'a Origin>) -> Self {
        Self { origin, ..self }
    }

    fn new(run: &'a str, event: &'a Event, change: &'a Change) -> Self {
        Self {
            time: event.at,
            run,
            region: event.region.as_ref(),
            number: event.number,
            when: "before",
            operation: change.operation,
            account: change.account,
            members: &change.members,
            answer: None,
            origin: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    fn written(kind: EventKind) -> Option<String> {
        let event = Event {
            region: Some(Region::new("eu-west-1")),
            number: 8,
            at: Timestamp::UNIX_EPOCH,
            kind,
        };
        Line::of("run-1", &event).map(|line| serde_json::to_string(&line).unwrap())
    }

    fn change() -> Arc<Change> {
        let members = ["222222222222", "333333333333"].map(|id| id.parse().unwrap());
        Arc::new(Change {
            operation: Operation::CreateMembers,
            account: "111111111111".parse().unwrap(),
            members: members.to_vec(),
        })
    }

    #[test]
    fn a_change_has_a_line_before_and_one_after() {
        let before = EventKind::Sending { change: change() };
        let head =
            r#"{"time":"1970-01-01T00:00:00Z","run":"run-1","region":"eu-west-1","number":8"#;
        let what = r#""operation":"detective:CreateMembers","account":"111111111111","members":["222222222222","333333333333"]"#;
        assert_eq!(
            written(before),
            Some(format!(r#"{head},"when":"before",{what}}}"#))
        );
        let after = EventKind::Answered {
            sending: 5,
            change: change(),
            request_id: Some("an-id".into()),
            result: CallResult::Refused,
            error: Some("ConflictException".into()),
            left_out: change().members[1..].to_vec(),
        };
        let answer = r#""answers":5,"request_id":"an-id","outcome":"refused","error":"ConflictException","left_out":["333333333333"]"#;
        assert_eq!(
            written(after),
            Some(format!(r#"{head},"when":"after",{what},{answer}}}"#))
        );
    }

    #[test]
    fn a_line_may_say_who_made_the_journal() {
        let event = Event {
            region: None,
            number: 1,
            at: Timestamp::UNIX_EPOCH,
            kind: EventKind::Sending { change: change() },
        };
        let origin = Origin::of_version("1.2.3").called_by("arn:aws:iam::111111111111:user/x");
        let line = Line::of("run-1", &event).unwrap().by(Some(&origin));
        let line = serde_json::to_string(&line).unwrap();
        let end = r#","product_version":"1.2.3","caller":"arn:aws:iam::111111111111:user/x"}"#;
        assert!(line.ends_with(end), "{line}");
    }

    #[test]
    fn what_changes_nothing_has_no_line() {
        let read = EventKind::Called {
            operation: Operation::CreateMembers,
            result: CallResult::Ok,
        };
        assert_eq!(written(read), None);
    }
}
