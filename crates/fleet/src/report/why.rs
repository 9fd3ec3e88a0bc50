//! A cause in a document: data beside the sentence.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::cause::{Cause, Command, Place};
use crate::origin::ListOrigin;

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
            command: told.command.as_ref().map(|it| it.typed(None).into()),
        };
        (Some(told.in_one().into()), why)
    }

    /// The same, where this is the list: the command names it. The place is the one of [`Why::of`].
    pub(crate) fn name_list(&mut self, list: Option<&ListOrigin>, place: &Place) {
        let (Some(cause), Some(_), Some(_)) = (&self.cause, &self.command, list) else {
            return;
        };
        if let Some(command @ Command::WithList { .. }) = cause.told(place).command {
            self.command = Some(command.typed(list).into());
        }
    }

    /// The cause; where a document of an earlier version has a sentence alone, that.
    #[must_use]
    pub fn cause_or(&self, reason: Option<&str>) -> Option<Cause> {
        let cause = self.cause.as_deref().cloned();
        cause.or_else(|| reason.map(Cause::other))
    }
}
