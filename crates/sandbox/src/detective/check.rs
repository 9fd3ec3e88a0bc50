//! Validation of requests after the service model (botocore 1.43.11): what is required, lengths,
//! ranges, patterns.
//!
//! The wording is the service's where it is known: "CreateMembersRequest.Accounts must have length
//! less than or equal to 50. Found 100." (issue 6 of amazon-detective-multiaccount-scripts). The
//! other sentences are made after that one and UNVERIFIED.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::account::AccountId;
use crate::call::Call;
use crate::graph::{Graph, GraphArn, NoGraph};
use crate::state::State;
use crate::wire::Failure;
use crate::world::unverified::{DeletedGraph, ForeignGraph};

/// Most accounts in one request.
pub(crate) const BATCH: usize = 50;

const GRAPH_ARN: &str =
    r"^arn:aws[-\w]{0,10}?:detective:[-\w]{2,20}?:\d{12}?:graph:[abcdef\d]{32}?$";
const EMAIL: &str = r"^.+@(?:(?:(?!-)[A-Za-z0-9-]{1,62})?[A-Za-z0-9]{1}\.)+[A-Za-z]{2,63}$";
const TAG_KEY: &str = "^(?!aws:)[a-zA-Z+-=._:/]+$";

impl Call<'_> {
    /// A failure that says what is wrong with a member of the request.
    pub(super) fn wrong(&self, member: &str, what: &str) -> Failure {
        self.failure(member, what, "INVALID_REQUEST_BODY")
    }

    fn failure(&self, member: &str, what: &str, code: &str) -> Failure {
        Failure::invalid(format!("{}Request.{member} {what}", self.operation.name))
            .with("ErrorCode", code)
    }

    /// The member, which has to be there.
    pub(super) fn required<T>(&self, member: &str, value: Option<T>) -> Result<T, Failure> {
        value.ok_or_else(|| self.wrong(member, "must not be null."))
    }

    /// Checks how long a text or list is.
    pub(super) fn length(
        &self,
        member: &str,
        found: usize,
        min: usize,
        max: usize,
    ) -> Result<(), Failure> {
        let bound = match found {
            _ if found > max => format!("less than or equal to {max}"),
            _ if found < min => format!("greater than or equal to {min}"),
            _ => return Ok(()),
        };
        Err(self.wrong(member, &format!("must have length {bound}. Found {found}.")))
    }

    /// A failure that says that a number is not from 1 to `max`.
    pub(super) fn out_of_range(&self, member: &str, found: i64, max: usize) -> Failure {
        let bound = if found < 1 {
            "greater than or equal to 1".to_owned()
        } else {
            format!("less than or equal to {max}")
        };
        self.wrong(member, &format!("must have value {bound}. Found {found}."))
    }

    /// A list of account ids of which there have to be 1 to `max`. One that is there twice counts
    /// once.
    pub(super) fn account_ids(
        &self,
        ids: Option<Vec<String>>,
        max: usize,
    ) -> Result<Vec<AccountId>, Failure> {
        let ids = self.required("AccountIds", ids)?;
        self.length("AccountIds", ids.len(), 1, max)?;
        let mut seen = BTreeSet::new();
        let mut distinct = Vec::new();
        for id in ids {
            let id = self.account_id("AccountIds", &id)?;
            if seen.insert(id) {
                distinct.push(id);
            }
        }
        Ok(distinct)
    }

    /// An account id.
    pub(super) fn account_id(&self, member: &str, text: &str) -> Result<AccountId, Failure> {
        self.length(member, text.chars().count(), 12, 12)?;
        text.parse().map_err(|_| self.mismatch(member, "^[0-9]+$"))
    }

    /// A point in time.
    pub(super) fn time(&self, member: &str, text: Option<String>) -> Result<Timestamp, Failure> {
        let text = self.required(member, text)?;
        text.parse()
            .map_err(|_| self.wrong(member, "must be a timestamp in ISO 8601 format."))
    }

    /// Checks an e-mail address.
    pub(super) fn email(&self, member: &str, text: &str) -> Result<(), Failure> {
        self.length(member, text.chars().count(), 1, 64)?;
        if is_email(text) {
            Ok(())
        } else {
            Err(self.mismatch(member, EMAIL))
        }
    }

    /// Checks a map of tags.
    pub(super) fn tags(&self, tags: &BTreeMap<String, String>) -> Result<(), Failure> {
        self.length("Tags", tags.len(), 1, 50)?;
        for (key, value) in tags {
            self.tag_key("Tags", key)?;
            self.length("Tags", value.chars().count(), 0, 256)?;
        }
        Ok(())
    }

    /// Checks the key of a tag.
    pub(super) fn tag_key(&self, member: &str, key: &str) -> Result<(), Failure> {
        self.length(member, key.chars().count(), 1, 128)?;
        if is_tag_key(key) {
            Ok(())
        } else {
            Err(self.mismatch(member, TAG_KEY))
        }
    }

    /// The graph of that ARN, if the caller is its administrator.
    pub(super) fn own_graph<'s>(
        &self,
        arn: Option<String>,
        state: &'s mut State,
    ) -> Result<&'s mut Graph, Failure> {
        let arn = self.graph_arn("GraphArn", arn)?;
        self.administered(arn, state)
    }

    /// The graph that the path of a tag call names, if the caller is its administrator.
    pub(super) fn tagged_graph<'s>(&self, state: &'s mut State) -> Result<&'s mut Graph, Failure> {
        let arn = self.graph_arn("ResourceArn", Some(self.segment()))?;
        self.administered(arn, state)
    }

    /// The graph of that ARN, whoever its administrator is. A graph of another Region is not known
    /// in this one.
    pub(super) fn any_graph<'s>(
        &self,
        arn: GraphArn,
        state: &'s mut State,
    ) -> Option<&'s mut Graph> {
        let arn = Some(arn).filter(|arn| arn.region == self.region)?;
        state.graph(&arn, self.world, self.now)
    }

    /// An ARN that fits the pattern. One of a Region that does not exist names no graph.
    pub(super) fn graph_arn(
        &self,
        member: &str,
        text: Option<String>,
    ) -> Result<GraphArn, Failure> {
        let text = self.required(member, text)?;
        self.check_graph_arn(member, &text)?;
        GraphArn::parse(&text).map_err(|_| self.no_such_graph())
    }

    /// Checks that an ARN fits the pattern.
    pub(super) fn check_graph_arn(&self, member: &str, text: &str) -> Result<(), Failure> {
        match GraphArn::parse(text) {
            Err(NoGraph::Malformed) => Err(self.failure(
                member,
                &format!("must match pattern {GRAPH_ARN}"),
                "INVALID_GRAPH_ARN",
            )),
            Ok(_) | Err(NoGraph::Elsewhere) => Ok(()),
        }
    }

    /// That there is no such graph. Organization operations have no error for what is not there.
    pub(super) fn no_such_graph(&self) -> Failure {
        const MESSAGE: &str = "The behavior graph was not found.";
        if self.operation.name.contains("Organization") {
            return Failure::invalid(MESSAGE).with("ErrorCode", "INVALID_GRAPH_ARN");
        }
        Failure::not_found(MESSAGE)
    }

    fn administered<'s>(
        &self,
        arn: GraphArn,
        state: &'s mut State,
    ) -> Result<&'s mut Graph, Failure> {
        let by_stranger = arn.administrator != self.caller.account;
        if by_stranger && self.world.unverified.foreign_graph == ForeignGraph::Denied {
            // Detective checks that the caller is the graph's administrator, whatever IAM says
            // (administration guide, security_iam_service-with-iam).
            return Err(not_the_administrator());
        }
        if by_stranger {
            return Err(self.no_such_graph());
        }
        let denied = self.world.unverified.deleted_graph == DeletedGraph::Denied;
        self.any_graph(arn, state).ok_or_else(|| {
            if denied {
                not_the_administrator()
            } else {
                self.no_such_graph()
            }
        })
    }

    fn mismatch(&self, member: &str, pattern: &str) -> Failure {
        self.wrong(member, &format!("must match pattern {pattern}"))
    }
}

fn not_the_administrator() -> Failure {
    Failure::denied("The caller is not the administrator account of the behavior graph.")
}

/// `^.+@(?:(?:(?!-)[A-Za-z0-9-]{1,62})?[A-Za-z0-9]{1}\.)+[A-Za-z]{2,63}$`
fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else {
        return false;
    };
    let mut labels: Vec<&str> = domain.split('.').collect();
    let top = labels.pop().unwrap_or_default();
    !local.is_empty()
        && !local.contains('\n')
        && !labels.is_empty()
        && labels.iter().all(|label| is_label(label))
        && (2..=63).contains(&top.len())
        && top.bytes().all(|byte| byte.is_ascii_alphabetic())
}

/// Up to 63 letters, digits and hyphens, of which neither the first nor the last is a hyphen.
fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && label
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

/// `^(?!aws:)[a-zA-Z+-=._:/]+$`, in which `+-=` is a range: digits, comma, `-./:;<=` are in it.
fn is_tag_key(key: &str) -> bool {
    !key.starts_with("aws:")
        && key
            .bytes()
            .all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'+'..=b'=' | b'_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e_mails_are_taken_by_the_pattern_of_the_model() {
        for good in [
            "a@b.cd",
            "a b@c-d.example.com",
            "x@y@example.com",
            "a@1.example.org",
        ] {
            assert!(is_email(good), "{good}");
        }
        for bad in [
            "", "@b.cd", "a@b", "a@b.c", "a@-b.cd", "a@b-.cd", "a@b..cd", "a@b.c1", "a@", "a@.cd",
        ] {
            assert!(!is_email(bad), "{bad}");
        }
    }

    #[test]
    fn tag_keys_are_taken_by_the_pattern_of_the_model() {
        for good in ["Owner", "cost-center", "a.b:c/d=e", "Aws:x", "1,2;3"] {
            assert!(is_tag_key(good), "{good}");
        }
        for bad in ["aws:x", "a b", "a@b", "ü"] {
            assert!(!is_tag_key(bad), "{bad}");
        }
    }
}
