//! The accounts that a CSV asks for: bytes in, checked accounts and a word on every bad line out.
//!
//! `text` makes text of the bytes, `line` makes fields of a line, `complaint` makes values of the
//! fields or says what is wrong with them. What concerns several lines is decided here.

mod complaint;
mod line;
#[cfg(test)]
mod tests;
mod text;

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::account::{AccountId, Email};
use line::Columns;

/// The accounts of a CSV, checked and free of duplicates.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roster {
    /// The accounts, by id.
    pub members: BTreeMap<AccountId, Member>,
    /// The lines that name no usable account, in the order of the file.
    pub invalid: Vec<BadLine>,
    /// What else is worth saying about the file; nothing of it needs doing.
    pub notes: Vec<String>,
}

/// What the file says of one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The e-mail address of the account's root user.
    pub email: Email,
    /// The physical line, from 1.
    pub line: u64,
}

/// A line that names no usable account.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct BadLine {
    /// The physical line, from 1.
    pub line: u64,
    /// What is wrong, and what to do. Without e-mail addresses.
    pub reason: String,
}

impl fmt::Display for BadLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.reason)
    }
}

/// What a file that cannot be read as text looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Looks {
    /// `.xlsx`, `.ods`, `.xls`.
    Spreadsheet,
    /// gzip.
    Compressed,
    /// PDF.
    Pdf,
    /// Anything else.
    Binary,
}

impl fmt::Display for Looks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Spreadsheet => "a spreadsheet or zip file",
            Self::Compressed => "a compressed file",
            Self::Pdf => "a PDF",
            Self::Binary => "a binary file or in an encoding other than UTF-8 and UTF-16",
        })
    }
}

/// Why a file gives no roster at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RosterError {
    /// Not one byte.
    #[error("the file is empty; write one line per account: account id,root e-mail")]
    Empty,
    /// Over the limit of bytes.
    #[error("the file is larger than 5 MiB; is it the list of accounts?")]
    TooLarge,
    /// Over the limit of lines.
    #[error("the file has more than {MAX_LINES} lines; is it the list of accounts?")]
    TooManyLines,
    /// Not text.
    #[error("the file is {0}; save the list as CSV (UTF-8)")]
    NotText(Looks),
    /// No line is good. The bad ones, if any, are listed.
    #[error("no line of the file names a usable account; write lines of: account id,root e-mail")]
    NoGoodLine(Vec<BadLine>),
}

impl RosterError {
    /// The bad lines of the file, where it could be read that far.
    #[must_use]
    pub fn invalid_lines(&self) -> &[BadLine] {
        match self {
            Self::NoGoodLine(invalid) => invalid,
            Self::Empty | Self::TooLarge | Self::TooManyLines | Self::NotText(_) => &[],
        }
    }
}

/// Accounts that were asked for by id and are not in the roster.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SelectionError {
    /// No good line of the file names them.
    #[error("not among the usable accounts of the file: {}", list(.0))]
    NotInFile(Vec<AccountId>),
    /// The selection leaves out every account.
    #[error("every account of the file is left out; nothing remains to be done")]
    Nothing,
}

fn list(ids: &[AccountId]) -> String {
    let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
    ids.join(", ")
}

/// Detective takes 1,200 members in a graph; the rest is room for comments. It also bounds what a
/// hostile file can make of diagnostics.
const MAX_LINES: usize = 100_000;

/// An account id and an e-mail address take 77 characters; the rest is room for other columns.
const MAX_LINE_CHARS: usize = 4096;

/// A good line, before it is compared with the others.
struct Entry {
    id: AccountId,
    member: Member,
}

impl Roster {
    /// Reads a CSV. The administrator, where it is known already, may not stand in it.
    ///
    /// # Errors
    ///
    /// When the file cannot be read as text, is too large, or has no good line.
    pub fn parse(bytes: &[u8], administrator: Option<AccountId>) -> Result<Self, RosterError> {
        let text = text::decode(bytes)?;
        let text = text.trim_start_matches('\u{feff}');
        if text::lines(text).nth(MAX_LINES).is_some() {
            return Err(RosterError::TooManyLines);
        }
        let mut roster = Self::default();
        let entries = roster.read_lines(text);
        roster.merge(entries);
        if let Some(administrator) = administrator {
            roster.exclude_administrator(administrator)?;
        }
        roster.checked()
    }

    fn read_lines(&mut self, text: &str) -> Vec<Entry> {
        let mut entries = Vec::new();
        let mut columns = None;
        for (line, content) in (1..).zip(text::lines(text)) {
            if line::is_ignored(content) {
                continue;
            }
            match read_line(content, line, &mut columns) {
                Ok(entry) => entries.extend(entry),
                Err(reason) => self.invalid.push(BadLine { line, reason }),
            }
        }
        entries
    }

    /// Merges lines that say the same. Where they contradict each other nothing tells which one is
    /// right, so that none of them is acted on.
    fn merge(&mut self, entries: Vec<Entry>) {
        let mut by_id: BTreeMap<AccountId, Vec<Member>> = BTreeMap::new();
        for Entry { id, member } in entries {
            by_id.entry(id).or_default().push(member);
        }
        let mut notes = BTreeMap::new();
        for (id, lines) in by_id {
            self.merge_account(id, &lines, &mut notes);
        }
        self.notes.extend(notes.into_values());
        self.invalid.sort();
    }

    fn merge_account(
        &mut self,
        id: AccountId,
        lines: &[Member],
        notes: &mut BTreeMap<u64, String>,
    ) {
        let mut rest = lines.iter();
        let Some(first) = rest.next() else { return };
        if let Some(other) = rest.clone().find(|member| member.email != first.email) {
            self.invalid.extend(lines.iter().map(|member| {
                let same = member.email == first.email;
                contradiction(id, member.line, if same { other.line } else { first.line })
            }));
            return;
        }
        notes.extend(rest.map(|member| {
            let (line, first) = (member.line, first.line);
            let note = format!("line {line}: account {id} stands in line {first} already, with the same e-mail address; merged");
            (line, note)
        }));
        self.members.insert(id, first.clone());
    }

    fn checked(self) -> Result<Self, RosterError> {
        if self.members.is_empty() {
            return Err(RosterError::NoGoodLine(self.invalid));
        }
        Ok(self)
    }

    /// Makes a bad line of the administrator's, for where it becomes known after the file was read:
    /// an account is no member of its own graph.
    ///
    /// # Errors
    ///
    /// When no good line remains.
    pub fn exclude_administrator(&mut self, id: AccountId) -> Result<(), RosterError> {
        let Some(member) = self.members.remove(&id) else {
            return Ok(());
        };
        self.invalid.push(BadLine {
            line: member.line,
            reason: format!(
                "{id} is the administrator itself, which is never a member of its own behavior \
                 graph; remove the line"
            ),
        });
        self.invalid.sort();
        if self.members.is_empty() {
            return Err(RosterError::NoGoodLine(self.invalid.clone()));
        }
        Ok(())
    }

    /// Keeps the accounts `only` (all, where it is empty) that are not in `except`, and gives back
    /// those that it takes out.
    ///
    /// # Errors
    ///
    /// When an id is not in the roster, or nothing remains; the roster is as before then.
    pub fn select(
        &mut self,
        only: &[AccountId],
        except: &[AccountId],
    ) -> Result<BTreeMap<AccountId, Member>, SelectionError> {
        let unknown = |id: &&AccountId| !self.members.contains_key(*id);
        let unknown: Vec<AccountId> = only.iter().chain(except).filter(unknown).copied().collect();
        if !unknown.is_empty() {
            return Err(SelectionError::NotInFile(unknown));
        }
        let wanted =
            |id: &AccountId| (only.is_empty() || only.contains(id)) && !except.contains(id);
        if !self.members.keys().any(wanted) {
            return Err(SelectionError::Nothing);
        }
        let all = std::mem::take(&mut self.members);
        let (kept, left_out) = all.into_iter().partition(|(id, _)| wanted(id));
        self.members = kept;
        Ok(left_out)
    }

    /// The accounts in the order of the file.
    #[must_use]
    pub fn in_file_order(&self) -> Vec<(AccountId, &Member)> {
        let mut members: Vec<_> = self.members.iter().map(|(id, m)| (*id, m)).collect();
        members.sort_by_key(|(_, member)| member.line);
        members
    }

    /// The accounts as a CSV that reads back as the same roster, in the order of the file, with the
    /// e-mail addresses exposed: for the file that a person asked for and for nothing else.
    ///
    /// No header, so that AWS's sample scripts take it as well.
    #[must_use]
    pub fn to_csv(&self) -> String {
        let mut csv = String::new();
        for (id, member) in self.in_file_order() {
            let email = member.email.expose();
            if email.contains(['"', ',', ';', '\t', ' ']) {
                csv.push_str(&format!("{id},\"{}\"\n", email.replace('"', "\"\"")));
            } else {
                csv.push_str(&format!("{id},{email}\n"));
            }
        }
        csv
    }
}

/// One line that is not ignored: an entry, the header, or what is wrong.
fn read_line(
    content: &str,
    line: u64,
    columns: &mut Option<Columns>,
) -> Result<Option<Entry>, String> {
    // Only what comes first can be a header: words further down are somebody's mistake.
    let first = columns.is_none();
    let columns = columns.get_or_insert(Columns::FIRST_TWO);
    if content.chars().nth(MAX_LINE_CHARS).is_some() {
        return Err(format!(
            "the line has more than {MAX_LINE_CHARS} characters; write an account id and an \
             e-mail address"
        ));
    }
    let fields = line::fields(content).ok_or(
        "a quote is opened and not closed in this line; close it, and keep each account on one \
         line",
    )?;
    if first && let Some(header) = line::header(&fields) {
        *columns = header;
        return Ok(None);
    }
    let field = |column: usize| fields.get(column).map_or("", String::as_str);
    let email = field(columns.email);
    let id = complaint::account_id(field(columns.id), email)?;
    let email = complaint::email(email)?;
    let member = Member { email, line };
    Ok(Some(Entry { id, member }))
}

fn contradiction(id: AccountId, line: u64, other: u64) -> BadLine {
    BadLine {
        line,
        reason: format!(
            "account {id} stands in line {other} with another e-mail address, and nothing is done \
             about the account until one of the two lines is removed"
        ),
    }
}
