//! The first graph, the same one again, and accounts that cannot be members.

use std::time::Duration;

use fleet::account::AccountId;

use super::{CONFLICT, DENIED, INVALID, NOBODYS, NOT_FOUND};
use crate::call::{Batch, Kind};
use crate::question::{
    ABSENT_MEMBER, ADMINISTRATOR_AS_MEMBER, GUARDDUTY, INVALID_CREATE_GRAPH, MALFORMED_ACCOUNT,
    REPEATED_CREATE_GRAPH, REPEATED_CREATE_GRAPH_TAGS,
};
use crate::run::{Halt, OFTEN, Run};

/// How often CreateGraph is asked for the first graph, where its answer is lost.
const TRIES: u32 = 4;
/// Another tag, for the call that finds a graph.
const AGAIN: &str = "detective-fleet-conformance-again";
/// How often it is looked for that tag.
const LOOKS: u32 = 4;
/// No address, by any pattern.
const MALFORMED: &str = "not-an-address";

impl Run<'_> {
    /// Makes the graph, and sees whether GuardDuty has to be on for that.
    pub(crate) async fn first_graph(&mut self) -> Result<(), Halt> {
        let without_guardduty = self.administrator().is_without_guardduty().await;
        for _ in 0..TRIES {
            match self.caller().create_graph(&[self.tag()]).await {
                Ok(arn) => {
                    self.graph = arn;
                    break;
                }
                Err(refusal) if refusal.kind == Kind::Unclear => self.pause(OFTEN * 5).await?,
                Err(refusal) => {
                    let of_guardduty = refusal.words.contains("GuardDuty");
                    if of_guardduty && without_guardduty == Ok(true) {
                        self.findings.said(&GUARDDUTY, &refusal.words);
                        self.is(&GUARDDUTY, "needed");
                    }
                    let why = refusal.why();
                    return Err(Halt::Cannot(format!("CreateGraph: {why}")));
                }
            }
        }
        let graph = self.graph.clone();
        if graph.is_empty() || !self.is_seen(&graph).await? {
            let why = "CreateGraph: the graph and its tag were not seen within a minute";
            return Err(Halt::Cannot(why.to_owned()));
        }
        if without_guardduty == Ok(true) {
            self.is(&GUARDDUTY, "not_needed");
        }
        Ok(())
    }

    /// CreateGraph where there is a graph: in the right way, and in a wrong one.
    pub(crate) async fn same_graph_again(&mut self) -> Result<(), Halt> {
        let again = self
            .caller()
            .create_graph(&[self.tag(), (AGAIN, "1")])
            .await;
        match again {
            Ok(arn) if arn == self.graph => {
                self.is(&REPEATED_CREATE_GRAPH, "same_arn");
                self.tags_of_the_same_graph().await?;
            }
            Ok(_) => self.surprise(&REPEATED_CREATE_GRAPH, "the ARN of another graph"),
            Err(refusal) => {
                let meanings = [(CONFLICT, "conflict")];
                self.refused(&REPEATED_CREATE_GRAPH, &refusal, &meanings);
            }
        }
        self.open(
            &REPEATED_CREATE_GRAPH_TAGS,
            "the call before did not succeed",
        );
        match self
            .caller()
            .create_graph(&[self.tag(), ("a blank", "")])
            .await
        {
            Ok(_) => self.surprise(
                &INVALID_CREATE_GRAPH,
                "200: a tag key with a blank is taken",
            ),
            Err(refusal) => {
                let meanings = [
                    (INVALID, "validation_exception"),
                    (DENIED, "access_denied_exception"),
                ];
                self.refused(&INVALID_CREATE_GRAPH, &refusal, &meanings);
            }
        }
        Ok(())
    }

    async fn tags_of_the_same_graph(&mut self) -> Result<(), Halt> {
        for _ in 0..LOOKS {
            match self.caller().tags(&self.graph).await {
                Ok(tags) if tags.contains_key(AGAIN) => {
                    self.is(&REPEATED_CREATE_GRAPH_TAGS, "merged");
                    return Ok(());
                }
                Ok(_) => self.pause(OFTEN).await?,
                Err(refusal) => {
                    self.open(&REPEATED_CREATE_GRAPH_TAGS, &refusal.why());
                    return Ok(());
                }
            }
        }
        self.is(&REPEATED_CREATE_GRAPH_TAGS, "ignored");
        Ok(())
    }

    /// The administrator in its own graph, an address that is none, and an account that is no member.
    pub(crate) async fn strangers(&mut self) -> Result<(), Halt> {
        let own = self.administrator().account;
        let as_member = self.caller().create_member(&self.graph, own, NOBODYS).await;
        let mut own_reason = None;
        match as_member {
            Ok(batch) => {
                own_reason = batch.reason(own).map(str::to_owned);
                self.administrator_was_taken(&batch, own).await?;
            }
            Err(refusal) => {
                let meanings = [(INVALID, "invalid")];
                self.refused(&ADMINISTRATOR_AS_MEMBER, &refusal, &meanings);
            }
        }
        self.malformed_account(own_reason.as_deref()).await?;
        match self.caller().get_member(&self.graph, own).await {
            Ok(batch) => match batch.reason(own) {
                Some(reason) => {
                    self.findings.said(&ABSENT_MEMBER, reason);
                    self.is(&ABSENT_MEMBER, "unprocessed");
                }
                None => self.surprise(&ABSENT_MEMBER, "200, and nothing is said of the account"),
            },
            Err(refusal) => {
                let meanings = [(NOT_FOUND, "not_found")];
                self.refused(&ABSENT_MEMBER, &refusal, &meanings);
            }
        }
        Ok(())
    }

    async fn administrator_was_taken(&mut self, batch: &Batch, own: AccountId) -> Result<(), Halt> {
        if let Some(reason) = batch.reason(own) {
            self.findings.said(&ADMINISTRATOR_AS_MEMBER, reason);
            self.is(&ADMINISTRATOR_AS_MEMBER, "unprocessed");
        } else if let Some(status) = batch.status(own) {
            let what = format!("200: the administrator is listed as {status}");
            self.surprise(&ADMINISTRATOR_AS_MEMBER, &what);
            self.delete(own).await?;
        } else {
            let what = "200, and nothing is said of the account";
            self.surprise(&ADMINISTRATOR_AS_MEMBER, what);
        }
        Ok(())
    }

    /// The member's account where there is one: the administrator's may be refused for another reason.
    async fn malformed_account(&mut self, own_reason: Option<&str>) -> Result<(), Halt> {
        let own = self.administrator().account;
        let member = self.stage.member.as_ref();
        let account = member.map_or(own, |member| member.party.account);
        let call = self.caller();
        match call.create_member(&self.graph, account, MALFORMED).await {
            Ok(batch) => match batch.reason(account) {
                Some(reason) if account == own && own_reason == Some(reason) => self.open(
                    &MALFORMED_ACCOUNT,
                    "the administrator's account is left out for the same reason with any address: it takes a member",
                ),
                Some(reason) => {
                    self.findings.said(&MALFORMED_ACCOUNT, reason);
                    self.is(&MALFORMED_ACCOUNT, "unprocessed");
                }
                None => {
                    self.surprise(&MALFORMED_ACCOUNT, "200: the address is taken");
                    self.delete(account).await?;
                }
            },
            Err(refusal) => {
                self.refused(&MALFORMED_ACCOUNT, &refusal, &[(INVALID, "invalid")]);
            }
        }
        Ok(())
    }

    /// Takes an account out of the graph that nobody expected to be let in.
    async fn delete(&self, account: AccountId) -> Result<(), Halt> {
        let accounts = vec![account.to_string()];
        let deleted = self.caller().delete_members(&self.graph, accounts).await;
        deleted.map_err(|refusal| Halt::Cannot(refusal.why()))?;
        self.pause(Duration::from_secs(1)).await
    }
}
