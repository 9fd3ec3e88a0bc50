//! Which Regions a run is about.

mod error;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use aws_credential_types::Credentials;
use aws_sdk_account::config::Config;
use aws_sdk_account::types::RegionOptStatus;
use fleet::account::Region;
use fleet::event::Operation;
use fleet::partial_settings::{BadSetting, PartialSettings};
use fleet::region_table::{self, Partition};
use fleet::values::RegionName;
use tokio::task::JoinSet;

pub use error::RegionError;

use crate::aws::{Aws, patiently};
use crate::detective;
use crate::failure::{Failure, FailureKind};

/// What was asked for.
#[derive(Clone, Debug, Default)]
pub struct RegionSelection {
    /// Exactly these; `None` for all.
    pub names: Option<Vec<String>>,
    /// Without these.
    pub exclude: Vec<String>,
}

impl RegionSelection {
    /// What was set: all, unless Regions are named one by one.
    ///
    /// # Errors
    ///
    /// Where nothing is named, or `all` beside names.
    pub fn of(set: &PartialSettings) -> Result<Self, BadSetting> {
        let names = |all: &Option<Vec<RegionName>>| -> Option<Vec<String>> {
            let all = all.as_ref()?.iter();
            Some(all.map(|name| name.0.clone()).collect())
        };
        let wrong = |why: &str| BadSetting {
            name: "regions",
            value: None,
            why: why.to_owned(),
        };
        let named = match names(&set.regions) {
            None => None,
            Some(names) => match names.iter().filter(|name| *name == "all").count() {
                0 if names.is_empty() => return Err(wrong("nothing is named")),
                0 => Some(names),
                all if all == names.len() => None,
                _ => return Err(wrong("`all` and names of Regions exclude each other")),
            },
        };
        Ok(Self {
            names: named,
            exclude: names(&set.exclude_region).unwrap_or_default(),
        })
    }
}

/// The Regions of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// In the order of their names.
    pub regions: Vec<Region>,
    /// What is worth knowing about the choice.
    pub notes: Vec<String>,
    /// On for the administrator, and not among those where Detective is known to be offered.
    pub unlisted: Vec<Region>,
}

/// Regions that are being asked whether Detective is offered there, for as long as this lives.
#[derive(Debug)]
pub struct Newer {
    answered: Arc<Mutex<BTreeSet<Region>>>,
    _asked: JoinSet<()>,
}

impl Newer {
    /// What is worth knowing of those that have answered by now; the others are not waited for.
    #[must_use]
    pub fn note(&self) -> Option<String> {
        let newer = self.answered.lock().unwrap_or_else(PoisonError::into_inner);
        let names: Vec<&str> = newer.iter().map(Region::as_str).collect();
        (!names.is_empty()).then(|| {
            format!(
                "Detective answers in Regions that are newer than our table: {}; they are used only if asked for with --regions",
                names.join(", ")
            )
        })
    }
}

/// What the administrator's account says of each Region, or why it may not be asked.
type Switched = Result<BTreeMap<String, bool>, Arc<str>>;

impl Aws {
    /// Chooses the Regions: those that are on for the administrator and have Detective, or exactly
    /// those that were named.
    ///
    /// # Errors
    /// For a name that is unknown or off, where nothing is left, and where AWS does not answer.
    pub async fn regions(&self, selection: &RegionSelection) -> Result<Chosen, RegionError> {
        let switched = self.switched().await?;
        choose(selection, self.partition(), &switched)
    }

    /// Asks the Regions that our table does not have whether Detective is offered there by now,
    /// beside whatever else is done.
    #[must_use]
    pub fn look_for_newer(&self, chosen: &Chosen) -> Newer {
        let answered = Arc::new(Mutex::new(BTreeSet::new()));
        let mut asked = JoinSet::new();
        for region in chosen.unlisted.clone() {
            let (aws, answered) = (self.clone(), answered.clone());
            asked.spawn(async move {
                let client = aws.detective(&region);
                let called = |result| aws.events().called(None, Operation::ListGraphs, result);
                let before = || called(Ok(()));
                let found =
                    |keys| detective::find_graph(&client, keys, aws.administrator(), before);
                let found = aws.with_keys(found).await;
                called(found.as_ref().map(|_| ()));
                if found.is_ok() {
                    answered
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .insert(region);
                }
            });
        }
        Newer {
            answered,
            _asked: asked,
        }
    }

    /// Whether a Region is on in the account of these credentials (`account:GetRegionOptStatus`).
    pub(crate) async fn is_on(&self, region: &Region, keys: Credentials) -> Result<bool, Failure> {
        let call = self
            .account()
            .get_region_opt_status()
            .region_name(region.as_str())
            .customize();
        let output = call
            .config_override(Config::builder().credentials_provider(keys))
            .send()
            .await?;
        Ok(output.region_opt_status.as_ref().is_none_or(is_on))
    }

    async fn switched(&self) -> Result<Switched, RegionError> {
        if self.partition() == Partition::AwsUsGov {
            // The Account service is not there, and no Region needs opting in.
            return Ok(Ok(all_on(Partition::AwsUsGov)));
        }
        let account = self.account();
        let ask = || async {
            let called = |result| self.events().called(None, Operation::ListRegions, result);
            let ask = |keys| switched(&account, keys, || called(Ok(())));
            let result = self.with_keys(ask).await;
            called(result.as_ref().map(|_| ()));
            result
        };
        match patiently(self.seed(), ask).await {
            Ok(switched) => Ok(Ok(switched)),
            // The credentials or this process are the trouble: it would be everywhere.
            Err(failure)
                if matches!(
                    failure.kind,
                    FailureKind::Expired | FailureKind::NotOn | FailureKind::Crowded
                ) =>
            {
                Err(RegionError::Unanswered(failure.text))
            }
            // Not allowed, or out of reach: a network that lets Detective through need not let this through.
            Err(failure) => {
                if failure.is_silent() {
                    self.account_is_out_of_reach(&failure);
                }
                Ok(Err(failure.text))
            }
        }
    }
}

/// As in a partition whose Regions need no opting in.
pub(crate) fn all_on(partition: Partition) -> BTreeMap<String, bool> {
    region_table::known(partition)
        .map(|entry| (entry.name.to_owned(), true))
        .collect()
}

fn is_on(status: &RegionOptStatus) -> bool {
    matches!(
        status,
        RegionOptStatus::Enabled | RegionOptStatus::EnabledByDefault
    )
}

/// `account:ListRegions`, all pages: which Regions are on in the account of these credentials, and
/// which are off. `before` is told of each page before the last.
pub(crate) async fn switched(
    account: &aws_sdk_account::Client,
    credentials: Credentials,
    before: impl Fn(),
) -> Result<BTreeMap<String, bool>, Failure> {
    let mut switched = BTreeMap::new();
    let mut token = None;
    // AWS has some 40 Regions: whoever gives more pages than these never ends.
    for _ in 0..20 {
        let page = account
            .list_regions()
            .max_results(50)
            .set_next_token(token)
            .customize()
            .config_override(Config::builder().credentials_provider(credentials.clone()))
            .send()
            .await?;
        for region in page.regions.unwrap_or_default() {
            let on = region.region_opt_status.as_ref().is_some_and(is_on);
            if let Some(name) = region.region_name {
                switched.insert(name, on);
            }
        }
        token = page.next_token;
        if token.is_none() {
            return Ok(switched);
        }
        before();
    }
    Err(Failure::refused("EndlessList", "the list has no end"))
}

fn choose(
    selection: &RegionSelection,
    partition: Partition,
    switched: &Switched,
) -> Result<Chosen, RegionError> {
    for name in &selection.exclude {
        known(name, partition, switched.as_ref().ok())?;
    }
    let excluded: BTreeSet<&str> = selection.exclude.iter().map(String::as_str).collect();
    let mut notes = Vec::new();
    let regions: BTreeSet<Region> = match &selection.names {
        Some(names) => {
            if let Err(text) = switched {
                notes.push(format!("whether the named Regions are on cannot be asked (account:ListRegions: {text}): taken as on"));
            }
            named(names, partition, switched.as_ref().ok())?
        }
        None => all(partition, switched, &mut notes),
    }
    .into_iter()
    .filter(|region| !excluded.contains(region.as_str()))
    .collect();
    if regions.is_empty() {
        return Err(RegionError::None);
    }
    // Who names Regions has chosen among them.
    let unlisted = match (&selection.names, switched) {
        (None, Ok(switched)) => unlisted(switched, &excluded),
        _ => Vec::new(),
    };
    Ok(Chosen {
        regions: regions.into_iter().collect(),
        notes,
        unlisted,
    })
}

fn named(
    names: &[String],
    partition: Partition,
    switched: Option<&BTreeMap<String, bool>>,
) -> Result<BTreeSet<Region>, RegionError> {
    let check = |name: &String| {
        known(name, partition, switched)?;
        let on = switched.is_none_or(|switched| switched.get(name).copied().unwrap_or(false));
        if on {
            Ok(Region::new(name))
        } else {
            Err(RegionError::Off(Region::new(name)))
        }
    };
    names.iter().map(check).collect()
}

fn known(
    name: &str,
    partition: Partition,
    switched: Option<&BTreeMap<String, bool>>,
) -> Result<(), RegionError> {
    let listed = switched.is_some_and(|switched| switched.contains_key(name));
    if listed || region_table::known(partition).any(|entry| entry.name == name) {
        return Ok(());
    }
    if let Some(theirs) =
        region_table::partition_of(name).filter(|theirs| *theirs != partition.name())
    {
        return Err(RegionError::AnotherPartition {
            name: name.to_owned(),
            theirs,
            ours: partition,
        });
    }
    Err(RegionError::Unknown {
        name: name.to_owned(),
        suggestion: region_table::suggest(name).filter(|meant| *meant != name),
    })
}

fn all(partition: Partition, switched: &Switched, notes: &mut Vec<String>) -> BTreeSet<Region> {
    let offered = || region_table::offered(partition);
    let switched = match switched {
        Ok(switched) => switched,
        Err(text) => {
            notes.push(format!("which Regions are on cannot be asked (account:ListRegions: {text}): working in those with Detective that need no opt-in; name others with --regions"));
            let sure = offered().filter(|entry| !entry.opt_in);
            return sure.map(|entry| entry.region()).collect();
        }
    };
    let is_on = |name: &str| switched.get(name).copied().unwrap_or(false);
    let off: Vec<&str> = offered()
        .map(|entry| entry.name)
        .filter(|name| !is_on(name))
        .collect();
    if !off.is_empty() {
        notes.push(format!(
            "left out, because they are not switched on in the administrator account: {}",
            off.join(", ")
        ));
    }
    offered()
        .filter(|entry| is_on(entry.name))
        .map(|entry| entry.region())
        .collect()
}

fn unlisted(switched: &BTreeMap<String, bool>, excluded: &BTreeSet<&str>) -> Vec<Region> {
    let is_listed = |name: &str| region_table::find(name).is_some_and(|entry| entry.detective);
    let on = switched
        .iter()
        .filter(|(_, on)| **on)
        .map(|(name, _)| name.as_str());
    on.filter(|name| !is_listed(name) && !excluded.contains(name))
        .map(Region::new)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selection(names: &[&str], exclude: &[&str]) -> RegionSelection {
        let owned = |names: &[&str]| {
            names
                .iter()
                .map(|name| (*name).to_owned())
                .collect::<Vec<_>>()
        };
        RegionSelection {
            names: (!names.is_empty()).then(|| owned(names)),
            exclude: owned(exclude),
        }
    }

    fn switched(off: &[&str]) -> BTreeMap<String, bool> {
        region_table::known(Partition::Aws)
            .map(|entry| (entry.name.to_owned(), !off.contains(&entry.name)))
            .collect()
    }

    #[test]
    fn a_region_is_on_when_aws_says_so_and_not_on_its_way() {
        for (status, on) in [
            (RegionOptStatus::Enabled, true),
            (RegionOptStatus::EnabledByDefault, true),
            (RegionOptStatus::Enabling, false),
            (RegionOptStatus::Disabling, false),
            (RegionOptStatus::Disabled, false),
            (RegionOptStatus::from("NEWER"), false),
        ] {
            assert_eq!(is_on(&status), on, "{status:?}");
        }
    }

    #[test]
    fn all_are_those_that_are_on_and_have_detective() {
        let chosen = choose(
            &selection(&[], &["us-east-2"]),
            Partition::Aws,
            &Ok(switched(&["eu-south-1"])),
        )
        .unwrap();
        assert_eq!(chosen.regions.len(), 19);
        assert!(!chosen.regions.contains(&Region::new("ap-northeast-3")));
        assert!(chosen.notes[0].contains("eu-south-1"));
        assert!(chosen.unlisted.contains(&Region::new("ap-northeast-3")));
        assert!(!chosen.unlisted.contains(&Region::new("us-east-1")));
    }

    #[test]
    fn without_permission_to_ask_they_are_those_that_need_no_opt_in() {
        let chosen = choose(&selection(&[], &[]), Partition::Aws, &Err("denied".into())).unwrap();
        assert_eq!(chosen.regions.len(), 16);
        assert!(chosen.notes[0].contains("account:ListRegions"));
    }

    #[test]
    fn a_named_region_has_to_exist_and_to_be_on() {
        let on = Ok(switched(&["af-south-1"]));
        let choose = |name| choose(&selection(&[name], &[]), Partition::Aws, &on);
        assert_eq!(
            choose("eu-west-1").unwrap().regions,
            [Region::new("eu-west-1")]
        );
        assert_eq!(
            choose("af-south-1"),
            Err(RegionError::Off(Region::new("af-south-1")))
        );
        let error = choose("eu-wset-1").unwrap_err().to_string();
        assert_eq!(
            error,
            "there is no Region \"eu-wset-1\": did you mean eu-west-1?"
        );
    }

    #[test]
    fn a_region_of_another_partition_is_said_to_be_that() {
        let choose = |name, partition| {
            let chosen = choose(&selection(&[name], &[]), partition, &Err("denied".into()));
            chosen.unwrap_err().to_string()
        };
        for (name, partition, words) in [
            (
                "us-gov-west-1",
                Partition::Aws,
                "partition aws-us-gov, and these credentials are of aws:",
            ),
            (
                "us-east-1",
                Partition::AwsUsGov,
                "partition aws, and these credentials are of aws-us-gov:",
            ),
            ("cn-north-1", Partition::Aws, "partition aws-cn"),
        ] {
            let error = choose(name, partition);
            assert!(error.contains(words), "{error}");
        }
    }

    #[test]
    fn named_regions_are_taken_as_on_where_nobody_can_be_asked() {
        let chosen = choose(
            &selection(&["af-south-1"], &[]),
            Partition::Aws,
            &Err("no connection".into()),
        );
        let chosen = chosen.unwrap();
        assert_eq!(chosen.regions, [Region::new("af-south-1")]);
        assert!(
            chosen.notes[0].contains("no connection"),
            "{:?}",
            chosen.notes
        );
    }

    #[test]
    fn no_region_is_an_error() {
        let one = selection(&["eu-west-1"], &["eu-west-1"]);
        assert_eq!(
            choose(&one, Partition::Aws, &Ok(switched(&[]))),
            Err(RegionError::None)
        );
    }
}
