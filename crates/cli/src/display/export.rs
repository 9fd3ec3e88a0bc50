//! A status for other programs than ours: CSV and Markdown.

use std::fmt::Write;

use anyhow::{Context, Result};
use fleet::foreign::cell;
use fleet::report::StatusReport;
use jiff::Timestamp;

use super::matrix;
use super::moment::moment;
use super::scope::Scope;
use super::status::{nothing, summary, troubled};

/// What stands in the place of a status where there is none.
const ABSENT: &str = "NO_MEMBER";
const UNREAD: &str = "NOT_READ";

/// One line for each membership, and one for each Region that could not be read.
///
/// # Errors
///
/// None in practice: texts can be written to memory.
pub(crate) fn csv(report: &StatusReport) -> Result<String> {
    let mut lines = csv::Writer::from_writer(Vec::new());
    lines.write_record([
        "account_id",
        "region",
        "status",
        "reason",
        "in_file",
        "name",
        "owner",
        "invited",
        "updated",
    ])?;
    for region in &report.regions {
        let name = region.region.as_str();
        if let Some(error) = &region.error {
            lines.write_record(["", name, UNREAD, &cell(error), "", "", "", "", ""])?;
        }
        for member in &region.members {
            let id = member.account_id.to_string();
            let status = member.status.as_ref().map_or(ABSENT, |it| it.as_str());
            let reason = member.disabled_reason.as_deref().unwrap_or_default();
            let in_file = member.in_roster.map_or(String::new(), |it| it.to_string());
            let called = cell(member.name.as_deref().unwrap_or_default());
            let owner = cell(member.owner.as_deref().unwrap_or_default());
            let reason = cell(reason);
            let since = [member.since.invited, member.since.updated];
            let [invited, updated] = since.map(|at| {
                at.map(|at| Timestamp::from(at).to_string())
                    .unwrap_or_default()
            });
            lines.write_record([
                &id, name, status, &reason, &in_file, &called, &owner, &invited, &updated,
            ])?;
        }
    }
    csv_text(lines)
}

/// The lines that were written to memory, as a text.
///
/// # Errors
///
/// None in practice, as there.
pub(super) fn csv_text(lines: csv::Writer<Vec<u8>>) -> Result<String> {
    let bytes = lines.into_inner().context("cannot write CSV")?;
    String::from_utf8(bytes).context("cannot write CSV")
}

/// The matrix, what is not as wanted, and the counts.
pub(crate) fn markdown(report: &StatusReport) -> String {
    let scope = Scope::from(report);
    let mut text = format!(
        "**{}**\n\nAdministrator {}, {}\n\n",
        escaped(&report.in_a_line()),
        report.header.administrator,
        moment(report.header.started)
    );
    if let Some(nothing) = nothing(report) {
        let _ = writeln!(text, "{nothing}\n");
    }
    let matrix = matrix::markdown(report);
    if !matrix.is_empty() {
        let _ = writeln!(text, "{matrix}");
    }
    let items = list(troubles(report, &scope));
    if !items.is_empty() {
        let _ = writeln!(text, "Needs action:\n\n{items}");
    }
    let bad = report.header.invalid_lines.iter();
    let bad = bad.map(|bad| format!("line {}: {}", bad.line, bad.reason));
    let notes = list(bad.chain(report.header.notes.iter().cloned()));
    if !notes.is_empty() {
        let _ = writeln!(text, "{notes}");
    }
    let counts = anstream::adapter::strip_str(&summary(report)).to_string();
    text + &counts
}

fn troubles(report: &StatusReport, scope: &Scope) -> impl Iterator<Item = String> {
    let unread = report.regions.iter().filter_map(|region| {
        let error = region.error.as_deref()?;
        Some(format!("all accounts in {}: {error}", region.region))
    });
    let unread: Vec<_> = unread.collect();
    let items: Vec<_> = troubled(report).collect();
    let items = items
        .into_iter()
        .map(|it| (it.account, it.region, it.cause));
    let all = scope.accounts.len();
    let lines: Vec<_> = fleet::report::troubles(items)
        .iter()
        .flat_map(|trouble| {
            trouble.places().into_iter().map(|(regions, accounts)| {
                let accounts = scope.accounts_at_fault(&accounts);
                let regions = scope.regions(&regions);
                format!("{accounts} in {regions}: {}", trouble.told(all).in_one())
            })
        })
        .collect();
    unread.into_iter().chain(lines)
}

/// A list; AWS's words are shown as they are.
pub(super) fn list(items: impl Iterator<Item = String>) -> String {
    items
        .map(|item| format!("- {}\n", escaped(&item)))
        .collect()
}

/// Words of others, for Markdown.
pub(crate) fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        if "\\`*_[]<>|#".contains(c) {
            escaped.push('\\');
        }
        escaped.push(if c.is_control() { ' ' } else { c });
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::super::fixture;
    use super::*;
    use fleet::member::MemberStatus::{AcceptedButDisabled, Enabled, VerificationFailed};

    fn report() -> StatusReport {
        let mut report = fixture::status(80, |n, region| match (n, region.as_str()) {
            (3, _) => Some(VerificationFailed),
            (4 | 5, "eu-west-1") => Some(AcceptedButDisabled),
            (6, "eu-west-1") => None,
            _ => Some(Enabled),
        });
        let members = report.regions.iter_mut().flat_map(|it| &mut it.members);
        for member in members.filter(|it| it.status == Some(AcceptedButDisabled)) {
            member.disabled_reason = Some("VOLUME_TOO_HIGH, \"<b>\"".into());
        }
        report.regions.truncate(12);
        report.regions[0].members.clear();
        report.regions[0].error = Some("no answer".into());
        StatusReport::of(report.header, report.regions, report.calls)
    }

    #[test]
    fn a_status_for_wikis() {
        insta::assert_snapshot!(markdown(&report()));
    }

    #[test]
    fn a_status_for_spreadsheets_has_a_line_for_each_membership() {
        let mut report = report();
        report.regions[0].error = Some("=no answer".into());
        let text = csv(&report).unwrap();
        assert_eq!(text.lines().count(), 1 + 1 + 11 * 80);
        for line in [
            "account_id,region,status,reason,in_file,name,owner,invited,updated",
            "111111111004,eu-west-1,ACCEPTED_BUT_DISABLED,\"VOLUME_TOO_HIGH, \"\"<b>\"\"\",true,,,,",
            "111111111006,eu-west-1,NO_MEMBER,,true,,,,",
        ] {
            assert!(text.lines().any(|it| it == line), "{line}");
        }
        assert!(text.contains(",NOT_READ,'=no answer,"));
    }
}
