//! A saved plan: what was reviewed, so that just that is executed.
//!
//! The document holds the plan as it was shown, the settings that decide what is done, and what changes
//! about the behavior graphs themselves. There is no e-mail in it but masked ones, and nothing that could
//! be used to sign in. A digest over its bytes tells that nobody edited it; who made it, a signature beside
//! it has to tell.

mod moved;
mod settings;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use moved::Moved;
pub use settings::{Difference, Given, Goal, SavedSettings, sentence};

use crate::account::{AccountId, Email, Region};
use crate::bounds::{Bounds, GraphChanges};
use crate::desired::{Fleet, Purpose};
use crate::origin::{PlanOrigin, sha256};
use crate::report::{PlanReport, RegionPlan};

/// The version of the document. One of another version is refused: what it would allow is not known.
pub const VERSION: u32 = 1;

/// What the document is called.
pub const KIND: &str = "saved-plan";

/// Stands in the place of the digest while that is calculated.
const NO_DIGEST: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// What comes before the digest, in the one way in which it is written.
const BEFORE: &str = "\n  \"digest\": \"";

/// A plan that was saved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SavedPlan {
    version: u32,
    kind: String,
    /// SHA-256 of the document with 64 zeros in this place, in hexadecimal digits.
    digest: String,
    /// It is not executed after that.
    pub expires: Timestamp,
    /// The settings that decide what is done.
    pub settings: SavedSettings,
    /// What changes about behavior graphs themselves.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub graph_changes: BTreeMap<Region, GraphChanges>,
    /// What was shown.
    pub plan: PlanReport,
}

/// Why a file is no saved plan that can be used. `Display` says it in a sentence, with what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotUsable {
    /// It is something else.
    #[error("this is no saved plan ({0}): `plan LIST --out FILE` saves one")]
    Other(String),
    /// A version that this program does not know.
    #[error(
        "this is a saved plan of version {0}, and this program reads version {VERSION}: execute it with the program that made it, or make a new plan"
    )]
    Version(u64),
    /// It is not as it was written.
    #[error(
        "it was changed after it was saved (its digest does not fit): make a new plan, and have that reviewed"
    )]
    Edited,
}

/// Why a saved plan is not executed. `Display` says it in a sentence, with what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "refused", content = "details", rename_all = "snake_case")]
pub enum Stale {
    /// Its time is over.
    #[error(
        "nothing was changed: the saved plan expired at {0}: make a new one, and have it reviewed"
    )]
    Expired(Timestamp),
    /// Another list, or other settings.
    #[error("nothing was changed: the saved plan is for something else than what is asked for now: {}; leave out what the plan has, or make a new one", sentence(.0))]
    Differs(Vec<Difference>),
    /// AWS is not as it was.
    #[error("nothing was changed: since the plan was saved, AWS has changed so that it would need more than the plan holds, or something else, for {}; make a new plan, and have it reviewed", moved::count(.0))]
    Moved(Vec<Moved>),
}

/// The least that every version has.
#[derive(Deserialize)]
struct Head {
    #[serde(default)]
    kind: String,
    #[serde(default)]
    version: u64,
}

impl SavedPlan {
    /// A plan, to be saved.
    #[must_use]
    pub fn of(
        plan: PlanReport,
        settings: SavedSettings,
        graph_changes: BTreeMap<Region, GraphChanges>,
        expires: Timestamp,
    ) -> Self {
        Self {
            version: VERSION,
            kind: KIND.to_owned(),
            digest: NO_DIGEST.to_owned(),
            expires,
            settings,
            graph_changes,
            plan,
        }
        .sealed()
    }

    /// The same with its digest.
    fn sealed(mut self) -> Self {
        NO_DIGEST.clone_into(&mut self.digest);
        // Documents have no keys that are not texts: this cannot fail, and an empty text would not be read.
        let text = self.written().unwrap_or_default();
        self.digest = sha256(text.as_bytes());
        self
    }

    fn written(&self) -> serde_json::Result<String> {
        let mut text = serde_json::to_string_pretty(self)?;
        text.push('\n');
        Ok(text)
    }

    /// The document.
    ///
    /// # Errors
    ///
    /// None in practice: documents have no keys that are not texts.
    pub fn to_text(&self) -> Result<String, String> {
        self.written().map_err(|error| error.to_string())
    }

    /// Reads a document, byte by byte as it was saved.
    ///
    /// # Errors
    ///
    /// When it is none, of another version, or edited.
    pub fn parse(bytes: &[u8]) -> Result<Self, NotUsable> {
        let other = |error: serde_json::Error| NotUsable::Other(brief(&error.to_string()));
        let text = std::str::from_utf8(bytes).map_err(|it| NotUsable::Other(it.to_string()))?;
        let head: Head = serde_json::from_str(text).map_err(other)?;
        match (head.kind.as_str(), head.version) {
            (KIND, version) if version == u64::from(VERSION) => {}
            (KIND, version) => return Err(NotUsable::Version(version)),
            ("", _) => return Err(NotUsable::Other("it does not say what it is".to_owned())),
            ("plan", _) => {
                let what = "it is the report of a plan, which holds less";
                return Err(NotUsable::Other(what.to_owned()));
            }
            _ => return Err(NotUsable::Other("it is another document".to_owned())),
        }
        if !is_as_written(text) {
            return Err(NotUsable::Edited);
        }
        let saved: Self = serde_json::from_str(text).map_err(other)?;
        // A digest is no signature: anybody may have written it, and it is shown.
        let plan = harmless(&saved.plan).map_err(other)?;
        Ok(Self { plan, ..saved })
    }

    /// All of it, to be shown: with no text in it that is more than a text, and no e-mail.
    ///
    /// # Errors
    ///
    /// None in practice: it was read in this form.
    pub fn shown(&self) -> serde_json::Result<Self> {
        harmless(self)
    }

    /// Its name among all saved plans, in hexadecimal digits.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// Whose graphs it is about.
    #[must_use]
    pub fn administrator(&self) -> AccountId {
        self.plan.header.administrator
    }

    /// The Regions that it is about.
    pub fn regions(&self) -> impl Iterator<Item = &Region> {
        self.plan.regions.iter().map(|region| &region.region)
    }

    /// What may be done at most.
    #[must_use]
    pub fn bounds(&self) -> Bounds {
        Bounds::of(&self.plan.regions, &self.graph_changes)
    }

    /// Where it comes from, for the report of the run that executes it.
    #[must_use]
    pub fn origin(&self, name: &str) -> PlanOrigin {
        PlanOrigin::of(name, self)
    }

    /// Makes sure that it may still be executed.
    ///
    /// # Errors
    ///
    /// When its time is over.
    pub fn check_time(&self, now: Timestamp) -> Result<(), Stale> {
        if now > self.expires {
            return Err(Stale::Expired(self.expires));
        }
        Ok(())
    }

    /// Makes sure that this is what is asked for: the list with that SHA-256, and settings that do not differ.
    ///
    /// # Errors
    ///
    /// Everything that differs.
    pub fn check_given(&self, given: &Given, list: Option<&str>) -> Result<(), Stale> {
        let planned = self.plan.header.origin.list.as_ref();
        let planned = planned.and_then(|list| list.sha256.as_deref());
        let say = |sha256: Option<&str>| match sha256 {
            Some(sha256) => format!("the one with the SHA-256 {sha256}"),
            None => "none".to_owned(),
        };
        let list = (planned != list).then(|| Difference {
            setting: "the list".to_owned(),
            plan: say(planned),
            now: say(list),
        });
        let administrator = self.plan.header.administrator;
        let differs: Vec<_> = list
            .into_iter()
            .chain(self.settings.differences(given, administrator))
            .collect();
        if differs.is_empty() {
            Ok(())
        } else {
            Err(Stale::Differs(differs))
        }
    }

    /// Makes sure that the world needs no more than the plan holds: less is fine.
    ///
    /// # Errors
    ///
    /// Everything that moved, Region by Region and account by account.
    pub fn check_world(
        &self,
        now: &[RegionPlan],
        changes: &BTreeMap<Region, GraphChanges>,
    ) -> Result<(), Stale> {
        let moved = moved::find(self, now, changes);
        if moved.is_empty() {
            Ok(())
        } else {
            Err(Stale::Moved(moved))
        }
    }
}

/// What a plan that is made now changes about graphs themselves. A graph that is made becomes as the
/// settings want it.
#[must_use]
pub fn graph_changes(
    fleet: &Fleet,
    plan: &[RegionPlan],
    mut chores: BTreeMap<Region, GraphChanges>,
) -> BTreeMap<Region, GraphChanges> {
    let settings = &fleet.settings;
    let made = plan.iter().filter(|region| region.create_graph);
    for region in made.filter(|_| settings.purpose == Purpose::Enable) {
        let changes = GraphChanges {
            set_tags: settings.tags.clone(),
            start_packages: settings.packages.clone(),
            ..GraphChanges::default()
        };
        chores.insert(region.region.clone(), changes);
    }
    chores.retain(|_, changes| !changes.is_empty());
    chores
}

/// No more of a parser's complaint than people read: it quotes what stands in the file.
fn brief(complaint: &str) -> String {
    const MOST: usize = 200;
    match complaint.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &complaint[..end]),
        None => complaint.to_owned(),
    }
}

/// The same, with no text in it that is more than a text, and no e-mail.
fn harmless<T: Serialize + DeserializeOwned>(document: &T) -> serde_json::Result<T> {
    let mut document = serde_json::to_value(document)?;
    make_harmless(&mut document);
    serde_json::from_value(document)
}

fn make_harmless(value: &mut Value) {
    match value {
        Value::String(text) => {
            let shown = Email::mask_in(text);
            // Most are as they should be.
            if shown != *text {
                *text = shown;
            }
        }
        Value::Array(values) => values.iter_mut().for_each(make_harmless),
        Value::Object(fields) => fields.values_mut().for_each(make_harmless),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Whether the digest fits the bytes. It stands in one place only, before anything that comes from outside.
fn is_as_written(text: &str) -> bool {
    let Some((before, rest)) = text.split_once(BEFORE) else {
        return false;
    };
    let Some((digest, after)) = rest.split_at_checked(NO_DIGEST.len()) else {
        return false;
    };
    sha256(format!("{before}{BEFORE}{NO_DIGEST}{after}").as_bytes()) == digest
}
