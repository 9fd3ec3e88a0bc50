//! The role in every account: what would be done, what was, and what there is.

use std::fmt::Write;

use fleet::account::AccountId;
use fleet::cause::{Cause, Place};
use roles::RolesReport;
use roles::report::{AccountReport, Action, Outcome, SetState, StackSetReport};

use super::stack_progress::left_off;
use super::text::{
    BAD, BOLD, CHANGE, DIM, FAILED, GOOD, Mark, counted, len, number, paint, wrapped,
};
use super::{failure, grouping, trouble};

/// Draws what became of the roles for a window of that many columns.
pub(crate) fn roles(report: &RolesReport, width: usize) -> String {
    let mut text = head(report, width);
    for (name, style, sign, kind) in [
        ("to be made", GOOD, '+', Kind::Planned(Action::Make)),
        (
            "to be brought up to date",
            CHANGE,
            '~',
            Kind::Planned(Action::Update),
        ),
        ("to be removed", BAD, '-', Kind::Planned(Action::Remove)),
        ("made", GOOD, '+', Kind::Ended(Outcome::Made)),
        (
            "brought up to date",
            CHANGE,
            '~',
            Kind::Ended(Outcome::Updated),
        ),
        ("removed", BAD, '-', Kind::Ended(Outcome::Removed)),
    ] {
        let accounts = accounts(report, |it| kind.is(it));
        if !accounts.is_empty() {
            let first = format!("  {} {name}: ", paint(style, sign));
            let _ = writeln!(
                text,
                "{}",
                wrapped(
                    &grouping::accounts(&names(report, &accounts)),
                    width,
                    &first,
                    "      "
                )
            );
        }
    }
    text.push_str(&changes(report, width));
    text.push_str(&reasons(report, width));
    text.push('\n');
    text.push_str(&failure::bad_lines(&report.header, width));
    text.push_str(&failure::notes(&report.header, width));
    if let Some(error) = &report.error {
        let first = format!("{} ", paint(BAD, "error:"));
        let _ = writeln!(text, "{}\n", wrapped(error, width, &first, "  "));
    }
    text.push_str(&summary(report));
    text
}

/// Which accounts stand in a line.
#[derive(Clone, Copy)]
enum Kind {
    Planned(Action),
    Ended(Outcome),
}

impl Kind {
    fn is(self, account: &AccountReport) -> bool {
        match self {
            Self::Planned(action) => account.outcome.is_none() && account.action == action,
            Self::Ended(outcome) => account.outcome == Some(outcome),
        }
    }
}

fn head(report: &RolesReport, width: usize) -> String {
    let set = report
        .stack_set
        .as_ref()
        .map(|set| stack_set(report, set, width));
    let via = report.via.as_ref().map(|via| {
        let administrator = report.header.administrator;
        let name = format!("Stack {} in {}", via.stack, via.region);
        let words = format!(
            "{}, deployed with {} of each account, for the administrator {administrator}",
            paint(BOLD, name),
            via.role
        );
        format!("{}\n", wrapped(&words, width, "", "  "))
    });
    [set, via].into_iter().flatten().collect()
}

fn stack_set(report: &RolesReport, set: &StackSetReport, width: usize) -> String {
    let state = match (set.state, report.dry_run) {
        (SetState::Missing, _) if report.error.is_some() => "it could not be read",
        (SetState::Missing, _) => "there is none",
        (SetState::Created, true) => "is to be made",
        (SetState::Created, false) => "was made",
        (SetState::Updated, true) => "is to be updated",
        (SetState::Updated, false) => "was updated",
        (SetState::Unchanged, _) => "is there",
    };
    let name = format!("StackSet {} in {}", set.name, set.region);
    let mut text = format!("{}: {state}\n", paint(BOLD, name));
    if !set.differences.is_empty() {
        let other = format!("it differs in: {}", set.differences.join(", "));
        let _ = writeln!(text, "{}", wrapped(&other, width, "  ", "    "));
    }
    if set.others > 0 {
        let others = counted(set.others as u64, "account");
        let words = format!("  {others} in it that the file does not name: left alone");
        let _ = writeln!(text, "{}", paint(DIM, words));
    }
    text
}

fn names(report: &RolesReport, accounts: &[AccountId]) -> Vec<String> {
    let labels = &report.header.labels;
    accounts
        .iter()
        .map(|id| labels.account_and_line(*id))
        .collect()
}

fn accounts(report: &RolesReport, wanted: impl Fn(&AccountReport) -> bool) -> Vec<AccountId> {
    let wanted = report.accounts.iter().filter(|it| wanted(it));
    wanted.map(|it| it.account_id).collect()
}

/// What a reason is for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Why {
    Left,
    Waits,
    Failed,
}

/// What CloudFormation would change; accounts with the same changes together.
fn changes(report: &RolesReport, width: usize) -> String {
    let mut text = String::new();
    let all = report.accounts.iter().flat_map(|it| {
        let changes = it.changes.iter();
        changes.map(|change| (change.clone(), it.account_id))
    });
    for (change, accounts) in grouping::group(all) {
        let first = format!("  {} ", paint(CHANGE, '~'));
        let _ = writeln!(text, "{}", wrapped(&change, width, &first, "    "));
        let names = grouping::accounts(&names(report, &accounts));
        let _ = writeln!(text, "{}", wrapped(&names, width, "      ", "      "));
    }
    text
}

/// What is not as wanted, and what AWS is not finished with; accounts with the same cause together, or
/// with the same words of CloudFormation.
fn reasons(report: &RolesReport, width: usize) -> String {
    let with_reason = report.accounts.iter().filter_map(|it| {
        let words = || it.reason.as_deref().map(Cause::other);
        let cause = it.cause.clone().or_else(words)?;
        let kind = match (it.action, it.outcome) {
            (Action::Leave, _) | (Action::Look, Some(Outcome::Unchanged)) => Why::Left,
            (_, Some(Outcome::Waiting)) => Why::Waits,
            _ => Why::Failed,
        };
        Some(((kind, cause.key()), (it.account_id, cause)))
    });
    let mut text = String::new();
    for ((kind, _), found) in grouping::group(with_reason) {
        let ids: Vec<_> = found.iter().map(|(id, _)| *id).collect();
        let place = Place::among(&ids, &[]).out_of(report.accounts.len());
        let Some((_, cause)) = found.first() else {
            continue;
        };
        let mark = match kind {
            Why::Left => Mark {
                symbol: "=",
                style: DIM,
            },
            Why::Waits => Mark {
                symbol: "…",
                style: CHANGE,
            },
            Why::Failed => FAILED,
        };
        let (told, accounts) = (cause.told(&place), grouping::accounts(&names(report, &ids)));
        text.push_str(&trouble::entry(
            &told,
            &[accounts],
            &report.header.origin,
            mark,
            width,
        ));
    }
    text
}

fn summary(report: &RolesReport) -> String {
    let totals = report.summary;
    let mut parts = Vec::new();
    if report.dry_run {
        parts.push(format!("{} would change", number(totals.changed as u64)));
    } else {
        parts.push(format!("{} as wanted", number(totals.as_wanted as u64)));
        if totals.changed > 0 {
            parts.push(format!("{} changed", number(totals.changed as u64)));
        }
    }
    if totals.waiting > 0 {
        parts.push(format!("{} waiting", number(totals.waiting as u64)));
    }
    if totals.failed > 0 {
        parts.push(format!("{} not as wanted", number(totals.failed as u64)));
    }
    let ended = left_off(report.ended).map(|words| format!(" {words}"));
    let ended = ended.unwrap_or_default();
    let all = counted(len(&report.accounts), "account");
    format!("{}: {}.{ended}\n", paint(BOLD, all), parts.join(", "))
}
