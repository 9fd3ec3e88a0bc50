//! The end of the graph, and the next one.

use std::time::Duration;

use engine::clock;

use super::{CONFLICT, DENIED, INVALID, NOBODYS, NOT_FOUND};
use crate::call::{Kind, Refusal};
use crate::question::{DELETE_GRAPH_WITH_MEMBERS, DELETED_GRAPH, RECREATED_GRAPH};
use crate::run::{Halt, OFTEN, Run};

/// How long a graph may take to disappear.
const GONE_WITHIN: Duration = Duration::from_secs(60);
/// How long a graph may be in the queue for deletion.
const QUEUE: Duration = Duration::from_secs(600);

impl Run<'_> {
    pub(crate) async fn ending(&mut self) -> Result<(), Halt> {
        self.delete_with_members().await?;
        self.deleted_graph().await?;
        self.made_again().await
    }

    async fn delete_with_members(&mut self) -> Result<(), Halt> {
        let has_members = self.has_members().await;
        let deleted = self.caller().delete_graph(&self.graph).await;
        match (deleted, has_members) {
            (Ok(()), true) => self.is(&DELETE_GRAPH_WITH_MEMBERS, "deleted"),
            (Ok(()), false) => {}
            (Err(refusal), true) => {
                let meanings = [(INVALID, "refused"), (CONFLICT, "refused")];
                self.refused(&DELETE_GRAPH_WITH_MEMBERS, &refusal, &meanings);
                self.delete_alone().await?;
            }
            (Err(refusal), false) => {
                return Err(Halt::Cannot(format!("DeleteGraph: {}", refusal.why())));
            }
        }
        Ok(())
    }

    /// Makes sure that there is one, where there may be.
    async fn has_members(&self) -> bool {
        let listed = self.caller().list_members(&self.graph).await;
        let some = listed.is_ok_and(|members| !members.is_empty());
        match &self.stage.member {
            Some(member) if !some => {
                let invited = self.invite(member, NOBODYS).await;
                invited.is_ok_and(|batch| batch.status(member.party.account).is_some())
            }
            _ => some,
        }
    }

    /// Deletes the graph once its members are.
    async fn delete_alone(&self) -> Result<(), Halt> {
        let cannot = |refusal: Refusal| Halt::Cannot(format!("DeleteGraph: {}", refusal.why()));
        let members: Vec<_> = match self.caller().list_members(&self.graph).await {
            Ok(members) => members.into_keys().collect(),
            // The answer was lost, and the graph is gone.
            Err(refusal) if matches!(&*refusal.code, NOT_FOUND | DENIED) => return Ok(()),
            Err(refusal) => return Err(cannot(refusal)),
        };
        if !members.is_empty() {
            let deleted = self.caller().delete_members(&self.graph, members).await;
            deleted.map_err(cannot)?;
        }
        self.caller()
            .delete_graph(&self.graph)
            .await
            .map_err(cannot)
    }

    async fn deleted_graph(&mut self) -> Result<(), Halt> {
        let begun = clock::now();
        loop {
            match self.caller().list_members(&self.graph).await {
                Ok(_) if begun.elapsed() < GONE_WITHIN => self.pause(OFTEN).await?,
                Ok(_) => {
                    let what = "200: the members are still listed after a minute";
                    self.surprise(&DELETED_GRAPH, what);
                    return Ok(());
                }
                Err(refusal) => {
                    let meanings = [(NOT_FOUND, "not_found"), (DENIED, "denied")];
                    self.refused(&DELETED_GRAPH, &refusal, &meanings);
                    return Ok(());
                }
            }
        }
    }

    async fn made_again(&mut self) -> Result<(), Halt> {
        let begun = clock::now();
        match self.caller().create_graph(&[self.tag()]).await {
            Ok(arn) if arn == self.graph => {
                self.surprise(&RECREATED_GRAPH, "200: the ARN of the graph before");
            }
            Ok(arn) => {
                self.is(&RECREATED_GRAPH, "created");
                self.graph = arn;
            }
            Err(refusal) => {
                self.refused(&RECREATED_GRAPH, &refusal, &[(CONFLICT, "conflict")]);
                if refusal.kind == Kind::Said && &*refusal.code == CONFLICT {
                    self.queue(begun).await?;
                }
            }
        }
        Ok(())
    }

    /// How long the conflict lasts.
    async fn queue(&mut self, begun: tokio::time::Instant) -> Result<(), Halt> {
        while begun.elapsed() < QUEUE {
            self.pause(OFTEN * 2).await?;
            if let Ok(arn) = self.caller().create_graph(&[self.tag()]).await {
                self.graph = arn;
                let took = begun.elapsed();
                self.findings.measured.insert("deletion", took);
                break;
            }
        }
        Ok(())
    }
}
