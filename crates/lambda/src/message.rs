//! What people are told: a line, and a short text for a mail.

#[cfg(test)]
mod tests;
pub(crate) mod words;

use std::collections::{BTreeMap, BTreeSet};

use fleet::account::{AccountId, Email};
use fleet::cause::{Cause, Place, Told};
use fleet::foreign::escaped;
use fleet::label::Labels;
use fleet::language::{Language, Words};
use fleet::origin::Origin;
use fleet::report::{
    Ended, Header, Outcome, PlanReport, RegionPlan, Report, Verdict, name_regions_in, places,
};
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
    /// The language of the text. Subjects are English.
    pub(crate) language: Language,
}

impl Said<'_> {
    fn words(&self) -> Words {
        words::of(self.language)
    }
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
    let words = said.words();
    let of_run = |words| of_run(words, report, error, said);
    let mut text = first_line(words, of_run);
    if let Some(error) = &report.error {
        line(&mut text, &said.language.retell(error));
    }
    if !report.regions.is_empty() {
        line(&mut text, &report.told_in(said.language));
    }
    let news = said.news;
    let title = match news.last {
        Some(last) => words::new_since(words, last),
        None => words.say(words::NEEDS_ACTION).to_owned(),
    };
    let list = |text: &mut String, title, items| list(words, text, title, items);
    list(&mut text, &title, troubles(words, report, &news.new));
    let known = known(words, report, news);
    list(&mut text, words.say(words::KNOWN), known);
    let waiting = waiting(words, report);
    list(&mut text, words.say(words::WAITING), waiting);
    let lines = news.new_lines.iter();
    let lines = lines.map(|it| said.language.retell(it));
    let known_lines = (news.known_lines > 0).then(|| words::known_lines(words, news.known_lines));
    let lines = lines.chain(known_lines).collect();
    list(&mut text, words.say(words::BAD_LINES), lines);
    let again = (!news.made_again.is_empty()).then(|| words::made_again(words, &news.made_again));
    let notes = notes(words, &report.header);
    let notes = again.into_iter().chain(notes).collect();
    list(&mut text, words.say(words::NOTES), notes);
    if !report.regions.is_empty() {
        let counts = [
            (summary.enabled, "{0} enabled"),
            (summary.changed, "{0} changed"),
            (summary.removed, "{0} removed"),
            (summary.waiting, "{0} waiting"),
            (summary.failed, "{0} needing action"),
            (summary.skipped, "{0} out of scope"),
        ];
        let counts = words::memberships(words, summary.memberships, &counts);
        line(&mut text, &format!("\n{counts}"));
    }
    close(&text, error, &of_run(ENGLISH), &report.header, said)
}

/// What subjects are written in.
///
/// The service model of SNS has subjects of UTF-8, and a guide of AWS has them cleared of what is not ASCII
/// (docs.aws.amazon.com/prometheus/latest/userguide/AMP-alertmanager-receiver-validation-truncation.html). A message
/// that SNS refuses is one that nobody reads: what goes into a subject is what both let through, and a text that is not
/// English begins with the same in its language.
const ENGLISH: Words = words::of(Language::English);

/// What the subject says, where the text is in another language.
fn first_line(words: Words, subject: impl Fn(Words) -> String) -> String {
    match words.language {
        Language::English => String::new(),
        Language::Japanese => subject(words) + "\n\n",
    }
}

/// What is worth knowing.
fn notes(words: Words, header: &Header) -> Vec<String> {
    let notes = header.notes.iter();
    notes.map(|it| words.language.retell(it)).collect()
}

/// The subject of a run: how bad it is, whether it is new, and what it is.
fn of_run(words: Words, report: &Report, error: Option<Name>, said: Said<'_>) -> String {
    let news = said.news;
    let operation = operation(&report.header, said);
    let of_operation =
        |mark, what: &str| words::subject(words, mark, &words::of_operation(operation, what));
    let verdict = report.told_in(words.language);
    let verdict = verdict.trim_end_matches(['.', '。']);
    match error {
        _ if report.ended == Ended::Superseded => {
            of_operation(Mark::Info, words.say(words::SUPERSEDED))
        }
        None if !news.made_again.is_empty() => of_operation(
            Mark::Ok,
            &words::made_again_in_short(words, &news.made_again),
        ),
        None if news.was_amiss => words::subject(words, Mark::Ok, &words::again(words, verdict)),
        None => of_operation(Mark::Ok, verdict),
        Some(Name::StillWaiting) => {
            let count = report.headcount();
            let waiting = words::waiting(words, count.waiting, count.accounts);
            of_operation(Mark::Waiting, &waiting)
        }
        Some(Name::NotApproved) => of_operation(Mark::Action, words.say(words::NOT_APPROVED)),
        Some(Name::PlanRefused) => of_operation(Mark::Action, words.say(words::PLAN_REFUSED)),
        Some(Name::BadInput) if report.regions.is_empty() => {
            of_operation(Mark::Action, words.say(words::REFUSED))
        }
        Some(_) if report.error.is_some() && news.new.is_empty() => {
            of_operation(Mark::Action, words.say(words::ENDED_EARLY))
        }
        Some(_) => match (news.has_new(), needs(words, report, news)) {
            (true, what) => of_operation(Mark::Action, &what),
            (false, what) => words::subject(words, Mark::Known, &what),
        },
    }
}

/// What needs action, in a few words: the new first.
fn needs(words: Words, report: &Report, news: &News) -> String {
    let now = report.header.started;
    let briefs: Vec<_> = by_cause(&news.new)
        .into_iter()
        .map(|(cause, spots)| cause.brief_in(words.language, &place(&spots)))
        .collect();
    let lines = news.new_lines.len();
    let lines = (lines > 0).then(|| words::bad_lines(words, lines));
    let known = news.known.iter();
    let known = known.map(|(cause, spots, since)| known_for(words, cause, spots, *since, now));
    let all: Vec<_> = match news.has_new() {
        true => briefs.into_iter().chain(lines).collect(),
        false => known.collect(),
    };
    match all.split_first() {
        Some((first, more)) => words::and_more_causes(words, first, more.len()),
        None if news.known_lines > 0 => words::bad_lines(words, news.known_lines),
        None => words.say(words::SOMETHING).to_owned(),
    }
}

/// What is told of a plan.
pub(crate) fn plan(report: &PlanReport, execute: Option<&str>, said: Said<'_>) -> Reported {
    let summary = &report.summary;
    let counts = [
        (summary.invite, "{0} to invite"),
        (summary.accept, "{0} to accept"),
        (summary.start, "{0} to start"),
        (summary.repair, "{0} to repair"),
        (summary.remove, "{0} to remove"),
        (summary.wait, "{0} to wait for"),
        (summary.unchanged, "{0} as the list wants"),
        (summary.blocked, "{0} needing action"),
        (summary.skipped, "{0} out of scope"),
    ];
    let words = said.words();
    let of_plan = |words| {
        let counts = words::memberships(words, summary.memberships, &counts);
        let counts = counts.trim_end_matches(['.', '。']);
        let what = words::of_operation(operation(&report.header, said), counts);
        words::subject(words, Mark::Plan, &what)
    };
    let mut text = first_line(words, of_plan);
    line(&mut text, words.say(words::NOTHING_CHANGED));
    let memberships = words::memberships(words, summary.memberships, &counts);
    line(&mut text, &memberships);
    for planned in words::planned(words, summary.create_graphs, summary.starts_charging) {
        line(&mut text, &planned);
    }
    let list = |text: &mut String, title, items| list(words, text, words.say(title), items);
    let lines = report.header.invalid_lines.iter();
    let lines = lines.map(|bad| words::bad_line(words, bad.line, &bad.reason));
    list(&mut text, words::BAD_LINES, lines.collect());
    list(&mut text, words::UNREAD, unread(words, report));
    list(&mut text, words::NOTES, notes(words, &report.header));
    let execute = execute.filter(|_| report.changes_anything());
    let execute = execute.into_iter().map(str::to_owned);
    list(&mut text, words::EXECUTE, execute.collect());
    close(&text, None, &of_plan(ENGLISH), &report.header, said)
}

/// The Regions of a plan that could not be read, and why.
fn unread(words: Words, report: &PlanReport) -> Vec<String> {
    let regions = report.regions.iter();
    let why = |region: &RegionPlan| {
        let error = region.error.as_deref()?;
        let place = Place::region(&region.region);
        Some(match (words.language, region.cause()) {
            (Language::English, _) | (_, None) => error.to_owned(),
            (language, Some(cause)) => cause.told_in(language, &place).in_one(),
        })
    };
    let broken = regions.filter_map(|it| Some(format!("{}: {}", it.region, why(it)?)));
    broken.collect()
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
fn troubles(words: Words, report: &Report, new: &[(Cause, Spot)]) -> Vec<String> {
    let causes = by_cause(new).into_iter();
    let item = |(cause, spots): (Cause, BTreeSet<Spot>)| {
        let accounts = accounts(report).len();
        let place = place(&spots).out_of(accounts);
        let told = cause.told_in(words.language, &place);
        item(
            told,
            &report.header.origin,
            &whereabouts(words, report, &spots),
        )
    };
    causes.map(item).collect()
}

/// Each cause that was told before, in a line.
fn known(words: Words, report: &Report, news: &News) -> Vec<String> {
    let now = report.header.started;
    let causes = news.known.iter();
    let line = |(cause, spots, since): &(Cause, BTreeSet<Spot>, Timestamp)| {
        known_for(words, cause, spots, *since, now)
    };
    causes.map(line).collect()
}

fn known_for(
    words: Words,
    cause: &Cause,
    spots: &BTreeSet<Spot>,
    since: Timestamp,
    now: Timestamp,
) -> String {
    let brief = cause.brief_in(words.language, &place(spots));
    words::known(words, &brief, since, now)
}

/// What AWS is not finished with.
fn waiting(words: Words, report: &Report) -> Vec<String> {
    let members = report.regions.iter().flat_map(|region| {
        let members = region.members.iter();
        members.map(move |member| (&region.region, member))
    });
    let waiting = members.filter(|(_, member)| member.outcome == Outcome::Waiting);
    let waiting = waiting.map(|(region, member)| {
        let cause = member.cause().unwrap_or(Cause::Unfinished { last: None });
        (cause, (Some(member.account_id), region.clone()))
    });
    troubles(words, report, &waiting.collect::<Vec<_>>())
}

fn accounts(report: &Report) -> BTreeSet<AccountId> {
    let members = report.regions.iter().flat_map(|it| &it.members);
    members.map(|it| it.account_id).collect()
}

fn whereabouts(words: Words, report: &Report, spots: &BTreeSet<Spot>) -> String {
    let all: BTreeSet<_> = report.regions.iter().map(|it| it.region.clone()).collect();
    let members = spots
        .iter()
        .filter_map(|(account, region)| Some(((*account)?, region.clone())));
    let members = places(members).into_iter().map(|(regions, ids)| {
        let accounts = name_accounts(words, &ids, &report.header.labels);
        let regions = name_regions_in(words.language, &regions, &all);
        words::in_regions(words, &accounts, &regions)
    });
    let regions = spots.iter().filter(|(account, _)| account.is_none());
    let regions: BTreeSet<_> = regions.map(|(_, region)| region.clone()).collect();
    let regions = (!regions.is_empty()).then(|| name_regions_in(words.language, &regions, &all));
    regions
        .into_iter()
        .chain(members)
        .collect::<Vec<_>>()
        .join("; ")
}

fn name_accounts(words: Words, ids: &[AccountId], labels: &Labels) -> String {
    let names: Vec<_> = ids
        .iter()
        .take(MOST_ACCOUNTS)
        .map(|id| labels.account_and_line_in(words.language, *id))
        .collect();
    let more = match ids.len().saturating_sub(MOST_ACCOUNTS) {
        0 => String::new(),
        n => words::and_more_accounts(words, n),
    };
    names.join(", ") + &more
}

/// A cause: what and why, where, and what to do, each on a line.
fn item(told: Told, origin: &Origin, place: &str) -> String {
    let told = told.within(origin);
    let mut text = format!("{}\n    {place}", told.what_and_why());
    let command = told.command.as_ref().map(ToString::to_string);
    for line in told.todo.iter().chain(&command) {
        text.push_str(&format!("\n    -> {line}"));
    }
    text
}

fn list(words: Words, text: &mut String, title: &str, items: Vec<String>) {
    if items.is_empty() {
        return;
    }
    line(text, &format!("\n{title}"));
    let more = items.len().saturating_sub(MOST);
    for item in items.into_iter().take(MOST) {
        line(text, &format!("  {item}"));
    }
    if more > 0 {
        line(text, &format!("  {}", words::and_more(words, more)));
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
    about: &str,
    header: &Header,
    said: Said<'_>,
) -> Reported {
    let words = said.words();
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
            words,
            &console.object(&page),
            &console.object(said.report),
            &console.folder(&folder),
            Some(&console.execution()),
        ),
        None => words::links(words, &page, said.report, &folder, None),
    });
    let key = said.key.map(|key| Email::mask_in(&escaped(key)));
    let administrator = header.administrator.to_string();
    let operation = operation(header, said);
    let opening = words::opening(
        words,
        operation,
        key.as_deref(),
        &administrator,
        &header.run_id,
    );
    line(&mut message, &format!("\n{opening}"));
    let list = header.origin.list.as_ref();
    if let Some(uploader) = list.and_then(|list| list.uploader.as_ref()) {
        line(
            &mut message,
            &words::uploaded_by(words, &uploader.told_in(said.language)),
        );
    }
    if let Some(approval) = &header.origin.approval {
        line(
            &mut message,
            &words::approved_by(words, &approval.told_in(said.language)),
        );
    }
    Reported {
        error,
        subject: subject(about),
        message,
        report: said.report.to_owned(),
    }
}
