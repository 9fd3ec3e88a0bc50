//! ARNs of behavior graphs.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::account::AccountId;
use crate::region::Region;

/// The ARN of a behavior graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct GraphArn {
    pub(crate) region: Region,
    pub(crate) administrator: AccountId,
    pub(crate) id: u128,
}

/// Why a text is no ARN of a graph that could exist here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoGraph {
    /// It does not fit the service model's pattern.
    Malformed,
    /// It fits, but names a Region that does not exist, or another partition.
    Elsewhere,
}

impl GraphArn {
    /// Reads an ARN after the pattern of the service model:
    /// `^arn:aws[-\w]{0,10}?:detective:[-\w]{2,20}?:\d{12}?:graph:[abcdef\d]{32}?$`
    pub(crate) fn parse(text: &str) -> Result<GraphArn, NoGraph> {
        let parts: Vec<&str> = text.split(':').collect();
        let ["arn", partition, "detective", region, account, "graph", id] = parts[..] else {
            return Err(NoGraph::Malformed);
        };
        let suffix = partition.strip_prefix("aws").ok_or(NoGraph::Malformed)?;
        let is_hex = id.len() == 32
            && id
                .bytes()
                .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if !is_word(suffix, 0, 10) || !is_word(region, 2, 20) || !is_hex {
            return Err(NoGraph::Malformed);
        }
        let administrator = account.parse().map_err(|_| NoGraph::Malformed)?;
        let id = u128::from_str_radix(id, 16).map_err(|_| NoGraph::Malformed)?;
        let region = Region::named(region)
            .filter(|_| suffix.is_empty())
            .ok_or(NoGraph::Elsewhere)?;
        Ok(GraphArn {
            region,
            administrator,
            id,
        })
    }
}

fn is_word(text: &str, min: usize, max: usize) -> bool {
    (min..=max).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}

impl fmt::Display for GraphArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "arn:aws:detective:{}:{}:graph:{:032x}",
            self.region, self.administrator, self.id
        )
    }
}

impl Serialize for GraphArn {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARN: &str =
        "arn:aws:detective:us-east-1:000000000001:graph:0123456789abcdef0123456789abcdef";

    #[test]
    fn an_arn_is_read_as_it_is_written() {
        assert_eq!(GraphArn::parse(ARN).unwrap().to_string(), ARN);
    }

    #[test]
    fn what_does_not_fit_the_pattern_is_malformed() {
        let upper = ARN.replace("abcdef", "ABCDEF");
        for text in [
            "",
            "arn:aws:detective:us-east-1:000000000001:graph:123412341234",
            &upper,
            &format!("{ARN}0"),
        ] {
            assert_eq!(GraphArn::parse(text), Err(NoGraph::Malformed), "{text}");
        }
    }

    #[test]
    fn other_partitions_and_unknown_regions_are_elsewhere() {
        for text in [
            ARN.replace("arn:aws:", "arn:aws-cn:"),
            ARN.replace("us-east-1", "us-east-9"),
        ] {
            assert_eq!(GraphArn::parse(&text), Err(NoGraph::Elsewhere), "{text}");
        }
    }
}
