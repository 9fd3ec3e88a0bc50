//! What would happen.

use fleet::account::Region;
use fleet::cause::Place;
use fleet::language::{Language, Words};
use fleet::member::Since;
use fleet::report::{Action, Done, MemberPlan, PlanReport, RegionPlan};

use crate::document::{Area, Cell, Document, Number, Paged};
use crate::mark::{Mark, Tone};
use crate::words;

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

impl Paged for PlanReport {
    fn document(&self, language: Language) -> Document {
        let words = words::of(language);
        let (headline, tone) = headline(words, self);
        let charged = match self.summary.starts_charging {
            0 => None,
            n => Some(words.fill(
                "{0} would start to be charged, or their free trial would begin.",
                &[&words.counted(n, "account-Region")],
            )),
        };
        Document {
            words,
            header: self.header.clone(),
            title: words.fill("Plan to {0}", &[&self.header.operation]),
            headline,
            tone,
            remark: charged,
            people: Vec::new(),
            numbers: numbers(self),
            charts: Vec::new(),
            marks: MARKS,
            areas: self.regions.iter().map(|it| area(words, it)).collect(),
            findings: Vec::new(),
            calls: self.calls.clone(),
            finished: None,
            error: None,
        }
    }
}

fn cell(words: Words, member: &MemberPlan, region: &Region) -> Cell {
    let cause = member.cause();
    let place = Place::one(member.account_id, region);
    Cell {
        account: member.account_id,
        mark: mark(member.action),
        status: member.status.clone(),
        before: None,
        reason: words::reason(words, member.reason.as_ref(), cause.as_ref(), &place),
        cause,
        since: Since::default(),
        done: Done::default(),
    }
}

fn area(words: Words, region: &RegionPlan) -> Area {
    let cause = region.cause();
    let place = Place::region(&region.region);
    let members = region.members.iter();
    let cells = members.map(|member| cell(words, member, &region.region));
    let mut changes = region.changes.clone();
    if region.create_graph {
        changes.push(words.say("a behavior graph would be created").to_owned());
    }
    if region.delete_graph {
        changes.push(words.say("the behavior graph would be deleted").to_owned());
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
        error: words::reason(words, region.error.as_ref(), cause.as_ref(), &place),
        cause,
        amiss: Vec::new(),
        changes,
        finished: None,
        cells: cells.collect(),
    }
}

fn headline(words: Words, report: &PlanReport) -> (String, Tone) {
    let sum = &report.summary;
    let changes = sum.invite + sum.accept + sum.repair + sum.wait + sum.remove + sum.start;
    let changed = words.counted(changes, "membership");
    match (report.changes_anything(), report.has_trouble()) {
        (_, true) if sum.blocked > 0 => {
            let blocked = words.counted(sum.blocked, "membership");
            let both = "{0} would change; {1} cannot be as wanted";
            (words.fill(both, &[&changed, &blocked]), Tone::Bad)
        }
        (_, true) => {
            let changed = words.fill(
                "{0} would change, and something needs attention",
                &[&changed],
            );
            (changed, Tone::Bad)
        }
        (true, false) if changes == 0 => {
            let graphs = words.say("Behavior graphs would change");
            (graphs.to_owned(), Tone::New)
        }
        (true, false) => (words.fill("{0} would change", &[&changed]), Tone::New),
        (false, false) => (words.say("Nothing would change").to_owned(), Tone::Calm),
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
