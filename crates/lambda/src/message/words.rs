//! The words of messages, in one place: whoever translates messages translates this module.

use fleet::account::Region;
use fleet::report::number;
use jiff::Timestamp;

pub(super) const NEEDS_ACTION: &str = "Needs action:";
pub(super) const KNOWN: &str = "Known already:";
pub(super) const WAITING: &str = "Waiting for AWS:";
pub(super) const BAD_LINES: &str = "Lines of the list that cannot be used:";
pub(super) const UNREAD: &str = "Regions that cannot be read:";
pub(super) const NOTES: &str = "Worth knowing:";

pub(super) const EXECUTE: &str = "To have just this done, and nothing else:";

/// What stands at the beginning of a subject: how bad it is, and whether it is new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// Something needs action that was not told before.
    Action,
    /// What needs action was told before.
    Known,
    /// AWS is not finished.
    Waiting,
    /// Everything is as the list wants.
    Ok,
    /// Nothing was changed, as it was meant.
    Plan,
    /// Nothing was done, because something newer is.
    Info,
}

impl Mark {
    fn word(self) -> &'static str {
        match self {
            Self::Action => "ACTION",
            Self::Known => "KNOWN",
            Self::Waiting => "WAITING",
            Self::Ok => "OK",
            Self::Plan => "PLAN",
            Self::Info => "INFO",
        }
    }
}

pub(super) fn subject(mark: Mark, what: &str) -> String {
    format!("[{}] {what}", mark.word())
}

pub(super) fn of_operation(operation: &str, what: &str) -> String {
    format!("{operation}: {what}")
}

pub(super) fn again(verdict: &str) -> String {
    format!("again: {verdict}")
}

pub(super) const SUPERSEDED: &str = "a newer list took over";
pub(super) const REFUSED: &str = "the list is refused";
pub(super) const PLAN_REFUSED: &str = "the saved plan is not executed";
pub(super) const NOT_APPROVED: &str = "the removals were not approved";
pub(super) const ENDED_EARLY: &str = "the run ended early";
pub(super) const SOMETHING: &str = "something needs action";

pub(super) fn bad_lines(n: usize) -> String {
    match n {
        1 => "1 line of the list cannot be used".to_owned(),
        n => format!("{n} lines of the list cannot be used"),
    }
}

pub(super) fn and_more_causes(what: &str, more: usize) -> String {
    match more {
        0 => what.to_owned(),
        1 => format!("{what}, and 1 more cause"),
        n => format!("{what}, and {n} more causes"),
    }
}

pub(super) fn waiting(accounts: u64, all: u64) -> String {
    let wait = if accounts == 1 { "waits" } else { "wait" };
    format!(
        "{} of {} accounts {wait} for AWS",
        number(accounts),
        number(all)
    )
}

pub(super) fn new_since(last: Timestamp) -> String {
    format!("New since the run of {}:", moment(last))
}

pub(super) fn moment(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// A cause that is known, and for how long.
pub(super) fn known(brief: &str, since: Timestamp, now: Timestamp) -> String {
    let minutes = now.duration_since(since).as_mins().max(0);
    let of = |n: i64, unit: &str| {
        let plural = if n == 1 { "" } else { "s" };
        format!("{brief}, for {n} {unit}{plural}")
    };
    match minutes {
        1440.. => of(minutes / 1440, "day"),
        60.. => of(minutes / 60, "hour"),
        _ => of(minutes.max(1), "minute"),
    }
}

pub(super) fn known_lines(n: usize) -> String {
    format!("{}, as before", bad_lines(n))
}

fn named(regions: &[Region]) -> String {
    let names: Vec<_> = regions.iter().map(Region::as_str).collect();
    names.join(", ")
}

pub(super) fn made_again_in_short(regions: &[Region]) -> String {
    let graph = if regions.len() == 1 {
        "graph"
    } else {
        "graphs"
    };
    format!(
        "behavior {graph} made again in {}, the old data is gone",
        named(regions)
    )
}

pub(super) fn made_again(regions: &[Region]) -> String {
    format!(
        "The behavior graph in {} was made again: the one that the last report had was deleted, and its data with it.",
        named(regions)
    )
}

pub(super) fn memberships(all: u64, counts: &[(u64, &str)]) -> String {
    let counts: Vec<_> = counts
        .iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, what)| format!("{} {what}", number(*n)))
        .collect();
    let thing = if all == 1 {
        "membership"
    } else {
        "memberships"
    };
    match counts.is_empty() {
        true => format!("{} {thing}.", number(all)),
        false => format!("{} {thing}: {}.", number(all), counts.join(", ")),
    }
}

pub(super) fn opening(
    operation: &str,
    key: Option<&str>,
    administrator: &str,
    run: &str,
) -> String {
    let key = key.unwrap_or("an upload");
    format!("{operation} of {key}, administrator {administrator}, run {run}")
}

pub(super) fn uploaded_by(uploader: &str) -> String {
    format!("Uploaded by {uploader}")
}

pub(super) fn approved_by(approval: &str) -> String {
    format!("Approved by {approval}")
}

pub(super) fn links(page: &str, report: &str, folder: &str, execution: Option<&str>) -> String {
    let execution = execution.map(|it| format!("Execution: {it}\n"));
    format!(
        "Page: {page}\nReport: {report}\nAll files of the run: {folder}\n{}",
        execution.unwrap_or_default()
    )
}

pub(super) fn and_more_accounts(more: usize) -> String {
    format!(" and {more} more")
}

pub(super) fn and_more(more: usize) -> String {
    format!("and {more} more: see the report")
}

pub(super) fn in_regions(accounts: &str, regions: &str) -> String {
    format!("{accounts} in {regions}")
}

pub(super) const NOTHING_CHANGED: &str = "Nothing was changed. This is what would be done.";

pub(super) fn planned(graphs: u64, charged: u64) -> Vec<String> {
    let mut lines = Vec::new();
    if graphs > 0 {
        let plural = if graphs == 1 { "" } else { "s" };
        lines.push(format!(
            "{} behavior graph{plural} would be made.",
            number(graphs)
        ));
    }
    if charged > 0 {
        let plural = if charged == 1 { "" } else { "s" };
        lines.push(format!(
            "{} account-Region{plural} would start to be charged, or begin the free trial.",
            number(charged)
        ));
    }
    lines
}
