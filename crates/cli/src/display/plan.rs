//! The plan, as `terraform plan` would draw it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use fleet::account::{AccountId, Region};
use fleet::cause::Cause;
use fleet::cost::{Estimate, dollars};
use fleet::report::{Action, PlanReport, PlanSummary, RegionPlan};

use super::grouping;
use super::scope::Scope;
use super::text::{
    BAD, BOLD, CHANGE, DIM, FAILED, GOOD, Mark, counted, len, number, paint, wrapped,
};
use super::trouble::{self, Item};

/// What Regions have in common that are drawn as one.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Shape {
    pub(super) create_graph: bool,
    pub(super) delete_graph: bool,
    pub(super) changes: Vec<String>,
    pub(super) failed: bool,
    pub(super) members: Vec<(Action, AccountId)>,
}

impl Shape {
    /// The accounts to which the same happens.
    pub(super) fn by_action(&self) -> BTreeMap<Action, Vec<AccountId>> {
        grouping::group(self.members.iter().copied())
    }

    /// Whether there is anything to say of it here.
    pub(super) fn is_idle(&self) -> bool {
        let mut actions = self.members.iter().map(|(action, _)| action);
        let idle = actions.all(|action| *action == Action::Unchanged);
        let kept = !self.create_graph && !self.delete_graph && self.changes.is_empty();
        self.failed || (idle && kept)
    }
}

/// Draws a plan for a window of that many columns.
pub(crate) fn plan(report: &PlanReport, width: usize) -> String {
    let scope = Scope::from(report);
    let mut text = scope.head(&report.header, width);
    for (shape, regions) in shapes(report) {
        draw_shape(&mut text, &shape, &scope, &regions, width);
    }
    text.push_str(&blocked(report, &scope, width));
    text.push_str(&super::failure::bad_lines(&report.header, width));
    text.push_str(&super::failure::notes(&report.header, width));
    text.push_str(&summary(report, width));
    text
}

/// Regions that look the same, together, in the order of their first.
pub(super) fn shapes(report: &PlanReport) -> Vec<(Shape, BTreeSet<Region>)> {
    let shapes = grouping::group(
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
        delete_graph: region.delete_graph,
        changes: region.changes.clone(),
        failed: region.error.is_some(),
        members,
    }
}

fn draw_shape(
    text: &mut String,
    shape: &Shape,
    scope: &Scope,
    regions: &BTreeSet<Region>,
    width: usize,
) {
    if shape.is_idle() {
        return;
    }
    let _ = writeln!(
        text,
        "{}",
        wrapped(&scope.regions(regions), width, "  ", "  ")
    );
    if shape.create_graph {
        line(text, ADD, "behavior graph", "create", width);
    }
    if shape.delete_graph {
        line(
            text,
            REMOVE,
            "behavior graph",
            "delete, with its data",
            width,
        );
    }
    for change in &shape.changes {
        line(text, ALTER, "behavior graph", change, width);
    }
    for (action, accounts) in shape.by_action() {
        let who = match accounts.as_slice() {
            [account] => scope.labels.account(*account),
            accounts => counted(len(accounts), "account"),
        };
        line(text, mark(action), &who, words(action), width);
        // Who is one of few is of interest, and so is everybody who is removed; who is one of all
        // others is not.
        let few = accounts.len() <= MOST_NAMED && accounts.len() < shape.members.len() / 2;
        if accounts.len() > 1 && (few || action == Action::Remove) {
            let names = wrapped(
                &grouping::listed(scope.names(&accounts)),
                width,
                NAMES,
                NAMES,
            );
            let _ = writeln!(text, "{}", paint(DIM, names));
        }
    }
    text.push('\n');
}

/// The most accounts of a group that a plan names.
const MOST_NAMED: usize = 20;
/// Where the words stand that do not fit beside them.
const WORDS: &str = "                        ";
/// Where their names stand.
const NAMES: &str = "                  ";

fn line(text: &mut String, mark: Mark, who: &str, what: &str, width: usize) {
    let symbol = paint(mark.style, format_args!("{:>3}", mark.symbol));
    let first = format!("  {symbol} {who:<14}  ");
    let _ = writeln!(text, "{}", wrapped(what, width, &first, WORDS));
}

const ADD: Mark = Mark {
    symbol: "+",
    style: GOOD,
};
const ALTER: Mark = Mark {
    symbol: "~",
    style: CHANGE,
};
const REMOVE: Mark = Mark {
    symbol: "-",
    style: BAD,
};

fn mark(action: Action) -> Mark {
    match action {
        Action::Invite => ADD,
        Action::Accept | Action::Wait | Action::Start => ALTER,
        Action::Repair => Mark {
            symbol: "-/+",
            style: CHANGE,
        },
        Action::Remove => REMOVE,
        Action::Unchanged => Mark {
            symbol: "=",
            style: DIM,
        },
        Action::Blocked => FAILED,
        Action::Skipped => Mark {
            symbol: "-",
            style: DIM,
        },
    }
}

pub(super) fn words(action: Action) -> &'static str {
    match action {
        Action::Invite => "invite, and accept",
        Action::Accept => "accept the invitation that waits",
        Action::Repair => "remove the failed entry, invite with the file's e-mail, and accept",
        Action::Wait => "wait for AWS to verify the e-mail, and accept",
        Action::Remove => "remove",
        Action::Start => "accepted, but not enabled: ask AWS to try again",
        Action::Unchanged => "as the list wants",
        Action::Blocked => "needs action, see below",
        Action::Skipped => "out of scope",
    }
}

/// The memberships that need action, but for those of Regions that failed as a whole: that is one thing,
/// not one for each of its accounts.
pub(super) fn blocked_members(report: &PlanReport) -> impl Iterator<Item = Item<'_>> {
    let read = report.regions.iter().filter(|it| it.error.is_none());
    read.flat_map(|region| {
        let members = region.members.iter();
        let blocked = members.filter(|member| member.action == Action::Blocked);
        blocked.map(|member| Item {
            account: member.account_id,
            region: &region.region,
            cause: member
                .cause()
                .unwrap_or_else(|| Cause::other("AWS does not say why")),
        })
    })
}

/// What needs action, by cause.
fn blocked(report: &PlanReport, scope: &Scope, width: usize) -> String {
    let members = blocked_members(report);
    let mut text = super::failure::regions(
        report
            .regions
            .iter()
            .filter_map(|region| Some((&region.region, region.cause()?))),
        scope,
        width,
    );
    text.push_str(&trouble::draw(members, scope, FAILED, width));
    if !text.is_empty() {
        text.insert_str(0, &format!("{}\n", paint(BOLD, "Needs action:")));
        text.push('\n');
    }
    text
}

pub(super) fn summary(report: &PlanReport, width: usize) -> String {
    let sum = &report.summary;
    if !report.changes_anything() && !report.has_trouble() {
        return no_changes(report);
    }
    let administrator = (sum.create_graphs > 0).then(|| {
        format!(
            "This makes {} a Detective administrator in {} where it has no behavior graph yet.",
            report.header.administrator,
            counted(sum.create_graphs, "Region")
        )
    });
    let charges = (sum.starts_charging > 0).then(|| {
        format!(
            "{} would start to be charged for, or begin their free trial.",
            counted(sum.starts_charging, "account-Region")
        )
    });
    let removals = (sum.remove > 0 && sum.delete_graphs == 0).then(|| {
        "A removed account sends no more data. To come back, it has to be invited and to accept again."
            .to_owned()
    });
    let deletions = (sum.delete_graphs > 0).then(|| {
        let graphs = counted(sum.delete_graphs, "behavior graph");
        let them = if sum.delete_graphs == 1 { "it" } else { "them" };
        format!("{graphs} would be deleted, with all data in {them}: AWS cannot restore it.")
    });
    let counts = format!(
        "{} {}.",
        paint(BOLD, "Plan:"),
        counts(sum, report.header.operation == "disable")
    );
    let lines = administrator
        .into_iter()
        .chain(charges)
        .chain(report.estimate.as_ref().map(estimate))
        .chain(removals);
    let lines = lines.chain(deletions).chain([counts]);
    lines
        .map(|line| wrapped(&line, width, "", "  ") + "\n")
        .collect()
}

/// Nothing is left to do.
pub(super) fn no_changes(report: &PlanReport) -> String {
    let fine = counted(report.summary.unchanged, "membership");
    format!("{} {fine} as the list wants.\n", paint(BOLD, "No changes."))
}

/// The three that everybody looks for, always; the others where there are any.
fn counts(sum: &PlanSummary, leaving: bool) -> String {
    let always = if leaving {
        vec![(sum.remove, "to remove")]
    } else {
        vec![
            (sum.invite, "to invite"),
            (sum.accept, "to accept"),
            (sum.repair, "to repair"),
        ]
    };
    let removed = if leaving { 0 } else { sum.remove };
    let sometimes = [
        (removed, "to remove"),
        (sum.start, "to start"),
        (sum.change_graphs, "to change about graphs"),
        (sum.wait, "to wait for"),
        (sum.unchanged, "unchanged"),
        (sum.blocked, "needing action"),
        (sum.skipped, "out of scope"),
    ];
    let graphs = [(sum.create_graphs, "create"), (sum.delete_graphs, "delete")];
    let graphs = graphs.into_iter().filter(|(n, _)| *n > 0);
    let graphs = graphs.map(|(n, what)| format!("{} to {what}", counted(n, "behavior graph")));
    let counts = always
        .into_iter()
        .chain(sometimes.into_iter().filter(|(n, _)| *n > 0));
    let counts = counts.map(|(n, what)| format!("{} {what}", number(n)));
    grouping::listed(graphs.chain(counts))
}

/// What the new memberships would cost, as far as there is something to compare them with.
fn estimate(estimate: &Estimate) -> String {
    if estimate.memberships == 0 {
        return "What that would cost a month cannot be said: too few members are measured to compare them with.".to_owned();
    }
    let rest = match estimate.cannot_say {
        0 => String::new(),
        n => format!(" Of {} more it cannot be said.", counted(n, "membership")),
    };
    format!(
        "{} of them would cost about {} a month, between {} and {}, if they are like the {} that their Regions have (rates not verified, see `cost`).{rest}",
        counted(estimate.memberships, "membership"),
        dollars(estimate.usd_a_month),
        dollars(estimate.usd_a_month_low),
        dollars(estimate.usd_a_month_high),
        counted(estimate.compared_with, "member"),
    )
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{self, plain};
    use super::*;
    use fleet::cause::Place;
    use fleet::report::Why;

    #[test]
    fn a_plan_from_nothing_is_one_block() {
        let report = fixture::plan(80, |_, _| (Action::Invite, None));
        insta::assert_snapshot!(plain(&plan(&report, 80)));
        insta::assert_snapshot!(plain(&plan(&report, 120)));
    }

    #[test]
    fn a_plan_with_every_kind_of_step() {
        let mut report = fixture::plan(80, |n, region| match (n, region.as_str()) {
            (3, _) => (Action::Blocked, Some(fixture::wrong_email())),
            (4, "me-south-1") => (Action::Blocked, Some(Cause::RegionOff)),
            (5, "eu-west-1") => (Action::Repair, None),
            (6 | 7, "us-west-1") => (Action::Accept, None),
            (10..20, "us-west-1") => (Action::Wait, None),
            (8, _) => (Action::Skipped, None),
            (_, "us-east-1") => (Action::Unchanged, None),
            _ => (Action::Invite, None),
        });
        report.header.invalid_lines.push(fixture::bad_line());
        insta::assert_snapshot!(plain(&plan(&report, 80)));
        insta::assert_snapshot!(plain(&plan(&report, 120)));
    }

    #[test]
    fn a_plan_names_everybody_who_is_removed() {
        let mut report = fixture::plan(12, |n, region| match (n, region.as_str()) {
            (0..9, "us-east-1") => (Action::Remove, None),
            (9, "us-east-1") => (Action::Start, None),
            _ => (Action::Unchanged, None),
        });
        for region in &mut report.regions {
            region.changes = vec!["set the tags cost, team".to_owned()];
        }
        report = PlanReport::of(report.header, report.regions, report.calls);
        insta::assert_snapshot!(plain(&plan(&report, 80)));
        insta::assert_snapshot!(plain(&plan(&report, 120)));
    }

    #[test]
    fn a_plan_to_delete_graphs_says_what_that_means() {
        let mut report = fixture::plan(3, |_, _| (Action::Remove, None));
        report.header.operation = "disable".to_owned();
        for region in &mut report.regions {
            (region.create_graph, region.delete_graph) = (false, true);
        }
        report = PlanReport::of(report.header, report.regions, report.calls);
        insta::assert_snapshot!(plain(&plan(&report, 80)));
        insta::assert_snapshot!(plain(&plan(&report, 120)));
    }

    #[test]
    fn a_plan_without_changes_says_so() {
        let report = fixture::plan(80, |_, _| (Action::Unchanged, None));
        insta::assert_snapshot!(plain(&plan(&report, 80)));
        insta::assert_snapshot!(plain(&plan(&report, 120)));
    }

    #[test]
    fn a_region_that_cannot_be_read_is_said_once() {
        let mut report = fixture::plan(80, |_, region| match region.as_str() {
            "eu-west-1" => (Action::Blocked, Some(fixture::silent())),
            _ => (Action::Unchanged, None),
        });
        for region in &mut report.regions {
            let broken = region.region.as_str() == "eu-west-1";
            let cause = broken.then(fixture::silent);
            let place = Place::region(&region.region);
            (region.error, region.why) = Why::of(cause.as_ref(), &place);
        }
        insta::assert_snapshot!(plain(&plan(&report, 80)));
        insta::assert_snapshot!(plain(&plan(&report, 120)));
    }
}
