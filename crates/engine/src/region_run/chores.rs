//! The graph's tags and data source packages.

use std::collections::{BTreeMap, BTreeSet};

use aws_credential_types::Credentials;
use aws_sdk_detective::Client;
use fleet::account::GraphArn;
use fleet::attempts::Answer;
use fleet::cause::Cause;
use fleet::event::EventKind;
use fleet::plan::Chore;
use tokio::time::Instant;

use super::due::Work;
use super::send::{Body, Ready};
use super::{Mode, RegionRun};
use crate::aws::ChangeKind;
use crate::detective::{self, Answered};
use crate::failure::{Failure, FailureKind};

/// What came back.
pub(super) enum Told {
    Tags(BTreeMap<String, String>),
    Packages(BTreeSet<String>),
    Done(Answered<()>),
}

/// Does one chore. `before` is told of each page before the last.
async fn tell(
    client: &Client,
    keys: Credentials,
    graph: &GraphArn,
    chore: &Chore,
    before: impl Fn(),
) -> Result<Told, Failure> {
    Ok(match chore {
        Chore::ReadTags => Told::Tags(detective::read_tags(client, keys, graph).await?),
        Chore::ReadPackages => {
            Told::Packages(detective::read_packages(client, keys, graph, before).await?)
        }
        Chore::Tag(tags) => Told::Done(detective::tag(client, keys, graph, tags).await?),
        Chore::Untag(tags) => Told::Done(detective::untag(client, keys, graph, tags).await?),
        Chore::StartPackages { named, .. } => {
            Told::Done(detective::start_packages(client, keys, graph, named).await?)
        }
    })
}

impl RegionRun {
    /// The first that its pace allows. Reading changes nothing, so that a plan can tell.
    pub(super) fn chore_due(&self, wake: &mut Option<Instant>) -> Option<Work> {
        let may_change = matches!(self.mode, Mode::Reconcile(_));
        let chores = self.plan.chores().iter().enumerate();
        chores
            .filter(|(_, chore)| may_change || !chore.changes_something())
            .find_map(|(n, chore)| self.paced(Work::Chore(n), (chore.operation(), None), wake))
    }

    pub(super) fn chore(&mut self, n: usize) -> Option<Ready> {
        let graph = self.observation.graph_arn()?.clone();
        let chore = self.plan.chores().get(n)?.clone();
        let under = (chore.operation(), None);
        let sent = if chore.changes_something() {
            Some(self.announce(under.0, Vec::new())?)
        } else {
            None
        };
        self.attempts.region_sent(chore.request());
        let (aws, client) = (self.aws.clone(), self.client.clone());
        let (events, region) = (self.events.clone(), self.region().clone());
        let request = async move {
            let before = || events.called(Some(&region), under.0, Ok(()));
            let tell = |keys| tell(&client, keys, &graph, &chore, &before);
            let told = if chore.changes_something() {
                aws.with_keys_to(ChangeKind::Make, tell).await
            } else {
                aws.with_keys_or_halt(tell).await
            };
            Body::Chore(chore, told)
        };
        Some((under, sent, Box::pin(request)))
    }

    pub(super) fn merge_chore(&mut self, chore: &Chore, told: Result<Told, Failure>) {
        match told {
            Ok(told) => {
                self.answered(chore.request(), Answer::Done);
                match told {
                    Told::Tags(tags) => self.observation.saw_tags(Some(tags)),
                    Told::Packages(started) => self.observation.saw_packages(Some(started)),
                    Told::Done(_) => self.chore_done(chore),
                }
            }
            Err(failure) => {
                let is_missing = failure.kind == FailureKind::Missing;
                let is_throttled =
                    matches!(failure.kind, FailureKind::Throttled | FailureKind::Stale);
                self.region_failed(chore.request(), chore.operation(), &failure);
                if is_missing {
                    self.lose_graph();
                    self.everything_changed();
                } else if !is_throttled {
                    self.forget_what_it_is_about(chore);
                }
            }
        }
    }

    fn chore_done(&mut self, chore: &Chore) {
        self.forget_what_it_is_about(chore);
        self.record(EventKind::Changed {
            change: chore.done().into(),
        });
    }

    /// It is read again before anything else is done about it.
    fn forget_what_it_is_about(&mut self, chore: &Chore) {
        match chore {
            Chore::ReadTags | Chore::Tag(_) | Chore::Untag(_) => self.observation.saw_tags(None),
            Chore::ReadPackages | Chore::StartPackages { .. } => {
                self.observation.saw_packages(None);
            }
        }
    }

    /// What is not as wanted about the graph at the end.
    pub(super) fn conclude_chores(&self) {
        let amiss = self.plan.amiss().iter().cloned();
        let undone = self.plan.chores().iter().map(|chore| {
            let change = chore.to_string().into();
            Cause::GraphNotChanged { change }
        });
        for cause in amiss.chain(undone) {
            self.record(EventKind::Amiss { cause });
        }
    }
}
