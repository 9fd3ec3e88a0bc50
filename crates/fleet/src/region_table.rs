//! Where Detective is offered, as of a date. What an account has switched on is for AWS to say.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::account::Region;

/// When the table was last compared with its sources.
pub const TABLE_DATE: &str = "2026-08-07";

/// A group of Regions with endpoints, accounts and ARNs of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Partition {
    /// The commercial Regions, `aws`.
    #[serde(rename = "aws")]
    Aws,
    /// AWS GovCloud (US), `aws-us-gov`.
    #[serde(rename = "aws-us-gov")]
    AwsUsGov,
}

/// A partition that the product does not work in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Detective is not offered in the partition {0}; use credentials of aws or aws-us-gov")]
pub struct UnsupportedPartition(String);

impl Partition {
    /// The partition by its name in ARNs.
    ///
    /// # Errors
    ///
    /// When it is one without Detective, such as `aws-cn`.
    pub fn from_name(name: &str) -> Result<Self, UnsupportedPartition> {
        match name {
            "aws" => Ok(Self::Aws),
            "aws-us-gov" => Ok(Self::AwsUsGov),
            _ => Err(UnsupportedPartition(name.to_owned())),
        }
    }

    /// The name in ARNs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Aws => "aws",
            Self::AwsUsGov => "aws-us-gov",
        }
    }
}

impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What the table says of a Region.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Such as `eu-central-1`.
    pub name: &'static str,
    /// Whether an account has to switch the Region on first.
    pub opt_in: bool,
    /// Whether Detective is offered there.
    pub detective: bool,
}

impl Entry {
    /// The Region.
    #[must_use]
    pub fn region(self) -> Region {
        Region::new(self.name)
    }

    /// The partition that the Region belongs to.
    #[must_use]
    pub fn partition(self) -> Partition {
        if self.name.starts_with("us-gov-") {
            Partition::AwsUsGov
        } else {
            Partition::Aws
        }
    }
}

/// Detective is offered there, and no account needs to opt in.
const fn on(name: &'static str) -> Entry {
    Entry {
        name,
        opt_in: false,
        detective: true,
    }
}

/// Detective is offered there to accounts that opted in.
const fn opt_in(name: &'static str) -> Entry {
    Entry {
        name,
        opt_in: true,
        detective: true,
    }
}

/// An opt-in Region without Detective.
const fn absent(name: &'static str) -> Entry {
    Entry {
        name,
        opt_in: true,
        detective: false,
    }
}

/// All Regions of both partitions.
///
/// Detective's are those of `endpoints.json` in botocore 1.43.11 (7 August 2026), which agree with
/// AWS's public SSM parameters and with the Regions of the CloudFormation type. A Region needs
/// opting in if it opened after 20 March 2019, with the exception of `ap-northeast-3`, which did
/// so as a local Region earlier.
const TABLE: [Entry; 36] = [
    opt_in("af-south-1"),
    opt_in("ap-east-1"),
    absent("ap-east-2"),
    on("ap-northeast-1"),
    on("ap-northeast-2"),
    Entry {
        name: "ap-northeast-3",
        opt_in: false,
        detective: false,
    },
    on("ap-south-1"),
    absent("ap-south-2"),
    on("ap-southeast-1"),
    on("ap-southeast-2"),
    absent("ap-southeast-3"),
    absent("ap-southeast-4"),
    absent("ap-southeast-5"),
    absent("ap-southeast-6"),
    absent("ap-southeast-7"),
    on("ca-central-1"),
    absent("ca-west-1"),
    on("eu-central-1"),
    absent("eu-central-2"),
    on("eu-north-1"),
    opt_in("eu-south-1"),
    absent("eu-south-2"),
    on("eu-west-1"),
    on("eu-west-2"),
    on("eu-west-3"),
    opt_in("il-central-1"),
    absent("me-central-1"),
    opt_in("me-south-1"),
    absent("mx-central-1"),
    on("sa-east-1"),
    on("us-east-1"),
    on("us-east-2"),
    on("us-gov-east-1"),
    on("us-gov-west-1"),
    on("us-west-1"),
    on("us-west-2"),
];

/// All Regions of a partition, those without Detective too.
pub fn known(partition: Partition) -> impl Iterator<Item = Entry> {
    TABLE
        .into_iter()
        .filter(move |entry| entry.partition() == partition)
}

/// The Regions of a partition where Detective is offered.
pub fn offered(partition: Partition) -> impl Iterator<Item = Entry> {
    known(partition).filter(|entry| entry.detective)
}

/// What the table says of a Region; none where it does not know it.
#[must_use]
pub fn find(name: &str) -> Option<Entry> {
    TABLE.into_iter().find(|entry| entry.name == name)
}

/// The partition of a Region by its name, for Regions that the table does not know too; by the patterns of
/// `partitions.json` in botocore 1.43.11.
#[must_use]
pub fn partition_of(name: &str) -> Option<&'static str> {
    const COMMERCIAL: [&str; 9] = ["us", "eu", "ap", "sa", "ca", "me", "af", "il", "mx"];
    const OTHERS: [(&str, &str); 7] = [
        ("us-gov-", "aws-us-gov"),
        ("cn-", "aws-cn"),
        ("us-iso-", "aws-iso"),
        ("us-isob-", "aws-iso-b"),
        ("eu-isoe-", "aws-iso-e"),
        ("us-isof-", "aws-iso-f"),
        ("eusc-", "aws-eusc"),
    ];
    let of = |(prefix, _): &&(&str, &str)| name.starts_with(prefix);
    if let Some((_, partition)) = OTHERS.iter().find(of) {
        return Some(partition);
    }
    let parts: Vec<&str> = name.split('-').collect();
    match parts[..] {
        [area, direction, number]
            if COMMERCIAL.contains(&area)
                && !direction.is_empty()
                && direction.chars().all(|c| c.is_ascii_lowercase())
                && number.parse::<u8>().is_ok() =>
        {
            Some("aws")
        }
        _ => None,
    }
}

/// The Region that was probably meant by a name that does not exist.
#[must_use]
pub fn suggest(name: &str) -> Option<&'static str> {
    // Two slips: more would turn one real Region into another.
    const MOST: usize = 2;
    let name = name.trim().to_lowercase().replace(['_', ' '], "-");
    let distance = |entry: &Entry| strsim::osa_distance(entry.name, &name);
    let nearest = TABLE.iter().min_by_key(|entry| distance(entry))?;
    (distance(nearest) <= MOST).then_some(nearest.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(entries: impl Iterator<Item = Entry>) -> Vec<&'static str> {
        entries.map(|entry| entry.name).collect()
    }

    #[test]
    fn detective_is_offered_in_21_commercial_regions_and_2_of_govcloud() {
        assert_eq!(offered(Partition::Aws).count(), 21);
        assert_eq!(
            names(offered(Partition::AwsUsGov)),
            ["us-gov-east-1", "us-gov-west-1"]
        );
        assert_eq!(known(Partition::Aws).count(), 34);
    }

    #[test]
    fn five_of_them_need_opting_in() {
        let opt_in = offered(Partition::Aws).filter(|entry| entry.opt_in);
        assert_eq!(
            names(opt_in),
            [
                "af-south-1",
                "ap-east-1",
                "eu-south-1",
                "il-central-1",
                "me-south-1"
            ]
        );
    }

    #[test]
    fn the_table_is_sorted_and_has_each_region_once() {
        assert!(TABLE.is_sorted_by(|a, b| a.name < b.name));
    }

    #[test]
    fn a_region_is_found_by_its_exact_name() {
        assert!(find("eu-central-1").is_some_and(|entry| entry.detective && !entry.opt_in));
        assert!(find("ca-west-1").is_some_and(|entry| !entry.detective && entry.opt_in));
        assert_eq!(find("eu-central-3"), None);
        assert_eq!(find("all"), None);
    }

    #[test]
    fn a_slip_of_the_finger_gets_a_suggestion() {
        for (typed, meant) in [
            ("eu-centrall-1", "eu-central-1"),
            ("eu-cental-1", "eu-central-1"),
            ("EU-CENTRAL-1", "eu-central-1"),
            ("us_east_1", "us-east-1"),
            ("us-east1", "us-east-1"),
            ("us-esat-1", "us-east-1"),
        ] {
            assert_eq!(suggest(typed), Some(meant), "{typed}");
        }
        for typed in ["", "frankfurt", "moon-base-1"] {
            assert_eq!(suggest(typed), None, "{typed}");
        }
    }

    #[test]
    fn a_name_tells_its_partition_though_the_table_does_not_know_it() {
        for entry in TABLE {
            let name = entry.partition().name();
            assert_eq!(partition_of(entry.name), Some(name), "{}", entry.name);
        }
        for (name, partition) in [
            ("ap-south-9", Some("aws")),
            ("us-gov-north-1", Some("aws-us-gov")),
            ("cn-north-1", Some("aws-cn")),
            ("us-iso-east-1", Some("aws-iso")),
            ("eusc-de-east-1", Some("aws-eusc")),
            ("moon-base-1", None),
            ("us-east", None),
            ("", None),
        ] {
            assert_eq!(partition_of(name), partition, "{name}");
        }
    }

    #[test]
    fn a_partition_without_detective_is_refused_by_name() {
        assert_eq!(Partition::from_name("aws"), Ok(Partition::Aws));
        assert_eq!(Partition::from_name("aws-us-gov"), Ok(Partition::AwsUsGov));
        let error = Partition::from_name("aws-cn").unwrap_err();
        assert!(error.to_string().contains("partition aws-cn"), "{error}");
    }
}
