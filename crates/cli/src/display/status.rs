//! Every account in every Region, as it is now.

use std::collections::BTreeSet;
use std::fmt::Write;

use comfy_table::{Table, presets};
use fleet::member::MemberStatus;
use fleet::moment::Moment;
use fleet::report::{Standing, StatusReport};

use super::failure;
use super::grouping;
use super::matrix;
use super::moment::moment;
use super::scope::Scope;
use super::text::{BOLD, FAILED, counted, number, paint, wrapped};
use super::trouble::{self, Item};

/// Draws a status for a window of that many columns.
pub(crate) fn status(report: &StatusReport, width: usize) -> String {
    let scope = Scope::from(report);
    let verdict = wrapped(&report.in_a_line(), width, "", "  ");
    let mut text = format!("{}\n\n", paint(BOLD, verdict));
    match nothing(report) {
        Some(nothing) => {
            let _ = writeln!(text, "{nothing}\n");
        }
        None => text.push_str(&scope.head(&report.header, width)),
    }
    text.push_str(&matrix::draw(report, width));
    if !scope.accounts.is_empty() {
        text.push('\n');
    }
    let unread = report
        .regions
        .iter()
        .filter_map(|region| Some((&region.region, region.cause()?)));
    let mut trouble = failure::regions(unread, &scope, width);
    trouble.push_str(&trouble::draw(troubled(report), &scope, FAILED, width));
    if !trouble.is_empty() {
        let _ = writeln!(text, "{}\n{trouble}", paint(BOLD, "Needs action:"));
    }
    text.push_str(&strangers(report, &scope, width));
    text.push_str(&failure::bad_lines(&report.header, width));
    text.push_str(&failure::notes(&report.header, width));
    if nothing(report).is_none() {
        let counts = wrapped(summary(report).trim_end(), width, "", "  ");
        let _ = writeln!(text, "{counts}");
    }
    text.trim_end().to_owned() + "\n"
}

/// A line for each membership: since when it is as it is.
pub(crate) fn memberships(report: &StatusReport) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["account", "Region", "status", "invited", "last change"]);
    for region in &report.regions {
        for member in &region.members {
            let at = |at: Option<Moment>| at.map(|at| moment(at.into())).unwrap_or_default();
            table.add_row([
                report.header.labels.account(member.account_id),
                region.region.to_string(),
                member
                    .status
                    .as_ref()
                    .map_or("no member", MemberStatus::as_str)
                    .to_owned(),
                at(member.since.invited),
                at(member.since.updated),
            ]);
        }
    }
    format!("{}\n\n", table.trim_fmt())
}

/// That there is nothing to show of what was asked for, where there is nothing.
pub(super) fn nothing(report: &StatusReport) -> Option<String> {
    let shown = report.regions.iter().flat_map(|it| &it.members).count();
    if shown > 0 || report.only.is_empty() {
        return None;
    }
    let words = |standing: &Standing| match standing {
        Standing::Failed => "No membership failed",
        Standing::Waiting => "Nothing waits",
        Standing::Absent => "Nobody is missing",
        Standing::Enabled => "Nobody is enabled",
    };
    let unread = match report.summary.unread_regions {
        0 => "",
        _ => " in the Regions that could be read",
    };
    let sentences = report.only.iter();
    let sentences = sentences.map(|it| format!("{}{unread}.", words(it)));
    Some(sentences.collect::<Vec<_>>().join(" "))
}

/// Members of our graphs that the file does not name: they are left alone, but somebody should know.
fn strangers(report: &StatusReport, scope: &Scope, width: usize) -> String {
    let members = report.regions.iter().flat_map(|region| &region.members);
    let strangers = members.filter(|member| member.in_roster == Some(false));
    let strangers: BTreeSet<_> = strangers.map(|member| member.account_id).collect();
    if strangers.is_empty() {
        return String::new();
    }
    let strangers: Vec<_> = strangers.into_iter().collect();
    let text = format!(
        "members that the list does not name: {}",
        scope.accounts(&strangers)
    );
    format!("{}\n\n", failure::note(&text, width))
}

/// The memberships that somebody has to do something about.
pub(super) fn troubled(report: &StatusReport) -> impl Iterator<Item = Item<'_>> {
    report.regions.iter().flat_map(|region| {
        region.members.iter().filter_map(|member| {
            Some(Item {
                account: member.account_id,
                region: &region.region,
                cause: member.cause()?,
            })
        })
    })
}

pub(super) fn summary(report: &StatusReport) -> String {
    let sum = &report.summary;
    let statuses = sum
        .by_status
        .iter()
        .map(|(status, n)| format!("{} {status}", number(*n)));
    let absent = (sum.absent > 0).then(|| format!("{} {}", number(sum.absent), "no member"));
    let unread = (sum.unread_regions > 0)
        .then(|| format!("{} not read", counted(sum.unread_regions, "Region")));
    let counts = grouping::listed(statuses.chain(absent).chain(unread));
    let counts = if counts.is_empty() {
        "none".to_owned()
    } else {
        counts
    };
    format!(
        "{} {counts}.\n",
        paint(
            BOLD,
            format_args!("{}:", counted(sum.memberships, "membership"))
        )
    )
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{self, plain};
    use super::*;
    use MemberStatus::{
        AcceptedButDisabled, Enabled, Invited, VerificationFailed, VerificationInProgress,
    };

    #[test]
    fn accounts_and_regions_that_are_alike_are_one_row_and_one_column() {
        let report = fixture::status(80, |n, region| match (n, region.as_str()) {
            (3, _) => Some(VerificationFailed),
            (4, "me-south-1") => Some(Invited),
            (5, "eu-west-1") => Some(AcceptedButDisabled),
            (11, "us-west-1") => None,
            (10..20, "us-west-1") => Some(VerificationInProgress),
            _ => Some(Enabled),
        });
        insta::assert_snapshot!(plain(&status(&report, 80)));
        insta::assert_snapshot!(plain(&status(&report, 120)));
    }

    #[test]
    fn where_nothing_failed_that_is_said() {
        let report = fixture::status(80, |n, _| (n > 0).then_some(Enabled));
        let part = report.only(&fleet::report::Selection {
            standings: [Standing::Failed].into(),
            ..Default::default()
        });
        insta::assert_snapshot!(plain(&status(&part, 80)));
        insta::assert_snapshot!(plain(&status(&part, 120)));
    }

    #[test]
    fn when_all_is_well_the_matrix_is_one_cell() {
        let report = fixture::status(80, |_, _| Some(Enabled));
        insta::assert_snapshot!(plain(&status(&report, 80)));
        insta::assert_snapshot!(plain(&status(&report, 120)));
    }

    #[test]
    fn twenty_one_different_regions_fit_80_columns() {
        let regions = fixture::regions();
        let report = fixture::status(21, |n, region| (regions[n] != *region).then_some(Enabled));
        let text = plain(&status(&report, 80));
        assert!(
            text.lines().all(|line| line.chars().count() <= 80),
            "{text}"
        );
        insta::assert_snapshot!(text);
    }

    #[test]
    fn a_region_that_cannot_be_read_claims_nothing() {
        let mut report = fixture::status(3, |_, _| Some(Enabled));
        report.regions[0].members.clear();
        report.regions[0].error = Some("no answer from af-south-1".into());
        report = StatusReport::of(report.header, report.regions, report.calls);
        insta::assert_snapshot!(plain(&status(&report, 80)));
        insta::assert_snapshot!(plain(&status(&report, 120)));
    }
}
