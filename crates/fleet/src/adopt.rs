//! A roster of what is there: for those who come from Detective's console or from scripts.

use std::collections::{BTreeMap, BTreeSet};

use crate::account::{AccountId, Email, Region};
use crate::member::MemberStatus;
use crate::observation::{Graph, Observation};
use crate::roster::{self, Roster};

/// The members of all behavior graphs, as a roster.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Adopted {
    /// The accounts, by id.
    pub roster: Roster,
    /// How many accounts are not in it, for want of an e-mail address.
    pub left_out: usize,
    /// What differs between Regions, and what else to look at. E-mail addresses in it are masked.
    pub notes: Vec<String>,
}

/// A Region, as GuardDuty of the administrator has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuardDutyRegion {
    /// Its name.
    pub region: Region,
    /// The members, `None` where GuardDuty is off, or why they could not be read.
    pub found: Result<Option<Vec<GuardDutyMember>>, String>,
}

/// A member of the administrator's GuardDuty in one Region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuardDutyMember {
    /// Whose.
    pub account: AccountId,
    /// The root e-mail; accounts of an organization have none.
    pub email: Option<Email>,
    /// GuardDuty found that account id and e-mail do not match.
    pub failed: bool,
}

/// What is known of one account in one Region.
#[derive(Clone, Debug)]
struct Known {
    email: Option<Email>,
    /// The e-mail failed its verification.
    failed: bool,
}

/// What is known of one account, in each Region.
type Places<'a> = BTreeMap<&'a Region, Known>;

/// The members of all Regions.
#[derive(Debug, Default)]
struct Everybody<'a> {
    accounts: BTreeMap<AccountId, Places<'a>>,
    /// The Regions that have something to be a member of.
    regions: BTreeSet<&'a Region>,
}

/// Puts the members of all Regions together.
#[must_use]
pub fn adopt<'a>(observations: impl IntoIterator<Item = &'a Observation>) -> Adopted {
    let observations: Vec<_> = observations.into_iter().collect();
    let everybody = Everybody::of_detective(&observations);
    let mut adopted = everybody.adopted("AWS");
    let missing = everybody.missing();
    adopted.notes.extend(missing.map(|group| {
        let Group { regions, accounts } = group;
        format!("not a member in {regions}, where enable would invite: {accounts}")
    }));
    adopted
        .notes
        .extend(without_graph(&observations, !everybody.regions.is_empty()));
    adopted
}

/// Puts the members that GuardDuty has together, and says where Detective has others.
#[must_use]
pub fn adopt_from_guardduty<'a>(
    guardduty: &[GuardDutyRegion],
    detective: impl IntoIterator<Item = &'a Observation>,
) -> Adopted {
    let everybody = Everybody::of_guardduty(guardduty);
    let observations: Vec<_> = detective.into_iter().collect();
    let mut adopted = everybody.adopted("GuardDuty");
    let missing = everybody.missing();
    adopted.notes.extend(missing.map(|group| {
        let Group { regions, accounts } = group;
        format!("not a member of GuardDuty in {regions}: {accounts}")
    }));
    let off = guardduty.iter().filter(|it| it.found == Ok(None));
    let off: Vec<_> = off.map(|it| it.region.as_str()).collect();
    if !off.is_empty() {
        adopted.notes.push(format!(
            "GuardDuty is off in the administrator in {}",
            off.join(", ")
        ));
    }
    let others = Everybody::of_detective(&observations);
    adopted.notes.extend(differences(&adopted.roster, &others));
    adopted
}

impl<'a> Everybody<'a> {
    fn of_detective(observations: &[&'a Observation]) -> Self {
        let mut everybody = Self::default();
        for observation in observations {
            if matches!(observation.graph(), Graph::Present(_)) {
                everybody.regions.insert(observation.region());
            }
            for (account, member) in observation.members() {
                let known = Known {
                    email: member.email.clone(),
                    failed: member.status == MemberStatus::VerificationFailed,
                };
                let places = everybody.accounts.entry(account).or_default();
                places.insert(observation.region(), known);
            }
        }
        everybody
    }

    fn of_guardduty(regions: &'a [GuardDutyRegion]) -> Self {
        let mut everybody = Self::default();
        for region in regions {
            let Ok(Some(members)) = &region.found else {
                continue;
            };
            everybody.regions.insert(&region.region);
            for member in members {
                let known = Known {
                    email: member.email.clone(),
                    failed: member.failed,
                };
                let places = everybody.accounts.entry(member.account).or_default();
                places.insert(&region.region, known);
            }
        }
        everybody
    }

    /// Those with an e-mail address, and what `source` says differently in different Regions.
    fn adopted(&self, source: &str) -> Adopted {
        let mut adopted = Adopted::default();
        let mut line = 0;
        for (account, places) in &self.accounts {
            match email(places) {
                Some(email) => {
                    line += 1;
                    let member = roster::Member::new(email, line);
                    adopted.roster.members.insert(*account, member);
                }
                None => {
                    adopted.left_out += 1;
                    adopted.notes.push(format!(
                        "{account} is left out: {source} gives no e-mail address for it; add its line by hand"
                    ));
                }
            }
            adopted.notes.extend(emails(*account, places));
        }
        adopted
    }

    /// Who is a member in some Regions and not in others, those alike together.
    fn missing(&self) -> impl Iterator<Item = Group> {
        let mut alike: BTreeMap<Vec<&str>, Vec<String>> = BTreeMap::new();
        for (account, places) in &self.accounts {
            let regions = self.regions.iter();
            let missing = regions.filter(|region| !places.contains_key(*region));
            let missing: Vec<_> = missing.map(|region| region.as_str()).collect();
            if !missing.is_empty() {
                alike.entry(missing).or_default().push(account.to_string());
            }
        }
        alike.into_iter().map(|(regions, accounts)| Group {
            regions: regions.join(", "),
            accounts: accounts.join(", "),
        })
    }
}

/// Accounts that are missing in the same Regions.
struct Group {
    regions: String,
    accounts: String,
}

/// What Detective has and the list that was made from GuardDuty has not, or has otherwise.
fn differences(roster: &Roster, detective: &Everybody<'_>) -> Vec<String> {
    let mut notes = Vec::new();
    let unknown = detective.accounts.keys();
    let unknown = unknown.filter(|id| !roster.members.contains_key(id));
    let unknown: Vec<_> = unknown.map(ToString::to_string).collect();
    if !unknown.is_empty() {
        notes.push(format!(
            "members of behavior graphs that are not in the file, since GuardDuty does not have them with an e-mail address: {}",
            unknown.join(", ")
        ));
    }
    for (account, places) in &detective.accounts {
        let Some(member) = roster.members.get(account) else {
            continue;
        };
        let other = email(places).filter(|other| *other != member.email);
        notes.extend(other.map(|other| {
            format!(
                "{account} has another e-mail address in Detective: {} is written, and there is {other}",
                member.email
            )
        }));
    }
    notes
}

/// An address that AWS has verified before one that it has not.
fn email(places: &Places<'_>) -> Option<Email> {
    let good = places.values().filter(|known| !known.failed);
    let all = good.chain(places.values());
    all.into_iter().find_map(|known| known.email.clone())
}

fn emails(account: AccountId, places: &Places<'_>) -> Option<String> {
    let failed: Vec<_> = places
        .iter()
        .filter(|(_, known)| known.failed)
        .map(|(region, _)| region.as_str())
        .collect();
    let chosen = email(places)?;
    let other: Vec<_> = places
        .iter()
        .filter_map(|(region, known)| Some((region, known.email.as_ref()?)))
        .filter(|(_, email)| **email != chosen)
        .map(|(region, email)| format!("{email} in {region}"))
        .collect();
    if !other.is_empty() {
        let other = other.join(", ");
        return Some(format!(
            "{account} has several e-mail addresses: {chosen} is written, and there is {other}"
        ));
    }
    (!failed.is_empty()).then(|| {
        let failed = failed.join(", ");
        format!("{account}: {chosen} failed its verification in {failed}: correct its line")
    })
}

fn without_graph(observations: &[&Observation], some_have: bool) -> Option<String> {
    let without: Vec<_> = observations
        .iter()
        .filter(|observation| *observation.graph() == Graph::Absent)
        .map(|observation| observation.region().as_str())
        .collect();
    (some_have && !without.is_empty()).then(|| {
        let without = without.join(", ");
        format!("no behavior graph in {without}, where enable would make one (--regions chooses)")
    })
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;
    use crate::account::GraphArn;
    use crate::member::{Member, Since};

    fn id(n: u8) -> AccountId {
        format!("{n:012}").parse().unwrap()
    }

    fn region(name: &str, members: &[(u8, MemberStatus, Option<&str>)]) -> Observation {
        let mut observation = Observation::of(Region::new(name));
        observation.saw_graph(Some(GraphArn::new("arn")));
        let round = observation.begin_look();
        for (n, status, email) in members {
            let member = Member {
                status: status.clone(),
                email: email.map(|email| email.parse().unwrap()),
                disabled_reason: None,
                organization: false,
                since: Since::default(),
                volumes: Vec::new(),
            };
            observation.saw_member(round, id(*n), Some(member));
        }
        observation.saw_whole_list(round);
        observation
    }

    #[test]
    fn what_is_the_same_everywhere_needs_no_word() {
        let members = [
            (2, MemberStatus::Enabled, Some("two@example.com")),
            (1, MemberStatus::Invited, Some("one@example.com")),
        ];
        let adopted = adopt(&[region("a", &members), region("b", &members)]);
        assert_eq!(
            adopted.roster.to_csv(),
            "000000000001,one@example.com\n000000000002,two@example.com\n"
        );
        assert_eq!(adopted.notes, [""; 0]);
        let read = Roster::parse(adopted.roster.to_csv().as_bytes(), None).unwrap();
        assert_eq!(read, adopted.roster);
    }

    #[test]
    fn from_guardduty_differences_between_regions_and_sources_are_named() {
        let member = |n: u8, email: Option<&str>, failed: bool| GuardDutyMember {
            account: id(n),
            email: email.map(|email| email.parse().unwrap()),
            failed,
        };
        let guardduty = [
            GuardDutyRegion {
                region: Region::new("a"),
                found: Ok(Some(vec![
                    member(1, Some("one@example.com"), false),
                    member(2, Some("two@example.com"), true),
                    member(3, None, false),
                ])),
            },
            GuardDutyRegion {
                region: Region::new("b"),
                found: Ok(Some(vec![member(1, Some("one@example.com"), false)])),
            },
            GuardDutyRegion {
                region: Region::new("c"),
                found: Ok(None),
            },
        ];
        let detective = region(
            "a",
            &[
                (1, MemberStatus::Enabled, Some("eins@example.com")),
                (4, MemberStatus::Enabled, Some("four@example.com")),
            ],
        );
        let adopted = adopt_from_guardduty(&guardduty, [&detective]);
        assert_eq!(
            adopted.roster.to_csv(),
            "000000000001,one@example.com\n000000000002,two@example.com\n"
        );
        assert_eq!(
            adopted.notes,
            [
                "000000000002: t***@example.com failed its verification in a: correct its line",
                "000000000003 is left out: GuardDuty gives no e-mail address for it; add its line by hand",
                "not a member of GuardDuty in b: 000000000002, 000000000003",
                "GuardDuty is off in the administrator in c",
                "members of behavior graphs that are not in the file, since GuardDuty does not have them with an e-mail address: 000000000004",
                "000000000001 has another e-mail address in Detective: o***@example.com is written, and there is e***@example.com",
            ]
        );
    }

    #[test]
    fn differences_between_regions_are_named_without_addresses() {
        let a = region(
            "a",
            &[
                (
                    1,
                    MemberStatus::VerificationFailed,
                    Some("typo@example.com"),
                ),
                (2, MemberStatus::Enabled, Some("two@example.com")),
                (3, MemberStatus::Enabled, None),
                (
                    4,
                    MemberStatus::VerificationFailed,
                    Some("four@example.com"),
                ),
            ],
        );
        let b = region("b", &[(1, MemberStatus::Enabled, Some("one@example.com"))]);
        let mut bare = Observation::of(Region::new("c"));
        bare.saw_graph(None);
        let adopted = adopt(&[a, b, bare]);
        assert_eq!(
            adopted.roster.to_csv(),
            "000000000001,one@example.com\n000000000002,two@example.com\n000000000004,four@example.com\n"
        );
        assert_eq!(adopted.left_out, 1);
        assert_eq!(
            adopted.notes,
            [
                "000000000001 has several e-mail addresses: o***@example.com is written, and there is t***@example.com in a",
                "000000000003 is left out: AWS gives no e-mail address for it; add its line by hand",
                "000000000004: f***@example.com failed its verification in a: correct its line",
                "not a member in b, where enable would invite: 000000000002, 000000000003, 000000000004",
                "no behavior graph in c, where enable would make one (--regions chooses)",
            ]
        );
    }
}
