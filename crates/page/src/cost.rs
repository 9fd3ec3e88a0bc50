//! What the memberships cost.

use fleet::cost::{CostReport, MembershipCost, RegionCost, dollars, volume};
use fleet::member::Since;
use fleet::report::Done;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::document::{Area, Bar, Cell, Chart, Document, Number};
use crate::mark::{Mark, Tone};
use crate::text::counted;

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

impl From<&CostReport> for Document {
    fn from(report: &CostReport) -> Self {
        let sum = &report.summary;
        let mut header = report.header.clone();
        let not_included = report.unknown.iter();
        header
            .notes
            .extend(not_included.map(|unknown| format!("Not included: {unknown}.")));
        header.notes.push(rates(report));
        Self {
            header,
            title: "Cost".to_owned(),
            headline: format!("{} a month, as AWS projects it", dollars(sum.usd_a_month)),
            tone: Tone::Calm,
            remark: remark(report),
            people: Vec::new(),
            numbers: vec![
                Number::new("memberships", "memberships", sum.memberships, Tone::Calm),
                Number::new("in_trial", "in the free trial", sum.in_trial, Tone::New),
                Number::new("unmeasured", "not measured yet", sum.unmeasured, Tone::Mute),
            ],
            charts: charts(report),
            marks: MARKS,
            areas: report.regions.iter().map(area).collect(),
            findings: Vec::new(),
            calls: report.calls.clone(),
            finished: None,
            error: None,
        }
    }
}

fn remark(report: &CostReport) -> Option<String> {
    let sum = &report.summary;
    (sum.in_trial > 0).then(|| {
        format!(
            "{} of it is of {} that may still be in the free trial of 30 days.",
            dollars(sum.usd_a_month_in_trial),
            counted(sum.in_trial, "membership")
        )
    })
}

fn rates(report: &CostReport) -> String {
    let rates = &report.rates;
    let trust = match rates.verified {
        true => "",
        false => " Nobody has verified them.",
    };
    format!("Rates of {}: {}.{trust}", rates.dated, rates.source)
}

fn charts(report: &CostReport) -> Vec<Chart> {
    let accounts = report.accounts.iter();
    let accounts = accounts.map(|it| (it.account_id.to_string(), it.usd_a_month));
    let regions = report.regions.iter();
    let mut regions: Vec<_> = regions
        .map(|it| (it.region.to_string(), it.usd_a_month))
        .collect();
    regions.sort_by_key(|(_, usd)| std::cmp::Reverse(*usd));
    let charts = [
        chart("Accounts by cost", "a month", accounts.collect()),
        chart("Regions by cost", "a month", regions),
        packages(report),
    ];
    let has_bars = |chart: &Chart| !chart.bars.is_empty();
    charts.into_iter().filter(has_bars).collect()
}

/// The dearest come first; what is left is one bar.
fn chart(heading: &'static str, unit: &'static str, mut costs: Vec<(String, Decimal)>) -> Chart {
    costs.retain(|(_, usd)| *usd > Decimal::ZERO);
    let rest = costs.split_off(costs.len().min(BARS));
    if !rest.is_empty() {
        let sum = rest.iter().map(|(_, usd)| *usd).sum();
        costs.push((format!("{} more", rest.len()), sum));
    }
    let most = costs.iter().map(|(_, usd)| *usd).max();
    let bar = |(name, usd): (String, Decimal)| Bar {
        name,
        text: dollars(usd),
        width: most.map_or(0.0, |most| thousandths(usd / most)),
    };
    Chart {
        heading,
        unit,
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

fn area(region: &RegionCost) -> Area {
    let what = format!(
        "{} a month, {} a day",
        dollars(region.usd_a_month),
        volume(region.bytes_per_day)
    );
    Area {
        region: region.region.clone(),
        graph: region.graph_arn.clone(),
        state: match (&region.error, &region.graph_arn) {
            (Some(_), _) => ("not read", Tone::Bad),
            (None, Some(_)) => ("on", Tone::Calm),
            (None, None) => ("no graph", Tone::Mute),
        },
        error: region.error.clone(),
        cause: region.cause(),
        amiss: Vec::new(),
        changes: match region.members.is_empty() {
            true => Vec::new(),
            false => vec![what],
        },
        finished: None,
        cells: region.members.iter().map(cell).collect(),
    }
}

fn cell(member: &MembershipCost) -> Cell {
    let packages = member.packages.iter();
    let packages =
        packages.map(|(package, usage)| format!("{package} {} a day", volume(usage.bytes_per_day)));
    let trial = member.trial_until.map(|at| {
        format!(
            "in the free trial until {} at the latest",
            at.strftime("%Y-%m-%d")
        )
    });
    let usd = member
        .usd_a_month
        .map(|usd| format!("{} a month", dollars(usd)));
    let reasons: Vec<_> = usd.into_iter().chain(packages).chain(trial).collect();
    Cell {
        account: member.account_id,
        mark: mark(member),
        status: Some(member.status.clone()),
        before: None,
        reason: (!reasons.is_empty()).then(|| reasons.join("; ").into()),
        cause: None,
        since: Since::default(),
        done: Done::default(),
    }
}
