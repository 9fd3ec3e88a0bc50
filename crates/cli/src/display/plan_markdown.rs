//! A plan for pull requests and tickets: Markdown.

use std::fmt::Write;

use comfy_table::{Table, presets};
use fleet::account::AccountId;
use fleet::report::{Action, PlanReport, region_troubles, troubles};

use super::export::{escaped, list};
use super::grouping;
use super::moment::moment;
use super::output::NO_WINDOW;
use super::plan::{Shape, blocked_members, shapes, summary, words};
use super::scope::Scope;
use super::text::{counted, len};

/// The most accounts that are named in a cell.
const MOST_NAMED: usize = 20;

/// Draws a plan: what it comes to, what would change where, and what needs action.
pub(crate) fn plan_markdown(report: &PlanReport) -> String {
    let scope = Scope::from(report);
    let summary = anstream::adapter::strip_str(&summary(report, NO_WINDOW)).to_string();
    let (consequences, counts) = match summary.trim_end().rsplit_once('\n') {
        Some((consequences, counts)) => (consequences, counts),
        None => ("", summary.trim_end()),
    };
    let mut text = format!(
        "**{}**\n\nPlan to {} for administrator {}, {}\n\n",
        escaped(counts),
        report.header.operation,
        report.header.administrator,
        moment(report.header.started)
    );
    let changes = table(report, &scope);
    if !changes.is_empty() {
        let _ = writeln!(text, "{changes}\n");
    }
    let items = list(needs_action(report, &scope));
    if !items.is_empty() {
        let _ = writeln!(text, "Needs action:\n\n{items}");
    }
    let notes = consequences.lines().map(str::to_owned);
    let notes = list(notes.chain(report.header.notes.iter().cloned()));
    if !notes.is_empty() {
        let _ = writeln!(text, "{notes}");
    }
    text.trim_end().to_owned() + "\n"
}

/// A row for each change, with the Regions that are alike in one.
fn table(report: &PlanReport, scope: &Scope) -> String {
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN);
    table.set_header(["Regions", "Change", "Accounts"]);
    let mut rows = 0;
    for (shape, regions) in shapes(report) {
        if shape.is_idle() {
            continue;
        }
        for [what, who] in changes(&shape, scope) {
            rows += 1;
            table.add_row([scope.regions(&regions), what, who]);
        }
    }
    match rows {
        0 => String::new(),
        _ => table.trim_fmt(),
    }
}

fn changes(shape: &Shape, scope: &Scope) -> Vec<[String; 2]> {
    let graph = [
        (shape.create_graph, "create the behavior graph"),
        (
            shape.delete_graph,
            "**delete the behavior graph, with its data**",
        ),
    ];
    let graph = graph.into_iter().filter(|(is_so, _)| *is_so);
    let graph = graph.map(|(_, what)| [what.to_owned(), String::new()]);
    let chores = shape.changes.iter();
    let chores = chores.map(|it| [escaped(&format!("behavior graph: {it}")), String::new()]);
    let members = shape.by_action().into_iter();
    let members = members.filter(|(action, _)| *action != Action::Unchanged);
    let members =
        members.map(|(action, accounts)| [words(action).to_owned(), who(&accounts, scope)]);
    graph.chain(chores).chain(members).collect()
}

fn who(accounts: &[AccountId], scope: &Scope) -> String {
    match accounts.len() {
        n if n <= MOST_NAMED => escaped(&grouping::listed(scope.names(accounts))),
        _ => counted(len(accounts), "account"),
    }
}

/// Each cause once, with where and what to do.
fn needs_action(report: &PlanReport, scope: &Scope) -> impl Iterator<Item = String> {
    let regions = report.regions.iter();
    let regions = regions.filter_map(|it| Some((&it.region, it.cause()?)));
    let regions = region_troubles(regions).into_iter();
    let regions = regions.map(|(told, regions)| {
        let regions = scope.regions(&regions);
        format!("all accounts in {regions}: {}", told.in_one())
    });
    let items = blocked_members(report).map(|it| (it.account, it.region, it.cause));
    let members = troubles(items).into_iter().map(|trouble| {
        let places = trouble.places().into_iter().map(|(regions, accounts)| {
            let accounts = scope.accounts_at_fault(&accounts);
            format!("{accounts} in {}", scope.regions(&regions))
        });
        let places: Vec<_> = places.collect();
        let told = trouble.told(scope.accounts.len());
        format!("{}: {}", places.join("; "), told.in_one())
    });
    let lines = report.header.invalid_lines.iter();
    let lines = lines.map(|bad| format!("line {}: {}", bad.line, bad.reason));
    let all: Vec<_> = regions.chain(members).chain(lines).collect();
    all.into_iter()
}

#[cfg(test)]
mod tests {
    use super::super::fixture;
    use super::*;
    use fleet::cause::Cause;

    #[test]
    fn a_plan_for_pull_requests() {
        let mut report = fixture::plan(80, |n, region| match (n, region.as_str()) {
            (3, _) => (Action::Blocked, Some(fixture::wrong_email())),
            (4, "me-south-1") => (Action::Blocked, Some(Cause::RegionOff)),
            (6 | 7, "us-west-1") => (Action::Remove, None),
            (_, "us-east-1") => (Action::Unchanged, None),
            _ => (Action::Invite, None),
        });
        report.header.invalid_lines.push(fixture::bad_line());
        report.header.notes.push("a <note>".into());
        insta::assert_snapshot!(plan_markdown(&report));
    }

    #[test]
    fn a_plan_without_changes_is_a_line() {
        let report = fixture::plan(80, |_, _| (Action::Unchanged, None));
        let text = plan_markdown(&report);
        let first = "**No changes. 1,680 memberships as the list wants.**";
        assert_eq!(text.lines().next(), Some(first));
        assert!(!text.contains('|'), "{text}");
    }
}
