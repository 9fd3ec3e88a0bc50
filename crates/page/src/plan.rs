//! What would happen.

use fleet::member::Since;
use fleet::report::{Action, Done, PlanReport, RegionPlan};

use crate::document::{Area, Cell, Document, Number};
use crate::mark::{Mark, Tone};
use crate::text::counted;

const MARKS: &[Mark] = &[
    Mark::new("blocked", "×", "cannot be as wanted", Tone::Bad),
    Mark::new("remove", "-", "would be removed", Tone::Gone),
    Mark::new("repair", "~", "would be repaired", Tone::Mended),
    Mark::new(
        "wait",
        "…",
        "would be waited for, then accepted",
        Tone::Wait,
    )
    .advise("AWS is not finished comparing account id and root e-mail."),
    Mark::new("invite", "+", "would be invited and accepted", Tone::New),
    Mark::new("accept", ">", "would be accepted", Tone::New),
    Mark::new("start", "*", "would be started", Tone::New),
    Mark::new("unchanged", "·", "as wanted already", Tone::Calm),
    Mark::new("skipped", "/", "left out", Tone::Mute),
];

fn mark(action: Action) -> usize {
    match action {
        Action::Blocked => 0,
        Action::Remove => 1,
        Action::Repair => 2,
        Action::Wait => 3,
        Action::Invite => 4,
        Action::Accept => 5,
        Action::Start => 6,
        Action::Unchanged => 7,
        Action::Skipped => 8,
    }
}

impl From<&PlanReport> for Document {
    fn from(report: &PlanReport) -> Self {
        let (headline, tone) = headline(report);
        let operation = &report.header.operation;
        let charged = report.summary.starts_charging;
        let charged = match charged {
            0 => None,
            n => Some(format!(
                "{} would start to be charged, or their free trial would begin.",
                counted(n, "account-Region")
            )),
        };
        Self {
            header: report.header.clone(),
            title: format!("Plan to {operation}"),
            headline,
            tone,
            remark: charged,
            people: Vec::new(),
            numbers: numbers(report),
            charts: Vec::new(),
            marks: MARKS,
            areas: report.regions.iter().map(area).collect(),
            findings: Vec::new(),
            calls: report.calls.clone(),
            finished: None,
            error: None,
        }
    }
}

fn area(region: &RegionPlan) -> Area {
    let cells = region.members.iter().map(|member| Cell {
        account: member.account_id,
        mark: mark(member.action),
        status: member.status.clone(),
        before: None,
        reason: member.reason.clone(),
        cause: member.cause(),
        since: Since::default(),
        done: Done::default(),
    });
    let mut changes = region.changes.clone();
    if region.create_graph {
        changes.push("a behavior graph would be created".to_owned());
    }
    if region.delete_graph {
        changes.push("the behavior graph would be deleted".to_owned());
    }
    let blocked = region.members.iter().any(|it| it.action == Action::Blocked);
    Area {
        region: region.region.clone(),
        graph: region.graph_arn.clone(),
        state: match (&region.error, blocked) {
            (Some(_), _) => ("not possible", Tone::Bad),
            (None, true) => ("blocked in part", Tone::Bad),
            (None, false) => ("planned", Tone::Calm),
        },
        error: region.error.clone(),
        cause: region.cause(),
        amiss: Vec::new(),
        changes,
        finished: None,
        cells: cells.collect(),
    }
}

fn headline(report: &PlanReport) -> (String, Tone) {
    let sum = &report.summary;
    let changes = sum.invite + sum.accept + sum.repair + sum.wait + sum.remove + sum.start;
    let changed = counted(changes, "membership");
    match (report.changes_anything(), report.has_trouble()) {
        (_, true) if sum.blocked > 0 => {
            let blocked = counted(sum.blocked, "membership");
            (
                format!("{changed} would change; {blocked} cannot be as wanted"),
                Tone::Bad,
            )
        }
        (_, true) => (
            format!("{changed} would change, and something needs attention"),
            Tone::Bad,
        ),
        (true, false) if changes == 0 => ("Behavior graphs would change".to_owned(), Tone::New),
        (true, false) => (format!("{changed} would change"), Tone::New),
        (false, false) => ("Nothing would change".to_owned(), Tone::Calm),
    }
}

fn numbers(report: &PlanReport) -> Vec<Number> {
    let sum = &report.summary;
    let mut numbers = vec![
        Number::new("memberships", "memberships", sum.memberships, Tone::Void),
        Number::new(
            "create_graphs",
            "graphs to create",
            sum.create_graphs,
            Tone::New,
        ),
        Number::new(
            "delete_graphs",
            "graphs to delete",
            sum.delete_graphs,
            Tone::Bad,
        ),
        Number::new(
            "change_graphs",
            "changes of graphs",
            sum.change_graphs,
            Tone::New,
        ),
        Number::new("invite", "to invite", sum.invite, Tone::New),
        Number::new("accept", "to accept", sum.accept, Tone::New),
        Number::new("repair", "to repair", sum.repair, Tone::Mended),
        Number::new("wait", "to wait for", sum.wait, Tone::Wait),
        Number::new("start", "to start", sum.start, Tone::New),
        Number::new("remove", "to remove", sum.remove, Tone::Gone),
        Number::new("unchanged", "as wanted already", sum.unchanged, Tone::Calm),
        Number::new("blocked", "cannot be as wanted", sum.blocked, Tone::Bad),
        Number::new("skipped", "left out", sum.skipped, Tone::Mute),
    ];
    let always = ["memberships", "invite", "unchanged", "blocked"];
    numbers.retain(|number| number.value > 0 || always.contains(&number.key));
    numbers
}
