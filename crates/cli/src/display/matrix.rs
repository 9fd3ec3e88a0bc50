//! The matrix of accounts and Regions, made to fit the window: equal Regions are one column and
//! equal accounts are one row.

mod code;
mod markdown;
mod table;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use fleet::account::{AccountId, Region};
use fleet::report::{RegionNow, StatusReport};

use code::Code;
pub(crate) use markdown::markdown;
use table::{Headers, mark};

use super::grouping;
use super::output::NO_WINDOW;
use super::scope::Scope;
use super::text::{DIM, paint, wrapped};

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
        let fine = [Code::Enabled, Code::Unread];
        let fine = self.codes.iter().all(|code| fine.contains(code));
        rows > 1 && self.accounts.len() > 1 && !fine
    }
}

/// How wide the matrix gets where there is no window.
const PAPER: usize = 120;

/// Draws the matrix and its legends.
pub(crate) fn draw(report: &StatusReport, width: usize) -> String {
    let paper = if width == NO_WINDOW { PAPER } else { width };
    let scope = Scope::from(report);
    let accounts: Vec<_> = scope.accounts.iter().copied().collect();
    if accounts.is_empty() {
        return String::new();
    }
    let columns = columns(report, &accounts);
    let rows = rows(&columns, &accounts);
    let labels = table::labels(&rows, &scope);
    let headers = Headers::of(&columns, &labels, paper);
    let mut text = headers.table(&rows, &labels, paper);
    text.push_str(&headers.legend(&columns, &scope, width));
    text.push_str(&row_legend(&rows, &scope, width));
    text.push_str(&code_legend(&rows, width));
    text
}

fn columns(report: &StatusReport, accounts: &[AccountId]) -> Vec<Column> {
    let is_part = !report.only.is_empty();
    let codes = |region: &RegionNow| codes(region, accounts, is_part);
    let regions = report.regions.iter();
    let by_codes = grouping::group(regions.map(|region| (codes(region), region.region.clone())));
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

fn codes(region: &RegionNow, accounts: &[AccountId], is_part: bool) -> Vec<Code> {
    let members: BTreeMap<_, _> = region
        .members
        .iter()
        .map(|member| (member.account_id, &member.status))
        .collect();
    let has_roster = region
        .members
        .iter()
        .any(|member| member.in_roster.is_some());
    let code = |account| match members.get(account) {
        Some(Some(status)) => Code::from(status),
        Some(None) => Code::Absent,
        None if region.error.is_some() => Code::Unread,
        None if is_part => Code::Hidden,
        None if has_roster => Code::Unlisted,
        None => Code::Absent,
    };
    accounts.iter().map(code).collect()
}

/// Rows that need attention come first: codes are in that order.
fn rows(columns: &[Column], accounts: &[AccountId]) -> Vec<Row> {
    let code_of =
        |at: usize| -> Vec<Code> { columns.iter().map(|column| column.codes[at]).collect() };
    let by_codes = grouping::group(
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

fn row_legend(rows: &[Row], scope: &Scope, width: usize) -> String {
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
            wrapped(
                &grouping::accounts(&scope.names(&row.accounts)),
                width,
                &first,
                "        "
            )
        );
    }
    spaced(text)
}

fn code_legend(rows: &[Row], width: usize) -> String {
    let used: BTreeSet<_> = rows.iter().flat_map(|row| &row.codes).copied().collect();
    // A letter and its words stay on one line.
    let word = |code: Code| format!("{} {}", code.letter(), code.words()).replace(' ', "\u{a0}");
    let legend = wrapped(
        &grouping::listed(used.into_iter().map(word)),
        width,
        "  ",
        "  ",
    );
    format!("{}\n", paint(DIM, legend.replace('\u{a0}', " ")))
}

fn spaced(mut text: String) -> String {
    if !text.is_empty() {
        text.push('\n');
    }
    text
}
