//! What memberships cost, as text and as CSV.

use std::fmt::Write;
use std::sync::Arc;

use anyhow::Result;
use comfy_table::{Cell, CellAlignment, Table, presets};
use fleet::cost::{CostReport, dollars, volume};
use rust_decimal::Decimal;

use super::export::csv_text;
use super::failure;
use super::scope::Scope;
use super::text::{BOLD, CHANGE, counted, number, paint, wrapped};

/// So many accounts and Regions are named; the JSON document has all of them.
const DEAREST: usize = 10;

/// Draws the sum first, and then what makes it.
pub(crate) fn cost(report: &CostReport, width: usize) -> String {
    let scope = Scope::from(report);
    let mut text = headline(report, width);
    let accounts = report.accounts.iter().map(|it| Line {
        name: scope.labels.account(it.account_id),
        memberships: it.regions,
        bytes_per_day: it.bytes_per_day,
        usd_a_month: it.usd_a_month,
    });
    text.push_str(&table("account", "Regions", &accounts.collect::<Vec<_>>()));
    let mut regions: Vec<_> = report.regions.iter().collect();
    regions.sort_by_key(|region| std::cmp::Reverse(region.usd_a_month));
    let regions = regions.into_iter().filter(|it| !it.members.is_empty());
    let regions = regions.map(|it| Line {
        name: it.region.to_string(),
        memberships: it.members.len() as u64,
        bytes_per_day: it.bytes_per_day,
        usd_a_month: it.usd_a_month,
    });
    text.push_str(&table("Region", "accounts", &regions.collect::<Vec<_>>()));
    text.push_str(&packages(report));
    let unread = report
        .regions
        .iter()
        .filter_map(|region| Some((&region.region, region.cause()?)));
    text.push_str(&failure::regions(unread, &scope, width));
    for unknown in &report.unknown {
        let first = format!("{} ", paint(CHANGE, "not included:"));
        let _ = writeln!(text, "{}", wrapped(unknown, width, &first, "  "));
    }
    let _ = writeln!(text, "{}\n", rates(report, width));
    text.push_str(&failure::bad_lines(&report.header, width));
    text.push_str(&failure::notes(&report.header, width));
    text.trim_end().to_owned() + "\n"
}

fn headline(report: &CostReport, width: usize) -> String {
    let sum = &report.summary;
    let dearest = paint(BOLD, format_args!("{} a month", dollars(sum.usd_a_month)));
    let mut text = format!(
        "{dearest} for {} of {}, as AWS projects it: {} a day.",
        counted(sum.memberships, "membership"),
        counted(report.accounts.len() as u64, "account"),
        volume(sum.bytes_per_day)
    );
    if sum.in_trial > 0 {
        let _ = write!(
            text,
            " {} of it is of {} that may still be in the free trial of 30 days.",
            dollars(sum.usd_a_month_in_trial),
            counted(sum.in_trial, "membership")
        );
    }
    format!("{}\n\n", wrapped(&text, width, "", "  "))
}

/// A row of a table.
struct Line {
    name: String,
    memberships: u64,
    bytes_per_day: u64,
    usd_a_month: Decimal,
}

/// The dearest come first; the others are one line.
fn table(what: &str, memberships: &str, lines: &[Line]) -> String {
    if lines.is_empty() {
        return String::new();
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header([what, memberships, "a day", "a month"]);
    let row = |line: &Line| {
        [
            Cell::new(&line.name),
            right(number(line.memberships)),
            right(volume(line.bytes_per_day)),
            right(dollars(line.usd_a_month)),
        ]
    };
    let (named, others) = lines.split_at(lines.len().min(DEAREST));
    named.iter().for_each(|line| {
        table.add_row(row(line));
    });
    if !others.is_empty() {
        let rest = Line {
            name: format!("{} more", number(others.len() as u64)),
            memberships: others.iter().map(|it| it.memberships).sum(),
            bytes_per_day: others.iter().map(|it| it.bytes_per_day).sum(),
            usd_a_month: others.iter().map(|it| it.usd_a_month).sum(),
        };
        table.add_row(row(&rest));
    }
    format!("{}\n\n", table.trim_fmt())
}

fn right(text: String) -> Cell {
    Cell::new(text).set_alignment(CellAlignment::Right)
}

fn packages(report: &CostReport) -> String {
    if report.packages.is_empty() {
        return String::new();
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["data source", "a day"]);
    for (package, bytes) in &report.packages {
        table.add_row([Cell::new(package), right(volume(*bytes))]);
    }
    format!("{}\n\n", table.trim_fmt())
}

fn rates(report: &CostReport, width: usize) -> String {
    let rates = &report.rates;
    let trust = if rates.verified {
        ""
    } else {
        ", not verified: compare them with https://aws.amazon.com/detective/pricing/ and name your own file with --rates"
    };
    let text = format!("rates of {}: {}{trust}", rates.dated, rates.source);
    failure::note(&text, width)
}

fn text(words: Option<&Arc<str>>) -> String {
    words.map_or_else(String::new, ToString::to_string)
}

/// A line for each membership, for whoever charges it to its owner.
///
/// # Errors
///
/// None in practice: texts can be written to memory.
pub(crate) fn cost_csv(report: &CostReport) -> Result<String> {
    let mut lines = csv::Writer::from_writer(Vec::new());
    lines.write_record([
        "account_id",
        "region",
        "status",
        "bytes_per_day",
        "usd_a_month",
        "trial_until",
        "name",
        "owner",
    ])?;
    let labels = &report.header.labels;
    for region in &report.regions {
        for member in &region.members {
            lines.write_record([
                member.account_id.to_string(),
                region.region.to_string(),
                member.status.to_string(),
                member
                    .usd_a_month
                    .map(|_| member.bytes_per_day.to_string())
                    .unwrap_or_default(),
                member
                    .usd_a_month
                    .map(|usd| usd.to_string())
                    .unwrap_or_default(),
                member
                    .trial_until
                    .map(|at| at.to_string())
                    .unwrap_or_default(),
                text(labels.name(member.account_id)),
                text(labels.owner(member.account_id)),
            ])?;
        }
    }
    csv_text(lines)
}
