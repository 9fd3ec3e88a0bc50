//! The document that `status` prints: every membership as it is now.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::email::{OtherEmails, other_email};
use super::organization::OfOrganization;
use super::{Aim, Counted, Headcount, Header, Reached, Standing, Verdict, Why, number};
use crate::account::{AccountId, Email, GraphArn, Region};
use crate::cause::{Cause, Place};
use crate::desired::Fleet;
use crate::language::Language;
use crate::member::{MemberStatus, Since};
use crate::observation::Observation;

/// Every membership as it is now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusReport {
    /// Who, what and when.
    #[serde(flatten)]
    pub header: Header,
    /// Only memberships that stand so are in it; all of them, where this is empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub only: Vec<Standing>,
    /// Totals over all memberships.
    pub summary: StatusSummary,
    /// What it comes to in accounts of the list; left out without a list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accounts: Option<Headcount>,
    /// What it comes to in behavior graphs.
    #[serde(default)]
    pub graphs: Graphs,
    /// Each Region, by name.
    pub regions: Vec<RegionNow>,
    /// How many requests were sent to find out, by `service:Operation`.
    pub calls: BTreeMap<String, u64>,
}

/// Totals.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusSummary {
    /// All account-Regions that were asked for or found.
    pub memberships: u64,
    /// How many are in each status; accounts that are no member are not counted here.
    pub by_status: BTreeMap<String, u64>,
    /// Account-Regions of the roster that are no member.
    pub absent: u64,
    /// Regions that could not be read.
    pub unread_regions: u64,
}

/// Where Detective is on, whatever part of the memberships is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Graphs {
    /// All Regions that were asked.
    pub regions: u64,
    /// Those with a behavior graph.
    pub on: u64,
    /// Those without one, where others have one; none where no Region has one.
    pub missing: Vec<Region>,
}

impl Graphs {
    fn of(regions: &[RegionNow]) -> Self {
        let read = regions.iter().filter(|it| it.error.is_none());
        let missing = read.filter(|it| it.graph_arn.is_none());
        let on = regions.iter().filter(|it| it.graph_arn.is_some()).count() as u64;
        Self {
            regions: regions.len() as u64,
            on,
            missing: match on {
                0 => Vec::new(),
                _ => missing.map(|it| it.region.clone()).collect(),
            },
        }
    }
}

/// One Region as it is now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegionNow {
    /// Its name.
    pub region: Region,
    /// The behavior graph, where there is one.
    pub graph_arn: Option<GraphArn>,
    /// Why it could not be read.
    pub error: Option<Arc<str>>,
    /// The same as data.
    #[serde(flatten)]
    pub why: Why,
    /// The accounts of the roster, and every other member of the graph, by account id.
    pub members: Vec<MemberNow>,
}

/// One membership as it is now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberNow {
    /// Whose.
    pub account_id: AccountId,
    /// What the list calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Arc<str>>,
    /// Who the list says is responsible for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Arc<str>>,
    /// The address that AWS has for it, masked, where the list has another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other_email: Option<Arc<str>>,
    /// It came through AWS Organizations, without an invitation; left out where it did not.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub organization: bool,
    /// Its status; `null` for no member.
    pub status: Option<MemberStatus>,
    /// Since when it is so, as AWS says it.
    #[serde(default, flatten)]
    pub since: Since,
    /// AWS's reason for ACCEPTED_BUT_DISABLED.
    pub disabled_reason: Option<Arc<str>>,
    /// Whether the roster names it; `null` without a roster.
    pub in_roster: Option<bool>,
    /// The settings or the list say that it stays out; left out where they do not.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub expected_out: bool,
}

impl RegionNow {
    /// The same, with the memberships marked that are known to stay out.
    #[must_use]
    pub fn except(mut self, fleet: &Fleet) -> Self {
        for member in &mut self.members {
            member.expected_out = fleet.is_expected_out(member.account_id, &self.region);
        }
        self
    }

    /// Why it could not be read.
    #[must_use]
    pub fn cause(&self) -> Option<Cause> {
        self.why.cause_or(self.error.as_deref())
    }

    /// What an observation says, about `roster` where there is one.
    #[must_use]
    pub fn of(
        observation: &Observation,
        error: Option<&Cause>,
        roster: Option<&BTreeMap<AccountId, Email>>,
    ) -> Self {
        let has_roster = roster.is_some();
        let mut members = BTreeMap::new();
        for account_id in roster.into_iter().flat_map(BTreeMap::keys) {
            // Where nothing could be read, nothing is claimed.
            if observation.look(*account_id).is_some() {
                let absent = MemberNow {
                    account_id: *account_id,
                    name: None,
                    owner: None,
                    other_email: None,
                    organization: false,
                    status: None,
                    since: Since::default(),
                    disabled_reason: None,
                    in_roster: Some(true),
                    expected_out: false,
                };
                members.insert(*account_id, absent);
            }
        }
        for (account_id, member) in observation.members() {
            let in_roster = has_roster.then(|| members.contains_key(&account_id));
            let status = Some(member.status.clone());
            let disabled_reason = member.disabled_reason.clone();
            members.insert(
                account_id,
                MemberNow {
                    account_id,
                    name: None,
                    owner: None,
                    other_email: other_email(
                        roster.and_then(|roster| roster.get(&account_id)),
                        Some(member),
                    ),
                    organization: member.organization,
                    status,
                    since: member.since,
                    disabled_reason,
                    in_roster,
                    expected_out: false,
                },
            );
        }
        let (error, why) = Why::of(error, &Place::region(observation.region()));
        Self {
            region: observation.region().clone(),
            graph_arn: observation.graph_arn().cloned(),
            error,
            why,
            members: members.into_values().collect(),
        }
    }
}

impl MemberNow {
    /// How far it is from what the list wants.
    #[must_use]
    pub fn reached(&self) -> Reached {
        if self.expected_out || self.in_roster == Some(false) {
            return Reached::LeftOut;
        }
        match Standing::of(self.status.as_ref()) {
            Standing::Enabled => Reached::AsWanted,
            Standing::Waiting => Reached::Waiting,
            Standing::Failed | Standing::Absent => Reached::NeedsAction,
        }
    }

    /// Why somebody has to do something about it, as far as its status says so. Of an account that the
    /// list does not name, nothing is wanted.
    #[must_use]
    pub fn cause(&self) -> Option<Cause> {
        if self.reached() == Reached::LeftOut {
            return None;
        }
        let Some(status) = &self.status else {
            return Some(Cause::NotAMember);
        };
        match status {
            MemberStatus::VerificationFailed => Some(Cause::wrong_email(None)),
            MemberStatus::AcceptedButDisabled => {
                Some(Cause::disabled(self.disabled_reason.as_deref(), None))
            }
            MemberStatus::Other(name) => Some(Cause::UnknownStatus {
                status: name.clone(),
            }),
            MemberStatus::Enabled
            | MemberStatus::Invited
            | MemberStatus::VerificationInProgress => None,
        }
    }
}

impl StatusReport {
    /// Puts the Regions together.
    #[must_use]
    pub fn of(
        mut header: Header,
        mut regions: Vec<RegionNow>,
        calls: BTreeMap<String, u64>,
    ) -> Self {
        let mut summary = StatusSummary::default();
        let mut others = OtherEmails::default();
        let mut theirs = OfOrganization::default();
        for region in &mut regions {
            summary.unread_regions += u64::from(region.error.is_some());
            for member in &mut region.members {
                member.name = header.labels.name(member.account_id).cloned();
                member.owner = header.labels.owner(member.account_id).cloned();
                others.note(member.account_id, member.other_email.as_ref());
                if member.organization {
                    theirs.note(member.account_id, &region.region);
                }
                summary.memberships += 1;
                match &member.status {
                    Some(status) => {
                        *summary.by_status.entry(status.to_string()).or_default() += 1;
                    }
                    None => summary.absent += 1,
                }
            }
        }
        others.tell(&mut header);
        theirs.tell(&mut header);
        Self {
            header,
            only: Vec::new(),
            accounts: headcount(&regions),
            graphs: Graphs::of(&regions),
            summary,
            regions,
            calls,
        }
    }

    /// What the exit status says: with a list, whether everything is as it wants; without one, whether
    /// every Region could be read and has a behavior graph where others have one.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        let is_unread = self.summary.unread_regions > 0 || !self.lost_regions().is_empty();
        match &self.accounts {
            _ if is_unread || !self.header.invalid_lines.is_empty() => Verdict::NotAsWanted,
            Some(accounts) if accounts.need_action > 0 => Verdict::NotAsWanted,
            Some(accounts) if accounts.waiting > 0 => Verdict::Waiting,
            Some(_) => Verdict::AsWanted,
            None if !self.graphs.missing.is_empty() => Verdict::NotAsWanted,
            None => Verdict::AsWanted,
        }
    }

    fn lost_regions(&self) -> &[Region] {
        let accounts = self.accounts.as_ref();
        accounts.map_or(&[], |it| it.lost_regions.as_slice())
    }

    /// The verdict in a line: in accounts of the list, or, without a list, in Regions.
    #[must_use]
    pub fn in_a_line(&self) -> String {
        self.told_in(Language::English)
    }

    /// The same in that language.
    #[must_use]
    pub fn told_in(&self, language: Language) -> String {
        let verdict = match (&self.accounts, language) {
            (Some(accounts), _) => accounts.sentence_in(language, Aim::Status),
            (None, Language::English) => self.in_regions(),
            (None, Language::Japanese) => self.in_regions_in_japanese(),
        };
        let sentences = [Some(verdict), self.header.bad_lines(language)];
        language.join(sentences.into_iter().flatten())
    }

    fn in_regions_in_japanese(&self) -> String {
        let Graphs {
            regions,
            on,
            missing,
        } = &self.graphs;
        let (all, with) = (number(*regions), number(*on));
        let on = match (*on, *regions) {
            (n, m) if n == m => format!("Detective は {all} リージョンすべてで有効です。"),
            (0, _) => "Detective はどのリージョンでも有効になっていません。".to_owned(),
            (_, _) => format!("Detective は {all} リージョン中 {with} リージョンで有効です。"),
        };
        let missing = match missing.as_slice() {
            [] => None,
            few @ ([_] | [_, _]) => {
                let names: Vec<_> = few.iter().map(Region::as_str).collect();
                Some(format!(
                    "{} には動作グラフがありません。",
                    names.join(" と ")
                ))
            }
            more => {
                let n = number(more.len() as u64);
                Some(format!("{n} リージョンには動作グラフがありません。"))
            }
        };
        let unread = match self.summary.unread_regions {
            0 => None,
            n => Some(format!("{} リージョンを読み取れませんでした。", number(n))),
        };
        [Some(on), missing, unread].into_iter().flatten().collect()
    }

    fn in_regions(&self) -> String {
        let Graphs {
            regions,
            on,
            missing,
        } = &self.graphs;
        let mut text = match (*on, *regions) {
            (1, 1) => "Detective is on in the Region.".to_owned(),
            (0, 1) => "Detective is off in the Region.".to_owned(),
            (with, all) if with == all => {
                format!("Detective is on in all {} Regions.", number(all))
            }
            (with, all) => format!(
                "Detective is on in {} of {} Regions.",
                number(with),
                number(all)
            ),
        };
        match missing.as_slice() {
            [] => {}
            [one] => text.push_str(&format!(" {one} has no behavior graph.")),
            [one, two] => text.push_str(&format!(" {one} and {two} have no behavior graph.")),
            more => text.push_str(&format!(
                " {} Regions have no behavior graph.",
                number(more.len() as u64)
            )),
        }
        match self.summary.unread_regions {
            0 => {}
            1 => text.push_str(" 1 Region could not be read."),
            n => text.push_str(&format!(" {} Regions could not be read.", number(n))),
        }
        text
    }
}

/// What the accounts of the list come to; none without a list, or where no Region could be read.
fn headcount(regions: &[RegionNow]) -> Option<Headcount> {
    let members = regions.iter().flat_map(|it| &it.members);
    if members.clone().all(|it| it.in_roster.is_none()) {
        return None;
    }
    let (lost, read): (Vec<_>, Vec<_>) = regions.iter().partition(|it| it.error.is_some());
    let listed = members.filter(|it| it.in_roster == Some(true));
    // Whoever is listed is listed for every Region.
    let everybody: Vec<_> = match lost.is_empty() {
        true => Vec::new(),
        false => listed.map(|it| it.account_id).collect(),
    };
    let counted = read.iter().flat_map(|region| {
        let members = region.members.iter();
        members.map(|member| Counted {
            account: member.account_id,
            region: &region.region,
            reached: member.reached(),
            cause: member.cause(),
        })
    });
    let lost = lost.iter().map(|it| it.region.clone()).collect();
    Some(Headcount::of(counted, everybody, lost))
}
