//! The accounts that a list asks for: bytes in, checked accounts and a word on every bad line out.
//!
//! `text` makes text of the bytes, `table` makes rows of the text (`line` those of a CSV, `document`
//! those of JSON and YAML), `header` says which column holds what, `complaint` makes values of the
//! fields or says what is wrong with them. What concerns several lines is decided here.

mod complaint;
mod document;
mod header;
mod line;
mod table;
#[cfg(test)]
mod tests;
mod text;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::account::{AccountId, Email};
use crate::expected::Exception;
use crate::label::Who;
use crate::origin::ListOrigin;
use header::Columns;
use table::{Row, Table};

/// The accounts of a list, checked and free of duplicates.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roster {
    /// The accounts, by id.
    pub members: BTreeMap<AccountId, Member>,
    /// The accounts that the list itself calls closed or suspended, with their line. Nothing is done
    /// about them, and they do not count as absent from the list.
    pub closed: BTreeMap<AccountId, u64>,
    /// The lines that name no usable account, in the order of the file.
    pub invalid: Vec<BadLine>,
    /// What else is worth saying about the file; nothing of it needs doing.
    pub notes: Vec<String>,
    /// Which file it was, as far as whoever read it says.
    pub list: Option<ListOrigin>,
}

/// What the file says of one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The e-mail address of the account's root user.
    pub email: Email,
    /// The physical line, from 1.
    pub line: u64,
    /// What people call the account. An e-mail address in it is masked.
    pub name: Option<Arc<str>>,
    /// Who is responsible for it. An e-mail address in it is masked.
    pub owner: Option<Arc<str>>,
    /// Where it is known to stay out.
    pub expected: Vec<Exception>,
}

impl Member {
    /// An account without a name.
    #[must_use]
    pub fn new(email: Email, line: u64) -> Self {
        Self {
            email,
            line,
            name: None,
            owner: None,
            expected: Vec::new(),
        }
    }
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
            Self::Binary => "a binary file, or text in an encoding that is not known here",
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
    /// JSON or YAML that cannot be read.
    #[error(
        "the file looks like {kind}, but cannot be read from line {line} on ({why}); write it again, as a whole, with an `Id` and an `Email` for each account, as in the output of `aws organizations list-accounts`"
    )]
    Broken {
        /// `JSON` or `YAML`.
        kind: &'static str,
        /// The physical line, from 1.
        line: u64,
        /// What the parser says.
        why: String,
    },
    /// JSON or YAML about something else.
    #[error(
        "the file is {0}, and there is no account in it; an account has an `Id` (or `AccountId`) and an `Email` (or `RootEmail`), as in the output of `aws organizations list-accounts`"
    )]
    NoAccounts(&'static str),
    /// Several columns hold addresses, and nothing says which are those of the root users.
    #[error(
        "the columns {} hold different e-mail addresses, and nothing says which are those of the root users; name that column `Root e-mail`, or remove the others", .0.join(" and ")
    )]
    SeveralEmails(Vec<String>),
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
            Self::Empty
            | Self::TooLarge
            | Self::TooManyLines
            | Self::NotText(_)
            | Self::Broken { .. }
            | Self::NoAccounts(_)
            | Self::SeveralEmails(_) => &[],
        }
    }
}

/// Accounts that were asked for and are not in the roster.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SelectionError {
    /// No good line of the file names them.
    #[error("not among the usable accounts of the file: {}", Email::mask_in(&.0.join(", ")))]
    NotInFile(Vec<String>),
    /// The selection leaves out every account.
    #[error("every account of the file is left out; nothing remains to be done")]
    Nothing,
}

/// Detective takes 1,200 members in a graph; the rest is room for comments. It also bounds what a
/// hostile file can make of diagnostics.
const MAX_LINES: usize = 100_000;

/// An account id and an e-mail address take 77 characters; the rest is room for other columns.
const MAX_LINE_CHARS: usize = 4096;

/// A line that names an account, before it is compared with the others.
struct Entry {
    id: AccountId,
    member: Member,
}

impl Roster {
    /// Reads a list. The administrator, where it is known already, may not stand in it.
    ///
    /// # Errors
    ///
    /// When the file cannot be read as text, is too large, or has no good line.
    pub fn parse(bytes: &[u8], administrator: Option<AccountId>) -> Result<Self, RosterError> {
        let decoded = text::decode(bytes)?;
        let text = decoded.text.trim_start_matches('\u{feff}');
        if text::lines(text).nth(MAX_LINES).is_some() {
            return Err(RosterError::TooManyLines);
        }
        let table = Table::read(text)?;
        let mut roster = Self::default();
        let columns = roster.columns(&table)?;
        if let Some(taken) = decoded.guessed {
            roster.notes.push(format!(
                "the file is not UTF-8 and was read as {}; where names look wrong, save it as UTF-8",
                text::name(taken)
            ));
        }
        let mut entries = roster.read_rows(&table, &columns);
        if let Some(taken) = decoded.guessed {
            roster.doubt(&mut entries, &columns, bytes, taken);
        }
        roster.merge(entries);
        if let Some(administrator) = administrator {
            roster.exclude_administrator(administrator)?;
        }
        roster.checked()
    }

    fn columns(&mut self, table: &Table) -> Result<Columns, RosterError> {
        let rows = table.rows.iter().filter_map(|row| row.fields.as_ref().ok());
        let Some(header) = &table.header else {
            let columns = Columns::by_place();
            let others = rows.flat_map(|row| row.iter().zip(1..).skip(2));
            let others = others.filter(|(field, _)| field.contains('@'));
            let others: BTreeSet<usize> = others.map(|(_, column)| column).collect();
            if !others.is_empty() {
                let others: Vec<_> = others.iter().map(usize::to_string).collect();
                self.notes.push(format!(
                    "the root users' e-mail addresses are taken from column 2; others are in column {} (a header names the columns)",
                    others.join(" and ")
                ));
            }
            return Ok(columns);
        };
        let rows: Vec<_> = rows.cloned().collect();
        let (columns, note) = Columns::named(header, &rows)?;
        self.notes.extend(note);
        Ok(columns)
    }

    fn read_rows(&mut self, table: &Table, columns: &Columns) -> Vec<Entry> {
        let mut entries = Vec::new();
        for row in &table.rows {
            let entry = row.fields.as_ref().map_err(Clone::clone);
            match entry.and_then(|fields| self.read_row(row.line, fields, columns)) {
                Ok(entry) => entries.extend(entry),
                Err(reason) => self.invalid.push(BadLine {
                    line: row.line,
                    reason,
                }),
            }
        }
        entries
    }

    /// One line: an entry, nothing for an account that is closed, or what is wrong.
    fn read_row(
        &mut self,
        line: u64,
        fields: &[String],
        columns: &Columns,
    ) -> Result<Option<Entry>, String> {
        let field = |column: usize| fields.get(column).map_or("", String::as_str);
        let email = field(columns.email);
        let id = complaint::account_id(field(columns.id), email)?;
        let status = columns.status.iter().map(|column| field(*column));
        if let Some(status) = status.rev().find(|status| header::is_closed(status)) {
            let status = status.to_owned();
            self.closed.insert(id, line);
            self.notes.push(format!(
                "line {line}: account {id} is {status} and left out"
            ));
            return Ok(None);
        }
        let text = |column: Option<usize>| column.map(field).and_then(complaint::words);
        let member = Member {
            name: text(columns.name),
            owner: text(columns.owner),
            expected: complaint::expected(id, columns.expected.map(field).unwrap_or_default())?,
            ..Member::new(complaint::email(email)?, line)
        };
        Ok(Some(Entry { id, member }))
    }

    /// Makes bad lines of those whose id or address reads differently in another encoding that the
    /// bytes could be in: the encoding is a guess.
    fn doubt(
        &mut self,
        entries: &mut Vec<Entry>,
        columns: &Columns,
        bytes: &[u8],
        taken: &'static encoding_rs::Encoding,
    ) {
        for (other, text) in text::other_readings(bytes, taken) {
            let rows = table::rows(&text);
            let fields = |row: Row| Some((row.line, row.fields.ok()?));
            let rows: BTreeMap<u64, Vec<String>> = rows.into_iter().filter_map(fields).collect();
            entries.retain(|entry| {
                let Some(fields) = rows.get(&entry.member.line) else {
                    return true;
                };
                let field = |column: usize| fields.get(column).map_or("", String::as_str);
                let same = field(columns.email) == entry.member.email.expose()
                    && field(columns.id) == entry.id.to_string();
                if !same {
                    self.invalid.push(BadLine {
                        line: entry.member.line,
                        reason: format!(
                            "the account id or the e-mail address has letters that read differently as {} and as {}; save the file as UTF-8",
                            text::name(taken),
                            text::name(other)
                        ),
                    });
                }
                same
            });
        }
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
        let named =
            |of: fn(&Member) -> &Option<Arc<str>>| lines.iter().find_map(|it| of(it).clone());
        let member = Member {
            name: named(|it| &it.name),
            owner: named(|it| &it.owner),
            expected: lines.iter().flat_map(|it| it.expected.clone()).collect(),
            ..first.clone()
        };
        self.members.insert(id, member);
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
    /// When one of them means nobody in the roster, or nothing remains; the roster is as before then.
    pub fn select(
        &mut self,
        only: &[Who],
        except: &[Who],
    ) -> Result<BTreeMap<AccountId, Member>, SelectionError> {
        let means =
            |who: &Who, (id, member): (&AccountId, &Member)| who.means(*id, member.name.as_deref());
        let nobody = |who: &&Who| !self.members.iter().any(|member| means(who, member));
        let unknown = only.iter().chain(except).filter(nobody);
        let unknown: Vec<_> = unknown.map(|who| who.as_str().to_owned()).collect();
        if !unknown.is_empty() {
            return Err(SelectionError::NotInFile(unknown));
        }
        let wanted = |member: (&AccountId, &Member)| {
            (only.is_empty() || only.iter().any(|who| means(who, member)))
                && !except.iter().any(|who| means(who, member))
        };
        if !self.members.iter().any(wanted) {
            return Err(SelectionError::Nothing);
        }
        let all = std::mem::take(&mut self.members);
        let (kept, left_out) = all
            .into_iter()
            .partition(|(id, member)| wanted((id, member)));
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

fn contradiction(id: AccountId, line: u64, other: u64) -> BadLine {
    BadLine {
        line,
        reason: format!(
            "account {id} stands in line {other} with another e-mail address, and nothing is done \
             about the account until one of the two lines is removed"
        ),
    }
}
