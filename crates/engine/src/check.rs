//! Before a run: what the administrator sees of every Region, and every member of itself.
//!
//! It asks and changes nothing. [`fleet::check`] says what the answers mean.

#[cfg(feature = "guardduty")]
mod guardduty;
mod members;
mod question;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use fleet::account::{AccountId, Email, Region};
use fleet::check::{Facts, MemberFacts, RoleFacts, Trusted};
use fleet::desired::Fleet;
use fleet::report::Ended;

use crate::aws::Aws;
use crate::run::{Finish, Limit, Run, supervise};
use members::Members;

/// Whether this build can ask GuardDuty.
pub const HAS_GUARDDUTY: bool = cfg!(feature = "guardduty");

/// What is to be found out.
#[derive(Clone, Debug)]
pub struct Check {
    /// What is wanted.
    pub fleet: Arc<Fleet>,
    /// Where.
    pub regions: Vec<Region>,
    /// GuardDuty is asked, too, where this build can ([`HAS_GUARDDUTY`]).
    pub guardduty: bool,
}

impl Check {
    /// Finds out as much as the limit allows; what was not answered by then is open.
    pub async fn find_out(&self, aws: &Aws, limit: &Limit) -> (Facts, Finish) {
        let mut run = Run::new(aws, self.fleet.clone(), &self.regions);
        let stop = limit.stop.child_token();
        let mut members = Members::new(
            aws,
            self.wanted(),
            self.guardduty,
            self.fleet.settings.patience,
            run.company(),
        );
        let halt = aws.halt().clone();
        let asked = async {
            let work = members.ask(&stop);
            supervise(work, &stop, limit, halt.stopped()).await
        };
        let (looked, ended) = tokio::join!(run.observe(limit), asked);
        let facts = Facts {
            caller: Email::mask_in(aws.caller()),
            administrator: aws.administrator(),
            partition: aws.partition(),
            accounts: self.fleet.members.len(),
            expired: self.fleet.settings.exceptions.expired().collect(),
            now: aws.clock().timestamp(),
            guardduty: self.guardduty,
            graphs: run.graphs(),
            trusted: self.trusted(aws, &members.facts).await,
            members: members.facts,
        };
        let finish = Finish {
            ended: worse(looked.ended, ended),
            error: halt.reason().map(str::to_owned),
        };
        (facts, finish)
    }

    /// Where every member refuses, the reason may be on this side.
    async fn trusted(&self, aws: &Aws, members: &BTreeMap<AccountId, MemberFacts>) -> Trusted {
        let refuses = |member: &MemberFacts| matches!(member.role, RoleFacts::Failed(_));
        if members.is_empty() || !members.values().all(refuses) {
            return Trusted::Unknown;
        }
        aws.trusted().await
    }

    /// Where each account is wanted; those that are expected to stay out everywhere are not asked.
    fn wanted(&self) -> BTreeMap<AccountId, BTreeSet<Region>> {
        let wanted = |account: &AccountId| -> BTreeSet<Region> {
            let out = |region: &&Region| !self.fleet.is_expected_out(*account, region);
            self.regions.iter().filter(out).cloned().collect()
        };
        let accounts = self.fleet.members.keys();
        accounts
            .map(|account| (*account, wanted(account)))
            .filter(|(_, regions)| !regions.is_empty())
            .collect()
    }
}

fn worse(one: Ended, other: Ended) -> Ended {
    match (one, other) {
        (Ended::Interrupted, _) | (_, Ended::Interrupted) => Ended::Interrupted,
        (Ended::Timeout, _) | (_, Ended::Timeout) => Ended::Timeout,
        (one, _) => one,
    }
}
