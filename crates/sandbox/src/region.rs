//! The Regions of AWS's commercial partition.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A Region that exists.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Region(&'static str);

/// Regions that are on in every account, and whether Detective is offered there.
///
/// Detective: botocore 1.43.11 `endpoints.json`, which agrees with SSM's public parameters.
const ALWAYS_ON: [(&str, bool); 17] = [
    ("ap-northeast-1", true),
    ("ap-northeast-2", true),
    ("ap-northeast-3", false),
    ("ap-south-1", true),
    ("ap-southeast-1", true),
    ("ap-southeast-2", true),
    ("ca-central-1", true),
    ("eu-central-1", true),
    ("eu-north-1", true),
    ("eu-west-1", true),
    ("eu-west-2", true),
    ("eu-west-3", true),
    ("sa-east-1", true),
    ("us-east-1", true),
    ("us-east-2", true),
    ("us-west-1", true),
    ("us-west-2", true),
];

/// Regions that an account has to opt in to: those opened after 20 March 2019 (CloudFormation user
/// guide, stacksets-prereqs), and whether Detective is offered there.
const OPT_IN: [(&str, bool); 17] = [
    ("af-south-1", true),
    ("ap-east-1", true),
    ("ap-east-2", false),
    ("ap-south-2", false),
    ("ap-southeast-3", false),
    ("ap-southeast-4", false),
    ("ap-southeast-5", false),
    ("ap-southeast-6", false),
    ("ap-southeast-7", false),
    ("ca-west-1", false),
    ("eu-central-2", false),
    ("eu-south-1", true),
    ("eu-south-2", false),
    ("il-central-1", true),
    ("me-central-1", false),
    ("me-south-1", true),
    ("mx-central-1", false),
];

impl Region {
    /// The Region of that name, if there is one.
    pub fn named(name: &str) -> Option<Region> {
        ALWAYS_ON
            .iter()
            .chain(&OPT_IN)
            .find(|(known, _)| *known == name)
            .map(|(known, _)| Region(known))
    }

    /// All Regions, by name.
    pub fn all() -> Vec<Region> {
        let mut all: Vec<Region> = ALWAYS_ON
            .iter()
            .chain(&OPT_IN)
            .map(|(name, _)| Region(name))
            .collect();
        all.sort();
        all
    }

    /// The Regions where Detective is offered, by name.
    pub fn with_detective() -> Vec<Region> {
        Region::all()
            .into_iter()
            .filter(|region| region.has_detective())
            .collect()
    }

    /// Its name, as in `us-east-1`.
    pub fn name(self) -> &'static str {
        self.0
    }

    /// Whether an account has to opt in to it.
    pub fn is_opt_in(self) -> bool {
        OPT_IN.iter().any(|(name, _)| *name == self.0)
    }

    /// Whether Detective is offered there.
    pub fn has_detective(self) -> bool {
        ALWAYS_ON
            .iter()
            .chain(&OPT_IN)
            .any(|(name, offered)| *name == self.0 && *offered)
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl fmt::Debug for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl Serialize for Region {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0)
    }
}

impl<'de> Deserialize<'de> for Region {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Region, D::Error> {
        let name = String::deserialize(deserializer)?;
        Region::named(&name)
            .ok_or_else(|| serde::de::Error::custom(format_args!("there is no Region `{name}`")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn detective_is_offered_in_21_regions_of_which_5_are_opt_in() {
        let regions = Region::with_detective();
        assert_eq!(regions.len(), 21);
        assert_eq!(
            regions.iter().filter(|region| region.is_opt_in()).count(),
            5
        );
    }
}
