//! The words of messages, in English here and in Japanese in the table beside it.

mod japanese;
#[cfg(test)]
mod tests;

use fleet::account::Region;
use fleet::language::{Language, Words};
use fleet::report::number;
use jiff::Timestamp;

/// The words in a language.
pub(crate) const fn of(language: Language) -> Words {
    Words::of(language, japanese::ROWS)
}

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
    /// What follows it has its place in it.
    fn form(self) -> &'static str {
        match self {
            Self::Action => "[ACTION] {0}",
            Self::Known => "[KNOWN] {0}",
            Self::Waiting => "[WAITING] {0}",
            Self::Ok => "[OK] {0}",
            Self::Plan => "[PLAN] {0}",
            Self::Info => "[INFO] {0}",
        }
    }
}

pub(super) fn subject(words: Words, mark: Mark, what: &str) -> String {
    words.fill(mark.form(), &[&what])
}

pub(super) fn of_operation(operation: &str, what: &str) -> String {
    format!("{operation}: {what}")
}

pub(super) fn again(words: Words, verdict: &str) -> String {
    words.fill("again: {0}", &[&verdict])
}

pub(super) const SUPERSEDED: &str = "a newer list took over";
pub(super) const REFUSED: &str = "the list is refused";
pub(super) const PLAN_REFUSED: &str = "the saved plan is not executed";
pub(super) const NOT_APPROVED: &str = "the removals were not approved";
pub(super) const ENDED_EARLY: &str = "the run ended early";
pub(super) const SOMETHING: &str = "something needs action";

pub(super) fn bad_lines(words: Words, n: usize) -> String {
    match n {
        1 => words.say("1 line of the list cannot be used").to_owned(),
        n => words.fill("{0} lines of the list cannot be used", &[&n]),
    }
}

pub(super) fn and_more_causes(words: Words, what: &str, more: usize) -> String {
    match more {
        0 => what.to_owned(),
        1 => words.fill("{0}, and 1 more cause", &[&what]),
        n => words.fill("{0}, and {1} more causes", &[&what, &n]),
    }
}

pub(super) fn waiting(words: Words, accounts: u64, all: u64) -> String {
    let form = match accounts {
        1 => "{0} of {1} accounts waits for AWS",
        _ => "{0} of {1} accounts wait for AWS",
    };
    words.fill(form, &[&number(accounts), &number(all)])
}

pub(super) fn new_since(words: Words, last: Timestamp) -> String {
    words.fill("New since the run of {0}:", &[&words.language.minute(last)])
}

/// A cause that is known, and for how long.
pub(super) fn known(words: Words, brief: &str, since: Timestamp, now: Timestamp) -> String {
    let minutes = now.duration_since(since).as_mins().max(0);
    let (n, one, many) = match minutes {
        1440.. => (minutes / 1440, "{0}, for 1 day", "{0}, for {1} days"),
        60.. => (minutes / 60, "{0}, for 1 hour", "{0}, for {1} hours"),
        _ => (minutes.max(1), "{0}, for 1 minute", "{0}, for {1} minutes"),
    };
    match n {
        1 => words.fill(one, &[&brief]),
        n => words.fill(many, &[&brief, &n]),
    }
}

pub(super) fn known_lines(words: Words, n: usize) -> String {
    words.fill("{0}, as before", &[&bad_lines(words, n)])
}

fn named(words: Words, regions: &[Region]) -> String {
    let names: Vec<_> = regions.iter().map(ToString::to_string).collect();
    words.listed(&names)
}

pub(super) fn made_again_in_short(words: Words, regions: &[Region]) -> String {
    let form = match regions.len() {
        1 => "behavior graph made again in {0}, the old data is gone",
        _ => "behavior graphs made again in {0}, the old data is gone",
    };
    words.fill(form, &[&named(words, regions)])
}

pub(super) fn made_again(words: Words, regions: &[Region]) -> String {
    words.fill(
        "The behavior graph in {0} was made again: the one that the last report had was deleted, and its data with it.",
        &[&named(words, regions)],
    )
}

/// How many memberships there are, and of which kinds: each with a form such as `{0} enabled`.
pub(super) fn memberships(words: Words, all: u64, counts: &[(u64, &'static str)]) -> String {
    let counts = counts.iter().filter(|(n, _)| *n > 0);
    let counts: Vec<_> = counts
        .map(|(n, form)| words.fill(form, &[&number(*n)]))
        .collect();
    let all = words.counted(all, "membership");
    match counts.is_empty() {
        true => words.fill("{0}.", &[&all]),
        false => words.fill("{0}: {1}.", &[&all, &words.listed(&counts)]),
    }
}

pub(crate) fn opening(
    words: Words,
    operation: &str,
    key: Option<&str>,
    administrator: &str,
    run: &str,
) -> String {
    let key = key.unwrap_or_else(|| words.say("an upload"));
    words.fill(
        "{0} of {1}, administrator {2}, run {3}",
        &[&operation, &key, &administrator, &run],
    )
}

pub(crate) fn uploaded_by(words: Words, uploader: &str) -> String {
    words.fill("Uploaded by {0}", &[&uploader])
}

pub(super) fn approved_by(words: Words, approval: &str) -> String {
    words.fill("Approved by {0}", &[&approval])
}

pub(super) fn links(
    words: Words,
    page: &str,
    report: &str,
    folder: &str,
    execution: Option<&str>,
) -> String {
    let lines = [
        ("Page: {0}", Some(page)),
        ("Report: {0}", Some(report)),
        ("All files of the run: {0}", Some(folder)),
        ("Execution: {0}", execution),
    ];
    let lines = lines.into_iter().filter_map(|(form, it)| Some((form, it?)));
    lines
        .map(|(form, it)| words.fill(form, &[&it]) + "\n")
        .collect()
}

pub(super) fn and_more_accounts(words: Words, more: usize) -> String {
    words.fill(" and {0} more", &[&more])
}

pub(super) fn and_more(words: Words, more: usize) -> String {
    words.fill("and {0} more: see the report", &[&more])
}

pub(super) fn in_regions(words: Words, accounts: &str, regions: &str) -> String {
    words.fill("{0} in {1}", &[&accounts, &regions])
}

pub(super) fn bad_line(words: Words, number: u64, reason: &str) -> String {
    let reason = words.language.retell(reason);
    words.fill("line {0}: {1}", &[&number, &reason])
}

pub(super) const NOTHING_CHANGED: &str = "Nothing was changed. This is what would be done.";

pub(super) fn planned(words: Words, graphs: u64, charged: u64) -> Vec<String> {
    let graphs = (graphs > 0).then(|| {
        let graphs = words.counted(graphs, "behavior graph");
        words.fill("{0} would be made.", &[&graphs])
    });
    let charged = (charged > 0).then(|| {
        let charged = words.counted(charged, "account-Region");
        words.fill(
            "{0} would start to be charged, or begin the free trial.",
            &[&charged],
        )
    });
    graphs.into_iter().chain(charged).collect()
}
