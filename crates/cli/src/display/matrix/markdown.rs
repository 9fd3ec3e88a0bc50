//! The matrix for wikis and tickets: a table of Markdown.

use comfy_table::{Table, presets};

use super::{Row, columns, rows};
use crate::display::export::escaped;
use crate::display::grouping;
use crate::display::scope::Scope;
use crate::display::text::{counted, len};
use fleet::report::StatusReport;

/// Draws the matrix. What the list says is escaped; nothing in it is AWS's own words.
pub(crate) fn markdown(report: &StatusReport) -> String {
    let scope = Scope::from(report);
    let accounts: Vec<_> = scope.accounts.iter().copied().collect();
    if accounts.is_empty() {
        return String::new();
    }
    let columns = columns(report, &accounts);
    let rows = rows(&columns, &accounts);
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN);
    let regions = columns.iter().map(|column| scope.regions(&column.regions));
    table.set_header(std::iter::once("Accounts".to_owned()).chain(regions));
    for row in &rows {
        let statuses = row.codes.iter().map(|code| code.words().to_owned());
        table.add_row(std::iter::once(label(row, rows.len(), &scope)).chain(statuses));
    }
    format!("{}\n", table.trim_fmt())
}

fn label(row: &Row, rows: usize, scope: &Scope) -> String {
    match row.accounts.as_slice() {
        [account] => escaped(&scope.labels.account(*account)),
        accounts if row.is_named(rows) => escaped(&grouping::accounts(&scope.names(accounts))),
        accounts => counted(len(accounts), "account"),
    }
}
