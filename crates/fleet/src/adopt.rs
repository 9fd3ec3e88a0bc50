//! A roster of what is there: for those who come from Detective's console or from scripts.

use std::collections::{BTreeMap, BTreeSet};

use crate::account::{AccountId, Email, Region};
use crate::member::{Member, MemberStatus};
use crate::observation::{Graph, Observation};
use crate::roster::{self, Roster};

/// The members of all behavior graphs, as a roster.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Adopted {
    /// The accounts, by id.
    pub roster: Roster,
    /// What differs between Regions, and what else to look at. E-mail addresses in it are masked.
    pub notes: Vec<String>,
}

/// What is known of one account, in each Region.
type Places<'a> = BTreeMap<&'a Region, &'a Member>;

/// Puts the members of all Regions together.
#[must_use]
pub fn adopt<'a>(observations: impl IntoIterator<Item = &'a Observation>) -> Adopted {
    let observations: Vec<_> = observations.into_iter().collect();
    let mut accounts: BTreeMap<AccountId, Places<'_>> = BTreeMap::new();
    let mut regions = BTreeSet::new();
    for observation in &observations {
        if matches!(observation.graph(), Graph::Present(_)) {
            regions.insert(observation.region());
        }
        for (account, member) in observation.members() {
            let places = accounts.entry(account).or_default();
            places.insert(observation.region(), member);
        }
    }
    let mut adopted = Adopted::default();
    let mut line = 0;
    for (account, places) in &accounts {
        match email(places) {
            Some(email) => {
                line += 1;
                let member = roster::Member::new(email, line);
                adopted.roster.members.insert(*account, member);
            }
            None => adopted.notes.push(format!(
                "{account} is left out: AWS gives no e-mail address for it; add its line by hand"
            )),
        }
        adopted.notes.extend(emails(*account, places));
    }
    adopted.notes.extend(missing(&accounts, &regions));
    adopted
        .notes
        .extend(without_graph(&observations, !regions.is_empty()));
    adopted
}

/// An address that AWS has verified before one that it has not.
fn email(places: &Places<'_>) -> Option<Email> {
    let failed = |member: &&Member| member.status == MemberStatus::VerificationFailed;
    let good = places.values().filter(|member| !failed(member));
    let all = good.chain(places.values());
    all.into_iter().find_map(|member| member.email.clone())
}

fn emails(account: AccountId, places: &Places<'_>) -> Option<String> {
    let failed: Vec<_> = places
        .iter()
        .filter(|(_, member)| member.status == MemberStatus::VerificationFailed)
        .map(|(region, _)| region.as_str())
        .collect();
    let chosen = email(places)?;
    let other: Vec<_> = places
        .iter()
        .filter_map(|(region, member)| Some((region, member.email.as_ref()?)))
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

/// Who is a member in some Regions and not in others, those alike together.
fn missing(
    accounts: &BTreeMap<AccountId, Places<'_>>,
    regions: &BTreeSet<&Region>,
) -> impl Iterator<Item = String> {
    let mut alike: BTreeMap<Vec<&str>, Vec<String>> = BTreeMap::new();
    for (account, places) in accounts {
        let missing = regions
            .iter()
            .filter(|region| !places.contains_key(*region));
        let missing: Vec<_> = missing.map(|region| region.as_str()).collect();
        if !missing.is_empty() {
            alike.entry(missing).or_default().push(account.to_string());
        }
    }
    alike.into_iter().map(|(regions, accounts)| {
        let (regions, accounts) = (regions.join(", "), accounts.join(", "));
        format!("not a member in {regions}, where enable would invite: {accounts}")
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
    use crate::member::Since;

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
