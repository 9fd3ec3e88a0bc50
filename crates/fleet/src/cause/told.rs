//! What people are told of a cause, each part for itself.

use super::Command;
use crate::account::Email;
use crate::language::Language;
use crate::origin::Origin;

/// A cause in words. Each part is one sentence or more, with an e-mail masked, but for the command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// What happened.
    pub what: String,
    /// Why, as far as anybody can tell.
    pub why: Option<String>,
    /// What to do about it.
    pub todo: Option<String>,
    /// The command for that, ready to be copied.
    pub command: Option<Command>,
    /// Which language the words are in.
    pub language: Language,
}

impl Told {
    /// Something happened.
    pub(crate) fn what(what: impl AsRef<str>) -> Self {
        Self {
            what: sentence(what.as_ref()),
            ..Self::default()
        }
    }

    /// This is why.
    pub(crate) fn because(mut self, why: impl AsRef<str>) -> Self {
        self.why = Some(sentence(why.as_ref()));
        self
    }

    /// This is to be done about it.
    pub(crate) fn advise(mut self, todo: impl AsRef<str>) -> Self {
        self.todo = Some(sentence(todo.as_ref()));
        self
    }

    /// That is done by this command, which names no list.
    pub(crate) fn with(mut self, command: String) -> Self {
        self.command = Some(Command::Other(command));
        self
    }

    /// That is done by this command of ours with the list, and with these flags.
    pub(crate) fn with_list(mut self, operation: &'static str, flags: impl Into<String>) -> Self {
        let flags = flags.into();
        self.command = Some(Command::WithList { operation, flags });
        self
    }

    /// The same in a document of that origin: its command can be copied, and what to do says what has to be put into it.
    #[must_use]
    pub fn within(mut self, origin: &Origin) -> Self {
        let typed = self.command.as_ref().and_then(|it| it.typed(origin));
        let Some(line) = typed else {
            return self;
        };
        if let Some(put_in) = line.to_put_in(self.language) {
            let todo = self.todo.take().into_iter();
            self.todo = Some(self.language.join(todo.chain([put_in])));
        }
        self.command = Some(Command::Other(line.text().to_owned()));
        self
    }

    /// What happened, why, and what to do, for a place that has one text for all of it.
    #[must_use]
    pub fn in_one(&self) -> String {
        let parts = [Some(&self.what), self.why.as_ref(), self.todo.as_ref()];
        self.language.join(parts.into_iter().flatten().cloned())
    }

    /// What happened and why.
    #[must_use]
    pub fn what_and_why(&self) -> String {
        let parts = [Some(&self.what), self.why.as_ref()];
        self.language.join(parts.into_iter().flatten().cloned())
    }
}

/// Begins with a capital letter and ends with a full stop, whatever AWS's words in it do.
fn sentence(text: &str) -> String {
    let text = Email::mask_in(text.trim());
    let end = if text.ends_with(['.', '?', '!']) {
        ""
    } else {
        "."
    };
    let mut chars = text.chars();
    // A name in small letters, such as a Region's, stays as it is.
    let first_word = text.split(' ').next().unwrap_or_default();
    let is_word = first_word
        .chars()
        .all(|c| c.is_ascii_lowercase() || c == '\'');
    match chars.next() {
        Some(first) if is_word => format!("{}{}{end}", first.to_ascii_uppercase(), chars.as_str()),
        _ => format!("{text}{end}"),
    }
}
