//! Invitations: with a wrong address, with the right one, and with it in other letters.

use engine::clock;

use super::verification::{Verification, Verified};
use super::{CONFLICT, DENIED, INVALID, NOBODYS, NOT_FOUND};
use crate::call::Batch;
use crate::question::{
    EARLY_ACCEPT, EMAIL_CASE, FAILED_MEMBER_AGAIN, FAILED_MEMBERS, FOREIGN_GRAPH,
    LISTED_MEMBER_AGAIN, REASONS, WRONG_EMAIL_AT_ONCE,
};
use crate::run::{Halt, OFTEN, Run};
use crate::stage::Member;

/// The one reason that public code knows, and the beginning of it where more follows.
const KNOWN: &str = "Account is already a member";
/// How long a member has to disappear whose verification failed.
const LOOKS: u32 = 4;

pub(super) const IN_PROGRESS: &str = "VERIFICATION_IN_PROGRESS";

/// What AcceptInvitation may answer where there is nothing to accept.
pub(super) const NOTHING_TO_ACCEPT: [(&str, &str); 3] = [
    (CONFLICT, "conflict"),
    (NOT_FOUND, "not_found"),
    (INVALID, "invalid"),
];

impl Run<'_> {
    /// Everything that takes a member. What cannot be gone on with there leaves its questions open,
    /// and nothing else.
    pub(crate) async fn memberships(&mut self, member: &Member) -> Result<(), Halt> {
        self.foreign_graph(member).await;
        self.begin("Inviting the member with an address that is not its own")?;
        let listed = self.wrong_address(member).await?;
        self.begin("Inviting the member")?;
        if !self.right_address(member, listed).await? {
            return Ok(());
        }
        self.begin("Inviting it again, and in other letters")?;
        self.again(member).await;
        if self.other_letters(member).await? {
            self.begin("Accepting")?;
            self.acceptance(member).await?;
        }
        Ok(())
    }

    async fn foreign_graph(&mut self, member: &Member) {
        match member.party.caller.list_members(&self.graph).await {
            Ok(_) => self.surprise(&FOREIGN_GRAPH, "200: a stranger sees the members"),
            Err(refusal) => {
                let meanings = [(DENIED, "denied"), (NOT_FOUND, "not_found")];
                self.refused(&FOREIGN_GRAPH, &refusal, &meanings);
            }
        }
    }

    /// Whether the member is listed afterwards, as one whose verification failed.
    async fn wrong_address(&mut self, member: &Member) -> Result<bool, Halt> {
        let account = member.party.account;
        let batch = match self.invite(member, NOBODYS).await {
            Ok(batch) => batch,
            Err(refusal) => {
                self.refused(&WRONG_EMAIL_AT_ONCE, &refusal, &[]);
                return Ok(false);
            }
        };
        let verification = self.verified(member, clock::now()).await?;
        if let Some(after) = verification.listed_after {
            self.findings.measured.insert("visibility", after);
        }
        self.at_once(batch.status(account), &verification);
        match verification.ended {
            Verified::Failed => {
                let stays = self.stays(member).await?;
                self.is(&FAILED_MEMBERS, if stays { "listed" } else { "dropped" });
                Ok(stays)
            }
            Verified::Gone => {
                self.is(&FAILED_MEMBERS, "dropped");
                Ok(false)
            }
            Verified::NotYet => {
                self.open(
                    &FAILED_MEMBERS,
                    "the verification did not end within 10 minutes",
                );
                self.uninvite(member).await?;
                Ok(false)
            }
            Verified::Otherwise(_) | Verified::Invited => {
                let what = format!("a wrong address ended as {}", verification.ended);
                self.surprise(&FAILED_MEMBERS, &what);
                self.uninvite(member).await?;
                Ok(false)
            }
        }
    }

    /// What CreateMembers itself said, where it could have known.
    fn at_once(&mut self, status: Option<&str>, verification: &Verification) {
        let was_quick = verification.ended == Verified::Failed && verification.looks == 1;
        match status {
            Some("VERIFICATION_FAILED") => self.is(&WRONG_EMAIL_AT_ONCE, "failed"),
            Some(IN_PROGRESS) if was_quick => self.is(&WRONG_EMAIL_AT_ONCE, "verifying"),
            Some(IN_PROGRESS) => self.open(
                &WRONG_EMAIL_AT_ONCE,
                "the verification did not end before the next look",
            ),
            Some(other) => self.surprise(&WRONG_EMAIL_AT_ONCE, other),
            None => self.surprise(&WRONG_EMAIL_AT_ONCE, "the account is not listed"),
        }
    }

    async fn stays(&self, member: &Member) -> Result<bool, Halt> {
        for _ in 0..LOOKS {
            self.pause(OFTEN).await?;
            let entry = self.entry(member).await;
            if matches!(entry, Ok(None)) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether the member is invited afterwards.
    async fn right_address(&mut self, member: &Member, listed: bool) -> Result<bool, Halt> {
        let account = member.party.account;
        let own = member.email.expose();
        let again = if listed {
            self.failed_again(member).await
        } else {
            let why = "no member whose verification failed was listed";
            self.open(&FAILED_MEMBER_AGAIN, why);
            None
        };
        let batch = match again {
            Some(batch) => batch,
            None => {
                self.uninvite(member).await?;
                self.invited(member, own).await?
            }
        };
        let begun = clock::now();
        if batch.status(account) == Some(IN_PROGRESS) {
            self.early_accept(member).await?;
        } else {
            self.open(&EARLY_ACCEPT, "the verification ended at once");
        }
        let verification = self.verified(member, begun).await?;
        if verification.ended == Verified::Invited {
            let took = verification.took;
            self.findings.measured.insert("verification", took);
            return Ok(true);
        }
        let why = match verification.ended {
            Verified::Failed => {
                "the verification of --member-email failed: it is not the address of the member's root user".to_owned()
            }
            Verified::NotYet => "the verification did not end within 10 minutes".to_owned(),
            other => format!("the member was not invited: it is {other}"),
        };
        Err(Halt::Cannot(why))
    }

    /// The answer, if it invited a member whose verification failed.
    async fn failed_again(&mut self, member: &Member) -> Option<Batch> {
        let account = member.party.account;
        let batch = match self.invite(member, member.email.expose()).await {
            Ok(batch) => batch,
            Err(refusal) => {
                let meanings = [(INVALID, "already_member")];
                self.refused(&FAILED_MEMBER_AGAIN, &refusal, &meanings);
                return None;
            }
        };
        if batch.status(account).is_some() {
            self.is(&FAILED_MEMBER_AGAIN, "retried");
            return Some(batch);
        }
        let reason = batch.reason(account).unwrap_or_default();
        self.findings.said(&FAILED_MEMBER_AGAIN, reason);
        self.is(&FAILED_MEMBER_AGAIN, "already_member");
        None
    }

    /// Invites, where nothing else can be done if that is refused.
    async fn invited(&self, member: &Member, email: &str) -> Result<Batch, Halt> {
        let batch = self.invite(member, email).await;
        batch.map_err(|refusal| Halt::Cannot(format!("CreateMembers: {}", refusal.why())))
    }

    /// Counts only if the verification was still going on afterwards.
    async fn early_accept(&mut self, member: &Member) -> Result<(), Halt> {
        let answer = member.party.caller.accept(&self.graph).await;
        let after = self.once_listed(member).await?;
        match answer {
            _ if after.as_deref() != Some(IN_PROGRESS) => {
                self.open(&EARLY_ACCEPT, "the verification ended meanwhile");
            }
            Ok(()) => self.is(&EARLY_ACCEPT, "succeeds"),
            Err(refusal) => self.refused(&EARLY_ACCEPT, &refusal, &NOTHING_TO_ACCEPT),
        }
        Ok(())
    }

    /// CreateMembers for an account that is invited.
    async fn again(&mut self, member: &Member) {
        let account = member.party.account;
        match self.invite(member, member.email.expose()).await {
            Ok(batch) => match batch.reason(account) {
                Some(reason) => {
                    self.findings.said(&REASONS, reason);
                    self.is(&LISTED_MEMBER_AGAIN, "unprocessed");
                    let known = reason.starts_with(KNOWN);
                    self.is(&REASONS, if known { "known" } else { "other" });
                }
                None => self.surprise(&LISTED_MEMBER_AGAIN, "200: it is invited again"),
            },
            Err(refusal) => {
                self.refused(&LISTED_MEMBER_AGAIN, &refusal, &[(INVALID, "invalid")]);
            }
        }
        self.open(&REASONS, "no account was left out for being a member");
    }

    /// Whether the member is invited afterwards.
    async fn other_letters(&mut self, member: &Member) -> Result<bool, Halt> {
        let own = member.email.expose();
        let Some(other) = in_other_letters(own) else {
            self.open(&EMAIL_CASE, "the address has no letter before its @");
            return Ok(true);
        };
        self.uninvite(member).await?;
        self.invited(member, &other).await?;
        match self.verified(member, clock::now()).await?.ended {
            Verified::Invited => {
                self.is(&EMAIL_CASE, "ignored");
                return Ok(true);
            }
            Verified::Failed | Verified::Gone => self.is(&EMAIL_CASE, "counts"),
            other => self.open(&EMAIL_CASE, &format!("the verification ended as {other}")),
        }
        self.uninvite(member).await?;
        self.invited(member, own).await?;
        let verification = self.verified(member, clock::now()).await?;
        Ok(verification.ended == Verified::Invited)
    }
}

/// The address with capitals before its @ where it has small letters, and the other way round.
fn in_other_letters(email: &str) -> Option<String> {
    let (local, domain) = email.rsplit_once('@')?;
    let swapped: String = local
        .chars()
        .map(|char| {
            if char.is_ascii_lowercase() {
                char.to_ascii_uppercase()
            } else {
                char.to_ascii_lowercase()
            }
        })
        .collect();
    (swapped != local).then(|| format!("{swapped}@{domain}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_in_other_letters_has_the_same_domain() {
        assert_eq!(in_other_letters("aB1@c.de").as_deref(), Some("Ab1@c.de"));
        assert_eq!(in_other_letters("1@c.de"), None);
    }
}
