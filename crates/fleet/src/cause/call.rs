//! A call of AWS that did not succeed, as data.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::account::Email;
use crate::event::Operation;

/// What it means that a request did not succeed. The next step goes by this and by AWS's error code; the
/// words are for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FailureKind {
    /// Asked too fast: nothing happened.
    Throttled,
    /// AWS's own error, or a connection that was cut: it may have happened.
    Unclear,
    /// No connection, or no answer in time.
    Silent,
    /// The signature or the token is of another time: nothing happened, and the next request has a
    /// new one.
    Stale,
    /// There are no credentials to sign with.
    NoKeys,
    /// Something on the way lets no connection through: a proxy that refuses, or a certificate that
    /// cannot be believed.
    Barred,
    /// This process had no descriptor left for a connection: nothing happened, and AWS is not to blame.
    Crowded,
    /// The credentials' time is over.
    Expired,
    /// The credentials are not valid in this Region: it is not switched on in their account, or
    /// their token is one of the global STS endpoint. AWS gives one error for both
    /// (UnrecognizedClientException, InvalidClientTokenId).
    NotOn,
    /// Not allowed.
    Denied,
    /// What was named does not exist.
    Missing,
    /// What is being deleted is in the way of a new one.
    InTheWay,
    /// Any other final answer.
    Refused,
    /// The run may not change anything any more: it was not asked for.
    NotSent,
}

/// Codes of ours, for what AWS did not answer: people are told the words alone.
pub mod ours {
    /// The answer does not say what became of the request.
    pub const UNCLEAR: &str = "Unclear";
    /// There was nobody to make the request as.
    pub const NO_CREDENTIALS: &str = "NoCredentials";
    /// No connection, or no answer in time.
    pub const NO_ANSWER: &str = "NoAnswer";
    /// Something on the way lets no connection through.
    pub const NO_WAY: &str = "NoWay";
    /// This process may not open more files.
    pub const TOO_MANY_OPEN_FILES: &str = "TooManyOpenFiles";
    /// The run may not change anything any more.
    pub const NOT_SENT: &str = "NotSent";
    /// The role was assumed, and its credentials were past their time already.
    pub const EXPIRED_AT_ONCE: &str = "ExpiredAtOnce";
    /// AWS left an account out of a batch, in words and without a code.
    pub const LEFT_OUT: &str = "UnprocessedAccount";

    /// Asked too fast.
    pub const THROTTLED: &str = "Throttled";

    /// All of them, with those that a request of one kind alone has.
    pub(super) const ALL: [&str; 15] = [
        UNCLEAR,
        NO_CREDENTIALS,
        NO_ANSWER,
        NO_WAY,
        TOO_MANY_OPEN_FILES,
        NOT_SENT,
        EXPIRED_AT_ONCE,
        LEFT_OUT,
        THROTTLED,
        "RequestNotBuilt",
        "EndlessList",
        "OutOfTime",
        "AnotherAccount",
        "NoArn",
        "NoTime",
    ];
}

/// A call that did not succeed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FailedCall {
    /// What was asked.
    pub operation: Operation,
    /// What it means.
    pub kind: FailureKind,
    /// AWS's error code, such as `AccessDeniedException`; one of [`ours`] where AWS did not answer.
    pub code: Arc<str>,
    /// The kind of policy, other than the caller's own, that AWS names as what denied it, such as
    /// `service control policy`. An Allow that is added to the role changes nothing then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<Arc<str>>,
    /// What AWS said, e-mails masked: an example for people. Nothing goes by it, since it names
    /// accounts and sessions, and AWS may change it any day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub example: Option<Arc<str>>,
}

impl FailedCall {
    /// A call that did not succeed, with what AWS said; an e-mail in it, and in its code, is masked here.
    #[must_use]
    pub fn new(operation: Operation, kind: FailureKind, code: &str, words: Option<&str>) -> Self {
        let words = words.filter(|words| !words.is_empty());
        Self {
            operation,
            kind,
            code: Email::mask_in(code).into(),
            policy: words.and_then(denying_policy).map(Into::into),
            example: words.map(|words| Email::mask_in(words).into()),
        }
    }

    /// The same without AWS's free words: what calls that failed alike have in common.
    #[must_use]
    pub fn key(&self) -> Self {
        Self {
            example: None,
            ..self.clone()
        }
    }

    /// What there is to do about it, where the code alone says so.
    #[must_use]
    pub fn advice(&self) -> Option<&'static str> {
        advice(self.kind, &self.code)
    }
}

/// What was answered: AWS's code and words, or ours, without advice.
impl fmt::Display for FailedCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&answered(&self.code, self.example.as_deref()))
    }
}

/// A code and AWS's words, as people read them. Codes of ours are for programs.
#[must_use]
pub fn answered(code: &str, words: Option<&str>) -> String {
    match words {
        Some(words) if ours::ALL.contains(&code) => words.to_owned(),
        Some(words) => format!("{code}: {words}"),
        None => code.to_owned(),
    }
}

/// What AWS's own words leave open (docs.aws.amazon.com/detective/latest/APIReference/CommonErrors.html,
/// docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_enable-regions.html).
#[must_use]
pub fn advice(kind: FailureKind, code: &str) -> Option<&'static str> {
    if !matches!(kind, FailureKind::NotOn | FailureKind::Refused) {
        return None;
    }
    Some(match code {
        "RegionDisabledException" => {
            "STS is switched off for this Region in the account: switch it on in IAM's account settings"
        }
        "SubscriptionRequiredException" | "OptInRequired" => {
            "the account has not finished signing up: complete its registration (payment, telephone, support plan) in the console; after that it can take a day"
        }
        "LimitExceeded" | "LimitExceededException" => {
            "a quota of the account is full: see Service Quotas"
        }
        _ => return None,
    })
}

/// AWS names the kind of policy that denied a call in the words of the error, and nowhere else
/// (docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html).
fn denying_policy(words: &str) -> Option<&'static str> {
    const KINDS: [&str; 5] = [
        "service control policy",
        "resource control policy",
        "permissions boundary",
        "session policy",
        "VPC endpoint policy",
    ];
    KINDS.into_iter().find(|kind| words.contains(kind))
}
