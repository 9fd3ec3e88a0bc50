//! A command to be copied.

use std::fmt;

use crate::command_line::{CommandLine, Taker};
use crate::origin::Origin;

/// What the list is called where nobody has said what it is called.
const ANY_LIST: &str = "accounts.csv";

/// A command to be copied. Whoever shows it knows what the list is called, and which flags were typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// One of ours, about the list.
    WithList {
        /// What is done with it: `roles deploy`.
        operation: &'static str,
        /// What follows the list; empty where nothing does.
        flags: String,
    },
    /// One that names no list, or that can be copied by now.
    Other(String),
}

impl Command {
    /// How it is typed, where a document has this origin.
    #[must_use]
    pub(super) fn typed(&self, origin: &Origin) -> Option<CommandLine> {
        let Self::WithList { operation, flags } = self else {
            return None;
        };
        let line = CommandLine::of(operation);
        let line = match &origin.list {
            Some(list) => line.list(list),
            None => line.words(ANY_LIST),
        };
        let line = line.words(flags);
        let typed = &match *operation {
            "roles deploy" => origin.flags.trusting_the_caller(),
            _ => origin.flags.clone(),
        };
        let taker = match *operation {
            "plan" => Taker::Plan,
            "enable" => Taker::Enable,
            _ => Taker::Roles,
        };
        Some(match flags.is_empty() || taker == Taker::Plan {
            true => line.flags(typed, taker),
            false => line.flags_but_accounts(typed, taker),
        })
    }
}

/// How it is typed, where nothing is known of list and flags.
impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self, self.typed(&Origin::default())) {
            (Self::Other(command), _) => f.write_str(command),
            (_, line) => f.write_str(line.as_ref().map_or("", CommandLine::text)),
        }
    }
}
