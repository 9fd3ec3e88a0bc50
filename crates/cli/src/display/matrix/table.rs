//! The table of the matrix, and what stands above its columns.

use std::fmt::Write;
use std::ops::Range;

use comfy_table::{Cell, Table, presets};
use textwrap::core::display_width;

use super::{Column, Row, spaced};
use crate::display::grouping;
use crate::display::scope::Scope;
use crate::display::text::{counted, len, wrapped};

/// What stands above the columns: the name of the Region; how many they are, with a number that is
/// explained below; or that number alone, where more does not fit.
pub(super) struct Headers {
    short: Vec<String>,
    explained: Vec<bool>,
    /// The space after each column.
    gap: usize,
    /// The column of the accounts.
    labels: usize,
}

/// The space between columns that have names, and between those that have numbers only.
const GAPS: (usize, usize) = (2, 1);

impl Headers {
    pub(super) fn of(columns: &[Column], labels: &[String], width: usize) -> Self {
        let labels = labels.iter().map(|label| display_width(label));
        let labels = labels.max().unwrap_or_default();
        let name = |(at, column): (usize, &Column)| match column.regions.first() {
            Some(region) if column.regions.len() == 1 => region.to_string(),
            _ => format!("[{}] {} Regions", at + 1, column.regions.len()),
        };
        let short: Vec<_> = columns.iter().enumerate().map(name).collect();
        let needed: usize = short.iter().map(|name| GAPS.0 + name.len()).sum();
        if labels + needed <= width {
            let explained = short.iter().map(|name| name.starts_with('[')).collect();
            return Self {
                short,
                explained,
                gap: GAPS.0,
                labels,
            };
        }
        Self {
            short: (1..=columns.len()).map(|n| n.to_string()).collect(),
            explained: vec![true; columns.len()],
            gap: GAPS.1,
            labels,
        }
    }

    /// Draws as many columns side by side as fit, and the others below.
    pub(super) fn table(&self, rows: &[Row], labels: &[String], width: usize) -> String {
        let mut text = String::new();
        let mut from = 0;
        while from < self.short.len() {
            let ends = self.short[from..].iter().scan(self.labels, |used, header| {
                *used += self.gap + header.len();
                Some(*used)
            });
            let fits = ends.take_while(|used| *used <= width).count().max(1);
            let _ = writeln!(text, "{}\n", self.part(rows, labels, from..from + fits));
            from += fits;
        }
        text
    }

    fn part(&self, rows: &[Row], labels: &[String], columns: Range<usize>) -> String {
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        let headers = self.short[columns.clone()].iter().map(String::as_str);
        table.set_header(std::iter::once("").chain(headers));
        for (row, label) in rows.iter().zip(labels) {
            let label = Cell::new(label);
            let codes = row.codes[columns.clone()].iter();
            let cells = codes.map(|code| Cell::new(code.letter()));
            table.add_row(std::iter::once(label).chain(cells));
        }
        for column in table.column_iter_mut() {
            column.set_padding((0, u16::try_from(self.gap).unwrap_or(1)));
        }
        table.trim_fmt()
    }

    pub(super) fn legend(&self, columns: &[Column], scope: &Scope, width: usize) -> String {
        let mut text = String::new();
        let explained = self.explained.iter().zip(columns).enumerate();
        for (at, (_, column)) in explained.filter(|(_, (explained, _))| **explained) {
            // A reader who asked for all Regions wants to know which they are.
            let names = match columns {
                [all] => grouping::listed(&all.regions),
                _ => scope.regions(&column.regions),
            };
            let first = format!("  {:<6}", format!("[{}]", at + 1));
            let _ = writeln!(text, "{}", wrapped(&names, width, &first, "        "));
        }
        spaced(text)
    }
}

/// What stands before each row.
pub(super) fn labels(rows: &[Row], scope: &Scope) -> Vec<String> {
    let labels = rows.iter().enumerate();
    labels
        .map(|(at, row)| label(row, at, rows.len(), scope))
        .collect()
}

/// Rows of several accounts are marked with a letter where their accounts have to be named.
fn label(row: &Row, at: usize, rows: usize, scope: &Scope) -> String {
    match row.accounts.as_slice() {
        [account] => scope.labels.account(*account),
        accounts if row.is_named(rows) => {
            format!("{} ({})", counted(len(accounts), "account"), mark(at))
        }
        accounts => counted(len(accounts), "account"),
    }
}

/// `a` to `z`, and numbers where there are more.
pub(super) fn mark(at: usize) -> String {
    u32::try_from(at)
        .ok()
        .and_then(|at| char::from_digit(at + 10, 36))
        .map_or_else(|| (at + 1).to_string(), String::from)
}
