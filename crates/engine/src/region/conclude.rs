//! How a Region ended, and the words for what went wrong.

use std::sync::Arc;
use std::time::Duration;

use fleet::account::{AccountId, Region};
use fleet::attempts::{Answer, Attempt, FINAL_AFTER, RegionRequest};
use fleet::event::{Conclusion, EventKind, Operation};
use fleet::observation::Graph;
use fleet::plan::{GraphStep, Step, Wait};

use super::RegionRun;
use crate::failure::{Cause, Failure};

impl RegionRun {
    /// Records how the run ended for each membership, and for the Region.
    pub(crate) fn conclude(&self) {
        let error = self.error();
        for (account, step) in self.plan.steps() {
            let (conclusion, reason) = match self.plan.conclusion(account, &self.attempts) {
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
                Some((conclusion, reason)) => {
                    (conclusion, reason.map(|reason| reason.to_string().into()))
                }
            };
            self.record(EventKind::Concluded {
                account,
                conclusion,
                reason,
            });
        }
        if error.is_none() {
            self.conclude_chores();
        }
        self.record(EventKind::RegionEnded { error });
    }

    /// Why the Region as a whole failed. One that could not be read to the end has failed, too.
    pub(crate) fn error(&self) -> Option<Arc<str>> {
        if let Some(why) = self.defect.as_ref().or(self.closed.as_ref()) {
            return Some(why.clone());
        }
        match (self.plan.graph(), self.observation.graph()) {
            (GraphStep::Blocked(reason), _) => Some(reason.to_string().into()),
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
    pub(super) fn why_unread(&self) -> Arc<str> {
        self.error()
            .unwrap_or_else(|| self.why_unanswered(RegionRequest::Look))
    }

    /// Why a Region is not waited for any more that has never answered.
    pub(super) fn why_given_up(&self, waited: Duration) -> Arc<str> {
        let find = self.attempts.region(RegionRequest::FindGraph);
        let (region, seconds) = (self.region(), waited.as_secs());
        let words = find.and_then(last_words).or_else(|| self.judged.clone());
        words.unwrap_or_else(|| {
            format!("ListGraphs: no answer in {seconds} s, when the other Regions were done: {region} is down, very slow, or cannot be reached from here; leave it out with --exclude-region {region}, or run it alone with --regions {region}").into()
        })
    }

    fn why_unanswered(&self, request: RegionRequest) -> Arc<str> {
        let last = self.attempts.region(request).and_then(last_words);
        last.unwrap_or_else(|| "the run ended before this Region was read: run again".into())
    }

    fn why_unfinished(&self, account: AccountId, step: &Step) -> Arc<str> {
        let tried = self.attempts.member(account);
        let words =
            tried.and_then(|tried| last_words(&tried.accept).or_else(|| last_words(&tried.invite)));
        let words = words.or_else(|| last_words(&tried?.remove));
        let waits = match step {
            Step::Wait(Wait::Verification) => {
                "AWS is still comparing account id and root e-mail: run again later"
            }
            Step::Wait(Wait::Visible) => "AWS has not shown the result yet: run again later",
            Step::Wait(Wait::Graph) => {
                "its behavior graph was not deleted before the run ended: run again"
            }
            Step::Wait(Wait::Role) => "its role was not assumed before the run ended: run again",
            _ => "the run ended before this was finished: run again",
        };
        words.map_or_else(
            || waits.into(),
            |words| format!("{waits} (last answer: {words})").into(),
        )
    }
}

fn last_words(attempt: &Attempt) -> Option<Arc<str>> {
    match attempt.last.as_ref()? {
        Answer::Unclear(text) | Answer::Silent(text) => Some(text.clone()),
        Answer::Refused(refusal) => Some(refusal.text.clone()),
        Answer::Throttled => Some("AWS did not take it then".into()),
        Answer::Done | Answer::NotDone => None,
    }
}

/// Why a Region failed for the administrator, and what to do.
pub(super) fn why_the_region_failed(
    region: &Region,
    administrator: AccountId,
    (operation, failure): (Operation, &Failure),
) -> String {
    let (operation, text) = (operation.as_str(), &failure.text);
    let leave_out = format!("or leave it out with --exclude-region {region}");
    match failure.cause {
        Cause::NotOn => format!(
            "{operation}: {text}: {region} is not switched on in {administrator}, or its token is of the global STS endpoint; switch the Region on, {leave_out}"
        ),
        Cause::Denied => format!(
            "{operation}: {text}: allow it to the administrator's role (a service control policy can deny a whole Region), {leave_out}"
        ),
        Cause::Silent => format!(
            "{operation}: {text}: Detective may not be offered in {region}, or cannot be reached from here; run again, {leave_out}"
        ),
        Cause::Barred => format!("{operation}: {text}; {leave_out}"),
        Cause::Throttled
        | Cause::Crowded
        | Cause::Unclear
        | Cause::Stale
        | Cause::NoKeys
        | Cause::Expired
        | Cause::Missing
        | Cause::InTheWay
        | Cause::Refused
        | Cause::NotSent => {
            format!("{operation}: {text}")
        }
    }
}

/// Why an invitation could not be accepted, and what to do.
pub(super) fn why_not_accepted(region: &Region, account: AccountId, failure: &Failure) -> String {
    let text = &failure.text;
    let expected = format!("or list the pair as expected: \"{account}/{region}\"");
    match failure.cause {
        Cause::NotOn => format!(
            "{text}: {region} is not switched on in {account}, or its token is not valid there; switch the Region on, {expected}"
        ),
        Cause::Denied => format!(
            "{text}: allow detective:AcceptInvitation to its role (a service control policy can deny a whole Region), {expected}"
        ),
        _ => text.to_string(),
    }
}
