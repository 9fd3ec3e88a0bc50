//! A command to be copied.

use crate::origin::ListOrigin;

/// What the list is called where nobody has said what it is called.
const ANY_LIST: &str = "accounts.csv";

/// A command to be copied. Whoever shows it knows what the list is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// One of ours, about the list.
    WithList {
        /// What is done with it: `roles deploy`.
        operation: &'static str,
        /// What follows the list; empty where nothing does.
        flags: String,
    },
    /// One that names no list.
    Other(String),
}

impl Command {
    /// How it is typed, where this is the list.
    #[must_use]
    pub fn typed(&self, list: Option<&ListOrigin>) -> String {
        match self {
            Self::WithList { operation, flags } => {
                let list = list.map_or_else(|| ANY_LIST.to_owned(), ListOrigin::typed);
                let command = format!("detective-fleet {operation} {list} {flags}");
                command.trim_end().to_owned()
            }
            Self::Other(command) => command.clone(),
        }
    }
}
