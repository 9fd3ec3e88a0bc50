//! The matrix of accounts and Regions, made to fit the window: equal Regions are one column and
//! equal accounts are one row.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::ops::Range;

use comfy_table::{Cell, Table, presets};
use fleet::account::{AccountId, Region};
use fleet::member::MemberStatus;
use fleet::report::{RegionNow, StatusReport};

use super::fold::{self, Everywhere};
use super::output::NO_WINDOW;
use super::text::{DIM, counted, len, paint, wrapped};

/// What stands in a cell: a letter, so that 21 of them fit side by side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Code {
    Failed,
    Disabled,
    Other,
    Verifying,
    Invited,
    Absent,
    Unread,
    Unlisted,
    Enabled,
}

impl Code {
    fn letter(self) -> char {
        match self {
            Self::Enabled => 'E',
            Self::Invited => 'I',
            Self::Verifying => 'V',
            Self::Failed => 'F',
            Self::Disabled => 'D',
            Self::Other => '?',
            Self::Absent => '-',
            Self::Unread => 'x',
            Self::Unlisted => '.',
        }
    }

    /// What the letter means.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Enabled => "ENABLED",
            Self::Invited => "INVITED",
            Self::Verifying => "VERIFICATION_IN_PROGRESS",
            Self::Failed => "VERIFICATION_FAILED",
            Self::Disabled => "ACCEPTED_BUT_DISABLED",
            Self::Other => "a status that this version does not know",
            Self::Absent => "no member",
            Self::Unread => "not read",
            Self::Unlisted => "neither in the file nor a member",
        }
    }
}

impl From<&MemberStatus> for Code {
    fn from(status: &MemberStatus) -> Self {
        match status {
            MemberStatus::Enabled => Self::Enabled,
            MemberStatus::Invited => Self::Invited,
            MemberStatus::VerificationInProgress => Self::Verifying,
            MemberStatus::VerificationFailed => Self::Failed,
            MemberStatus::AcceptedButDisabled => Self::Disabled,
            MemberStatus::Other(_) => Self::Other,
        }
    }
}

/// A column: Regions in which every account is the same.
struct Column {
    regions: BTreeSet<Region>,
    codes: Vec<Code>,
}

/// A row: accounts that are the same in every Region.
struct Row {
    accounts: Vec<AccountId>,
    codes: Vec<Code>,
}

impl Row {
    /// Whether its accounts have to be named below: not where all accounts are alike, and not those
    /// that are as everybody wants them.
    fn is_named(&self, rows: usize) -> bool {
        let fine = self.codes.iter().all(|code| *code == Code::Enabled);
        rows > 1 && self.accounts.len() > 1 && !fine
    }
}

/// How wide the matrix gets where there is no window.
const PAPER: usize = 120;

/// Draws the matrix and its legends.
pub(crate) fn draw(report: &StatusReport, width: usize) -> String {
    let paper = if width == NO_WINDOW { PAPER } else { width };
    let members = report.regions.iter().flat_map(|region| &region.members);
    let accounts: BTreeSet<AccountId> = members.map(|member| member.account_id).collect();
    let accounts: Vec<_> = accounts.into_iter().collect();
    if accounts.is_empty() {
        return String::new();
    }
    let columns = columns(&report.regions, &accounts);
    let rows = rows(&columns, &accounts);
    let everywhere = Everywhere::of(report.regions.iter().map(|region| &region.region));
    let headers = Headers::of(&columns, paper);
    let mut text = table(&headers.short, &rows, paper);
    text.push_str(&headers.legend(&columns, &everywhere, width));
    text.push_str(&row_legend(&rows, width));
    text.push_str(&code_legend(&rows, width));
    text
}

fn columns(regions: &[RegionNow], accounts: &[AccountId]) -> Vec<Column> {
    let by_codes = fold::group(
        regions
            .iter()
            .map(|region| (codes(region, accounts), region.region.clone())),
    );
    let mut columns: Vec<_> = by_codes
        .into_iter()
        .map(|(codes, regions)| Column {
            regions: regions.into_iter().collect(),
            codes,
        })
        .collect();
    columns.sort_by(|a, b| a.regions.first().cmp(&b.regions.first()));
    columns
}

fn codes(region: &RegionNow, accounts: &[AccountId]) -> Vec<Code> {
    let members: BTreeMap<_, _> = region
        .members
        .iter()
        .map(|member| (member.account_id, &member.status))
        .collect();
    let code = |account| match members.get(account) {
        Some(Some(status)) => Code::from(status),
        Some(None) => Code::Absent,
        None if region.error.is_some() => Code::Unread,
        None => Code::Unlisted,
    };
    accounts.iter().map(code).collect()
}

/// Rows that need attention come first: codes are in that order.
fn rows(columns: &[Column], accounts: &[AccountId]) -> Vec<Row> {
    let code_of =
        |at: usize| -> Vec<Code> { columns.iter().map(|column| column.codes[at]).collect() };
    let by_codes = fold::group(
        accounts
            .iter()
            .enumerate()
            .map(|(at, account)| (code_of(at), *account)),
    );
    let mut rows: Vec<_> = by_codes
        .into_iter()
        .map(|(codes, accounts)| Row { accounts, codes })
        .collect();
    rows.sort_by_key(|row| row.codes.iter().min().copied());
    rows
}

/// What stands above the columns: the name of the Region; how many they are, with a number that is
/// explained below; or that number alone, where more does not fit.
struct Headers {
    short: Vec<String>,
    explained: Vec<bool>,
}

/// The account column and the space after it.
const FIRST: usize = 16;
/// The space between columns; half of it where columns have numbers only.
const GAP: usize = 2;

impl Headers {
    fn of(columns: &[Column], width: usize) -> Self {
        let name = |(at, column): (usize, &Column)| match column.regions.first() {
            Some(region) if column.regions.len() == 1 => region.to_string(),
            _ => format!("[{}] {} Regions", at + 1, column.regions.len()),
        };
        let short: Vec<_> = columns.iter().enumerate().map(name).collect();
        let needed: usize = short.iter().map(|name| name.len() + GAP).sum();
        if FIRST + needed <= width {
            let explained = short.iter().map(|name| name.starts_with('[')).collect();
            return Self { short, explained };
        }
        Self {
            short: (1..=columns.len()).map(|n| n.to_string()).collect(),
            explained: vec![true; columns.len()],
        }
    }

    fn legend(&self, columns: &[Column], everywhere: &Everywhere<'_>, width: usize) -> String {
        let mut text = String::new();
        let explained = self.explained.iter().zip(columns).enumerate();
        for (at, (_, column)) in explained.filter(|(_, (explained, _))| **explained) {
            // A reader who asked for all Regions wants to know which they are.
            let names = match columns {
                [all] => fold::listed(&all.regions),
                _ => everywhere.phrase(&column.regions),
            };
            let first = format!("  {:<6}", format!("[{}]", at + 1));
            let _ = writeln!(text, "{}", wrapped(&names, width, &first, "        "));
        }
        spaced(text)
    }
}

/// Draws as many columns side by side as fit, and the others below.
fn table(headers: &[String], rows: &[Row], width: usize) -> String {
    let numbered = headers.first().is_some_and(|header| header == "1");
    let gap = if numbered { 1 } else { GAP };
    let mut text = String::new();
    let mut from = 0;
    while from < headers.len() {
        let room = width.saturating_sub(FIRST);
        let ends = headers[from..].iter().scan(0, |used, header| {
            *used += header.len() + gap;
            Some(*used)
        });
        let fits = ends.take_while(|used| *used <= room).count().max(1);
        let columns = from..from + fits;
        let _ = writeln!(
            text,
            "{}\n",
            part(&headers[columns.clone()], rows, columns, gap)
        );
        from += fits;
    }
    text
}

fn part(headers: &[String], rows: &[Row], columns: Range<usize>, gap: usize) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(std::iter::once("").chain(headers.iter().map(String::as_str)));
    for (at, row) in rows.iter().enumerate() {
        let label = Cell::new(label(row, at, rows.len()));
        let cells = row.codes[columns.clone()]
            .iter()
            .map(|code| Cell::new(code.letter()));
        table.add_row(std::iter::once(label).chain(cells));
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, u16::try_from(gap).unwrap_or(1)));
    }
    table.trim_fmt()
}

/// Rows of several accounts are marked with a letter where their accounts have to be named.
fn label(row: &Row, at: usize, rows: usize) -> String {
    match row.accounts.as_slice() {
        [account] => account.to_string(),
        accounts if row.is_named(rows) => {
            format!("{} ({})", counted(len(accounts), "account"), mark(at))
        }
        accounts => counted(len(accounts), "account"),
    }
}

/// `a` to `z`, and numbers where there are more.
fn mark(at: usize) -> String {
    u32::try_from(at)
        .ok()
        .and_then(|at| char::from_digit(at + 10, 36))
        .map_or_else(|| (at + 1).to_string(), String::from)
}

fn row_legend(rows: &[Row], width: usize) -> String {
    let mut text = String::new();
    let named = rows
        .iter()
        .enumerate()
        .filter(|(_, row)| row.is_named(rows.len()));
    for (at, row) in named {
        let first = format!("  {:<6}", format!("({})", mark(at)));
        let _ = writeln!(
            text,
            "{}",
            wrapped(&fold::accounts(&row.accounts), width, &first, "        ")
        );
    }
    spaced(text)
}

fn code_legend(rows: &[Row], width: usize) -> String {
    let used: BTreeSet<_> = rows.iter().flat_map(|row| &row.codes).copied().collect();
    // A letter and its words stay on one line.
    let word = |code: Code| format!("{} {}", code.letter(), code.words()).replace(' ', "\u{a0}");
    let legend = wrapped(&fold::listed(used.into_iter().map(word)), width, "  ", "  ");
    format!("{}\n", paint(DIM, legend.replace('\u{a0}', " ")))
}

fn spaced(mut text: String) -> String {
    if !text.is_empty() {
        text.push('\n');
    }
    text
}
