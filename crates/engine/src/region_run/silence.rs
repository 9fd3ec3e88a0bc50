//! A Region that has never answered: asked side by side, and waited for as long as others need.

use std::sync::atomic::Ordering;

use fleet::attempts::RegionRequest;
use fleet::event::Operation;
use fleet::silence::{APART, Peers, Tried, asks_beside, waited_until};
use tokio::time::Instant;

use super::RegionRun;
use super::due::Work;
use crate::company::Place;

/// In a run with few requests at a time, those of a silent Region do not take up more than this part.
const SHARE: usize = 8;

impl RegionRun {
    /// Takes a place among the Regions that are worked in. One that was given up before is asked again as
    /// long as others work, and not waited for.
    pub(super) fn join(&mut self, place: Place) {
        if let Some(why) = self.attempts.ask_again() {
            self.judged = Some(why);
            self.everything_changed();
        }
        self.place = Some(place);
    }

    /// What was tried in vain, as long as nothing was heard.
    fn unheard(&self) -> Option<Tried> {
        let judged = self.judged.is_some();
        let tried = self.attempts.unheard()?;
        Some(Tried { judged, ..tried })
    }

    /// Tells the others that the Region has answered; or gives it up, once it was waited for long enough.
    pub(super) fn judge_silence(&mut self, now: Instant) {
        if self.looks.page_came.load(Ordering::Relaxed) {
            self.attempts.hear();
        }
        let (Some(place), tried) = (&self.place, self.unheard()) else {
            return;
        };
        if tried.is_none() {
            place.heard();
        } else if self.silence_ends().is_some_and(|end| end <= now) {
            let why = self.why_given_up(now.saturating_duration_since(place.begun()));
            place.gave_up(why.clone());
            self.attempts.give_up(why);
            self.everything_changed();
        }
    }

    /// Until when the Region is waited for, as far as that is known.
    fn silence_ends(&self) -> Option<Instant> {
        let (place, tried) = (self.place.as_ref()?, self.unheard()?);
        if self.attempts.given_up().is_some() {
            return None;
        }
        let until = waited_until(tried, place.peers())?;
        Some(place.begun() + until)
    }

    /// Another question beside those that are not answered.
    pub(super) fn beside_due(&self, now: Instant, wake: &mut Option<Instant>) -> Option<Work> {
        if let Some(end) = self.silence_ends() {
            *wake = Some(wake.map_or(end, |wake| wake.min(end)));
        }
        let tried = self.unheard()?;
        let find = self.attempts.region(RegionRequest::FindGraph)?;
        let most = 1 + self.aws.permits_at_most() / SHARE;
        let has_room = (tried.questions as usize) < most;
        if !find.under_way || !has_room || !asks_beside(tried, self.peers()) {
            return None;
        }
        let due = self.looks.last_find()? + APART;
        if due > now {
            *wake = Some(wake.map_or(due, |wake| wake.min(due)));
            return None;
        }
        self.paced(Work::FindGraph, (Operation::ListGraphs, None), wake)
    }

    fn peers(&self) -> Peers {
        self.place.as_ref().map_or(Peers::Silent, Place::peers)
    }
}

/// Waits until something has become of another Region, for one that goes by that.
pub(super) async fn changed(place: Option<&mut Place>) {
    match place {
        Some(place) => place.changed().await,
        None => std::future::pending().await,
    }
}
