//! Tells a run, event by event.

use super::{header, id, region};
use crate::account::GraphArn;
use crate::event::{CallResult, Conclusion, Deed, Event, EventKind, Operation, Sink};
use crate::member::{MemberStatus, Since};
use crate::report::{Ended, MemberReport, Recorder, Report};

/// What happens in one Region of a run.
pub(super) struct Story {
    pub(super) recorder: Recorder,
    region: &'static str,
    number: u64,
}

impl Story {
    pub(super) fn new() -> Self {
        Self {
            recorder: Recorder::default(),
            region: "us-east-1",
            number: 0,
        }
    }

    pub(super) fn in_region(mut self, name: &'static str) -> Self {
        self.region = name;
        self.number = 0;
        self
    }

    pub(super) fn event(mut self, kind: EventKind) -> Self {
        self.number += 1;
        let event = Event {
            region: Some(region(self.region)),
            number: self.number,
            at: "2026-01-02T03:04:06Z".parse().unwrap(),
            kind,
        };
        self.recorder.record(&event).unwrap();
        self
    }

    pub(super) fn called(self, operation: Operation, result: CallResult) -> Self {
        self.event(EventKind::Called { operation, result })
    }

    pub(super) fn graph(self, made: bool) -> Self {
        let arn = Some(GraphArn::new("arn:1"));
        self.event(EventKind::Graph { arn, made })
    }

    pub(super) fn seen(self, n: u16, status: Option<MemberStatus>) -> Self {
        let account = id(n);
        self.event(EventKind::Seen {
            account,
            status,
            since: Since::default(),
        })
    }

    pub(super) fn did(self, n: u16, deed: Deed) -> Self {
        let account = id(n);
        self.event(EventKind::Did { account, deed })
    }

    pub(super) fn lost(self, n: u16) -> Self {
        let account = id(n);
        self.event(EventKind::Lost { account })
    }

    pub(super) fn concluded(self, n: u16, conclusion: Conclusion, reason: Option<&str>) -> Self {
        self.event(EventKind::Concluded {
            account: id(n),
            conclusion,
            cause: reason.map(Into::into),
        })
    }

    pub(super) fn ended(self, error: Option<&str>) -> Self {
        let cause = error.map(Into::into);
        self.event(EventKind::RegionEnded { cause })
    }

    pub(super) fn report(&self) -> Report {
        let finished = "2026-01-02T03:05:00Z".parse().unwrap();
        let header = header("run", "enable");
        self.recorder
            .report(header, finished, Ended::Complete, None)
    }

    /// The only membership.
    pub(super) fn member(&self) -> MemberReport {
        let report = self.report();
        assert_eq!(report.regions[0].members.len(), 1);
        report.regions[0].members[0].clone()
    }
}

/// From nothing to ENABLED.
pub(super) fn rolled_out(story: Story, n: u16) -> Story {
    story
        .seen(n, None)
        .did(n, Deed::Invited)
        .seen(n, Some(MemberStatus::VerificationInProgress))
        .seen(n, Some(MemberStatus::Invited))
        .did(n, Deed::Accepted)
        .seen(n, Some(MemberStatus::Enabled))
        .concluded(n, Conclusion::Right, None)
}
