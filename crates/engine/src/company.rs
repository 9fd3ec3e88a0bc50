//! The Regions of a run as they see each other: who has answered, who is done, and who was given up.

use std::collections::BTreeMap;

use fleet::account::Region;
use fleet::cause::Cause;
use fleet::silence::Peers;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::clock;

/// All Regions of a run. Clones see the same.
#[derive(Clone, Debug)]
pub(crate) struct Company(watch::Sender<Seen>);

#[derive(Debug)]
struct Seen {
    /// When the work began that is under way.
    begun: Instant,
    /// When the last of those was done that had answered.
    done: Instant,
    regions: BTreeMap<Region, RegionProgress>,
}

/// How a Region stands.
#[derive(Clone, Debug, PartialEq, Eq)]
enum RegionProgress {
    /// It has not answered yet.
    Silent,
    /// It has answered, and is worked in.
    Working,
    /// It has answered, and nothing is left to do.
    Done,
    /// It has not answered, and is not waited for any more.
    GivenUp(Cause),
}

impl Company {
    pub(crate) fn new() -> Self {
        let now = clock::now();
        Self(watch::Sender::new(Seen {
            begun: now,
            done: now,
            regions: BTreeMap::new(),
        }))
    }

    /// The work begins in all Regions at once.
    pub(crate) fn begin(&self) {
        let now = clock::now();
        self.0.send_modify(|seen| {
            *seen = Seen {
                begun: now,
                done: now,
                regions: BTreeMap::new(),
            };
        });
    }

    /// A Region's place among the others, until its work ends.
    pub(crate) fn place(&self, region: &Region, was_heard: bool) -> Place {
        let standing = if was_heard {
            RegionProgress::Working
        } else {
            RegionProgress::Silent
        };
        let place = Place {
            company: self.clone(),
            changes: self.0.subscribe(),
            region: region.clone(),
        };
        place.stand(&standing);
        place
    }

    /// Waits until a Region has answered.
    ///
    /// # Errors
    /// Why it is not waited for.
    pub(crate) async fn heard(&self, region: &Region) -> Result<(), Cause> {
        let mut changes = self.0.subscribe();
        let has_news = |seen: &Seen| {
            let standing = seen.regions.get(region);
            standing.is_some_and(|standing| *standing != RegionProgress::Silent)
        };
        match changes.wait_for(|seen| has_news(seen)).await {
            Ok(seen) => match seen.regions.get(region) {
                Some(RegionProgress::GivenUp(why)) => Err(why.clone()),
                _ => Ok(()),
            },
            // The sender is in here: it is there as long as this is.
            Err(_) => Ok(()),
        }
    }
}

/// One Region among the others.
#[derive(Debug)]
pub(crate) struct Place {
    company: Company,
    changes: watch::Receiver<Seen>,
    region: Region,
}

impl Place {
    /// When the work began.
    pub(crate) fn begun(&self) -> Instant {
        self.changes.borrow().begun
    }

    /// The Region has answered.
    pub(crate) fn heard(&self) {
        self.stand(&RegionProgress::Working);
    }

    /// The Region is not waited for any more.
    pub(crate) fn gave_up(&self, why: Cause) {
        self.stand(&RegionProgress::GivenUp(why));
    }

    /// The other Regions, for one that has not answered.
    pub(crate) fn peers(&self) -> Peers {
        let seen = self.changes.borrow();
        let is = |wanted: RegionProgress| seen.regions.values().any(|it| *it == wanted);
        if is(RegionProgress::Working) {
            Peers::Working
        } else if is(RegionProgress::Done) {
            Peers::Done(seen.done.saturating_duration_since(seen.begun))
        } else {
            Peers::Silent
        }
    }

    /// Waits until something has become of another Region.
    pub(crate) async fn changed(&mut self) {
        // The sender is in here: it is there as long as this is.
        let _ = self.changes.changed().await;
    }

    fn stand(&self, standing: &RegionProgress) {
        self.company.0.send_if_modified(|seen| {
            let now = seen.regions.insert(self.region.clone(), standing.clone());
            now.as_ref() != Some(standing)
        });
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let now = clock::now();
        self.company.0.send_if_modified(|seen| {
            let Some(standing) = seen.regions.get_mut(&self.region) else {
                return false;
            };
            let ended = match standing {
                RegionProgress::Working => {
                    seen.done = now;
                    RegionProgress::Done
                }
                RegionProgress::Silent => RegionProgress::GivenUp(Cause::RegionUnread),
                RegionProgress::Done | RegionProgress::GivenUp(_) => return false,
            };
            *standing = ended;
            true
        });
    }
}
