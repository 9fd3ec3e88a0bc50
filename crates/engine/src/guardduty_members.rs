//! Who is a member of the administrator's GuardDuty, Region by Region.

use std::collections::BTreeMap;

use aws_sdk_guardduty::Client;
use aws_sdk_guardduty::types::Member;
use fleet::account::Region;
use fleet::adopt::{GuardDutyMember, GuardDutyRegion};
use tokio::task::JoinSet;

use crate::aws::Aws;
use crate::clock;
use crate::failure::Failure;
use crate::run::{LOOK_TIMEOUT, Limit};

impl Aws {
    /// Asks GuardDuty in each Region for the members that the administrator has there. A Region that
    /// does not answer in time says so and holds up nobody.
    ///
    /// The session has to allow `guardduty:ListDetectors` and `guardduty:ListMembers`: see
    /// [`Access::LookInGuardDuty`](crate::Access::LookInGuardDuty).
    pub async fn guardduty_members(
        &self,
        regions: &[Region],
        limit: &Limit,
    ) -> Vec<GuardDutyRegion> {
        let mut asked = JoinSet::new();
        for region in regions {
            let client = Client::new(&self.service(region));
            let region = region.clone();
            asked.spawn(async move {
                let found = members(&client).await;
                GuardDutyRegion {
                    region,
                    found: found.map_err(|failure| failure.to_string()),
                }
            });
        }
        let silent = |region: &Region| GuardDutyRegion {
            region: region.clone(),
            found: Err("GuardDuty has not answered in time".to_owned()),
        };
        let mut found: BTreeMap<_, _> = regions
            .iter()
            .map(|region| (region.clone(), silent(region)))
            .collect();
        let end = clock::sleep(limit.timeout.min(LOOK_TIMEOUT));
        tokio::pin!(end);
        loop {
            // What only reads can be dropped at once.
            tokio::select! {
                biased;
                () = limit.stop.cancelled() => break,
                joined = asked.join_next() => match joined {
                    None => break,
                    Some(Ok(region)) => {
                        found.insert(region.region.clone(), region);
                    }
                    // A defect in one Region: it is not read, and the others go on.
                    Some(Err(error)) => tracing::error!("{error}"),
                },
                () = &mut end => break,
            }
        }
        found.into_values().collect()
    }
}

/// The members in one Region; `None` where GuardDuty is off.
async fn members(client: &Client) -> Result<Option<Vec<GuardDutyMember>>, Failure> {
    let detectors = client.list_detectors().send().await?;
    // An account has at most one in a Region.
    let Some(detector) = detectors
        .detector_ids
        .unwrap_or_default()
        .into_iter()
        .next()
    else {
        return Ok(None);
    };
    let mut found = Vec::new();
    let mut token = None;
    loop {
        // Those that have left, or were never invited, are not asked for.
        let page = client
            .list_members()
            .detector_id(&detector)
            .only_associated("true")
            .max_results(PAGE)
            .set_next_token(token)
            .send()
            .await?;
        let members = page.members.unwrap_or_default();
        found.extend(members.into_iter().filter_map(member));
        token = page.next_token.filter(|token| !token.is_empty());
        if token.is_none() {
            return Ok(Some(found));
        }
    }
}

fn member(member: Member) -> Option<GuardDutyMember> {
    let status = member.relationship_status.unwrap_or_default();
    Some(GuardDutyMember {
        account: member.account_id?.parse().ok()?,
        // Accounts of an organization have none (API reference, ListMembers).
        email: member.email.and_then(|email| email.parse().ok()),
        failed: status.eq_ignore_ascii_case("EmailVerificationFailed"),
    })
}

/// The most that a page of ListMembers has (API reference).
const PAGE: i32 = 50;
