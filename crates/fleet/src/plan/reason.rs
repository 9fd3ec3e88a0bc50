//! Why a membership cannot be as wanted, and what to do about it.

use std::fmt;
use std::sync::Arc;

use crate::account::{AccountId, Email, Region};
use crate::plan::MOST_MEMBERS;

/// Why a membership cannot be as wanted. `Display` says it in a sentence for people, with what to
/// do; an e-mail in it is masked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// VERIFICATION_FAILED with the e-mail that the roster has.
    WrongEmail(AccountId, Option<Email>),
    /// ACCEPTED_BUT_DISABLED, with AWS's reason, and why it could not be asked to enable it.
    Disabled(Option<Arc<str>>, Option<Arc<str>>),
    /// A status that this version does not know.
    UnknownStatus(Arc<str>),
    /// The Region is not switched on in the member.
    RegionOff(AccountId, Region),
    /// The role in the member could not be assumed.
    Role(Arc<str>),
    /// An operation was refused, with AWS's words.
    Refused(&'static str, Arc<str>),
    /// AWS answers that an operation succeeded, again and again, and nothing comes of it.
    NoEffect(&'static str),
    /// It failed for the Region, not for a member.
    Region(Arc<str>),
    /// The graph has no room for it: so many are ahead of it.
    Quota(usize),
    /// The graph has members that nobody agreed to remove, and would take them along.
    Outsiders(usize),
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WrongEmail(account, Some(email)) => write!(
                f,
                "the root e-mail of {account} is not {email}: correct its line in the CSV and run again"
            ),
            Self::WrongEmail(account, None) => {
                write!(
                    f,
                    "the root e-mail of {account} is wrong: correct its line in the CSV and run again"
                )
            }
            Self::Disabled(reason, refusal) => {
                let reason = disabled(reason.as_deref());
                write!(f, "accepted, but not enabled: {reason}")?;
                match refusal {
                    Some(text) => write!(f, " (StartMonitoringMember: {})", Email::mask_in(text)),
                    None => Ok(()),
                }
            }
            Self::UnknownStatus(status) => {
                write!(
                    f,
                    "AWS reports the status {status}, which this version does not know: look at it in Detective's console"
                )
            }
            Self::RegionOff(account, region) => write!(
                f,
                "{region} is not switched on in {account}: switch it on there, or list the pair as expected: \"{account}/{region}\""
            ),
            Self::Role(text) | Self::Region(text) => f.write_str(&Email::mask_in(text)),
            Self::Refused(operation, text) => write!(f, "{operation}: {}", Email::mask_in(text)),
            Self::Quota(ahead) => write!(
                f,
                "a behavior graph takes {MOST_MEMBERS} members and no more (a quota of AWS), and {ahead} are ahead of it: remove members that are not needed, or give it another administrator"
            ),
            Self::Outsiders(1) => f.write_str(
                "the behavior graph has a member that the file does not name: it is not deleted",
            ),
            Self::Outsiders(members) => write!(
                f,
                "the behavior graph has {members} members that the file does not name: it is not deleted"
            ),
            Self::NoEffect(operation) => write!(
                f,
                "AWS answers {operation} with success, again and again, but its lists do not show it: run again later, or ask AWS support"
            ),
        }
    }
}

/// The words of Detective's service model and user guide for its two reasons.
fn disabled(reason: Option<&str>) -> String {
    match reason {
        Some("VOLUME_TOO_HIGH") => "VOLUME_TOO_HIGH: the account's data would overload the behavior graph; ask AWS support to raise its limit".to_owned(),
        Some("VOLUME_UNKNOWN") => "VOLUME_UNKNOWN: AWS could not determine the account's data volume; it tries again by itself, so run again in a day".to_owned(),
        Some(other) => Email::mask_in(other),
        None => "AWS gives no reason; it tries again by itself, so run again in a day".to_owned(),
    }
}
