//! What the memberships cost.

use fleet::cause::Place;
use fleet::cost::{CostReport, MembershipCost, RegionCost, dollars, volume};
use fleet::language::{Language, Words};
use fleet::member::Since;
use fleet::report::Done;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::document::{Area, Bar, Cell, Chart, Document, Number, Paged};
use crate::mark::{Mark, Tone};
use crate::words;

/// A chart names so many, and adds up the others.
const BARS: usize = 10;

const MARKS: &[Mark] = &[
    Mark::new("hundreds", "$", "$100 a month and more", Tone::Gone),
    Mark::new("tens", "+", "$10 to $100 a month", Tone::New),
    Mark::new("dollars", "·", "$1 to $10 a month", Tone::Mended),
    Mark::new("cents", "-", "less than $1 a month", Tone::Calm),
    Mark::new("unmeasured", "?", "not measured yet", Tone::Void)
        .advise("AWS gives no volume for it yet"),
];

/// The least that each mark but the last two is for, in US dollars a month.
const LEAST: [u64; 3] = [100, 10, 1];

fn mark(member: &MembershipCost) -> usize {
    let Some(usd) = member.usd_a_month else {
        return MARKS.len() - 1;
    };
    let fits = LEAST.iter().position(|least| usd >= Decimal::from(*least));
    fits.unwrap_or(LEAST.len())
}

impl Paged for CostReport {
    fn document(&self, language: Language) -> Document {
        let words = words::of(language);
        let sum = &self.summary;
        let mut header = self.header.clone();
        let not_included = self.unknown.iter().map(|it| language.retell(it));
        header
            .notes
            .extend(not_included.map(|unknown| words.fill("Not included: {0}.", &[&unknown])));
        header.notes.push(rates(words, self));
        Document {
            words,
            header,
            title: words.say("Cost").to_owned(),
            headline: words.fill(
                "{0} a month, as AWS projects it",
                &[&dollars(sum.usd_a_month)],
            ),
            tone: Tone::Calm,
            remark: remark(words, self),
            people: Vec::new(),
            numbers: vec![
                Number::new("memberships", "memberships", sum.memberships, Tone::Calm),
                Number::new("in_trial", "in the free trial", sum.in_trial, Tone::New),
                Number::new("unmeasured", "not measured yet", sum.unmeasured, Tone::Mute),
            ],
            charts: charts(words, self),
            marks: MARKS,
            areas: self.regions.iter().map(|it| area(words, it)).collect(),
            findings: Vec::new(),
            calls: self.calls.clone(),
            finished: None,
            error: None,
        }
    }
}

fn remark(words: Words, report: &CostReport) -> Option<String> {
    let sum = &report.summary;
    (sum.in_trial > 0).then(|| {
        words.fill(
            "{0} of it is of {1} that may still be in the free trial of 30 days.",
            &[
                &dollars(sum.usd_a_month_in_trial),
                &words.counted(sum.in_trial, "membership"),
            ],
        )
    })
}

fn rates(words: Words, report: &CostReport) -> String {
    let rates = &report.rates;
    let trust = match rates.verified {
        true => "",
        false => words.say(" Nobody has verified them."),
    };
    let source = words.language.retell(&rates.source);
    let dated = rates.dated.strftime(day(words));
    words.fill("Rates of {0}: {1}.", &[&dated, &source]) + trust
}

fn charts(words: Words, report: &CostReport) -> Vec<Chart> {
    let accounts = report.accounts.iter();
    let accounts = accounts.map(|it| (it.account_id.to_string(), it.usd_a_month));
    let regions = report.regions.iter();
    let mut regions: Vec<_> = regions
        .map(|it| (it.region.to_string(), it.usd_a_month))
        .collect();
    regions.sort_by_key(|(_, usd)| std::cmp::Reverse(*usd));
    let charts = [
        chart(words, "Accounts by cost", accounts.collect()),
        chart(words, "Regions by cost", regions),
        packages(report),
    ];
    let has_bars = |chart: &Chart| !chart.bars.is_empty();
    charts.into_iter().filter(has_bars).collect()
}

/// The dearest come first; what is left is one bar.
fn chart(words: Words, heading: &'static str, mut costs: Vec<(String, Decimal)>) -> Chart {
    costs.retain(|(_, usd)| *usd > Decimal::ZERO);
    let rest = costs.split_off(costs.len().min(BARS));
    if !rest.is_empty() {
        let sum = rest.iter().map(|(_, usd)| *usd).sum();
        costs.push((words.fill("{0} more", &[&rest.len()]), sum));
    }
    let most = costs.iter().map(|(_, usd)| *usd).max();
    let bar = |(name, usd): (String, Decimal)| Bar {
        name,
        text: dollars(usd),
        width: most.map_or(0.0, |most| thousandths(usd / most)),
    };
    Chart {
        heading,
        unit: "a month",
        bars: costs.into_iter().map(bar).collect(),
    }
}

fn packages(report: &CostReport) -> Chart {
    let most = report.packages.values().copied().max().unwrap_or(0).max(1);
    let bars = report.packages.iter().map(|(package, bytes)| Bar {
        name: package.to_string(),
        text: volume(*bytes),
        width: 1000.0 * *bytes as f64 / most as f64,
    });
    Chart {
        heading: "Data sources",
        unit: "a day",
        bars: bars.collect(),
    }
}

fn thousandths(part: Decimal) -> f64 {
    (part * Decimal::from(1000)).to_f64().unwrap_or_default()
}

fn area(words: Words, region: &RegionCost) -> Area {
    let cause = region.cause();
    let place = Place::region(&region.region);
    let what = words.fill(
        "{0} a month, {1} a day",
        &[&dollars(region.usd_a_month), &volume(region.bytes_per_day)],
    );
    Area {
        region: region.region.clone(),
        graph: region.graph_arn.clone(),
        state: match (&region.error, &region.graph_arn) {
            (Some(_), _) => ("not read", Tone::Bad),
            (None, Some(_)) => ("on", Tone::Calm),
            (None, None) => ("no graph", Tone::Mute),
        },
        error: words::reason(words, region.error.as_ref(), cause.as_ref(), &place),
        cause,
        amiss: Vec::new(),
        changes: match region.members.is_empty() {
            true => Vec::new(),
            false => vec![what],
        },
        finished: None,
        cells: region.members.iter().map(|it| cell(words, it)).collect(),
    }
}

/// How a day is written, for `strftime`.
fn day(words: Words) -> &'static str {
    match words.language {
        Language::English => "%Y-%m-%d",
        Language::Japanese => "%Y年%-m月%-d日",
    }
}

fn cell(words: Words, member: &MembershipCost) -> Cell {
    let day = day(words);
    let packages = member.packages.iter();
    let packages = packages.map(|(package, usage)| {
        words.fill("{0} {1} a day", &[package, &volume(usage.bytes_per_day)])
    });
    let trial = member.trial_until.map(|at| {
        words.fill(
            "in the free trial until {0} at the latest",
            &[&at.strftime(day)],
        )
    });
    let usd = member.usd_a_month;
    let usd = usd.map(|usd| words.fill("{0} a month", &[&dollars(usd)]));
    let reasons: Vec<_> = usd.into_iter().chain(packages).chain(trial).collect();
    Cell {
        account: member.account_id,
        mark: mark(member),
        status: Some(member.status.clone()),
        before: None,
        reason: (!reasons.is_empty()).then(|| reasons.join(words.say("; ")).into()),
        cause: None,
        since: Since::default(),
        done: Done::default(),
    }
}
