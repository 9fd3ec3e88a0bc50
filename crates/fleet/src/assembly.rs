//! From a list, what was set, and the Regions to a fleet: the one way there is.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::account::{AccountId, Region};
use crate::desired::{Fleet, Purpose, Settings};
use crate::expected::{Exception, Exceptions};
use crate::region_table;
use crate::roster::{Member, Roster};

/// What a fleet is put together from.
#[derive(Clone, Debug)]
pub struct Parts<'a> {
    /// The account that owns the behavior graphs and invites.
    pub administrator: AccountId,
    /// The list, without those that flags leave out.
    pub roster: &'a Roster,
    /// The accounts of the list that flags leave out: they are reported as left out.
    pub left_out: &'a BTreeMap<AccountId, Member>,
    /// How the members are wanted, as far as it was set.
    pub settings: Settings,
    /// What the settings know to stay out; what the list knows is in the list.
    pub expected: Expected<'a>,
    /// All Regions of the run.
    pub regions: &'a [Region],
    /// When the run began: an exception counts on its last day in UTC.
    pub now: Timestamp,
}

/// What settings know to stay out.
#[derive(Clone, Copy, Debug)]
pub enum Expected<'a> {
    /// Set for this list: an account that the list does not name is a mistake, and so is a Region that the list
    /// names and that does not exist.
    OfThisList(&'a [Exception]),
    /// Set for every list that comes.
    OfEveryList(&'a [Exception]),
}

/// An exception that matches nothing: it would be a failure that nobody understands.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unmatched {
    /// The list does not have the account.
    #[error("{exception}: {account} is not in the file; correct the id, or remove the exception")]
    Account {
        /// The exception.
        exception: String,
        /// Its account.
        account: AccountId,
    },
    /// There is no such Region.
    #[error("{exception}: there is no Region {region}; correct its name, or remove the exception")]
    Region {
        /// The exception.
        exception: String,
        /// Its Region.
        region: Region,
    },
}

impl Parts<'_> {
    /// Puts the fleet together.
    ///
    /// # Errors
    ///
    /// Where an exception matches nothing.
    pub fn assemble(self) -> Result<Fleet, Unmatched> {
        self.check_exceptions()?;
        let today = TimeZone::UTC.to_datetime(self.now).date();
        let exceptions = match self.settings.purpose {
            Purpose::Enable => Exceptions::on(today, self.exceptions()),
            // Who is to leave is to leave all the same.
            Purpose::Disable | Purpose::DeleteGraphs => Exceptions::default(),
        };
        let left_out = self.left_out.iter();
        let left_out = left_out.filter(|(id, _)| **id != self.administrator);
        let everywhere = |id: AccountId| self.regions.iter().map(move |it| (id, it.clone()));
        let lines = self.roster.members.iter();
        let mut settings = Settings {
            order: lines.map(|(id, it)| (*id, it.line)).collect(),
            closed: self.roster.closed.keys().copied().collect(),
            exceptions,
            ..self.settings
        };
        settings
            .expected
            .extend(left_out.clone().flat_map(|(id, _)| everywhere(*id)));
        let members = self.roster.members.iter().chain(left_out);
        Ok(Fleet {
            administrator: self.administrator,
            members: members.map(|(id, it)| (*id, it.email.clone())).collect(),
            settings,
        })
    }

    /// What is known to stay out: by the settings, then by the list.
    #[must_use]
    pub fn exceptions(&self) -> Vec<Exception> {
        let (Expected::OfThisList(set) | Expected::OfEveryList(set)) = self.expected;
        set.iter().chain(self.listed()).cloned().collect()
    }

    fn listed(&self) -> impl Iterator<Item = &Exception> {
        let members = self.roster.members.values();
        members.flat_map(|member| &member.expected)
    }

    fn check_exceptions(&self) -> Result<(), Unmatched> {
        match self.expected {
            Expected::OfEveryList(set) => self.check_regions(set),
            Expected::OfThisList(set) => {
                self.check_accounts(set)?;
                self.check_regions(set.iter().chain(self.listed()))
            }
        }
    }

    fn check_accounts(&self, set: &[Exception]) -> Result<(), Unmatched> {
        let is_there = |id: &AccountId| {
            *id == self.administrator
                || self.roster.members.contains_key(id)
                || self.left_out.contains_key(id)
                || self.roster.closed.contains_key(id)
        };
        for exception in set {
            if let Some(account) = exception.account.filter(|id| !is_there(id)) {
                let exception = exception.to_string();
                return Err(Unmatched::Account { exception, account });
            }
        }
        Ok(())
    }

    fn check_regions<'e>(
        &self,
        exceptions: impl IntoIterator<Item = &'e Exception>,
    ) -> Result<(), Unmatched> {
        let is_known =
            |it: &&Region| region_table::find(it.as_str()).is_some() || self.regions.contains(it);
        for exception in exceptions {
            if let Some(region) = exception.region.as_ref().filter(|it| !is_known(it)) {
                return Err(Unmatched::Region {
                    exception: exception.to_string(),
                    region: region.clone(),
                });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    const LIST: &[u8] =
        b"id,email,expected\n111122223333,a@example.com,\n222233334444,b@example.com,eu-south-1\n";

    fn id(text: &str) -> AccountId {
        text.parse().unwrap()
    }

    fn assembled(expected: &str, of_this_list: bool, purpose: Purpose) -> Result<Fleet, Unmatched> {
        let mut roster = Roster::parse(LIST, None).unwrap();
        let left_out = roster.select(&[], &["111122223333".parse().unwrap()]);
        let expected: Vec<Exception> = expected
            .split_terminator(',')
            .map(|it| it.parse().unwrap())
            .collect();
        Parts {
            administrator: id("555555555555"),
            roster: &roster,
            left_out: &left_out.unwrap(),
            settings: Settings {
                purpose,
                ..Settings::default()
            },
            expected: match of_this_list {
                true => Expected::OfThisList(&expected),
                false => Expected::OfEveryList(&expected),
            },
            regions: &[Region::new("eu-south-1"), Region::new("us-east-1")],
            now: "2026-11-29T00:00:00Z".parse().unwrap(),
        }
        .assemble()
    }

    #[test]
    fn who_is_left_out_is_in_the_fleet_as_left_out() {
        let fleet = assembled("", true, Purpose::Enable).unwrap();
        assert_eq!(fleet.members.len(), 2);
        let out =
            |account: &str, region: &str| fleet.is_expected_out(id(account), &Region::new(region));
        assert!(out("111122223333", "us-east-1") && out("111122223333", "eu-south-1"));
        assert!(out("222233334444", "eu-south-1") && !out("222233334444", "us-east-1"));
    }

    #[test]
    fn the_order_of_the_list_and_whom_it_calls_closed_are_in_the_fleet() {
        let list = r#"[{"Id": "222233334444", "Email": "b@example.com", "Status": "ACTIVE"},
            {"Id": "333344445555", "Email": "c@example.com", "Status": "SUSPENDED"},
            {"Id": "111122223333", "Email": "a@example.com", "Status": "ACTIVE"}]"#;
        let roster = Roster::parse(list.as_bytes(), None).unwrap();
        let fleet = Parts {
            administrator: id("555555555555"),
            roster: &roster,
            left_out: &Default::default(),
            settings: Settings::default(),
            expected: Expected::OfEveryList(&[]),
            regions: &[Region::new("us-east-1")],
            now: "2026-11-29T00:00:00Z".parse().unwrap(),
        };
        let fleet = fleet.assemble().unwrap();
        let place = |text| fleet.settings.order[&id(text)];
        assert!(place("222233334444") < place("111122223333"));
        assert_eq!(fleet.settings.closed, [id("333344445555")].into());
        assert_eq!(fleet.members.len(), 2);
    }

    #[test]
    fn who_is_to_leave_is_not_spared() {
        let fleet = assembled("222233334444/us-east-1", true, Purpose::Disable).unwrap();
        assert!(!fleet.is_expected_out(id("222233334444"), &Region::new("us-east-1")));
    }

    #[test]
    fn an_exception_ends_after_its_last_day() {
        for (day, counts) in [("2026-11-28", false), ("2026-11-29", true)] {
            let expected = format!("222233334444/us-east-1@{day}");
            let fleet = assembled(&expected, true, Purpose::Enable).unwrap();
            let out = fleet.is_expected_out(id("222233334444"), &Region::new("us-east-1"));
            assert_eq!(out, counts, "{day}");
        }
    }

    #[test]
    fn an_account_that_the_list_does_not_have_is_a_mistake_where_the_setting_is_of_that_list() {
        let unknown = "999999999999/eu-south-1";
        let error = assembled(unknown, true, Purpose::Enable).unwrap_err();
        assert!(error.to_string().contains("is not in the file"), "{error}");
        assert!(assembled(unknown, false, Purpose::Enable).is_ok());
        for known in ["111122223333/*", "555555555555/eu-south-1"] {
            assert!(assembled(known, true, Purpose::Enable).is_ok(), "{known}");
        }
    }

    #[test]
    fn a_region_that_nobody_knows_is_a_mistake_in_every_setting() {
        for of_this_list in [true, false] {
            let error = assembled("*/eu-south-9", of_this_list, Purpose::Enable).unwrap_err();
            assert!(
                error.to_string().contains("no Region eu-south-9"),
                "{error}"
            );
            // One that AWS has, and one that only this run has.
            for known in ["*/eu-north-1", "*/eu-south-1"] {
                assert!(assembled(known, of_this_list, Purpose::Enable).is_ok());
            }
        }
    }
}
