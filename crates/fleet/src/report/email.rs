//! Where AWS has another address of an account than the list.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Header;
use crate::account::{AccountId, Email};
use crate::member::{Member, MemberStatus};

/// The address that AWS has, masked, where the list has another one. An entry that failed its
/// verification is another matter: it is replaced.
pub(super) fn other_email(listed: Option<&Email>, member: Option<&Member>) -> Option<Arc<str>> {
    let member = member.filter(|it| it.status != MemberStatus::VerificationFailed)?;
    let there = member.email.as_ref()?;
    (there != listed?).then(|| there.to_string().into())
}

/// Those of all Regions.
#[derive(Debug, Default)]
pub(super) struct OtherEmails(BTreeMap<(AccountId, Arc<str>), u64>);

impl OtherEmails {
    /// Adds what one Region says.
    pub(super) fn note(&mut self, account: AccountId, other: Option<&Arc<str>>) {
        if let Some(other) = other {
            *self.0.entry((account, other.clone())).or_default() += 1;
        }
    }

    /// Says so, once for each account.
    pub(super) fn tell(self, header: &mut Header) {
        for ((account, other), regions) in self.0 {
            let account = header.labels.account_and_line(account);
            let regions = match regions {
                1 => "1 Region".to_owned(),
                n => format!("{n} Regions"),
            };
            let what = format!("{account}: the e-mail address that AWS has");
            // A part of a document is made of the whole, with its notes.
            if !header.notes.iter().any(|note| note.starts_with(&what)) {
                header.notes.push(format!(
                    "{what} in {regions} ({other}) is not the one in the list; correct the list if the root user's address has changed"
                ));
            }
        }
    }
}
