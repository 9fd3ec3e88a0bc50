//! How everything is now.

use std::collections::BTreeMap;

use fleet::account::{AccountId, Region};
use fleet::cause::Place;
use fleet::language::{Language, Words};
use fleet::member::MemberStatus;
use fleet::report::{Done, MemberNow, RegionNow, StatusReport, Verdict};

use crate::document::{Area, Cell, Document, Number, Paged};
use crate::mark::{Mark, Tone};
use crate::words;

const MARKS: &[Mark] = &[
    Mark::new("VERIFICATION_FAILED", "×", "VERIFICATION_FAILED", Tone::Bad).advise(
        "Account id and root e-mail do not match: correct the line in the list, and enable again.",
    ),
    Mark::new(
        "ACCEPTED_BUT_DISABLED",
        "!",
        "ACCEPTED_BUT_DISABLED",
        Tone::Bad,
    )
    .advise("It has accepted, but AWS does not let it contribute data."),
    Mark::new("other", "?", "a status unknown to this version", Tone::Bad)
        .advise("AWS reports a status that this version does not know."),
    Mark::new(
        "VERIFICATION_IN_PROGRESS",
        "…",
        "VERIFICATION_IN_PROGRESS",
        Tone::Wait,
    )
    .advise("AWS compares account id and root e-mail."),
    Mark::new("INVITED", ">", "INVITED", Tone::Wait)
        .advise("The invitation has not been accepted: enable accepts it."),
    Mark::new("absent", "o", "no member", Tone::Bad),
    Mark::new("expected_out", "/", "known to stay out", Tone::Mute),
    Mark::new("not_in_list", "-", "not in the list", Tone::Mute),
    Mark::new("ENABLED", "·", "ENABLED", Tone::Calm),
];

fn mark(status: Option<&MemberStatus>) -> usize {
    match status {
        Some(MemberStatus::VerificationFailed) => 0,
        Some(MemberStatus::AcceptedButDisabled) => 1,
        Some(MemberStatus::Other(_)) => 2,
        Some(MemberStatus::VerificationInProgress) => 3,
        Some(MemberStatus::Invited) => 4,
        None => 5,
        Some(MemberStatus::Enabled) => 8,
    }
}

impl Paged for StatusReport {
    fn document(&self, language: Language) -> Document {
        let words = words::of(language);
        let tone = match self.verdict() {
            Verdict::AsWanted => Tone::Calm,
            Verdict::Waiting => Tone::Wait,
            Verdict::NotAsWanted | Verdict::Interrupted => Tone::Bad,
        };
        let people = self.accounts.as_ref();
        Document {
            words,
            header: self.header.clone(),
            title: words.say("Status").to_owned(),
            headline: self.told_in(language),
            tone,
            remark: None,
            people: people.map_or_else(Vec::new, |it| crate::document::people(it, "on everywhere")),
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

fn count(report: &StatusReport, status: &MemberStatus) -> u64 {
    let counts: &BTreeMap<_, _> = &report.summary.by_status;
    counts.get(status.as_str()).copied().unwrap_or_default()
}

fn area(words: Words, region: &RegionNow) -> Area {
    let cause = region.cause();
    let place = Place::region(&region.region);
    let members = region.members.iter();
    let cells = members.map(|it| cell(words, it, &region.region));
    let cells: Vec<_> = cells.collect();
    let bad = cells.iter().any(|cell| MARKS[cell.mark].tone == Tone::Bad);
    Area {
        region: region.region.clone(),
        graph: region.graph_arn.clone(),
        state: match (&region.error, &region.graph_arn, bad) {
            (Some(_), _, _) => ("not read", Tone::Bad),
            (None, None, _) => ("no graph", Tone::Mute),
            (None, Some(_), true) => ("partial", Tone::Wait),
            (None, Some(_), false) => ("on", Tone::Calm),
        },
        error: words::reason(words, region.error.as_ref(), cause.as_ref(), &place),
        cause,
        amiss: Vec::new(),
        changes: Vec::new(),
        finished: None,
        cells,
    }
}

fn cell(words: Words, member: &MemberNow, region: &Region) -> Cell {
    let is_stranger = member.in_roster == Some(false);
    let mark = match member.expected_out {
        true => 6,
        // What becomes of it is nothing that the list wants.
        false if is_stranger => 7,
        false => mark(member.status.as_ref()),
    };
    let account: AccountId = member.account_id;
    let cause = member.cause();
    let told = cause
        .as_ref()
        .map(|cause| cause.told_in(words.language, &Place::one(account, region)))
        .map(|told| told.in_one());
    let advice = MARKS[mark].advice.map(|it| words.say(it).to_owned());
    let mut reasons: Vec<_> = told.or(advice).into_iter().collect();
    if is_stranger {
        reasons.push(words.say("It is not in the list.").to_owned());
    }
    Cell {
        account,
        mark,
        status: member.status.clone(),
        before: None,
        reason: (!reasons.is_empty()).then(|| words.language.join(reasons).into()),
        cause,
        since: member.since,
        done: Done::default(),
    }
}

fn numbers(report: &StatusReport) -> Vec<Number> {
    let sum = &report.summary;
    let known: u64 = MARKS
        .iter()
        .map(|mark| sum.by_status.get(mark.key).copied().unwrap_or_default())
        .sum();
    let other = sum.by_status.values().sum::<u64>() - known;
    let of = |status: MemberStatus| count(report, &status);
    let mut numbers = vec![
        Number::new("memberships", "memberships", sum.memberships, Tone::Void),
        Number::new("ENABLED", "ENABLED", of(MemberStatus::Enabled), Tone::Calm),
        Number::new("INVITED", "INVITED", of(MemberStatus::Invited), Tone::Wait),
        Number::new(
            "VERIFICATION_IN_PROGRESS",
            "in verification",
            of(MemberStatus::VerificationInProgress),
            Tone::Wait,
        ),
        Number::new(
            "VERIFICATION_FAILED",
            "failed verification",
            of(MemberStatus::VerificationFailed),
            Tone::Bad,
        ),
        Number::new(
            "ACCEPTED_BUT_DISABLED",
            "accepted but disabled",
            of(MemberStatus::AcceptedButDisabled),
            Tone::Bad,
        ),
        Number::new("other", "in another status", other, Tone::Bad),
        Number::new("absent", "no member", sum.absent, Tone::Bad),
        Number::new(
            "unread_regions",
            "Regions not read",
            sum.unread_regions,
            Tone::Bad,
        ),
    ];
    let always = ["memberships", "ENABLED", "absent"];
    numbers.retain(|number| number.value > 0 || always.contains(&number.key));
    numbers
}
