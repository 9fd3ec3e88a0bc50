//! A part of a status: some accounts, or those memberships that stand as asked for.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{MemberNow, RegionNow, StatusReport, number};
use crate::account::Email;
use crate::label::Who;
use crate::member::MemberStatus;

/// Where a membership stands, for people who want to see only some.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// ENABLED.
    Enabled,
    /// AWS verifies the e-mail, or the invitation waits to be accepted.
    Waiting,
    /// The verification failed, AWS does not let it contribute, or its status is not known here.
    Failed,
    /// No member.
    Absent,
}

impl Standing {
    /// What a status comes to.
    #[must_use]
    pub fn of(status: Option<&MemberStatus>) -> Self {
        match status {
            None => Self::Absent,
            Some(MemberStatus::Enabled) => Self::Enabled,
            Some(MemberStatus::VerificationInProgress | MemberStatus::Invited) => Self::Waiting,
            Some(
                MemberStatus::VerificationFailed
                | MemberStatus::AcceptedButDisabled
                | MemberStatus::Other(_),
            ) => Self::Failed,
        }
    }

    /// Its name, as in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Enabled => "enabled",
            Self::Waiting => "waiting",
            Self::Failed => "failed",
            Self::Absent => "absent",
        }
    }
}

/// What is to be seen; what is empty leaves nothing out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Only these accounts.
    pub accounts: Vec<Who>,
    /// Only memberships that stand so.
    pub standings: BTreeSet<Standing>,
}

impl Selection {
    fn has(&self, member: &MemberNow) -> bool {
        let is_one = |who: &Who| who.means(member.account_id, member.name.as_deref());
        let standing = Standing::of(member.status.as_ref());
        (self.accounts.is_empty() || self.accounts.iter().any(is_one))
            && (self.standings.is_empty() || self.standings.contains(&standing))
    }
}

impl StatusReport {
    /// That part of it. Regions that could not be read stay: nobody knows what is there.
    #[must_use]
    pub fn only(self, selection: &Selection) -> Self {
        if *selection == Selection::default() {
            return self;
        }
        let all = self.summary.memberships;
        // How memberships stand that are not shown still counts; other accounts do not.
        let accounts = self.accounts.filter(|_| selection.accounts.is_empty());
        let mut header = self.header;
        header.notes.extend(strangers(selection, &self.regions));
        let part = |mut region: RegionNow| {
            region.members.retain(|member| selection.has(member));
            region
        };
        let matters = |region: &RegionNow| {
            selection.standings.is_empty() || region.error.is_some() || !region.members.is_empty()
        };
        let regions = self.regions.into_iter().map(part).filter(matters).collect();
        let mut report = Self::of(header, regions, self.calls);
        report.only = selection.standings.iter().copied().collect();
        report.accounts = accounts.or(report.accounts);
        report.graphs = self.graphs;
        let note = format!(
            "{} of {} memberships are shown",
            number(report.summary.memberships),
            number(all)
        );
        report.header.notes.push(note);
        report
    }
}

/// Accounts that were asked for and are nowhere.
fn strangers(selection: &Selection, regions: &[RegionNow]) -> Option<String> {
    let members = regions.iter().flat_map(|region| &region.members);
    let is_there = |who: &Who| {
        let mut members = members.clone();
        members.any(|it| who.means(it.account_id, it.name.as_deref()))
    };
    let unknown = selection.accounts.iter().filter(|who| !is_there(who));
    let names: Vec<_> = unknown.map(|who| Email::mask_in(who.as_str())).collect();
    (!names.is_empty()).then(|| {
        format!(
            "neither in the file nor a member anywhere: {}",
            names.join(", ")
        )
    })
}

#[cfg(test)]
mod tests {
    use super::super::{Header, VERSION, Verdict};
    use super::*;
    use crate::account::Region;
    use crate::member::Since;
    use pretty_assertions::assert_eq;

    fn report() -> StatusReport {
        let member = |id: &str, status: Option<MemberStatus>| MemberNow {
            account_id: id.parse().unwrap(),
            name: None,
            owner: None,
            other_email: None,
            organization: false,
            status,
            since: Since::default(),
            disabled_reason: None,
            in_roster: Some(true),
            expected_out: false,
        };
        let region = |name: &str, members| RegionNow {
            region: Region::new(name),
            graph_arn: None,
            error: None,
            why: Default::default(),
            members,
        };
        let header = Header {
            version: VERSION,
            kind: "status".to_owned(),
            operation: "status".to_owned(),
            run_id: "run".to_owned(),
            administrator: "555555555555".parse().unwrap(),
            started: jiff::Timestamp::UNIX_EPOCH,
            invalid_lines: Vec::new(),
            notes: Vec::new(),
            labels: Default::default(),
            origin: Default::default(),
        };
        let mut unread = region("eu-west-2", Vec::new());
        unread.error = Some("no answer".into());
        let regions = vec![
            region(
                "eu-central-1",
                vec![
                    member("111111111111", Some(MemberStatus::Enabled)),
                    member("222222222222", Some(MemberStatus::VerificationFailed)),
                ],
            ),
            region(
                "eu-west-1",
                vec![
                    member("111111111111", Some(MemberStatus::Invited)),
                    member("222222222222", None),
                ],
            ),
            unread,
        ];
        StatusReport::of(header, regions, Default::default())
    }

    fn shown(report: &StatusReport) -> Vec<(&str, String)> {
        let of = |region: &RegionNow| -> Vec<String> {
            let members = region.members.iter();
            members.map(|it| it.account_id.to_string()).collect()
        };
        let regions = report.regions.iter();
        regions
            .map(|it| (it.region.as_str(), of(it).join(" ")))
            .collect()
    }

    #[test]
    fn memberships_are_shown_as_they_stand_and_unread_regions_stay() {
        for (standing, expected) in [
            (Standing::Failed, [("eu-central-1", "222222222222")]),
            (Standing::Waiting, [("eu-west-1", "111111111111")]),
            (Standing::Absent, [("eu-west-1", "222222222222")]),
            (Standing::Enabled, [("eu-central-1", "111111111111")]),
        ] {
            let standings = [standing].into();
            let part = report().only(&Selection {
                standings,
                ..Selection::default()
            });
            let unread = ("eu-west-2", String::new());
            let expected = expected.map(|(region, ids)| (region, ids.to_owned()));
            let expected: Vec<_> = expected.into_iter().chain([unread]).collect();
            assert_eq!(shown(&part), expected);
            assert_eq!(part.summary.memberships, 1);
            assert_eq!(part.in_a_line(), report().in_a_line());
            assert_eq!(part.verdict(), Verdict::NotAsWanted);
            assert_eq!(part.header.notes, ["1 of 4 memberships are shown"]);
        }
    }

    #[test]
    fn accounts_are_shown_in_every_region_and_named_where_they_are_nowhere() {
        let accounts = ["111111111111", "999999999999"].map(|id| id.parse().unwrap());
        let part = report().only(&Selection {
            accounts: accounts.into(),
            ..Selection::default()
        });
        let names = ["eu-central-1", "eu-west-1", "eu-west-2"];
        let ids = ["111111111111", "111111111111", ""].map(str::to_owned);
        assert_eq!(shown(&part), Vec::from_iter(names.into_iter().zip(ids)));
        assert!(part.header.notes[0].ends_with("999999999999"));
        let line = "eu-west-2 could not be read. Everywhere else, 0 of 1 account is on. 1 waits: run `enable` to go on.";
        assert_eq!(part.in_a_line(), line);
    }

    #[test]
    fn a_standing_is_named_as_in_json() {
        for standing in [
            Standing::Enabled,
            Standing::Waiting,
            Standing::Failed,
            Standing::Absent,
        ] {
            assert_eq!(serde_json::to_value(standing).unwrap(), standing.as_str());
        }
    }

    #[test]
    fn without_a_selection_nothing_is_left_out() {
        assert_eq!(report().only(&Selection::default()), report());
    }
}
