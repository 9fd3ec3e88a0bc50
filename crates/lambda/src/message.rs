//! What people are told: a line, and a short text for a mail.

#[cfg(test)]
mod tests;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use fleet::account::{AccountId, Email};
use fleet::cause::{Cause, Place, Told};
use fleet::foreign::escaped;
use fleet::label::Labels;
use fleet::report::{Ended, Header, Outcome, PlanReport, Report, Verdict, name_regions, places};
use jiff::Timestamp;
use serde_json::Value;

use crate::error::Name;
use crate::function::Caught;
use crate::links::Console;
use crate::news::{News, Spot};
use crate::report::Reported;
use crate::run::page_key;
use words::Mark;

/// SNS takes a subject of fewer than 100 characters.
const SUBJECT: usize = 99;
/// How many lines of one kind are told, and how many accounts in one of them; the report has all of them.
const MOST: usize = 25;
const MOST_ACCOUNTS: usize = 10;
/// Step Functions hands on at most 256 KiB, and a mail of more than this is not read.
const MOST_CHARS: usize = 16_000;

/// What a message is about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Said<'a> {
    /// The upload.
    pub(crate) key: Option<&'a str>,
    /// Where the report lies.
    pub(crate) report: &'a str,
    /// The schedule started it.
    pub(crate) drift: bool,
    /// What of it is new.
    pub(crate) news: &'a News,
    /// Where people find it; none where the execution has no ARN.
    pub(crate) console: Option<&'a Console>,
}

/// The words of an error that Step Functions caught.
pub(crate) fn cause(error: &Caught) -> String {
    // A function's error comes as what the function answered.
    let answer: Option<Value> = serde_json::from_str(&error.cause).ok();
    let text = answer
        .as_ref()
        .and_then(|answer| answer["errorMessage"].as_str());
    let text = text.unwrap_or(&error.cause);
    let text: String = Email::mask_in(text).chars().take(500).collect();
    format!("{}: {text}", error.error)
}

/// How an execution ends that was begun.
pub(crate) fn error_of(report: &Report) -> Option<Name> {
    if report.ended == Ended::Superseded {
        return None;
    }
    match report.verdict() {
        Verdict::AsWanted => None,
        Verdict::Waiting => Some(Name::StillWaiting),
        Verdict::NotAsWanted | Verdict::Interrupted => {
            let only_lines = report.error.is_none()
                && report.summary.failed == 0
                && report
                    .regions
                    .iter()
                    .all(|region| region.error.is_none() && region.amiss.is_empty());
            Some(if only_lines {
                Name::BadInput
            } else {
                Name::Failed
            })
        }
    }
}

/// What is told of a run.
pub(crate) fn run(report: &Report, error: Option<Name>, said: Said<'_>) -> Reported {
    let summary = &report.summary;
    let subject = subject(&of_run(report, error, said));
    let mut text = String::new();
    if let Some(error) = &report.error {
        line(&mut text, error);
    }
    if !report.regions.is_empty() {
        line(&mut text, &report.in_accounts());
    }
    let news = said.news;
    let title = match news.last {
        Some(last) => words::new_since(last),
        None => words::NEEDS_ACTION.to_owned(),
    };
    list(&mut text, &title, troubles(report, &news.new));
    list(&mut text, words::KNOWN, known(report, news));
    list(&mut text, words::WAITING, waiting(report));
    let known_lines = (news.known_lines > 0).then(|| words::known_lines(news.known_lines));
    let lines = news.new_lines.iter().cloned().chain(known_lines).collect();
    list(&mut text, words::BAD_LINES, lines);
    let again = (!news.made_again.is_empty()).then(|| words::made_again(&news.made_again));
    let notes = again.into_iter().chain(report.header.notes.iter().cloned());
    list(&mut text, words::NOTES, notes.collect());
    if !report.regions.is_empty() {
        let counts = [
            (summary.enabled, "enabled"),
            (summary.changed, "changed"),
            (summary.removed, "removed"),
            (summary.waiting, "waiting"),
            (summary.failed, "needing action"),
            (summary.skipped, "out of scope"),
        ];
        let counts = words::memberships(summary.memberships, &counts);
        line(&mut text, &format!("\n{counts}"));
    }
    close(&text, error, subject, &report.header, said)
}

/// The subject of a run: how bad it is, whether it is new, and what it is.
fn of_run(report: &Report, error: Option<Name>, said: Said<'_>) -> String {
    let news = said.news;
    let operation = operation(&report.header, said);
    let of_operation =
        |mark, what: &str| words::subject(mark, &words::of_operation(operation, what));
    let verdict = report.in_accounts();
    let verdict = verdict.trim_end_matches('.');
    match error {
        _ if report.ended == Ended::Superseded => of_operation(Mark::Info, words::SUPERSEDED),
        None if !news.made_again.is_empty() => {
            of_operation(Mark::Ok, &words::made_again_in_short(&news.made_again))
        }
        None if news.was_amiss => words::subject(Mark::Ok, &words::again(verdict)),
        None => of_operation(Mark::Ok, verdict),
        Some(Name::StillWaiting) => {
            let count = report.headcount();
            let waiting = words::waiting(count.waiting, count.accounts);
            of_operation(Mark::Waiting, &waiting)
        }
        Some(Name::NotApproved) => of_operation(Mark::Action, words::NOT_APPROVED),
        Some(Name::PlanRefused) => of_operation(Mark::Action, words::PLAN_REFUSED),
        Some(Name::BadInput) if report.regions.is_empty() => {
            of_operation(Mark::Action, words::REFUSED)
        }
        Some(_) if report.error.is_some() && news.new.is_empty() => {
            of_operation(Mark::Action, words::ENDED_EARLY)
        }
        Some(_) => match (news.has_new(), needs(report, news)) {
            (true, what) => of_operation(Mark::Action, &what),
            (false, what) => words::subject(Mark::Known, &what),
        },
    }
}

/// What needs action, in a few words: the new first.
fn needs(report: &Report, news: &News) -> String {
    let now = report.header.started;
    let briefs: Vec<_> = by_cause(&news.new)
        .into_iter()
        .map(|(cause, spots)| cause.brief(&place(&spots)))
        .collect();
    let lines = news.new_lines.len();
    let lines = (lines > 0).then(|| words::bad_lines(lines));
    let known = news.known.iter();
    let known =
        known.map(|(cause, spots, since)| words::known(&cause.brief(&place(spots)), *since, now));
    let all: Vec<_> = match news.has_new() {
        true => briefs.into_iter().chain(lines).collect(),
        false => known.collect(),
    };
    match all.split_first() {
        Some((first, more)) => words::and_more_causes(first, more.len()),
        None if news.known_lines > 0 => words::bad_lines(news.known_lines),
        None => words::SOMETHING.to_owned(),
    }
}

/// What is told of a plan.
pub(crate) fn plan(report: &PlanReport, execute: Option<&str>, said: Said<'_>) -> Reported {
    let summary = &report.summary;
    let counts = [
        (summary.invite, "to invite"),
        (summary.accept, "to accept"),
        (summary.start, "to start"),
        (summary.repair, "to repair"),
        (summary.remove, "to remove"),
        (summary.wait, "to wait for"),
        (summary.unchanged, "as the list wants"),
        (summary.blocked, "needing action"),
        (summary.skipped, "out of scope"),
    ];
    let counts = words::memberships(summary.memberships, &counts);
    let what = words::of_operation(
        operation(&report.header, said),
        counts.trim_end_matches('.'),
    );
    let subject = subject(&words::subject(Mark::Plan, &what));
    let mut text = String::new();
    line(&mut text, words::NOTHING_CHANGED);
    line(&mut text, &counts);
    for planned in words::planned(summary.create_graphs, summary.starts_charging) {
        line(&mut text, &planned);
    }
    let lines = report.header.invalid_lines.iter();
    let lines = lines.map(|bad| format!("line {}: {}", bad.line, bad.reason));
    list(&mut text, words::BAD_LINES, lines.collect());
    let regions = report.regions.iter();
    let broken =
        regions.filter_map(|region| Some(format!("{}: {}", region.region, region.error.as_ref()?)));
    list(&mut text, words::UNREAD, broken.collect());
    list(&mut text, words::NOTES, report.header.notes.clone());
    let execute = execute.filter(|_| report.changes_anything());
    list(
        &mut text,
        words::EXECUTE,
        execute.into_iter().map(str::to_owned).collect(),
    );
    close(&text, None, subject, &report.header, said)
}

/// What SNS takes as a subject.
fn subject(subject: &str) -> String {
    subject
        .chars()
        .filter(char::is_ascii)
        .take(SUBJECT)
        .collect()
}

fn operation<'a>(header: &'a Header, said: Said<'_>) -> &'a str {
    match said.drift {
        true => "drift",
        false => &header.operation,
    }
}

/// Everything with the same cause together, what is about whole Regions first, and then what holds back
/// most.
fn by_cause(all: &[(Cause, Spot)]) -> Vec<(Cause, BTreeSet<Spot>)> {
    let mut by_key: BTreeMap<Cause, (Cause, BTreeSet<Spot>)> = BTreeMap::new();
    for (cause, spot) in all {
        let (_, spots) = by_key
            .entry(cause.key())
            .or_insert_with(|| (cause.clone(), BTreeSet::new()));
        spots.insert(spot.clone());
    }
    let mut causes: Vec<_> = by_key.into_values().collect();
    causes.sort_by_key(|(_, spots)| {
        let of_a_region = spots.iter().any(|(account, _)| account.is_none());
        let accounts: BTreeSet<_> = spots.iter().map(|(account, _)| account).collect();
        std::cmp::Reverse((of_a_region, accounts.len(), spots.len()))
    });
    causes
}

fn place(spots: &BTreeSet<Spot>) -> Place {
    let members = spots.iter();
    let members: Vec<_> = members
        .filter_map(|(account, region)| Some(((*account)?, region.clone())))
        .collect();
    if members.is_empty() {
        let regions: Vec<_> = spots.iter().map(|(_, region)| region.clone()).collect();
        return Place::among(&[], &regions);
    }
    Place::of(members)
}

/// Each cause once, with where it is and what to do.
fn troubles(report: &Report, new: &[(Cause, Spot)]) -> Vec<String> {
    let causes = by_cause(new).into_iter();
    let item = |(cause, spots): (Cause, BTreeSet<Spot>)| {
        let accounts = accounts(report).len();
        let told = cause.told(&place(&spots).out_of(accounts));
        item(&told, &whereabouts(report, &spots))
    };
    causes.map(item).collect()
}

/// Each cause that was told before, in a line.
fn known(report: &Report, news: &News) -> Vec<String> {
    let now = report.header.started;
    let causes = news.known.iter();
    let line = |(cause, spots, since): &(Cause, BTreeSet<Spot>, Timestamp)| {
        words::known(&cause.brief(&place(spots)), *since, now)
    };
    causes.map(line).collect()
}

/// What AWS is not finished with.
fn waiting(report: &Report) -> Vec<String> {
    let members = report.regions.iter().flat_map(|region| {
        let members = region.members.iter();
        members.map(move |member| (&region.region, member))
    });
    let waiting = members.filter(|(_, member)| member.outcome == Outcome::Waiting);
    let waiting = waiting.map(|(region, member)| {
        let cause = member.cause().unwrap_or(Cause::Unfinished { last: None });
        (cause, (Some(member.account_id), region.clone()))
    });
    troubles(report, &waiting.collect::<Vec<_>>())
}

fn accounts(report: &Report) -> BTreeSet<AccountId> {
    let members = report.regions.iter().flat_map(|it| &it.members);
    members.map(|it| it.account_id).collect()
}

fn whereabouts(report: &Report, spots: &BTreeSet<Spot>) -> String {
    let all: BTreeSet<_> = report.regions.iter().map(|it| it.region.clone()).collect();
    let members = spots
        .iter()
        .filter_map(|(account, region)| Some(((*account)?, region.clone())));
    let members = places(members).into_iter().map(|(regions, ids)| {
        let accounts = name_accounts(&ids, &report.header.labels);
        words::in_regions(&accounts, &name_regions(&regions, &all))
    });
    let regions = spots.iter().filter(|(account, _)| account.is_none());
    let regions: BTreeSet<_> = regions.map(|(_, region)| region.clone()).collect();
    let regions = (!regions.is_empty()).then(|| name_regions(&regions, &all));
    regions
        .into_iter()
        .chain(members)
        .collect::<Vec<_>>()
        .join("; ")
}

fn name_accounts(ids: &[AccountId], labels: &Labels) -> String {
    let names: Vec<_> = ids
        .iter()
        .take(MOST_ACCOUNTS)
        .map(|id| labels.account_and_line(*id))
        .collect();
    let more = match ids.len().saturating_sub(MOST_ACCOUNTS) {
        0 => String::new(),
        n => words::and_more_accounts(n),
    };
    names.join(", ") + &more
}

/// A cause: what and why, where, and what to do, each on a line.
fn item(told: &Told, place: &str) -> String {
    let mut text = format!("{}\n    {place}", told.what_and_why());
    for line in told.todo.iter().chain(&told.command) {
        text.push_str(&format!("\n    -> {line}"));
    }
    text
}

/// So many of something.
pub(crate) fn counted(number: usize, what: &str) -> String {
    match number {
        1 => format!("1 {what}"),
        n => format!("{n} {what}s"),
    }
}

fn list(text: &mut String, title: &str, items: Vec<String>) {
    if items.is_empty() {
        return;
    }
    line(text, &format!("\n{title}"));
    let more = items.len().saturating_sub(MOST);
    for item in items.into_iter().take(MOST) {
        line(text, &format!("  {item}"));
    }
    if more > 0 {
        line(text, &format!("  {}", words::and_more(more)));
    }
}

fn line(text: &mut String, words: &str) {
    text.push_str(words);
    text.push('\n');
}

/// Cuts what is too long to be read, and adds where everything lies and who did it.
fn close(
    text: &str,
    error: Option<Name>,
    subject: String,
    header: &Header,
    said: Said<'_>,
) -> Reported {
    let mut message: String = text.chars().take(MOST_CHARS).collect();
    let page = page_key(said.report);
    let folder = said
        .report
        .rsplit_once('/')
        .map_or("", |(folder, _)| folder);
    let folder = format!("{folder}/");
    message.push('\n');
    message.push_str(&match said.console {
        Some(console) => words::links(
            &console.object(&page),
            &console.object(said.report),
            &console.folder(&folder),
            Some(&console.execution()),
        ),
        None => words::links(&page, said.report, &folder, None),
    });
    let key = said.key.map(|key| Email::mask_in(&escaped(key)));
    let administrator = header.administrator.to_string();
    let operation = operation(header, said);
    let opening = words::opening(operation, key.as_deref(), &administrator, &header.run_id);
    line(&mut message, &format!("\n{opening}"));
    let list = header.origin.list.as_ref();
    if let Some(uploader) = list.and_then(|list| list.uploader.as_ref()) {
        line(&mut message, &words::uploaded_by(&uploader.to_string()));
    }
    if let Some(approval) = &header.origin.approval {
        line(&mut message, &words::approved_by(&approval.to_string()));
    }
    Reported {
        error,
        subject,
        message,
        report: said.report.to_owned(),
    }
}
