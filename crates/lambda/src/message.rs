//! What people are told: a line, and a short text for a mail.

use std::collections::BTreeSet;
use std::fmt::Write;

use fleet::account::{AccountId, Email, Region};
use fleet::cause::{Cause, Told};
use fleet::foreign::escaped;
use fleet::label::Labels;
use fleet::report::{
    Ended, Header, Outcome, PlanReport, Report, Trouble, Verdict, name_regions, region_troubles,
};
use serde_json::Value;

use crate::error::Name;
use crate::function::Caught;
use crate::report::Reported;
use crate::run::page_key;

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
    /// Regions that had failed in the report before already.
    pub(crate) known: &'a [Region],
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
    let what = match (error, report.ended) {
        (_, Ended::Superseded) => "superseded".to_owned(),
        (Some(Name::BadInput | Name::NotApproved), _) if report.regions.is_empty() => {
            "refused".to_owned()
        }
        (Some(_), _) if report.regions.is_empty() => "failed".to_owned(),
        _ if report.header.operation == "disable" => format!("{} removed", summary.removed),
        _ => format!("{} of {} enabled", summary.enabled, summary.memberships),
    };
    let subject = subject(error, &report.header, &what);
    let mut text = opening(&report.header, said);
    if let Some(error) = &report.error {
        line(&mut text, format_args!("{error}\n"));
    }
    if !report.regions.is_empty() {
        let counts = [
            (summary.enabled, "enabled"),
            (summary.changed, "changed"),
            (summary.removed, "removed"),
            (summary.waiting, "waiting"),
            (summary.failed, "failed"),
            (summary.skipped, "left out"),
        ];
        // A zero is nothing to read.
        let counts = counts.into_iter().filter(|(n, _)| *n > 0);
        let counts: Vec<_> = counts.map(|(n, what)| format!("{n} {what}")).collect();
        let verdict = report.in_accounts();
        let memberships = summary.memberships;
        line(
            &mut text,
            format_args!(
                "{verdict}\n{memberships} memberships: {}\n",
                counts.join(", ")
            ),
        );
    }
    list(
        &mut text,
        "Lines that cannot be used:",
        lines(&report.header),
    );
    list(
        &mut text,
        "Regions that failed:",
        troubles(report, said.known),
    );
    list(&mut text, "What is not as wanted:", failures(report));
    list(&mut text, "Worth knowing:", report.header.notes.clone());
    close(&text, error, subject, said)
}

/// What is told of a plan.
pub(crate) fn plan(report: &PlanReport, said: Said<'_>) -> Reported {
    let summary = &report.summary;
    let what = format!(
        "{} to invite, {} to accept, {} to remove",
        summary.invite, summary.accept, summary.remove
    );
    let subject = subject(None, &report.header, &what);
    let mut text = opening(&report.header, said);
    line(
        &mut text,
        format_args!(
            "Nothing was changed. Of {} memberships {} would be invited, {} accepted, {} repaired, {} removed, {} waited for; {} are as wanted, {} cannot be, {} are left out. {} behavior graphs would be made, and {} account-Regions would start to be charged.\n",
            summary.memberships,
            summary.invite,
            summary.accept,
            summary.repair,
            summary.remove,
            summary.wait,
            summary.unchanged,
            summary.blocked,
            summary.skipped,
            summary.create_graphs,
            summary.starts_charging
        ),
    );
    list(
        &mut text,
        "Lines that cannot be used:",
        lines(&report.header),
    );
    let regions = report.regions.iter();
    let broken =
        regions.filter_map(|region| Some(format!("{}: {}", region.region, region.error.as_ref()?)));
    list(&mut text, "Regions that cannot be read:", broken.collect());
    list(&mut text, "Worth knowing:", report.header.notes.clone());
    close(&text, None, subject, said)
}

fn subject(error: Option<Name>, header: &Header, what: &str) -> String {
    let mark = match error {
        None => "",
        Some(Name::BadInput) => "BadInput: ",
        Some(Name::NotApproved) => "NotApproved: ",
        Some(Name::Failed) => "Failed: ",
        Some(Name::StillWaiting) => "StillWaiting: ",
    };
    let kind = if header.kind == "plan" { "plan " } else { "" };
    let subject = format!("detective-fleet: {mark}{kind}{} {what}", header.operation);
    subject
        .chars()
        .filter(char::is_ascii)
        .take(SUBJECT)
        .collect()
}

fn opening(header: &Header, said: Said<'_>) -> String {
    let key = said.key.map_or_else(|| "an upload".to_owned(), escaped);
    let mut text = format!(
        "{} of {key}, administrator {}, run {}\n",
        header.operation, header.administrator, header.run_id
    );
    let list = header.origin.list.as_ref();
    if let Some(uploader) = list.and_then(|list| list.uploader.as_ref()) {
        line(&mut text, format_args!("Uploaded by {uploader}\n"));
    }
    if let Some(approval) = &header.origin.approval {
        line(&mut text, format_args!("Approved by {approval}\n"));
    }
    text.push('\n');
    text
}

/// So many of something.
pub(crate) fn counted(number: usize, what: &str) -> String {
    match number {
        1 => format!("1 {what}"),
        n => format!("{n} {what}s"),
    }
}

fn lines(header: &Header) -> Vec<String> {
    let lines = header.invalid_lines.iter();
    lines
        .map(|bad| format!("line {}: {}", bad.line, bad.reason))
        .collect()
}

/// What is wrong with Regions and their graphs, apart from their members.
fn troubles(report: &Report, known: &[Region]) -> Vec<String> {
    let causes = report.regions.iter().flat_map(|region| {
        let causes = region.cause().into_iter().chain(region.causes_amiss());
        causes.map(|cause| (&region.region, cause))
    });
    let told = |(told, regions): (Told, BTreeSet<Region>)| {
        let name = |region: &Region| match known.contains(region) {
            true => format!("{region}, as in the report before"),
            false => region.to_string(),
        };
        let names: Vec<_> = regions.iter().map(name).collect();
        item(&told, &names.join("; "))
    };
    region_troubles(causes).into_iter().map(told).collect()
}

/// Each cause once, with the accounts that it holds back; what holds back most comes first.
fn failures(report: &Report) -> Vec<String> {
    let own = report.regions.iter().filter(|it| it.error.is_none());
    let members = own.flat_map(|region| {
        let members = region.members.iter();
        members.map(move |member| (&region.region, member))
    });
    let not_as_wanted =
        members.filter(|(_, member)| matches!(member.outcome, Outcome::Failed | Outcome::Waiting));
    let causes = not_as_wanted.map(|(region, member)| {
        let cause = member.cause().unwrap_or(Cause::Unfinished { last: None });
        (member.account_id, region, cause)
    });
    let all: BTreeSet<_> = report.regions.iter().map(|it| it.region.clone()).collect();
    let members = report.regions.iter().flat_map(|it| &it.members);
    let accounts: BTreeSet<_> = members.map(|it| it.account_id).collect();
    let told = |trouble: Trouble| {
        let places = trouble.places().into_iter().map(|(regions, ids)| {
            let accounts = name_accounts(&ids, &report.header.labels);
            format!("{accounts} in {}", name_regions(&regions, &all))
        });
        let places: Vec<_> = places.collect();
        item(&trouble.told(accounts.len()), &places.join("; "))
    };
    fleet::report::troubles(causes)
        .into_iter()
        .map(told)
        .collect()
}

fn name_accounts(ids: &[AccountId], labels: &Labels) -> String {
    let names: Vec<_> = ids
        .iter()
        .take(MOST_ACCOUNTS)
        .map(|id| labels.account_and_line(*id))
        .collect();
    let more = match ids.len().saturating_sub(MOST_ACCOUNTS) {
        0 => String::new(),
        n => format!(" and {n} more"),
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

fn list(text: &mut String, title: &str, items: Vec<String>) {
    if items.is_empty() {
        return;
    }
    line(text, format_args!("\n{title}\n"));
    let more = items.len().saturating_sub(MOST);
    for item in items.into_iter().take(MOST) {
        line(text, format_args!("  {item}\n"));
    }
    if more > 0 {
        line(text, format_args!("  and {more} more: see the report\n"));
    }
}

pub(crate) fn line(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    // Writing to a string does not fail.
    let _ = text.write_fmt(arguments);
}

fn close(text: &str, error: Option<Name>, subject: String, said: Said<'_>) -> Reported {
    let mut message: String = text.chars().take(MOST_CHARS).collect();
    let page = page_key(said.report);
    line(
        &mut message,
        format_args!("\nReport: {}\nThe same as a page: {page}\n", said.report),
    );
    Reported {
        error,
        subject,
        message,
        report: said.report.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use fleet::cause::{FailedCall, FailureKind, MemberRole};
    use fleet::event::{Conclusion, Event, EventKind, Operation, Sink};
    use fleet::region_table::Partition;
    use fleet::report::{InvalidLine, Recorder, RegionReport, VERSION};

    use super::*;

    fn report(error: Option<&str>, bad_line: bool) -> Report {
        let now: jiff::Timestamp = "2026-01-02T03:04:05Z".parse().unwrap();
        let bad = InvalidLine {
            line: 7,
            reason: "no".to_owned(),
        };
        let header = Header {
            version: VERSION,
            kind: "run".to_owned(),
            operation: "enable".to_owned(),
            run_id: "r".to_owned(),
            administrator: "555555555555".parse().unwrap(),
            started: now,
            invalid_lines: bad_line.then_some(bad).into_iter().collect(),
            notes: Vec::new(),
            labels: Default::default(),
            origin: Default::default(),
        };
        let error = error.map(str::to_owned);
        Recorder::default().report(header, now, Ended::Complete, error)
    }

    #[test]
    fn eighty_accounts_without_a_role_are_one_item() {
        let recorder = Recorder::default();
        for n in 1..=80u64 {
            let cause = Cause::RoleNotAssumed {
                role: MemberRole {
                    partition: Partition::Aws,
                    name: "teams/ACCOUNT".into(),
                    external_id: true,
                },
                error: FailedCall::new(
                    Operation::AssumeRole,
                    FailureKind::Denied,
                    "AccessDenied",
                    Some(&format!("{n:012} says no")),
                ),
            };
            let event = Event {
                region: Some(Region::new("us-east-1")),
                number: n,
                at: "2026-01-02T03:04:05Z".parse().unwrap(),
                kind: EventKind::Concluded {
                    account: format!("{n:012}").parse().unwrap(),
                    conclusion: Conclusion::Failed,
                    cause: Some(cause),
                },
            };
            recorder.record(&event).unwrap();
        }
        let Report {
            header, finished, ..
        } = report(None, false);
        let report = recorder.report(header, finished, Ended::Complete, None);
        let told = failures(&report);
        assert_eq!(told.len(), 1, "{told:?}");
        let begins = "Cannot assume the role teams/ACCOUNT in 80 accounts.";
        assert!(told[0].starts_with(begins), "{}", told[0]);
        assert!(
            told[0].contains(" and 70 more in us-east-1\n"),
            "{}",
            told[0]
        );
    }

    #[test]
    fn a_functions_error_is_told_in_its_own_words() {
        let caught = Caught {
            error: "DetectiveFleet.Failed".to_owned(),
            cause: r#"{"errorType": "x", "errorMessage": "no root@example.com"}"#.to_owned(),
        };
        assert_eq!(cause(&caught), "DetectiveFleet.Failed: no r***@example.com");
        let caught = Caught {
            error: "States.Timeout".to_owned(),
            cause: String::new(),
        };
        assert_eq!(cause(&caught), "States.Timeout: ");
    }

    #[test]
    fn a_bad_line_alone_is_bad_input_and_with_a_failure_it_is_not() {
        assert_eq!(error_of(&report(None, false)), None);
        assert_eq!(error_of(&report(None, true)), Some(Name::BadInput));
        assert_eq!(error_of(&report(Some("no"), true)), Some(Name::Failed));
    }

    #[test]
    fn what_a_newer_list_took_over_is_no_error_and_a_graph_that_is_amiss_is_one() {
        let mut superseded = report(Some("no"), true);
        superseded.ended = Ended::Superseded;
        assert_eq!(error_of(&superseded), None);
        let mut waiting = report(None, false);
        waiting.settled = false;
        assert_eq!(error_of(&waiting), Some(Name::StillWaiting));
        let region = |error: Option<&str>, amiss: &[&str]| RegionReport {
            region: Region::new("eu-west-1"),
            graph_arn: None,
            state: fleet::report::RegionState::Failed,
            error: error.map(Into::into),
            why: Default::default(),
            changes: Vec::new(),
            amiss: amiss.iter().map(|it| (*it).into()).collect(),
            amiss_causes: Vec::new(),
            finished: None,
            members: Vec::new(),
        };
        for broken in [region(Some("down"), &[]), region(None, &["tags"])] {
            let mut report = report(None, true);
            report.regions.push(broken);
            assert_eq!(error_of(&report), Some(Name::Failed));
        }
    }

    #[test]
    fn a_subject_fits_into_sns() {
        let report = report(None, false);
        let long = "é".repeat(30) + &"x".repeat(200);
        let subject = subject(Some(Name::Failed), &report.header, &long);
        assert!(subject.is_ascii() && subject.len() <= SUBJECT, "{subject}");
        assert!(subject.starts_with("detective-fleet: Failed: enable "));
    }

    #[test]
    fn a_long_list_is_cut_and_says_so() {
        let mut text = String::new();
        let items = (0..MOST + 3).map(|n| n.to_string()).collect();
        list(&mut text, "Title:", items);
        assert!(text.ends_with("  and 3 more: see the report\n"), "{text}");
    }
}
