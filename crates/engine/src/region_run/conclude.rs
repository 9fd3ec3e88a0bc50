//! How a Region ended, and what was in the way. The words are `fleet::cause`'s.

use std::time::Duration;

use fleet::account::AccountId;
use fleet::attempts::{Answer, Attempt, FINAL_AFTER, MemberRequest, RegionRequest};
use fleet::cause::{Cause, FailedCall, FailureKind, ours};
use fleet::event::{Conclusion, EventKind, Operation};
use fleet::observation::Graph;
use fleet::patience::Asked;
use fleet::plan::{GraphStep, Step, Wait};

use super::RegionRun;
use super::send::operation;

impl RegionRun {
    /// Records how the run ended for each membership, and for the Region.
    pub(crate) fn conclude(&self) {
        let error = self.error();
        for (account, step) in self.plan.steps() {
            let (conclusion, cause) = match self.plan.conclusion(account, &self.attempts) {
                Some((Conclusion::Waiting, _)) | None => match &error {
                    Some(error) => (Conclusion::Failed, Some(error.clone())),
                    None => (
                        Conclusion::Waiting,
                        Some(self.why_unfinished(account, step)),
                    ),
                },
                Some((Conclusion::Skipped, _)) => {
                    let exceptions = &self.fleet.settings.exceptions;
                    (
                        Conclusion::Skipped,
                        exceptions.why(account, self.observation.region()),
                    )
                }
                Some(concluded) => concluded,
            };
            self.record(EventKind::Concluded {
                account,
                conclusion,
                cause,
            });
        }
        if error.is_none() {
            self.conclude_chores();
        }
        self.record(EventKind::RegionEnded { cause: error });
    }

    /// Why the Region as a whole failed. One that could not be read to the end has failed, too.
    pub(crate) fn error(&self) -> Option<Cause> {
        if let Some(why) = self.defect.as_ref().or(self.closed.as_ref()) {
            return Some(why.clone());
        }
        match (self.plan.graph(), self.observation.graph()) {
            (GraphStep::Blocked(cause), _) => Some(cause.clone()),
            (_, Graph::Unknown) => Some(self.why_unanswered(RegionRequest::FindGraph)),
            (_, Graph::Present(_)) if self.observation.listed().is_none() => {
                Some(self.why_unanswered(RegionRequest::Look))
            }
            _ if self.is_out_of_sight() => Some(self.why_unanswered(RegionRequest::Look)),
            _ => None,
        }
    }

    /// The last looks have all come back without an answer: what is waited for cannot be known.
    fn is_out_of_sight(&self) -> bool {
        self.attempts
            .region(RegionRequest::Look)
            .is_some_and(|look| {
                let lost = matches!(look.last, Some(Answer::Unclear(_) | Answer::Silent(_)));
                lost && look.alike >= FINAL_AFTER
            })
    }

    /// Why it is not known what there is.
    pub(super) fn why_unread(&self) -> Cause {
        self.error()
            .unwrap_or_else(|| self.why_unanswered(RegionRequest::Look))
    }

    /// Why a Region is not waited for any more that has never answered.
    pub(super) fn why_given_up(&self, waited: Duration) -> Cause {
        let request = RegionRequest::FindGraph;
        let find = self.attempts.region(request);
        let last = find.and_then(|it| last_failure(it, operation(Asked::Region(request))));
        let last = last.map(|error| Cause::RegionFailed { error });
        let seconds = waited.as_secs();
        last.or_else(|| self.judged.clone())
            .unwrap_or(Cause::RegionSilent { seconds })
    }

    fn why_unanswered(&self, request: RegionRequest) -> Cause {
        let attempt = self.attempts.region(request);
        let last = attempt.and_then(|it| last_failure(it, operation(Asked::Region(request))));
        last.map_or(Cause::RegionUnread, |error| Cause::RegionFailed { error })
    }

    fn why_unfinished(&self, account: AccountId, step: &Step) -> Cause {
        use MemberRequest::{Accept, Invite, Remove};
        let tried = self.attempts.member(account);
        let last = tried.and_then(|tried| {
            let requests = [Accept, Invite, Remove].into_iter();
            let mut last = requests.filter_map(|it| last_failure(tried.to(it), it.operation()));
            last.next()
        });
        match step {
            Step::Wait(Wait::Verification) => Cause::AwaitingVerification { last },
            Step::Wait(Wait::Visible) => Cause::NotShown { last },
            Step::Wait(Wait::Graph) => Cause::GraphNotDeleted { last },
            Step::Wait(Wait::Role) => Cause::RoleNotTried { last },
            _ => Cause::Unfinished { last },
        }
    }
}

/// The last answer, where it was no success.
fn last_failure(attempt: &Attempt, operation: Operation) -> Option<FailedCall> {
    match attempt.last.as_ref()? {
        Answer::Unclear(call) | Answer::Silent(call) => Some(FailedCall::clone(call)),
        Answer::Refused(refusal) => Some(refusal.call.clone()),
        Answer::Throttled => Some(FailedCall::new(
            operation,
            FailureKind::Throttled,
            ours::THROTTLED,
            Some("AWS did not take it then"),
        )),
        Answer::Done | Answer::NotDone => None,
    }
}
