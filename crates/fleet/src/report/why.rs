//! A cause in a document: data beside the sentence.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::cause::{Cause, Command, Place};
use crate::origin::Origin;

/// Why something is not as wanted, as documents have it beside the sentence: `cause` is its code,
/// `details` its fields, `do` what to do about it, and `command` the command for that.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Why {
    /// The cause; none where everything is as wanted, or where a document of an earlier version has a
    /// sentence alone.
    #[serde(default, flatten, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Box<Cause>>,
    /// What to do about it.
    #[serde(default, rename = "do", skip_serializing_if = "Option::is_none")]
    pub todo: Option<Arc<str>>,
    /// The command for that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<Arc<str>>,
}

impl Why {
    /// The sentence for a cause, and the rest.
    #[must_use]
    pub fn of(cause: Option<&Cause>, place: &Place) -> (Option<Arc<str>>, Self) {
        let Some(cause) = cause else {
            return (None, Self::default());
        };
        let told = cause.told(place);
        let why = Self {
            cause: Some(cause.clone().into()),
            todo: told.todo.as_deref().map(Into::into),
            command: told.command.as_ref().map(|it| it.to_string().into()),
        };
        (Some(told.in_one().into()), why)
    }

    /// The same in a document of this origin: the command names its list and flags. The place is the one of [`Why::of`].
    pub(crate) fn come_from(&mut self, origin: &Origin, place: &Place) {
        let (Some(cause), Some(_)) = (&self.cause, &self.command) else {
            return;
        };
        let told = cause.told(place);
        if matches!(told.command, Some(Command::WithList { .. })) {
            let told = told.within(origin);
            self.todo = told.todo.as_deref().map(Into::into);
            self.command = told.command.map(|it| it.to_string().into());
        }
    }

    /// The cause; where a document of an earlier version has a sentence alone, that.
    #[must_use]
    pub fn cause_or(&self, reason: Option<&str>) -> Option<Cause> {
        let cause = self.cause.as_deref().cloned();
        cause.or_else(|| reason.map(Cause::other))
    }
}
