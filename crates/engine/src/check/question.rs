//! One question to one member, asked until there is an answer.

use aws_credential_types::Credentials;
use fleet::account::{AccountId, Region};
use fleet::attempts::{FINAL_AFTER, REFUSED_AFTER};
use fleet::cause::{Cause, FailedCall, ours};
use fleet::check::Answer;
use fleet::event::{CallResult, Operation};
use tokio::sync::OwnedSemaphorePermit;
use tokio_util::sync::CancellationToken;

use crate::aws::Aws;
use crate::clock;
use crate::company::Company;
use crate::failure::{Failure, FailureKind};
use crate::pace::{Begun, NotYet, Pace};
use crate::roles::Roles;

/// Asks one member.
#[derive(Clone)]
pub(super) struct Asker {
    pub(super) aws: Aws,
    pub(super) account: AccountId,
    roles: Roles,
    company: Company,
    stop: CancellationToken,
}

/// How often in a row it did not work.
#[derive(Default)]
struct FailuresInARow {
    expired: u32,
    silent: u32,
    unclear: u32,
}

impl Asker {
    pub(super) fn new(
        aws: &Aws,
        roles: &Roles,
        company: &Company,
        account: AccountId,
        stop: &CancellationToken,
    ) -> Self {
        Self {
            aws: aws.clone(),
            account,
            roles: roles.clone(),
            company: company.clone(),
            stop: stop.clone(),
        }
    }

    /// Asks, and again where that may help. A throttled question is asked until the check ends: AWS
    /// counts calls for each account and Region, so every question has a pace of its own.
    pub(super) async fn ask<T, F>(
        &self,
        operation: Operation,
        region: Option<&Region>,
        call: impl Fn(Credentials) -> F,
    ) -> Answer<T>
    where
        F: Future<Output = Result<T, Failure>>,
    {
        if let Some(region) = region {
            // Hundreds of questions to a Region that is down would take up the places of all others.
            tokio::select! {
                biased;
                () = self.stop.cancelled() => return Answer::Open,
                heard = self.company.heard(region) => if let Err(why) = heard {
                    return Answer::Failed(unanswered(operation, why));
                },
            }
        }
        let mut pace = self.pace(operation, region);
        let mut failures = FailuresInARow::default();
        loop {
            let asked = async {
                let (begun, _permit) = self.turn(&mut pace).await;
                let Some(keys) = self.roles.credentials(self.account) else {
                    let text = "the hour of the role's credentials was over before it was asked";
                    return (begun, Err(Failure::refused("OutOfTime", text)));
                };
                let answer = call(keys).await;
                let called = answer.as_ref().map(|_| ());
                self.aws.events().called(None, operation, called);
                (begun, answer)
            };
            // What only reads can be dropped at once.
            let (begun, answer) = tokio::select! {
                biased;
                () = self.stop.cancelled() => return Answer::Open,
                asked = asked => asked,
            };
            let failed = answer.as_ref().err();
            pace.end(begun, failed.map_or(CallResult::Ok, Failure::result));
            match answer {
                Ok(answer) => return Answer::Is(answer),
                Err(failure) if failures.may_pass(&failure) => {}
                Err(failure) => return Answer::Failed(failure.call(operation)),
            }
        }
    }

    /// Waits until the pace and the run let one more request begin.
    async fn turn(&self, pace: &mut Pace) -> (Begun, Option<OwnedSemaphorePermit>) {
        // One request at a time is never too many.
        if let Err(NotYet::Before(moment)) = pace.check() {
            clock::until(moment).await;
        }
        // It is never closed; without a permit there would be no limit, which is no reason to fail.
        let permit = self.aws.permits().clone().acquire_owned().await.ok();
        (pace.begin(), permit)
    }

    fn pace(&self, operation: Operation, region: Option<&Region>) -> Pace {
        let (account, operation) = (self.account, operation.as_str());
        let region = region.map(Region::to_string).unwrap_or_default();
        let what = format_args!("{operation} {account} {region}");
        Pace::new(self.aws.seed(), what)
    }
}

/// A question to a Region that is not waited for.
fn unanswered(operation: Operation, why: Cause) -> FailedCall {
    match why {
        Cause::RegionFailed { error } => FailedCall { operation, ..error },
        _ => {
            let words = Some("the Region has not answered");
            FailedCall::new(operation, FailureKind::Silent, ours::NO_ANSWER, words)
        }
    }
}

impl FailuresInARow {
    /// Whether asking again may help: for ever, where it was too fast only.
    fn may_pass(&mut self, failure: &Failure) -> bool {
        let (count, most) = match failure.kind {
            FailureKind::Throttled | FailureKind::Stale | FailureKind::Crowded => return true,
            // The credentials are good by our clock: AWS may see that, too.
            FailureKind::Expired => (&mut self.expired, FINAL_AFTER),
            FailureKind::Silent | FailureKind::Barred => (&mut self.silent, FINAL_AFTER),
            FailureKind::Unclear => (&mut self.unclear, REFUSED_AFTER),
            FailureKind::NoKeys
            | FailureKind::NotOn
            | FailureKind::Denied
            | FailureKind::Missing
            | FailureKind::InTheWay
            | FailureKind::Refused
            | FailureKind::NotSent => {
                return false;
            }
        };
        *count += 1;
        *count < most
    }
}
