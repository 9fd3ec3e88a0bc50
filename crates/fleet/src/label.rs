//! What people call an account, and the one way in which it is written: `payments (111122223333)`.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use wildmatch::WildMatch;

use crate::account::{AccountId, Email};
use crate::language::Language;
use crate::roster::Roster;

/// What the list says of an account, apart from its address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Label {
    /// What people call it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Arc<str>>,
    /// Who is responsible for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<Arc<str>>,
    /// The physical line of the list, from 1.
    pub line: u64,
}

/// The accounts of a list, by id.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Labels(BTreeMap<AccountId, Label>);

impl Labels {
    /// Those of a roster.
    #[must_use]
    pub fn of(roster: &Roster) -> Self {
        let label = |(id, member): (&AccountId, &crate::roster::Member)| {
            let label = Label {
                name: member.name.clone(),
                owner: member.owner.clone(),
                line: member.line,
            };
            (*id, label)
        };
        Self(roster.members.iter().map(label).collect())
    }

    /// Of a document that anybody may have written: what it says can be shown.
    #[must_use]
    pub(crate) fn harmless(mut self) -> Self {
        for label in self.0.values_mut() {
            for text in [&mut label.name, &mut label.owner].into_iter().flatten() {
                *text = Email::mask_in(text).into();
            }
        }
        self
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What the list says of this account.
    #[must_use]
    pub fn get(&self, id: AccountId) -> Option<&Label> {
        self.0.get(&id)
    }

    /// What people call this account.
    #[must_use]
    pub fn name(&self, id: AccountId) -> Option<&Arc<str>> {
        self.get(id)?.name.as_ref()
    }

    /// Who is responsible for this account.
    #[must_use]
    pub fn owner(&self, id: AccountId) -> Option<&Arc<str>> {
        self.get(id)?.owner.as_ref()
    }

    /// The account, as people read it.
    #[must_use]
    pub fn account(&self, id: AccountId) -> String {
        match self.name(id) {
            Some(name) => format!("{name} ({id})"),
            None => id.to_string(),
        }
    }

    /// The account that something is wrong with: where it stands in the list comes with it.
    #[must_use]
    pub fn account_and_line(&self, id: AccountId) -> String {
        self.account_and_line_in(Language::English, id)
    }

    /// The account with its line, in that language.
    #[must_use]
    pub fn account_and_line_in(&self, language: Language, id: AccountId) -> String {
        let line = |line: &u64| match language {
            Language::English => format!("line {line}"),
            Language::Japanese => format!("{line} 行目"),
        };
        match self.get(id) {
            Some(Label {
                name: Some(name),
                line: place,
                ..
            }) => format!("{name} ({id}, {})", line(place)),
            Some(Label { line: place, .. }) => format!("{id} ({})", line(place)),
            None => id.to_string(),
        }
    }
}

/// Which accounts a flag means: an id, or a name, either with `*` for any characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Who(String);

impl FromStr for Who {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if is_number && text.parse::<AccountId>().is_err() {
            return Err("an account id has exactly 12 digits");
        }
        Ok(Self(text.to_lowercase()))
    }
}

impl Who {
    /// Whether this account is meant. Case does not matter.
    #[must_use]
    pub fn means(&self, id: AccountId, name: Option<&str>) -> bool {
        let pattern = WildMatch::new(&self.0);
        pattern.matches(&id.to_string())
            || name.is_some_and(|name| pattern.matches(&name.to_lowercase()))
    }

    /// As it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<AccountId> for Who {
    fn from(id: AccountId) -> Self {
        Self(id.to_string())
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    fn labels() -> Labels {
        let list = b"111111111111,a@x.example,payments,jo@x.example\n222222222222,b@x.example\n";
        Labels::of(&Roster::parse(list, None).unwrap())
    }

    fn id(text: &str) -> AccountId {
        text.parse().unwrap()
    }

    #[test]
    fn an_account_is_written_with_its_name_and_its_line() {
        let labels = labels();
        let shown = |id| (labels.account(id), labels.account_and_line(id));
        for (account, name, line) in [
            (
                "111111111111",
                "payments (111111111111)",
                "payments (111111111111, line 1)",
            ),
            ("222222222222", "222222222222", "222222222222 (line 2)"),
            ("333333333333", "333333333333", "333333333333"),
        ] {
            assert_eq!(shown(id(account)), (name.to_owned(), line.to_owned()));
        }
        assert_eq!(
            labels.owner(id("111111111111")),
            Some(&"j***@x.example".into())
        );
    }

    #[test]
    fn labels_survive_being_written_down_and_an_account_without_a_name_has_a_line() {
        let text = serde_json::to_string(&labels()).unwrap();
        assert!(text.contains(r#""222222222222":{"line":2}"#), "{text}");
        assert_eq!(serde_json::from_str::<Labels>(&text).unwrap(), labels());
    }

    #[test]
    fn an_account_is_meant_by_its_id_or_its_name() {
        let means = |who: &str| {
            let who: Who = who.parse().unwrap();
            who.means(id("111111111111"), Some("Payments-EU"))
        };
        for who in ["111111111111", "payments-eu", "PAY*", "*-eu", "1111*", "*"] {
            assert!(means(who), "{who}");
        }
        for who in ["222222222222", "payments", "pay", "2*", ""] {
            assert!(!means(who), "{who}");
        }
        assert!("1111".parse::<Who>().is_err());
    }
}
