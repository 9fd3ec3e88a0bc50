//! The plan, as `terraform plan` would draw it.

use std::collections::BTreeSet;
use std::fmt::Write;

use anstyle::Style;
use fleet::account::{AccountId, Region};
use fleet::report::{Action, PlanReport, PlanSummary, RegionPlan};

use super::fold::{self, Everywhere};
use super::text::{BAD, BOLD, CHANGE, DIM, GOOD, counted, len, number, paint, wrapped};
use super::trouble::{self, Item};

/// What Regions have in common that are drawn as one.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Shape {
    create_graph: bool,
    failed: bool,
    members: Vec<(Action, AccountId)>,
}

/// Draws a plan for a window of that many columns.
pub(crate) fn plan(report: &PlanReport, width: usize) -> String {
    let everywhere = Everywhere::of(report.regions.iter().map(|region| &region.region));
    let members = report.regions.iter().flat_map(|region| &region.members);
    let accounts = members.map(|member| member.account_id).collect();
    let mut text = super::text::head(&report.header, &accounts, report.regions.len());
    for (shape, regions) in shapes(report) {
        draw_shape(&mut text, &shape, &everywhere.phrase(&regions), width);
    }
    text.push_str(&blocked(report, &everywhere, width));
    text.push_str(&super::failure::bad_lines(&report.header, width));
    text.push_str(&super::failure::notes(&report.header, width));
    text.push_str(&summary(report));
    text
}

/// Regions that look the same, together, in the order of their first.
fn shapes(report: &PlanReport) -> Vec<(Shape, BTreeSet<Region>)> {
    let shapes = fold::group(
        report
            .regions
            .iter()
            .map(|region| (shape(region), region.region.clone())),
    );
    let mut shapes: Vec<(_, BTreeSet<_>)> = shapes
        .into_iter()
        .map(|(shape, regions)| (shape, regions.into_iter().collect()))
        .collect();
    shapes.sort_by(|(_, a), (_, b)| a.first().cmp(&b.first()));
    shapes
}

fn shape(region: &RegionPlan) -> Shape {
    let mut members: Vec<_> = region
        .members
        .iter()
        .map(|m| (m.action, m.account_id))
        .collect();
    members.sort();
    Shape {
        create_graph: region.create_graph,
        failed: region.error.is_some(),
        members,
    }
}

fn draw_shape(text: &mut String, shape: &Shape, regions: &str, width: usize) {
    let by_action = fold::group(shape.members.iter().copied());
    let idle = by_action.keys().all(|action| *action == Action::Unchanged);
    if shape.failed || (idle && !shape.create_graph) {
        return;
    }
    let _ = writeln!(text, "{}", wrapped(regions, width, "  ", "  "));
    if shape.create_graph {
        line(text, ("+", GOOD), "behavior graph", "create");
    }
    for (action, accounts) in by_action {
        let (symbol, style, what) = words(action);
        let who = match accounts.as_slice() {
            [account] => account.to_string(),
            accounts => counted(len(accounts), "account"),
        };
        line(text, (symbol, style), &who, what);
        // Who is one of few is of interest; who is one of all others is not.
        if (2..=MOST_NAMED).contains(&accounts.len()) && accounts.len() < shape.members.len() / 2 {
            let names = wrapped(&fold::listed(&accounts), width, NAMES, NAMES);
            let _ = writeln!(text, "{}", paint(DIM, names));
        }
    }
    text.push('\n');
}

/// The most accounts of a group that a plan names.
const MOST_NAMED: usize = 20;
/// Where their names stand.
const NAMES: &str = "                  ";

fn line(text: &mut String, (symbol, style): (&str, Style), who: &str, what: &str) {
    let _ = writeln!(
        text,
        "  {} {who:<14}  {what}",
        paint(style, format_args!("{symbol:>3}"))
    );
}

fn words(action: Action) -> (&'static str, Style, &'static str) {
    match action {
        Action::Invite => ("+", GOOD, "invite, and accept"),
        Action::Accept => ("~", CHANGE, "accept the invitation that waits"),
        Action::Repair => (
            "-/+",
            CHANGE,
            "remove the failed entry, invite with the file's e-mail, and accept",
        ),
        Action::Wait => ("~", CHANGE, "wait for AWS to verify the e-mail, and accept"),
        Action::Unchanged => ("=", DIM, "as wanted"),
        Action::Blocked => ("!", BAD, "cannot be as wanted, see below"),
        Action::Skipped => ("-", DIM, "left out"),
    }
}

/// What cannot be as wanted, by reason. A Region that failed as a whole is one thing, not one for
/// each of its accounts.
fn blocked(report: &PlanReport, everywhere: &Everywhere<'_>, width: usize) -> String {
    let members = report
        .regions
        .iter()
        .filter(|region| region.error.is_none())
        .flat_map(|region| {
            let blocked = region
                .members
                .iter()
                .filter(|member| member.action == Action::Blocked);
            blocked.map(|member| Item {
                account: member.account_id,
                region: &region.region,
                reason: member.reason.as_deref().unwrap_or("AWS does not say why"),
            })
        });
    let mut text = super::failure::regions(
        report
            .regions
            .iter()
            .filter_map(|region| Some((&region.region, region.error.as_deref()?))),
        everywhere,
        width,
    );
    text.push_str(&trouble::draw(members, everywhere, ('!', BAD), width));
    if !text.is_empty() {
        text.insert_str(0, &format!("{}\n", paint(BOLD, "Cannot be as wanted:")));
        text.push('\n');
    }
    text
}

fn summary(report: &PlanReport) -> String {
    let sum = &report.summary;
    let mut text = String::new();
    if !report.changes_anything() && !report.has_trouble() {
        let all = counted(sum.memberships - sum.skipped, "membership");
        let _ = writeln!(text, "{} {all} as wanted.", paint(BOLD, "No changes."));
        return text;
    }
    if sum.create_graphs > 0 {
        let _ = writeln!(
            text,
            "This makes {} a Detective administrator in {} where it has no behavior graph yet.",
            report.header.administrator,
            counted(sum.create_graphs, "Region")
        );
    }
    if sum.starts_charging > 0 {
        let _ = writeln!(
            text,
            "{} would start to be charged for, or begin their free trial.",
            counted(sum.starts_charging, "account-Region")
        );
    }
    let _ = writeln!(text, "{} {}.", paint(BOLD, "Plan:"), counts(sum));
    text
}

/// The three that everybody looks for, always; the others where there are any.
fn counts(sum: &PlanSummary) -> String {
    let always = [
        (sum.invite, "to invite"),
        (sum.accept, "to accept"),
        (sum.repair, "to repair"),
    ];
    let sometimes = [
        (sum.wait, "to wait for"),
        (sum.unchanged, "unchanged"),
        (sum.blocked, "blocked"),
        (sum.skipped, "left out"),
    ];
    let graphs = (sum.create_graphs > 0)
        .then(|| format!("{} to create", counted(sum.create_graphs, "behavior graph")));
    let counts = always
        .into_iter()
        .chain(sometimes.into_iter().filter(|(n, _)| *n > 0));
    let counts = counts.map(|(n, what)| format!("{} {what}", number(n)));
    fold::listed(graphs.into_iter().chain(counts))
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{self, plain};
    use super::*;

    #[test]
    fn a_plan_from_nothing_is_one_block() {
        let report = fixture::plan(80, |_, _| (Action::Invite, None));
        insta::assert_snapshot!(plain(&plan(&report, 80)));
    }

    #[test]
    fn a_plan_with_every_kind_of_step() {
        let mut report = fixture::plan(80, |n, region| match (n, region.as_str()) {
            (3, _) => (Action::Blocked, Some(fixture::WRONG_EMAIL)),
            (4, "me-south-1") => (Action::Blocked, Some(fixture::REGION_OFF)),
            (5, "eu-west-1") => (Action::Repair, None),
            (6 | 7, "us-west-1") => (Action::Accept, None),
            (10..20, "us-west-1") => (Action::Wait, None),
            (8, _) => (Action::Skipped, None),
            (_, "us-east-1") => (Action::Unchanged, None),
            _ => (Action::Invite, None),
        });
        report.header.invalid_lines.push(fixture::bad_line());
        insta::assert_snapshot!(plain(&plan(&report, 80)));
    }

    #[test]
    fn a_plan_without_changes_says_so() {
        let report = fixture::plan(80, |_, _| (Action::Unchanged, None));
        insta::assert_snapshot!(plain(&plan(&report, 80)));
    }

    #[test]
    fn a_region_that_cannot_be_read_is_said_once() {
        let mut report = fixture::plan(80, |_, region| match region.as_str() {
            "eu-west-1" => (Action::Blocked, Some("no answer from eu-west-1")),
            _ => (Action::Unchanged, None),
        });
        for region in &mut report.regions {
            let broken = region.region.as_str() == "eu-west-1";
            region.error = broken.then(|| "no answer from eu-west-1".into());
        }
        insta::assert_snapshot!(plain(&plan(&report, 80)));
    }
}
