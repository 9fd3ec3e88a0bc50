//! What the emulated AWS is like before anybody calls it: accounts, Regions, roles, and how long
//! things take.

mod accounts;
pub(crate) mod duration;
mod existing;
mod opt_status;
mod truths;
mod unkind;
pub mod unverified;
mod weather;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use self::accounts::{Account, Organization, Role};
pub use self::existing::{ExistingGraph, ExistingMembership, GraphId};
pub(crate) use self::opt_status::OptStatus;
pub use self::truths::TruthsError;
pub use self::unkind::Unkind;
pub use self::unverified::Unverified;
pub use self::weather::{Effect, Fault, Operations, Throttle};
use crate::account::AccountId;
use crate::region::Region;

/// The administrator of worlds that do not name one.
const ADMINISTRATOR: &str = "555555555555";

/// The role that worlds have in every account unless they say otherwise.
const ROLE: &str = "detective-fleet/DetectiveFleetMember";

/// What the emulated AWS is like.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct World {
    /// Where all randomness comes from: the same seed gives the same weather.
    pub seed: u64,
    /// The account whose access key the sandbox hands out.
    pub administrator: AccountId,
    /// How many members there are besides those in `accounts`.
    pub size: usize,
    /// How long every call takes at least.
    #[serde(
        deserialize_with = "duration::required",
        serialize_with = "duration::write"
    )]
    pub latency: Duration,
    /// How much longer it takes at most.
    #[serde(
        deserialize_with = "duration::required",
        serialize_with = "duration::write"
    )]
    pub latency_spread: Duration,
    /// How much longer a call takes in Regions that are far away.
    #[serde(
        deserialize_with = "duration::by_region",
        serialize_with = "duration::write_by_region"
    )]
    pub slow_regions: BTreeMap<Region, Duration>,
    /// How long Detective takes at least to check that an account id and an e-mail belong together.
    /// With zero, and no spread, invitations are sent at once.
    #[serde(
        deserialize_with = "duration::required",
        serialize_with = "duration::write"
    )]
    pub verification: Duration,
    /// How much longer it takes at most.
    #[serde(
        deserialize_with = "duration::required",
        serialize_with = "duration::write"
    )]
    pub verification_spread: Duration,
    /// How many of the accounts, from 0 to 1, are verified at once whatever `verification` says.
    pub verified_at_once: f64,
    /// How long it takes until lists show a new member.
    #[serde(
        deserialize_with = "duration::required",
        serialize_with = "duration::write"
    )]
    pub visibility: Duration,
    /// How much longer it takes at most.
    #[serde(
        deserialize_with = "duration::required",
        serialize_with = "duration::write"
    )]
    pub visibility_spread: Duration,
    /// How long a deleted graph is in the queue for deletion.
    #[serde(
        deserialize_with = "duration::required",
        serialize_with = "duration::write"
    )]
    pub deletion: Duration,
    /// Whether STS calls signed for us-east-1 go to the global endpoint, whose sessions do not
    /// count in opt-in Regions, and not to the Regional one.
    pub global_sts: bool,
    /// Opt-in Regions that are off in every account that does not switch them on.
    pub regions_off: BTreeSet<Region>,
    /// The roles of every account that does not list its own.
    pub roles: Vec<Role>,
    /// The accounts, by id.
    pub accounts: BTreeMap<AccountId, Account>,
    /// Customer managed policies that sessions can be limited to: documents by ARN.
    pub policies: BTreeMap<String, String>,
    /// The organization that some of them are in.
    pub organization: Option<Organization>,
    /// Behavior graphs that exist already.
    pub graphs: Vec<ExistingGraph>,
    /// Memberships that exist already.
    pub memberships: Vec<ExistingMembership>,
    /// What goes wrong.
    pub faults: Vec<Fault>,
    /// How fast one may call.
    pub throttles: Vec<Throttle>,
    /// What AWS does at times, and what a program has to live with.
    pub unkind: Unkind,
    /// What is taken for true that nobody has verified.
    pub unverified: Unverified,
}

/// The world file cannot be used.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct WorldError(#[from] toml::de::Error);

impl Default for World {
    fn default() -> World {
        World {
            seed: 0,
            #[expect(clippy::unwrap_used, reason = "the constant has twelve digits")]
            administrator: ADMINISTRATOR.parse().unwrap(),
            size: 0,
            latency: Duration::from_millis(100),
            latency_spread: Duration::ZERO,
            slow_regions: BTreeMap::new(),
            verification: Duration::from_secs(2),
            verification_spread: Duration::ZERO,
            verified_at_once: 0.0,
            visibility: Duration::ZERO,
            visibility_spread: Duration::ZERO,
            deletion: Duration::ZERO,
            global_sts: false,
            regions_off: Region::all()
                .into_iter()
                .filter(|it| it.is_opt_in() && !it.has_detective())
                .collect(),
            roles: vec![Role::named(ROLE)],
            accounts: BTreeMap::new(),
            policies: BTreeMap::new(),
            organization: None,
            graphs: Vec::new(),
            memberships: Vec::new(),
            faults: Vec::new(),
            throttles: Vec::new(),
            unkind: Unkind::default(),
            unverified: Unverified::default(),
        }
    }
}

impl World {
    /// An administrator and that many members, all of them as they should be.
    pub fn of_size(members: usize) -> World {
        World {
            size: members,
            ..World::default()
        }
        .settled()
    }

    /// An administrator and just those accounts with just those e-mails. An id that is not one
    /// (twelve digits) names an account that cannot exist, so it does not exist here either.
    pub fn of_roster(
        administrator: &str,
        members: impl IntoIterator<Item = (String, String)>,
    ) -> World {
        let mut world = World::default();
        if let Ok(id) = administrator.parse() {
            world.administrator = id;
        }
        for (id, email) in members {
            if let Ok(id) = id.parse() {
                world.accounts.insert(
                    id,
                    Account {
                        email,
                        ..Account::default()
                    },
                );
            }
        }
        world.settled()
    }

    /// The world that a TOML file describes.
    ///
    /// # Errors
    ///
    /// If the text is not TOML, or says something that a world does not have.
    pub fn from_toml(text: &str) -> Result<World, WorldError> {
        let world: World = toml::from_str(text)?;
        Ok(world.settled())
    }

    /// The members of a roster that asks for everybody: account ids and e-mails.
    pub(crate) fn roster(&self) -> impl Iterator<Item = (AccountId, &str)> {
        self.accounts
            .iter()
            .filter(|(id, account)| **id != self.administrator && !account.unlisted)
            .map(|(id, account)| (*id, account.listed_as.as_deref().unwrap_or(&account.email)))
    }

    /// The role of that name in that account.
    pub(crate) fn role(&self, account: AccountId, name: &str) -> Option<&Role> {
        let own = self.accounts.get(&account)?.roles.as_ref();
        own.unwrap_or(&self.roles)
            .iter()
            .find(|role| role.name == name)
    }

    /// How much data that account sends in a day to each graph that it contributes to.
    pub(crate) fn gigabytes(&self, account: AccountId) -> f64 {
        self.accounts
            .get(&account)
            .map_or(0.0, |account| account.gigabytes_per_day.max(0.0))
    }

    /// Whether an account is closed, that long after the start.
    pub(crate) fn is_closed(&self, account: AccountId, elapsed: Duration) -> bool {
        let closes = self
            .accounts
            .get(&account)
            .and_then(|account| account.closes);
        closes.is_some_and(|closes| closes <= elapsed)
    }

    /// Fills in what was left out: the administrator, made-up members, made-up e-mails.
    fn settled(mut self) -> World {
        self.accounts.entry(self.administrator).or_default();
        let named = &self.accounts;
        let made_up = (1..)
            .map_while(made_up_id)
            .filter(|id| !named.contains_key(id))
            .take(self.size);
        let made_up: Vec<AccountId> = made_up.collect();
        self.accounts
            .extend(made_up.into_iter().map(|id| (id, Account::default())));
        for (id, account) in &mut self.accounts {
            if account.email.is_empty() {
                account.email = format!("aws-{id}@example.com");
            }
        }
        self
    }
}

/// The id of the `nth` made-up member. Every eighth begins with a zero, which spreadsheets and
/// careless programs lose.
fn made_up_id(nth: u64) -> Option<AccountId> {
    let base: u64 = if nth.is_multiple_of(8) {
        12_345_000_000
    } else {
        234_567_000_000
    };
    format!("{:012}", base + nth).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_world_of_80_has_80_members_some_with_leading_zeros() {
        let world = World::of_size(80);
        let ids: Vec<String> = world.roster().map(|(id, _)| id.to_string()).collect();
        assert_eq!(ids.len(), 80);
        assert_eq!(ids.iter().filter(|id| id.starts_with('0')).count(), 10);
        assert!(!ids.contains(&ADMINISTRATOR.to_owned()));
    }

    #[test]
    fn all_21_regions_of_detective_are_on_in_a_simple_world() {
        let world = World::of_size(1);
        assert!(
            Region::with_detective()
                .into_iter()
                .all(|region| world.is_on(world.administrator, region, Duration::ZERO))
        );
    }

    #[test]
    fn a_roster_makes_just_those_accounts() {
        let members = [
            ("000000000001".to_owned(), "a@example.com".to_owned()),
            ("1".to_owned(), "b".to_owned()),
        ];
        let world = World::of_roster("444444444444", members);
        let all: Vec<String> = world.accounts.keys().map(AccountId::to_string).collect();
        assert_eq!(all, ["000000000001", "444444444444"]);
    }

    #[test]
    fn unknown_settings_are_refused_by_name() {
        let error = World::from_toml("latencies = '1s'").unwrap_err();
        assert!(error.to_string().contains("latencies"), "{error}");
    }
}
