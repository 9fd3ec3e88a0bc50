//! The file, who is calling, and what the administrator sees.

use super::facts::{Facts, GraphFacts};
use super::finding::{Findings, Level, Topic};
use crate::cause::Cause;
use crate::plan::MOST_MEMBERS;
use crate::report::Header;

/// A graph is called nearly full from here on: the last tenth is little for a company that grows.
const NEARLY_FULL: usize = MOST_MEMBERS / 10 * 9;

/// The most that a behavior graph takes in a day (ServiceQuotaExceededException of Detective's
/// service model).
const MOST_BYTES: u64 = 10 * TERABYTE;

/// What is listed is less than the whole, so that it is told somewhat before.
const MUCH: u64 = 8 * TERABYTE;

const TERABYTE: u64 = 1_000_000_000_000;

/// The list of accounts.
pub(super) fn file(header: &Header, facts: &Facts, findings: &mut Findings) {
    let nowhere = (None, None);
    let wanted = facts.members.len();
    let left_out = match facts.accounts - wanted {
        0 => String::new(),
        out => format!(", {out} of them left out"),
    };
    let accounts = counted(facts.accounts, "account");
    findings.ok(Topic::File, nowhere, &format!("{accounts}{left_out}"));
    for bad in &header.invalid_lines {
        let what = format!("line {}: {}", bad.line, bad.reason);
        findings.problem(Topic::File, (None, None), &what, "");
    }
    for expired in &facts.expired {
        findings.problem(Topic::File, (None, None), expired, "");
    }
}

/// Who is calling, as whom, and where.
pub(super) fn caller(facts: &Facts, findings: &mut Findings) {
    let what = format!(
        "{} works as the administrator {}, in the partition {}",
        facts.caller, facts.administrator, facts.partition
    );
    findings.ok(Topic::Caller, (None, None), &what);
    for graph in &facts.graphs {
        let place = (None, Some(graph.region.clone()));
        let what = "on in the administrator; the run works there";
        findings.ok(Topic::Regions, place, what);
    }
}

/// The behavior graphs, and what is in them.
pub(super) fn graphs(facts: &Facts, findings: &mut Findings) {
    let (mut members, mut bytes) = (0, 0);
    for graph in &facts.graphs {
        members = members.max(graph.members + graph.to_invite - graph.without_room.len());
        bytes = bytes.max(graph.bytes_per_day);
    }
    let fullest = format!(
        "room: the fullest behavior graph would have {members} of {MOST_MEMBERS} members; {}",
        volume(bytes)
    );
    for graph in &facts.graphs {
        if one(graph, findings) {
            let place = (None, Some(graph.region.clone()));
            findings.ok(Topic::Graph, place, &fullest);
        }
        if graph.graph_arn.is_none() && graph.error.is_none() {
            let place = (None, Some(graph.region.clone()));
            let what = "no behavior graph yet: enable makes it";
            findings.ok(Topic::Graph, place, what);
        }
        for (account, cause) in &graph.blocked {
            let place = (Some(*account), Some(graph.region.clone()));
            findings.cause(Topic::Members, Level::Problem, place, cause.clone());
        }
    }
}

/// Says what is amiss with one graph, and whether that is nothing.
fn one(graph: &GraphFacts, findings: &mut Findings) -> bool {
    let place = || (None, Some(graph.region.clone()));
    if let Some(cause) = graph.why.cause_or(graph.error.as_deref()) {
        findings.cause(Topic::Graph, Level::Problem, place(), cause);
        return false;
    }
    let (is_roomy, is_light) = (room(graph, findings), weight(graph, findings));
    is_roomy && is_light
}

fn room(graph: &GraphFacts, findings: &mut Findings) -> bool {
    for account in &graph.without_room {
        let ahead = graph.members;
        let place = (Some(*account), Some(graph.region.clone()));
        findings.cause(
            Topic::Graph,
            Level::Problem,
            place,
            Cause::GraphFull { ahead },
        );
    }
    let members = graph.members + graph.to_invite;
    if graph.without_room.is_empty() && members >= NEARLY_FULL {
        let what = format!(
            "nearly full: the behavior graph would have {members} of {MOST_MEMBERS} members, a quota of AWS that cannot be raised"
        );
        let todo = "plan for another administrator before the company outgrows this one";
        findings.advice(
            Topic::Graph,
            (None, Some(graph.region.clone())),
            &what,
            todo,
        );
    }
    graph.without_room.is_empty() && members < NEARLY_FULL
}

fn weight(graph: &GraphFacts, findings: &mut Findings) -> bool {
    let place = (None, Some(graph.region.clone()));
    let what = volume(graph.bytes_per_day);
    let todo = "ask AWS support, or give some of them another administrator";
    match graph.bytes_per_day {
        MOST_BYTES.. => {
            let what = format!("too much data for more members: {what}");
            findings.problem(Topic::Graph, place, &what, todo);
        }
        MUCH.. => findings.advice(Topic::Graph, place, &format!("much data: {what}"), todo),
        _ => return true,
    }
    false
}

/// A lower bound, and why it is one.
fn volume(bytes: u64) -> String {
    let tenths = bytes / (TERABYTE / 10);
    let listed = match tenths {
        0 => "less than 0.1".to_owned(),
        tenths => format!("{}.{}", tenths / 10, tenths % 10),
    };
    format!(
        "the listed members send {listed} of 10 TB a day (a lower bound: the administrator's own data is in no list, and new members will add theirs)"
    )
}

fn counted(n: usize, thing: &str) -> String {
    format!("{n} {thing}{}", if n == 1 { "" } else { "s" })
}
